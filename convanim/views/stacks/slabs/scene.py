"""Slanted stacks too deep for sheets: slabs above each other, the input below, all at one scale of channels."""

from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from convanim.layers.sizes import Sizes
from convanim.scene.scene import Floats, Lattice, Lines, Scene, Shape
from convanim.views.drawing import TooNarrowError
from convanim.views.stacks.gutter import GUTTER, gutter_labels, gutter_width
from convanim.views.stacks.sheets import LEAST_BLOCK, PlacedSheet
from convanim.views.stacks.slabs.shapes import (
    body_shapes,
    bracket,
    bracket_width,
    cell_of,
    made_shapes,
    prism_shapes,
    read_of,
)
from convanim.views.stacks.slabs.slab import FEW, Slab, channel_pixels, slab_basis
from convanim.views.stacks.stack import Stack
from convanim.views.stacks.stack_page import finished_stack

_LARGEST_CELL = 44  # pixels of a column at the base width
_LEAST_CELL = 8  # pixels of a column below which a face has no grid
_TICK = 4  # pixels of a column of one
_LEAST_TICKS = 6
_TALLEST = 1.4  # of the width
_GAP, _SMALL_GAP = 30, 16  # pixels between slabs at the base width: a few, or many
_LEAST_BLOCK = 16  # pixels of a window's side at the base width, so that its outline leaves room for its colour
_LEAST_PRISM = 3  # pixels of a prism's depth, and of a slice's


class _Layout(NamedTuple):
    """A size at which all slabs of a picture fit: a column's pixels, and so many ticks for so many cells, if any."""

    cell: int
    ticks: tuple[int, int] | None
    least: int  # ticks of a side

    def dims(self, rows: int, columns: int) -> Sizes:
        """The rows and columns of a face, in cells or in ticks."""
        if self.ticks is None:
            return rows, columns
        ticks, cells = self.ticks
        return max(self.least, round(rows * ticks / cells)), max(self.least, round(columns * ticks / cells))

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
    return finished_stack(stack, shapes, bottom, has_grid=layout.ticks is None)


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
    least = stack.least(_LEAST_TICKS)
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
    ticks = None if layout.ticks is None else (rows, columns)
    face = PlacedSheet(plan, 0, lattice, ticks, max(stack.least(LEAST_BLOCK), round(_LEAST_BLOCK * stack.unit)))
    return Slab(number, face, channel_pixels(stack, stack.beside), stack.least(_LEAST_PRISM))


def _rays(stack: Stack, below: Slab, above: Slab, step: int) -> Floats:
    """From the upper corners of the prism through one slab to the lower ones of what that makes of the next."""
    read, made = read_of(stack, below, step), stack.spots(step)[above.number].core
    if read is None or made.is_empty:
        return np.zeros((0, 2, 2))
    is_last = above.number == len(stack.maps) - 1
    depth = cell_of(stack, above, step)[1][1] if is_last else above.span(made.sheets)[1]
    return np.stack([below.corners(read[0], read[1]), above.corners(above.face.block(made), depth)], axis=1)
