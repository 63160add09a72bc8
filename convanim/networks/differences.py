"""Where two layers differ: exact, per axis, without looking at all cells.

Two layers that add up are given the same weights, each in its own order; then an output cell is the same for all
numbers if every kernel cell meets the same input cell in both, or none in both. For maxima it is the same if both
windows hold the same cells, for means if besides both are divided by the same. Windows are products of those of single
axes, so that a cell agrees if all its axes do, or if each of its windows is empty on some axis. Output cells of an axis
that are alike in all that counts are one class of it, and the classes are multiplied.
"""

from dataclasses import dataclass
from functools import cached_property, reduce
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.layers.channels import Channels
from convanim.layers.layer import (
    Layer,
    LPPool,
    MaxUnpool,
    Rearranged,
    channels_of,
    counts_padding,
    divisor_override,
    filling_of,
    window_size,
)
from convanim.layers.operation import Reduction
from convanim.layers.operations import operation_of
from convanim.layers.sizes import Cell, Sizes
from convanim.layers.windows import Windows
from convanim.networks.arrangements import Arranged
from convanim.networks.axis_classes import Classes, Mask, cell_counts, classes_of, tap_counts

_MOST_READS = 5_000_000  # (output, kernel) pairs of an axis that are looked at; a tenth of a second
_LONGEST_KERNEL = 5_000  # cells of a kernel on an axis, each of which is looked at by itself
_MOST_CELLS = 1 << 62


@dataclass(frozen=True)
class Taps:
    """Reads of all windows in the cells that both layers make, in one channel, by what they find.

    Of layers that add up, a read is a kernel cell's; of pools, an input cell in either window, and `neither` is 0.
    """

    same: int  # both read the same cell
    other: int  # both read a cell, not the same one
    only_a: int  # a cell in A, a zero in B
    only_b: int
    neither: int


@dataclass(frozen=True)
class Difference:
    """What B does otherwise than A. Raises RequestError for two that cannot be compared, or are too long to look at."""

    a: Arranged
    b: Arranged

    def __post_init__(self) -> None:
        _refuse_incomparable(self.a, self.b)
        for windows in (*self.a.windows, *self.b.windows):
            if windows.axis.output_size * windows.kernel_size > _MOST_READS:
                rule = f"an axis reads more than {_MOST_READS:,} times"
                raise RequestError("input_size", windows.input_size, rule, "try a smaller input or kernel")
            if windows.kernel_size > _LONGEST_KERNEL:
                rule = f"more than {_LONGEST_KERNEL:,} cells on an axis are too many to be looked at"
                raise RequestError("kernel_size", windows.kernel_size, rule, "try a smaller one")
        if prod(self.a.size) > _MOST_CELLS or prod(self.b.size) > _MOST_CELLS:
            raise RequestError("input_size", self.a.layer.input_size, "there are too many cells", "try a smaller input")

    @property
    def reduction(self) -> Reduction:
        """What both do with what they read."""
        return operation_of(self.a.layer).reduction

    @property
    def common(self) -> Sizes:
        """The size of the part that both outputs have."""
        return tuple(map(min, self.a.size, self.b.size))

    @property
    def same_size(self) -> bool:
        """Whether both make as many cells, and channels."""
        return self.a.size == self.b.size and _channels(self.a.layer).outputs == _channels(self.b.layer).outputs

    @property
    def same_kernels(self) -> bool:
        """Whether the same weights fit both, but for the order in which they are stored."""
        if self.reduction is not Reduction.SUM:
            return True
        a, b = self.a.layer, self.b.layer
        one, other = _channels(a), _channels(b)
        # Filters that read everything are alike, however many there are.
        return window_size(a) == window_size(b) and (one == other or one.groups == other.groups == 1)

    @property
    def channels(self) -> int:
        """How many output channels both have."""
        return min(_channels(self.a.layer).outputs, _channels(self.b.layer).outputs)

    @cached_property
    def differing(self) -> int:
        """How many of the output cells that both have differ, all channels counted."""
        return int(self._count[self._differs].sum()) * self.channels

    @property
    def cells(self) -> int:
        """How many output cells both have."""
        return prod(self.common) * self.channels

    @property
    def alone(self) -> int:
        """How many output cells only one of both has."""
        every = sum(prod(side.size) * _channels(side.layer).outputs for side in (self.a, self.b))
        return every - 2 * self.cells

    @property
    def is_equal(self) -> bool:
        """Whether both make the same of any numbers."""
        return self.same_size and self.differing == 0

    @property
    def first(self) -> Cell | None:
        """The first output cell, in row-major order, that differs, without its channel; None where none does."""
        return self._first_of(self._differs)

    @property
    def first_agreeing(self) -> Cell | None:
        """The first output cell that agrees; None where none does."""
        return self._first_of(~self._differs)

    def _first_of(self, combinations: Mask) -> Cell | None:
        """The first cell that is of one of some combinations of classes."""
        found = np.argwhere(combinations)
        if not len(found):
            return None
        firsts = np.stack([classes.first[found[:, axis]] for axis, classes in enumerate(self._classes)], axis=1)
        return tuple(int(n) for n in min(map(tuple, firsts.tolist())))

    @cached_property
    def mask(self) -> Mask:
        """Which output cells that both have differ, in any channel; of shape `common`."""
        return np.asarray(self._differs[np.ix_(*(classes.of for classes in self._classes))])

    @cached_property
    def otherwise_divided(self) -> int:
        """How many means, of one channel, are of the same cells and divided by another number."""
        return int(self._count[self._agrees & (self._divisors[0] != self._divisors[1])].sum())

    @cached_property
    def taps(self) -> Taps | None:
        """What reads find, all windows together; None where kernels have not as many cells."""
        if self.reduction in (Reduction.SUM, Reduction.COPY):
            if window_size(self.a.layer) != window_size(self.b.layer):
                return None
            per_axis = [tap_counts(a, b, size) for a, b, size in self._pairs]
        else:
            per_axis = [cell_counts(a, b, size) for a, b, size in self._pairs]
        real_a, real_b, both, same, every = (prod(counts) for counts in zip(*per_axis))
        return Taps(same, both - same, real_a - both, real_b - both, every - real_a - real_b + both if every else 0)

    @property
    def _pairs(self) -> list[tuple[Windows, Windows, int]]:
        return list(zip(self.a.windows, self.b.windows, self.common))

    @cached_property
    def _classes(self) -> list[Classes]:
        counted = [counts_padding(side.layer) for side in (self.a, self.b)]
        return [classes_of(a, b, size, self.reduction, counted, fits=self.same_kernels) for a, b, size in self._pairs]

    @cached_property
    def _count(self) -> NDArray[np.int64]:
        return _outer(np.multiply, [classes.count for classes in self._classes])

    @cached_property
    def _agrees(self) -> Mask:
        return _outer(np.logical_and, [classes.agree for classes in self._classes])

    @cached_property
    def _divisors(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        a = _outer(np.multiply, [classes.divisor_a for classes in self._classes])
        b = _outer(np.multiply, [classes.divisor_b for classes in self._classes])
        if isinstance(self.a.layer, LPPool) and isinstance(self.b.layer, LPPool):
            # Of norms what counts is the kernel's cells over those that a window holds.
            a, b = a * prod(self.b.layer.kernel_size), b * prod(self.a.layer.kernel_size)
        return _overridden(self.a.layer, a), _overridden(self.b.layer, b)

    @property
    def _same_norms(self) -> bool:
        """Whether both take the same power, if any, of the same numbers."""
        return _norm_of(self.a.layer) == _norm_of(self.b.layer)

    @cached_property
    def _differs(self) -> Mask:
        """Which combinations of classes differ."""
        none_a = _outer(np.logical_or, [classes.empty_a for classes in self._classes])
        none_b = _outer(np.logical_or, [classes.empty_b for classes in self._classes])
        alike = self._agrees & (self._divisors[0] == self._divisors[1])
        if not self._same_norms:
            return np.ones_like(alike)
        if filling_of(self.a.layer) != filling_of(self.b.layer):
            return np.asarray(~(alike & ~none_a))
        return np.asarray(~(alike | (none_a & none_b)))


def _norm_of(layer: Layer) -> tuple[float, bool] | None:
    return (layer.norm_type, layer.absolute) if isinstance(layer, LPPool) else None


def _refuse_incomparable(one: Arranged, other: Arranged) -> None:
    """Raise RequestError for two layers of which no cell of one can be that of the other."""
    a, b = one.layer, other.layer
    for side in (a, b):
        if isinstance(side, Rearranged | MaxUnpool):
            where = "where its pool found them" if isinstance(side, MaxUnpool) else "into other channels"
            rule = f"{side.op.replace('-', ' ')} puts cells {where}, which is not compared"
            raise RequestError("figure", None, rule, "ask explain, or --json, about each of them")
    verbs = {Reduction.SUM: "adds up its window with weights", Reduction.MAX: "takes the maximum of its window"}
    verbs |= {
        Reduction.MEAN: "takes the mean of its window",
        Reduction.BLEND: "blends its window by weights of its own",
        Reduction.COPY: "copies cells",
        Reduction.NORM: "takes the norm of its window",
    }
    does, otherwise = operation_of(a).reduction, operation_of(b).reduction
    if does is not otherwise:
        rule = f"A ({a.op.replace('-', ' ')}) {verbs[does]}, B ({b.op.replace('-', ' ')}) {verbs[otherwise]}"
        raise RequestError("figure", None, rule, "give two layers that do the same")
    if len(a.input_size) != len(b.input_size):
        axes = ["1 axis" if len(layer.input_size) == 1 else f"{len(layer.input_size)} axes" for layer in (a, b)]
        raise RequestError("figure", None, f"A has {axes[0]}, B {axes[1]}", "give two of as many axes")
    if one.input_size != other.input_size or _channels(a).inputs != _channels(b).inputs:
        given = [_spelled_input(arranged) for arranged in (one, other)]
        rule = f"A reads {given[0]}, B {given[1]}"
        raise RequestError("input_size", None, rule, "give two that read the same input")


def _spelled_input(arranged: Arranged) -> str:
    size, channels = "x".join(map(str, arranged.input_size)), arranged.layer.in_channels
    return size if channels is None else f"{channels}@{size}"


def _channels(layer: Layer) -> Channels:
    """A layer's channels; one where it names none."""
    return channels_of(layer) or Channels(1, 1, 1)


def _overridden(layer: Layer, divisors: NDArray[np.int64]) -> NDArray[np.int64]:
    override = divisor_override(layer)
    return divisors if override is None else np.full_like(divisors, override)


def _outer(function: Any, arrays: list[NDArray[Any]]) -> NDArray[Any]:
    """A function of one entry of each array, for all combinations."""
    return np.asarray(reduce(function.outer, arrays))
