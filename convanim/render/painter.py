"""Draws shapes onto a canvas of pixels, each call with one role's fill, line and text colour."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, TypeAlias

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from numpy.typing import NDArray

from convanim.render.glyphs import outline
from convanim.scene import Blocks, Cells, Floats, Ints, Lattice, Lines, Shape, Texts, levels_at, series_at
from convanim.theme import Colour, Style, Theme

_DPI = 72  # so that matplotlib's points are pixels
_MOST_KEPT = 256  # patterns of cells whose paths are kept, and cells in one of them
_DASHED = 6  # pixels of a cell below which its dashes could not be told apart
_GRID_FREE = 8  # pixels of a heat map's cell below which there are no lines between its colours
_FAINT = 1 / 7  # a line is at most this part of its cell, so that small cells do not drown in their lines

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
        style = self._style(shape.role, series_at(shape, step))
        if isinstance(shape, Lines):
            self._paint_lines(style, shape.at(step)[elements])
        elif isinstance(shape, Blocks):
            self._paint_blocks(style, shape.part, shape.corners(step, elements))
        elif shape.levels is not None:
            self._paint_levels(shape, levels_at(shape.levels, step), step, elements)
        elif isinstance(shape, Cells):
            self._paint_cells(shape, style, series_at(shape, step), elements)
        else:
            self._paint_texts(shape, style, step, elements)

    def _style(self, role: str, series: int | None) -> Style:
        style = self._styles.get((role, series))
        if style is None:
            style = self._styles[role, series] = self._theme.style(role, series)
        return style

    def _paint_levels(self, shape: Cells | Texts, levels: Floats, step: int, elements: Ints) -> None:
        """Draw elements of a heat map: those of one colour together, in the colours' order, then all lines."""
        steps = self._theme.level_steps(levels[elements])
        for number in np.unique(steps).tolist():
            style, alike = self._theme.heated(number), elements[steps == number]
            if isinstance(shape, Texts):
                self._paint_texts(shape, style, step, alike)
            elif style.fill is not None:
                self._draw(_context(style.fill, 0), _polygons(shape.lattice.corners(shape.cells[alike])), style.fill)
        if isinstance(shape, Cells):
            lines = replace(self._theme.heated(0), fill=None)
            if _side(shape.lattice) >= _GRID_FREE:
                for context, path, fill in self._block(shape.lattice, lines, shape.cells[elements]):
                    self._draw(context, path, fill)

    def _paint_blocks(self, style: Style, part: str, corners: Floats) -> None:
        """Draw blocks: their fills, then the lines around them."""
        if style.fill is not None and part != "line":
            self._draw(_context(style.fill, 0), _polygons(corners), style.fill)
        if style.stroke is not None and part != "fill":
            ends = np.stack([corners, np.roll(corners, -1, axis=1)], axis=2).reshape(-1, 2, 2)
            for context, path, fill in self._strokes(ends, style.dash, style.stroke, style.width * self._unit):
                self._draw(context, path, fill)

    def _paint_cells(self, shape: Cells, style: Style, series: int | None, elements: Ints) -> None:
        """Draw cells: paths are made once for every pattern in which they stand, and moved by whole pixels."""
        cells = shape.cells[elements]
        first = cells.min(axis=0)
        pattern = cells - first
        key = (id(shape), series, pattern.tobytes())
        block = self._blocks.get(key)
        if block is None:
            block = self._block(shape.lattice, style, pattern)
            if len(pattern) <= _MOST_KEPT and len(self._blocks) < _MOST_KEPT:
                self._blocks[key] = block
        row, column = first.tolist()
        (cx, cy), (rx, ry) = shape.lattice.column, shape.lattice.row
        for context, path, fill in block:
            self._draw(context, path, fill, (row * rx + column * cx, row * ry + column * cy))

    def _block(self, lattice: Lattice, style: Style, cells: Ints) -> list[_Drawn]:
        """What draws a pattern of cells: their fills, then their lines."""
        width = self._cell_line_width(lattice, style)
        shift = 0.5 if lattice.is_upright and round(width) % 2 else 0.0  # lines of an odd width cover whole pixels
        block: list[_Drawn] = []
        if style.fill is not None:
            block.append((_context(style.fill, 0), _polygons(lattice.corners(cells) + shift), style.fill))
        if style.stroke is not None and width:
            dash = style.dash if _side(lattice) >= _DASHED else ()
            block += self._strokes(_edges(lattice, cells) + shift, dash, style.stroke, width)
        return block

    def _cell_line_width(self, lattice: Lattice, style: Style) -> float:
        """Lines as wide as the theme says, whole pixels where cells are upright, thinner in small cells."""
        width = style.width * self._unit
        side = _side(lattice)
        if lattice.is_upright:
            width = max(1, round(width))
        if side < 4 and style.fill is not None:
            return 0.0
        return width if width <= side * _FAINT else max(side * _FAINT, 0.4)

    def _paint_lines(self, style: Style, ends: Floats) -> None:
        if style.stroke is not None:
            for context, path, fill in self._strokes(ends, style.dash, style.stroke, style.width * self._unit):
                self._draw(context, path, fill)

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
            path = _path(np.concatenate(vertices), np.concatenate(codes))
            self._draw(_context(style.text, 0), path, style.text)

    def _strokes(self, ends: Floats, dash: tuple[float, ...], colour: Colour, width: float) -> list[_Drawn]:
        """What draws lines (N, 2, 2)."""
        if not dash:
            return [(_context(colour, width, "projecting"), _segments(ends), None)]
        strokes: list[_Drawn] = []
        lengths = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
        for length in np.unique(lengths):
            context = _context(colour, width, "butt")
            context.set_dashes(*_fitted([d * self._unit for d in dash], float(length)))
            strokes.append((context, _segments(ends[lengths == length]), None))
        return strokes

    def _draw(
        self, context: GraphicsContextBase, path: Path, fill: Colour | None, offset: tuple[int, int] = (0, 0)
    ) -> None:
        # Agg's y runs upwards.
        place = np.array([[1.0, 0.0, offset[0]], [0.0, -1.0, self._height - offset[1]], [0.0, 0.0, 1.0]])
        self._agg.draw_path(context, path, place, None if fill is None else tuple(c / 255 for c in fill))


def _side(lattice: Lattice) -> float:
    """The length in pixels of a cell's shorter side."""
    return float(min(np.hypot(*lattice.column), np.hypot(*lattice.row)))


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


def _fitted(dash: Sequence[float], length: float) -> tuple[float, list[float]]:
    """Dashes stretched so that a line starts and ends in the middle of one: corners are then always drawn."""
    count = max(1, round(length / sum(dash)))
    stretch = length / (count * sum(dash))
    on, off = (part * stretch for part in dash)
    return on / 2, [on, off]


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


def _edges(lattice: Lattice, cells: Ints) -> Floats:
    """The lines (N, 2, 2) around cells, each shared one once, each a cell long.

    Longer ones would be fewer, but Agg rounds a line's ends: only lines that always end alike always draw alike.
    """
    rows, columns = cells[:, 0], cells[:, 1]
    level = _different(np.concatenate([rows, rows + 1]), np.concatenate([columns, columns]))
    upright = _different(np.concatenate([rows, rows]), np.concatenate([columns, columns + 1]))
    level_ends = np.stack([level, level + np.array([0, 1])], axis=1)
    upright_ends = np.stack([upright, upright + np.array([1, 0])], axis=1)
    return lattice.points(np.concatenate([level_ends, upright_ends]))


def _different(rows: Ints, columns: Ints) -> Ints:
    """Pairs (N, 2) of row and column, doubles dropped."""
    base = int(columns.max()) + 1
    codes = np.unique(rows * base + columns)
    return np.stack([codes // base, codes % base], axis=1)
