"""A chain in one dimension: maps as rows above each other, the input lowest, lines from cells to their readers."""

from functools import lru_cache, partial

import numpy as np

from convanim.scene.scene import Floats, Lattice, Lines, Scene, Shape
from convanim.views.drawing import TooNarrowError
from convanim.views.iso_stack import gutter_labels
from convanim.views.page import finished_stack
from convanim.views.sheets import PlacedSheet, sheet_shapes, written
from convanim.views.stack import Stack

_LARGEST_CELL = 44  # pixels at the base width
_LEAST_CELL = 4
_BETWEEN = 1.4  # rows of cells from one map to the next
_LEAST_BETWEEN = 34  # the same in pixels at the base width
_GUTTER = 0.34  # of the width that labels may take at most


def chain_rows(stack: Stack) -> Scene:
    """The rows of a chain. Raises TooNarrowError when there is no room for its cells or their numbers."""
    gutter = 0
    if stack.labels:
        widest = max(stack.font.width(line, 1) for plan in stack.maps for line in plan.label) * stack.label_em
        gutter = round(min(widest, _GUTTER * stack.width) + stack.margin)
    longest = max(plan.canvas.columns for plan in stack.maps)
    cell = min(round(_LARGEST_CELL * stack.cell_unit), (stack.room - gutter) // longest)
    if cell < stack.least(_LEAST_CELL):
        raise TooNarrowError(f"leaves less than {stack.spelled_least(_LEAST_CELL)} to a cell")
    blocks = gutter_labels(stack, gutter - stack.margin)
    tallest = max((block.height for block in blocks), default=0)
    down = round(max(cell + max(_BETWEEN * cell, _LEAST_BETWEEN * stack.unit), tallest))
    top = stack.margin + max(0, round(tallest - cell) // 2)
    right = stack.width - stack.margin - (stack.room - gutter - longest * cell) // 2
    placed: list[PlacedSheet] = []
    for number, plan in enumerate(stack.maps):
        y = top + (len(stack.maps) - 1 - number) * down
        # Rows end alike, as the last cells of causal maps do.
        placed.append(PlacedSheet(plan, 0, Lattice((right - plan.canvas.columns * cell, y), (cell, 0), (0, cell))))
    lines: list[Shape] = []
    shapes: list[Shape] = []
    for number, place in enumerate(placed):
        still, moving = sheet_shapes(stack, place, number, written(stack, place.plan, place.lattice))
        shapes += still + moving
        if number:
            lines.append(Lines("ray", lru_cache(maxsize=4)(partial(_links, stack, placed[number - 1], place, number))))
    for place, block in zip(placed, blocks):
        middle = place.lattice.origin[1] + cell / 2
        shapes.append(block.from_left(stack.margin, middle - block.height / 2))
    bottom = placed[0].lattice.origin[1] + cell + max(0, round(tallest - cell) // 2)
    return finished_stack(stack, [*lines, *shapes], bottom)


def _links(stack: Stack, below: PlacedSheet, above: PlacedSheet, number: int, step: int) -> Floats:
    """From the upper side of each cell that is read to the lower side of the cell that reads it."""
    assert stack.links is not None
    pairs = stack.links(step)[number - 1]
    start = below.lattice.points(np.stack([np.zeros(len(pairs)), pairs[:, 0] + 0.5], axis=1))
    end = above.lattice.points(np.stack([np.ones(len(pairs)), pairs[:, 1] + 0.5], axis=1))
    return np.stack([start, end], axis=1)
