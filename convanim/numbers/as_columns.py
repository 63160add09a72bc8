"""A convolution as im2col has it: every window unrolled as a column, the filters as rows, and their product."""

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from convanim.errors import RequestError
from convanim.layers.channels import Channels
from convanim.layers.geometry import Geometry, Tap
from convanim.layers.layer import Conv, ConvTranspose, Layer, channels_of, output_size, window_size, with_channels
from convanim.layers.sizes import Cell
from convanim.layers.step_order import unravel
from convanim.numbers.sources import Numbers

_MOST_CELLS = 20_000  # of the columns; no picture has room for more


@dataclass(frozen=True)
class LayerColumns:
    """The columns of a convolution. A row is one kernel cell of a channel, a column one window.

    A transposed convolution has the windows of its gather reading. Padding and inserted zeros are 0. With groups a
    filter has weights in the rows of its own group alone: the filters are blocks along a diagonal.
    """

    geometry: Geometry

    @cached_property
    def channels(self) -> Channels:
        """The layer's channels; one of each where it has none."""
        return channels_of(self.geometry.layer) or Channels(1, 1, 1)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.channels.inputs * prod(window_size(self.geometry.layer)), prod(self.geometry.output_size)

    @cached_property
    def bare(self) -> Geometry:
        """The geometry of one channel."""
        return Geometry(with_channels(self.geometry.layer, None))

    @cached_property
    def taps(self) -> tuple[tuple[Tap, ...], ...]:
        """For every column the taps of one channel."""
        size = self.geometry.output_size
        return tuple(tuple(self.bare.taps(unravel(place, size))) for place in range(prod(size)))

    def taken(self, numbers: Numbers) -> Numbers:
        """The columns (rows, columns) of an input."""
        maps = numbers.reshape(self.channels.inputs, *self.geometry.layer.input_size)
        found: Numbers = np.zeros((self.channels.inputs, len(self.taps[0]), len(self.taps)), dtype=numbers.dtype)
        for place, taps in enumerate(self.taps):
            for row, tap in enumerate(taps):
                if tap.input is not None:
                    at: Any = (slice(None), *tap.input)
                    found[:, row, place] = maps[at]
        return found.reshape(self.shape)

    def rows_of(self, output: int) -> range:
        """The rows that a filter has weights for: those of its group."""
        each = self.channels.read * prod(window_size(self.geometry.layer))
        first = self.channels.group(output) * each
        return range(first, first + each)

    def kernel_cell(self, output: int, row: int) -> Cell:
        """The kernel cell, as the layer stores it, that takes a row of its group to an output channel."""
        size = window_size(self.geometry.layer)
        source, place = divmod(row, prod(size))
        own = unravel(place, size)
        return own if self.geometry.channels is None else (*self.geometry.kernel_place(source, output), *own)

    def filters(self, kernel: Numbers) -> Numbers:
        """The filters (outputs, rows), 0 in the rows of other groups."""
        found: Numbers = np.zeros((self.channels.outputs, self.shape[0]), dtype=kernel.dtype)
        for output in range(self.channels.outputs):
            for row in self.rows_of(output):
                found[output, row] = kernel[self.kernel_cell(output, row)]
        return found


def refuse_no_columns(layer: Layer) -> None:
    """Raise RequestError for a layer without filters, or with more columns than can be read."""
    if not isinstance(layer, Conv | ConvTranspose):
        raise RequestError("view", "im2col", f"{layer.op} has no filters to be multiplied with", "try flat")
    channels = channels_of(layer) or Channels(1, 1, 1)
    rows, columns = channels.inputs * prod(window_size(layer)), prod(output_size(layer))
    if (rows + channels.outputs) * (columns + rows) > _MOST_CELLS:
        rule = f"columns of {rows:,}×{columns:,} are more than can be read"
        raise RequestError("view", "im2col", rule, "try a smaller input, or flat")
