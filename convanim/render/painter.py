"""Shapes as cached patches: what looks alike is drawn once."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from convanim.render.boxes import LARGEST
from convanim.render.patches import Banded, Patch, PlacedPatch
from convanim.scene.scene import Blocks, Cells, Floats, Ints, Lines, Shape, Texts, levels_at, series_at, shown
from convanim.style.marks import Mark, Writing, cell_marks, line_marks, marks
from convanim.style.theme import Style, Theme

if TYPE_CHECKING:
    from convanim.render.agg import Canvas

_ROOM = 1 << 24  # bytes of patches that are kept


class Painter:
    """Makes patches of shapes. Lines are `unit` times the theme's width."""

    def __init__(self, theme: Theme, unit: float) -> None:
        self._theme, self._unit = theme, unit
        self._styles: dict[tuple[str, int | None], Style] = {}
        self._kept: dict[Hashable, Patch | Banded | None] = {}
        self._whole: dict[int, list[PlacedPatch]] = {}
        self._room = _ROOM
        self._canvas: Canvas | None = None

    def margin(self, shape: Shape) -> float:
        """How far a shape's pixels reach past its boxes."""
        return 1.0 if isinstance(shape, Texts) else self._theme.styles[shape.role].width * self._unit + 1.5

    def shown(self, shape: Shape, step: int) -> list[PlacedPatch]:
        """All that is shown of a shape at a step."""
        if isinstance(shape, Lines):
            return self._lines(shape, step, shape.at(step))
        return self.patches(shape, step, shown(shape.when, len(shape), step))

    def patches(self, shape: Shape, step: int, elements: Ints) -> list[PlacedPatch]:
        """Some elements of a shape as they are at a step.

        Pixels that none of the other elements reaches are as they are in the whole.
        """
        if not len(elements):
            return []
        if isinstance(shape, Cells) and shape.levels is None:
            return self._cells(shape, series_at(shape, step), elements)
        if isinstance(shape, Lines):
            return self._lines(shape, step, shape.at(step)[elements])
        found = marks(shape, step, elements, self._theme, self._unit)
        if isinstance(shape, Texts):
            return [placed for mark in found if isinstance(mark, Writing) for placed in self._texts(mark)]
        return _placed(self._once((id(shape), *self._told(shape, step, elements)), lambda: found), 0, 0)

    def whole(self, shape: Shape) -> list[PlacedPatch]:
        """All elements of a still shape, drawn once for all."""
        found = self._whole.get(id(shape))
        if found is None:
            found = self._whole[id(shape)] = self.shown(shape, 0)
        return found

    def _told(self, shape: Cells | Blocks, step: int, elements: Ints) -> tuple[Hashable, ...]:
        """All that a picture of blocks, or of cells in colours, depends on."""
        if isinstance(shape, Blocks):
            return series_at(shape, step), shape.at(step)[elements].tobytes()
        assert shape.levels is not None
        levels = self._theme.level_steps(shape.role, levels_at(shape.levels, step)[elements])
        return series_at(shape, step), elements.tobytes(), levels.tobytes()

    def _cells(self, shape: Cells, series: int | None, elements: Ints) -> list[PlacedPatch]:
        """Cells: every pattern in which they stand is drawn once."""
        cells = shape.cells[elements]
        first = cells.min(axis=0)
        pattern = cells - first
        made = self._once(
            (id(shape), series, pattern.tobytes()),
            lambda: cell_marks(shape.lattice, pattern, self._style(shape.role, series), self._unit),
        )
        row, column = first.tolist()
        (cx, cy), (rx, ry) = shape.lattice.column, shape.lattice.row
        return _placed(made, row * rx + column * cx, row * ry + column * cy)

    def _lines(self, shape: Lines, step: int, ends: Floats) -> list[PlacedPatch]:
        """Lines, all together; they are drawn once for each way in which they stand to each other."""
        if not len(ends):
            return []
        strength = shape.strength_at(step)
        x, y = np.floor(ends.min(axis=(0, 1))).tolist()
        ends = ends - (x, y)
        series = series_at(shape, step)
        style = self._style(shape.role, series)
        made = self._once(
            (shape.role, series, shape.is_upright, strength, ends.tobytes()),
            lambda: line_marks(ends, style, self._unit, is_upright=shape.is_upright, strength=strength),
        )
        return _placed(made, int(x), int(y))

    def _texts(self, mark: Writing) -> list[PlacedPatch]:
        """Lines of text, each drawn once for every place within a pixel at which it starts."""
        found = []
        for text, (x, y) in zip(mark.texts, mark.starts.tolist()):
            left, top = int(x // 1), int(y // 1)
            start = (x - left, y - top)
            made = self._once(
                (text, mark.em, mark.colour, mark.font, start),
                partial(_alone, replace(mark, texts=(text,), starts=np.array([start]))),
            )
            found += _placed(made, left, top)
        return found

    def _once(self, key: Hashable, found: Callable[[], Iterable[Mark]]) -> Patch | Banded | None:
        """The patch of marks that a key stands for."""
        if key in self._kept:
            made = self._kept[key] = self._kept.pop(key)  # the last ones in it are those asked for last
            return made
        made = self._drawn(found())
        size = 0 if made is None else made.size
        if size <= _ROOM:
            self._kept[key] = made
            self._room -= size
            while self._room < 0:
                oldest = self._kept.pop(next(iter(self._kept)))
                self._room += 0 if oldest is None else oldest.size
        return made

    def _style(self, role: str, series: int | None) -> Style:
        style = self._styles.get((role, series))
        if style is None:
            style = self._styles[role, series] = self._theme.style(role, series)
        return style

    def _drawn(self, found: Iterable[Mark]) -> Patch | Banded | None:
        """A patch of marks, in their order."""
        if self._canvas is None:
            from convanim.render.agg import Canvas  # takes long to import, and what only asks of a renderer needs none

            self._canvas = Canvas()
        canvas = self._canvas
        outlined = canvas.outlined(found)
        box = canvas.reach(outlined)
        if box is None:
            return None
        if box.area <= LARGEST:
            return Patch(box, canvas.drawn(outlined, box))
        return Banded(box, lambda band: Patch(band, canvas.part(outlined, band)))


def _alone(mark: Mark) -> list[Mark]:
    return [mark]


def _placed(made: Patch | Banded | None, dx: int, dy: int) -> list[PlacedPatch]:
    return [] if made is None else [PlacedPatch(made, dx, dy)]
