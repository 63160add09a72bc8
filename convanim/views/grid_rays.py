"""Rays to and from a cell of an upright grid: they run between its rows, so that they cross no number out."""

import numpy as np

from convanim.scene.scene import Floats, Lattice


def ray_between_rows(sheet: Lattice, row: int, columns: tuple[int, int], end: tuple[float, float]) -> list[Floats]:
    """From a cell's side along the line over or under its row to the sheet's side, and on to where it ends.

    `columns` are the lines between columns at which the cell, and the sheet, have that side.
    """
    middle = sheet.points(np.array([row + 0.5, columns[1]]))[1]
    line = row + (1 if end[1] > middle else 0)
    start, turn = sheet.points(np.array([(line, column) for column in columns]))
    return [np.array([start, turn]), np.array([turn, end])]
