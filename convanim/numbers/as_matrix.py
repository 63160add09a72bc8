"""A layer as one matrix product: the unrolled output is a sparse matrix times the unrolled input.

Rows are output cells, columns input cells, both in row-major order, channels first. Padding and inserted zeros are no
cells, so that a row has as many entries as there are input cells under its window.
"""

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.layers.channels import Channels
from convanim.layers.geometry import Geometry, Tap
from convanim.layers.kinds.conv import conv_output_size
from convanim.layers.layer import (
    ConvTranspose,
    Layer,
    channels_of,
    filling_of,
    input_shape,
    output_shape,
    output_size,
    window_size,
)
from convanim.layers.operation import Reduction
from convanim.layers.operations import operation_of
from convanim.layers.step_order import ravel
from convanim.numbers.sources import Numbers

_MOST_SIDE = 1_000  # rows or columns; no picture has room for more
_MOST_TAPS = 60_000


@dataclass(frozen=True)
class Entry:
    """An entry that is not zero by its place: several taps where padding copies the same input cell."""

    row: int
    column: int
    taps: tuple[Tap, ...]


@dataclass(frozen=True)
class LayerMatrix:
    """The matrix of a layer that is a sum of its inputs by weights; `kernel` has its weights where they are known."""

    geometry: Geometry
    kernel: Numbers | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns: the cells of the output, and those of the input."""
        return prod(self.geometry.output_shape), prod(input_shape(self.geometry.layer))

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, row by row."""
        inputs, outputs = input_shape(self.geometry.layer), self.geometry.output_shape
        found: list[Entry] = []
        for row in range(prod(outputs)):
            met: dict[int, list[Tap]] = {}
            for tap in self.geometry.taps(_cell(row, outputs)):
                if tap.input is not None:
                    met.setdefault(ravel(tap.input, inputs), []).append(tap)
            found += [Entry(row, column, tuple(met[column])) for column in sorted(met)]
        return tuple(found)

    @cached_property
    def numbers(self) -> tuple[float, ...] | None:
        """The number of every entry; None where it depends on weights that are not known."""
        reduction = operation_of(self.geometry.layer).reduction
        if reduction is Reduction.SUM and self.kernel is None:
            return None
        return tuple(self._number(entry) for entry in self.entries)

    def _number(self, entry: Entry) -> float:
        if self.kernel is not None:
            return float(sum(self.kernel[tap.kernel].item() for tap in entry.taps))
        if any(tap.weight is not None for tap in entry.taps):
            return float(sum(tap.weight or 0.0 for tap in entry.taps))
        divisor = self.geometry.divisor(_cell(entry.row, self.geometry.output_shape))
        return 1 / (divisor or 1)

    def dense(self) -> NDArray[np.float64]:
        """All of it as an array (rows, columns). Its weights must be known."""
        assert self.numbers is not None
        made = np.zeros(self.shape)
        made[[e.row for e in self.entries], [e.column for e in self.entries]] = self.numbers
        return made


def _cell(row: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(at) for at in np.unravel_index(row, shape))


def refuse_no_matrix(layer: Layer) -> None:
    """Raise RequestError for a layer that is no matrix, or one too large to be read."""
    takes = {Reduction.MAX: "maxima", Reduction.NORM: "powers and roots"}.get(operation_of(layer).reduction)
    if takes is not None:
        raise RequestError("view", "matrix", f"{layer.op} takes {takes}, which no matrix does", "try flat")
    if filling_of(layer):
        rule = f"a product adds no {filling_of(layer)}, which the padding holds"
        raise RequestError("view", "matrix", rule, "try {value} 0, or flat")
    if operation_of(layer).reduction is Reduction.PLACE:
        rule = f"{layer.op} goes by where maxima were, which no matrix does"
        raise RequestError("view", "matrix", rule, "try flat")
    rows, columns = prod(output_shape(layer)), prod(input_shape(layer))
    channels = channels_of(layer) or Channels(1, 1, 1)
    taps = rows * channels.read * prod(window_size(layer))
    if max(rows, columns) > _MOST_SIDE or taps > _MOST_TAPS:
        rule = f"a matrix of {rows:,}×{columns:,} is larger than can be read, at most {_MOST_SIDE:,} a side"
        raise RequestError("view", "matrix", rule, "try a smaller input, or flat")


def is_transposed(layer: Layer) -> bool:
    """Whether a layer's matrix is that of a convolution, transposed: of the one with its arguments and its output."""
    if not isinstance(layer, ConvTranspose) or not layer.transpose_kernel:
        return False
    sizes = zip(output_size(layer), layer.kernel_size, layer.stride, layer.padding, layer.dilation)
    back: Any = tuple(conv_output_size(n, k, s, before, after, d) for n, k, s, (before, after), d in sizes)
    return bool(back == layer.input_size)
