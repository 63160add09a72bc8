"""A figure explained in text: formulas with every number put in, what is not read, what it costs, how costs compare."""

from convanim.errors import RequestError, line_of
from convanim.explain.chain_text import chain_lines
from convanim.explain.layer_text import layer_lines
from convanim.figures.subject import Comparison, Part, Subject
from convanim.layers.layer import Layer
from convanim.networks.chain import Chain
from convanim.networks.cost import Cost, cost_of
from convanim.networks.pointwise import Pointwise, Stage
from convanim.words.costs import spelled_ratio
from convanim.words.layer_names import brief

_LONGEST_AXIS = 10_000_000  # cells, each of which is looked at
_LARGEST_TABLE = 20_000_000


def explained(figure: Subject) -> str:
    """The explanation of a figure, several lines. Raises RequestError when it has too many cells to look at."""
    if isinstance(figure, Comparison):
        return _text(_compared(figure.parts, [(number, 0) for number in range(1, len(figure.parts))]))
    return _text(_lines(figure))


def explained_against(part: Part, other: Part) -> str:
    """The explanations of two figures, and what the first costs measured by the second."""
    return _text(_compared((part, other), [(0, 1)]))


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def _lines(figure: Layer | Chain) -> list[str]:
    if not isinstance(figure, Chain):
        _refuse_long_axes(figure)
        return layer_lines(figure)
    for stage in figure.stages:
        _refuse_long_axes(stage)
        _refuse_large_tables(stage)
    return chain_lines(figure)


def _refuse_long_axes(stage: Stage) -> None:
    longest = max(stage.input_size)
    if not isinstance(stage, Pointwise):
        longest = max(longest, *(max(axis.last - axis.first + 1, axis.output_size) for axis in stage.axes))
    if longest > _LONGEST_AXIS:
        rule = f"an axis has more than {_LONGEST_AXIS:,} cells"
        raise RequestError("input_size", stage.input_size, rule, "try a smaller input or less padding")


def _refuse_large_tables(stage: Stage) -> None:
    """Receptive fields are propagated through tables that list what each output cell of an axis reads."""
    for axis in () if isinstance(stage, Pointwise) else stage.axes:
        if axis.output_size * axis.kernel_size > _LARGEST_TABLE:
            rule = f"an axis reads more than {_LARGEST_TABLE:,} times"
            raise RequestError("input_size", stage.input_size, rule, "try a smaller input or kernel")


def _compared(parts: tuple[Part, ...], pairs: list[tuple[int, int]]) -> list[str]:
    """Each part under its title, then for some pairs what one costs measured by the other."""
    titles = [line_of(part.title) or _brief(part.figure) for part in parts]
    lines = []
    for title, part in zip(titles, parts):
        lines += [title, "=" * len(title), *_lines(part.figure), ""]
    for one, other in pairs:
        ratio = _ratio(cost_of(parts[one].figure), cost_of(parts[other].figure))
        lines.append(f"{titles[one]} against {titles[other]}: {ratio}")
    return lines


def _brief(figure: Layer | Chain) -> str:
    return ", ".join(map(brief, figure.stages)) if isinstance(figure, Chain) else brief(figure)


def _ratio(cost: Cost, other: Cost) -> str:
    """What a cost is, measured by the other."""
    return spelled_ratio(other, cost, has_activations=True)
