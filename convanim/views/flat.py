"""Grids seen from above, beside or above one another, as large as the page allows."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from convanim.scene.scene import Lattice, Scene, Shape, Texts
from convanim.views.drawing import Drawing, TooNarrowError
from convanim.views.grids import Canvas
from convanim.views.page import finished, map_labels, reading_of
from convanim.views.reading import Reading
from convanim.views.text_layout import LEADING, Block, fits, text_block

_LARGEST_CELL = 48  # pixels at the base width
_LEAST_CELL = 2
_GAP = 40  # pixels between the maps at the base width, for the arrow
_LABEL_GAP = 0.1  # between a label and its map, in lines
_ARROW_EM = 24


class _Place(NamedTuple):
    """Where one map stands, and which part of the page its label may take."""

    canvas: Canvas
    x: int
    room: tuple[float, float]
    label: Block


def flat(drawing: Drawing) -> Scene:
    """The view from above. Raises TooNarrowError when there is no room for its cells or their numbers."""
    reading = reading_of(drawing)
    beside, stacked = (
        _cell_beside(drawing, reading.input, reading.output),
        _cell_stacked(drawing, reading.input, reading.output),
    )
    is_beside = _is_roomy(drawing, reading, beside, stacked)
    cell = beside if is_beside else stacked
    if cell < drawing.least(_LEAST_CELL):
        raise TooNarrowError(f"leaves less than {drawing.spelled_least(_LEAST_CELL)} to a cell")
    place = _beside if is_beside else _stacked
    (below, above), texts, bottom = place(drawing, reading.input, reading.output, cell)
    shapes: list[Shape] = [*texts, *reading.input_shapes(below), *reading.output_shapes(above)]
    return finished(drawing, reading, shapes, bottom)


def _is_roomy(drawing: Drawing, reading: Reading, beside: int, stacked: int) -> bool:
    """Whether the maps go side by side, as slides are wide: unless that takes too much off their cells."""
    if beside < drawing.least(_LEAST_CELL) or len(drawing.geometry.layer.input_size) == 1:
        return False
    square = Lattice((0, 0), (beside, 0), (0, beside))
    if reading.number_width and not fits(
        square, reading.number_width * drawing.least_em, drawing.font.cap_height * drawing.least_em
    ):
        return False
    is_tall = (reading.input.rows + reading.output.rows) * stacked > drawing.width
    return is_tall or beside >= 0.6 * stacked


def _gap(drawing: Drawing) -> int:
    return round(_GAP * drawing.unit)


def _cell_beside(drawing: Drawing, left: Canvas, right: Canvas) -> int:
    room = drawing.width - 2 * drawing.margin - _gap(drawing)
    return min(round(_LARGEST_CELL * drawing.cell_unit), room // (left.columns + right.columns))


def _cell_stacked(drawing: Drawing, upper: Canvas, lower: Canvas) -> int:
    room = drawing.width - 2 * drawing.margin
    return min(round(_LARGEST_CELL * drawing.cell_unit), room // max(upper.columns, lower.columns))


def _beside(
    drawing: Drawing, left: Canvas, right: Canvas, cell: int
) -> tuple[tuple[Lattice, Lattice], list[Texts], int]:
    """The maps side by side, centred on each other, an arrow between them: lattices, texts, and where they end."""
    gap = _gap(drawing)
    x = (drawing.width - gap - (left.columns + right.columns) * cell) // 2
    end = x + left.columns * cell
    # A label may reach into the gap, but not to the arrow, which takes the middle half of it.
    rooms = (drawing.margin, end + 0.2 * gap), (end + 0.8 * gap, drawing.width - drawing.margin)
    places = [
        _Place(canvas, at, room, text_block(drawing, label, room[1] - room[0]))
        for canvas, at, room, label in zip((left, right), (x, end + gap), rooms, map_labels(drawing))
    ]
    places = _alike(places)
    height = max(left.rows, right.rows) * cell
    down = [(height - place.canvas.rows * cell) // 2 for place in places]
    top = drawing.margin + max(0, *(_label_height(place.label) - d for place, d in zip(places, down)))
    lattices = [_lattice(place, top + d, cell) for place, d in zip(places, down)]
    texts = [text for place, lattice in zip(places, lattices) for text in _label(place, lattice)]
    arrow = _arrow(drawing, "→", end + gap / 2, top + height / 2)
    below = int(np.ceil(arrow.boxes(0, np.arange(1))[0, 3]))  # of cells that are lower than the arrow
    return (lattices[0], lattices[1]), [*texts, arrow], max(top + height, below - drawing.margin)


def _stacked(
    drawing: Drawing, upper: Canvas, lower: Canvas, cell: int
) -> tuple[tuple[Lattice, Lattice], list[Texts], int]:
    """The maps above each other, an arrow between them: lattices, texts, and where they end."""
    room = (drawing.margin, drawing.width - drawing.margin)
    places = [
        _Place(
            canvas, (drawing.width - canvas.columns * cell) // 2, room, text_block(drawing, label, room[1] - room[0])
        )
        for canvas, label in zip((upper, lower), map_labels(drawing))
    ]
    top = drawing.margin + _label_height(places[0].label)
    end = top + upper.rows * cell
    second = end + _gap(drawing) + _label_height(places[1].label)
    lattices = _lattice(places[0], top, cell), _lattice(places[1], second, cell)
    texts = [text for place, lattice in zip(places, lattices) for text in _label(place, lattice)]
    texts.append(_arrow(drawing, "↓", drawing.width / 2, end + _gap(drawing) / 2))
    return lattices, texts, second + lower.rows * cell


def _alike(places: list[_Place]) -> list[_Place]:
    """Labels of one line each at the same size: the smaller."""
    if any(len(place.label.lines) > 1 for place in places):
        return places
    em = min(place.label.em for place in places)
    return [place._replace(label=replace(place.label, em=em)) for place in places]


def _lattice(place: _Place, top: int, cell: int) -> Lattice:
    return Lattice((place.x, top), (cell, 0), (0, cell))


def _arrow(drawing: Drawing, arrow: str, x: float, y: float) -> Texts:
    return Texts("label", np.array([(x, y)]), (arrow,), _ARROW_EM * drawing.unit)


def _label_height(label: Block) -> int:
    return round((len(label.lines) + _LABEL_GAP) * LEADING * label.em) if label.lines else 0


def _label(place: _Place, lattice: Lattice) -> list[Texts]:
    """A map's label over its middle, as far as its part of the page allows."""
    label = place.label
    if not label.lines:
        return []
    half = label.width / 2
    middle = place.x + place.canvas.columns * lattice.column[0] / 2
    x = min(max(middle, place.room[0] + half), place.room[1] - half)
    return [label.at(x, lattice.origin[1] - _label_height(label))]
