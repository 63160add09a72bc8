"""The grids of cells behind every view: the input's line-up and the output, as rows and columns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from convanim.layers.axis import Axis, CellKind, PaddingMode
from convanim.layers.geometry import Geometry
from convanim.layers.layer import ConvTranspose, Pad, counts_padding, filling_of
from convanim.layers.operation import Reduction
from convanim.layers.operations import operation_of
from convanim.layers.sizes import Cell
from convanim.scene.scene import Ints, Lattice

Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Canvas:
    """Positions, one range an axis, as the rows and columns of a grid; a single axis is one row.

    Three axes have no grid: their slices have, which stand on the last two.
    """

    ranges: tuple[range, ...]

    @property
    def rows(self) -> int:
        """How many rows."""
        return len(self.ranges[0]) if len(self.ranges) == 2 else 1

    @property
    def columns(self) -> int:
        """How many columns."""
        return len(self.ranges[-1])

    @cached_property
    def index(self) -> Ints:
        """The positions (N, axes) of all cells in row-major order."""
        grids = np.meshgrid(*(np.array(r) for r in self.ranges), indexing="ij")
        return np.stack([grid.ravel() for grid in grids], axis=1)

    @cached_property
    def cells(self) -> Ints:
        """The rows and columns (N, 2) of all cells in row-major order."""
        return self.at(self.index)

    def at(self, positions: Ints) -> Ints:
        """Rows and columns (N, 2) of positions (N, axes)."""
        local = positions - np.array([r.start for r in self.ranges])
        return local if len(self.ranges) == 2 else np.insert(local, 0, 0, axis=1)

    def place(self, position: Sequence[int]) -> tuple[int, int]:
        """The row and the column of one position."""
        *row, column = (p - r.start for p, r in zip(position, self.ranges))
        return row[-1] if len(row) == 1 else 0, column

    def element(self, position: Cell) -> int:
        """The row-major number of a position."""
        element = 0
        for p, r in zip(position, self.ranges):
            element = element * len(r) + p - r.start
        return element


class Place(NamedTuple):
    """The rows and columns of a place, and how many of them there are above and to the left of the map in it."""

    rows: int
    columns: int
    above: float
    left: float

    def lattice(self, first: Lattice) -> Lattice:
        """The lattice of the map, of that of its place."""
        x, y = first.points(np.array([self.above, self.left]))
        return replace(first, origin=(round(x), round(y)))


_KINDS = (CellKind.INPUT, CellKind.ZERO, CellKind.PADDING, CellKind.OVERHANG)


def input_canvas(geometry: Geometry) -> Canvas:
    """The input as windows see it: padded, and for a transposed convolution zero-stuffed."""
    return Canvas(tuple(axis.positions for axis in geometry.axes))


def kinds(geometry: Geometry) -> dict[CellKind, Mask]:
    """For each kind of cell, which of the input canvas are of it; a cell is of the outermost kind of its axes.

    Beside what a pad cuts off there is nothing: such places are of no kind.
    """
    ranks = [np.array([_KINDS.index(axis.kind(p)) for p in axis.positions], dtype=np.uint8) for axis in geometry.axes]
    rank = reduce(np.maximum.outer, ranks)
    if isinstance(geometry.layer, Pad):
        kept = [[0 <= p + axis.before < axis.output_size for p in axis.positions] for axis in geometry.axes]
        is_made = reduce(np.logical_and.outer, map(np.array, kept))
        rank = np.where(is_made | (rank == 0), rank, len(_KINDS))
    return {kind: rank.ravel() == i for i, kind in enumerate(_KINDS)}


def filled(geometry: Geometry) -> str:
    """What is around the input: a `border` of zeros or padding of `zeros`; "" for padding that holds anything else.

    The border is that of a transposed convolution seen as a direct one; its padding is what is cut off from its output.
    Where there is some, the border's name says what comes into its size: it is not as wide as that padding.
    """
    layer = geometry.layer
    if isinstance(layer, ConvTranspose):
        if not any(map(any, layer.padding)) or any(layer.output_padding):  # which makes it wider behind
            return "border"
        return "border_padding_dilated" if any(size > 1 for size in layer.dilation) else "border_padding"
    is_zero = filling_of(layer) == 0 and operation_of(layer).reduction is not Reduction.MAX
    return "zeros" if is_zero and counts_padding(layer) is not False and copied(geometry) is None else ""


def copied(geometry: Geometry) -> Ints | None:
    """For each cell of the input canvas the one that it copies, both by number, or -1; None where none copies."""
    if all(axis.mode is PaddingMode.ZEROS for axis in geometry.axes):
        return None
    found, copies = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=bool)
    for axis in geometry.axes:
        sources = np.array([axis.input_at(p) for p in axis.positions], dtype=np.int64) - axis.positions.start
        outside = np.array([axis.is_copy(p) for p in axis.positions])
        found = (found[:, None] * len(axis.positions) + sources).ravel()
        copies = (copies[:, None] | outside).ravel()
    return np.where(copies, found, -1)


def output_canvas(geometry: Geometry, *, with_cropped: bool) -> Canvas:
    """The output, or all that the kernel's stamps reach, which padding crops to the output."""
    return Canvas(tuple(_reach(axis) if with_cropped else range(axis.output_size) for axis in geometry.axes))


def _reach(axis: Axis) -> range:
    # Stamp k of cell 0 lands on output −position(0, k); the last cell's are (input_size − 1)·spread further.
    landings = [-axis.position(0, k) for k in (0, axis.kernel_size - 1)]
    end = max(axis.output_size, max(landings) + (axis.input_size - 1) * axis.spread + 1)
    return range(min(0, *landings), end)


def stamp_steps(geometry: Geometry) -> tuple[Ints, Ints]:
    """For each output cell in row-major order the first and the last input cell that stamps it; -1 where none does."""
    first, last = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    for axis, reads in zip(geometry.axes, geometry.reads):
        most = reads.max(axis=1)
        least = np.where(reads < 0, axis.input_size, reads).min(axis=1)
        least = np.where(most < 0, -1, least)
        first = _joined(first, least, axis.input_size)
        last = _joined(last, most, axis.input_size)
    return first, last


def _joined(outer: Ints, inner: Ints, size: int) -> Ints:
    joined = outer[:, None] * size + inner
    return np.where((outer[:, None] < 0) | (inner < 0), -1, joined).ravel()
