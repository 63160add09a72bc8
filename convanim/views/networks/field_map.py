"""What one cell of a network sees, on a map of the input: where, and how strongly; three frames say how it is told."""

from dataclasses import dataclass, field
from math import ceil
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from convanim.numbers.scales import Scale
from convanim.scene.font import BUNDLED, Metrics
from convanim.scene.picture_size import PictureSize
from convanim.scene.scene import Blocks, Cells, Lattice, Lines, Scene, Shape
from convanim.views.drawing import Page, TooNarrowError
from convanim.views.legend import LEGEND_HEIGHT, bar
from convanim.views.page import line_height, scene_of
from convanim.views.text_layout import LEADING, text_block
from convanim.words.language import Words, english

Ends: TypeAlias = tuple[int, int, int, int]  # first row and column, and those behind the last

_MOST_SQUARES = 112  # along an axis: of more cells some share one
_LEAST_ROW = 24  # pixels of the height of a map of one axis
_LEAST_SEEN = 8  # pixels of a box
_BEYOND = 1.0  # of the map is shown around it at most, for what lies in padding
_STYLES = {"effective": "accent", "exact": "edge", "bounded": "padding"}


@dataclass(frozen=True)
class Told:
    """One of the three ways: where it ends on the map, if it does, and its words."""

    kind: str
    ends: Ends | None
    text: str


@dataclass(frozen=True)
class FieldMap(Page):
    """The levels of the input's cells from 0 to 1, as rows and columns, and what is said of the field.

    `scale` is that of the levels; None where they only say which cells are seen.
    """

    levels: NDArray[np.float64]
    scale: Scale | None
    told: tuple[Told, ...]
    above: str
    size: PictureSize
    labels: bool = True
    caption: tuple[str, ...] = ()
    most_cell: int = 0
    decimals: int = 0
    font: Metrics = BUNDLED
    words: Words = field(default_factory=english)


def field_map(page: FieldMap) -> Scene:
    """The scene of a field, one step long. Raises TooNarrowError when there is no room for it."""
    rows, columns = page.levels.shape
    hull = _hull(page)
    shared = ceil(max(rows, columns) / _MOST_SQUARES)
    squares = _shared(page.levels, shared)
    side = page.room * shared // (hull[3] - hull[1])
    if side < 1:
        raise TooNarrowError("leaves no room for the input's cells")
    side = min(side, page.largest_cell(40))
    high = max(side, page.least(_LEAST_ROW)) if rows == 1 else side
    wide = (hull[3] - hull[1]) * side / shared
    top = page.margin
    shapes: list[Shape] = []
    if page.labels:
        label = text_block(page, page.above, page.room)
        shapes.append(label.at(page.width / 2, top))
        top += round(label.height + 0.3 * label.em)
    origin = (
        round((page.width - wide) / 2 - hull[1] * side / shared),
        round(top - hull[0] * high / shared),
    )
    lattice = Lattice(origin, (side, 0), (0, high))
    index = np.stack(np.meshgrid(*map(np.arange, squares.shape), indexing="ij"), axis=-1).reshape(-1, 2)
    shapes.append(Cells("count", "input", lattice, index, index * shared, levels=squares.ravel()))
    for told in page.told:
        if told.ends is not None:
            clipped = _clipped(told.ends, hull)
            corners = np.array(clipped, dtype=float).reshape(2, 2) / shared
            shapes.append(_frame(_STYLES[told.kind], _seen(lattice.points(corners), page.least(_LEAST_SEEN))))
    bottom = round(origin[1] + hull[2] * high / shared)
    if page.scale is not None:
        shapes += bar(page, page.width / 2, bottom, page.room / 2, page.scale)
        bottom += round(LEGEND_HEIGHT * page.unit)
    if page.labels:
        told_shapes, bottom = _lines(page, bottom + round(0.5 * line_height(page)))
        shapes += told_shapes
    keys = (lambda step: (), lambda step: ())
    return scene_of(page, shapes, bottom, 1, (None, False), page.caption, keys)


def _hull(page: FieldMap) -> Ends:
    """The part of the plane that is drawn: the map, and around it as far as what is told reaches."""
    rows, columns = page.levels.shape
    before, left, behind, right = 0, 0, rows, columns
    for told in page.told:
        if told.ends is not None:
            before, left = min(before, told.ends[0]), min(left, told.ends[1])
            behind, right = max(behind, told.ends[2]), max(right, told.ends[3])
    down, across = round(_BEYOND * rows), round(_BEYOND * columns)
    return max(before, -down), max(left, -across), min(behind, rows + down), min(right, columns + across)


def _clipped(ends: Ends, hull: Ends) -> Ends:
    top, left, bottom, right = ends
    return max(top, hull[0]), max(left, hull[1]), min(bottom, hull[2]), min(right, hull[3])


def _shared(levels: NDArray[np.float64], by: int) -> NDArray[np.float64]:
    """The means of squares of cells; those at the end may be fewer."""
    rows, columns = (np.arange(0, size, by) for size in levels.shape)
    sums = np.add.reduceat(np.add.reduceat(levels, rows, axis=0), columns, axis=1)
    ones = np.add.reduceat(np.add.reduceat(np.ones_like(levels), rows, axis=0), columns, axis=1)
    return np.asarray(sums / ones)


def _seen(corners: NDArray[np.float64], least: int) -> NDArray[np.float64]:
    """The corners of a box, farther apart where it would be too small to be seen."""
    middle = corners.mean(axis=0)
    half = np.maximum((corners[1] - corners[0]) / 2, least / 2)
    return np.stack([middle - half, middle + half])


def _frame(role: str, corners: NDArray[np.float64]) -> Shape:
    """The outline of a box, from its upper left and lower right corner in pixels."""
    (left, top), (right, bottom) = np.round(corners).astype(int).tolist()
    if role == "padding":
        at = Lattice((left, top), (1, 0), (0, 1))
        return Blocks(role, "field", at, np.array([[0, 0, bottom - top, right - left]]), part="line")
    points = [(left, top), (right, top), (right, bottom), (left, bottom)]
    ends = [[one, other] for one, other in zip(points, [*points[1:], points[0]])]
    return Lines(role, np.array(ends, dtype=float), is_upright=True)


def _lines(page: FieldMap, top: int) -> tuple[list[Shape], int]:
    """A line for each of the ways: a square in its frame, and its words."""
    side = round(page.label_em)
    left = page.margin + 2
    shapes: list[Shape] = []
    for told in page.told:
        block = text_block(page, told.text, page.room - 2 * side - 2)
        middle = top + LEADING * block.em / 2
        box = np.array([(left, middle - side / 2), (left + side, middle + side / 2)])
        if told.ends is not None:
            shapes.append(_frame(_STYLES[told.kind], box))
        shapes.append(block.from_left(left + 1.7 * side, top))
        top += round(block.height + 0.15 * block.em)
    return shapes, top
