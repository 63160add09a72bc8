"""The paper's view: the input plane lies slanted, the output plane floats above it, four rays join window and cell."""

from functools import lru_cache

import numpy as np

from convanim.scene.scene import Lattice, Lines, Offset, Scene, Shape
from convanim.views.cell_shapes import without_digits
from convanim.views.digits_over_rays import digits_over
from convanim.views.drawing import Drawing, TooNarrowError
from convanim.views.grid_rows import ROW_GAP, largest_cell, placed, work_rows
from convanim.views.grids import Canvas, Place
from convanim.views.page import line_height
from convanim.views.single_maps.map_page import finished, map_labels, reading_of
from convanim.views.single_maps.places import places
from convanim.views.text_layout import LEADING, text_block

_LARGEST_CELL = 56  # pixels of a column at the base width
_LEAST_CELL = 2
_SMALL_CELL = 16  # pixels of a column below which an odd number of them is worth its unevenness
_GAP = 0.35  # between the planes, in cells


def iso(drawing: Drawing) -> Scene:
    """The slanted view of a drawing. Raises TooNarrowError when there is no room for its cells or their numbers."""
    reading = reading_of(drawing)
    source, made = places(drawing)
    cell = _cell_size(drawing, source, made)
    column, row = iso_basis(cell)
    input_text, output_text = map_labels(drawing)
    middle = drawing.width // 2
    above = made.lattice(Lattice(_placed(made, column, row, middle, drawing.margin), column, row))
    label, down = _output_label(drawing, above, reading.output, output_text)
    shapes: list[Shape] = list(label)
    above = above.shifted(0, down)

    below_top = drawing.margin + down + _height(made, column, row) + round(_GAP * cell)
    below = source.lattice(Lattice(_placed(source, column, row, middle, below_top), column, row))
    bottom = below_top + _height(source, column, row)
    label, down = _input_label(drawing, below, reading.input, input_text)
    shapes += label
    cells, digits = without_digits(reading.input_shapes(below))
    rays = Lines("ray", lru_cache(maxsize=4)(lambda step: reading.rays(below, above, step)))
    cells, crossed = digits_over([rays], cells, digits, drawing.font)
    shapes += [*cells, rays, *crossed, *digits]
    shapes += reading.output_shapes(above)
    bottom += down
    rows = work_rows(drawing, reading.work, cell)
    side = largest_cell(drawing, rows, cell)
    if rows and side < drawing.least(_LEAST_CELL):
        raise TooNarrowError("leaves no room for the kernel")
    lattices: dict[str, Lattice] = {}
    for each in rows:
        on_row, texts, bottom = placed(drawing, each, side, bottom + round(ROW_GAP * drawing.unit))
        lattices |= on_row
        shapes += texts
    if reading.work is not None:
        shapes += reading.work.shapes(lattices)
    return finished(drawing, reading, shapes, bottom)


def iso_basis(cell: int) -> tuple[Offset, Offset]:
    """The pixels from a cell to the next in its row and in its column.

    The paper's slant, (1, 0.5) and (0.7, -0.65), snapped to slopes of one half and of one: lines at these are crisp,
    and repeat in every row of pixels, which a GIF packs well. Small odd cells are a little flatter.
    """
    down = max(1, round(0.675 * cell))
    return (cell, -(cell // 2)), (down, down)


def clear_of(rows: int, columns: int, basis: tuple[Offset, Offset]) -> float:
    """Pixels from a sheet of cells down to the next one that it hides nothing of."""
    (cx, cy), (rx, ry) = basis
    return min(columns * cx, rows * rx) * (-cy / cx + ry / rx)


def _width(place: Place, column: Offset, row: Offset) -> int:
    return place.columns * column[0] + place.rows * row[0]


def _height(place: Place, column: Offset, row: Offset) -> int:
    return place.columns * -column[1] + place.rows * row[1]


def _cell_size(drawing: Drawing, *both: Place) -> int:
    room = drawing.width - 2 * drawing.margin
    for cell in range(drawing.largest_cell(_LARGEST_CELL), drawing.least(_LEAST_CELL) - 1, -1):
        if cell % 2 and cell >= _SMALL_CELL:
            continue
        if all(_width(place, *iso_basis(cell)) <= room for place in both):
            return cell
    raise TooNarrowError(f"leaves less than {drawing.spelled_least(_LEAST_CELL)} to a cell")


def _placed(place: Place, column: Offset, row: Offset, middle: int, top: int) -> Offset:
    """The origin of a place whose bounding box starts at `top` and is centred on `middle`."""
    return middle - _width(place, column, row) // 2, top + place.columns * -column[1]


def _output_label(drawing: Drawing, lattice: Lattice, canvas: Canvas, text: str) -> tuple[list[Shape], int]:
    """The output's label in the empty corner at the plane's upper left, and how far the plane moves down for it."""
    if not text:
        return [], 0
    height = line_height(drawing)
    top = float(lattice.points(np.array([0, canvas.columns]))[1])
    # Where the plane's upper left side is, at the label's lower edge and a little off.
    side = lattice.points(np.array([0, canvas.columns]))[0] - _slope(lattice) * height - 0.3 * height
    label = text_block(drawing, text, side - drawing.margin)
    if len(label.lines) == 1:
        left = max(drawing.margin, side - label.width)
        return [label.at(left + label.width / 2, top)], 0
    return _label_alone(drawing, text, top)


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
        return [label.at(side + label.width / 2, corner[1] - height)], 0
    return _label_alone(drawing, text, corner[1])


def _slope(lattice: Lattice) -> float:
    """Pixels to the right for one pixel up, along a row of cells."""
    return lattice.column[0] / -lattice.column[1]


def _label_alone(drawing: Drawing, text: str, top: float) -> tuple[list[Shape], int]:
    """A label that finds no room in a corner, across the page; and its height."""
    label = text_block(drawing, text, drawing.width - 2 * drawing.margin)
    return [label.at(drawing.width / 2, top)], round(LEADING * label.em * len(label.lines))
