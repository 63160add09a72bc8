"""Sheets that a step reads or makes apart from others stand beside these, in lanes; those of one lane are stacked."""

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import NamedTuple, TypeAlias

import numpy as np

from convanim.layers.step_order import ravel, step_at
from convanim.scene.scene import Floats, Offset
from convanim.views.stacks.stack import Stack

Lanes: TypeAlias = tuple[tuple[int, ...], ...]  # drawn sheets of a map, each lane from its highest down


def lanes_of(stack: Stack, number: int) -> Lanes:
    """The drawn sheets of a map: those of one group that every step shows together are a lane."""
    plan = stack.maps[number]
    every = range(plan.sheets)
    if plan is stack.output:
        return tuple((sheet,) for sheet in every)
    shown = list(dict.fromkeys(stack.spots(step)[number].sheets for step in _telling(stack, plan.sheets)))
    together: dict[tuple[int, ...], list[int]] = {}
    for sheet in every:
        group = plan.drawn[sheet] // plan.group_size if plan.group_size else 0
        mark = (group, *(sheet in sheets for sheets in shown))
        together.setdefault(mark, []).append(sheet)
    return tuple(map(tuple, together.values()))


def _telling(stack: Stack, sheets: int) -> list[int]:
    """Steps that show all that are shown together of a map of some sheets.

    What is read depends on the place only where channels become cells of a block, which has no more cells than sheets.
    """
    output = stack.output
    near = product(*(range(min(n, sheets)) for n in output.size))
    places = [ravel(place, output.size) for place in near if prod(n + 1 for n in place) <= sheets]
    made = range(output.sheets)
    return [step_at(s, place, output.sheets, stack.positions, stack.order) for s in made for place in places]


def leading(below: Sequence[int], above: Sequence[int], *, is_apart: bool) -> list[tuple[int, int]]:
    """Which lanes of a map lead to which of the next: each to its own where these keep apart, else all to all."""
    if is_apart:
        most = max(len(below), len(above)) if below and above else 0
        return [(below[i * len(below) // most], above[i * len(above) // most]) for i in range(most)]
    return [(one, other) for one in below for other in above]


class Floor(NamedTuple):
    """How lanes lie beside each other: so many along a row of cells, and the pixels from one to the next both ways."""

    across: int
    along: Offset
    down: Offset

    def offset(self, lane: int) -> Offset:
        """How far a lane is from the first."""
        rank, place = divmod(lane, self.across)
        return place * self.along[0] + rank * self.down[0], place * self.along[1] + rank * self.down[1]


def edges_between(corners: Floats, left: int, width: int) -> tuple[Floats, Floats]:
    """The upper and the lower edge, at every pixel of `width` from `left` on, of a slanted sheet (4, 2).

    Its corners are the left, the upper, the right and the lower one. Where it is not, the edges are at ±infinity.
    """
    at = np.arange(left, left + width) + 0.5
    west, north, east, south = corners
    upper = np.interp(at, [west[0], north[0], east[0]], [west[1], north[1], east[1]], np.inf, np.inf)
    lower = np.interp(at, [west[0], south[0], east[0]], [west[1], south[1], east[1]], -np.inf, -np.inf)
    return upper, lower
