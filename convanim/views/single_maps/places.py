"""How much room maps take: in a picture of several figures as much as all need, so that all maps stand alike."""

from dataclasses import replace
from math import ceil
from typing import NamedTuple

from convanim.layers.geometry import Geometry
from convanim.views.drawing import Drawing
from convanim.views.grids import Canvas, Place
from convanim.views.single_maps.map_page import reading_of


def places(drawing: Drawing) -> tuple[Place, Place]:
    """The places of the input and of the output; their middles stand alike in all figures beside each other."""
    own, *others = (_reaches(drawing, geometry) for geometry in (drawing.geometry, *drawing.beside))
    return _place(own[0], [each[0] for each in others]), _place(own[1], [each[1] for each in others])


class _Reach(NamedTuple):
    """How far a canvas reaches from the middle of its map: above, to the left, below, to the right, in cells."""

    above: float
    left: float
    below: float
    right: float


def _place(own: _Reach, others: list[_Reach]) -> Place:
    above, left, below, right = (max(sides) for sides in zip(own, *others))
    return Place(ceil(above + below), ceil(left + right), above - own.above, left - own.left)


def _reaches(drawing: Drawing, geometry: Geometry) -> tuple[_Reach, _Reach]:
    """Those of the input and of the output, in the drawing's reading."""
    reading = reading_of(drawing if geometry is drawing.geometry else replace(drawing, geometry=geometry, values=None))
    spread = [1 if drawing.is_scatter else axis.spread for axis in geometry.axes]
    sizes = [(axis.input_size - 1) * wide + 1 for axis, wide in zip(geometry.axes, spread)]
    return _reach(reading.input, sizes), _reach(reading.output, [axis.output_size for axis in geometry.axes])


def _reach(canvas: Canvas, sizes: list[int]) -> _Reach:
    before = [size / 2 - positions.start for size, positions in zip(sizes, canvas.ranges)]
    behind = [len(positions) - reach for reach, positions in zip(before, canvas.ranges)]
    if len(sizes) == 1:
        before, behind = [0.5, *before], [0.5, *behind]
    return _Reach(before[0], before[1], behind[0], behind[1])
