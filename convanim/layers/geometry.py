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

from convanim.layers.axis import Axis, PaddingMode
from convanim.layers.channels import Channels
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, channels_of, output_shape, output_size
from convanim.layers.sizes import Cell, Sizes
from convanim.layers.step_order import cell_at, refuse_unknown_order, unravel


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
        return _grid([np.any(reads >= 0, axis=1) for reads in self.reads])

    @property
    def unread(self) -> int:
        """How many input cells no window reads."""
        return prod(self.layer.input_size) - prod(int(_marked(axis).sum()) for axis in self.axes)

    @cached_property
    def reads(self) -> tuple[NDArray[np.int64], ...]:
        """Per axis, for each (output, kernel) the input index, -1 where there is none."""
        return tuple(np.stack([_met(axis, kernel) for kernel in range(axis.kernel_size)], axis=1) for axis in self.axes)


def _met(axis: Axis, kernel: int) -> NDArray[np.int64]:
    """For every output cell of an axis the input cell that a kernel cell meets, -1 where there is none."""
    positions = axis.position(0, kernel) + axis.stride * np.arange(axis.output_size)
    if axis.mode is not PaddingMode.ZEROS:
        found = (axis.input_at(position) for position in positions.tolist())
        return np.array([-1 if cell is None else cell for cell in found], dtype=np.int64)
    cells, between = np.divmod(positions, axis.spread)
    return np.where((between == 0) & (cells >= 0) & (cells < axis.input_size), cells, -1)


def _marked(axis: Axis) -> NDArray[np.bool_]:
    """Which input cells of an axis any window reads."""
    read = np.zeros(axis.input_size, dtype=bool)
    for kernel in range(axis.kernel_size):
        cells = _met(axis, kernel)
        read[cells[cells >= 0]] = True
    return read


def _grid(masks: list[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """The cells of all axes for which each of their masks is true."""
    return np.asarray(np.multiply.outer(*masks) if len(masks) == 2 else masks[0])
