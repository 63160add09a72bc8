"""The blocks of an overview: their sides, the strokes of their hues, and what is marked on their faces."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from convanim.scene.scene import Blocks, Floats, Ints, Lattice, Lines, Shape
from convanim.views.hatches import APART, strokes
from convanim.views.networks.overview_look import Overview
from convanim.views.networks.overview_places import Point
from convanim.views.networks.volume import Volume

_LEAST_SEEN = 2  # pixels of what is marked on a face
_TINY = 6  # pixels of the longer side of what is pointed at, too
_GAP, _POINTER = 2.5, 5  # pixels between it and the lines that point at it, and of these;
_OF_FACE = 0.8  # of it they take at most, if the cell is in its middle
_SHORTER = 0.6  # as long at least at the cell itself, where the face is small


@dataclass(frozen=True)
class Solid:
    """A volume that has its place: its front's upper left corner, its sides in pixels, and how its face leans."""

    left: int
    top: int
    deep: int
    high: int
    wide: int
    lean: int  # pixels up for each to the right

    @property
    def face(self) -> Lattice:
        """Where the face stands: one cell of it is a pixel high and one, aslant, wide."""
        return Lattice((self.left + self.deep, self.top), (1, -self.lean), (0, 1))

    def outline(self) -> tuple[int, int, int, int]:
        """Its bounding box: left, top, right, bottom."""
        return self.left, self.top - self.lean * self.wide, self.left + self.deep + self.wide, self.top + self.high


def solid_of(side: tuple[int, int, int], middle: Point, lean: int) -> Solid:
    """A volume whose bounding box has its middle there."""
    deep, high, wide = side
    x, y = middle
    left, top = round(x - (deep + wide) / 2), round(y - (high + lean * wide) / 2)
    return Solid(left, top + lean * wide, deep, high, wide, lean)


def faces(volume: Volume, solid: Solid) -> list[Shape]:
    """The sides of a volume that are seen: what is above it, in front, and its face."""
    name, kind = volume.name, volume.kind
    front = Lattice((solid.left, solid.top), (1, 0), (0, 1))
    shapes: list[Shape] = []
    if solid.lean:
        above = Lattice((solid.left, solid.top), (1, 0), (1, -solid.lean))
        shapes.append(Blocks("block_top", name, above, np.array([[0, 0, solid.wide, solid.deep]]), series=kind))
    shapes.append(Blocks("block_side", name, front, np.array([[0, 0, solid.high, solid.deep]]), series=kind))
    shapes.append(Blocks("block", name, solid.face, np.array([[0, 0, solid.high, solid.wide]]), series=kind))
    return shapes


def hatched(volumes: Sequence[Volume], solids: Sequence[Solid], grain: float) -> Lines:
    """The strokes of its hue on the front of every volume."""
    fronts = [Lattice((solid.left, solid.top), (1, 0), (0, 1)) for solid in solids]
    found = [
        strokes(front, solid.high, solid.deep, volume.kind, APART * grain)
        for volume, solid, front in zip(volumes, solids, fronts)
    ]
    return Lines("channel", np.concatenate(found))


def pointers(page: Overview, number: int, solid: Solid, grain: float) -> Lines:
    """Lines from all four sides towards a mark that is hardly seen. It stays to scale: they keep apart from it."""
    fit = min(1.0, _OF_FACE * min(solid.high, solid.wide) / ((2 * (_GAP + _POINTER) + _LEAST_SEEN) * grain))
    has_room = fit >= (_SHORTER if number == page.focus else 1.0)
    gap, long = _GAP * fit * grain, _POINTER * fit * grain

    def ends(step: int) -> Floats:
        found = _seen(page, number, solid, step).tolist() if has_room else []
        if not found or max(found[0][2] - found[0][0], found[0][3] - found[0][1]) > _TINY * grain:
            return np.zeros((0, 2, 2))
        top, left, bottom, right = found[0]
        row, column = (top + bottom) / 2, (left + right) / 2
        if solid.lean:  # an upright line is crisp in the middle of a column of pixels
            column = column // 1 + 0.5
        lines = [((n, column), (max(n - long, 0), column)) for n in (top - gap,) if n > 1]
        lines += [((n, column), (min(n + long, solid.high), column)) for n in (bottom + gap,) if n < solid.high - 1]
        lines += [((row, n), (row, max(n - long, 0))) for n in (left - gap,) if n > 1]
        lines += [((row, n), (row, min(n + long, solid.wide))) for n in (right + gap,) if n < solid.wide - 1]
        return solid.face.points(np.array(lines, dtype=float).reshape(-1, 2)).reshape(-1, 2, 2)

    return Lines(_role(page, number), lru_cache(maxsize=4)(ends), is_upright=not solid.lean)


def _role(page: Overview, number: int) -> str:
    return "block_cell" if number == page.focus else "block_seen"


def mark(page: Overview, number: int, solid: Solid) -> Blocks:
    """What of a volume's face the current cell depends on; of its own map, the cell itself."""
    volume = page.volumes[number]
    seen = lru_cache(maxsize=4)(partial(_seen, page, number, solid))
    return Blocks(_role(page, number), f"window {volume.name}", solid.face, seen)


def _seen(page: Overview, number: int, solid: Solid, step: int) -> Ints:
    box = page.seen(step)[number]
    if box is None:
        return np.zeros((0, 4), dtype=np.int64)
    volume = page.volumes[number]
    least = page.least(_LEAST_SEEN)
    top, bottom = _pixels(box[0], box[2], volume.rows, solid.high, least)
    left, right = _pixels(box[1], box[3], volume.columns, solid.wide, least)
    return np.array([[top, left, bottom, right]])


def _pixels(first: int, end: int, cells: int, pixels: int, least: int) -> tuple[int, int]:
    """The pixels of some cells along a side, to scale but for the next whole ones, and no fewer than can be seen."""
    size = min(pixels, max(least, round((end - first) * pixels / cells)))
    middle = (first + end) / 2 * pixels / cells
    low = max(0, min(round(middle - size / 2), pixels - size))
    return low, low + size
