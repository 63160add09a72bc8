"""Upsampling as frameworks write it, and what they call its modes."""

from dataclasses import replace
from math import prod
from typing import Any

from convanim.code.signatures import NotExpressibleError, written
from convanim.layers.kinds.resize_rules import SLOPE
from convanim.layers.kinds.upsample import LINEAR
from convanim.layers.layer import Layer, Upsample
from convanim.layers.sizes import Sizes

# TensorFlow's and JAX's bicubic, after Keys.
KEYS: dict[str, Any] = {"cubic_coeff_a": -0.5, "exclude_outside": True}
_CUBIC_NOTE = (
    "its bicubic has the slope -0.5 and leaves cells outside out; PyTorch's has -0.75 and takes the border cell"
)


def sized(layer: Upsample) -> Upsample:
    """The same by its output's size, from which the scale is worked out anew."""
    return replace(layer, scale_factor=None)


def upsampling_written(layer: Layer, framework: str) -> str:
    """An upsampling as code of a framework; raises NotExpressibleError where it has none such."""
    assert isinstance(layer, Upsample)
    dims, is_linear = len(layer.size), layer.mode in LINEAR.values()
    is_keys = (layer.cubic_coeff_a, layer.exclude_outside) == tuple(KEYS.values())
    if framework != "onnx" and layer.coordinate_transformation_mode is not None:
        said = " with ".join(filter(None, (layer.coordinate_transformation_mode, layer.nearest_mode)))
        raise NotExpressibleError(f"{said} is ONNX's alone")
    if framework != "onnx" and layer.mode == "bicubic" and not is_keys:
        is_torch = (layer.cubic_coeff_a, layer.exclude_outside) == (SLOPE, False)
        if not is_torch:
            raise NotExpressibleError("a cubic with these arguments is ONNX's alone")
    factors = _whole_factors(layer)
    if framework == "pytorch" and layer.mode == "bicubic" and is_keys:
        raise NotExpressibleError("PyTorch's bicubic has the slope -0.75, and takes the border cell for those outside")
    if framework == "pytorch":
        wide = _as_tuple if dims == 1 and not is_linear else _spelled  # a mode for any number of axes
        how = f"scale_factor={wide(layer.scale_factor)}" if layer.scale_factor else f"size={wide(layer.size)}"
        mode = f"mode={layer.mode!r}" if layer.mode != "nearest" else ""
        return written("nn.Upsample", how, mode, "align_corners=True" if layer.align_corners else "")
    if framework == "onnx":
        return _write_resize(layer, is_linear)
    if layer.align_corners:
        raise NotExpressibleError(f"{'Keras' if framework == 'keras' else 'JAX'} aligns no corners")
    if layer.mode == "bicubic" and not is_keys:
        raise NotExpressibleError(_CUBIC_NOTE)
    if framework == "keras" and dims == 2 and not layer.scale_factor and (factors is None or is_keys):
        named = {"nearest-exact": "interpolation='nearest'", "bicubic": "interpolation='bicubic'", "bilinear": ""}
        if layer.mode in named:
            return written("keras.layers.Resizing", *map(str, layer.size), named[layer.mode])
    if framework == "keras":
        if layer.mode == "bicubic":
            raise NotExpressibleError("Keras's UpSampling2D has a bicubic of its backend's; Resizing takes a size")
        if factors is None or layer.mode == "trilinear" or (is_linear and dims == 1):
            raise NotExpressibleError("Keras's UpSampling repeats cells, or is bilinear, by whole factors")
        how = "interpolation='bilinear'" if is_linear else ""
        return written(f"keras.layers.UpSampling{dims}D", _spelled(factors), how)
    if layer.mode == "nearest" and factors is None:
        raise NotExpressibleError("jax.image.resize takes the nearest centre (nearest-exact), not ⌊o·in/out⌋")
    if layer.scale_factor and sized(layer).axes != layer.axes:
        raise NotExpressibleError("jax.image.resize works the scale out from the sizes")
    is_linear = is_linear or layer.mode == "bicubic"
    shrinks = is_linear and any(out < n for out, n in zip(layer.size, layer.input_size))
    shape = (1, *layer.size, layer.in_channels or 1)
    kind = "cubic" if layer.mode == "bicubic" else LINEAR[dims] if dims == 2 else "linear"
    method = repr(kind if is_linear else "nearest")
    return written("jax.image.resize", "x", str(shape), method, "antialias=False" if shrinks else "")


def _write_resize(layer: Upsample, is_linear: bool) -> str:
    kind = "linear" if is_linear else "cubic" if layer.mode == "bicubic" else "nearest"
    said = [f"mode={kind!r}"]
    if layer.mode == "nearest" and layer.nearest_mode is None:
        said += ["coordinate_transformation_mode='asymmetric'", "nearest_mode='floor'"]
    elif layer.mode == "nearest-exact":
        said += ["nearest_mode='round_prefer_ceil'"]
    elif layer.align_corners:
        said += ["coordinate_transformation_mode='align_corners'"]
    else:
        places, rounding = layer.coordinate_transformation_mode, layer.nearest_mode
        said += [f"coordinate_transformation_mode={places!r}"] if places not in (None, "half_pixel") else []
        said += [f"nearest_mode={rounding!r}"] if rounding not in (None, "round_prefer_floor") else []
    if layer.cubic_coeff_a != SLOPE:
        said.append(f"cubic_coeff_a={layer.cubic_coeff_a!r}")
    said += ["exclude_outside=1"] if layer.exclude_outside else []
    if layer.scale_factor:
        return written("Resize", *said, f"scales={[1, 1, *map(_plain, layer.scale_factor)]}")
    return written("Resize", *said, f"sizes={[1, layer.in_channels or 1, *layer.size]}")


def _whole_factors(layer: Upsample) -> Sizes | None:
    """By how much each axis grows, where that is a whole number of times."""
    if any(out % n for n, out in zip(layer.input_size, layer.size)):
        return None
    found = tuple(out // n for n, out in zip(layer.input_size, layer.size))
    is_so = layer.scale_factor is None or layer.scale_factor == found
    return found if is_so and prod(found) >= 1 else None


def _plain(number: float) -> float:
    return int(number) if number == int(number) else number


def _spelled(numbers: tuple[float, ...]) -> str:
    plain = tuple(map(_plain, numbers))
    return str(plain[0]) if len(set(plain)) == 1 else str(plain)


def _as_tuple(numbers: tuple[float, ...]) -> str:
    return str(tuple(map(_plain, numbers)))
