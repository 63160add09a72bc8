"""Where input, kernel and output stand at every step. Pure, and lazy over the steps.

Where a layer has channels, every cell names its channel first: input and output `[c, y, x]`, kernel cells as the layer
stores them, those of a pool `[c, y, x]`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.layers.axis import Axis, PaddingMode
from convanim.layers.channels import Channels
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, channels_of, output_shape, output_size
from convanim.layers.sizes import Cell, Sizes
from convanim.layers.step_order import cell_at, refuse_unknown_order, unravel

_MOST_READS = 10_000_000  # (output, kernel) pairs of an axis that are held at once


@dataclass(frozen=True)
class Tap:
    """One (kernel cell, input cell) pair of an output cell; the input is None on padding and inserted zeros.

    Where a padding mode copies cells, `is_copy` says that the tap is in the padding, and the input is what it copies.
    """

    kernel: Cell
    input: Cell | None
    is_copy: bool = False


@dataclass(frozen=True)
class Stamp:
    """The scatter reading: one (kernel cell, output cell) pair of an input cell; the output is None where cropped."""

    kernel: Cell
    output: Cell | None


@dataclass(frozen=True)
class Geometry:
    """A layer's windows and taps. A step is one output cell.

    With channels `order` says which comes first: all positions of one filter after another (`filter`, which is the
    output's row-major order) or all filters at one position after another (`position`). Raises RequestError.
    """

    layer: Layer
    order: str = "filter"

    def __post_init__(self) -> None:
        refuse_unknown_order(self.order)

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The layer's axes in their gather reading."""
        return self.layer.axes

    @cached_property
    def output_size(self) -> Sizes:
        """The output's size, one number per axis."""
        return output_size(self.layer)

    @cached_property
    def channels(self) -> Channels | None:
        """The layer's channels; None where cells name none."""
        return channels_of(self.layer)

    @cached_property
    def output_shape(self) -> Sizes:
        """The output's channels, if any, and its size."""
        return output_shape(self.layer)

    @property
    def steps(self) -> int:
        """How many steps there are: one per output cell."""
        return prod(self.output_shape)

    def output(self, step: int) -> Cell:
        """The output cell that is computed at a step."""
        if self.channels is None:
            return unravel(step, self.output_size)
        return cell_at(step, self.channels.outputs, self.output_size, self.order)

    def taps(self, output: Cell) -> Iterator[Tap]:
        """The taps of an output cell, null ones too, in the kernel's row-major order."""
        if self.channels is None:
            yield from self._spatial_taps(output)
            return
        channel, *cell = output
        for source in self.channels.inputs_of([channel]):
            place = self.kernel_place(source, channel)
            for tap in self._spatial_taps(tuple(cell)):
                yield Tap((*place, *tap.kernel), None if tap.input is None else (source, *tap.input), tap.is_copy)

    def cells_read(self, output: Cell) -> Iterator[Cell]:
        """The input cells of an output cell's taps in their order, null ones left out."""
        along = [[i for i in axis.reads(o) if i is not None] for axis, o in zip(self.axes, output[-len(self.axes) :])]
        if self.channels is not None:
            along.insert(0, self.channels.inputs_of([output[0]]))
        return product(*along)

    def kernel_place(self, source: int, channel: int) -> Cell:
        """Where the layer stores the slice of its kernel that leads from an input channel to an output channel."""
        channels = self.channels
        assert channels is not None
        if isinstance(self.layer, Conv):
            return (channel, source % channels.read)
        return (source, channel % channels.made) if isinstance(self.layer, ConvTranspose) else (channel,)

    def _spatial_taps(self, output: Cell) -> Iterator[Tap]:
        reads = [axis.reads(o) for axis, o in zip(self.axes, output)]
        copies = [
            [axis.is_copy(axis.position(o, k)) for k in range(axis.kernel_size)] for axis, o in zip(self.axes, output)
        ]
        for kernel in product(*(range(axis.kernel_size) for axis in self.axes)):
            found = [read[k] for read, k in zip(reads, kernel)]
            cell = tuple(i for i in found if i is not None)
            is_copy = any(copy[k] for copy, k in zip(copies, kernel))
            yield Tap(kernel, cell if len(cell) == len(found) else None, is_copy)

    def positions(self, output: Cell) -> Iterator[Cell]:
        """Where each kernel cell stands while `output`, its channel left out, is computed, in row-major order."""
        return product(*([axis.position(o, k) for k in range(axis.kernel_size)] for axis, o in zip(self.axes, output)))

    def stamps(self, cell: Cell) -> Iterator[Stamp]:
        """Where an input cell and each kernel cell meet in the output; both without their channels."""
        readers = [axis.readers(i) for axis, i in zip(self.axes, cell)]
        for kernel in product(*(range(axis.kernel_size) for axis in self.axes)):
            found = [reader[k] for reader, k in zip(readers, kernel)]
            output = tuple(o for o in found if o is not None)
            yield Stamp(kernel, output if len(output) == len(found) else None)

    def divisor(self, output: Cell) -> int | None:
        """What the sum of an output cell's taps is divided by; None but for average pooling."""
        return None if self.divisors is None else int(self.divisors[output[-len(self.axes) :]])

    @cached_property
    def divisors(self) -> NDArray[np.int64] | None:
        """The divisor of every output cell; shape `output_size`; None but for average pooling."""
        layer = self.layer
        if not isinstance(layer, AvgPool):
            return None
        if layer.divisor_override is not None:
            return np.full(self.output_size, layer.divisor_override, dtype=np.int64)
        counted = layer.count_include_pad
        per_axis = [np.array([a.divisor(o, counted) for o in range(a.output_size)], dtype=np.int64) for a in self.axes]
        return np.asarray(np.multiply.outer(*per_axis) if len(per_axis) == 2 else per_axis[0])

    @cached_property
    def read(self) -> NDArray[np.bool_]:
        """Which input cells any window reads; shape `input_size`."""
        return _grid([_marked(axis) for axis in self.axes])

    @cached_property
    def reached(self) -> NDArray[np.bool_]:
        """Which output cells have a tap that is not null; shape `output_size`."""
        return _grid([_reaching(axis) for axis in self.axes])

    @property
    def unread(self) -> int:
        """How many input cells no window reads."""
        return prod(self.layer.input_size) - prod(int(_marked(axis).sum()) for axis in self.axes)

    @cached_property
    def reads(self) -> tuple[NDArray[np.int64], ...]:
        """Per axis, for each (output, kernel) the input index, -1 where there is none.

        Raises RequestError where there are too many to be held.
        """
        for axis in self.axes:
            if axis.output_size * axis.kernel_size > _MOST_READS:
                rule = f"windows of {axis.kernel_size:,} cells at {axis.output_size:,} places are too many to be held"
                raise RequestError("kernel_size", self.layer.kernel_size, rule, "try a smaller one, or a larger stride")
        return tuple(
            np.stack([met_by(axis, kernel) for kernel in range(axis.kernel_size)], axis=1) for axis in self.axes
        )


def met_by(axis: Axis, kernel: int) -> NDArray[np.int64]:
    """For every output cell of an axis the input cell that a kernel cell meets, -1 where there is none."""
    return _cells_at(axis, axis.position(0, kernel) + axis.stride * np.arange(axis.output_size))


def met_in(axis: Axis, outputs: range, kernels: range) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The input cells that some kernel cells meet while some output cells are computed, and which are copies.

    Both of shape (outputs, kernels); -1 where there is no cell.
    """
    positions = np.add.outer(axis.stride * np.array(outputs), [axis.position(0, kernel) for kernel in kernels])
    is_inside = (positions >= 0) & (positions <= (axis.input_size - 1) * axis.spread)
    return _cells_at(axis, positions), ~is_inside & (axis.mode is not PaddingMode.ZEROS)


def _cells_at(axis: Axis, positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """The input cells at positions, in padding those that it copies, -1 where there is none."""
    cells, between = np.divmod(positions, axis.spread)
    last = axis.input_size - 1
    if axis.mode is PaddingMode.REFLECT:
        cells = np.where(cells < 0, -cells, np.where(cells > last, 2 * last - cells, cells))
    elif axis.mode is PaddingMode.REPLICATE:
        cells = np.clip(cells, 0, last)
    elif axis.mode is PaddingMode.CIRCULAR:
        cells = cells % axis.input_size
    return np.where((between == 0) & (cells >= 0) & (cells <= last), cells, -1)


def _line(axis: Axis) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """The positions from the first window's start on, where among them each window starts, and room for sums.

    Sums run from a position to the one a dilation further; there is one such step before all positions.
    """
    starts = axis.stride * np.arange(axis.output_size)
    reach = axis.kernel_size * axis.dilation
    positions = axis.start(0) + np.arange(int(starts[-1]) + reach)
    return positions, starts, np.zeros((len(positions) // axis.dilation + 2, axis.dilation), dtype=np.int32)


def _marked(axis: Axis) -> NDArray[np.bool_]:
    """Which input cells of an axis any window reads."""
    positions, starts, open_windows = _line(axis)
    flat, first = open_windows.reshape(-1), starts + axis.dilation
    flat[first] += 1
    flat[first + axis.kernel_size * axis.dilation] -= 1
    seen = np.cumsum(open_windows, axis=0, dtype=np.int32).reshape(-1)[axis.dilation :][: len(positions)] > 0
    cells = _cells_at(axis, positions[seen])
    read = np.zeros(axis.input_size, dtype=bool)
    read[cells[cells >= 0]] = True
    return read


def _reaching(axis: Axis) -> NDArray[np.bool_]:
    """Which output cells of an axis read any input cell."""
    positions, starts, real = _line(axis)
    real.reshape(-1)[axis.dilation :][: len(positions)] = _cells_at(axis, positions) >= 0
    count = np.cumsum(real, axis=0, dtype=np.int32).reshape(-1)
    return np.asarray(count[starts + axis.kernel_size * axis.dilation] > count[starts])


def _grid(masks: list[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """The cells of all axes for which each of their masks is true."""
    return np.asarray(np.multiply.outer(*masks) if len(masks) == 2 else masks[0])
