"""The shapes of one sheet: its cells, what has been computed of it, and the window over it."""

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from convanim.layers.axis import CellKind
from convanim.layers.sizes import Sizes
from convanim.scene.scene import Blocks, Cells, During, Floats, Ints, Lattice, Lines, Series, Shape, Since, Texts
from convanim.views.cell_numbers import Lettering, lettering
from convanim.views.cell_shapes import outline, sides, source_frames, unread_marks
from convanim.views.drawing import TooNarrowError
from convanim.views.gather_reading import KIND_ROLES
from convanim.views.grids import Mask
from convanim.views.stack import SheetMap, Spot, Stack

LEAST_BLOCK = 13  # pixels that a single cell is wide at least on a sheet without a grid


@dataclass(frozen=True)
class PlacedSheet:
    """A sheet where it stands: on a lattice of its cells or, where those are too small, of `ticks` along each side."""

    plan: SheetMap
    sheet: int
    lattice: Lattice
    ticks: Sizes | None = None
    least_block: int = LEAST_BLOCK

    def block(self, spot: Spot) -> tuple[int, int, int, int]:
        """The block of the lattice around a spot: first row and column, and the ones behind the last."""
        ends = [(int(axis[0]), int(axis[-1]) + 1) for axis in spot.axes]
        local = [(a - r.start, b - r.start) for (a, b), r in zip(ends, self.plan.canvas.ranges)]
        if len(local) == 1:
            local.insert(0, (0, 1))
        if self.ticks is not None:
            counts = (self.plan.canvas.rows, self.plan.canvas.columns)
            least = min(self.least_block / np.hypot(*self.lattice.column), min(self.ticks) / 6)
            local = [_in_ticks(ends, n, ticks, least) for ends, n, ticks in zip(local, counts, self.ticks)]
        (top, bottom), (left, right) = local
        return top, left, bottom, right

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


@dataclass(frozen=True)
class Written:
    """The numbers of one map as they are shown: text, colours, or both."""

    strings: tuple[str, ...] = ()  # of the drawn sheets' own cells, sheet by sheet; empty where there is no room
    em: float = 0.0
    levels: Floats | None = None  # the same, from -1 to 1, for a heat map


def written(stack: Stack, plan: SheetMap, lattice: Lattice) -> Written | None:
    """How a map's numbers are shown on its sheets; None where it has none.

    Raises TooNarrowError when they are no heat map and do not fit.
    """
    if plan.numbers is None:
        return None
    numbers = plan.numbers[list(plan.drawn)]
    letters: Lettering | None = None
    try:
        letters = lettering(stack, lattice, numbers, tuple(text for _, text in plan.fillers))
    except TooNarrowError:
        if not stack.is_heat:
            raise
    levels = (numbers / scale_of(plan)).ravel() if stack.is_heat else None
    return Written(() if letters is None else letters.strings, 0.0 if letters is None else letters.em, levels)


def scale_of(plan: SheetMap) -> float:
    """What a level of 1 stands for: the largest number of the map, signs left out."""
    assert plan.numbers is not None
    finite = np.abs(plan.numbers[np.isfinite(plan.numbers)])
    return float(finite.max()) if finite.size and finite.max() > plan.noise else 1.0


def sheet_shapes(
    stack: Stack, placed: PlacedSheet, number: int, text: Written | None
) -> tuple[list[Shape], list[Shape]]:
    """The shapes of a sheet of map `number` that are still or come and stay, and those that move over it."""
    plan = placed.plan
    strings = np.full(len(plan.canvas.cells), "", dtype=object)
    levels = None
    if text is not None:
        own = np.flatnonzero(plan.kinds[CellKind.INPUT])
        part = slice(placed.sheet * len(own), (placed.sheet + 1) * len(own))
        if text.strings:
            strings[own] = text.strings[part]
            for kind, filler in plan.fillers:
                strings[plan.kinds[kind]] = filler
            if plan.copies is not None:
                strings[plan.copies >= 0] = strings[plan.copies[plan.copies >= 0]]
        if text.levels is not None:
            levels = text.levels[part]
    sheet = _Sheet(stack, placed, number, strings, 0.0 if text is None else text.em, levels)
    return sheet.still(), sheet.moving()


@dataclass(frozen=True)
class _Sheet:
    stack: Stack
    placed: PlacedSheet
    number: int
    strings: NDArray[np.object_]  # one for each cell of the canvas
    em: float
    levels: Floats | None

    @property
    def plan(self) -> SheetMap:
        return self.placed.plan

    @property
    def is_output(self) -> bool:
        return self.number == len(self.stack.maps) - 1

    def still(self) -> list[Shape]:
        plan, lattice = self.plan, self.placed.lattice
        shapes: list[Shape] = []
        if self.levels is not None and not plan.kinds[CellKind.INPUT].all() and not self.strings.any():
            padded = np.array([(0, 0, plan.canvas.rows, plan.canvas.columns)])
            return [Blocks("padding", "padding", lattice, padded), *self._copied(), *self._given(), *self._edge()]
        for kind, (role, _) in KIND_ROLES.items():
            mask = plan.kinds[kind]
            if kind is CellKind.INPUT or not mask.any():
                continue
            shapes.append(Cells(role, kind.value, lattice, plan.canvas.cells[mask], self._index[mask]))
            shapes += self._texts(role, np.flatnonzero(mask))
        return shapes + (self._made() if self.is_output else self._given())

    def _copied(self) -> list[Shape]:
        """The padding of a heat map in the colours that it copies; nothing where it copies none."""
        plan = self.plan
        if plan.copies is None or self.levels is None:
            return []
        pads = np.flatnonzero(plan.copies >= 0)
        own = np.searchsorted(np.flatnonzero(plan.kinds[CellKind.INPUT]), plan.copies[pads])
        cells, index = plan.canvas.cells[pads], self._index[pads]
        return [Cells("heat", "padding", self.placed.lattice, cells, index, levels=self.levels[own])]

    def _edge(self) -> list[Shape]:
        """The line between a heat map's own cells and the copies around them, which have the same colours."""
        if self.plan.copies is None:
            return []
        own = self.plan.canvas.cells[self.plan.kinds[CellKind.INPUT]]
        return [Lines("edge", outline(self.placed.lattice, own), self.placed.lattice.is_upright)]

    def _given(self) -> list[Shape]:
        """The sheet's own cells, those that nothing reads apart."""
        plan, lattice = self.plan, self.placed.lattice
        own = np.flatnonzero(plan.kinds[CellKind.INPUT])
        if self.levels is not None:
            cells, index = plan.canvas.cells[own], self._own_index
            shapes: list[Shape] = [Cells("heat", plan.name, lattice, cells, index, levels=self.levels)]
            return [*shapes, *self._texts("heat", own, levels=self.levels), self._whole("heat", "line")]
        series = plan.sheet_series(self.placed.sheet)
        read = np.ones(len(own), dtype=bool) if plan.read is None else plan.read
        shapes = []
        for role, mask in (("unread", ~read), (plan.role, read)):
            if mask.any():
                cells = plan.canvas.cells[own[mask]]
                shapes.append(Cells(role, plan.name, lattice, cells, self._own_index[mask], series=series))
                if role == "unread":
                    shapes.append(unread_marks(lattice, cells, around_text=bool(self.strings[own[0]])))
                shapes += self._texts(role, own[mask], series)
        return shapes

    def _made(self) -> list[Shape]:
        """The last map's own cells: pale until they are made."""
        plan, lattice = self.plan, self.placed.lattice
        cells, index = plan.canvas.cells, self._index
        series = plan.sheet_series(self.placed.sheet)
        done = Since(self.stack.done(self.placed.sheet))
        every = np.arange(len(cells))
        if self.levels is not None:
            made = Cells("heat", plan.name, lattice, cells, index, done, levels=self.levels)
            texts = self._texts("heat", every, when=done, levels=self.levels)
            return [self._whole("output_pending", "fill"), made, *texts, self._whole("heat", "line")]
        shapes: list[Shape] = [Cells("output_pending", plan.name, lattice, cells, index, series=series)]
        shapes.append(Cells("output", plan.name, lattice, cells, index, done, series))
        return shapes + self._texts("output", every, series, when=done)

    def _whole(self, role: str, part: Literal["fill", "line"]) -> Blocks:
        """All of the sheet's own cells as one block."""
        own = self.plan.canvas.index[self.plan.kinds[CellKind.INPUT]]
        spot = Spot((), tuple(np.array([low, high]) for low, high in zip(own.min(axis=0), own.max(axis=0))))
        return Blocks(role, self.plan.name, self.placed.lattice, np.array([self.placed.block(spot)]), part)

    def moving(self) -> list[Shape]:
        plan, lattice = self.plan, self.placed.lattice
        if self.levels is not None:
            frames: list[Shape] = [Lines("frame", lru_cache(maxsize=4)(self._frame), self.placed.lattice.is_upright)]
            if plan.copies is not None:
                frames.append(Lines("source", lru_cache(maxsize=4)(self._sources), self.placed.lattice.is_upright))
            return frames
        shapes: list[Shape] = []
        written: list[Shape] = []
        for kind, (_, window) in KIND_ROLES.items():
            mask = plan.kinds[kind]
            if not mask.any():
                continue
            role = plan.window if kind is CellKind.INPUT else window
            series = self._window_series if kind is CellKind.INPUT else None
            seen = During(lru_cache(maxsize=4)(partial(self._seen, mask)))
            name = plan.name if self.is_output else f"window {plan.name}" if self.number else "window"
            shapes.append(Cells(role, name, lattice, plan.canvas.cells, self._index, seen, series))
            if self.strings[mask].any():
                written.append(Texts(role, self._centres, tuple(self.strings), self.em, when=seen, series=series))
        shapes += [Lines("accent", lru_cache(maxsize=4)(self._frame), self.placed.lattice.is_upright), *written]
        if plan.copies is not None:
            shapes.append(Lines("source", lru_cache(maxsize=4)(self._sources), self.placed.lattice.is_upright))
        if self.stack.winner is not None and self.number == 0:
            won = During(lru_cache(maxsize=4)(self._won))
            shapes.append(Cells("winner", "winner", lattice, plan.canvas.cells, self._index, won))
            shapes.append(Texts("winner", self._centres, tuple(self.strings), self.em, when=won))
        return shapes

    @property
    def _window_series(self) -> Series:
        if self.is_output:
            return self.plan.sheet_series(self.placed.sheet)
        return self.stack.series if self.stack.output.series and self.stack.output.series[0] is not None else None

    @property
    def _index(self) -> Ints:
        """What the keys of the canvas' cells name."""
        index = self.plan.canvas.index
        return np.insert(index, 0, self.plan.drawn[self.placed.sheet], axis=1) if self.plan.has_channels else index

    @property
    def _own_index(self) -> Ints:
        """What the keys of the sheet's own cells name: places in the map, not among inserted zeros."""
        index = np.stack([grid.ravel() for grid in np.indices(self.plan.size)], axis=1)
        return np.insert(index, 0, self.plan.drawn[self.placed.sheet], axis=1) if self.plan.has_channels else index

    @property
    def _centres(self) -> Floats:
        return self.placed.lattice.centres(self.plan.canvas.cells)

    def _texts(
        self,
        role: str,
        elements: Ints,
        series: Series = None,
        *,
        when: Since | None = None,
        levels: Floats | None = None,
    ) -> list[Shape]:
        """The strings of some cells; nothing where all are empty."""
        if not self.strings[elements].any():
            return []
        points, strings = self._centres[elements], tuple(self.strings[elements])
        if when is None:
            return [Texts(role, points, strings, self.em, series=series, levels=levels)]
        return [Texts(role, points, strings, self.em, when=when, series=series, levels=levels)]

    def _seen(self, mask: Mask, step: int) -> Ints:
        """The elements of the canvas that a step reads on this sheet, of those in `mask`."""
        spot = self.stack.spots(step)[self.number]
        if self.placed.sheet not in spot.sheets:
            return np.zeros(0, dtype=np.int64)
        elements = np.zeros(1, dtype=np.int64)
        for positions, along in zip(self.plan.canvas.ranges, spot.axes):
            elements = (elements[:, None] * len(positions) + along - positions.start).ravel()
        return elements[mask[elements]]

    def _sources(self, step: int) -> Floats:
        """The lines around the cells that padding under the window copies."""
        assert self.plan.copies is not None
        seen = self._seen(np.ones(len(self.plan.canvas.cells), dtype=bool), step)
        return source_frames(self.placed.lattice, self.plan.canvas.cells, self.plan.copies, seen, self.stack.unit)

    def _won(self, step: int) -> Ints:
        assert self.stack.winner is not None
        position = self.stack.winner(step)
        if position is None or self.placed.sheet not in self.stack.spots(step)[self.number].sheets:
            return np.zeros(0, dtype=np.int64)
        return np.array([self.plan.canvas.element(position)])

    def _frame(self, step: int) -> Floats:
        """The lines around what a step reads or makes on this sheet."""
        spot = self.stack.spots(step)[self.number]
        if self.placed.sheet not in spot.sheets or spot.is_empty:
            return np.zeros((0, 2, 2))
        return sides(self.placed.corners(spot))
