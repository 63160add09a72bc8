"""How each shape of a scene is painted, in one or several themes, as its marks say it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from convanim.export.html.lists import Table
from convanim.scene.scene import Blocks, Cells, Floats, Lattice, Lines, Offset, Shape, Texts, series_at
from convanim.style.marks import Areas, Mark, Strokes, block_marks, cell_marks, line_marks, marks
from convanim.style.theme import Colour, Style, Theme

Dash: TypeAlias = tuple[float, float, float]  # where it begins in its pattern, a dash, a gap


@dataclass(frozen=True)
class ShapePaint:
    """Areas, lines and text in one theme; None where there are none. All is shifted by `shift` right and down."""

    fill: Colour | None
    stroke: Colour | None
    width: float
    shift: float
    text: Colour | None


class ShapePaints:
    """The paints of a scene's shapes, each held once under a number: a tuple of one for each theme."""

    def __init__(self, themes: Sequence[Theme], unit: float) -> None:
        self._themes = themes
        self._unit = unit
        self._paints, self._dashes = Table(), Table()

    def at(self, shape: Shape, steps: Iterable[int]) -> list[int]:
        """The number of a shape's paint at each of some steps; it changes with the shape's series alone."""
        known: dict[int | None, int] = {}
        numbers = []
        for step in steps:
            series = series_at(shape, step)
            if series not in known:
                known[series] = self._paints.number([self._painted(shape, step, theme) for theme in self._themes])
            numbers.append(known[series])
        return numbers

    def has_lines(self, number: int) -> bool:
        """Whether a paint draws lines in some theme."""
        return any(paint.stroke is not None for paint in self._paints.values[number])

    def dashes(self, shape: Shape, ends: Floats) -> dict[str, int]:
        """The numbers of the dashes of a shape's lines (N, 2, 2), by length; none where no theme dashes them."""
        styles = self._styles(shape, 0)
        if not len(ends) or not any(style.dash and style.stroke for style in styles):
            return {}
        lengths = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
        found: dict[str, int] = {}
        for length in np.unique(lengths):
            line = ends[lengths == length][:1]
            found[f"{length:.1f}"] = self._dashes.number(
                [_dash(line_marks(line, s, self._unit, is_upright=False)) for s in styles]
            )
        return found

    def cell_dashes(self, shape: Cells) -> list[int]:
        """The numbers of the dashes of a cell's lines along its row and along its column; none where none is dashed."""
        styles = self._styles(shape, 0)
        if shape.levels is not None or not any(style.dash and style.stroke for style in styles):
            return []
        drawn = [list(cell_marks(shape.lattice, _CELL, style, self._unit)) for style in styles]
        sides = (shape.lattice.column, shape.lattice.row)
        return [self._dashes.number([_dash(marks, side) for marks in drawn]) for side in sides]

    @property
    def paints(self) -> list[list[ShapePaint]]:
        """All paints, for each theme one."""
        return self._paints.values

    @property
    def dash_patterns(self) -> list[list[Dash | None]]:
        """All dashes, for each theme one; None where lines are whole."""
        return self._dashes.values

    def _styles(self, shape: Shape, step: int) -> list[Style]:
        return [_style(shape, step, theme) for theme in self._themes]

    def _painted(self, shape: Shape, step: int, theme: Theme) -> ShapePaint:
        style = _style(shape, step, theme)
        if isinstance(shape, Texts):
            return ShapePaint(None, None, 0.0, 0.0, style.text)
        if isinstance(shape, Lines):
            return _paint(line_marks(_LINE, style, self._unit, is_upright=shape.is_upright), _ORIGIN)
        if isinstance(shape, Blocks):
            corners, upright = shape.lattice.corners(_CELL), shape.lattice.is_upright
            return _paint(block_marks(corners, shape.part, style, self._unit, is_upright=upright), shape.lattice)
        if shape.levels is None:
            return _paint(cell_marks(shape.lattice, _CELL, style, self._unit), shape.lattice)
        # What a level is filled with is no part of it.
        heat = marks(
            replace(shape, cells=_CELL, levels=np.zeros((1, 3) if shape.role == "colour" else 1)),
            step,
            np.zeros(1, dtype=np.int64),
            theme,
            self._unit,
        )
        return _paint((mark for mark in heat if isinstance(mark, Strokes)), shape.lattice)


_CELL = np.zeros((1, 2), dtype=np.int64)
_LINE = np.array([[(0.0, 0.0), (100.0, 0.0)]])
_ORIGIN = Lattice((0, 0), (1, 0), (0, 1))  # where that line begins


def _style(shape: Shape, step: int, theme: Theme) -> Style:
    return theme.style(shape.role, series_at(shape, step))


def _paint(drawn: Iterable[Mark], lattice: Lattice | None = None) -> ShapePaint:
    fill, stroke, width, shift = None, None, 0.0, 0.0
    for mark in drawn:
        if isinstance(mark, Areas):
            fill, points = mark.colour, mark.corners
        elif isinstance(mark, Strokes):
            stroke, width, points = mark.colour, mark.width, mark.ends
        if lattice is not None:
            shift = float(points[..., 0].min() - lattice.corners(_CELL)[..., 0].min())
    return ShapePaint(fill, stroke, width, shift, None)


def _dash(drawn: Iterable[Mark], side: Offset | None = None) -> Dash | None:
    """The dash of the first lines, of those that run along a side of a cell where one is given."""
    for mark in drawn:
        if not isinstance(mark, Strokes) or mark.dash is None:
            continue
        if side is None or any(np.array_equal(end - start, side) for start, end in mark.ends):
            begin, (on, off) = mark.dash
            return (round(begin, 3), round(on, 3), round(off, 3))
    return None
