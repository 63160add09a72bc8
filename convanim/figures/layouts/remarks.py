"""What the maker of a figure is told of it: what it leaves out, or shows otherwise than may have been meant."""

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from convanim.figures.options import Options
from convanim.figures.timing import Timing
from convanim.layers.layer import Layer
from convanim.networks.chain import Chain
from convanim.numbers.figure_values import FigureValues
from convanim.scene.font import Metrics
from convanim.scene.scene import Cells, Scene, Texts
from convanim.views.drawing import Drawing
from convanim.views.registry import PRODUCTS
from convanim.views.stacks.stack import Stack
from convanim.words.labels import steps_shown
from convanim.words.language import Words

if TYPE_CHECKING:
    from convanim.views.perceptrons.perceptron import Perceptron

_LACKED = 8  # characters that a note names
_MAPS_NAMED = 4  # in a note, of those whose channels are not all drawn
_CHANNELS, _PICTURE = (1, 3), 16  # of a picture, and the least of its sides; volumes may look like smaller ones
_SLOW = 60  # seconds of a step that are worth a word
NOT_SLOW = (
    "only one layer with numbers, seen from above with its weights, or a chain's last one, if its terms are single "
    "cells or channels that are all drawn, is built slowly: all steps are played alike"
)


def left_out_of(page: "Drawing | Stack | Perceptron") -> tuple[str, ...]:
    """What of its maps a figure leaves out."""
    if not isinstance(page, Stack):
        return ()
    elided = [plan for plan in page.maps if plan.is_elided]
    return tuple(f"{len(p.drawn)} of {p.channels:,} of {p.label[0] if p.label else p.name}" for p in elided)


def left_out_note(maps: Sequence[str]) -> tuple[str, ...]:
    """What is to be said of maps whose channels are not all drawn, given how many of each are."""
    if not maps:
        return ()
    more = f", and so on for {len(maps) - _MAPS_NAMED:,} more maps" if len(maps) > _MAPS_NAMED else ""
    named = ", ".join(maps[:_MAPS_NAMED])
    return (f"not all channels are drawn: {named}{more}; a larger max-sheets shows more",)


def unseen_weights(figure: Layer | Chain, values: FigureValues | None, scene: Scene, name: str) -> tuple[str, ...]:
    """What is to be said of weights that numbers come from, and that are not drawn."""
    if values is None or name in PRODUCTS or all(kernel is None for kernel in values.kernels):
        return ()
    if any(isinstance(shape, Cells) and shape.map.startswith("kernel") for shape in scene.shapes):
        return ()
    if isinstance(figure, Chain) and len(figure.stages) > 1:
        return ("weights are not drawn in a chain: a figure of one layer shows them",)
    if any(isinstance(shape, Cells) and shape.levels is not None for shape in scene.shapes):
        if len(figure.input_size) == 3:
            return ("weights are not drawn: slices of a kernel have no room beside colours",)
        return ("weights are not drawn: filters that differ from channel to channel have no room beside colours",)
    return ("weights are not drawn: the view flat shows them",)


def channels_as_axis(figure: Layer | Chain) -> tuple[str, ...]:
    """What is to be said of an input of three axes that looks like a picture with its channels, first or last."""
    size = figure.input_size
    if isinstance(figure, Chain) or len(size) != 3 or figure.in_channels is not None:
        return ()
    for channels, sides in ((size[-1], size[:-1]), (size[0], size[1:])):
        if channels in _CHANNELS and sides[0] == sides[1] >= _PICTURE:
            said, meant = "x".join(map(str, size)), f"{channels}@{sides[0]}x{sides[1]}"
            return (f"{said} are three axes, depth x height x width; a picture with channels is {meant}",)
    return ()


def rounded(scene: Scene) -> tuple[str, ...]:
    """What is to be said of numbers that are rounded, because those that are exact have no room."""
    if not scene.lost_decimals or any(isinstance(shape, Cells) and shape.levels is not None for shape in scene.shapes):
        return ()
    return ("numbers are rounded: there is no room for all of their decimals, which a larger width has",)


def slow_steps(options: Options) -> tuple[str, ...]:
    """What is to be said of steps so long that milliseconds may have been meant."""
    if options.step_time is None or options.step_time < _SLOW or options.still or options.sheet is not None:
        return ()
    return (f"a step lasts {options.step_time:g} s: step-time is in seconds",)


def missing_glyphs(scene: Scene, font: Metrics) -> tuple[str, ...]:
    """What is to be said of characters that stand in the picture and that no font of the list has."""
    still = (shape.text for shape in scene.shapes if isinstance(shape, Texts) and isinstance(shape.text, tuple))
    missing = dict.fromkeys(c for text in dict.fromkeys(chain.from_iterable(still)) for c in font.legible(text)[1])
    if not missing:
        return ()
    said = ", ".join(repr(c) for c in list(missing)[:_LACKED]) + (" …" if len(missing) > _LACKED else "")
    return (f"the font lacks {said}: formats drawn with it spell that out; another font may have it",)


def sampling(clock: Timing, every: int | None, words: Words) -> tuple[str, tuple[str, ...]]:
    """What the picture and the notes say when frames do not show every step of their range, or of `every` step."""
    frames, among = len(clock.steps), every or clock.steps[-1] - clock.steps[0] + 1
    if frames == among:
        return "", ()
    said = steps_shown(frames, among, words)
    if frames == clock.steps[-1] - clock.steps[0] + 1:
        return said, ()  # those of the channels that are drawn
    return said, (f"{frames:,} of {among:,} steps are shown, evenly spread; a larger max-frames shows more",)
