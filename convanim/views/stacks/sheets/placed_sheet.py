"""A sheet where it stands, and which block of it a window covers."""

from dataclasses import dataclass

import numpy as np

from convanim.layers.sizes import Sizes
from convanim.scene.scene import Floats, Lattice
from convanim.views.stacks.stack import SheetMap, Spot

LEAST_BLOCK = 13  # pixels that a single cell is wide at least on a sheet without a grid


@dataclass(frozen=True)
class PlacedSheet:
    """A sheet where it stands: on a lattice of its cells or, where those are too small, of `ticks` along each side."""

    plan: SheetMap
    sheet: int
    lattice: Lattice
    ticks: Sizes | None = None
    least_block: int = LEAST_BLOCK

    def ends(self, spot: Spot) -> list[tuple[int, int]]:
        """The first row and column of the canvas at a spot, each with the one behind the last."""
        ends = [(int(axis[0]), int(axis[-1]) + 1) for axis in spot.axes]
        local = [(a - r.start, b - r.start) for (a, b), r in zip(ends, self.plan.canvas.ranges)]
        return local if len(local) > 1 else [(0, 1), *local]

    def block(self, spot: Spot) -> tuple[int, int, int, int]:
        """The block of the lattice around a spot: first row and column, and the ones behind the last."""
        local = self.ends(spot)
        if self.ticks is not None:
            counts = (self.plan.canvas.rows, self.plan.canvas.columns)
            least = min(self.least_block / np.hypot(*self.lattice.column), min(self.ticks) / 6)
            local = [_in_ticks(ends, n, ticks, least) for ends, n, ticks in zip(local, counts, self.ticks)]
        (top, bottom), (left, right) = local
        return top, left, bottom, right

    @property
    def outline(self) -> Floats:
        """The four corners (4, 2) of the whole sheet, in pixels; of a slanted one the left, upper, right, lower one."""
        rows, columns = self.ticks or (self.plan.canvas.rows, self.plan.canvas.columns)
        return self.lattice.points(np.array([(0, 0), (0, columns), (rows, columns), (rows, 0)]))

    def corners(self, spot: Spot) -> Floats:
        """The four corners (4, 2) of the block around a spot, in pixels."""
        top, left, bottom, right = self.block(spot)
        return self.lattice.points(np.array([(top, left), (top, right), (bottom, right), (bottom, left)]))


def _in_ticks(ends: tuple[int, int], count: int, ticks: int, one: float) -> tuple[int, int]:
    """From cells to ticks, outwards to whole ones, and as many as can be seen: `one` for a cell, more for more."""
    first, last = ends[0] * ticks // count, -(-ends[1] * ticks // count)
    least = max(1, round(min(one * (ends[1] - ends[0]) ** 0.5, 0.6 * ticks)))
    if last - first < least:
        first = max(0, min((first + last - least + 1) // 2, ticks - least))
        last = first + least
    return first, last
