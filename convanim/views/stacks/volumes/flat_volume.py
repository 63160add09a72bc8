"""Slices from above, beside one another in the order of their depth: the input's over the output's.

Where there are weights, the kernel's slices stand between them, their products with what is under each, and the sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convanim.scene.scene import Floats, Lattice, Scene, Shape, Texts
from convanim.views.drawing import TooNarrowError
from convanim.views.legend import LEGEND_HEIGHT, bar
from convanim.views.stacks.sheets.placed_sheet import PlacedSheet
from convanim.views.stacks.sheets.sheet_numbers import written
from convanim.views.stacks.sheets.sheet_shapes import sheet_shapes
from convanim.views.stacks.stack import SheetMap, Stack
from convanim.views.stacks.stack_page import finished_stack
from convanim.views.stacks.volumes.slice_texts import name_em, names_over
from convanim.views.stacks.volumes.slice_work import SliceWork, slice_work
from convanim.views.text_layout import Block, text_block

_LARGEST_CELL = 40  # pixels at the base width
_LEAST_CELL = 4
_LEAST_IN_ONE_ROW = 12  # where cells of one row are smaller, slices stand in several
_LARGEST_IN_ROWS = 24
_BETWEEN = 12  # pixels at the base width between slices
_ROW_GAP = 26  # between the maps, for the arrow
_NAME = 1.6  # lines that the names over a row of slices take
_TALLEST = 1.5  # of the width
_SIGN_EM = 20


@dataclass(frozen=True)
class _Block:
    """The slices of a map in rows of `across`, at one size of cell."""

    plan: SheetMap
    cell: int
    across: int

    def width(self, stack: Stack) -> int:
        """Pixels from the first slice's left to the last one's right."""
        between = round(_BETWEEN * stack.unit)
        return self.across * self.plan.canvas.columns * self.cell + (self.across - 1) * between

    def height(self, stack: Stack) -> int:
        """Pixels of all rows, and of the names over each."""
        rows = -(-self.plan.sheets // self.across)
        return rows * (self.plan.canvas.rows * self.cell + name_height(stack)) + (rows - 1) * _low(stack)

    def placed(self, stack: Stack, top: int) -> tuple[PlacedSheet, ...]:
        """Every slice where it stands, in the middle of the page."""
        left, wide = (stack.width - self.width(stack)) // 2, self.plan.canvas.columns * self.cell
        tall = self.plan.canvas.rows * self.cell + name_height(stack) + _low(stack)
        found = []
        for sheet in range(self.plan.sheets):
            row, along = divmod(sheet, self.across)
            origin = (
                left + along * (wide + round(_BETWEEN * stack.unit)),
                top + name_height(stack) + row * tall,
            )
            found.append(PlacedSheet(self.plan, sheet, Lattice(origin, (self.cell, 0), (0, self.cell))))
        return tuple(found)


def name_height(stack: Stack) -> int:
    """Pixels of the names over a row of slices."""
    return round(_NAME * name_em(stack)) if stack.labels else 0


def _low(stack: Stack) -> int:
    return round(0.5 * _BETWEEN * stack.unit)


def flat_volume(stack: Stack) -> Scene:
    """The view of slices from above. Raises TooNarrowError when there is no room for its cells or their numbers."""
    labels = [_label(stack, plan) for plan in stack.maps]
    blocks, work = _arranged(stack, labels)
    shapes: list[Shape] = []
    moving: list[Shape] = []
    bottom = stack.margin
    for number, (block, label) in enumerate(zip(blocks, labels)):
        if number:
            if work is not None:
                top = bottom + _row_gap(stack)
                shapes += work.shapes(top)
                bottom = top + work.height
            middle = bottom + _row_gap(stack) / 2
            shapes.append(Texts("label", _point(stack.width / 2, middle), ("↓",), _SIGN_EM * stack.unit))
            bottom += _row_gap(stack)
        if label is not None:
            shapes.append(label.at(stack.width / 2, bottom))
            bottom += round(label.height)
        placed = block.placed(stack, bottom)
        text = written(stack, block.plan, placed[0].lattice)
        shapes += names_over(stack, placed)
        for each in placed:
            still, over = sheet_shapes(stack, each, number, text)
            shapes += still
            moving += over
        bottom += block.height(stack)
        if stack.is_heat and block.plan.scale is not None:
            shapes += bar(stack, stack.width / 2, bottom, stack.room / 2, block.plan.scale, number)
            bottom += round(LEGEND_HEIGHT * stack.unit)
    return finished_stack(stack, shapes + moving, bottom)


def _row_gap(stack: Stack) -> int:
    return round(_ROW_GAP * stack.unit)


def _label(stack: Stack, plan: SheetMap) -> Block | None:
    return text_block(stack, plan.label[0], stack.room) if stack.labels else None


def _arranged(stack: Stack, labels: Sequence[Block | None]) -> tuple[list[_Block], SliceWork | None]:
    """The slices at the largest size of cell: in one row a map, unless that makes their cells too small."""
    narrow = TooNarrowError("leaves no room for the slices")
    most = stack.largest_cell(_LARGEST_CELL)
    in_rows = min(most, stack.largest_cell(_LARGEST_IN_ROWS))
    for cell, is_one_row in (
        *((cell, True) for cell in range(most, stack.least(_LEAST_IN_ONE_ROW) - 1, -1)),
        *((cell, False) for cell in range(in_rows, stack.least(_LEAST_CELL) - 1, -1)),
    ):
        blocks = [_block(stack, plan, cell) for plan in stack.maps]
        if any(block is None or (is_one_row and block.across < block.plan.sheets) for block in blocks):
            continue
        fitting = [block for block in blocks if block is not None]
        try:
            work = slice_work(stack, cell)
            tall = sum(block.height(stack) for block in fitting) + sum(round(b.height) for b in labels if b is not None)
            tall += _row_gap(stack) if work is None else 2 * _row_gap(stack) + work.height
            if tall > _TALLEST * stack.width:
                continue
            for plan in stack.maps:
                written(stack, plan, Lattice((0, 0), (cell, 0), (0, cell)))
            if work is not None:
                work.shapes(0)
        except TooNarrowError as error:
            narrow = error
            continue
        return fitting, work
    raise narrow


def _block(stack: Stack, plan: SheetMap, cell: int) -> _Block | None:
    """The slices of a map in as few rows as have room for them, all of one length; None where one has no room."""
    between = round(_BETWEEN * stack.unit)
    most = (stack.room + between) // (plan.canvas.columns * cell + between)
    if most == 0:
        return None
    rows = -(-plan.sheets // most)
    return _Block(plan, cell, -(-plan.sheets // rows))


def _point(x: float, y: float) -> Floats:
    return np.array([(x, y)])
