"""A layer explained in text: formulas with every number put in, rules and their sources, what is not read, its code."""

from math import prod

from convanim.code.framework_rules import count_rule, rules_giving, size_rule
from convanim.code.frameworks import FRAMEWORKS, code_of
from convanim.explain.chain_text import cost_lines, counted
from convanim.layers.geometry import Geometry
from convanim.layers.layer import (
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
from convanim.layers.sizes import AXIS_NAMES, spelled_shape
from convanim.networks.cost import stage_cost
from convanim.words.formulas import footprint_formula, size_formula
from convanim.words.layer_names import parameters


def layer_lines(layer: Layer) -> list[str]:
    """The lines that explain a layer."""
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


def _unread(geometry: Geometry) -> str:
    cells = f"{geometry.unread:,} of {prod(geometry.layer.input_size):,}"
    return cells if geometry.channels is None else f"{cells} in every channel"
