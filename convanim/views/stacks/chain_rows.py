"""A chain in one dimension: maps as rows above each other, the input lowest, lines from cells to their readers."""

from functools import lru_cache, partial

import numpy as np

from convanim.layers.axis import CellKind
from convanim.scene.scene import Floats, Lattice, Lines, Scene, Shape
from convanim.views.drawing import TooNarrowError
from convanim.views.stacks.gutter import gutter_labels
from convanim.views.stacks.sheets.placed_sheet import PlacedSheet
from convanim.views.stacks.sheets.sheet_numbers import written
from convanim.views.stacks.sheets.sheet_shapes import sheet_shapes
from convanim.views.stacks.stack import Stack
from convanim.views.stacks.stack_page import finished_stack
from convanim.views.text_layout import words_of

_TRIED = 64  # steps that are asked where a map stands over the one that it reads
_LARGEST_CELL = 44  # pixels at the base width
_LEAST_CELL = 4
_BETWEEN = 1.4  # rows of cells from one map to the next
_LEAST_BETWEEN = 34  # the same in pixels at the base width
_GUTTER = 0.34  # of the width that labels may take at most
_APART = 0.6  # ems between labels
_TALLEST = 0.9  # of the width, that rows with broken labels may take


def chain_rows(stack: Stack) -> Scene:
    """The rows of a chain. Raises TooNarrowError when there is no room for its cells or their numbers."""
    zeros = _zeros(stack)
    left = min(zero + plan.canvas.ranges[0].start for zero, plan in zip(zeros, stack.maps))
    longest = max(zero + plan.canvas.ranges[0].stop for zero, plan in zip(zeros, stack.maps)) - left
    largest = stack.largest_cell(_LARGEST_CELL)
    gutters = [(gutter, min(largest, int((stack.room - gutter) / longest))) for gutter in _gutters(stack)]
    # Labels that are broken leave more of the page to the maps.
    gutter, cell = max(gutters, key=lambda each: each[1])
    if cell < stack.least(_LEAST_CELL):
        raise TooNarrowError(f"leaves less than {stack.spelled_least(_LEAST_CELL)} to a cell")
    blocks = gutter_labels(stack, gutter - stack.margin)
    tallest = max((block.height for block in blocks), default=0)
    down = round(max(cell + max(_BETWEEN * cell, _LEAST_BETWEEN * stack.unit), tallest + _APART * stack.label_em))
    top = stack.margin + max(0, round(tallest - cell) // 2)
    start = round(stack.width - stack.margin - (stack.room - gutter + longest * cell) / 2)
    placed: list[PlacedSheet] = []
    for number, (plan, zero) in enumerate(zip(stack.maps, zeros)):
        x = round(start + (zero + plan.canvas.ranges[0].start - left) * cell)
        y = top + (len(stack.maps) - 1 - number) * down
        placed.append(PlacedSheet(plan, 0, Lattice((x, y), (cell, 0), (0, cell))))
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


def _gutters(stack: Stack) -> list[int]:
    """Pixels that labels may take: in whole lines, and broken where words end, if that leaves rows low enough."""
    if not stack.labels:
        return [0]
    lines = [line for plan in stack.maps for line in plan.label]
    words = [word for line in lines for word in words_of(line, stack.words)]
    whole, broken = (max(stack.font.width(each, 1) for each in of) * stack.label_em for of in (lines, words))
    found = [round(min(wide, _GUTTER * stack.width) + stack.margin) for wide in (whole, broken + 1)]
    heights = [block.height + _APART * stack.label_em for block in gutter_labels(stack, found[-1] - stack.margin)]
    return found if max(heights) * len(heights) <= _TALLEST * stack.width else found[:1]


def _zeros(stack: Stack) -> list[float]:
    """Where position 0 of each map stands, in cells from that of the input.

    What reads a map stands over the middle of what it reads; where all padding is before a map, as of causal layers,
    over the end of it: there cells of one time are above each other.
    """
    assert stack.links is not None
    zeros = [0.0]
    for number, plan in enumerate(stack.maps[:-1]):
        ends = [stack.links(step)[number] for step in (0, stack.steps - 1)]
        if not all(map(len, ends)):  # some cells read nothing but padding that no stage made
            ends = [stack.links(int(step))[number] for step in np.linspace(0, stack.steps - 1, _TRIED)]
        pairs = np.concatenate(ends)
        if not len(pairs):
            zeros.append(zeros[-1])
            continue
        first, last = pairs.min(axis=0), pairs.max(axis=0)
        own = np.flatnonzero(plan.kinds[CellKind.INPUT])
        is_causal = own[0] > 0 and own[-1] == plan.canvas.columns - 1
        below, above = last if is_causal else (first + last) / 2
        zeros.append(zeros[-1] + float(below - above))
    return zeros


def _links(stack: Stack, below: PlacedSheet, above: PlacedSheet, number: int, step: int) -> Floats:
    """From the upper side of each cell that is read, padding too, to the lower side of the cell that reads it."""
    assert stack.links is not None
    pairs = stack.links(step)[number - 1]
    first = [place.plan.canvas.ranges[0].start for place in (below, above)]
    start = below.lattice.points(np.stack([np.zeros(len(pairs)), pairs[:, 0] - first[0] + 0.5], axis=1))
    end = above.lattice.points(np.stack([np.ones(len(pairs)), pairs[:, 1] - first[1] + 0.5], axis=1))
    return np.stack([start, end], axis=1)
