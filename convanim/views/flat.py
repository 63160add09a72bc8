"""Grids seen from above, beside or above one another, as large as the page allows."""

from typing import NamedTuple

import numpy as np

from convanim.errors import RequestError
from convanim.font import CAP_HEIGHT, text_width
from convanim.scene import Lattice, Offset, Scene, Shape, Texts
from convanim.views.drawing import Drawing
from convanim.views.grids import Canvas
from convanim.views.lettering import fits
from convanim.views.page import finished, label_em, line_height, map_labels, plot_of

_LARGEST_CELL = 48  # pixels at the base width
_GAP = 40  # pixels between the maps at the base width, for the arrow


class _Placing(NamedTuple):
    cell: int
    input_at: Offset
    output_at: Offset
    arrow: tuple[str, float, float]
    bottom: int


def flat(drawing: Drawing) -> Scene:
    """The view from above. Raises RequestError when it is too narrow for its cells or their numbers."""
    plot = plot_of(drawing)
    labels = map_labels(drawing)
    beside = _beside(drawing, plot.input, plot.output)
    stacked = _stacked(drawing, plot.input, plot.output)
    placing = beside if _is_roomy(drawing, beside, stacked, plot.number_width) else stacked
    if placing.cell < 2:
        raise RequestError(
            "width",
            drawing.width,
            "leaves less than 2 pixels to a cell",
            f"try {round(2.2 * max(plot.input.columns, plot.output.columns)) + 32} or more, or a smaller input",
        )
    cell = placing.cell
    below = Lattice(placing.input_at, (cell, 0), (0, cell))
    above = Lattice(placing.output_at, (cell, 0), (0, cell))
    shapes: list[Shape] = []
    for text, lattice, canvas in zip(labels, (below, above), (plot.input, plot.output)):
        if text:
            shapes.append(_label(drawing, text, lattice, canvas, alone=placing is stacked))
    shapes += plot.input_shapes(below)
    arrow, x, y = placing.arrow
    shapes.append(Texts("label", np.array([(x, y)]), (arrow,), 24 * drawing.unit))
    shapes += plot.output_shapes(above)
    return finished(drawing, plot, shapes, placing.bottom)


def _is_roomy(drawing: Drawing, beside: _Placing, stacked: _Placing, number_width: float) -> bool:
    """Whether maps side by side are as good as stacked ones, which have larger cells on a longer page."""
    if beside.cell < 2:
        return False
    square = Lattice((0, 0), (beside.cell, 0), (0, beside.cell))
    if number_width and not fits(square, number_width * drawing.least_em, CAP_HEIGHT * drawing.least_em):
        return False
    if drawing.geometry.layer.input_size[1:] == ():
        return False
    return beside.cell >= 0.6 * stacked.cell


def _label_height(drawing: Drawing) -> int:
    return line_height(drawing) if drawing.labels else 0


def _beside(drawing: Drawing, left: Canvas, right: Canvas) -> _Placing:
    gap = round(_GAP * drawing.unit)
    room = drawing.width - 2 * drawing.margin - gap
    cell = min(round(_LARGEST_CELL * drawing.unit), room // (left.columns + right.columns))
    height = max(left.rows, right.rows) * cell
    top = drawing.margin + _label_height(drawing)
    x = (drawing.width - gap - (left.columns + right.columns) * cell) // 2
    end = x + left.columns * cell
    arrow = ("→", end + gap / 2, top + height / 2)
    at = [top + (height - canvas.rows * cell) // 2 for canvas in (left, right)]
    return _Placing(cell, (x, at[0]), (end + gap, at[1]), arrow, top + height)


def _stacked(drawing: Drawing, upper: Canvas, lower: Canvas) -> _Placing:
    gap = round(_GAP * drawing.unit)
    room = drawing.width - 2 * drawing.margin
    cell = min(round(_LARGEST_CELL * drawing.unit), room // max(upper.columns, lower.columns))
    top = drawing.margin + _label_height(drawing)
    end = top + upper.rows * cell
    second = end + gap + _label_height(drawing) // 2
    arrow = ("↓", drawing.width / 2, (end + second) / 2)
    x = [(drawing.width - canvas.columns * cell) // 2 for canvas in (upper, lower)]
    return _Placing(cell, (x[0], top), (x[1], second), arrow, second + lower.rows * cell)


def _label(drawing: Drawing, text: str, lattice: Lattice, canvas: Canvas, *, alone: bool) -> Texts:
    """A map's label over it: in the middle, or, where the arrow to a lower map is there, at its left."""
    width = canvas.columns * lattice.column[0]
    page = drawing.width - 2 * drawing.margin
    em = label_em(drawing, text, page if alone else page / 2)
    y = lattice.origin[1] - 0.6 * line_height(drawing)
    if alone:
        x = min(max(drawing.margin, lattice.origin[0]), drawing.width - drawing.margin - text_width(text, em))
        return Texts("label", np.array([(x, y)]), (text,), em, "start")
    half = text_width(text, em) / 2
    x = min(max(lattice.origin[0] + width / 2, drawing.margin + half), drawing.width - drawing.margin - half)
    return Texts("label", np.array([(x, y)]), (text,), em)
