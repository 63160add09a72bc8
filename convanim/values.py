"""What a layer makes of numbers. Pure numpy, for every operation from the same table of reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.geometry import Cell, Geometry, ravel
from convanim.operations import Reduction, operation_of
from convanim.sources import Numbers


@dataclass(frozen=True)
class Values:
    """The numbers in a layer's cells: input, kernel (None for pools) and output, indexed as the maps are."""

    input: Numbers
    kernel: Numbers | None
    output: Numbers


def values_of(geometry: Geometry, numbers: Numbers, kernel: Numbers | None) -> Values:
    """Run the layer over `numbers` (shape `input_size`) with `kernel` (shape `kernel_size`; None for pools).

    Raises RequestError when a sum goes past what a float can hold.
    """
    reduction = operation_of(geometry.layer).reduction
    if reduction is Reduction.MAX:
        return Values(numbers, None, _maxima(geometry, numbers))
    with np.errstate(over="ignore", invalid="ignore"):
        output = _means(geometry, numbers) if kernel is None else _sums(geometry, numbers, kernel)
    if not np.isfinite(output).all():
        raise RequestError("values", None, "their sums are too large to compute", "give smaller numbers")
    return Values(numbers, kernel, output)


def winner(geometry: Geometry, numbers: Numbers, output: Cell) -> Cell | None:
    """The kernel cell that meets the maximum, of equal ones the first in row-major order; None when all is padding."""
    best: Cell | None = None
    most: float = 0
    for tap in geometry.taps(output):
        if tap.input is not None and (best is None or numbers[tap.input] > most):
            best, most = tap.kernel, numbers[tap.input]
    return best


def partial_sum(geometry: Geometry, values: Values, output: Cell, last_input: int) -> float:
    """What input cells up to index `last_input` (row-major) have stamped onto an output cell so far."""
    assert values.kernel is not None
    number = float if values.output.dtype.kind == "f" else int
    total = number(0)
    for tap in geometry.taps(output):
        if tap.input is not None and ravel(tap.input, values.input.shape) <= last_input:
            total += number(values.kernel[tap.kernel]) * number(values.input[tap.input])
    return total


def _taps(geometry: Geometry, numbers: Numbers) -> Iterator[tuple[Cell, Numbers, NDArray[np.bool_]]]:
    """For every kernel cell the input number that each output cell meets (0 where none), and where there is one."""
    for kernel in product(*(range(axis.kernel_size) for axis in geometry.axes)):
        columns = [reads[:, k] for reads, k in zip(geometry.reads, kernel)]
        there = columns[0] >= 0
        for column in columns[1:]:
            there = np.logical_and.outer(there, column >= 0)
        met = numbers[np.ix_(*columns)]
        yield kernel, np.where(there, met, 0), there


def _sums(geometry: Geometry, numbers: Numbers, kernel: Numbers) -> Numbers:
    largest = float(np.abs(numbers.astype(float)).max()) * float(np.abs(kernel.astype(float)).sum())
    exact = numbers.dtype.kind == "i" and kernel.dtype.kind == "i" and largest < 2**62
    total: Numbers = np.zeros(geometry.output_size, dtype=np.int64 if exact else np.float64)
    for cell, met, _ in _taps(geometry, numbers):
        total = total + (kernel[cell] * met if exact else float(kernel[cell]) * met.astype(float))
    return total


def _maxima(geometry: Geometry, numbers: Numbers) -> Numbers:
    best = np.zeros(geometry.output_size, dtype=numbers.dtype)
    found = np.zeros(geometry.output_size, dtype=bool)
    for _, met, there in _taps(geometry, numbers):
        best = np.where(there & (~found | (met > best)), met, best)
        found |= there
    return best if found.all() else np.where(found, best.astype(float), -np.inf)


def _means(geometry: Geometry, numbers: Numbers) -> Numbers:
    total = np.zeros(geometry.output_size)
    for _, met, _ in _taps(geometry, numbers):
        total = total + met
    assert geometry.divisors is not None
    means: Numbers = total / geometry.divisors
    return means
