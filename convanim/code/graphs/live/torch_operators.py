"""Operators of PyTorch's exported graphs (ATen) as operations of a network."""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, TypeAlias

from convanim.code.axis_orders import from_last_axis
from convanim.code.graphs import steps
from convanim.errors import RequestError, shown
from convanim.layers.kinds.pad import PAD_MODES
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, PixelShuffle, PixelUnshuffle, Upsample
from convanim.layers.sizes import Sizes
from convanim.networks.building import OperationLike
from convanim.networks.made import batch_norm, linear, only

Given: TypeAlias = Mapping[str, Any]

_KEEPING = {
    **{name: name for name in ("relu", "relu6", "sigmoid", "tanh", "gelu", "silu", "hardswish", "hardsigmoid", "mish")},
    **{name: name for name in ("elu", "selu", "celu", "softplus", "softsign", "dropout")},
    "leaky_relu": "leaky-relu",
    "log_sigmoid": "logsigmoid",
    "feature_dropout": "dropout",
    "alpha_dropout": "dropout",
}
_NORMS = {"layer_norm": "layer-norm", "group_norm": "group-norm", "instance_norm": "instance-norm"}
_CALLED = {"im2col": "unfold", "col2im": "fold"}
_FACTORS = ("scales", "scales_d", "scales_h", "scales_w")  # of an interpolation, by axis
# What hands on its input, as far as shapes and dependence go.
PASSED = ("clone", "contiguous", "detach", "alias", "to", "_to_copy", "lift_fresh_copy", "type_as")


def operation_of(op: str, given: Given) -> OperationLike:
    """What an operator is; `given` has its arguments by name, of its parameters the shapes."""
    if op in _KEEPING:
        return steps.keeping(_KEEPING[op])
    if op in _NORMS:
        return steps.keeping(_NORMS[op], prod(given.get("weight") or (0,)), prod(given.get("bias") or (0,)))
    maker = _MAKERS.get(op)
    return steps.refusing(shown(_CALLED.get(op, op))) if maker is None else maker(given)


def _sizes(given: Given, name: str, dims: int, default: int | Sizes) -> Sizes:
    """An argument as one number an axis; left out or empty it is `default`."""
    value = given.get(name)
    if value is None or value == []:
        value = default
    sizes = tuple(value) if isinstance(value, list | tuple) else (value,)
    return sizes * dims if len(sizes) == 1 else sizes


def _layer(make: Callable[[Sizes], Layer]) -> OperationLike:
    """A layer made for the map that it gets, whose kernel has as many axes."""

    def made(shapes: steps.Shapes) -> Layer:
        shape = only(shapes)
        if len(shape) not in (2, 3, 4):
            raise RequestError("stage", "layer", f"reads a map of {len(shape) - 1} axes", "one to three are told")
        return make(shape)

    return made


def _conv(given: Given) -> OperationLike:
    outputs, _, *kernel = given["weight"]
    word = given.get("padding") if isinstance(given.get("padding"), str) else None

    def make(shape: Sizes) -> Layer:
        dims = len(shape) - 1
        return Conv(
            shape[1:],
            tuple(kernel),
            _sizes(given, "stride", dims, 1),
            word or _sizes(given, "padding", dims, 0),
            _sizes(given, "dilation", dims, 1),
            in_channels=shape[0],
            out_channels=outputs,
            groups=given.get("groups", 1),
            dims=dims,
        )

    return _layer(make)


def _conv_transpose(given: Given) -> OperationLike:
    _, made, *kernel = given["weight"]
    groups = given.get("groups", 1)

    def make(shape: Sizes) -> Layer:
        dims = len(shape) - 1
        return ConvTranspose(
            shape[1:],
            tuple(kernel),
            _sizes(given, "stride", dims, 1),
            _sizes(given, "padding", dims, 0),
            _sizes(given, "output_padding", dims, 0),
            dilation=_sizes(given, "dilation", dims, 1),
            in_channels=shape[0],
            out_channels=made * groups,
            groups=groups,
            dims=dims,
        )

    return _layer(make)


def _pooled(given: Given, dims: int) -> tuple[Sizes, Sizes, Sizes]:
    """A pool's kernel, its stride, the kernel's size if left out, and its padding."""
    kernel = _sizes(given, "kernel_size", dims, 1)
    return kernel, _sizes(given, "stride", dims, kernel), _sizes(given, "padding", dims, 0)


def _max_pool(given: Given) -> OperationLike:
    def make(shape: Sizes) -> Layer:
        dims = len(shape) - 1
        return MaxPool(
            shape[1:],
            *_pooled(given, dims),
            _sizes(given, "dilation", dims, 1),
            given.get("ceil_mode", False),
            in_channels=shape[0],
            dims=dims,
        )

    return _layer(make)


def _avg_pool(given: Given) -> OperationLike:
    def make(shape: Sizes) -> Layer:
        dims = len(shape) - 1
        return AvgPool(
            shape[1:],
            *_pooled(given, dims),
            given.get("ceil_mode", False),
            given.get("count_include_pad", True),
            given.get("divisor_override"),
            in_channels=shape[0],
            dims=dims,
        )

    return _layer(make)


def _upsample(mode: str) -> Callable[[Given], OperationLike]:
    """An interpolation by the factors that the graph says, or to its size."""

    def made(given: Given) -> OperationLike:
        said = given.get("scale_factors") or [given[name] for name in _FACTORS if given.get(name) is not None]

        def make(shape: Sizes) -> Layer:
            corners = bool(given.get("align_corners", False))
            size, dims = tuple(given["made"][1:]), len(shape) - 1
            if said and len(said) != dims:
                raise steps.unknown("an interpolation by a factor of some axes")
            how: dict[str, Any] = {"scale_factor": tuple(map(float, said))} if said else {"size": size}
            return Upsample(shape[1:], mode=mode, align_corners=corners, in_channels=shape[0], dims=dims, **how)

        return _layer(make)

    return made


def _batch_norm(given: Given) -> OperationLike:
    affine = given.get("weight") is not None
    return lambda shapes: batch_norm(only(shapes), None, affine=affine)


def _softmax(given: Given) -> OperationLike:
    return steps.softmaxing(given.get("dim", 1))


def _prelu(given: Given) -> OperationLike:
    return steps.keeping("prelu", prod(given["weight"]))


def _hardtanh(given: Given) -> OperationLike:
    ends = (given.get("min_val", given.get("min", -1)), given.get("max_val", given.get("max", 1)))
    return steps.keeping("relu6" if ends == (0, 6) else "hardtanh")


def _linear(given: Given) -> OperationLike:
    outputs, inputs = given["weight"]
    return lambda shapes: linear(only(shapes), inputs, outputs)


def _cat(given: Given) -> OperationLike:
    return steps.stacking(given.get("dim", 0), "cat on another axis than channels")


def _add(given: Given) -> OperationLike:
    return steps.joining("add") if given["maps"] > 1 else steps.keeping("add-constant", 0, given["learned"])


def _mul(given: Given) -> OperationLike:
    return steps.joining("multiply") if given["maps"] > 1 else steps.keeping("multiply-constant", given["learned"])


def _adaptive(op: str) -> Callable[[Given], OperationLike]:
    def made(given: Given) -> OperationLike:
        return steps.pooling(op, given["output_size"])

    return made


def _mean(given: Given) -> OperationLike:
    return steps.meaning("adaptive-avg-pool", given.get("dim") or (), keeps_axes=given.get("keepdim", False))


def _flatten(given: Given) -> OperationLike:
    return steps.flattening_axes(given.get("start_dim", 0), given.get("end_dim", -1), "flatten of some axes")


def _view(given: Given) -> OperationLike:
    return steps.reshaping(given.get("size") or given.get("shape") or ())


def _squeeze(given: Given) -> OperationLike:
    axes = given.get("dim")
    return steps.squeezing((axes,) if isinstance(axes, int) else axes, "squeeze")


def _slice(given: Given) -> OperationLike:
    end = given.get("end")
    if given.get("step", 1) != 1:
        return steps.refusing("slice with steps")
    return steps.cutting(given.get("dim", 0), given.get("start") or 0, 10**9 if end is None else end)


def _pad(given: Given) -> OperationLike:
    pads: Sequence[int] = given["pad"]
    sides = from_last_axis(pads)
    mode, value = given.get("mode", "constant"), given.get("value") or 0
    if mode not in PAD_MODES or not isinstance(value, int | float):
        return steps.refusing(f"pad ({shown(mode)})")
    return steps.padding(sides, mode, value)


def _copying(mode: str) -> Callable[[Given], OperationLike]:
    """A pad that copies cells."""

    def made(given: Given) -> OperationLike:
        pads: Sequence[int] = given["padding"]
        return steps.padding(from_last_axis(pads), mode)

    return made


def _shuffled(kind: type[PixelShuffle] | type[PixelUnshuffle], factor: str) -> Callable[[Given], OperationLike]:
    def maker(given: Given) -> OperationLike:
        return _layer(lambda shape: kind(shape[1:], given[factor], shape[0], dims=len(shape) - 1))

    return maker


def _each(name: str) -> tuple[str, ...]:
    """An operator of maps of one, two and three axes."""
    return tuple(f"{name}{dims}d" for dims in (1, 2, 3))


_MAKERS: dict[str, Callable[[Given], OperationLike]] = {
    **dict.fromkeys(_each("conv"), _conv),
    **dict.fromkeys(_each("conv_transpose"), _conv_transpose),
    **dict.fromkeys((*_each("max_pool"), *(f"max_pool{dims}d_with_indices" for dims in (1, 2, 3))), _max_pool),
    **dict.fromkeys(_each("avg_pool"), _avg_pool),
    **dict.fromkeys(_each("adaptive_avg_pool"), _adaptive("adaptive-avg-pool")),
    **dict.fromkeys(_each("adaptive_max_pool"), _adaptive("adaptive-max-pool")),
    "pixel_shuffle": _shuffled(PixelShuffle, "upscale_factor"),
    "pixel_unshuffle": _shuffled(PixelUnshuffle, "downscale_factor"),
    **dict.fromkeys(("hardtanh", "clamp"), _hardtanh),
    **dict.fromkeys(("cat", "concat"), _cat),
    **dict.fromkeys(("view", "reshape"), _view),
    **dict.fromkeys(("pad", "constant_pad_nd"), _pad),
    **dict.fromkeys(("reflection_pad1d", "reflection_pad2d"), _copying("reflect")),
    **dict.fromkeys(("replication_pad1d", "replication_pad2d"), _copying("replicate")),
    **dict.fromkeys(_each("upsample_nearest"), _upsample("nearest")),
    **dict.fromkeys(_each("_upsample_nearest_exact"), _upsample("nearest-exact")),
    "upsample_linear1d": _upsample("linear"),
    "upsample_bilinear2d": _upsample("bilinear"),
    "upsample_trilinear3d": _upsample("trilinear"),
    "upsample_bicubic2d": _upsample("bicubic"),
    "batch_norm": _batch_norm,
    "prelu": _prelu,
    **dict.fromkeys(("softmax", "log_softmax"), _softmax),
    "linear": _linear,
    "add": _add,
    "mul": _mul,
    "mean": _mean,
    "flatten": _flatten,
    "squeeze": _squeeze,
    "slice": _slice,
}
