"""A layer explained in text: the formula of each axis with every number put in, what is not read, what it costs."""

from math import prod

from convanim.formula import footprint_formula, parameters, size_formula
from convanim.geometry import Geometry
from convanim.layers import AvgPool, ConvTranspose, Layer, MaxPool, output_size
from convanim.operations import operation_of
from convanim.sizes import AXIS_NAMES, spelled


def explained(layer: Layer) -> str:
    """The explanation of a layer, several lines."""
    lines = [parameters(layer), f"input {spelled(layer.input_size)} -> output {spelled(output_size(layer))}", ""]
    for axis, name in enumerate(AXIS_NAMES[len(layer.axes)]):
        lines += _axis(layer, axis, name)
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
            f"  seen as a convolution: {layer.stride[axis] - 1} zeros between input cells, "
            f"border {geometry.before} before and {geometry.after} after"
        )
    elif isinstance(layer, MaxPool | AvgPool) and layer.ceil_mode:
        overhang = max(layer.axes[axis].last - (layer.input_size[axis] - 1 + after), 0)
        lines.append(f"  the last window hangs {overhang} cells over the padded input" if overhang else "")
    return [line for line in lines if line]


def _unread(geometry: Geometry) -> str:
    unread = int((~geometry.read).sum())
    total = geometry.read.size
    return f"{unread:,} of {total:,}"


def _cost(geometry: Geometry) -> list[str]:
    layer = geometry.layer
    if not operation_of(layer).has_weights:
        return ["weights: 0", "multiply–accumulates: 0"]
    weights = prod(layer.kernel_size)
    # A convolution multiplies in every output cell, a transposed one in every input cell; padding and crops included.
    cells = prod(layer.input_size if isinstance(layer, ConvTranspose) else geometry.output_size)
    return [f"weights: {weights:,}", f"multiply–accumulates: {cells * weights:,}"]
