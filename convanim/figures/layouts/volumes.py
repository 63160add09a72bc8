"""Which figures of three axes are drawn, in slices, and what serves those that are not."""

from math import prod

from convanim.errors import RequestError
from convanim.figures.options import Options, refuse_set
from convanim.layers.channels import Channels
from convanim.layers.layer import ConvTranspose, Layer, MaxUnpool, Rearranged, cell_count, channels_of
from convanim.layers.sizes import Sizes
from convanim.networks.chain import Chain
from convanim.networks.pointwise import Pointwise, Stage
from convanim.numbers.figure_values import stages_of
from convanim.views.registry import PRODUCTS

_MOST_CELLS = 60_000  # of both maps; no picture has room for more in slices, and looking for it takes its time


def is_volume(figure: Layer | Chain) -> bool:
    """Whether a figure's maps have three axes."""
    return len(figure.input_size) == 3


def volume_of(figure: Layer | Chain, options: Options) -> Layer | Chain:
    """The layer or chain of three axes that is drawn in slices: a chain of one stage is that stage.

    Raises RequestError, before anything is allocated, for what is not drawn so.
    """
    stages, size = stages_of(figure), figure.input_size
    refuse_set(options, ("max_sheets",), "three axes are drawn in all of their slices")
    if len(stages) > 1:
        _refuse_chain(stages, size, options)
    for stage in stages:
        _refuse_stage(stage, size, options)
    cells = sum(prod(shape) for shape in figure.shapes) if isinstance(figure, Chain) else cell_count(figure)
    if cells > _MOST_CELLS:
        first, *rest = size
        rule = f"maps of {cells:,} cells would be drawn in slices, and at most {_MOST_CELLS:,} are"
        fix = "try a smaller input, or see explain and --json"
        fix += f"; channels stand before an @: {first}@{'x'.join(map(str, rest))}"
        raise RequestError("input_size", size, rule, fix)
    layer = stages[0]
    return layer if len(stages) == 1 and not isinstance(layer, Pointwise) else figure


def _refuse_chain(stages: tuple[Stage, ...], size: Sizes, options: Options) -> None:
    """Raise RequestError for a chain that is not drawn in slices: one of functions, or with numbers, or from above."""
    fix = "draw its layers one by one; explain and --json tell of it all"
    if any(isinstance(stage, Pointwise) for stage in stages):
        raise RequestError(
            "input_size", size, "a chain with functions is drawn with one axis or two, and this has three", fix
        )
    if options.values is not None:
        raise RequestError("values", None, "those of a chain are drawn with one axis or two, and this has three", fix)
    if options.view == "flat" or options.view in PRODUCTS:
        raise RequestError("view", options.view, "a chain of three axes is drawn slanted", "try iso")


def _refuse_stage(layer: Stage, size: Sizes, options: Options) -> None:
    """Raise RequestError for a stage that is not drawn in slices."""
    if isinstance(layer, Pointwise):
        fix = "draw its layers one by one; explain and --json tell of it all"
        raise RequestError("input_size", size, "a chain is drawn with one axis or two, and this has three", fix)
    if isinstance(layer, Rearranged):
        rule = "it moves cells between channels, and three axes are drawn in slices of one"
        raise RequestError("input_size", size, rule, "see explain and --json")
    channels = channels_of(layer) or Channels(1, 1, 1)
    if channels[:2] != (1, 1):
        rule = "three axes are drawn in slices of one channel"
        rule += f", and this layer has {channels.inputs} in and {channels.outputs} out"
        fix = "try it with one in and one out; explain and --json tell of all"
        raise RequestError("input_size", size, rule, fix)
    if options.view in PRODUCTS:
        rule = f"{options.view} is drawn of one axis or two, and this has three"
        raise RequestError("view", options.view, rule, "try iso or flat")
    if options.perceptron:
        raise RequestError("perceptron", None, "it is drawn of one axis or two, and this has three", "leave it out")
    if options.transposed_as == "scatter" and isinstance(layer, ConvTranspose):
        rule = "it is drawn of one axis or two, and this has three"
        raise RequestError("transposed_as", "scatter", rule, "try gather")
    if isinstance(layer, MaxUnpool) and options.values is not None:
        rule = "those of a max unpool come from its pool, and a chain is drawn with one axis or two"
        raise RequestError("values", None, rule, "leave them out; --json tells them")
