"""Grids seen from above, in rows: the maps beside or above one another, what a step does with the kernel below."""

from convanim.scene.scene import Lattice, Scene, Shape
from convanim.views.drawing import Drawing, TooNarrowError
from convanim.views.grid_rows import GAP, ROW_GAP, Grid, Row, largest_cell, placed, sign_at, work_rows
from convanim.views.single_maps.map_page import finished, map_labels, reading_of
from convanim.views.single_maps.places import places
from convanim.views.single_maps.reading import Reading
from convanim.views.text_layout import fits

_LARGEST_CELL = 48  # pixels at the base width
_LEAST_CELL = 2


def flat(drawing: Drawing) -> Scene:
    """The view from above. Raises TooNarrowError when there is no room for its cells or their numbers."""
    reading = reading_of(drawing)
    most = drawing.largest_cell(_LARGEST_CELL)
    beside, stacked = _arrangements(drawing, reading, most)
    cells = largest_cell(drawing, beside, most), largest_cell(drawing, stacked, most)
    is_beside = _is_roomy(drawing, reading, *cells)
    rows, cell = (beside, cells[0]) if is_beside else (stacked, cells[1])
    if cell < drawing.least(_LEAST_CELL):
        raise TooNarrowError(f"leaves less than {drawing.spelled_least(_LEAST_CELL)} to a cell")
    lattices: dict[str, Lattice] = {}
    shapes: list[Shape] = []
    bottom = drawing.margin
    for number, row in enumerate(rows):
        if number:
            gap = round((GAP if row.above else ROW_GAP) * drawing.unit)
            if row.above:
                shapes.append(sign_at(drawing, row.above, drawing.width / 2, bottom + gap / 2))
            bottom += gap
        on_row, texts, bottom = placed(drawing, row, cell, bottom)
        lattices |= on_row
        shapes += texts
    shapes += reading.input_shapes(lattices["input"])
    if reading.work is not None:
        shapes += reading.work.shapes(lattices)
    shapes += reading.output_shapes(lattices["output"])
    return finished(drawing, reading, shapes, bottom)


def _arrangements(drawing: Drawing, reading: Reading, most: int) -> tuple[list[Row], list[Row]]:
    """The rows of the page with the maps beside each other, and with the one above the other."""
    labels = map_labels(drawing)
    of_input, of_output = places(drawing)
    source = Grid("input", reading.input.rows, reading.input.columns, labels[0], place=of_input)
    made = Grid("output", reading.output.rows, reading.output.columns, labels[1], place=of_output)
    maps, above, below = Row((source, made), ("→",)), Row((source,)), Row((made,), above="↓")
    beside, stacked = (largest_cell(drawing, rows, most) for rows in ([maps], [above, below]))
    return (
        [maps, *work_rows(drawing, reading.work, beside)],
        [above, *work_rows(drawing, reading.work, stacked), below],
    )


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
