"""Hypothesis strategies for valid layers of every operation, and chains of them, in one and two dimensions."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.layers.kinds.resize_rules import PLACES
from convanim.layers.layer import (
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    AvgPool,
    Conv,
    ConvTranspose,
    Fold,
    Layer,
    LPPool,
    MaxPool,
    MaxUnpool,
    Pad,
    PixelShuffle,
    PixelUnshuffle,
    Rearranged,
    Unfold,
    Upsample,
)
from convanim.layers.own_windows import ROUNDINGS
from convanim.networks.chain import Chain

Draw = st.DrawFn
DIMS = st.sampled_from([1, 2])


@dataclass(frozen=True)
class AxisFields:
    """The normalised fields of one axis."""

    n: int
    k: int
    s: int
    d: int
    sides: tuple[int, int]
    extra: int = 0


@st.composite
def _conv_axis(draw: Draw) -> AxisFields:
    k, s, d = draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(1, 3))
    before, after = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    least = max(1, d * (k - 1) + 1 - before - after)
    return AxisFields(draw(st.integers(least, least + 5)), k, s, d, (before, after))


@st.composite
def _transposed_axis(draw: Draw) -> AxisFields:
    n, k, s, d = (draw(st.integers(1, most)) for most in (5, 4, 4, 3))
    extra = draw(st.integers(0, max(s, d) - 1))
    croppable = (n - 1) * s + d * (k - 1) + extra
    before = draw(st.integers(0, min(croppable, 7)))
    after = draw(st.integers(0, min(croppable - before, 7)))
    return AxisFields(n, k, s, d, (before, after), extra)


@st.composite
def _pool_axis(draw: Draw, dilated: bool, ceil_mode: bool) -> AxisFields:
    k, s, d = draw(st.integers(1, 5)), draw(st.integers(1, 6)), draw(st.integers(1, 3)) if dilated else 1
    before, after = draw(st.integers(0, k - 1)), draw(st.integers(0, k - 1))
    least = max(1, d * (k - 1) + 1 - before - after - (s - 1 if ceil_mode else 0))
    return AxisFields(draw(st.integers(least, least + 5)), k, s, d, (before, after))


def _fields(axes: list[AxisFields]) -> dict[str, Any]:
    return {
        "input_size": tuple(axis.n for axis in axes),
        "kernel_size": tuple(axis.k for axis in axes),
        "stride": tuple(axis.s for axis in axes),
        "padding": tuple(axis.sides for axis in axes),
    }


@st.composite
def convs(draw: Draw, dims: st.SearchStrategy[int] = DIMS) -> Conv:
    """Convolutions: rectangular, padded side by side or by a word, dilated."""
    axes = [draw(_conv_axis()) for _ in range(draw(dims))]
    fields = _fields(axes) | {"dilation": tuple(axis.d for axis in axes)}
    word = draw(st.sampled_from([None, None, "same", "same-lower", "half", "full", "causal"]))
    if word is not None:
        fields["padding"] = word  # each of these leaves room for a window
    return Conv(**fields)


@st.composite
def transposed(draw: Draw, dims: st.SearchStrategy[int] = DIMS) -> ConvTranspose:
    """Transposed convolutions: cropped side by side (past the kernel too), with output_padding, or `same`."""
    axes = [draw(_transposed_axis()) for _ in range(draw(dims))]
    fields = _fields(axes) | {"dilation": tuple(axis.d for axis in axes)}
    if draw(st.integers(0, 4)) == 0:
        return ConvTranspose(**fields | {"padding": "same"})
    return ConvTranspose(**fields, output_padding=tuple(axis.extra for axis in axes))


@st.composite
def max_pools(draw: Draw, dims: st.SearchStrategy[int] = DIMS) -> MaxPool:
    """Max pools: dilated, with and without ceil_mode, the stride left out at times."""
    ceil_mode = draw(st.booleans())
    axes = [draw(_pool_axis(True, ceil_mode)) for _ in range(draw(dims))]
    fields = _fields(axes) | {"dilation": tuple(axis.d for axis in axes), "ceil_mode": ceil_mode}
    return MaxPool(**_worded(draw, fields))


@st.composite
def avg_pools(draw: Draw, dims: st.SearchStrategy[int] = DIMS) -> AvgPool:
    """Average pools: with every rule for the divisor."""
    ceil_mode = draw(st.booleans())
    axes = [draw(_pool_axis(False, ceil_mode)) for _ in range(draw(dims))]
    fields = _worded(draw, _fields(axes) | {"ceil_mode": ceil_mode})
    if not isinstance(fields["padding"], str):
        fields["count_include_pad"] = draw(st.sampled_from([None, True, False]))
    if len(axes) == 2:
        fields["divisor_override"] = draw(st.sampled_from([None, None, 1, 3, -2]))
    return AvgPool(**fields)


@st.composite
def lp_pools(draw: Draw, dims: st.SearchStrategy[int] = DIMS) -> LPPool:
    """Power-average pools of powers that take negative numbers, with and without ceil_mode."""
    ceil_mode = draw(st.booleans())
    n, kernel, stride = [], [], []
    for _ in range(draw(dims)):
        k, s = draw(st.integers(1, 4)), draw(st.integers(1, 5))
        least = max(1, k - (s - 1 if ceil_mode else 0))
        n.append(draw(st.integers(least, least + 5)))
        kernel.append(k)
        stride.append(s)
    return LPPool(n, draw(st.sampled_from([1, 2, 4])), kernel, draw(st.sampled_from([None, stride])), ceil_mode)


def _worded(draw: Draw, fields: dict[str, Any]) -> dict[str, Any]:
    word = draw(st.sampled_from([None, None, None, "same", "same-lower"]))
    return fields if word is None else fields | {"padding": word}


def _adaptive(make: Callable[..., Layer]) -> Callable[..., st.SearchStrategy[Layer]]:
    @st.composite
    def pools(draw: Draw, dims: st.SearchStrategy[int] = DIMS) -> Layer:
        """Adaptive pools: smaller, larger, and as large as the input."""
        sizes = [(draw(st.integers(1, 9)), draw(st.integers(1, 9))) for _ in range(draw(dims))]
        return make(tuple(n for n, _ in sizes), tuple(out for _, out in sizes))

    return pools


@st.composite
def unpools(draw: Draw, dims: st.SearchStrategy[int] = DIMS, *, may_be_small: bool = False) -> MaxUnpool:
    """Max unpools: windows that overlap and that leave gaps, padded, of every output that is pooled to the input.

    Those that `may_be_small` are also of outputs of which ceil_mode alone makes so much, or no pool.
    """
    drawn = [draw(_pool_axis(False, False)) for _ in range(draw(dims))]
    axes = [replace(axis, n=draw(st.integers(2, 4)), sides=(min(axis.sides[0], axis.k // 2),) * 2) for axis in drawn]
    usual = [(axis.n - 1) * axis.s - sum(axis.sides) + axis.k for axis in axes]
    sizes = [
        draw(st.integers(max(1, size - axis.s + 1) if may_be_small else size, size + axis.s - 1))
        for size, axis in zip(usual, axes)
    ]
    return MaxUnpool(**_fields(axes), output_size=tuple(sizes) if draw(st.booleans()) else None)


@st.composite
def upsamplings(draw: Draw, dims: st.SearchStrategy[int] = DIMS) -> Upsample:
    """Interpolations of every mode, by a size or by factors, up and down."""
    axes = draw(dims)
    mode = draw(
        st.sampled_from(
            ["nearest", "nearest-exact", *{1: ("linear",), 2: ("bilinear", "bicubic"), 3: ("trilinear",)}[axes]]
        )
    )
    n = tuple(draw(st.integers(1, 6)) for _ in range(axes))
    corners = "linear" in mode or mode == "bicubic"
    align_corners = corners and draw(st.booleans())
    onnx = _resize_rules(draw, mode) if not align_corners and draw(st.booleans()) else {}
    if draw(st.booleans()):
        size = tuple(draw(st.integers(1, 8)) for _ in range(axes))
        return Upsample(n, size, mode=mode, align_corners=align_corners, **onnx)
    factors = tuple(draw(st.sampled_from([1.0, 1.5, 2.0, 2.4, 3.0])) for _ in range(axes))
    return Upsample(n, scale_factor=factors, mode=mode, align_corners=align_corners, **onnx)


def _resize_rules(draw: Draw, mode: str) -> dict[str, Any]:
    """Arguments of ONNX's Resize that go with a mode."""
    if mode == "nearest-exact":
        return {}
    said: dict[str, Any] = {"coordinate_transformation_mode": draw(st.sampled_from(PLACES))}
    if mode == "nearest":
        said["nearest_mode"] = draw(st.sampled_from(ROUNDINGS))
    if mode == "bicubic":
        said |= {"cubic_coeff_a": draw(st.sampled_from([-0.75, -0.5])), "exclude_outside": draw(st.booleans())}
    return said


@st.composite
def pads(draw: Draw, dims: st.SearchStrategy[int] = DIMS) -> Pad:
    """Pads of every mode, cropping on some sides, of constants that are whole."""
    mode = draw(st.sampled_from(["constant", "reflect", "replicate", "circular"]))
    n, sides = [], []
    for _ in range(draw(dims)):
        size = draw(st.integers(1, 6))
        cut = [draw(st.integers(0, 2)) for _ in range(2)]
        cut = cut if sum(cut) < size else [0, 0]
        most = {"reflect": size - 1, "circular": size - sum(cut)}.get(mode, 4)
        added = [draw(st.integers(0, most)) for _ in range(2)]
        n.append(size)
        sides.append(tuple(-less if less and draw(st.booleans()) else more for less, more in zip(cut, added)))
    return Pad(n, sides, mode, draw(st.integers(-9, 9)) if mode == "constant" else 0)


@st.composite
def shuffles(draw: Draw, dims: st.SearchStrategy[int] = DIMS) -> PixelShuffle:
    """Pixel shuffles to one or two channels, by factors that may differ."""
    axes = draw(dims)
    n = [draw(st.integers(1, 4)) for _ in range(axes)]
    factor = [draw(st.integers(1, 3 if axis == 0 else 2)) for axis in range(axes)]
    return PixelShuffle(n, factor, prod(factor) * draw(st.integers(1, max(1, 8 // prod(factor)))))


@st.composite
def unshuffles(draw: Draw, dims: st.SearchStrategy[int] = DIMS) -> PixelUnshuffle:
    """Pixel unshuffles of one or two channels, by factors that may differ."""
    axes = draw(dims)
    n, factor = ([draw(st.integers(1, 3)) for _ in range(axes)] for _ in range(2))
    return PixelUnshuffle([size * r for size, r in zip(n, factor)], factor, draw(st.integers(1, 2)))


@st.composite
def unfolds(draw: Draw, dims: st.SearchStrategy[int] = DIMS) -> Unfold:
    """Unfolds of one or two channels, with padding, strides and dilation, of windows that fit."""
    conv = draw(convs(dims=dims))
    return Unfold(conv.input_size, conv.kernel_size, conv.dilation, conv.padding, conv.stride, draw(st.integers(1, 2)))


@st.composite
def folds(draw: Draw, dims: st.SearchStrategy[int] = DIMS) -> Fold:
    """Folds to one or two channels of the columns that an unfold makes."""
    layer = draw(unfolds(dims=dims))
    windows = tuple(axis.output_size for axis in layer.axes)
    fields = (layer.input_size, layer.kernel_size, layer.dilation, layer.padding, layer.stride)
    return Fold(windows, *fields, layer.rows)


LAYERS: dict[str, Callable[..., st.SearchStrategy[Layer]]] = {
    "conv": convs,
    "conv-transpose": transposed,
    "max-pool": max_pools,
    "max-unpool": unpools,
    "avg-pool": avg_pools,
    "adaptive-max-pool": _adaptive(AdaptiveMaxPool),
    "adaptive-avg-pool": _adaptive(AdaptiveAvgPool),
    "lp-pool": lp_pools,
    "upsample": upsamplings,
    "pad": pads,
}
# Those whose numbers come from their input and weights alone: a max unpool's come from its pool's, too.
NUMBERED = {op: strategy for op, strategy in LAYERS.items() if op != "max-unpool"}
# Those that put cells into other channels, so that all of their cells name one.
MOVING: dict[str, Callable[..., st.SearchStrategy[Layer]]] = {
    "pixel-shuffle": shuffles,
    "pixel-unshuffle": unshuffles,
    "unfold": unfolds,
    "fold": folds,
}


def layers(op: str) -> st.SearchStrategy[Layer]:
    """Valid layers of one operation."""
    return (LAYERS | MOVING)[op]()


def whole(size: tuple[int, ...], most: int = 50) -> st.SearchStrategy[NDArray[np.int64]]:
    """Small whole numbers for a map."""
    return numpy_st.arrays(np.int64, size, elements=st.integers(-most, most))


@st.composite
def channelled(draw: Draw, op: str, most: int = 3) -> Any:
    """Layers with channels: whole, grouped, depthwise; pools keep theirs."""
    layer: Any = draw(layers(op))
    if isinstance(layer, Rearranged):
        return layer
    groups, read, made = (draw(st.integers(1, most)) for _ in range(3))
    if not hasattr(layer, "groups"):
        if isinstance(layer, MaxPool | AvgPool):
            assume(all(max(p) < k for p, k in zip(layer.padding, layer.kernel_size)))
        return replace(layer, in_channels=1 + groups)
    if groups * read == groups * made == 1:
        made = 2
    return replace(layer, in_channels=groups * read, out_channels=groups * made, groups=groups)


@st.composite
def chains(draw: Draw, dims: st.SearchStrategy[int] = DIMS, has_channels: bool | None = None) -> Chain:
    """Chains of up to four stages, with channels or without; of the stages that are tried those are in that fit."""
    size = tuple(draw(st.integers(2, 7)) for _ in range(draw(dims)))
    wide = draw(st.booleans()) if has_channels is None else has_channels
    chain = Chain(size, ["relu"], in_channels=2 if wide else None)
    stages: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(1, 4))):
        op = draw(st.sampled_from(["conv", "conv", "conv-transpose", "max-pool", "avg-pool", "relu"]))
        stage: dict[str, Any] = {"op": op}
        if op != "relu":
            stage |= {"kernel_size": draw(st.integers(1, 3)), "stride": draw(st.integers(1, 2))}
            stage["padding"] = draw(st.integers(0, 1))
        if op not in ("relu", "avg-pool"):
            stage["dilation"] = draw(st.integers(1, 2))
        if wide and op.startswith("conv"):
            stage |= {"out_channels": draw(st.sampled_from([2, 4])), "groups": draw(st.sampled_from([1, 2]))}
        try:
            chain = Chain(size, [*stages, stage], in_channels=2 if wide else None)
        except RequestError:
            continue
        stages.append(stage)
    return chain
