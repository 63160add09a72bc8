"""What a layer makes of numbers. Pure numpy, for every operation from the same table of reads."""

from dataclasses import dataclass, replace
from functools import reduce
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.layers.axis_cells import weights_of
from convanim.layers.channels import Channels
from convanim.layers.geometry import Geometry, Tap
from convanim.layers.kinds.rearranged import phases
from convanim.layers.layer import (
    Conv,
    Fold,
    Layer,
    PixelShuffle,
    Rearranged,
    channels_of,
    filling_of,
    output_size,
    window_size,
)
from convanim.layers.operation import Reduction
from convanim.layers.operations import operation_of
from convanim.layers.sizes import Cell
from convanim.layers.step_order import ravel
from convanim.numbers.met import all_met
from convanim.numbers.norms import norms
from convanim.numbers.put_back import Indices, folded, placed
from convanim.numbers.shares import Shares
from convanim.numbers.sources import Numbers

_UNPOOLED = "leave them out, or draw both, such as 'max-pool 2', 'max-unpool 2'"
_MOST_TERMS = 180_000_000  # numbers that windows hold, all together; a second or two
_COMPARED = 3  # times as long as a number that is multiplied takes one of a pool
_MULTIPLIED = 16  # products that take as long as one of these


@dataclass(frozen=True)
class Values:
    """The numbers in a layer's cells: input, kernel (None for pools) and output, indexed as the maps are.

    Shapes are `input_shape`, `kernel_shape` and `output_shape` of the layer: with channels, theirs come first. Where
    gradients flow back through a pool there are `shares` instead of a kernel. `indices` are those that a max unpool
    takes, of the input's shape: the cell of its channel, in row-major order, to which each number goes; −1 where its
    max pool saw no cell.
    """

    input: Numbers
    kernel: Numbers | None
    output: Numbers
    indices: Indices | None = None
    shares: Shares | None = None


def values_of(geometry: Geometry, numbers: Numbers, kernel: Numbers | None, indices: Indices | None = None) -> Values:
    """Run the layer over `numbers` (shape `input_shape`) with `kernel` (shape `kernel_shape`; None for pools).

    A max unpool takes the `indices` of its max pool, as `winners` has them.
    Raises RequestError when a sum goes past what a float can hold, or there are too many to add up.
    """
    refuse_long_sums(geometry.layer)
    reduction = operation_of(geometry.layer).reduction
    if reduction is Reduction.MAX:
        return Values(numbers, None, _maxima(geometry, numbers))
    if reduction is Reduction.PLACE:
        if indices is None:
            raise RequestError("values", None, "no max pool makes its input, whose winners it would take", _UNPOOLED)
        return Values(numbers, None, placed(geometry, numbers, indices), indices)
    if reduction is Reduction.COPY:
        return Values(numbers, None, _copies(geometry, numbers))
    if reduction is Reduction.NORM:
        return Values(numbers, None, norms(geometry, numbers))
    with np.errstate(over="ignore", invalid="ignore"):
        if isinstance(geometry.layer, Fold):
            output = folded(geometry.layer, numbers)
        elif reduction is Reduction.BLEND:
            output = _blends(geometry, numbers)
        else:
            output = _means(geometry, numbers) if kernel is None else _sums(geometry, numbers, kernel)
    if not np.isfinite(output).all():
        raise RequestError("values", None, "their sums are too large to compute", "give smaller numbers")
    return Values(numbers, kernel, output)


def weight_of(tap: Tap, values: Values) -> float:
    """What a tap's input is multiplied by: the kernel's weight, or the tap's own."""
    return values.kernel[tap.kernel].item() if values.kernel is not None else tap.weight or 0.0


def refuse_long_sums(*layers: Layer) -> None:
    """Raise RequestError where the windows of layers hold too many numbers, all together."""
    terms = products = 0
    for layer in layers:
        channels = channels_of(layer) or Channels(1, 1, 1)
        windows = prod(output_size(layer)) * prod(window_size(layer))
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


def winning_position(geometry: Geometry, numbers: Numbers, output: Cell) -> Cell | None:
    """The position of the maximum on each axis of the input's line-up, as `winner` has it; its channel left out."""
    kernel = winner(geometry, numbers, output)
    if kernel is None:
        return None
    axes = len(geometry.axes)
    return tuple(axis.position(o, k) for axis, o, k in zip(geometry.axes, output[-axes:], kernel[-axes:]))


def partial_sum(geometry: Geometry, values: Values, output: Cell, last_input: int) -> float:
    """What input cells up to index `last_input` (row-major) have stamped onto an output cell so far."""
    number = float if values.output.dtype.kind == "f" else int
    total = number(0)
    for tap in geometry.taps(output):
        if tap.input is None or ravel(tap.input, values.input.shape) > last_input:
            continue
        read = number(values.input[tap.input])
        if values.shares is not None:
            total += number(values.shares.part(read, tap))
        else:
            assert values.kernel is not None
            total += number(values.kernel[tap.kernel]) * read
    return total


def without_channel(values: Values, layer: Layer) -> Values:
    """The numbers of a layer of one channel without it."""
    axes = len(layer.input_size)
    kernel = None if values.kernel is None else values.kernel.reshape(window_size(layer))
    shapes = [numbers.shape[-axes:] for numbers in (values.input, values.output)]
    shares = values.shares
    if shares is not None and shares.won is not None:
        shares = replace(shares, won=shares.won.reshape(*shapes[0], *window_size(layer)))
    indices = None if values.indices is None else values.indices.reshape(shapes[0])
    return Values(values.input.reshape(shapes[0]), kernel, values.output.reshape(shapes[1]), indices, shares)


def by_filter(layer: Layer, kernel: Numbers) -> Numbers:
    """A kernel as `[out, in/groups, …]`, however the layer stores it; one channel of each where there are none."""
    channels = channels_of(layer)
    if channels is None:
        return kernel[None, None]
    if isinstance(layer, Conv):
        return kernel
    size = window_size(layer)
    split = kernel.reshape(channels.groups, channels.read, channels.made, *size)
    return np.swapaxes(split, 1, 2).reshape(channels.outputs, channels.read, *size)


def channel_sums(geometry: Geometry, values: Values) -> Numbers:
    """What each input channel adds to each output cell, `[out, in/groups, *output]`; they sum to the output."""
    assert values.kernel is not None
    channels = channels_of(geometry.layer) or Channels(1, 1, 1)
    weights = by_filter(geometry.layer, values.kernel)
    numbers = values.input.reshape(channels.inputs, *geometry.layer.input_size)
    sources = [channels.inputs_of([output]) for output in range(channels.outputs)]
    total: Numbers = np.zeros((channels.outputs, channels.read, *geometry.output_size), dtype=values.output.dtype)
    spread = (slice(None), slice(None), *[None] * len(geometry.axes))
    for cell, met, _ in all_met(geometry, numbers):
        at: Any = (..., *cell)
        total = total + weights[at][spread] * met[sources]
    return total


def slice_sums(geometry: Geometry, values: Values) -> Numbers:
    """What each slice of the window adds to each output cell, `[slice, *output]`, in the order of their positions."""
    assert values.kernel is not None
    first = geometry.axes[0]
    total: Numbers = np.zeros((first.kernel_size, *geometry.output_size), dtype=values.output.dtype)
    for cell, met, _ in all_met(geometry, values.input[None]):
        place = first.kernel_size - 1 - cell[0] if first.flipped else cell[0]
        total[place] = total[place] + values.kernel[cell] * met[0]
    return total


def _sums(geometry: Geometry, numbers: Numbers, kernel: Numbers) -> Numbers:
    channels = channels_of(geometry.layer) or Channels(1, 1, 1)
    weights = by_filter(geometry.layer, kernel)
    largest = float(np.abs(numbers.astype(float)).max()) * float(np.abs(weights.astype(float)).sum())
    exact = numbers.dtype.kind == "i" and kernel.dtype.kind == "i" and largest < 2**62
    # Sums of whole numbers that a float holds exactly are faster as floats.
    dtype = np.int64 if exact and largest >= 2**53 else np.float64
    size = window_size(geometry.layer)
    weights = weights.reshape(channels.groups, channels.made, channels.read, *size).astype(dtype)
    total: Numbers = np.zeros((channels.groups, channels.made, prod(geometry.output_size)), dtype=dtype)
    for cell, met, _ in all_met(geometry, numbers):
        at: Any = (..., *cell)
        total += weights[at] @ met.astype(dtype, copy=False).reshape(channels.groups, channels.read, -1)
    return total.astype(np.int64 if exact else np.float64, copy=False).reshape(geometry.output_shape)


def _maxima(geometry: Geometry, numbers: Numbers) -> Numbers:
    best = np.zeros(geometry.output_shape, dtype=numbers.dtype)
    found = np.zeros(geometry.output_size, dtype=bool)
    for _, met, there in all_met(geometry, numbers):
        best = np.where(there & (~found | (met > best)), met, best)
        found |= there
    return best if found.all() else np.where(found, best.astype(float), -np.inf)


def winners(geometry: Geometry, numbers: Numbers) -> Indices:
    """Where the maximum of each output cell is, in row-major order of the input's channel (shape `output_shape`).

    Of equal maxima the first, as `winner` has it; −1 where all is padding.
    """
    size = geometry.layer.input_size
    best = np.zeros(geometry.output_shape, dtype=numbers.dtype)
    found = np.full(geometry.output_shape, -1, dtype=np.int64)
    places = np.arange(prod(size), dtype=np.int64).reshape(size)
    at = zip(all_met(geometry, numbers), all_met(geometry, places))
    for (_, met, there), (_, place, _) in at:
        is_more = there & ((found < 0) | (met > best))
        best, found = np.where(is_more, met, best), np.where(is_more, place, found)
    return found


def won_by(geometry: Geometry, numbers: Numbers) -> NDArray[np.bool_]:
    """For every output cell of a max pool and every kernel cell whether it met the maximum, as `winner` has it."""
    size, found = geometry.layer.input_size, winners(geometry, numbers)
    places = np.arange(prod(size), dtype=np.int64).reshape(size)
    won = np.stack([there & (place == found) for _, place, there in all_met(geometry, places)], axis=-1)
    return won.reshape(*geometry.output_shape, *window_size(geometry.layer))


def taken(geometry: Geometry, values: Values, output: Cell) -> Cell | None:
    """The input cell that a max unpool puts into an output cell, of several the last; None where there is none."""
    assert values.indices is not None
    place = ravel(output[-len(geometry.axes) :], geometry.output_size)
    met = (tap.input for tap in geometry.taps(output))
    return next((cell for cell in reversed(list(met)) if cell is not None and values.indices[cell] == place), None)


def _blends(geometry: Geometry, numbers: Numbers) -> Numbers:
    """Weighted sums of an interpolation; where all windows are one cell numbers are copied, and stay whole."""
    if max(window_size(geometry.layer)) == 1:
        (_, met, _) = next(all_met(geometry, numbers))
        return met
    total = np.zeros(geometry.output_shape)
    along = [weights_of(axis) for axis in geometry.axes]
    for kernel, met, _ in all_met(geometry, numbers):
        weights = [table[:, k] for table, k in zip(along, kernel)]
        total = total + reduce(np.multiply.outer, weights) * met
    return total


def _copies(geometry: Geometry, numbers: Numbers) -> Numbers:
    """Numbers that are put elsewhere, and what padding holds where there is none."""
    if not isinstance(geometry.layer, Rearranged):
        (_, met, there) = next(all_met(geometry, numbers))
        return met if there.all() else np.where(there, met, filling_of(geometry.layer))
    channels = geometry.channels
    assert channels is not None
    met = np.stack([met for _, met, _ in all_met(geometry, numbers)], axis=1)
    if not isinstance(geometry.layer, PixelShuffle):
        return met.reshape(geometry.output_shape)
    grouped = met.reshape(channels.groups, channels.read, -1)
    taken: Numbers = np.take_along_axis(grouped, phases(geometry.layer)[None, None], axis=1)
    return taken.reshape(geometry.output_shape)


def _means(geometry: Geometry, numbers: Numbers) -> Numbers:
    total = np.zeros(geometry.output_shape)
    for _, met, _ in all_met(geometry, numbers):
        total = total + met
    assert geometry.divisors is not None
    means: Numbers = total / geometry.divisors
    return means
