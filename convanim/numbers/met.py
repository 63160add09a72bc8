"""Which numbers windows meet: for every kernel cell, what each output cell reads by it."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convanim.layers.axis_cells import met_by
from convanim.layers.geometry import Geometry
from convanim.layers.sizes import Cell
from convanim.numbers.maps import Numbers


def all_met(geometry: Geometry, numbers: Numbers) -> Iterator[tuple[Cell, Numbers, NDArray[np.bool_]]]:
    """For every kernel cell the input number that each output cell meets (0 where none), and where there is one.

    Numbers keep their channels in front, if they have any; where there is one is the same for all of them.
    """
    for kernel in product(*(range(axis.kernel_size) for axis in geometry.axes)):
        yield kernel, *number_met(geometry, kernel, numbers)


def number_met(geometry: Geometry, kernel: Cell, numbers: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    """The input number that each output cell meets by one kernel cell, 0 where there is none, and where there is."""
    columns = [met_by(axis, k) for axis, k in zip(geometry.axes, kernel)]
    there = columns[0] >= 0
    for column in columns[1:]:
        there = np.logical_and.outer(there, column >= 0)
    everywhere: Any = (..., *np.ix_(*columns))
    return np.where(there, numbers[everywhere], 0), there
