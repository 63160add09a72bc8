"""What a step of a chain shows on each of its maps: all that the output cell depends on, and one window of it."""

from collections.abc import Sequence

import numpy as np

from convanim.layers.axis import Axis
from convanim.layers.geometry import Geometry
from convanim.networks.receptive_fields import Region
from convanim.scene.scene import Ints
from convanim.views.stacks.stack import SheetMap, Single, Spot


def spots_of(
    maps: Sequence[SheetMap], readers: Sequence[Geometry | None], regions: Sequence[Region]
) -> tuple[Spot, ...]:
    """What is read of every map, its padding and inserted zeros too, and the cell that is made of the last."""
    above = [None, *regions[:0:-1]][::-1]
    return tuple(map(_spot, maps, readers, regions, above))


def _spot(plan: SheetMap, reader: Geometry | None, region: Region, above: Region | None) -> Spot:
    sheets = _sheets(plan, region)
    if reader is None or above is None:
        return Spot(sheets, region.axes)
    made = tuple(axis.spread * cells for axis, cells in zip(reader.axes, region.axes))
    read = tuple(np.unique(positions_under(axis, cells)) for axis, cells in zip(reader.axes, above.axes))
    return Spot(sheets, read, made)


def single_of(
    maps: Sequence[SheetMap], readers: Sequence[Geometry | None], regions: Sequence[Region], number: int
) -> Single | None:
    """The middle one of the positions that a step depends on behind a map, and what it reads there; None of but one."""
    reader, after, above = readers[number], readers[number + 1], regions[number + 1]
    if reader is None or all(len(cells) < 2 for cells in above.axes):
        return None
    middle = tuple(cells[len(cells) // 2 :][:1] for cells in above.axes)
    at = middle if after is None else tuple(axis.spread * cell for axis, cell in zip(after.axes, middle))
    read = tuple(np.unique(positions_under(axis, cell)) for axis, cell in zip(reader.axes, middle))
    own, made = (_sheets(plan, region) for plan, region in ((maps[number], regions[number]), (maps[number + 1], above)))
    return Single(Spot(own, read), Spot(made, at))


def _sheets(plan: SheetMap, region: Region) -> tuple[int, ...]:
    """The drawn sheets of a region's channels."""
    if region.channels is None:
        return (0,)
    wanted = set(region.channels)
    return tuple(i for i, channel in enumerate(plan.drawn) if channel in wanted)


def positions_under(axis: Axis, cells: Ints) -> Ints:
    """The positions under the windows of some output cells."""
    if axis.own is not None:
        found = [axis.position(o, k) for o in cells.tolist() for k in range(axis.window_size(o))]
        return np.array(found, dtype=np.int64)
    return axis.stride * cells[:, None] - axis.before + axis.dilation * np.arange(axis.kernel_size)
