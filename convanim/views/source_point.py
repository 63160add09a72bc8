"""The point of the input that an output cell is interpolated at: a dot, or a ring around the number that is there."""

from functools import lru_cache, partial
from math import hypot, pi, prod

import numpy as np
from numpy.typing import NDArray

from convanim.layers.own_windows import Interpolation
from convanim.scene.scene import Floats, Lattice, Lines, Shape
from convanim.views.drawing import Drawing
from convanim.views.grids import Canvas

# In pixels at the base width, as wide as the lines of the roles are in our themes.
_DOT = 1.25  # radius of the line that a dot is, which fills it
_HALF = 2.25  # of the line with its edge
_CLEAR = 0.8  # between the mark and a number
_BESIDE_DOTS = 0.3  # font size of numbers that leave room for dots, in cells
_TICK = 3.5  # of the cross-hair around a ring
_SMALL = 16  # a cell's side below which a dot has no edge
_CORNERS = 24  # of the polygon that a ring is


def source_point(
    drawing: Drawing, canvas: Canvas, lattice: Lattice, strings: NDArray[np.object_], em: float
) -> list[Shape]:
    """Where the current output cell lies in the input, if that is interpolated; `strings` are numbers in its cells."""
    own = _interpolations(drawing)
    if not own:
        return []
    boxes = _boxes(drawing, canvas, lattice, strings, em)
    side, unit, geometry = _side(lattice), drawing.unit, drawing.geometry

    @lru_cache(maxsize=4)
    def mark(step: int) -> tuple[Floats, float]:
        """Its middle, and its radius."""
        along = zip(own, geometry.output(step), canvas.ranges)
        point = [float(each.point(o)) - positions.start for each, o, positions in along]
        middle = lattice.points(np.array(point if len(point) == 2 else (0.5, point[0])))
        return middle, _radius(middle, boxes, side, unit)

    def is_ring(step: int) -> bool:
        return mark(step)[1] != _DOT * unit

    def lines(of_rings: bool, step: int) -> Floats:
        if is_ring(step) is not of_rings:
            return np.zeros((0, 2, 2))
        return _sight(*mark(step), unit) if of_rings else _circle(*mark(step))

    steps = range(prod(geometry.output_size) if len(boxes[0]) else 1)  # without numbers none is a ring
    seen = {is_ring(step) for step in steps}
    shapes: list[Shape] = []
    for name, of_rings in (("point", False), ("ring", True)):
        if of_rings in seen:
            roles = (name,) if side < _SMALL * unit else (f"{name}_edge", name)
            shapes += [Lines(role, lru_cache(maxsize=4)(partial(lines, of_rings))) for role in roles]
    return shapes


def numbers_beside(drawing: Drawing, lattice: Lattice, em: float) -> float:
    """The font size of a map's numbers, of `em` at most, that leaves room for dots; `em` where there are none."""
    if not _interpolations(drawing):
        return em
    return max(drawing.least_em, min(em, _BESIDE_DOTS * _side(lattice)))


def dot(middle: Floats, unit: float) -> list[Shape]:
    """A dot that stays."""
    return [Lines(role, _circle(middle, _DOT * unit)) for role in ("point_edge", "point")]


def ring(middle: Floats, side: float, unit: float) -> list[Shape]:
    """A ring that stays, within a cell of some pixels."""
    return [Lines(role, _sight(middle, side / 2 - (_TICK + _HALF) * unit, unit)) for role in ("ring_edge", "ring")]


def _interpolations(drawing: Drawing) -> list[Interpolation]:
    """The rules by which all axes are interpolated; none where one is not."""
    own = [axis.own for axis in drawing.geometry.axes if isinstance(axis.own, Interpolation)]
    return own if len(own) == len(drawing.geometry.axes) else []


def _side(lattice: Lattice) -> float:
    return min(hypot(*lattice.row), hypot(*lattice.column))


def _circle(middle: Floats, radius: float) -> Floats:
    """The lines (N, 2, 2) of a circle."""
    angles = 2 * pi * np.arange(_CORNERS) / _CORNERS
    corners = middle + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.stack([corners, np.roll(corners, -1, axis=0)], axis=1)


def _sight(middle: Floats, radius: float, unit: float) -> Floats:
    """A circle, and the outer ends of a cross-hair."""
    ways = np.array([(-1, 0), (1, 0), (0, -1), (0, 1)])
    arms = middle + np.stack([radius * ways, (radius + _TICK * unit) * ways], axis=1)
    return np.concatenate([_circle(middle, radius), arms])


def _boxes(
    drawing: Drawing, canvas: Canvas, lattice: Lattice, strings: NDArray[np.object_], em: float
) -> tuple[Floats, Floats]:
    """The middles (N, 2) of the numbers, and half their widths and heights."""
    written = np.flatnonzero(strings != "")
    height = drawing.font.cap_height * em
    halves = [(drawing.font.width(text, em) / 2, height / 2) for text in strings[written].tolist()]
    return lattice.centres(canvas.cells[written]), np.array(halves).reshape(-1, 2)


def _radius(middle: Floats, boxes: tuple[Floats, Floats], side: float, unit: float) -> float:
    """A dot's where no number is near; else that of a ring around the number, if it meets no other one.

    Where even that has no room there is a dot, below the digits.
    """
    away = np.abs(boxes[0] - middle)
    nearest = np.hypot(*np.maximum(away - boxes[1], 0).T)
    farthest = np.hypot(*(away + boxes[1]).T)
    line, clear = _HALF * unit, _CLEAR * unit
    met = nearest < _DOT * unit + line + clear
    if not met.any():
        return _DOT * unit
    radius = float(farthest[met].max()) + line + clear
    is_crossed = (nearest < radius + _TICK * unit + clear) & (farthest > radius - line - clear)
    return _DOT * unit if (is_crossed & ~met).any() or radius > side else radius
