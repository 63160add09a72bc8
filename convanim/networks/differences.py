"""Where two layers differ: exact, per axis, without looking at all cells.

Two layers that add up are given the same weights, each in its own order; then an output cell is the same for all numbers
if every kernel cell meets the same input cell in both, or none in both. For maxima it is the same if both windows hold
the same cells, for means if besides both are divided by the same. Windows are products of those of single axes, so that
a cell agrees if all its axes do, or if each of its windows is empty on some axis. Output cells of an axis that are
alike in all that counts are one class of it, and the classes are multiplied.
"""

from dataclasses import dataclass
from functools import cached_property, reduce
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.layers.axis import PaddingMode
from convanim.layers.layer import AvgPool, Layer, channels_of, output_size
from convanim.layers.operations import Reduction, operation_of
from convanim.layers.sizes import Cell, Sides, Sizes
from convanim.layers.windows import Windows

_MOST_READS = 20_000_000  # (output, kernel) pairs of an axis that are looked at
_MOST_CELLS = 1 << 62

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Arranged:
    """A layer with what stands around it: a pad before it, a slice after it, its kernel turned around or not.

    `layer` reads the padded input. `pads` has `pad_mode`'s cells; `first`, `size` and `step` say which of its output
    cells are kept, one number per axis.
    """

    layer: Layer
    pads: Sides
    first: Sizes
    size: Sizes
    step: Sizes
    pad_mode: PaddingMode = PaddingMode.ZEROS
    flips: bool = False

    @property
    def input_size(self) -> Sizes:
        """The size of the input, before the pad."""
        return tuple(n - before - after for n, (before, after) in zip(self.layer.input_size, self.pads))

    @property
    def is_bare(self) -> bool:
        """Whether the layer stands alone, but for its weights."""
        return not any(map(any, self.pads)) and self.is_whole

    @property
    def is_whole(self) -> bool:
        """Whether all of what the layer makes is kept."""
        return self.size == output_size(self.layer) and max(self.step) == 1 and not any(self.first)

    @property
    def windows(self) -> tuple[Windows, ...]:
        """Each axis."""
        axes = zip(self.layer.axes, self.size, self.pads, self.first, self.step)
        return tuple(
            Windows(axis, size, pad, self.pad_mode, first, step, self.flips) for axis, size, pad, first, step in axes
        )


def alone(layer: Layer) -> Arranged:
    """A layer with nothing around it."""
    dims = len(layer.input_size)
    return Arranged(layer, ((0, 0),) * dims, (0,) * dims, output_size(layer), (1,) * dims)


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
class _Classes:
    """The output cells of one axis, up to the shorter one's end, in classes.

    For each class whether reads agree, whether A's and B's windows are empty, both divisors, how many cells it has and
    the first of them; and for each cell its class.
    """

    agree: Mask
    empty_a: Mask
    empty_b: Mask
    divisor_a: NDArray[np.int64]
    divisor_b: NDArray[np.int64]
    count: NDArray[np.int64]
    first: NDArray[np.int64]
    of: NDArray[np.int64]


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
        return self.a.size == self.b.size and _outputs(self.a.layer) == _outputs(self.b.layer)

    @property
    def same_kernels(self) -> bool:
        """Whether the same weights fit both, but for the order in which they are stored."""
        if self.reduction is not Reduction.SUM:
            return True
        a, b = self.a.layer, self.b.layer
        one, other = channels_of(a), channels_of(b)
        # Filters that read everything are alike, however many there are.
        read_all = one is not None and other is not None and one.groups == other.groups == 1
        return a.kernel_size == b.kernel_size and (one == other or read_all)

    @property
    def channels(self) -> int:
        """How many output channels both have."""
        return min(_outputs(self.a.layer), _outputs(self.b.layer))

    @cached_property
    def differing(self) -> int:
        """How many of the output cells that both have differ, all channels counted."""
        return int(self._count[self._differs].sum()) * self.channels

    @property
    def cells(self) -> int:
        """How many output cells both have."""
        return prod(self.common) * self.channels

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
        if self.reduction is Reduction.SUM:
            if self.a.layer.kernel_size != self.b.layer.kernel_size:
                return None
            per_axis = [_tap_counts(a, b, size) for a, b, size in self._pairs]
        else:
            per_axis = [_cell_counts(a, b, size) for a, b, size in self._pairs]
        real_a, real_b, both, same, every = (prod(counts) for counts in zip(*per_axis))
        return Taps(same, both - same, real_a - both, real_b - both, every - real_a - real_b + both if every else 0)

    @property
    def _pairs(self) -> list[tuple[Windows, Windows, int]]:
        return list(zip(self.a.windows, self.b.windows, self.common))

    @cached_property
    def _classes(self) -> list[_Classes]:
        counted = [_counts_padding(side.layer) for side in (self.a, self.b)]
        return [_classes(a, b, size, self.reduction, counted, fits=self.same_kernels) for a, b, size in self._pairs]

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
        return _overridden(self.a.layer, a), _overridden(self.b.layer, b)

    @cached_property
    def _differs(self) -> Mask:
        """Which combinations of classes differ."""
        none_a = _outer(np.logical_or, [classes.empty_a for classes in self._classes])
        none_b = _outer(np.logical_or, [classes.empty_b for classes in self._classes])
        alike = self._agrees & (self._divisors[0] == self._divisors[1])
        return ~(alike | (none_a & none_b))


def _refuse_incomparable(one: Arranged, other: Arranged) -> None:
    """Raise RequestError for two layers of which no cell of one can be that of the other."""
    a, b = one.layer, other.layer
    verbs = {Reduction.SUM: "adds up its window with weights", Reduction.MAX: "takes the maximum of its window"}
    verbs[Reduction.MEAN] = "takes the mean of its window"
    does, otherwise = operation_of(a).reduction, operation_of(b).reduction
    if does is not otherwise:
        rule = f"A ({a.op.replace('-', ' ')}) {verbs[does]}, B ({b.op.replace('-', ' ')}) {verbs[otherwise]}"
        raise RequestError("figure", None, rule, "give two layers that do the same")
    if len(a.input_size) != len(b.input_size):
        axes = ["1 axis" if len(layer.input_size) == 1 else f"{len(layer.input_size)} axes" for layer in (a, b)]
        raise RequestError("figure", None, f"A has {axes[0]}, B {axes[1]}", "give two of as many axes")
    if one.input_size != other.input_size or a.in_channels != b.in_channels:
        given = [_spelled_input(arranged) for arranged in (one, other)]
        rule = f"A reads {given[0]}, B {given[1]}"
        raise RequestError("input_size", None, rule, "give two that read the same input")


def _spelled_input(arranged: Arranged) -> str:
    size, channels = "x".join(map(str, arranged.input_size)), arranged.layer.in_channels
    return size if channels is None else f"{channels}@{size}"


def _outputs(layer: Layer) -> int:
    channels = channels_of(layer)
    return 1 if channels is None else channels.outputs


def _counts_padding(layer: Layer) -> bool | None:
    """Whether a mean counts padded cells; None for what is no mean, or is divided by a number of its own."""
    if not isinstance(layer, AvgPool) or layer.divisor_override is not None:
        return None
    return layer.count_include_pad


def _overridden(layer: Layer, divisors: NDArray[np.int64]) -> NDArray[np.int64]:
    override = layer.divisor_override if isinstance(layer, AvgPool) else None
    return divisors if override is None else np.full_like(divisors, override)


def _outer(function: Any, arrays: list[NDArray[Any]]) -> NDArray[Any]:
    """A function of one entry of each array, for all combinations."""
    return np.asarray(reduce(function.outer, arrays))


def _classes(
    a: Windows, b: Windows, size: int, reduction: Reduction, counted: list[bool | None], *, fits: bool
) -> _Classes:
    ones = np.ones(size, dtype=np.int64)
    divisors = [
        ones if how is None else windows.divisors(how)[:size] for windows, how in zip((a, b), counted)
    ]
    if reduction is Reduction.SUM:
        agree, empty_a, empty_b = _sums_agree(a, b, size, fits=fits)
    else:
        runs = [[part[:size] for part in windows.runs] for windows in (a, b)]
        agree = np.logical_and.reduce([one == other for one, other in zip(*runs)])
        empty_a, empty_b = runs[0][1] == 0, runs[1][1] == 0
    table = np.stack([agree, empty_a, empty_b, *divisors], axis=1).astype(np.int64)
    rows, first, of, count = np.unique(table, axis=0, return_index=True, return_inverse=True, return_counts=True)
    flags = rows[:, :3].astype(bool)
    return _Classes(
        flags[:, 0], flags[:, 1], flags[:, 2], rows[:, 3], rows[:, 4], count, first, np.asarray(of).reshape(-1)
    )


def _sums_agree(a: Windows, b: Windows, size: int, *, fits: bool) -> tuple[Mask, Mask, Mask]:
    """For each output cell whether all kernel cells meet the same, and whether A's and B's windows meet nothing."""
    agree = np.full(size, fits)
    empty = [np.ones(size, dtype=bool), np.ones(size, dtype=bool)]
    if fits:
        for kernel in range(a.kernel_size):
            met = a.met(kernel)[:size], b.met(kernel)[:size]
            agree &= met[0] == met[1]
            for none, cells in zip(empty, met):
                none &= cells < 0
        return agree, empty[0], empty[1]
    for windows, none in zip((a, b), empty):
        for kernel in range(windows.kernel_size):
            none &= windows.met(kernel)[:size] < 0
    return agree, empty[0], empty[1]


def _tap_counts(a: Windows, b: Windows, size: int) -> tuple[int, int, int, int, int]:
    """Reads of one axis: those of a cell in A, in B, in both, of the same one in both; and all."""
    real_a = real_b = both = same = 0
    for kernel in range(a.kernel_size):
        one, other = a.met(kernel)[:size], b.met(kernel)[:size]
        real_a += int((one >= 0).sum())
        real_b += int((other >= 0).sum())
        both += int(((one >= 0) & (other >= 0)).sum())
        same += int(((one >= 0) & (one == other)).sum())
    return real_a, real_b, both, same, size * a.kernel_size


def _cell_counts(a: Windows, b: Windows, size: int) -> tuple[int, int, int, int, int]:
    """Cells in the windows of one axis: in A's, in B's, in both, again in both; and 0."""
    (first, count, apart), (_, others, _) = a.runs, b.runs
    both = 0
    for j in range(a.kernel_size):
        cells = np.where(j < count, first + j * apart, -1)
        both += int(b.holds(np.pad(cells[:size], (0, b.size - size), constant_values=-1))[:size].sum())
    return int(count[:size].sum()), int(others[:size].sum()), both, both, 0
