"""The paper's view: the input plane lies slanted, the output plane floats above it, four rays join window and cell."""

from functools import lru_cache

import numpy as np

from convanim.scene.scene import Lattice, Lines, Offset, Scene, Shape
from convanim.views.drawing import Drawing, TooNarrowError
from convanim.views.grids import Canvas
from convanim.views.page import finished, line_height, map_labels, reading_of
from convanim.views.text_layout import LEADING, text_block

_LARGEST_CELL = 56  # pixels of a column at the base width
_LEAST_CELL = 2
_SMALL_CELL = 16  # pixels of a column below which an odd number of them is worth its unevenness
_GAP = 0.35  # between the planes, in cells


def iso(drawing: Drawing) -> Scene:
    """The slanted view of a drawing. Raises TooNarrowError when there is no room for its cells or their numbers."""
    reading = reading_of(drawing)
    cell = _cell_size(drawing, reading.input, reading.output)
    column, row = iso_basis(cell)
    input_text, output_text = map_labels(drawing)
    middle = drawing.width // 2
    left, top = _placed(reading.output, column, row, middle, drawing.margin)
    above = Lattice((left, top), column, row)
    label, down = _output_label(drawing, above, reading.output, output_text)
    shapes: list[Shape] = list(label)
    above = above.shifted(0, down)

    below_top = drawing.margin + down + _height(reading.output, column, row) + round(_GAP * cell)
    below = Lattice(_placed(reading.input, column, row, middle, below_top), column, row)
    bottom = below_top + _height(reading.input, column, row)
    label, down = _input_label(drawing, below, reading.input, input_text)
    shapes += label
    shapes += reading.input_shapes(below)
    shapes.append(Lines("ray", lru_cache(maxsize=4)(lambda step: reading.rays(below, above, step))))
    shapes += reading.output_shapes(above)
    return finished(drawing, reading, shapes, bottom + down)


def iso_basis(cell: int) -> tuple[Offset, Offset]:
    """The pixels from a cell to the next in its row and in its column.

    The paper's slant, (1, 0.5) and (0.7, -0.65), snapped to slopes of one half and of one: lines at these are crisp,
    and repeat in every row of pixels, which a GIF packs well. Small odd cells are a little flatter.
    """
    down = max(1, round(0.675 * cell))
    return (cell, -(cell // 2)), (down, down)


def _width(canvas: Canvas, column: Offset, row: Offset) -> int:
    return canvas.columns * column[0] + canvas.rows * row[0]


def _height(canvas: Canvas, column: Offset, row: Offset) -> int:
    return canvas.columns * -column[1] + canvas.rows * row[1]


def _cell_size(drawing: Drawing, *canvases: Canvas) -> int:
    room = drawing.width - 2 * drawing.margin
    for cell in range(round(_LARGEST_CELL * drawing.cell_unit), drawing.least(_LEAST_CELL) - 1, -1):
        if cell % 2 and cell >= _SMALL_CELL:
            continue
        if all(_width(canvas, *iso_basis(cell)) <= room for canvas in canvases):
            return cell
    raise TooNarrowError(f"leaves less than {drawing.spelled_least(_LEAST_CELL)} to a cell")


def _placed(canvas: Canvas, column: Offset, row: Offset, middle: int, top: int) -> Offset:
    """The origin of a canvas whose bounding box starts at `top` and is centred on `middle`."""
    return middle - _width(canvas, column, row) // 2, top + canvas.columns * -column[1]


def _output_label(drawing: Drawing, lattice: Lattice, canvas: Canvas, text: str) -> tuple[list[Shape], int]:
    """The output's label in the empty corner at the plane's upper left, and how far the plane moves down for it."""
    if not text:
        return [], 0
    height = line_height(drawing)
    # Where the plane's upper left side is, at the label's lower edge and a little off.
    side = lattice.points(np.array([0, canvas.columns]))[0] - _slope(lattice) * height - 0.3 * height
    label = text_block(drawing, text, side - drawing.margin)
    if len(label.lines) == 1:
        left = max(drawing.margin, min(lattice.origin[0], side - label.width))
        return [label.at(left + label.width / 2, drawing.margin)], 0
    return _label_alone(drawing, text, drawing.margin)


def _input_label(drawing: Drawing, lattice: Lattice, canvas: Canvas, text: str) -> tuple[list[Shape], int]:
    """The input's label in the empty corner at the plane's lower right, and how much lower the picture ends for it."""
    if not text:
        return [], 0
    height = line_height(drawing)
    corner = lattice.points(np.array([canvas.rows, 0]))
    side = corner[0] + _slope(lattice) * height + 0.3 * height
    end = drawing.width - drawing.margin
    label = text_block(drawing, text, end - side)
    if len(label.lines) == 1:
        right = lattice.points(np.array([canvas.rows, canvas.columns]))[0]
        right = min(end, max(right, side + label.width))
        return [label.at(right - label.width / 2, corner[1] - height)], 0
    return _label_alone(drawing, text, corner[1])


def _slope(lattice: Lattice) -> float:
    """Pixels to the right for one pixel up, along a row of cells."""
    return lattice.column[0] / -lattice.column[1]


def _label_alone(drawing: Drawing, text: str, top: float) -> tuple[list[Shape], int]:
    """A label that finds no room in a corner, across the page; and its height."""
    label = text_block(drawing, text, drawing.width - 2 * drawing.margin)
    return [label.at(drawing.width / 2, top)], round(LEADING * label.em * len(label.lines))
