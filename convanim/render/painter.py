"""Draws shapes onto a canvas of pixels, each call with one role's fill, line and text colour."""

from typing import Any, Literal, TypeAlias

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from numpy.typing import NDArray

from convanim.drawn import Areas, Mark, Strokes, cell_marks, marks
from convanim.render.glyphs import outline
from convanim.scene import Cells, Floats, Ints, Shape, Texts, series_at
from convanim.theme import Colour, Style, Theme

_DPI = 72  # so that matplotlib's points are pixels
_MOST_KEPT = 256  # patterns of cells whose paths are kept, and cells in one of them

# How a path is drawn: its line, the path, its fill.
_Drawn: TypeAlias = tuple[GraphicsContextBase, Path, Colour | None]


class Painter:
    """A canvas of `width` by `height` pixels, (height, width, 4) straight RGBA in `pixels`.

    Lines are `unit` times as wide as the theme says.
    """

    def __init__(self, width: int, height: int, theme: Theme, unit: float) -> None:
        self._agg: Any = RendererAgg(width, height, _DPI)  # type: ignore[no-untyped-call]
        self._theme = theme
        self._styles: dict[tuple[str, int | None], Style] = {}
        self._height = height
        self._unit = unit
        self._blocks: dict[tuple[int, int | None, bytes], list[_Drawn]] = {}
        self.pixels: NDArray[np.uint8] = np.asarray(self._agg.buffer_rgba())  # type: ignore[no-untyped-call]

    def margin(self, shape: Shape) -> float:
        """How far a shape's pixels reach past its boxes."""
        return 1.0 if isinstance(shape, Texts) else self._theme.styles[shape.role].width * self._unit + 1.5

    def paint(self, shape: Shape, step: int, elements: Ints) -> None:
        """Draw some elements of a shape as they are at a step. Any subset draws the same pixels as the whole."""
        if not len(elements):
            return
        if isinstance(shape, Cells) and shape.levels is None:
            self._paint_cells(shape, series_at(shape, step), elements)
            return
        for mark in marks(shape, step, elements, self._theme, self._unit):
            self._draw(*_drawn(mark))

    def _paint_cells(self, shape: Cells, series: int | None, elements: Ints) -> None:
        """Draw cells: paths are made once for every pattern in which they stand, and moved by whole pixels."""
        cells = shape.cells[elements]
        first = cells.min(axis=0)
        pattern = cells - first
        key = (id(shape), series, pattern.tobytes())
        block = self._blocks.get(key)
        if block is None:
            style = self._style(shape.role, series)
            block = [_drawn(mark) for mark in cell_marks(shape.lattice, pattern, style, self._unit)]
            if len(pattern) <= _MOST_KEPT and len(self._blocks) < _MOST_KEPT:
                self._blocks[key] = block
        row, column = first.tolist()
        (cx, cy), (rx, ry) = shape.lattice.column, shape.lattice.row
        for context, path, fill in block:
            self._draw(context, path, fill, (row * rx + column * cx, row * ry + column * cy))

    def _style(self, role: str, series: int | None) -> Style:
        style = self._styles.get((role, series))
        if style is None:
            style = self._styles[role, series] = self._theme.style(role, series)
        return style

    def _draw(
        self, context: GraphicsContextBase, path: Path, fill: Colour | None, offset: tuple[int, int] = (0, 0)
    ) -> None:
        # Agg's y runs upwards.
        place = np.array([[1.0, 0.0, offset[0]], [0.0, -1.0, self._height - offset[1]], [0.0, 0.0, 1.0]])
        self._agg.draw_path(context, path, place, None if fill is None else tuple(c / 255 for c in fill))


def _drawn(mark: Mark) -> _Drawn:
    if isinstance(mark, Areas):
        return _context(mark.colour, 0), _polygons(mark.corners), mark.colour
    if isinstance(mark, Strokes):
        context = _context(mark.colour, mark.width, "projecting" if mark.dash is None else "butt")
        if mark.dash is not None:
            context.set_dashes(mark.dash[0], list(mark.dash[1]))
        return context, _segments(mark.ends), None
    outlines = [
        (points * mark.em + start, codes) for (points, codes), start in zip(map(outline, mark.texts), mark.starts)
    ]
    path = _path(np.concatenate([o[0] for o in outlines]), np.concatenate([o[1] for o in outlines]))
    return _context(mark.colour, 0), path, mark.colour


def _context(colour: Colour, width: float, cap: Literal["butt", "projecting"] = "butt") -> GraphicsContextBase:
    """A graphics context that leaves nothing to the user's matplotlibrc."""
    context = GraphicsContextBase()
    red, green, blue = (c / 255 for c in colour)
    context.set_foreground((red, green, blue, 1.0), isRGBA=True)
    context.set_antialiased(True)
    context.set_snap(False)
    context.set_joinstyle("miter")
    context.set_linewidth(width)
    context.set_capstyle(cap)
    return context


def _path(vertices: Floats, codes: NDArray[np.uint8]) -> Path:
    """A path that is drawn as it is: matplotlib would simplify long ones, and split them as its settings say."""
    path = Path(vertices, codes)
    path.should_simplify = False
    return path


def _polygons(corners: Floats) -> Path:
    closed = np.concatenate([corners, corners[:, :1]], axis=1)
    codes = np.tile(np.array([Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY], dtype=np.uint8), len(corners))
    return _path(closed.reshape(-1, 2), codes)


def _segments(ends: Floats) -> Path:
    codes = np.tile(np.array([Path.MOVETO, Path.LINETO], dtype=np.uint8), len(ends))
    return _path(ends.reshape(-1, 2), codes)
