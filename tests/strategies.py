"""Hypothesis strategies for valid layers of every operation, in one and two dimensions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st
from numpy.typing import NDArray

from convanim.layers import AvgPool, Conv, ConvTranspose, Layer, MaxPool

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
    before, after = draw(st.integers(0, k // 2)), draw(st.integers(0, k // 2))
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
