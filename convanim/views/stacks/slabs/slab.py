"""A stack too deep for sheets as a slab: as thick as it has channels, at one scale over a whole picture."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor, sqrt
from typing import TypeAlias

import numpy as np

from convanim.scene.scene import Floats, Ints, Lattice, Offset
from convanim.views.drawing import Page
from convanim.views.stacks.sheets.gridless_sheets import last_positions
from convanim.views.stacks.sheets.placed_sheet import PlacedSheet
from convanim.views.stacks.stack import Beside, SheetMap, Spot, Stack

Window: TypeAlias = tuple[
    int, int, int, int
]  # first row and column of a slab's upper face, and the ones behind the last
BlocksAt: TypeAlias = Callable[[int], Ints]

_THICKEST = 118  # pixels at the base width of the deepest slab
FEW = 4  # slabs of a figure
_ALL, _ALL_OF_MANY = 250, 150  # of all slabs of a figure together, where they are few or many
_MOST_A_CHANNEL = 9
_TOLD = 2  # pixels on a screen of a channel from which its edges can be told from the next one's


def channel_pixels(page: Page, figures: Beside) -> float:
    """Pixels of thickness for one channel in all figures of a picture."""
    counts = [[each.channels for each in maps] for maps in figures]
    deepest, most = max(map(max, counts)), max(map(sum, counts))
    every = _ALL if max(map(len, figures)) <= FEW else _ALL_OF_MANY
    return min(_MOST_A_CHANNEL, _THICKEST / deepest, every / most) * page.cell_unit


def slab_basis(cell: int) -> tuple[Offset, Offset]:
    """The basis of a slab's upper face: columns at a slope of one half, rows at one of one, all of even width.

    So the faces below it, whose lattices have the steps (1, 1), (2, -1) and one pixel down, meet it at whole steps.
    """
    return (2 * (cell // 2), -(cell // 2)), (2 * round(0.3375 * cell), 2 * round(0.3375 * cell))


@dataclass(frozen=True)
class Side:
    """One side of a face: so many steps of its lattice, of which a cell takes `per_cell`."""

    steps: int
    per_cell: float
    least: int  # steps that a single cell takes at least, so that it can be seen,
    most: int  # and that cells take at most where that is more than to scale

    def taken(self, cells: int) -> int:
        """The steps that some cells take: to scale, or where that is little as many as tell more cells from fewer."""
        return max(self.to_scale(cells), min(round(self.least * sqrt(cells)), self.most))

    def to_scale(self, cells: int) -> int:
        """The steps that some cells take to scale."""
        return round(cells * self.per_cell)

    def placed(self, first: int, last: int) -> tuple[int, int]:
        """Where cells from the first to the one behind the last lie: in their middle, within the face."""
        taken = self.taken(last - first)
        start = floor(((first + last) * self.per_cell - taken) / 2 + 0.5)
        start = max(0, min(start, self.steps - taken))
        return start, start + taken


@dataclass(frozen=True)
class Slab:
    """A map's slab where it stands: its upper face, and how thick each of its channels is.

    A face is `sides` down and across; its lattice has a step for each cell, or for so many where cells are too small.
    """

    number: int
    face: PlacedSheet
    sides: tuple[Side, Side]
    per_channel: float
    least: int  # pixels of a prism's depth at least, so that it can be seen

    @property
    def plan(self) -> SheetMap:
        """The map."""
        return self.face.plan

    @property
    def thickness(self) -> int:
        """Pixels from the upper face to the lower one."""
        return max(1, round(self.plan.channels * self.per_channel))

    def depth(self, channel: int) -> int:
        """Pixels from the upper face down to where a channel begins; the first lies lowest."""
        return self.thickness - round(channel * self.per_channel)

    def is_told(self, stack: Stack) -> bool:
        """Whether channels are so thick that each has edges of its own."""
        return self.per_channel >= stack.least(_TOLD)

    @cached_property
    def body(self) -> Window:
        """All of the map's own cells, without what pads them."""
        return self.window(Spot((), tuple(np.array([0, last]) for last in last_positions(self.face))))

    @cached_property
    def whole(self) -> Window:
        """All of the face with what pads it."""
        return self.window(Spot((), tuple(np.array([r.start, r.stop - 1]) for r in self.plan.canvas.ranges)))

    def window(self, spot: Spot) -> Window:
        """The block of the upper face at a spot."""
        (top, bottom), (left, right) = (side.placed(*ends) for side, ends in zip(self.sides, self.face.ends(spot)))
        return top, left, bottom, right

    def is_to_scale(self, spot: Spot) -> bool:
        """Whether the block at a spot is as large beside others as its cells are many."""
        ends = zip(self.sides, self.face.ends(spot))
        return all(side.taken(last - first) == side.to_scale(last - first) for side, (first, last) in ends)

    def span(self, sheets: Sequence[int]) -> tuple[int, int]:
        """From which depth to which some channels reach that follow each other; thin ones can still be seen."""
        low = self.depth(min(sheets))
        high = max(0, min(self.depth(max(sheets) + 1), low - self.least))
        return high, max(low, high + self.least)

    # Of a window and depths the blocks of its three faces that are seen, in the lattices of these.

    def upper_lattice(self, depth: int) -> Lattice:
        """The lattice of faces at a depth, in rows and columns."""
        return self.face.lattice.shifted(0, depth)

    @property
    def left_lattice(self) -> Lattice:
        """The lattice of the faces below the left edges."""
        return Lattice(self.face.lattice.origin, (0, 1), (1, 1))

    @property
    def right_lattice(self) -> Lattice:
        """The lattice of the faces below the right edges."""
        return Lattice(self.face.lattice.origin, (2, -1), (0, 1))

    @property
    def _halves(self) -> tuple[int, int]:
        return self.face.lattice.column[0] // 2, self.face.lattice.row[0] // 2

    def left(self, window: Window, first: int, last: int) -> list[int]:
        """The block of the face below a window's left edge, from a depth to another."""
        top, left, bottom, _ = window
        column, row = self._halves
        return [
            2 * (left * column + top * row),
            first - 3 * left * column,
            2 * (left * column + bottom * row),
            last - 3 * left * column,
        ]

    def right(self, window: Window, first: int, last: int) -> list[int]:
        """The block of the face below a window's right edge, which is the one of its last row."""
        _, left, bottom, right = window
        column, row = self._halves
        return [
            3 * bottom * row + first,
            left * column + bottom * row,
            3 * bottom * row + last,
            right * column + bottom * row,
        ]

    def corners(self, window: Window, depth: int = 0) -> Floats:
        """The left, upper, right and lower corner (4, 2) of a window at a depth."""
        top, left, bottom, right = window
        points = self.face.lattice.points(np.array([(top, left), (top, right), (bottom, right), (bottom, left)]))
        return np.asarray(points + np.array([0.0, depth]))

    def silhouette(self, window: Window, first: int, last: int) -> Floats:
        """The lines (6, 2, 2) around a prism as it is seen."""
        west, north, east, _ = self.corners(window, first)
        low = self.corners(window, last)
        around = np.array([west, north, east, low[2], low[3], low[0]])
        return np.stack([around, np.roll(around, -1, axis=0)], axis=1)

    def ridges(self, window: Window, first: int, last: int) -> Floats:
        """The three lines (3, 2, 2) in which the faces of a prism meet that are seen."""
        west, _, east, south = self.corners(window, first)
        return np.array([(west, south), (south, east), (south, self.corners(window, last)[3])])

    def back(self, window: Window, first: int, last: int) -> Floats:
        """The three lines (3, 2, 2) at the back of a prism, which are seen through it."""
        west, north, east, _ = self.corners(window, last)
        return np.array([(west, north), (north, east), (north, self.corners(window, first)[1])])

    def layers(self, window: Window, first: int, last: int) -> Floats:
        """The lines (N, 2, 2) between channels on the two sides of a prism that are seen."""
        depths = [d for d in map(self.depth, range(1, self.plan.channels)) if first < d < last]
        edges = [self.corners(window, depth)[[0, 3, 3, 2]].reshape(2, 2, 2) for depth in depths]
        return np.concatenate(edges) if edges else np.zeros((0, 2, 2))
