"""Shapes as patches: what looks alike is drawn once and kept."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from functools import partial

import numpy as np

from convanim.drawn import Areas, Mark, Strokes, Writing, cell_line_width, cell_marks, line_marks, marks
from convanim.render.boxes import LARGEST, Box
from convanim.render.inks import CLEAR, Inks, Numbers
from convanim.render.lettering import PARTS as TEXT_PARTS
from convanim.render.lettering import writing
from convanim.render.patches import Banded, Patch, Placed, patch
from convanim.render.raster import Stamped, areas, strokes
from convanim.scene import Cells, Ints, Lines, Shape, Texts, series_at
from convanim.theme import Style, Theme

_ROOM = 1 << 24  # bytes of patches that are kept
# Parts of a pixel that lines may cover: those around cells run along a lattice, where whole pixels are even and crisp.
_EDGE_PARTS, _LINE_PARTS = 1, 2


class Painter:
    """Makes patches of shapes, for pictures that are `page` pixels wide. Lines are `unit` times as wide as told."""

    def __init__(self, theme: Theme, unit: float, page: int, inks: Inks) -> None:
        self._theme, self._unit, self._page, self._inks = theme, unit, page, inks
        self._styles: dict[tuple[str, int | None], Style] = {}
        self._kept: dict[Hashable, Patch | Banded | None] = {}
        self._room = _ROOM

    def margin(self, shape: Shape) -> float:
        """How far a shape's pixels reach past its boxes."""
        return 1.0 if isinstance(shape, Texts) else self._theme.styles[shape.role].width * self._unit + 1.5

    def adds_up(self, shape: Shape) -> bool:
        """Whether some elements laid over others look as all drawn together, which takes lines that hide what is below.

        A cell's own lines then cover whatever of its neighbours' lines reaches into it.
        """
        if not isinstance(shape, Cells) or shape.levels is not None or callable(shape.series):
            return isinstance(shape, Texts)
        width = cell_line_width(shape.lattice, self._style(shape.role, shape.series), self._unit)
        return width == 0 or width >= 1

    def patches(self, shape: Shape, step: int, elements: Ints) -> list[Placed]:
        """Some elements of a shape as they are at a step. Any subset gives the same pixels as the whole."""
        if not len(elements):
            return []
        if isinstance(shape, Cells) and shape.levels is None:
            return self._cells(shape, series_at(shape, step), elements)
        if isinstance(shape, Lines):
            return self._lines(shape, step, elements)
        found = marks(shape, step, elements, self._theme, self._unit)
        if isinstance(shape, Texts):
            return [placed for mark in found if isinstance(mark, Writing) for placed in self._texts(mark)]
        return _placed(self._drawn(found, _EDGE_PARTS), 0, 0)

    def _cells(self, shape: Cells, series: int | None, elements: Ints) -> list[Placed]:
        """Cells: every pattern in which they stand is drawn once."""
        cells = shape.cells[elements]
        first = cells.min(axis=0)
        pattern = cells - first
        made = self._once(
            (id(shape), series, pattern.tobytes()),
            lambda: cell_marks(shape.lattice, pattern, self._style(shape.role, series), self._unit),
            _EDGE_PARTS,
        )
        row, column = first.tolist()
        (cx, cy), (rx, ry) = shape.lattice.column, shape.lattice.row
        return _placed(made, row * rx + column * cx, row * ry + column * cy)

    def _lines(self, shape: Lines, step: int, elements: Ints) -> list[Placed]:
        """Lines, all together; they are drawn once for each way in which they stand to each other."""
        ends = shape.at(step)[elements]
        x, y = np.floor(ends.min(axis=(0, 1))).tolist()
        ends = ends - (x, y)
        style = self._style(shape.role, None)
        made = self._once((shape.role, ends.tobytes()), lambda: line_marks(ends, style, self._unit), _LINE_PARTS)
        return _placed(made, int(x), int(y))

    def _texts(self, mark: Writing) -> list[Placed]:
        """Lines of text, each drawn once for every place within a pixel at which it starts."""
        found = []
        for text, (x, y) in zip(mark.texts, mark.starts.tolist()):
            left, top = int(x // 1), int(y // 1)
            start = (x - left, y - top)
            made = self._once(
                (text, mark.em, mark.colour, start),
                partial(_alone, replace(mark, texts=(text,), starts=np.array([start]))),
                TEXT_PARTS,
            )
            found += _placed(made, left, top)
        return found

    def _once(self, key: Hashable, found: Callable[[], Iterable[Mark]], parts: int) -> Patch | Banded | None:
        """The patch of marks that a key stands for."""
        if key in self._kept:
            return self._kept[key]
        made = self._drawn(found(), parts)
        size = 0 if made is None else made.size
        if size <= self._room:
            self._kept[key] = made
            self._room -= size
        return made

    def _style(self, role: str, series: int | None) -> Style:
        style = self._styles.get((role, series))
        if style is None:
            style = self._styles[role, series] = self._theme.style(role, series)
        return style

    def _drawn(self, found: Iterable[Mark], parts: int) -> Patch | Banded | None:
        """A patch of marks, in their order."""
        layers = [(mark, stamped) for mark in found if (stamped := _stamped(mark, parts))]
        if not layers:
            return None
        edges = np.array([one.bounds for _, stamped in layers for one in stamped])
        box = Box(*edges[:, :2].min(axis=0).tolist(), *edges[:, 2:].max(axis=0).tolist())
        draw = partial(self._made, layers, parts)
        return draw(box) if box.area <= LARGEST else Banded(box, draw)

    def _made(self, layers: list[tuple[Mark, list[Stamped]]], parts: int, box: Box) -> Patch:
        """A patch of what of some marks is in a box as wide as they are."""
        numbers = np.full((box.bottom - box.top, box.right - box.left), CLEAR, dtype=np.uint16)
        for mark, stamped in layers:
            self._stamp(numbers.reshape(-1), mark, stamped, box, 1 if isinstance(mark, Areas) else parts)
        return patch(numbers, box, self._page)

    def _stamp(self, numbers: Numbers, mark: Mark, stamped: list[Stamped], box: Box, parts: int) -> None:
        """Ink the pixels that a mark covers, each once and by the most that is covered of it."""
        # What is thinner than a pixel is paler instead.
        weight = min(1.0, mark.width) if isinstance(mark, Strokes) else 1.0
        inks = [self._inks.number(mark.colour, round(255 * weight * n / parts)) for n in range(parts + 1)]
        if inks[1:] == [inks[1]] and inks[1] < CLEAR:
            for one in stamped:
                numbers[one.flat(box, 1)] = inks[1]
            return
        most = np.zeros(len(numbers), dtype=np.uint8)
        for covered in range(1, parts + 1):
            for one in stamped:
                most[one.flat(box, covered)] = covered
        places = np.flatnonzero(most)
        over = np.array(inks, dtype=np.uint16)[most[places]]
        is_solid = over < CLEAR
        numbers[places[is_solid]] = over[is_solid]
        places, over = places[~is_solid], over[~is_solid]
        numbers[places] = self._inks.laid(over, numbers[places])


def _stamped(mark: Mark, parts: int) -> list[Stamped]:
    if isinstance(mark, Areas):
        return areas(mark)
    return strokes(mark, parts) if isinstance(mark, Strokes) else writing(mark)


def _alone(mark: Mark) -> list[Mark]:
    return [mark]


def _placed(made: Patch | Banded | None, dx: int, dy: int) -> list[Placed]:
    return [] if made is None else [Placed(made, dx, dy)]
