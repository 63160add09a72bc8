"""Small parts that the readings share: texts in cells, the strokes of unread cells, corners of a block of cells."""

from collections.abc import Callable, Sequence
from math import hypot

import numpy as np
from numpy.typing import NDArray

from convanim.scene.scene import Floats, Ints, Lattice, Lines, Shape, Texts
from convanim.views.grids import Canvas

_LEAST_FRAMED = 16  # pixels at the base width; frames are 3 wide
_LEAST_OUTLINED = 12  # pixels at the base width that cells are thick; outlines are 3.5 wide
_INSET = 4  # pixels at the base width that a frame lies inside its cell: clear of the window's outline,
_MOST_INSET = 0.14  # or so much of a small cell
_HALF = 2.5  # pixels at the base width that a frame with its edge takes to each side
# The neighbour on each side of a cell, and where that side starts and ends.
_SIDES = (
    ((-1, 0), (0, 0), (0, 1)),
    ((1, 0), (1, 0), (1, 1)),
    ((0, -1), (0, 0), (1, 0)),
    ((0, 1), (0, 1), (1, 1)),
)


def cell_texts(
    role: str, lattice: Lattice, cells: Ints, strings: NDArray[np.object_], em: float, elements: Ints
) -> list[Shape]:
    """The strings of some cells, at their centres; nothing where all are empty."""
    kept = np.array([e for e in elements if strings[e]], dtype=np.int64)
    return [Texts(role, lattice.centres(cells[kept]), tuple(strings[kept]), em)] if len(kept) else []


def unread_marks(lattice: Lattice, cells: Ints, *, around_text: bool) -> Lines:
    """A stroke across each cell, from corner to corner but short of both; broken where text stands in the middle."""
    strokes = [((0.2, 0.2), (0.8, 0.8))]  # down to the right: slanted, this lies flat, the other one among the rays
    if around_text and lattice.is_upright:
        strokes = [((0.07, 0.07), (0.27, 0.27)), ((0.73, 0.73), (0.93, 0.93))]
    elif around_text:  # beside the digits they would be signs
        strokes = [((0.07, 0.93), (0.22, 0.78)), ((0.78, 0.22), (0.93, 0.07))]
    ends = [lattice.points(cells[:, None, :] + np.array(stroke)) for stroke in strokes]
    return Lines("unread", np.concatenate(ends))


def source_frames(lattice: Lattice, sources: Ints, unit: float, text: float = 0.0) -> Floats:
    """The lines (N, 2, 2) around cells that padding copies: within each, or around all where they are small.

    `unit` is a pixel at the base width. Frames around small cells would hide what is in them, and stand on the sides of
    cells whose `text`, so many pixels wide, leaves them no room.
    """
    side = min(hypot(*lattice.row), hypot(*lattice.column))
    if side < _LEAST_FRAMED * unit:
        return outline(lattice, sources)
    inset = min(_INSET * unit, _MOST_INSET * side)
    if text > hypot(*lattice.column) - 2 * (inset + _HALF * unit):
        inset = 0.0
    return inner_sides(lattice, np.concatenate([sources, sources + 1], axis=1), inset)


def inner_sides(lattice: Lattice, blocks: Ints, inset: float) -> Floats:
    """The sides (N, 2, 2) of blocks of cells, so many pixels inside them: whole ones where cells are upright."""
    inset = round(inset) if lattice.is_upright else inset
    inside = np.array((inset / hypot(*lattice.row), inset / hypot(*lattice.column)))
    (top, left), (bottom, right) = (blocks[:, :2] + inside).T, (blocks[:, 2:] - inside).T
    rows, columns = np.stack([top, top, bottom, bottom], axis=1), np.stack([left, right, right, left], axis=1)
    return sides(lattice.points(np.stack([rows, columns], axis=2))).reshape(-1, 2, 2)


def outline(lattice: Lattice, cells: Ints) -> Floats:
    """The lines (N, 2, 2), each a cell long, between some cells (M, 2) and all others."""
    per_row = int(cells.max(initial=0)) + 2  # one more than there are, so that no row's end is beside the next's start
    codes = cells @ np.array([per_row, 1])
    found = []
    for neighbour, start, end in _SIDES:
        bare = cells[~np.isin(codes + np.dot(neighbour, [per_row, 1]), codes)]
        found.append(np.stack([bare + start, bare + end], axis=1))
    return lattice.points(np.concatenate(found))


def window_sides(lattice: Lattice, corners: Floats, cells: Ints, unit: float) -> Floats:
    """The lines (N, 2, 2) around a window with four `corners`; around its cells (M, 2) where dilation parts them.

    `unit` is a pixel at the base width. Lines around small cells would cover them.
    """
    (a, b), (c, d) = lattice.row, lattice.column
    thick = abs(a * d - b * c) / max(hypot(a, b), hypot(c, d))
    rows, columns = np.ptp(cells, axis=0) + 1 if len(cells) else (0, 0)
    has_gaps = rows * columns > len(cells)
    return outline(lattice, cells) if has_gaps and thick >= _LEAST_OUTLINED * unit else sides(corners)


def framed(around: Callable[[int], Floats], *, is_upright: bool, role: str = "frame") -> list[Shape]:
    """Lines at a step that are seen on every colour: dark ones with light ones around them, or the reverse."""
    return [Lines(each, around, is_upright) for each in (f"{role}_edge", role)]


def sides(corners: Floats) -> Floats:
    """The lines (…, N, 2, 2) from each of some corners (…, N, 2) to the next, and from the last to the first."""
    return np.stack([corners, np.concatenate([corners[..., 1:, :], corners[..., :1, :]], axis=-2)], axis=-2)


def quad(lattice: Lattice, canvas: Canvas, start: Sequence[int], size: Sequence[int]) -> Floats:
    """The four corners (4, 2) of the block of cells that starts at a position."""
    row, column = canvas.place(start)
    rows, columns = (size[0], size[1]) if len(size) == 2 else (1, size[0])
    bottom, right = row + rows, column + columns
    return lattice.points(np.array([(row, column), (row, right), (bottom, right), (bottom, column)]))


def without_digits(shapes: Sequence[Shape]) -> tuple[list[Shape], list[Shape]]:
    """Shapes without the digits that come last, and these: what crosses the shapes is drawn between both."""
    cut = len(shapes)
    while cut and isinstance(shapes[cut - 1], Texts):
        cut -= 1
    return list(shapes[:cut]), list(shapes[cut:])
