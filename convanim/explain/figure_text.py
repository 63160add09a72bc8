"""A figure explained in text: formulas with every number put in, what is not read, what it costs, how costs compare."""

from convanim.errors import RequestError, line_of
from convanim.explain.backward_text import backward_lines
from convanim.explain.chain_text import chain_lines
from convanim.explain.layer_text import layer_lines
from convanim.explain.network_text import network_lines
from convanim.figures.alt_text import default_title
from convanim.figures.subject import Comparison, Part, Single, Subject
from convanim.layers.backward import Backward
from convanim.networks.chain import Chain
from convanim.networks.cost import cost_of
from convanim.networks.network import Network
from convanim.networks.pointwise import Pointwise, Stage
from convanim.words.costs import spelled_ratio
from convanim.words.language import Words
from convanim.words.layer_names import stages_in_brief

_LONGEST_AXIS = 10_000_000  # cells, each of which is looked at
_LARGEST_TABLE = 20_000_000


def explained(figure: Subject, words: Words) -> str:
    """The explanation of a figure, several lines. Raises RequestError when it has too many cells to look at."""
    if isinstance(figure, Comparison):
        return _text(_compared(figure.parts, [(number, 0) for number in range(1, len(figure.parts))], words))
    return _text(_lines(figure, words))


def explained_against(part: Part, other: Part, words: Words) -> str:
    """The explanations of two figures, and what the first costs measured by the second."""
    return _text(_compared((part, other), [(0, 1)], words))


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def _lines(figure: Single, words: Words) -> list[str]:
    if isinstance(figure, Network):
        return network_lines(figure, words)
    if isinstance(figure, Backward):
        _refuse_long_axes(figure.layer)
        return backward_lines(figure, words)
    if not isinstance(figure, Chain):
        _refuse_long_axes(figure)
        return layer_lines(figure, words)
    for stage in figure.stages:
        _refuse_long_axes(stage)
        _refuse_large_tables(stage)
    return chain_lines(figure, words)


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


def _in_brief(figure: Single, words: Words) -> str:
    if isinstance(figure, Network | Backward):
        return default_title(figure, words)
    return stages_in_brief(figure, words)


def _compared(parts: tuple[Part, ...], pairs: list[tuple[int, int]], words: Words) -> list[str]:
    """Each part under its title, then for some pairs what one costs measured by the other."""
    titles = [line_of(part.title or part.text) or _in_brief(part.figure, words) for part in parts]
    lines = []
    for title, part in zip(titles, parts):
        lines += [title, "=" * len(title), *_lines(part.figure, words), ""]
    for one, other in pairs:
        cost, measure = cost_of(parts[one].figure), cost_of(parts[other].figure)
        ratio = spelled_ratio(measure, cost, words, has_activations=True)
        lines.append(words("against", one=titles[one], other=titles[other], ratio=ratio))
    return lines
