"""The shapes of one sheet: its cells, what has been computed of it, and the window over it."""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from math import prod
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from convanim.layers.axis import CellKind
from convanim.scene.scene import Blocks, Cells, During, Floats, Ints, Lines, Series, Shape, Since, Texts
from convanim.views.cell_shapes import framed, outline, sides, source_frames, unread_marks, window_sides
from convanim.views.grids import Mask
from convanim.views.hatches import cell_strokes
from convanim.views.stacks.sheets.placed_sheet import PlacedSheet
from convanim.views.stacks.sheets.sheet_numbers import Written
from convanim.views.stacks.stack import SheetMap, Spot, Stack
from convanim.views.step_parts import at_last, but_for, lit_by
from convanim.views.text_layout import widest
from convanim.views.window_roles import KIND_ROLES


def sheet_shapes(
    stack: Stack, placed: PlacedSheet, number: int, text: Written | None
) -> tuple[list[Shape], list[Shape]]:
    """The shapes of a sheet of map `number` that are still or come and stay, and those that move over it."""
    plan = placed.plan
    strings = np.full(len(plan.canvas.cells), "", dtype=object)
    levels = None
    if text is not None:
        kinds, of = plan.kinds_on(placed.sheet), plan.shown_numbers[placed.sheet]
        if text.strings:
            for kind, filler in plan.fillers:
                strings[kinds[kind]] = filler
            strings[of >= 0] = [text.strings[n] for n in of[of >= 0]]
        if text.levels is not None:
            levels = np.where(of.reshape(-1, *[1] * (text.levels.ndim - 1)) >= 0, text.levels[of], 0)
    sheet = _Sheet(stack, placed, number, strings, 0.0 if text is None else text.em, levels)
    return sheet.still(), sheet.moving()


@dataclass(frozen=True)
class _Sheet:
    stack: Stack
    placed: PlacedSheet
    number: int
    strings: NDArray[np.object_]  # one for each cell of the canvas
    em: float
    levels: Floats | None  # the same; 0 where there is no number

    @property
    def plan(self) -> SheetMap:
        return self.placed.plan

    @property
    def is_output(self) -> bool:
        return self.number == len(self.stack.maps) - 1

    @property
    def is_last_read(self) -> bool:
        """Whether the terms of the equation, which steps are taken by, are from this map."""
        return self.stack.terms_from is not None and self.number == len(self.stack.maps) - 2

    @cached_property
    def kinds(self) -> dict[CellKind, Mask]:
        return self.plan.kinds_on(self.placed.sheet)

    @cached_property
    def own(self) -> Ints:
        """Which cells of the canvas are the map's own."""
        return np.flatnonzero(self.kinds[CellKind.INPUT])

    def still(self) -> list[Shape]:
        plan, lattice = self.plan, self.placed.lattice
        shapes: list[Shape] = []
        if self.levels is not None and not self.kinds[CellKind.INPUT].all() and not self.strings.any():
            padded = np.array([(0, 0, plan.canvas.rows, plan.canvas.columns)])
            around = Blocks("padding", self._named("padding"), lattice, padded)
            return [around, *self._copied(), *self._given(), *self._edge()]
        for kind, (role, _) in KIND_ROLES.items():
            mask = self.kinds[kind]
            if kind is CellKind.INPUT or not mask.any():
                continue
            shapes.append(Cells(role, self._named(kind.value), lattice, plan.canvas.cells[mask], self._index[mask]))
            shapes += self._texts(role, np.flatnonzero(mask))
        return shapes + (self._made() if self.is_output else self._given())

    def _copied(self) -> list[Shape]:
        """The padding of a heat map in the colours that it copies; nothing where it copies none."""
        plan = self.plan
        if plan.copies is None or self.levels is None:
            return []
        pads = np.flatnonzero(plan.copies[plan.part(self.placed.sheet)] >= 0)
        cells, index = plan.canvas.cells[pads], self._index[pads]
        name = self._named("padding")
        return [Cells(self._scale, name, self.placed.lattice, cells, index, levels=self.levels[pads])]

    def _edge(self) -> list[Shape]:
        """The line between a heat map's own cells and the copies around them, which have the same colours."""
        if self.plan.copies is None:
            return []
        own = self.plan.canvas.cells[self.own]
        return [Lines("edge", outline(self.placed.lattice, own), self.placed.lattice.is_upright)]

    def _given(self) -> list[Shape]:
        """The sheet's own cells, those that nothing reads apart."""
        plan, lattice, own = self.plan, self.placed.lattice, self.own
        if len(own) == 0:
            return []
        if self.levels is not None:
            cells, index, levels = plan.canvas.cells[own], self._own_index, self.levels[own]
            shapes: list[Shape] = [Cells(self._scale, plan.name, lattice, cells, index, levels=levels)]
            return [*shapes, *self._texts(self._scale, own, levels=levels), self._whole(self._scale, "line")]
        series = plan.sheet_series(self.placed.sheet)
        given = plan.read_on(self.placed.sheet)
        read = np.ones(len(own), dtype=bool) if given is None else given
        shapes = []
        for role, mask in (("unread", ~read), (plan.role, read)):
            if mask.any():
                cells = plan.canvas.cells[own[mask]]
                for hue, part in self._hues(series):
                    both = mask & part
                    at, index = plan.canvas.cells[own[both]], self._own_index[both]
                    shapes.append(Cells(role, plan.name, lattice, at, index, series=hue))
                    shapes += self._strokes(at, hue)
                if role == "unread":
                    shapes.append(unread_marks(lattice, cells, around_text=bool(self.strings[own[0]])))
                shapes += self._texts(role, own[mask], series)
        return shapes + (self._stepping_back(read) if plan.is_sliced and plan.role == "input" else [])

    def _stepping_back(self, read: Mask) -> list[Shape]:
        """The cells of a slice that are read, paler, at the steps that do not read it."""
        elements = self.own[read]
        if len(elements) == 0:
            return []
        away = During(lru_cache(maxsize=4)(partial(self._left_alone, len(elements))))
        cells, index, name = self.plan.canvas.cells[elements], self._own_index[read], self._named("slab")
        shapes: list[Shape] = [Cells("slab", name, self.placed.lattice, cells, index, away)]
        if self.strings[elements].any():
            texts = tuple(self.strings[elements])
            shapes.append(Texts("slab", self._centres[elements], texts, self.em, when=away))
        return shapes

    def _left_alone(self, count: int, step: int) -> Ints:
        """All of so many elements where a step reads nothing of this sheet, else none."""
        return np.arange(0 if self.placed.sheet in self.stack.spots(step)[self.number].sheets else count)

    def _made(self) -> list[Shape]:
        """The last map's own cells: pale until they are made."""
        plan, lattice = self.plan, self.placed.lattice
        cells, index = plan.canvas.cells, self._index
        series = plan.sheet_series(self.placed.sheet)
        done = Since(self.stack.done(self.placed.sheet))
        every = np.arange(len(cells))
        if self.levels is not None:
            made = Cells(self._scale, plan.name, lattice, cells, index, done, levels=self.levels)
            texts = self._texts(self._scale, every, when=done, levels=self.levels)
            return [self._whole("output_pending", "fill"), made, *texts, self._whole(self._scale, "line")]
        shapes: list[Shape] = []
        for hue, part in self._hues(series):
            shapes.append(Cells("output_pending", plan.name, lattice, cells[part], index[part], series=hue))
            shapes.append(Cells("output", plan.name, lattice, cells[part], index[part], Since(done.steps[part]), hue))
            shapes += self._strokes(cells[part], hue)
        return shapes + self._texts("output", every, series, when=done)

    def _hues(self, series: int | None) -> list[tuple[int | None, Mask]]:
        """The hues of the sheet's own cells, and which cells have them: one hue, or its cells' own."""
        of = self.plan.cell_series
        if of is None:
            return [(series, np.ones(prod(self.plan.size), dtype=bool))]
        return [(hue, of == hue) for hue in np.unique(of).tolist()]

    def _strokes(self, cells: Ints, hue: int | None) -> list[Shape]:
        """The strokes of a hue on some cells, where these move from map to map: print has no colour to tell them."""
        lattice = self.placed.lattice
        if hue is None or not self.stack.is_shuffled or not len(cells):
            return []
        around = bool(self.strings.any())
        ends = cell_strokes(lattice, cells, hue, self.stack.unit, around_text=around)
        return [Lines("channel", ends)] if len(ends) else []

    def _window_in_hues(self, role: str, name: str) -> list[Shape]:
        """What a step reads of a sheet whose cells have hues of their own."""
        plan = self.plan
        shapes: list[Shape] = []
        for hue, part in self._hues(None):
            mask = np.zeros(len(plan.canvas.cells), dtype=bool)
            mask[self.own[part]] = True
            seen = During(lru_cache(maxsize=4)(partial(self._seen, mask)))
            shapes.append(Cells(role, name, self.placed.lattice, plan.canvas.cells, self._index, seen, hue))
        return shapes

    def _whole(self, role: str, part: Literal["fill", "line"]) -> Blocks:
        """All of the sheet's own cells as one block."""
        own = self.plan.canvas.index[self.own]
        spot = Spot((), tuple(np.array([low, high]) for low, high in zip(own.min(axis=0), own.max(axis=0))))
        return Blocks(role, self.plan.name, self.placed.lattice, np.array([self.placed.block(spot)]), part)

    def moving(self) -> list[Shape]:
        plan, lattice = self.plan, self.placed.lattice
        if self.levels is not None:
            around = lru_cache(maxsize=4)(self._frame)
            return [*self._copied_from(), *framed(around, is_upright=lattice.is_upright)]
        shapes: list[Shape] = []
        written: list[Shape] = []
        won = None
        if self.stack.winners is not None and not self.is_output:
            won = During(lru_cache(maxsize=4)(self._won), of_part=at_last if self.is_last_read else None)
        for kind, (_, window) in KIND_ROLES.items():
            mask = self.kinds[kind]
            if not mask.any():
                continue
            role = plan.window if kind is CellKind.INPUT else window
            series = self.stack.window_series(self.number, self.placed.sheet) if kind is CellKind.INPUT else None
            seen = During(lru_cache(maxsize=4)(partial(self._seen, mask)))
            name = plan.name if self.is_output else self._named("window")
            if kind is CellKind.INPUT and plan.cell_series is not None and not self.is_output:
                shapes += self._window_in_hues(role, name)
            else:
                shapes.append(Cells(role, name, lattice, plan.canvas.cells, self._index, seen, series))
            if self.strings[mask].any():
                others = seen if won is None else but_for(seen.at, won)
                told = replace(seen, of_part=at_last) if self.is_output else others
                written.append(Texts(role, self._centres, tuple(self.strings), self.em, when=told, series=series))
        if won is not None:
            role, name = ("current", "taken") if self.stack.takes_one else ("winner", "winner")
            own = plan.sheet_series(self.placed.sheet)
            hue = (self.stack.series if own is None else own) if self.stack.takes_one else None
            shapes.append(Cells(role, self._named(name), lattice, plan.canvas.cells, self._index, won, hue))
            written.append(Texts(role, self._centres, tuple(self.strings), self.em, when=won, series=hue))
        shapes += self._copied_from()
        shapes.append(Lines("accent", lru_cache(maxsize=4)(self._frame), lattice.is_upright))
        if self.stack.is_slow and self.is_last_read:
            shapes += lit_by(self._term, is_upright=lattice.is_upright)
        return shapes + written  # numbers last: whatever is drawn around cells or on them, digits stay whole

    def _copied_from(self) -> list[Shape]:
        """Frames around the cells that padding under the window copies; nothing where it copies none."""
        if self.plan.copies is None:
            return []
        around = lru_cache(maxsize=4)(self._sources)
        return framed(around, is_upright=self.placed.lattice.is_upright, role="source")

    def _named(self, name: str) -> str:
        """The name in keys of what stands on this map besides its own cells."""
        return f"{name} {self.plan.name}" if self.number else name

    @property
    def _scale(self) -> str:
        """The role of cells in colours."""
        assert self.plan.scale is not None
        return "colour" if self.plan.is_one_picture else self.plan.scale.name

    @property
    def _index(self) -> Ints:
        """What the keys of the canvas' cells name."""
        index = self.plan.canvas.index
        return np.insert(index, 0, self.plan.drawn[self.placed.sheet], axis=1) if self.plan.has_channels else index

    @property
    def _own_index(self) -> Ints:
        """What the keys of the sheet's own cells name: places in the map, not among inserted zeros."""
        index = np.stack([grid.ravel() for grid in np.indices(self.plan.size)], axis=1)
        return np.insert(index, 0, self.plan.own_place(self.placed.sheet), axis=1) if self.plan.has_channels else index

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
        elements = self._under(spot.on(self.placed.sheet))
        return elements[mask[elements]]

    def _under(self, spot: Spot) -> Ints:
        """The elements of a canvas at a spot."""
        elements = np.zeros(1, dtype=np.int64)
        for positions, along in zip(self.plan.canvas.ranges, spot.axes):
            elements = (elements[:, None] * len(positions) + along - positions.start).ravel()
        return elements

    @cached_property
    def _text_width(self) -> float:
        """The width of the widest number on the sheet, in pixels."""
        return widest(self.strings, self.stack.font) * self.em

    def _sources(self, step: int) -> Floats:
        """The lines around the cells that padding under the window copies."""
        plan = self.plan
        assert plan.copies is not None
        spot = self.stack.spots(step)[self.number]
        # What a slice's padding copies may lie on another one; channels have their own.
        sheets = spot.sheets if plan.is_sliced else tuple(s for s in spot.sheets if s == self.placed.sheet)
        under = self._under(spot)
        found = [plan.copies[plan.part(sheet)][under] for sheet in sheets]
        part = plan.part(self.placed.sheet)
        copied = np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)
        sources = copied[(copied >= part.start) & (copied < part.stop)] - part.start
        return source_frames(self.placed.lattice, plan.canvas.cells[sources], self.stack.unit, self._text_width)

    def _won(self, step: int) -> Ints:
        assert self.stack.winners is not None
        # Windows that overlap may have the same maximum.
        won = dict.fromkeys(self.stack.winners(step, self.number, self.placed.sheet))
        return np.array([self.plan.canvas.element(position) for position in won], dtype=np.int64)

    def _term(self, step: int, number: int) -> Floats:
        """The lines around what a term of a step's equation is from; none where it is not on this sheet."""
        assert self.stack.terms_from is not None
        channel, position = self.stack.terms_from(step)[number]
        if channel != self.plan.drawn[self.placed.sheet]:
            return np.zeros((0, 2, 2))
        if position is None:
            return self._frame(step)
        cell = self.plan.canvas.cells[[self.plan.canvas.element(position)]]
        return sides(self.placed.lattice.corners(cell)[0])

    def _frame(self, step: int) -> Floats:
        """The lines around what a step reads or makes on this sheet."""
        spot = self.stack.spots(step)[self.number]
        if self.placed.sheet not in spot.sheets or spot.is_empty:
            return np.zeros((0, 2, 2))
        own = spot.on(self.placed.sheet)
        if self.plan.is_sliced:  # a box has whole sides
            return sides(self.placed.corners(own))
        cells = self.plan.canvas.cells[self._under(own)]
        return window_sides(self.placed.lattice, self.placed.corners(own), cells, self.stack.unit)
