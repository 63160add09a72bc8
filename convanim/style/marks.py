"""What is drawn of a shape at a step, as marks: areas, lines and text with their colours. No drawing library.

Every renderer and every vector format draws these marks, so that all of them show the same picture.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from convanim.scene.font import Metrics
from convanim.scene.scene import Anchor, Blocks, Cells, Floats, Ints, Lattice, Lines, Shape, Texts, levels_at, series_at
from convanim.style.theme import Colour, Style, Theme

_DASHED = 6  # pixels of a cell below which its dashes could not be told apart
# Pixels of a cell below which there are no lines between a map's colours; pictures have them late.
_GRID_FREE = {"heat": 8, "count": 8, "light": 16, "colour": 16}
_LAP = 0.5  # pixels by which slanted areas reach under the next, so that no ground is seen at their smooth edges
_FAINT = 1 / 7  # a line is at most this part of its cell, so that small cells do not drown in their lines


@dataclass(frozen=True)
class Areas:
    """Four-cornered areas (N, 4, 2) of one colour."""

    corners: Floats
    colour: Colour


@dataclass(frozen=True)
class Strokes:
    """Straight lines (N, 2, 2) of one colour and width; a dash is where it begins in its pattern, and the pattern.

    Lines without dashes reach half their width past their ends, so that they join. `strength` (0 to 1) is how much of
    them is seen.
    """

    ends: Floats
    colour: Colour
    width: float
    dash: tuple[float, tuple[float, float]] | None = None
    strength: float = 1.0


@dataclass(frozen=True)
class Writing:
    """Lines of text, each from where its base line starts (N, 2), at a font size of `em` pixels.

    `anchor` is the part of a line that stays where it is if it turns out narrower or wider than in its font.
    """

    texts: tuple[str, ...]
    starts: Floats
    em: float
    colour: Colour
    anchor: Anchor
    font: Metrics


Mark: TypeAlias = Areas | Strokes | Writing


def marks(shape: Shape, step: int, elements: Ints, theme: Theme, unit: float) -> Iterator[Mark]:
    """The marks of some elements of a shape as they are at a step, in drawing order.

    Lines are `unit` times as wide as the theme says.
    """
    if not len(elements):
        return
    style = theme.style(shape.role, series_at(shape, step))
    if isinstance(shape, Lines):
        strength = shape.strength_at(step)
        yield from line_marks(shape.at(step)[elements], style, unit, is_upright=shape.is_upright, strength=strength)
    elif isinstance(shape, Blocks):
        yield from block_marks(
            shape.corners(step, elements), shape.part, style, unit, is_upright=shape.lattice.is_upright
        )
    elif shape.levels is not None:
        yield from _level_marks(shape, levels_at(shape.levels, step), step, elements, theme, unit)
    elif isinstance(shape, Cells):
        yield from cell_marks(shape.lattice, shape.cells[elements], style, unit)
    else:
        yield from text_marks(shape, step, elements, style)


def cell_marks(lattice: Lattice, cells: Ints, style: Style, unit: float) -> Iterator[Areas | Strokes]:
    """Cells (N, 2): their areas, then their lines."""
    width = cell_line_width(lattice, style, unit)
    shift = _onto_pixels(width) if lattice.is_upright else 0.0
    if style.fill is not None:
        yield Areas(lattice.corners(cells) + shift, style.fill)
    if style.stroke is not None and width:
        dash = style.dash if side(lattice) >= _DASHED else ()
        yield from _strokes(edges(lattice, cells) + shift, dash, style.stroke, width, unit)


def block_marks(
    corners: Floats, part: Literal["whole", "fill", "line"], style: Style, unit: float, *, is_upright: bool
) -> Iterator[Mark]:
    """Blocks (N, 4, 2): their areas, then the lines around them."""
    if style.fill is not None and part != "line":
        shift = _onto_pixels(_whole(style, unit)) if is_upright and style.stroke is not None else 0.0
        yield Areas(corners + shift, style.fill)
    if part != "fill":
        ends = np.stack([corners, np.roll(corners, -1, axis=1)], axis=2).reshape(-1, 2, 2)
        yield from line_marks(ends, style, unit, is_upright=is_upright)


def line_marks(
    ends: Floats, style: Style, unit: float, *, is_upright: bool, strength: float = 1.0
) -> Iterator[Strokes]:
    """Lines (N, 2, 2). Those between upright cells are on whole pixels, as the cells' own are."""
    if style.stroke is None or not strength:
        return
    width, shift = style.width * unit, 0.0
    if is_upright:
        width = _whole(style, unit)
        shift = _onto_pixels(width)
    for drawn in _strokes(ends + shift, style.dash, style.stroke, width, unit):
        yield drawn if strength == 1 else replace(drawn, strength=strength)


def _whole(style: Style, unit: float) -> int:
    """A line's width in whole pixels."""
    return max(1, round(style.width * unit))


def _onto_pixels(width: float) -> float:
    """How far upright lines between whole pixels are moved: those of an odd width then cover whole ones."""
    return 0.5 if round(width) % 2 else 0.0


def text_marks(shape: Texts, step: int, elements: Ints, style: Style) -> Iterator[Writing]:
    """The texts of some elements, empty ones left out."""
    if style.text is None:
        return
    found = [(text, shape.start(step, e)) for e in elements.tolist() if (text := shape.string(step, e))]
    if found:
        texts, starts = zip(*found)
        yield Writing(texts, np.array(starts, dtype=float), shape.em, style.text, shape.anchor, shape.font)


def _level_marks(
    shape: Cells | Texts, levels: Floats, step: int, elements: Ints, theme: Theme, unit: float
) -> Iterator[Mark]:
    """Elements of a map in colours: those of one colour together, in the colours' order, then all lines."""
    steps = theme.level_steps(shape.role, levels[elements])
    order = np.argsort(steps, kind="stable")
    numbers, starts = np.unique(steps[order], return_index=True)
    for number, places in zip(numbers.tolist(), np.split(order, starts[1:])):
        style, alike = theme.levelled(shape.role, number), elements[places]
        if isinstance(shape, Texts):
            yield from text_marks(shape, step, alike, style)
        elif style.fill is not None:
            yield Areas(_lapping(shape.lattice, shape.cells[alike]), style.fill)
    if isinstance(shape, Cells) and side(shape.lattice) >= _GRID_FREE[shape.role]:
        yield from cell_marks(shape.lattice, shape.cells[elements], replace(style, fill=None), unit)


def _lapping(lattice: Lattice, cells: Ints) -> Floats:
    """The corners of cells; those of slanted ones without lines around them lap over to the right and down."""
    corners = lattice.corners(cells)
    if lattice.is_upright:
        return corners
    more = _LAP / np.array([np.hypot(*lattice.row), np.hypot(*lattice.column)])
    onto = lattice.points(np.array([(0, more[1]), more, (more[0], 0)])) - lattice.points(np.zeros((1, 2)))
    corners[:, 1:] += onto
    return corners


def side(lattice: Lattice) -> float:
    """The length in pixels of a cell's shorter side."""
    return float(min(np.hypot(*lattice.column), np.hypot(*lattice.row)))


def cell_line_width(lattice: Lattice, style: Style, unit: float) -> float:
    """Lines as wide as the theme says, whole pixels where cells are upright, thinner in small cells."""
    width = style.width * unit
    shorter = side(lattice)
    if lattice.is_upright:
        width = max(1, round(width))
    if shorter < 4 and style.fill is not None:
        return 0.0
    return width if width <= shorter * _FAINT else max(shorter * _FAINT, 0.4)


def _strokes(ends: Floats, dash: tuple[float, ...], colour: Colour, width: float, unit: float) -> Iterator[Strokes]:
    """Lines (N, 2, 2); dashed ones by their lengths, to which their dashes are fitted."""
    if not dash:
        yield Strokes(ends, colour, width)
        return
    lengths = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    for length in sorted(set(lengths.tolist())):
        fitted = _fitted([d * unit for d in dash], length)
        yield Strokes(ends[lengths == length], colour, width, fitted)


def _fitted(dash: Sequence[float], length: float) -> tuple[float, tuple[float, float]]:
    """Dashes stretched so that a line starts and ends in the middle of one: corners are then always drawn."""
    count = max(1, round(length / sum(dash)))
    stretch = length / (count * sum(dash))
    on, off = (part * stretch for part in dash)
    return on / 2, (on, off)


def edges(lattice: Lattice, cells: Ints) -> Floats:
    """The lines (N, 2, 2) around cells, each shared one once, each a cell long.

    Longer ones would be fewer, but Agg rounds a line's ends: only lines that always end alike draw alike.
    """
    first = cells.min(axis=0)
    rows, columns = (cells - first).T
    level = np.zeros((int(rows.max()) + 2, int(columns.max()) + 2), dtype=bool)
    upright = np.zeros_like(level)
    level[rows, columns] = level[rows + 1, columns] = upright[rows, columns] = upright[rows, columns + 1] = True
    starts = [np.argwhere(level) + first, np.argwhere(upright) + first]
    ends = [starts[0] + np.array([0, 1]), starts[1] + np.array([1, 0])]
    return lattice.points(np.stack([np.concatenate(starts), np.concatenate(ends)], axis=1))
