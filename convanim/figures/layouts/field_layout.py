"""What a cell of a network sees, laid out: a still picture of the input."""

import hashlib

import numpy as np

from convanim.errors import RequestError
from convanim.figures.layouts.layout import Layout
from convanim.figures.layouts.remarks import NOT_SLOW, missing_glyphs
from convanim.figures.options import NUMBERS, Options, refuse_set
from convanim.figures.timing import MOST_FRAMES, timing
from convanim.networks.cell_field import Box, CellField
from convanim.numbers.scales import Scale
from convanim.scene.font import Metrics
from convanim.scene.picture_size import PictureSize
from convanim.views.networks.field_map import Ends, FieldMap, Told
from convanim.views.registry import view
from convanim.words.cell_fields import field_label, told_texts
from convanim.words.language import Words

_LOOKS = ("order", "max_sheets", "output_label", "cell_size", "max_cells")
_OF_LAYERS = ("backward", "perceptron", "transposed_as", *_LOOKS)
_SEEN = 0.5  # the level of cells of which no more is known than that they are seen


def field_layout(figure: CellField, options: Options, words: Words, font: Metrics, size: PictureSize) -> Layout:
    """The scene of a cell's field. Raises RequestError when the options do not fit it, or it has no room."""
    refuse_set(options, NUMBERS, "a receptive field has numbers of its own")
    refuse_set(options, _OF_LAYERS, "a receptive field is one map, of which it says nothing")
    refuse_set(options, ("bounce",), "a receptive field is a still, and does not move")
    if options.caption:
        raise RequestError("caption", None, "a receptive field has its words beside the map", "leave it out")
    if options.view not in (None, "flat"):
        raise RequestError("view", options.view, "a receptive field is one map", "try flat, or leave it out")
    if figure.exact.ndim > 2:
        rule = f"an input of {figure.exact.ndim} axes is not drawn"
        raise RequestError("network", None, rule, "its numbers are told: leave out the picture")
    heat = figure.heat
    largest = 0.0 if heat is None else float(heat.max())
    is_heat = heat is not None and largest > 0
    levels = heat / largest if heat is not None and is_heat else figure.exact * _SEEN
    boxes = {"effective": figure.effective_box, "exact": figure.exact_box, "bounded": figure.bounded_box}
    page = FieldMap(
        levels=np.atleast_2d(np.asarray(levels, dtype=float)),
        scale=Scale("count", 1.0) if is_heat else None,
        told=tuple(Told(kind, _ends(boxes[kind]), text) for kind, text in told_texts(figure, words).items()),
        above=field_label(figure, words, options.input_label),
        size=size,
        labels=options.labels,
        font=font,
        words=words,
    )
    scene = view("flat", page)
    most = MOST_FRAMES if options.max_frames is None else options.max_frames
    clock = timing(1, step_time=options.step_time, hold=options.hold, loop=options.loop, steps=options.steps, most=most)
    remarks = (*missing_glyphs(scene, font), *([NOT_SLOW] if options.slow else []))
    numbers = hashlib.sha256(np.ascontiguousarray(levels).tobytes()).hexdigest()
    return Layout(scene, clock, remarks, (), numbers, still=0)


def _ends(box: Box | None) -> Ends | None:
    """The first row and column of a box, and those behind the last; of one axis there is one row."""
    if box is None:
        return None
    (top, bottom), (left, right) = box if len(box) == 2 else ((0, 0), *box)
    return top, left, bottom + 1, right + 1
