"""Padding as frameworks write it, and what they call what padding holds."""

from math import isfinite

from convanim.code.axis_orders import beginnings_first
from convanim.code.signatures import NotExpressibleError, written
from convanim.layers.axis import PaddingMode
from convanim.layers.sizes import Sides

TORCH_NAMES = {
    "ZeroPad": PaddingMode.ZEROS,
    "ConstantPad": PaddingMode.ZEROS,
    "ReflectionPad": PaddingMode.REFLECT,
    "ReplicationPad": PaddingMode.REPLICATE,
    "CircularPad": PaddingMode.CIRCULAR,
}
# numpy's names, which `jnp.pad`, `keras.ops.pad` and ONNX share.
NUMPY_NAMES = {
    "constant": PaddingMode.ZEROS,
    "reflect": PaddingMode.REFLECT,
    "edge": PaddingMode.REPLICATE,
    "wrap": PaddingMode.CIRCULAR,
}


def pad_written(sides: Sides, mode: PaddingMode, value: float, framework: str) -> str:
    """A pad as code of a framework, its input called x; raises NotExpressibleError where it has none such."""
    if framework == "pytorch":
        return _torch_written(sides, mode, value)
    if framework == "keras":
        return _keras_written(sides, mode, value)
    is_cut = min(end for pair in sides for end in pair) < 0
    name = next(name for name, each in NUMPY_NAMES.items() if each is mode)
    if framework == "onnx":
        if is_cut and mode is not PaddingMode.ZEROS:
            raise NotExpressibleError("runtimes do not agree what an ONNX Pad copies where it also cuts cells off")
        ends = beginnings_first(((0, 0), (0, 0), *sides))
        constant = f"constant_value={_spelled(value, 'inf')}" if value else ""
        return written("Pad", f"pads={ends}", constant if mode is PaddingMode.ZEROS else f"mode={name!r}")
    if is_cut and mode is PaddingMode.ZEROS and isfinite(value):
        config = ((0, 0, 0), *((*pair, 0) for pair in sides), (0, 0, 0))
        return written("jax.lax.pad", "x", f"{float(value)!r}", str(config))
    if is_cut:
        raise NotExpressibleError("jnp.pad cuts nothing off; a slice would have to")
    how = f"mode={name!r}" if mode is not PaddingMode.ZEROS else ""
    constant = f"constant_values={_spelled(value, 'jnp.inf')}" if value else ""
    return written("jnp.pad", "x", _with_channels_behind(sides), how or constant)


def _torch_written(sides: Sides, mode: PaddingMode, value: float) -> str:
    ends = tuple(end for pair in reversed(sides) for end in pair)  # the last axis comes first
    dims = len(sides)
    if value:
        return f"nn.ConstantPad{dims}d({ends}, {_spelled(value, '')})"
    name = next(name for name, each in TORCH_NAMES.items() if each is mode)
    return f"nn.{name}{dims}d({ends[0] if len(set(ends)) == 1 else ends})"


def _keras_written(sides: Sides, mode: PaddingMode, value: float) -> str:
    ends = [end for pair in sides for end in pair]
    dims = len(sides)
    if mode is PaddingMode.ZEROS and not value and (min(ends) >= 0 or max(ends) <= 0):
        name = "ZeroPadding" if min(ends) >= 0 else "Cropping"
        pairs = tuple((abs(before), abs(after)) for before, after in sides)
        return f"keras.layers.{name}{dims}D({pairs[0] if dims == 1 else pairs})"
    if min(ends) < 0:
        raise NotExpressibleError("Keras's padding cuts nothing off, and its Cropping pads nothing: it takes both")
    if mode is PaddingMode.ZEROS:
        how = f"constant_values={_spelled(value, '')}"
    elif mode is PaddingMode.REFLECT:
        how = "mode='reflect'"
    else:
        raise NotExpressibleError(f"keras.ops.pad has no {mode.value} on every backend")
    return f"keras.ops.pad(x, {_with_channels_behind(sides)}, {how})"


def _spelled(value: float, infinity: str) -> str:
    """A constant as code has it."""
    if isfinite(value):
        return repr(value)
    sign = "-" if value < 0 else ""
    return f"{sign}{infinity}" if infinity else f"float('{sign}inf')"


def _with_channels_behind(sides: Sides) -> str:
    return str(((0, 0), *sides, (0, 0)))
