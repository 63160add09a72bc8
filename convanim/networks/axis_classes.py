"""The output cells of one axis of two layers in classes of those that are alike in all that counts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from convanim.layers.operation import Reduction
from convanim.layers.windows import Windows

Mask = NDArray[np.bool_]
Counts = tuple[int, int, int, int, int]


@dataclass(frozen=True)
class Classes:
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


def classes_of(
    a: Windows, b: Windows, size: int, reduction: Reduction, counted: list[bool | None], *, fits: bool
) -> Classes:
    """The classes of the first `size` cells; `counted` says for each layer whether means count padding, None for ones.

    Where the same weights do not fit both, no cells agree.
    """
    ones = np.ones(size, dtype=np.int64)
    divisors = [ones if how is None else windows.divisors(how)[:size] for windows, how in zip((a, b), counted)]
    if reduction is Reduction.SUM:
        agree, empty_a, empty_b = _sums_agree(a, b, size, fits=fits)
    elif reduction is Reduction.COPY:
        met = a.met(0)[:size], b.met(0)[:size]
        agree, empty_a, empty_b = met[0] == met[1], met[0] < 0, met[1] < 0
    elif reduction is Reduction.BLEND:
        agree, empty_a, empty_b = np.ones(size, dtype=bool), np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
        for kernel in range(max(a.kernel_size, b.kernel_size)):
            agree &= a.met(kernel)[:size] == b.met(kernel)[:size]
            agree &= a.weights(kernel)[:size] == b.weights(kernel)[:size]
    else:
        runs = [[part[:size] for part in windows.runs] for windows in (a, b)]
        agree = np.logical_and.reduce([one == other for one, other in zip(*runs)])
        empty_a, empty_b = runs[0][1] == 0, runs[1][1] == 0
    table = np.stack([agree, empty_a, empty_b, *divisors], axis=1).astype(np.int64)
    rows, first, of, count = np.unique(table, axis=0, return_index=True, return_inverse=True, return_counts=True)
    flags = rows[:, :3].astype(bool)
    return Classes(
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


def tap_counts(a: Windows, b: Windows, size: int) -> Counts:
    """Reads of one axis: those of a cell in A, in B, in both, of the same one in both; and all."""
    real_a = real_b = both = same = 0
    for kernel in range(a.kernel_size):
        one, other = a.met(kernel)[:size], b.met(kernel)[:size]
        real_a += int((one >= 0).sum())
        real_b += int((other >= 0).sum())
        both += int(((one >= 0) & (other >= 0)).sum())
        same += int(((one >= 0) & (one == other)).sum())
    return real_a, real_b, both, same, size * a.kernel_size


def cell_counts(a: Windows, b: Windows, size: int) -> Counts:
    """Cells in the windows of one axis: in A's, in B's, in both, again in both; and 0."""
    (first, count, apart), (_, others, _) = a.runs, b.runs
    both = 0
    for j in range(a.kernel_size):
        cells = np.where(j < count, first + j * apart, -1)
        both += int(b.holds(np.pad(cells[:size], (0, b.size - size), constant_values=-1))[:size].sum())
    return int(count[:size].sum()), int(others[:size].sum()), both, both, 0
