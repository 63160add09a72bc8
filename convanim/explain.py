"""A figure explained in text: formulas with every number put in, what is not read, what it costs, how costs compare."""

from math import prod

from convanim.chain import Chain, spelled_shape
from convanim.code import FRAMEWORKS, code_of
from convanim.cost import Cost, cost_of, spelled_ratio, stage_cost
from convanim.errors import RequestError, line_of
from convanim.explain_chain import chain_lines, cost_lines, counted
from convanim.figures import Comparison, Part, Subject
from convanim.formula import brief, footprint_formula, parameters, size_formula
from convanim.framework_rules import count_rule, rules_giving, size_rule
from convanim.geometry import Geometry
from convanim.layers import (
    AvgPool,
    Conv,
    ConvTranspose,
    Layer,
    MaxPool,
    channels_of,
    dilation_of,
    input_shape,
    output_shape,
)
from convanim.pointwise import Pointwise, Stage
from convanim.sizes import AXIS_NAMES

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
        return _layer(figure)
    for stage in figure.stages:
        _refuse_long_axes(stage)
        _refuse_large_tables(stage)
    return chain_lines(figure)


def _layer(layer: Layer) -> list[str]:
    has_channels = layer.in_channels is not None
    read = spelled_shape(input_shape(layer), has_channels=has_channels)
    made = spelled_shape(output_shape(layer), has_channels=has_channels)
    lines = [parameters(layer), f"input {read} -> output {made}", ""]
    for axis, name in enumerate(AXIS_NAMES[len(layer.axes)]):
        lines += _axis(layer, axis, name)
    lines += _rules(layer)
    lines += _channels(layer)
    lines += ["", f"unread input cells: {_unread(Geometry(layer))}", *cost_lines(stage_cost(layer))]
    return [*lines, "", "as code:", *(f"  {FRAMEWORKS[name].title}: {code}" for name, code in code_of(layer).items())]


def _rules(layer: Layer) -> list[str]:
    """The rules of the output's size, of a mean's divisor, and the words that mean this padding, with their sources."""
    is_ceiled = isinstance(layer, MaxPool | AvgPool) and layer.ceil_mode
    lines = [str(size_rule(layer.op, is_ceiled))]
    if isinstance(layer, AvgPool) and any(map(any, layer.padding)) and layer.divisor_override is None:
        lines.append(str(count_rule(layer.count_include_pad)))
    extra = layer.output_padding if isinstance(layer, ConvTranspose) else None
    sizes = (layer.input_size, layer.kernel_size, layer.stride, dilation_of(layer))
    return lines + [
        f"this is '{rule.word}' padding: {rule.says} ({rule.source})"
        for rule in rules_giving(layer.op, *sizes, layer.padding, extra)
    ]


def _axis(layer: Layer, axis: int, name: str) -> list[str]:
    lines = [f"{name}: {size_formula(layer, axis)}"]
    footprint = footprint_formula(layer, axis)
    if footprint:
        lines.append(f"  the dilated kernel spans {footprint} cells")
    after = layer.padding[axis][1]
    if isinstance(layer, ConvTranspose):
        geometry = layer.axes[axis]
        lines.append(
            f"  seen as a convolution: {counted(layer.stride[axis] - 1, 'zero')} between input cells, "
            f"border {geometry.before} before and {geometry.after} after"
        )
    elif isinstance(layer, MaxPool | AvgPool) and layer.ceil_mode:
        overhang = max(layer.axes[axis].last - (layer.input_size[axis] - 1 + after), 0)
        lines.append(f"  the last window hangs {counted(overhang, 'cell')} over the padded input" if overhang else "")
    return [line for line in lines if line]


def _channels(layer: Layer) -> list[str]:
    """Which channels talk to which, where there are any."""
    channels = channels_of(layer)
    if channels is None:
        return []
    if not isinstance(layer, Conv | ConvTranspose):
        return ["channels: each output channel reads the input channel of its own number"]
    if channels.groups == 1:
        return [
            f"channels: each filter reads all {channels.inputs:,}" if channels.inputs > 1 else "channels: 1 is read"
        ]
    return [
        f"channels: {channels.groups:,} groups; in each, {counted(channels.made, 'filter')} "
        f"{'reads' if channels.made == 1 else 'read'} {channels.read:,} of the {channels.inputs:,}"
    ]


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


def _unread(geometry: Geometry) -> str:
    cells = f"{geometry.unread:,} of {prod(geometry.layer.input_size):,}"
    return cells if geometry.channels is None else f"{cells} in every channel"


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
