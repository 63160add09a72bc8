"""Where input, kernel and output stand at every step. Pure, and lazy over the steps.

Where a layer has channels, every cell names its channel first: input and output `[c, y, x]`, kernel cells as the layer
stores them, those of a pool `[c, y, x]`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.layers.axis import Axis
from convanim.layers.axis_cells import marked, met_by, reaching
from convanim.layers.channels import Channels
from convanim.layers.kinds.rearranged import picks
from convanim.layers.layer import (
    Conv,
    ConvTranspose,
    Layer,
    Rearranged,
    channels_of,
    counts_padding,
    divisor_override,
    output_shape,
    output_size,
    window_size,
)
from convanim.layers.sizes import Cell, Sizes
from convanim.layers.step_order import cell_at, refuse_unknown_order, unravel

_MOST_READS = 10_000_000  # (output, kernel) pairs of an axis that are held at once


@dataclass(frozen=True)
class Tap:
    """One (kernel cell, input cell) pair of an output cell; the input is None on padding and inserted zeros.

    Where a padding mode copies cells, `is_copy` says that the tap is in the padding, and the input is what it copies.
    `weight` is how much of the input the output cell is, where that is the operation's own and no kernel's.
    """

    kernel: Cell
    input: Cell | None
    is_copy: bool = False
    weight: float | None = None


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
        if isinstance(self.layer, Rearranged):
            yield from self._picked_taps(self.layer, output)
            return
        channel, *cell = output
        for source in self.channels.inputs_of([channel]):
            place = self.kernel_place(source, channel)
            for tap in self._spatial_taps(tuple(cell)):
                yield Tap(
                    (*place, *tap.kernel), None if tap.input is None else (source, *tap.input), tap.is_copy, tap.weight
                )

    def _picked_taps(self, layer: Rearranged, output: Cell) -> Iterator[Tap]:
        for source, kernel, at in picks(layer, output):
            found = [axis.input_at(axis.position(o, k)) for axis, o, k in zip(self.axes, output[1:], at)]
            cell = tuple(i for i in found if i is not None)
            yield Tap((output[0], *kernel), (source, *cell) if len(cell) == len(found) else None)

    def sources(self, output: Cell) -> list[int]:
        """The input channels that an output cell is made of, which names its channel; ascending."""
        assert self.channels is not None
        if isinstance(self.layer, Rearranged):
            return sorted({pick.source for pick in picks(self.layer, output)})
        return self.channels.inputs_of([output[0]])

    def cells_read(self, output: Cell) -> Iterator[Cell]:
        """The input cells of an output cell's taps in their order, null ones left out."""
        if isinstance(self.layer, Rearranged):
            yield from (tap.input for tap in self.taps(output) if tap.input is not None)
            return
        along = [[i for i in axis.reads(o) if i is not None] for axis, o in zip(self.axes, output[-len(self.axes) :])]
        if self.channels is not None:
            along.insert(0, self.channels.inputs_of([output[0]]))
        yield from product(*along)

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
            [axis.is_copy(axis.position(o, k)) for k in range(axis.window_size(o))]
            for axis, o in zip(self.axes, output)
        ]
        weights = [axis.weights(o) for axis, o in zip(self.axes, output)]
        for kernel in product(*(range(len(read)) for read in reads)):
            found = [read[k] for read, k in zip(reads, kernel)]
            cell = tuple(i for i in found if i is not None)
            is_copy = any(copy[k] for copy, k in zip(copies, kernel))
            own = [w[k] for w, k in zip(weights, kernel) if w is not None]
            yield Tap(kernel, cell if len(cell) == len(found) else None, is_copy, float(prod(own)) if own else None)

    def positions(self, output: Cell) -> Iterator[Cell]:
        """Where each kernel cell stands while `output`, its channel left out, is computed, in row-major order."""
        along = zip(self.axes, output)
        return product(*([axis.position(o, k) for k in range(axis.window_size(o))] for axis, o in along))

    def stamps(self, cell: Cell) -> Iterator[Stamp]:
        """Where an input cell and each kernel cell meet in the output; both without their channels."""
        readers = [axis.readers(i) for axis, i in zip(self.axes, cell)]
        for kernel in product(*(range(axis.kernel_size) for axis in self.axes)):
            found = list(product(*(reader[k] for reader, k in zip(readers, kernel))))
            yield from (Stamp(kernel, output) for output in found)
            if not found:
                yield Stamp(kernel, None)

    def divisor(self, output: Cell) -> int | None:
        """What the sum of an output cell's taps is divided by; None but for means, and for norms, made of a mean."""
        return None if self.divisors is None else int(self.divisors[output[-len(self.axes) :]])

    @cached_property
    def divisors(self) -> NDArray[np.int64] | None:
        """The divisor of every output cell; shape `output_size`; None but for means and norms."""
        override, counted = divisor_override(self.layer), counts_padding(self.layer)
        if override is not None:
            return np.full(self.output_size, override, dtype=np.int64)
        if counted is None:
            return None
        per_axis = [np.array([a.divisor(o, counted) for o in range(a.output_size)], dtype=np.int64) for a in self.axes]
        return np.asarray(reduce(np.multiply.outer, per_axis))

    @cached_property
    def read(self) -> NDArray[np.bool_]:
        """Which input cells any window reads; shape `input_size`."""
        return _grid([marked(axis) for axis in self.axes])

    @cached_property
    def reached(self) -> NDArray[np.bool_]:
        """Which output cells have a tap that is not null; shape `output_size`."""
        return _grid([reaching(axis) for axis in self.axes])

    @property
    def unread(self) -> int:
        """How many input cells no window reads."""
        return prod(self.layer.input_size) - prod(int(marked(axis).sum()) for axis in self.axes)

    @cached_property
    def reads(self) -> tuple[NDArray[np.int64], ...]:
        """Per axis, for each (output, kernel) the input index, -1 where there is none.

        Raises RequestError where there are too many to be held.
        """
        for axis in self.axes:
            if axis.output_size * axis.kernel_size > _MOST_READS:
                rule = f"windows of {axis.kernel_size:,} cells at {axis.output_size:,} places are too many to be held"
                raise RequestError("kernel_size", window_size(self.layer), rule, "try fewer, or smaller windows")
        return tuple(
            np.stack([met_by(axis, kernel) for kernel in range(axis.kernel_size)], axis=1) for axis in self.axes
        )


def _grid(masks: list[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """The cells of all axes for which each of their masks is true."""
    return np.asarray(reduce(np.multiply.outer, masks))
