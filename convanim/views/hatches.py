"""Strokes on blocks and cells that tell their hues where there is no colour: one pattern a hue, the same in the key."""

import numpy as np

from convanim.scene.scene import Floats, Ints, Lattice

# Where strokes of each hue go, in cells of a pattern: none for the input, which comes first.
_DOWN, _ALONG = ((0, 1),), ((1, 0),)
_RISING, _FALLING = ((1, 1),), ((1, -1),)
_PATTERNS = (_ALONG, _DOWN, _RISING, _FALLING, (*_ALONG, *_DOWN), (*_RISING, *_FALLING))
APART = 4.5  # pixels at the least text from a stroke to the next
_WIDER, _LEAST_CELL = 2.2, 8  # in cells, whose lines are many; smaller ones have none
_INSET = 0.24  # of a cell from its sides to its strokes: from side to side they would be a finer grid
# Of a pattern what leaves the middle of a cell to its number, in corners: beside or above digits it would be a sign.
_BESIDE_TEXT = {
    _ALONG: (((0.12, 0.08), (0.12, 0.3)), ((0.88, 0.7), (0.88, 0.92))),
    _DOWN: (((0.08, 0.12), (0.3, 0.12)), ((0.7, 0.88), (0.92, 0.88))),
    _RISING: (((0.74, 0.08), (0.92, 0.26)), ((0.08, 0.74), (0.26, 0.92))),
    _FALLING: (((0.26, 0.08), (0.08, 0.26)), ((0.92, 0.74), (0.74, 0.92))),
}


def strokes(lattice: Lattice, high: int, wide: int, kind: int | None, apart: float) -> Floats:
    """The strokes (N, 2, 2) of a hue over so many cells of a lattice, `apart` cells from each other."""
    if kind is None:
        return np.zeros((0, 2, 2))
    found = [_family(high, wide, *way, apart) for way in _PATTERNS[kind % len(_PATTERNS)]]
    return lattice.points(np.concatenate(found))


def cell_strokes(lattice: Lattice, cells: Ints, kind: int, unit: float, *, around_text: bool) -> Floats:
    """The strokes (N, 2, 2) of a hue inside some cells (M, 2); `unit` is a pixel at the base width."""
    unit = max(unit, 1.0)  # strokes of a small picture would else hide what they are on
    pattern = _PATTERNS[kind % len(_PATTERNS)]
    side = min(np.hypot(*lattice.row), np.hypot(*lattice.column))
    if side < _LEAST_CELL * unit:
        return np.zeros((0, 2, 2))
    if around_text:
        one = np.array([stroke for way in pattern for stroke in _BESIDE_TEXT[(way,)]])
    else:
        within = 1 - 2 * _INSET
        apart = _WIDER * APART * unit / (within * side)
        one = _INSET + within * np.concatenate([_family(1, 1, *way, apart) for way in pattern])
    return lattice.points((cells[:, None, None, :] + one).reshape(-1, 2, 2))


def _family(high: int, wide: int, along: int, down: int, apart: float) -> Floats:
    """Equal strokes of one direction over a box, from side to side, as (row, column); evenly from its middle."""
    # Each lies where `down` times the column less `along` times the row is the same.
    corners = [down * x - along * y for y in (0, high) for x in (0, wide)]
    step = apart * (1 if 0 in (along, down) else 2**0.5)
    low, top = min(corners), max(corners)
    count = max(1, int((top - low) / step))
    lines = []
    for at in (low + (i + 0.5) * (top - low) / count for i in range(count)):
        if along == 0:
            lines.append([(0.0, at / down), (float(high), at / down)])
        elif down == 0:
            lines.append([(-at / along, 0.0), (-at / along, float(wide))])
        else:
            first, last = sorted(down * (at + along * y) for y in (0, high))
            left, right = max(0.0, first), min(float(wide), last)
            lines.append([((down * x - at) / along, x) for x in (left, right)])
    return np.array(lines, dtype=float).reshape(-1, 2, 2)
