"""A step part by part: what is shown while its products, or the numbers that it compares, are taken one by one."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from convanim.scene.scene import During, Floats, Ints, Lattice, Lines
from convanim.views.cell_shapes import sides


def first_of(at: Callable[[int], Ints]) -> Callable[[int, int], Ints]:
    """Of the elements of a step those that stand for parts that are done; element i is part i."""

    def done(step: int, part: int) -> Ints:
        elements = at(step)
        return elements[elements < part]

    return done


def at_last(step: int, part: int) -> Ints:
    """What is shown when a step is whole, and not before."""
    return np.zeros(0, dtype=np.int64)


def but_for(at: Callable[[int], Ints], others: During) -> During:
    """What is at a step but for `others`; while these wait for the end of its parts, all of it."""

    def left(step: int) -> Ints:
        return np.setdiff1d(at(step), others.at(step))

    def of_part(step: int, part: int) -> Ints:
        shown = others.at(step) if others.of_part is None else others.of_part(step, part)
        return np.setdiff1d(at(step), shown)

    return During(lru_cache(maxsize=4)(left), of_part=of_part)


def lit(lattice: Lattice, cells: Ints, element: Callable[[int, int], int | None]) -> list[Lines]:
    """The outline of the cell that the last part is about, if any is here: `element(step, part)`, parts from 0."""

    def around(step: int, part: int) -> Floats:
        found = element(step, part)
        return np.zeros((0, 2, 2)) if found is None else sides(lattice.corners(cells[[found]])[0])

    return lit_by(around, is_upright=lattice.is_upright)


def lit_by(lines: Callable[[int, int], Floats], *, is_upright: bool) -> list[Lines]:
    """The outline of what the last part is about, if any is: `lines(step, part)`, parts from 0."""

    def around(step: int, part: int) -> Floats:
        return lines(step, part - 1) if part else np.zeros((0, 2, 2))

    def never(step: int) -> Floats:
        return np.zeros((0, 2, 2))

    return [Lines(role, never, is_upright, around) for role in ("source_edge", "source")]
