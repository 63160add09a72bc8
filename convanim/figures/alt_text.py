"""Figures in words, for those who do not see the picture: a title, and a sentence or two."""

from convanim.figures.subject import Comparison, Subject, difference_of
from convanim.layers.axis import Axis
from convanim.layers.layer import AvgPool, ConvTranspose, Layer, MaxPool, input_shape, output_shape
from convanim.layers.operations import operation_of
from convanim.layers.sizes import spelled, spelled_shape
from convanim.networks.chain import Chain, shape_out_of
from convanim.networks.pointwise import Pointwise, Stage
from convanim.words.differences import verdict
from convanim.words.layer_names import brief, parameters


def default_title(figure: Subject) -> str:
    """What a figure is called when its maker gives no title: `Convolution, kernel 3×3, stride 2`."""
    if isinstance(figure, Comparison):
        return " | ".join(part.title or default_title(part.figure) for part in figure.parts)
    if isinstance(figure, Chain):
        return ", ".join(map(brief, figure.stages))
    return ", ".join([operation_of(figure).title, *parameters(figure).split(", ")[1:]])


def alt_text(figure: Subject, transposed_as: str = "gather") -> str:
    """The alternative text of a figure: what it is of, its sizes, what moves and what comes out."""
    if isinstance(figure, Comparison):
        return _comparison(figure)
    return _chain(figure) if isinstance(figure, Chain) else _layer(figure, transposed_as == "scatter")


def _layer(layer: Layer, is_scatter: bool) -> str:
    has_channels = layer.in_channels is not None
    read = spelled_shape(input_shape(layer), has_channels=has_channels)
    made = spelled_shape(output_shape(layer), has_channels=has_channels)
    if is_scatter:
        how = f"Each cell of the {read} input stamps the kernel onto the {made} output, where stamps add up."
    else:
        moves = f"A {_window(layer)} window moves over the {_lined_up(layer, read)}"
        how = f"{moves}; each place gives one cell of the {made} output{_reduced(layer)}."
    return f"{default_title(layer)}. {how}"


def _window(layer: Layer) -> str:
    spans = tuple(axis.footprint for axis in layer.axes)
    return spelled(spans) if len(spans) > 1 else f"{spans[0]}-cell"


def _lined_up(layer: Layer, read: str) -> str:
    """The input as windows see it."""
    words = []
    if isinstance(layer, ConvTranspose) and max(layer.stride) > 1:
        words.append("zeros between its cells")
    if any(map(_is_padded, layer.axes)):
        words.append("padding around them" if words else "padding around it")
    return f"{read} input" + (f" with {' and '.join(words)}" if words else "")


def _is_padded(axis: Axis) -> bool:
    return any(not 0 <= p <= (axis.input_size - 1) * axis.spread for p in (axis.positions[0], axis.positions[-1]))


def _reduced(layer: Layer) -> str:
    if isinstance(layer, MaxPool):
        return ", the largest number in it"
    return ", the mean of the numbers in it" if isinstance(layer, AvgPool) else ""


def _chain(chain: Chain) -> str:
    read = spelled_shape(chain.shapes[0], has_channels=chain.has_channels)
    stages = [_stage(stage) for stage in chain.stages]
    count = f"{len(stages)} layer" + ("" if len(stages) == 1 else "s")
    cells = "each step shows what one cell of the last map depends on"
    return f"A chain of {count} over a {read} input: {', '.join(stages)}; {cells}."


def _stage(stage: Stage) -> str:
    if isinstance(stage, Pointwise):  # what it makes is as large as what it reads
        return brief(stage)
    return f"{brief(stage)} to {spelled_shape(shape_out_of(stage), has_channels=stage.in_channels is not None)}"


def _comparison(comparison: Comparison) -> str:
    parts = []
    for number, part in enumerate(comparison.parts, start=1):
        title = f"{part.title}. " if part.title else ""
        parts.append(f"({number}) {title}{alt_text(part.figure, part.options.transposed_as)}")
    told = " ".join([f"{len(parts)} figures side by side, in step:", *parts])
    difference = difference_of(comparison)
    return told if difference is None else f"{told} Output cells that differ are crossed: {verdict(difference)}."
