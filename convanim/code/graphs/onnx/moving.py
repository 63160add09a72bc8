"""Operators of ONNX that move cells: pads, resizes, slices and splits."""

from collections.abc import Mapping, Sequence
from math import floor
from typing import Any, TypeAlias

from convanim.code.axis_orders import from_beginnings
from convanim.code.graphs import steps
from convanim.code.graphs.onnx.values import Values
from convanim.code.operations.padding import PAD_MODE_OF
from convanim.errors import shown
from convanim.layers.kinds.resize_rules import PLACES, SLOPE
from convanim.layers.kinds.upsample import LINEAR
from convanim.layers.layer import Upsample
from convanim.networks.between import Operation
from convanim.networks.building import OperationLike
from convanim.networks.made import only

Given: TypeAlias = Mapping[str, Any]


def padding(node: Any, given: Given, values: Values) -> OperationLike:
    """Cells around a map, or cut off, on the axes that the node names."""
    pads = given.get("pads") or given.get("paddings") or values.numbers(node, 1)
    has_axes = len(node.input) > 3 and bool(node.input[3])
    axes = values.numbers(node, 3) if has_axes else None
    if (
        not pads
        or not all(type(size) is int for size in pads)
        or len(pads) % 2
        or given.get("mode", "constant") not in PAD_MODE_OF
        or (has_axes and (axes is None or 2 * len(axes) != len(pads)))
    ):
        return steps.refusing(f"Pad ({shown(given.get('mode', 'constant'))})")
    pairs = from_beginnings(pads)
    half = len(pairs)
    mode = PAD_MODE_OF[given.get("mode", "constant")]
    copies = mode != "constant"
    if copies and min(pads) < 0:
        return steps.refusing("Pad that copies cells and cuts some off")
    constant = values.constants.get(node.input[2]) if len(node.input) > 2 and node.input[2] else None
    if not copies and constant is not None and constant.values is None:
        return steps.refusing("Pad with a constant that is computed")
    said = constant.values[0] if constant is not None and constant.values else given.get("value", 0)

    def made(shapes: steps.Shapes) -> Operation:
        count = len(only(shapes)) + 1
        places = range(half) if axes is None else [axis % count for axis in axes]
        sides = dict(zip(places, pairs))
        if len(sides) != half or (axes is None and half != count) or any(sides.pop(0, ())):
            raise steps.unknown("Pad of the batch, or of axes that there are not")
        what = steps.padding([sides.get(place, (0, 0)) for place in range(1, count)], mode, said if not copies else 0)
        assert callable(what)
        found = what(shapes)
        assert not isinstance(found, Sequence)
        return found

    return made


def resizing(node: Any, given: Given, values: Values) -> OperationLike:
    """An interpolation as PyTorch exports it; by factors or to a size, the batch's and the channels' first."""
    how = given.get("coordinate_transformation_mode", "half_pixel")
    mode = given.get("mode", "nearest")
    is_known = mode in ("nearest", "linear", "cubic") and how in PLACES
    if not is_known or given.get("antialias", 0) or given.get("axes"):
        return steps.refusing(f"Resize ({shown(mode)}, {shown(how)})")
    policy = given.get("keep_aspect_ratio_policy", "stretch")
    if policy != "stretch":
        return steps.refusing(f"Resize (keep_aspect_ratio_policy {shown(policy)})")
    more: dict[str, Any] = {"coordinate_transformation_mode": how}
    if mode == "nearest":
        more["nearest_mode"] = given.get("nearest_mode", "round_prefer_floor")
    if mode == "cubic":
        more |= {"cubic_coeff_a": given.get("cubic_coeff_a", SLOPE)}
        more |= {"exclude_outside": bool(given.get("exclude_outside", 0))}
    name = node.input[2] if len(node.input) > 2 else ""
    factors = values.constants[name].values if name in values.constants else None
    sizes = values.numbers(node, 3)

    def made(shapes: steps.Shapes) -> Operation:
        shape = only(shapes)
        wanted = sizes[1:] if sizes else tuple(floor(n * by) for n, by in zip(shape, (factors or ())[1:]))
        if len(wanted) != len(shape) or wanted[0] != shape[0] or len(shape) == 1:
            raise steps.unknown("Resize to a size that is computed, or of channels")
        dims = len(shape) - 1
        word = {"nearest": "nearest", "linear": LINEAR.get(dims, "linear"), "cubic": "bicubic"}[mode]
        factor = None if sizes or not factors else tuple(map(float, factors[2:]))
        size = wanted[1:] if factor is None else None
        return Upsample(shape[1:], size, factor, word, in_channels=shape[0], dims=dims, **more)

    return made if sizes or (factors and all(_is_factor(by) for by in factors)) else steps.refusing("Resize")


def _is_factor(value: object) -> bool:
    return isinstance(value, int | float) and 0 < value < 10**6


def slicing(node: Any, given: Given, values: Values) -> OperationLike:
    """Some cells of one axis or several, one after another."""
    starts, ends = (given.get(key) or values.numbers(node, at) for at, key in ((1, "starts"), (2, "ends")))
    axes = given.get("axes") or values.numbers(node, 3) or tuple(range(len(starts or ())))
    by = values.numbers(node, 4) or ()
    if not starts or not ends or not len(starts) == len(ends) == len(axes) or set(by) - {1}:
        return steps.refusing("Slice to what is computed, or with steps")
    if len(axes) == 1:
        return steps.cutting(axes[0], starts[0], ends[0])
    return steps.cutting_all(axes, starts, ends)


def share(axis: int, number: int, count: int) -> OperationLike:
    """One of several equal parts of an axis."""

    def made(shapes: steps.Shapes) -> Operation | Sequence[Operation]:
        shape = only(shapes)
        size = -(-shape[axis % (len(shape) + 1) - 1] // count)
        what = steps.cutting(axis, number * size, (number + 1) * size)
        assert callable(what)
        return what(shapes)

    return made
