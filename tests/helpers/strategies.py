"""Hypothesis strategies for valid layers of every operation, and chains of them, in one and two dimensions."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool
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


def _worded(draw: Draw, fields: dict[str, Any]) -> dict[str, Any]:
    word = draw(st.sampled_from([None, None, None, "same", "same-lower"]))
    return fields if word is None else fields | {"padding": word}


LAYERS: dict[str, Callable[..., st.SearchStrategy[Layer]]] = {
    "conv": convs,
    "conv-transpose": transposed,
    "max-pool": max_pools,
    "avg-pool": avg_pools,
}


def layers(op: str) -> st.SearchStrategy[Layer]:
    """Valid layers of one operation."""
    return LAYERS[op]()


def whole(size: tuple[int, ...], most: int = 50) -> st.SearchStrategy[NDArray[np.int64]]:
    """Small whole numbers for a map."""
    return numpy_st.arrays(np.int64, size, elements=st.integers(-most, most))


@st.composite
def channelled(draw: Draw, op: str, most: int = 3) -> Any:
    """Layers with channels: whole, grouped, depthwise; pools keep theirs."""
    layer: Any = draw(layers(op))
    groups, read, made = (draw(st.integers(1, most)) for _ in range(3))
    if not hasattr(layer, "groups"):
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
