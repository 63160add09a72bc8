"""Receptive fields: which cells of every earlier map a cell depends on, by formula and by propagation.

Source of the formula: A. Araujo, W. Norris, J. Sim, "Computing receptive fields of convolutional neural networks",
Distill (2019); extended to transposed layers, whose inserted zeros put positions a fraction of a cell apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from convanim.layers.axis import Axis
from convanim.layers.geometry import Geometry
from convanim.layers.kinds.rearranged import picked
from convanim.layers.layer import PixelShuffle, PixelUnshuffle, Unfold, channels_of
from convanim.layers.sizes import Cell
from convanim.networks.chain import Chain
from convanim.networks.pointwise import Pointwise, Stage

_MOST_WINDOWS = 1_000_000
Ints: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class ReceptiveField:
    """One axis of a map's receptive field in the input, all in input cells, borders not looked at.

    `size` is from the first cell to the last, both counted, at most: a zero that a transposed layer inserts counts as a
    fraction of a cell. `stride` from one cell's field to the next one's, `start` where that of
    cell 0 begins, before 0 in padding. Past a transposed layer these can be fractions.
    """

    size: Fraction
    stride: Fraction
    start: Fraction


@dataclass(frozen=True)
class Region:
    """Cells of one map: some channels (None where there are none) and some indices of each axis, ascending."""

    channels: tuple[int, ...] | None
    axes: tuple[Ints, ...]

    @property
    def box(self) -> tuple[tuple[int, int], ...] | None:
        """The first and the last index of each axis; None when there is no cell."""
        if any(len(axis) == 0 for axis in self.axes):
            return None
        return tuple((int(axis[0]), int(axis[-1])) for axis in self.axes)


def receptive_fields(chain: Chain) -> list[tuple[ReceptiveField, ...]]:
    """The receptive field of every stage's output in the chain's input, by formula, per axis."""
    one = ReceptiveField(Fraction(1), Fraction(1), Fraction(0))
    fields = (one,) * len(chain.input_size)
    found: list[tuple[ReceptiveField, ...]] = []
    for stage in chain.stages:
        if isinstance(stage, Pointwise):
            found.append(found[-1] if found else fields)
            continue
        before, fields = fields, tuple(grown(field, axis) for field, axis in zip(fields, stage.axes))
        # A channel of these is of one cell of each window, and what reads them all of the whole.
        is_apart = isinstance(stage, PixelUnshuffle | Unfold)
        alone = (replace(field, size=old.size) for field, old in zip(fields, before))
        found.append(tuple(alone) if is_apart else fields)
    return found


def grown(field: ReceptiveField, axis: Axis) -> ReceptiveField:
    """The field of what reads a map that has this field."""
    if axis.own is not None:
        return _through_own(field, axis)
    between = field.stride / axis.spread  # from one position of the input's line to the next
    return ReceptiveField(
        size=field.size + (axis.footprint - 1) * between,
        stride=axis.stride * between,
        start=field.start - axis.before * between,
    )


def _through_own(field: ReceptiveField, axis: Axis) -> ReceptiveField:
    """The field through windows of different sizes and distances: an average stride, and a size that holds them all.

    Of more than a million windows that size is not worked out: the field is then as large as the map.
    """
    assert axis.own is not None
    step = Fraction(axis.input_size, axis.output_size)
    first, last = Fraction(-axis.input_size), Fraction(axis.input_size)
    if max(axis.input_size, axis.output_size) <= _MOST_WINDOWS:
        outputs = np.arange(axis.output_size, dtype=np.int64)
        sizes = axis.own.size(outputs)
        outputs, sizes = outputs[sizes > 0], sizes[sizes > 0]
        off = axis.own.start(outputs) * axis.output_size - outputs * axis.input_size  # in parts of a cell
        ends = off + (sizes - 1) * axis.dilation * axis.output_size
        first, last = Fraction(int(off.min()), axis.output_size), Fraction(int(ends.max()), axis.output_size)
    return ReceptiveField(
        field.size + field.stride * (last - first), field.stride * step, field.start + field.stride * first
    )


class Dependence:
    """What the cells of a chain's maps depend on, by propagation: exact for any padding, dilation and stride."""

    def __init__(self, chain: Chain) -> None:
        self._stages = chain.stages
        self._reads = [None if isinstance(s, Pointwise) else Geometry(s).reads for s in chain.stages]

    def regions(self, cell: Cell, stage: int | None = None) -> list[Region]:
        """The cells that one output cell of a stage (the last if left out) depends on, in every map up to its own.

        The first region is the input's, the last the cell itself. Cells name their channel first, if there are any.
        """
        count = len(self._stages) if stage is None else stage
        axes_count = len(self._stages[0].input_size)
        place = cell[-axes_count:]
        channels = cell[:-axes_count]
        region = Region(tuple(channels) or None, tuple(np.array([i], dtype=np.int64) for i in place))
        found = [region]
        for made_by, reads in zip(reversed(self._stages[:count]), reversed(self._reads[:count])):
            region = _before(made_by, reads, region)
            found.append(region)
        return found[::-1]

    def reached(self, stage: int) -> list[tuple[Ints, Ints]]:
        """Per axis, for every output index of a stage (from 1), the first and last input index truly reached.

        Where nothing is reached the last is before the first.
        """
        return self._all_reached[stage - 1]

    @property
    def largest_reached(self) -> list[tuple[int, ...]]:
        """For every stage how many input cells, from the first to the last, its cells reach at most, per axis."""
        return [tuple(int((last - first).max()) + 1 for first, last in ends) for ends in self._all_reached]

    @cached_property
    def _all_reached(self) -> list[list[tuple[Ints, Ints]]]:
        """What `reached` says of every stage; where cells become channels, of the channel that reaches farthest."""
        sizes = self._stages[0].input_size
        ends = [(np.arange(size), np.arange(size)) for size in sizes]
        found: list[list[tuple[Ints, Ints]]] = []
        for stage, reads in zip(self._stages, self._reads):
            if reads is None:
                found.append(found[-1] if found else ends)
                continue
            before, ends = ends, [reaching(table, *axis) for table, axis in zip(reads, ends)]
            if isinstance(stage, PixelUnshuffle | Unfold):  # of which a channel has one cell of each window
                found.append([_farthest(table, *axis) for table, axis in zip(reads, before)])
            else:
                found.append(ends)
        return found


def largest_reached(chain: Chain) -> list[tuple[int, ...]]:
    """For every stage how many input cells, from the first to the last, its cells reach at most, per axis."""
    return Dependence(chain).largest_reached


def reaching(table: Ints, first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """What output cells reach, from what the cells that they read reach; 0 to -1 where that is nothing."""
    is_read = (table >= 0) & (last >= first)[table]
    nowhere = np.iinfo(np.int64).max
    firsts = np.where(is_read, first[table], nowhere).min(axis=1)
    lasts = np.where(is_read, last[table], -1).max(axis=1)
    return np.where(lasts < 0, 0, firsts), lasts


def _farthest(table: Ints, first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """What output cells reach that read one cell of their windows each, for the cell of them that reaches farthest."""
    every = (reaching(table[:, [cell]], first, last) for cell in range(table.shape[1]))
    return max(every, key=lambda ends: int((ends[1] - ends[0]).max()))


def _before(stage: Stage, reads: Sequence[Ints] | None, region: Region) -> Region:
    """The cells that a stage reads to make a region."""
    if isinstance(stage, Pointwise) or reads is None:
        return region
    channels = channels_of(stage)
    read = region.channels
    is_moved = isinstance(stage, PixelShuffle | PixelUnshuffle | Unfold) and region.box is not None
    if is_moved and read is not None and len(read) == 1:
        assert isinstance(stage, PixelShuffle | PixelUnshuffle | Unfold)
        place = tuple(int(axis[0]) for axis in region.axes)  # the one cell that there is behind these
        source, _, at = picked(stage, (*read, *place))
        own = (table[:, [k]] for table, k in zip(reads, at))
        return Region((source,), tuple(_read(table, cells) for table, cells in zip(own, region.axes)))
    if channels is not None and region.channels is not None:
        read = tuple(channels.inputs_of(region.channels))
    return Region(read, tuple(_read(table, cells) for table, cells in zip(reads, region.axes)))


def _read(table: Ints, cells: Ints) -> Ints:
    """The input indices that some output indices read, by the table of reads; ascending."""
    found = np.unique(table[cells])
    return found[found >= 0]
