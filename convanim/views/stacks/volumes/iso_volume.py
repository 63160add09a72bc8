"""Slanted slices above one another, the first highest: the input's to the left, the output's to the right.

Those of a chain's maps stand between them.

The window is a box: outlined on every slice that it reads, and along its edges from one to the next. Depth is that of
what is seen: what lies lower is drawn first, and the slices above it hide it; the output hides the rays to it.
"""

from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from convanim.layers.axis import CellKind
from convanim.scene.scene import Floats, Lattice, Lines, Offset, Scene, Shape
from convanim.views.cell_shapes import without_digits
from convanim.views.drawing import TooNarrowError
from convanim.views.legend import LEGEND_HEIGHT, bar
from convanim.views.single_maps.iso import clear_of, iso_basis
from convanim.views.stacks.sheets.placed_sheet import PlacedSheet
from convanim.views.stacks.sheets.sheet_numbers import written
from convanim.views.stacks.sheets.sheet_shapes import sheet_shapes
from convanim.views.stacks.stack import SheetMap, Stack
from convanim.views.stacks.stack_page import finished_stack
from convanim.views.stacks.volumes.slice_texts import slice_name, slice_room
from convanim.views.stacks.volumes.slice_work import SliceWork, slice_work
from convanim.views.text_layout import LEADING, Block, text_block

_LARGEST_CELL = 40  # pixels of a column at the base width
# How far apart slices stand, in heights of one, and from which size of cell on that is kept: where cells would be
# smaller, slices move closer together. Padding hides nothing of what lies under it, so that its slices lie farther
# apart where there is room; with numbers none may hide another.
_CLOSER = ((0.85, 18), (0.6, 13), (0.4, 9), (0.25, 6))
_PADDED = ((1.0, 10), *_CLOSER)
_APART = ((1.02, 12),)
_LEAST_SPREAD = 14  # pixels at the base width from a slice to the next: the height of its name
_TALLEST = 1.2  # of the width
_TALLEST_WITH_WORK = 1.6  # the same with what is done with the kernel
_WORK_CELL, _LEAST_WORK_CELL = 26, 12  # pixels of a cell of that at the base width, at most and on a screen at least
_OVER_WORK = 12  # pixels at the base width between the slices and that
_GAP = 1.6  # between the maps, in cells
_UNDER_LABELS = 0.2  # lines between labels and the highest slice
_BETWEEN_LABELS = 1.0  # ems
_LEAST_GAP = 18  # pixels at the base width
_FINE = 18  # pixels of a cell for lines as wide as in a picture of the base width


class _Layout(NamedTuple):
    """A size at which both maps fit."""

    cell: int
    spread: int  # from a slice to the next

    @property
    def basis(self) -> tuple[Offset, Offset]:
        return iso_basis(self.cell)


@dataclass(frozen=True)
class _Placed:
    """A map that has its place: its slices from the highest down."""

    number: int
    slices: tuple[PlacedSheet, ...]

    @property
    def plan(self) -> SheetMap:
        return self.slices[0].plan


def iso_volume(stack: Stack) -> Scene:
    """The slanted view of a stack of slices. Raises TooNarrowError when there is no room for its cells or numbers."""
    layout, work = _with_work(stack) or (_layout(stack, _TALLEST * stack.width), None)
    names = _name_rooms(stack)
    widths = [name + _width(layout, plan) for name, plan in zip(names, stack.maps)]
    heights = [_height(layout, plan) for plan in stack.maps]
    gap = _gap(stack, layout.cell)
    left = (stack.width - sum(widths) - gap * (len(widths) - 1)) // 2
    ends = np.cumsum([width + gap for width in widths])[:-1]
    rooms = _label_rooms(stack, [left + end - gap / 2 for end in ends.tolist()])
    labels, high = _labels(stack, rooms)
    top = stack.margin + high
    placed: list[_Placed] = []
    shapes: list[Shape] = []
    bottom = top + max(heights)
    for number, (plan, width, height, name) in enumerate(zip(stack.maps, widths, heights, names)):
        down = top + (max(heights) - height) // 2
        start = left if number else left + name
        placed.append(_placed(layout, number, plan, start, down))
        middle = start + (width - name) / 2
        if labels:
            (least, most), half = rooms[number], labels[number].width / 2
            shapes.append(labels[number].at(min(max(middle, least + half), most - half), stack.margin))
        if stack.is_heat and plan.scale is not None:
            shapes += bar(stack, middle, top + max(heights), width - name, plan.scale, number)
        left += width + gap
    if stack.is_heat:
        bottom += round(LEGEND_HEIGHT * stack.unit)
    for each, made in zip(placed, [*placed[1:], None]):
        shapes += _map_shapes(stack, each, made)
    if work is not None:
        top = bottom + round(_OVER_WORK * stack.unit)
        shapes += work.shapes(top)
        bottom = top + work.height
    scene = finished_stack(stack, shapes, bottom)
    return replace(scene, unit=min(stack.unit, max(stack.unit / 2, layout.cell / _FINE)))


def _with_work(stack: Stack) -> tuple[_Layout, SliceWork] | None:
    """The layout with what a step does with the kernel below it; None where there is none of it or no room for both."""
    for cell in range(stack.largest_cell(_WORK_CELL), stack.least(_LEAST_WORK_CELL) - 1, -1):
        try:
            work = slice_work(stack, cell)
            if work is None:
                return None
            work.shapes(0)
            left = _TALLEST_WITH_WORK * stack.width - work.height - _OVER_WORK * stack.unit
            layout = _layout(stack, min(left, _TALLEST * stack.width))
            for plan in stack.maps:
                written(stack, plan, Lattice((0, 0), *layout.basis))
        except TooNarrowError:
            continue
        return layout, work
    return None


def _layout(stack: Stack, tallest: float) -> _Layout:
    """The layout with the largest cells whose slices are far enough apart, and no higher than so many pixels."""
    has_numbers = any(plan.numbers is not None for plan in stack.maps) and not stack.is_heat
    is_padded = not all(plan.kinds[CellKind.INPUT].all() for plan in stack.maps)
    for share, least in _APART if has_numbers else _PADDED if is_padded else _CLOSER:
        for cell in range(stack.largest_cell(_LARGEST_CELL), stack.least(least) - 1, -1):
            if cell % 2 and cell >= 16:
                continue
            layout = _Layout(cell, max(_spread(stack, plan, cell, share) for plan in stack.maps))
            if _fits(stack, layout, tallest):
                return layout
    raise TooNarrowError("leaves no room for the slices")


def _fits(stack: Stack, layout: _Layout, tallest: float) -> bool:
    wide = sum(_width(layout, plan) for plan in stack.maps) + sum(_name_rooms(stack))
    tall = max(_height(layout, plan) for plan in stack.maps)
    return wide + _gap(stack, layout.cell) * (len(stack.maps) - 1) <= stack.room and tall <= tallest


def _name_rooms(stack: Stack) -> list[int]:
    """Pixels that the names of slices take beside each map: they stand outside, where no ray goes."""
    first, *_, last = stack.maps
    return [slice_room(stack, first), *(0 for _ in stack.maps[2:]), slice_room(stack, last)]


def _gap(stack: Stack, cell: int) -> int:
    return round(max(_GAP * cell, _LEAST_GAP * stack.unit))


def _spread(stack: Stack, plan: SheetMap, cell: int, share: float) -> int:
    """Pixels from a slice to the next: a share of those at which none hides another."""
    clear = clear_of(plan.canvas.rows, plan.canvas.columns, iso_basis(cell))
    return max(round(share * clear), round(_LEAST_SPREAD * stack.unit))


def _width(layout: _Layout, plan: SheetMap) -> int:
    (cx, _), (rx, _) = layout.basis
    return plan.canvas.columns * cx + plan.canvas.rows * rx


def _height(layout: _Layout, plan: SheetMap) -> int:
    (_, cy), (_, ry) = layout.basis
    return plan.canvas.columns * -cy + plan.canvas.rows * ry + (plan.sheets - 1) * layout.spread


def _placed(layout: _Layout, number: int, plan: SheetMap, left: int, top: int) -> _Placed:
    """A map whose left corners are at `left` and whose highest one is at `top`."""
    column, row = layout.basis
    first = top - plan.canvas.columns * column[1]
    return _Placed(
        number,
        tuple(
            PlacedSheet(plan, n, Lattice((left, first + n * layout.spread), column, row)) for n in range(plan.sheets)
        ),
    )


def _label_rooms(stack: Stack, between: list[float]) -> list[tuple[float, float]]:
    """From where to where each map's label may reach: as far as to a place between two maps."""
    apart = _BETWEEN_LABELS * stack.label_em / 2
    starts = [float(stack.margin), *(x + apart for x in between)]
    return list(zip(starts, [*(x - apart for x in between), float(stack.width - stack.margin)]))


def _labels(stack: Stack, rooms: list[tuple[float, float]]) -> tuple[list[Block], int]:
    """The label over each map, all at one size, and how high they are; none where labels are off."""
    if not stack.labels:
        return [], 0
    parts = [[text_block(stack, line, b - a) for line in plan.label] for plan, (a, b) in zip(stack.maps, rooms)]
    em = min(part.em for each in parts for part in each)
    blocks = [Block(tuple(line for part in each for line in part.lines), em, stack.font) for each in parts]
    return blocks, round(LEADING * em * (max(len(block.lines) for block in blocks) + _UNDER_LABELS))


def _map_shapes(stack: Stack, placed: _Placed, made: _Placed | None) -> list[Shape]:
    """All of one map, and the rays from it to what it makes; the lowest slice first."""
    text = written(stack, placed.plan, placed.slices[0].lattice)
    shapes: list[Shape] = []
    for sheet, over in zip(reversed(placed.slices), [*reversed(placed.slices[:-1]), None]):
        still, moving = sheet_shapes(stack, sheet, placed.number, text)
        name = slice_name(stack, sheet, is_right=made is None) if made is None or placed.number == 0 else []
        cells, digits = without_digits(moving)
        shapes += still + name + cells
        if over is not None and made is not None:
            # Heavy lines would hide numbers, and a box that is as narrow as a cell.
            is_light = (text is not None and text.strings) or _narrowest(stack, placed.number) == 1
            role = "ray" if is_light else "accent"
            shapes.append(Lines(role, lru_cache(maxsize=4)(partial(_edges, stack, placed.number, sheet, over))))
        if made is not None:
            shapes.append(Lines("ray", lru_cache(maxsize=4)(partial(_rays, stack, placed.number, sheet, made))))
        shapes += digits
    return shapes


def _edges(stack: Stack, number: int, sheet: PlacedSheet, over: PlacedSheet, step: int) -> Floats:
    """The box's edges from the window on a slice up to the slice over it, if the box reaches so far."""
    spot = stack.spots(step)[number]
    if not min(spot.sheets) <= over.sheet < sheet.sheet <= max(spot.sheets):
        return np.zeros((0, 2, 2))
    return np.stack([over.corners(spot), sheet.corners(spot)], axis=1)


def _narrowest(stack: Stack, number: int) -> int:
    """How many cells a side of the window has on a slice, the shorter one."""
    return min(map(len, stack.spots(0)[number].axes))


def _rays(stack: Stack, number: int, sheet: PlacedSheet, made: _Placed, step: int) -> Floats:
    """The rays from a slice to what is made of its box: they leave the box's first slice and its last.

    They come to the first and to the last slice of what is made, those of padding apart.
    """
    spots = stack.spots(step)
    read, to = spots[number], spots[made.number].core
    depths = [n for n in to.sheets if made.plan.kinds_on(n)[CellKind.INPUT].any()]
    if to.is_empty or not depths:
        return np.zeros((0, 2, 2))
    corners = sheet.corners(read)
    first, last = (made.slices[depth].corners(to) for depth in (min(depths), max(depths)))
    is_first, is_last = sheet.sheet == min(read.sheets), sheet.sheet == max(read.sheets)
    if is_first and is_last and len(depths) == 1:
        return np.stack([corners, first], axis=1)
    # Corners of the box's side that looks to the output.
    sides = [(corners[[1, 2]], first[[1, 2]])] * is_first + [(corners[[2, 3]], last[[2, 3]])] * is_last
    lines = [np.stack(ends, axis=1) for ends in sides]
    return np.concatenate([np.zeros((0, 2, 2)), *lines])
