"""Rays to and from a cell of an upright grid: they run between its rows, so that they cross no number out."""

from collections.abc import Callable

import numpy as np

from convanim.scene.scene import Floats, Lattice, Lines, Series, Shape


def ray_between_rows(sheet: Lattice, row: int, columns: tuple[int, int], end: tuple[float, float]) -> list[Floats]:
    """From a cell's side along the line over or under its row to the sheet's side, and on to where it ends.

    `columns` are the lines between columns at which the cell, and the sheet, have that side.
    """
    middle = sheet.points(np.array([row + 0.5, columns[1]]))[1]
    line = row + (1 if end[1] > middle else 0)
    start, turn = sheet.points(np.array([(line, column) for column in columns]))
    return [np.array([start, turn]), np.array([turn, end])]


def joined_to_cell(
    rays: Callable[[int], Floats],
    on_grids: slice,
    series: Series = None,
    of_part: Callable[[int, int], Floats] | None = None,
) -> list[Shape]:
    """Rays, as heavy as the frame of the cell where they run on the lines of its grid: they are seen to end at it."""

    def long(lines: Floats) -> Floats:
        lines = lines[on_grids]
        kept: Floats = lines[(lines[:, 0] != lines[:, 1]).any(axis=1)]
        return kept

    heavy = None if of_part is None else lambda step, part: long(of_part(step, part))
    return [
        Lines("ray", rays, series=series, of_part=of_part),
        Lines("accent", lambda step: long(rays(step)), is_upright=True, of_part=heavy),
    ]
