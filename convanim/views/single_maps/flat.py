"""Grids seen from above, in rows: the maps beside or above one another, what a step does with the kernel below."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from convanim.scene.scene import Floats, Lattice, Lines, Scene, Shape
from convanim.views.drawing import Drawing, TooNarrowError
from convanim.views.grid_rows import GAP, ROW_GAP, Grid, Row, largest_cell, placed, sign_at, work_rows
from convanim.views.single_maps.map_page import finished, map_labels, reading_of
from convanim.views.single_maps.places import places
from convanim.views.single_maps.reading import Reading
from convanim.views.text_layout import fits, text_block

_LARGEST_CELL = 48  # pixels at the base width
_LEAST_CELL = 2
_LABEL_GAP = 0.25  # between a map and the label below it, in ems


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
    if len(drawing.geometry.axes) == 1 and reading.work is None:
        return _joined(drawing, reading, rows, cell)
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


def _joined(drawing: Drawing, reading: Reading, rows: list[Row], cell: int) -> Scene:
    """Maps of one axis with rays alone between them: what is made stands under the middle of what it is made of."""
    first, second = rows
    (made,) = second.grids
    above, shapes, bottom = placed(drawing, first, cell, drawing.margin)
    bare = replace(second, grids=(replace(made, label=""),))
    below, _, bottom = placed(drawing, bare, cell, bottom + round(max(GAP * drawing.unit, cell)))
    source, output = above["input"], below["output"]
    if not drawing.beside:  # where the maps of all figures stand alike
        output = output.shifted(_to_the_middle(drawing, reading, source, output), 0)
    if made.label:
        label = text_block(drawing, made.label, drawing.room)
        middle = float(output.points(np.array([0, reading.output.columns / 2]))[0])
        shapes.append(label.at(middle, bottom + _LABEL_GAP * label.em))
        bottom += round(label.height + _LABEL_GAP * label.em)

    def rays(step: int) -> Floats:
        """From the lower corners of the window to the upper ones of its cell, or from the cell's to its stamp's."""
        corners = reading.rays(source, output, step)
        return np.stack([corners[[3, 2], 0], corners[[0, 1], 1]], axis=1)

    shapes += reading.input_shapes(source)
    shapes.append(Lines("ray", lru_cache(maxsize=4)(rays)))
    shapes += reading.output_shapes(output)
    return finished(drawing, reading, shapes, bottom)


def _to_the_middle(drawing: Drawing, reading: Reading, above: Lattice, below: Lattice) -> int:
    """Pixels by which the lower map moves, on the page, so that windows are over their cells in the mean."""
    ends = np.concatenate([reading.rays(above, below, step)[..., 0] for step in (0, reading.steps - 1)])
    wanted = round(float(ends[:, 0].mean() - ends[:, 1].mean()))
    left, right = below.points(np.array([(0, 0), (0, reading.output.columns)]))[:, 0]
    return int(np.clip(wanted, drawing.margin - left, drawing.width - drawing.margin - right))


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
