"""Slanted stacks too deep for sheets: slabs above each other, the input below, all at one scale of channels."""

from functools import lru_cache, partial
from itertools import product
from math import ceil, hypot
from typing import NamedTuple

import numpy as np

from convanim.layers.sizes import Sizes
from convanim.scene.scene import Floats, Lattice, Lines, Scene, Shape
from convanim.views.drawing import TooNarrowError
from convanim.views.stacks.gutter import GUTTER, gutter_labels, gutter_width
from convanim.views.stacks.sheets.placed_sheet import PlacedSheet
from convanim.views.stacks.slabs.prisms import read_of, single_of
from convanim.views.stacks.slabs.shapes import (
    body_shapes,
    bracket,
    bracket_width,
    cell_of,
    made_shapes,
    prism_shapes,
)
from convanim.views.stacks.slabs.slab import FEW, Side, Slab, channel_pixels, slab_basis
from convanim.views.stacks.stack import Stack
from convanim.views.stacks.stack_page import Enlarged, finished_stack

_LARGEST_CELL = 44  # pixels of a column at the base width
_LEAST_CELL = 8  # pixels of a column below which a face has no grid
_TICK = 4  # pixels of a column of one
_LEAST_TICKS = 6  # of a side, at the base width
_TALLEST = 1.4  # of the width
_GAP, _SMALL_GAP = 30, 16  # pixels between slabs at the base width: a few, or many
_LEAST_WINDOW = 8  # pixels of a cell's side at the base width, so that its outline is found, and windows are larger
_MOST_WINDOW = 0.6  # of the smallest side of a face that a window takes where that is more than to scale
_LEAST_PRISM = 3  # pixels of a prism's depth, and of a slice's


class _Layout(NamedTuple):
    """A size at which all slabs of a picture fit: a column's pixels, and so many ticks for so many cells, if any."""

    cell: int
    ticks: tuple[int, int] | None
    least: int  # ticks of a side

    def dims(self, rows: int, columns: int) -> Sizes:
        """The rows and columns of a face, in cells or in ticks."""
        return round(rows * self.per_cell(rows)), round(columns * self.per_cell(columns))

    def per_cell(self, cells: int) -> float:
        """Steps of the lattice for each of so many cells along a side."""
        if self.ticks is None:
            return 1
        ticks, most = self.ticks
        return max(ticks / most, self.least / cells)

    def face(self, rows: int, columns: int) -> tuple[int, int]:
        """The width and height of a face in pixels."""
        (cx, cy), (rx, ry) = slab_basis(self.cell)
        rows, columns = self.dims(rows, columns)
        return columns * cx + rows * rx, columns * -cy + rows * ry


def slab_stack(stack: Stack) -> Scene:
    """The slanted view of a stack of slabs. Raises TooNarrowError when there is no room for them."""
    gutter = gutter_width(stack)
    blocks = gutter_labels(stack, gutter - stack.margin)
    room = stack.room - gutter - bracket_width(stack, max(plan.channels for plan in stack.maps))
    layout = _layout(stack, room)
    middle = stack.margin + gutter + room // 2
    top = stack.margin
    slabs: list[Slab] = []
    for number in reversed(range(len(stack.maps))):
        slab = _slab(stack, layout, number, middle, top)
        canvas = stack.maps[number].canvas
        height = layout.face(canvas.rows, canvas.columns)[1] + slab.thickness
        over = max(0, round(blocks[number].height) - height) if blocks else 0
        slabs.append(_slab(stack, layout, number, middle, top + over // 2))
        top += over + height + _gap(stack)
    bottom = top - _gap(stack)
    shapes: list[Shape] = []
    slabs.reverse()
    for slab in slabs:
        if slab.number:
            rays = partial(_rays, stack, slabs[slab.number - 1], slab)
            shapes.append(Lines("ray", lru_cache(maxsize=4)(rays)))
        is_made = slab is slabs[-1]
        shapes += made_shapes(stack, slab) if is_made else [*body_shapes(stack, slab), *prism_shapes(stack, slab)]
        shapes += bracket(stack, slab)
    for slab, block in zip(slabs, blocks):
        centre = slab.corners(slab.body)[0, 1] + slab.thickness / 2
        label_top = max(stack.margin, centre - block.height / 2)
        shapes.append(block.from_left(stack.margin, label_top))
        bottom = max(bottom, round(label_top + block.height))
    return finished_stack(stack, shapes, bottom, has_grid=layout.ticks is None, enlarged=_enlarged(stack, slabs))


def _enlarged(stack: Stack, slabs: list[Slab]) -> Enlarged:
    """What is drawn larger than to scale at steps in every row and every column."""
    rows, columns = stack.maps[-1].canvas.rows, stack.maps[-1].canvas.columns
    steps = stack.done(0)[[n % rows * columns + n % columns for n in range(max(rows, columns))]].tolist()
    found: Enlarged = None
    for step, slab in product(steps, slabs):
        single = single_of(stack, slab, step)
        for spot in (stack.spots(step)[slab.number], *(() if single is None else (single.read,))):
            if not spot.is_empty and not slab.is_to_scale(spot):
                if any(first + 1 < last for first, last in slab.face.ends(spot)):
                    return "window"
                found = "cell"
    return found


def _gap(stack: Stack) -> int:
    return round((_GAP if max(map(len, stack.beside)) <= FEW else _SMALL_GAP) * stack.unit)


def _layout(stack: Stack, room: int) -> _Layout:
    """The largest size at which all figures of the picture fit, so that their faces, too, are at one scale."""
    if len(stack.beside) > 1:
        channels = max(each.channels for maps in stack.beside for each in maps)
        room = min(room, stack.room - round(GUTTER * stack.width) - bracket_width(stack, channels))
    if _gap(stack) * (len(stack.maps) - 1) > _TALLEST * stack.width:  # by what parts the slabs alone
        raise TooNarrowError("leaves no room for the maps")
    for cell in range(stack.largest_cell(_LARGEST_CELL) // 2 * 2, stack.least(_LEAST_CELL) - 1, -2):
        layout = _Layout(cell, None, 0)
        if _fits(stack, layout, room):
            return layout
    largest = max(max(each.rows, each.columns) for maps in stack.beside for each in maps)
    least = max(stack.least(_LEAST_TICKS), round(_LEAST_TICKS * stack.cell_unit))
    for ticks in range(room // _TICK, least - 1, -1):
        layout = _Layout(_TICK, (ticks, largest), least)
        if _fits(stack, layout, room):
            return layout
    raise TooNarrowError("leaves no room for the maps")


def _fits(stack: Stack, layout: _Layout, room: int) -> bool:
    per_channel = channel_pixels(stack, stack.beside)
    for maps in stack.beside:
        faces = [layout.face(each.rows, each.columns) for each in maps]
        thick = sum(max(1, round(each.channels * per_channel)) for each in maps)
        height = sum(height for _, height in faces) + thick + _gap(stack) * (len(maps) - 1)
        if max(width for width, _ in faces) > room or height > _TALLEST * stack.width:
            return False
    return True


def _slab(stack: Stack, layout: _Layout, number: int, middle: int, top: int) -> Slab:
    """A slab whose highest corner is at `top`."""
    (cx, cy), (rx, ry) = slab_basis(layout.cell)
    plan = stack.maps[number]
    rows, columns = layout.dims(plan.canvas.rows, plan.canvas.columns)
    left = middle - (columns * cx + rows * rx) // 2
    lattice = Lattice((left, top - columns * cy), (cx, cy), (rx, ry))
    face = PlacedSheet(plan, 0, lattice, None if layout.ticks is None else (rows, columns))
    least, most = _enlarged_sides(stack, layout)
    down, across = (
        Side(steps, layout.per_cell(cells), least, most)
        for steps, cells in ((rows, plan.canvas.rows), (columns, plan.canvas.columns))
    )
    return Slab(number, face, (down, across), channel_pixels(stack, stack.beside), stack.least(_LEAST_PRISM))


def _enlarged_sides(stack: Stack, layout: _Layout) -> Sizes:
    """The fewest steps that a cell takes, and the most that a window takes that is larger than to scale.

    They are alike on all faces of a picture, so that windows are in their order over all of them.
    """
    if layout.ticks is None:
        return 1, 1
    least = ceil(max(stack.least(_LEAST_WINDOW), _LEAST_WINDOW * stack.unit) / hypot(*slab_basis(layout.cell)[0]))
    counts = {cells for maps in stack.beside for each in maps for cells in (each.rows, each.columns)} - {1}
    most = round(_MOST_WINDOW * min((round(cells * layout.per_cell(cells)) for cells in counts), default=layout.least))
    return min(least, most), most


def _rays(stack: Stack, below: Slab, above: Slab, step: int) -> Floats:
    """From the upper corners of a window's prism through one slab to the lower ones of what that makes of the next."""
    read, single = read_of(stack, below, step), single_of(stack, below, step)
    made = stack.spots(step)[above.number].core if single is None else single.made
    if read is None or made.is_empty:
        return np.zeros((0, 2, 2))
    is_last = above.number == len(stack.maps) - 1
    depth = cell_of(stack, above, step)[1][1] if is_last else above.span(made.sheets)[1]
    return np.stack([below.corners(read[0], read[1]), above.corners(above.window(made), depth)], axis=1)
