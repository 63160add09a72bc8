"""What a layer makes of numbers. Pure numpy, for every operation from the same table of reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.layers.channels import Channels
from convanim.layers.geometry import Geometry, met_by
from convanim.layers.layer import Conv, Layer, channels_of, output_size
from convanim.layers.operations import Reduction, operation_of
from convanim.layers.sizes import Cell
from convanim.layers.step_order import ravel
from convanim.numbers.sources import Numbers

_MOST_TERMS = 180_000_000  # numbers that windows hold, all together; a second or two
_COMPARED = 3  # times as long as a number that is multiplied takes one of a pool
_MULTIPLIED = 16  # products that take as long as one of these


@dataclass(frozen=True)
class Values:
    """The numbers in a layer's cells: input, kernel (None for pools) and output, indexed as the maps are.

    Shapes are `input_shape`, `kernel_shape` and `output_shape` of the layer: with channels, theirs come first.
    """

    input: Numbers
    kernel: Numbers | None
    output: Numbers


def values_of(geometry: Geometry, numbers: Numbers, kernel: Numbers | None) -> Values:
    """Run the layer over `numbers` (shape `input_shape`) with `kernel` (shape `kernel_shape`; None for pools).

    Raises RequestError when a sum goes past what a float can hold, or there are too many to add up.
    """
    refuse_long_sums(geometry.layer)
    reduction = operation_of(geometry.layer).reduction
    if reduction is Reduction.MAX:
        return Values(numbers, None, _maxima(geometry, numbers))
    with np.errstate(over="ignore", invalid="ignore"):
        output = _means(geometry, numbers) if kernel is None else _sums(geometry, numbers, kernel)
    if not np.isfinite(output).all():
        raise RequestError("values", None, "their sums are too large to compute", "give smaller numbers")
    return Values(numbers, kernel, output)


def refuse_long_sums(*layers: Layer) -> None:
    """Raise RequestError where the windows of layers hold too many numbers, all together."""
    terms = products = 0
    for layer in layers:
        channels = channels_of(layer) or Channels(1, 1, 1)
        windows = prod(output_size(layer)) * prod(layer.kernel_size)
        if not operation_of(layer).has_weights:
            terms += _COMPARED * windows * channels.inputs
            continue
        terms += windows * channels.inputs
        products += windows * channels.outputs * channels.read
    if terms + products // _MULTIPLIED > _MOST_TERMS:
        rule = f"it takes {max(terms, products):,} multiplications or comparisons, which are long to compute"
        raise RequestError("values", None, rule, "try a smaller kernel or input, or a larger stride, or leave them out")


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


def by_filter(layer: Layer, kernel: Numbers) -> Numbers:
    """A kernel as `[out, in/groups, …]`, however the layer stores it; one channel of each where there are none."""
    channels = channels_of(layer)
    if channels is None:
        return kernel[None, None]
    if isinstance(layer, Conv):
        return kernel
    split = kernel.reshape(channels.groups, channels.read, channels.made, *layer.kernel_size)
    return np.swapaxes(split, 1, 2).reshape(channels.outputs, channels.read, *layer.kernel_size)


def channel_sums(geometry: Geometry, values: Values) -> Numbers:
    """What each input channel adds to each output cell, `[out, in/groups, *output]`; they sum to the output."""
    assert values.kernel is not None
    channels = channels_of(geometry.layer) or Channels(1, 1, 1)
    weights = by_filter(geometry.layer, values.kernel)
    numbers = values.input.reshape(channels.inputs, *geometry.layer.input_size)
    sources = [channels.inputs_of([output]) for output in range(channels.outputs)]
    total: Numbers = np.zeros((channels.outputs, channels.read, *geometry.output_size), dtype=values.output.dtype)
    spread = (slice(None), slice(None), *[None] * len(geometry.axes))
    for cell, met, _ in _taps(geometry, numbers):
        at: Any = (..., *cell)
        total = total + weights[at][spread] * met[sources]
    return total


def _taps(geometry: Geometry, numbers: Numbers) -> Iterator[tuple[Cell, Numbers, NDArray[np.bool_]]]:
    """For every kernel cell the input number that each output cell meets (0 where none), and where there is one.

    Numbers keep their channels in front, if they have any; where there is one is the same for all of them.
    """
    for kernel in product(*(range(axis.kernel_size) for axis in geometry.axes)):
        columns = [met_by(axis, k) for axis, k in zip(geometry.axes, kernel)]
        there = columns[0] >= 0
        for column in columns[1:]:
            there = np.logical_and.outer(there, column >= 0)
        everywhere: Any = (..., *np.ix_(*columns))
        yield kernel, np.where(there, numbers[everywhere], 0), there


def _sums(geometry: Geometry, numbers: Numbers, kernel: Numbers) -> Numbers:
    channels = channels_of(geometry.layer) or Channels(1, 1, 1)
    weights = by_filter(geometry.layer, kernel)
    largest = float(np.abs(numbers.astype(float)).max()) * float(np.abs(weights.astype(float)).sum())
    exact = numbers.dtype.kind == "i" and kernel.dtype.kind == "i" and largest < 2**62
    # Sums of whole numbers that a float holds exactly are faster as floats.
    dtype = np.int64 if exact and largest >= 2**53 else np.float64
    weights = weights.reshape(channels.groups, channels.made, channels.read, *geometry.layer.kernel_size).astype(dtype)
    total: Numbers = np.zeros((channels.groups, channels.made, prod(geometry.output_size)), dtype=dtype)
    for cell, met, _ in _taps(geometry, numbers):
        at: Any = (..., *cell)
        total += weights[at] @ met.astype(dtype, copy=False).reshape(channels.groups, channels.read, -1)
    return total.astype(np.int64 if exact else np.float64, copy=False).reshape(geometry.output_shape)


def _maxima(geometry: Geometry, numbers: Numbers) -> Numbers:
    best = np.zeros(geometry.output_shape, dtype=numbers.dtype)
    found = np.zeros(geometry.output_size, dtype=bool)
    for _, met, there in _taps(geometry, numbers):
        best = np.where(there & (~found | (met > best)), met, best)
        found |= there
    return best if found.all() else np.where(found, best.astype(float), -np.inf)


def _means(geometry: Geometry, numbers: Numbers) -> Numbers:
    total = np.zeros(geometry.output_shape)
    for _, met, _ in _taps(geometry, numbers):
        total = total + met
    assert geometry.divisors is not None
    means: Numbers = total / geometry.divisors
    return means
