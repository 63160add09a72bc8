"""Small parts that the plots share: texts in cells, the strokes of unread cells, corners of a block of cells."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from convanim.scene import Floats, Ints, Lattice, Lines, Shape, Texts
from convanim.views.grids import Canvas


def cell_texts(
    role: str, lattice: Lattice, cells: Ints, strings: NDArray[np.object_], em: float, elements: Ints
) -> list[Shape]:
    """The strings of some cells, at their centres; nothing where all are empty."""
    kept = np.array([e for e in elements if strings[e]], dtype=np.int64)
    return [Texts(role, lattice.centres(cells[kept]), tuple(strings[kept]), em)] if len(kept) else []


def unread_marks(lattice: Lattice, cells: Ints, *, around_text: bool) -> Lines:
    """A stroke across each cell, from corner to corner but short of both; broken where text stands in the middle."""
    broken, whole = [((0.93, 0.07), (0.8, 0.2)), ((0.2, 0.8), (0.07, 0.93))], [((0.8, 0.2), (0.2, 0.8))]
    strokes = broken if around_text else whole
    ends = [lattice.points(cells[:, None, :] + np.array(stroke)) for stroke in strokes]
    return Lines("unread", np.concatenate(ends))


def source_frames(lattice: Lattice, cells: Ints, copies: Ints, seen: Ints) -> Floats:
    """The lines (N, 2, 2) around those cells that some seen ones copy."""
    sources = np.unique(copies[seen][copies[seen] >= 0])
    corners = lattice.corners(cells[sources])
    return np.stack([corners, np.roll(corners, -1, axis=1)], axis=2).reshape(-1, 2, 2)


def quad(lattice: Lattice, canvas: Canvas, start: Sequence[int], size: Sequence[int]) -> Floats:
    """The four corners (4, 2) of the block of cells that starts at a position."""
    first = canvas.at(np.array([start]))[0]
    rows, columns = (size[0], size[1]) if len(size) == 2 else (1, size[0])
    return lattice.points(first + np.array([(0, 0), (0, columns), (rows, columns), (rows, 0)]))
