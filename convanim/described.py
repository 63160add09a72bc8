"""Figures in a sentence or two, for those who do not see the picture."""

from convanim.chain import Chain, shape_out_of, spelled_shape
from convanim.figures import Comparison, Subject
from convanim.formula import brief, parameters
from convanim.layers import Layer, input_shape, output_shape
from convanim.operations import operation_of
from convanim.pointwise import Pointwise, Stage


def described(figure: Subject) -> str:
    """The alternative text of a figure: what it is of, and what its steps show."""
    if isinstance(figure, Comparison):
        return _comparison(figure)
    return _chain(figure) if isinstance(figure, Chain) else _layer(figure)


def _layer(layer: Layer) -> str:
    has_channels = layer.in_channels is not None
    read = spelled_shape(input_shape(layer), has_channels=has_channels)
    made = spelled_shape(output_shape(layer), has_channels=has_channels)
    title = operation_of(layer).title
    return f"{title} ({parameters(layer)}): a {read} input becomes a {made} output, one cell at a time."


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
        parts.append(f"({number}) {title}{described(part.figure)}")
    return " ".join([f"{len(parts)} figures side by side, in step:", *parts])
