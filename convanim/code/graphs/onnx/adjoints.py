"""Operators of ONNX on numbers: what they make, and how gradients go back through them. Batches are of one."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from convanim.errors import RequestError
from convanim.numbers.adjoints import Adjoint, Array, Windows, averaged, convolved, greatest, spread, unspread

Given: TypeAlias = Mapping[str, Any]
Layered: TypeAlias = Callable[[list[Any], Given], tuple[Array, Adjoint]]
Slope: TypeAlias = Callable[[list[Any], Array, Given], Array]
Worked: TypeAlias = Callable[[list[Any], Given], tuple[Array, dict[int, Adjoint]]]

# What only puts numbers elsewhere.
_RESHAPING = ("Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Dropout")
MOVING = (*_RESHAPING, "Transpose", "Slice", "Pad", "DepthToSpace", "SpaceToDepth", "Expand", "Gather")


def _windows(kernel: tuple[int, ...], size: tuple[int, ...], given: Given) -> Windows:
    """How a kernel slides, the words of `auto_pad` minded."""
    dims = len(kernel)
    stride, dilation = (tuple(given.get(name) or (1,) * dims) for name in ("strides", "dilations"))
    pads = tuple(given.get("pads") or (0,) * 2 * dims)
    word = given.get("auto_pad", b"NOTSET")
    if word in (b"SAME_UPPER", b"SAME_LOWER"):
        spare = [
            max(0, (-(-n // s) - 1) * s + (k - 1) * d + 1 - n) for n, k, s, d in zip(size, kernel, stride, dilation)
        ]
        less, more = [n // 2 for n in spare], [n - n // 2 for n in spare]
        pads = (*less, *more) if word == b"SAME_UPPER" else (*more, *less)
    elif word == b"VALID":
        pads = (0,) * 2 * dims
    return Windows(kernel, stride, pads[:dims], pads[dims:], dilation)


def _conv(read: list[Any], given: Given) -> tuple[Array, Adjoint]:
    x, weights, *bias = read
    windows = _windows(weights.shape[2:], x.shape[2:], given)
    made, adjoint = convolved(x[0], weights, given.get("group", 1), windows)
    return _biased(made, bias), adjoint


def _conv_transpose(read: list[Any], given: Given) -> tuple[Array, Adjoint]:
    x, weights, *bias = read
    if given.get("auto_pad", b"NOTSET") != b"NOTSET" or given.get("output_shape"):
        raise RequestError("node", "ConvTranspose", "a size that is not told by its padding", "give pads instead")
    windows = _windows(weights.shape[2:], x.shape[2:], given)
    more = given.get("output_padding") or (0,) * len(windows.kernel)
    size = tuple(
        (n - 1) * s + (k - 1) * d + 1 - before - after + extra
        for n, k, s, before, after, d, extra in zip(x.shape[2:], *windows, more)
    )
    made, adjoint = spread(x[0], weights, given.get("group", 1), windows, size)
    return _biased(made, bias), adjoint


def _biased(made: Array, bias: list[Any]) -> Array:
    known = [each for each in bias if each is not None]
    return made + known[0].reshape(-1, *(1,) * (made.ndim - 1)) if known else made


def _max_pool(read: list[Any], given: Given) -> tuple[Array, Adjoint]:
    windows = _windows(tuple(given["kernel_shape"]), read[0].shape[2:], given)
    return greatest(read[0][0], windows, ceil=bool(given.get("ceil_mode", 0)))


def _average_pool(read: list[Any], given: Given) -> tuple[Array, Adjoint]:
    windows = _windows(tuple(given["kernel_shape"]), read[0].shape[2:], given)
    counts = bool(given.get("count_include_pad", 0))
    return averaged(read[0][0], windows, ceil=bool(given.get("ceil_mode", 0)), counts_padding=counts)


def _global(pool: Callable[..., tuple[Array, Adjoint]]) -> Callable[..., tuple[Array, Adjoint]]:
    def made(read: list[Any], given: Given) -> tuple[Array, Adjoint]:
        size = read[0].shape[2:]
        ones, none = (1,) * len(size), (0,) * len(size)
        return pool(read[0][0], Windows(size, ones, none, none, ones))

    return made


def _inside(read: list[Any], made: Array, given: Given) -> Array:
    """Clip's slope: 1 between its ends, 0 on them and outside."""
    ends = []
    for at, name, none in ((1, "min", -np.inf), (2, "max", np.inf)):
        said = read[at] if len(read) > at else None
        ends.append(given.get(name, none) if said is None else said)
    return np.asarray((read[0] > ends[0]) & (read[0] < ends[1]), dtype=np.float32)


def _hard_swish(read: list[Any], made: Array, given: Given) -> Array:
    x = read[0]
    return np.where(x < -3, 0.0, np.where(x > 3, 1.0, x / 3 + 0.5)).astype(np.float32)


def _normed(read: list[Any], given: Given) -> tuple[Array, dict[int, Adjoint]]:
    """A batch norm with the means and variances that it has learned."""
    x, scale, bias, mean, variance = (np.asarray(each) for each in read[:5])
    around = (1, -1, *(1,) * (x.ndim - 2))
    slope = (scale / np.sqrt(variance + given.get("epsilon", 1e-5))).reshape(around).astype(np.float32)
    return (x - mean.reshape(around)) * slope + bias.reshape(around), {0: lambda gradient: gradient * slope}


def _sum(read: list[Any], given: Given) -> tuple[Array, dict[int, Adjoint]]:
    made = read[0]
    for other in read[1:]:
        made = made + other
    return made, {at: _back_to(np.shape(each)) for at, each in enumerate(read)}


def _back_to(shape: tuple[int, ...], factor: Any = None) -> Adjoint:
    return lambda gradient: unspread(gradient if factor is None else gradient * factor, shape)


def _product(read: list[Any], given: Given) -> tuple[Array, dict[int, Adjoint]]:
    one, other = read
    return one * other, {0: _back_to(np.shape(one), other), 1: _back_to(np.shape(other), one)}


def _difference(read: list[Any], given: Given) -> tuple[Array, dict[int, Adjoint]]:
    one, other = read
    return one - other, {0: _back_to(np.shape(one)), 1: _back_to(np.shape(other), np.float32(-1))}


def _quotient(read: list[Any], given: Given) -> tuple[Array, dict[int, Adjoint]]:
    one, other = read
    return one / other, {0: _back_to(np.shape(one), 1 / other), 1: _back_to(np.shape(other), -one / (other * other))}


def _concat(read: list[Any], given: Given) -> tuple[Array, dict[int, Adjoint]]:
    axis = given["axis"]
    ends = np.cumsum([each.shape[axis] for each in read]).tolist()

    def part(first: int, end: int) -> Adjoint:
        return lambda gradient: np.take(gradient, range(first, end), axis=axis)

    return np.concatenate(read, axis=axis), {
        at: part(end - each.shape[axis], end) for at, (each, end) in enumerate(zip(read, ends))
    }


def _mean(read: list[Any], given: Given) -> tuple[Array, dict[int, Adjoint]]:
    x = read[0]
    said = given.get("axes") or (read[1].tolist() if len(read) > 1 and read[1] is not None else range(x.ndim))
    axes = tuple(axis % x.ndim for axis in said)
    kept = tuple(1 if axis in axes else size for axis, size in enumerate(x.shape))
    share = x.size // int(np.prod(kept))
    made = x.mean(axis=axes, keepdims=bool(given.get("keepdims", 1)))
    return made, {0: lambda gradient: np.broadcast_to(gradient.reshape(kept) / share, x.shape)}


def _gemm(read: list[Any], given: Given) -> tuple[Array, dict[int, Adjoint]]:
    x, weights, *bias = read
    if given.get("transA", 0):
        raise RequestError("node", "Gemm", "of what is turned around", "ask for a layer before it")
    matrix = (weights.T if given.get("transB", 0) else weights) * given.get("alpha", 1.0)
    made = x @ matrix
    if bias and bias[0] is not None:
        made = made + given.get("beta", 1.0) * bias[0]
    return made, {0: lambda gradient: gradient @ matrix.T}


LAYERS: dict[str, Layered] = {
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "MaxPool": _max_pool,
    "AveragePool": _average_pool,
    "GlobalMaxPool": _global(greatest),
    "GlobalAveragePool": _global(averaged),
}
# Slopes, by what is read, what is made of it, and the attributes.
POINTWISE: dict[str, Slope] = {
    "Relu": lambda read, made, given: np.asarray(made > 0, dtype=np.float32),
    "LeakyRelu": lambda read, made, given: np.where(read[0] > 0, 1.0, given.get("alpha", 0.01)).astype(np.float32),
    "Sigmoid": lambda read, made, given: made * (1 - made),
    "Tanh": lambda read, made, given: 1 - made * made,
    "HardSigmoid": lambda read, made, given: np.where((made > 0) & (made < 1), given.get("alpha", 0.2), 0.0),
    "HardSwish": _hard_swish,
    "Clip": _inside,
    "Neg": lambda read, made, given: np.full(made.shape, -1, dtype=np.float32),
    "Exp": lambda read, made, given: made,
    "Sqrt": lambda read, made, given: 0.5 / made,
    "Erf": lambda read, made, given: (2 / np.sqrt(np.pi) * np.exp(-read[0] * read[0])).astype(np.float32),
    "Cast": lambda read, made, given: np.ones(made.shape, dtype=np.float32),
}
# What is made, and for each input, by its place, the way from the output's gradient to its own.
OTHERS: dict[str, Worked] = {
    "BatchNormalization": _normed,
    "Add": _sum,
    "Sum": _sum,
    "Mul": _product,
    "Sub": _difference,
    "Div": _quotient,
    "Concat": _concat,
    "ReduceMean": _mean,
    "Gemm": _gemm,
    "MatMul": lambda read, given: _gemm(read, {}),
}
