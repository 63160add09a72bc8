"""Layers on one map's numbers `(channels, *size)`, each with its adjoint: from the output's gradient to the input's."""

from collections.abc import Callable, Iterator
from itertools import product
from math import prod
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Adjoint: TypeAlias = Callable[[Array], Array]


class Windows(NamedTuple):
    """How a kernel slides: per axis its size, stride, padding before and after, dilation."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    dilation: tuple[int, ...]

    def taps(self, size: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
        """For each kernel cell which cells of the padded map it meets, one for each of the output's size."""
        for cell in product(*map(range, self.kernel)):
            starts = [k * d for k, d in zip(cell, self.dilation)]
            yield tuple(slice(a, a + (n - 1) * s + 1, s) for a, n, s in zip(starts, size, self.stride))

    def made(self, size: tuple[int, ...], *, ceil: bool = False) -> tuple[int, ...]:
        """The output's size; rounded up no window may begin behind the input and what is padded before it."""
        found = []
        for n, k, s, before, after, d in zip(size, *self):
            spare = n + before + after - d * (k - 1) - 1
            count = spare // s + 1
            if ceil and spare % s and count * s < n + before:
                count += 1
            found.append(count)
        return tuple(found)


def convolved(x: Array, weights: Array, groups: int, windows: Windows) -> tuple[Array, Adjoint]:
    """A convolution of weights `[out, in/groups, *kernel]`, without a bias."""
    size = windows.made(x.shape[1:])
    padded = _padded(x, windows, 0)
    read = padded.shape
    matrices = [_grouped(weights, groups, cell) for cell in product(*map(range, windows.kernel))]
    made = np.zeros((groups, len(weights) // groups, prod(size)), dtype=x.dtype)
    for taps, matrix in zip(windows.taps(size), matrices):
        made += matrix @ padded[(slice(None), *taps)].reshape(groups, -1, prod(size))

    def adjoint(gradient: Array) -> Array:
        flat = gradient.reshape(groups, -1, prod(size))
        found = np.zeros(read, dtype=gradient.dtype)
        for taps, matrix in zip(windows.taps(size), matrices):
            found[(slice(None), *taps)] += (matrix.transpose(0, 2, 1) @ flat).reshape(-1, *size)
        return _cut(found, windows, x.shape[1:])

    return made.reshape(-1, *size), adjoint


def spread(x: Array, weights: Array, groups: int, windows: Windows, size: tuple[int, ...]) -> tuple[Array, Adjoint]:
    """A transposed convolution of weights `[in, out/groups, *kernel]`, whose output has this size."""
    outputs = weights.shape[1] * groups
    held, back = convolved(np.zeros((outputs, *size), dtype=x.dtype), weights, groups, windows)
    # Output padding of a whole stride or more makes the convolution's output larger than this input: the rest is zeros.
    more = [(0, 0), *((0, has - n) for has, n in zip(held.shape[1:], x.shape[1:]))]
    own = (slice(None), *map(slice, x.shape[1:]))

    def adjoint(gradient: Array) -> Array:
        return convolved(gradient, weights, groups, windows)[0][own]

    return back(np.pad(x, more)), adjoint


def greatest(x: Array, windows: Windows, *, ceil: bool = False) -> tuple[Array, Adjoint]:
    """A max-pool; of equal numbers the first counts."""
    size = windows.made(x.shape[1:], ceil=ceil)
    padded = _padded(x, windows, -np.inf, size)
    stacked = np.stack([padded[(slice(None), *taps)] for taps in windows.taps(size)])
    winners = stacked.argmax(axis=0)

    def adjoint(gradient: Array) -> Array:
        found = np.zeros(padded.shape, dtype=gradient.dtype)
        for number, taps in enumerate(windows.taps(size)):
            found[(slice(None), *taps)] += np.where(winners == number, gradient, 0)
        return _cut(found, windows, x.shape[1:])

    return stacked.max(axis=0), adjoint


def averaged(x: Array, windows: Windows, *, ceil: bool = False, counts_padding: bool = False) -> tuple[Array, Adjoint]:
    """An average pool; cells past the padding are never counted, padding only if `counts_padding`."""
    size = windows.made(x.shape[1:], ceil=ceil)
    ones = np.ones((1, *x.shape[1:]))
    counted = _padded(ones, windows, 1 if counts_padding else 0)
    grown = _fitting(counted, windows, size)
    divisor = sum((grown[(slice(None), *taps)] for taps in windows.taps(size)), np.zeros((1, *size)))
    padded = _padded(x, windows, 0, size)
    made = sum((padded[(slice(None), *taps)] for taps in windows.taps(size)), np.zeros((len(x), *size))) / divisor

    def adjoint(gradient: Array) -> Array:
        found = np.zeros(padded.shape, dtype=gradient.dtype)
        for taps in windows.taps(size):
            found[(slice(None), *taps)] += gradient / divisor
        return _cut(found, windows, x.shape[1:])

    return np.asarray(made, dtype=x.dtype), adjoint


def moved(function: Callable[[Array], Array], x: Array) -> tuple[Array, Adjoint]:
    """What only puts numbers elsewhere, or leaves some out, or puts constants between them."""
    numbers = np.arange(1, x.size + 1, dtype=np.float64).reshape(x.shape)
    index, other = np.asarray(function(numbers)), np.asarray(function(numbers + 1))
    index = np.where(index < other, index, 0)  # constants stay as they are, whatever is read

    def adjoint(gradient: Array) -> Array:
        cells = index.astype(np.int64).ravel()
        found = np.bincount(cells, weights=gradient.ravel(), minlength=x.size + 1)[1:]
        return found.reshape(x.shape).astype(gradient.dtype)

    return np.asarray(function(x)), adjoint


def unspread(gradient: Array, shape: tuple[int, ...]) -> Array:
    """A gradient summed over the axes that were broadcast from this shape."""
    more = gradient.ndim - len(shape)
    gradient = gradient.sum(axis=tuple(range(more)))
    axes = tuple(axis for axis, size in enumerate(shape) if size == 1 and gradient.shape[axis] > 1)
    return np.asarray(gradient.sum(axis=axes, keepdims=True)) if axes else gradient


def _grouped(weights: Array, groups: int, cell: tuple[int, ...]) -> Array:
    """The weights of one kernel cell, a matrix a group."""
    at: tuple[Any, ...] = (slice(None), slice(None), *cell)
    matrix = weights[at]
    return np.ascontiguousarray(matrix.reshape(groups, len(weights) // groups, -1))


def _padded(x: Array, windows: Windows, value: float, size: tuple[int, ...] | None = None) -> Array:
    """A map with its padding and, for an output of this size, what its last windows reach past that."""
    sides = [(0, 0), *zip(windows.before, windows.after)]
    padded = np.pad(x, sides, constant_values=value)
    return padded if size is None else _fitting(padded, windows, size, value)


def _fitting(padded: Array, windows: Windows, size: tuple[int, ...], value: float = 0) -> Array:
    reached = [
        (n - 1) * s + (k - 1) * d + 1 for n, s, k, d in zip(size, windows.stride, windows.kernel, windows.dilation)
    ]
    more = [max(0, wanted - has) for wanted, has in zip(reached, padded.shape[1:])]
    return np.pad(padded, [(0, 0), *((0, n) for n in more)], constant_values=value)


def _cut(padded: Array, windows: Windows, size: tuple[int, ...]) -> Array:
    return padded[(slice(None), *(slice(before, before + n) for before, n in zip(windows.before, size)))]
