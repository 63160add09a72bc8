"""Draws shapes onto a canvas of pixels, each call with one role's fill, line and text colour."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from numpy.typing import NDArray

from convanim.render.glyphs import outline
from convanim.scene import Cells, Floats, Ints, Lattice, Shape, Texts
from convanim.theme import Colour, Style, Theme

_DPI = 72  # so that matplotlib's points are pixels
_BASE_WIDTH = 480  # the picture width for which themes give widths and dashes
_FAINT = 1 / 7  # a line is at most this part of its cell, so that small cells do not drown in their lines


class Painter:
    """A canvas of `width` by `height` pixels, (height, width, 4) straight RGBA in `pixels`."""

    def __init__(self, width: int, height: int, theme: Theme) -> None:
        self._agg: Any = RendererAgg(width, height, _DPI)  # type: ignore[no-untyped-call]
        self._theme = theme
        self._height = height
        self._unit = max(width / _BASE_WIDTH, 2 / 3)
        self._blocks: dict[tuple[int, bytes], Path] = {}
        self.pixels: NDArray[np.uint8] = np.asarray(self._agg.buffer_rgba())  # type: ignore[no-untyped-call]

    def margin(self, shape: Shape) -> float:
        """How far a shape's pixels reach past its boxes."""
        return 1.0 if isinstance(shape, Texts) else self._theme.styles[shape.role].width * self._unit + 1.5

    def paint(self, shape: Shape, step: int, elements: Ints) -> None:
        """Draw some elements of a shape as they are at a step. Any subset draws the same pixels as the whole."""
        if not len(elements):
            return
        style = self._theme.styles[shape.role]
        if isinstance(shape, Cells):
            self._paint_cells(shape, style, elements)
        elif isinstance(shape, Texts):
            self._paint_texts(shape, style, step, elements)
        else:
            self._paint_lines(style, shape.at(step)[elements])

    def paint_block(self, shape: Cells, elements: Ints) -> None:
        """Draw cells that move over the page together: one path for every place where they stand alike."""
        if not len(elements):
            return
        style = self._theme.styles[shape.role]
        if style.fill is None or style.dash:
            self._paint_cells(shape, style, elements)
            return
        cells = shape.cells[elements]
        first = cells[0]
        pattern = cells - first
        key = (id(shape), pattern.tobytes())
        width = self._cell_line_width(shape.lattice, style)
        path = self._blocks.get(key)
        if path is None:
            path = _polygons(shape.lattice.corners(pattern) + _crisp(shape.lattice, width))
            self._blocks[key] = path
        (cx, cy), (rx, ry) = shape.lattice.column, shape.lattice.row
        row, column = int(first[0]), int(first[1])
        context = _context(style.stroke or style.fill)
        context.set_linewidth(width if style.stroke else 0)
        self._draw(context, path, style.fill, (row * rx + column * cx, row * ry + column * cy))

    def _paint_cells(self, shape: Cells, style: Style, elements: Ints) -> None:
        cells = shape.cells[elements]
        width = self._cell_line_width(shape.lattice, style)
        shift = _crisp(shape.lattice, width)
        if style.fill is not None:
            self._fill(_polygons(shape.lattice.corners(cells) + shift), style.fill)
        if style.stroke is not None and width:
            dashed = bool(style.dash)
            self._stroke(_edges(shape.lattice, cells, joined=not dashed) + shift, style, width, dashed)

    def _cell_line_width(self, lattice: Lattice, style: Style) -> float:
        """Lines as wide as the theme says, whole pixels where cells are upright, thinner in small cells."""
        width = style.width * self._unit
        side = min(np.hypot(*lattice.column), np.hypot(*lattice.row))
        if lattice.is_upright:
            width = max(1, round(width))
        if side < 4:
            return 0.0
        return width if width <= side * _FAINT else max(side * _FAINT, 0.4)

    def _paint_lines(self, style: Style, ends: Floats) -> None:
        self._stroke(ends, style, style.width * self._unit, dashed=bool(style.dash))

    def _paint_texts(self, shape: Texts, style: Style, step: int, elements: Ints) -> None:
        if style.text is None:
            return
        vertices, codes = [], []
        for element in elements.tolist():
            text = shape.string(step, element)
            if text:
                points, kinds = outline(text)
                vertices.append(points * shape.em + shape.start(step, element))
                codes.append(kinds)
        if vertices:
            self._fill(Path(np.concatenate(vertices), np.concatenate(codes), readonly=True), style.text)

    def _fill(self, path: Path, colour: Colour) -> None:
        context = _context(colour)
        context.set_linewidth(0)
        self._draw(context, path, colour)

    def _stroke(self, ends: Floats, style: Style, width: float, dashed: bool) -> None:
        if style.stroke is None or not len(ends):
            return
        context = _context(style.stroke)
        context.set_linewidth(width)
        context.set_capstyle("butt" if dashed else "projecting")
        if not dashed:
            self._draw(context, _segments(ends), None)
            return
        lengths = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
        for length in np.unique(lengths):
            context.set_dashes(*_fitted([d * self._unit for d in style.dash], float(length)))
            self._draw(context, _segments(ends[lengths == length]), None)

    def _draw(
        self, context: GraphicsContextBase, path: Path, fill: Colour | None, offset: tuple[int, int] = (0, 0)
    ) -> None:
        # Agg's y runs upwards.
        place = np.array([[1.0, 0.0, offset[0]], [0.0, -1.0, self._height - offset[1]], [0.0, 0.0, 1.0]])
        self._agg.draw_path(context, path, place, None if fill is None else tuple(c / 255 for c in fill))


def _context(colour: Colour) -> GraphicsContextBase:
    """A graphics context that leaves nothing to the user's matplotlibrc."""
    context = GraphicsContextBase()
    red, green, blue = (c / 255 for c in colour)
    context.set_foreground((red, green, blue, 1.0), isRGBA=True)
    context.set_antialiased(True)
    context.set_snap(False)
    context.set_joinstyle("miter")
    return context


def _crisp(lattice: Lattice, width: float) -> float:
    """By how much upright cells move so that lines of an odd width cover whole pixels."""
    return 0.5 if lattice.is_upright and round(width) % 2 else 0.0


def _fitted(dash: Sequence[float], length: float) -> tuple[float, list[float]]:
    """Dashes stretched so that a line starts and ends in the middle of one: corners are then always drawn."""
    count = max(1, round(length / sum(dash)))
    stretch = length / (count * sum(dash))
    on, off = (part * stretch for part in dash)
    return on / 2, [on, off]


def _polygons(corners: Floats) -> Path:
    closed = np.concatenate([corners, corners[:, :1]], axis=1)
    codes = np.tile(np.array([Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY], dtype=np.uint8), len(corners))
    return Path(closed.reshape(-1, 2), codes, readonly=True)


def _segments(ends: Floats) -> Path:
    codes = np.tile(np.array([Path.MOVETO, Path.LINETO], dtype=np.uint8), len(ends))
    return Path(ends.reshape(-1, 2), codes, readonly=True)


def _edges(lattice: Lattice, cells: Ints, *, joined: bool) -> Floats:
    """The lines (N, 2, 2) around cells, each shared one once; `joined` makes one of those that follow each other."""
    rows, columns = cells[:, 0], cells[:, 1]
    level = _runs(np.concatenate([rows, rows + 1]), np.concatenate([columns, columns]), joined)
    upright = _runs(np.concatenate([columns, columns + 1]), np.concatenate([rows, rows]), joined)
    ends = np.concatenate([level, upright[:, :, ::-1]])
    return lattice.points(ends)


def _runs(line: Ints, at: Ints, joined: bool) -> Ints:
    """Unit edges `at` → `at + 1` on lines, as ends (N, 2, 2) of (line, at), doubles dropped."""
    base = int(at.max()) + 2
    codes = np.unique(line * base + at)
    starts = np.ones(len(codes), dtype=bool)
    if joined:
        starts[1:] = np.diff(codes) != 1
    first = codes[starts]
    last = codes[np.append(np.flatnonzero(starts)[1:] - 1, len(codes) - 1)]
    ends = np.stack([first, last], axis=1)
    at_ends = ends % base
    at_ends[:, 1] += 1
    return np.stack([ends // base, at_ends], axis=2)
