"""A layer explained in text: the formula of each axis with every number put in, what is not read, what it costs."""

from math import prod

from convanim.errors import RequestError
from convanim.formula import footprint_formula, parameters, size_formula
from convanim.geometry import Geometry
from convanim.layers import AvgPool, ConvTranspose, Layer, MaxPool, output_size
from convanim.operations import operation_of
from convanim.sizes import AXIS_NAMES, spelled

_LONGEST_AXIS = 10_000_000  # cells, each of which is looked at


def explained(layer: Layer) -> str:
    """The explanation of a layer, several lines. Raises RequestError when it has too many cells to look at."""
    lines = [parameters(layer), f"input {spelled(layer.input_size)} -> output {spelled(output_size(layer))}", ""]
    for axis, name in enumerate(AXIS_NAMES[len(layer.axes)]):
        lines += _axis(layer, axis, name)
    _refuse_long_axes(layer)
    geometry = Geometry(layer)
    lines += ["", f"unread input cells: {_unread(geometry)}"]
    lines += _cost(geometry)
    return "\n".join(lines) + "\n"


def _axis(layer: Layer, axis: int, name: str) -> list[str]:
    lines = [f"{name}: {size_formula(layer, axis)}"]
    footprint = footprint_formula(layer, axis)
    if footprint:
        lines.append(f"  the dilated kernel spans {footprint} cells")
    after = layer.padding[axis][1]
    if isinstance(layer, ConvTranspose):
        geometry = layer.axes[axis]
        lines.append(
            f"  seen as a convolution: {_count(layer.stride[axis] - 1, 'zero')} between input cells, "
            f"border {geometry.before} before and {geometry.after} after"
        )
    elif isinstance(layer, MaxPool | AvgPool) and layer.ceil_mode:
        overhang = max(layer.axes[axis].last - (layer.input_size[axis] - 1 + after), 0)
        lines.append(f"  the last window hangs {_count(overhang, 'cell')} over the padded input" if overhang else "")
    return [line for line in lines if line]


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def _refuse_long_axes(layer: Layer) -> None:
    for axis in layer.axes:
        if axis.last - axis.first >= _LONGEST_AXIS or axis.output_size > _LONGEST_AXIS:
            rule = f"an axis has more than {_LONGEST_AXIS:,} cells"
            raise RequestError("input_size", layer.input_size, rule, "try a smaller input or less padding")


def _unread(geometry: Geometry) -> str:
    return f"{geometry.unread:,} of {prod(geometry.layer.input_size):,}"


def _cost(geometry: Geometry) -> list[str]:
    layer = geometry.layer
    if not operation_of(layer).has_weights:
        return ["weights: 0", "multiply–accumulates: 0"]
    weights = prod(layer.kernel_size)
    # A convolution multiplies in every output cell, a transposed one in every input cell; padding and crops included.
    cells = prod(layer.input_size if isinstance(layer, ConvTranspose) else geometry.output_size)
    return [f"weights: {weights:,}", f"multiply–accumulates: {cells * weights:,}"]
