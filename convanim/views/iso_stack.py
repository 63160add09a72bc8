"""Stacks of slanted sheets above each other, the input below; a prism goes through the sheets that a cell reads."""

from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from convanim.layers.sizes import Sizes
from convanim.scene.scene import Floats, Lattice, Lines, Offset, Scene, Shape, Texts
from convanim.views.drawing import TooNarrowError
from convanim.views.gridless_sheets import gridless_shapes
from convanim.views.iso import iso_basis
from convanim.views.legend import LEGEND_HEIGHT, bar
from convanim.views.page import finished_stack
from convanim.views.sheets import LEAST_BLOCK, PlacedSheet, scale_of, sheet_shapes, written
from convanim.views.stack import SheetMap, Stack
from convanim.views.text_layout import Block, text_block, words_of, wrapped

_LARGEST_CELL = 44  # pixels of a column at the base width
_LEAST_CELL = 6  # pixels of a column below which sheets have no grid
_TALLEST = 1.4  # of the width
_SPREAD = 0.62  # from a sheet to the next, in cells
_LEAST_SPREAD, _MOST_SPREAD = 9, 26  # the same in pixels at the base width
_GUTTER = 0.3  # of the width that labels may take at most
_BASES = {"": 1.0, "group": 1.9, "elided": 2.2}  # how much wider what parts sheets is than a plain step
_TICK = ((2, -1), (1, 1))  # the basis of sheets without a grid
_LEAST_TICKS = 10


class _Layout(NamedTuple):
    """A size at which all maps fit: the basis, the rows and columns of each, and what is between sheets and maps."""

    basis: tuple[Offset, Offset]
    dims: tuple[Sizes, ...]
    spread: int
    gap: int
    is_coarse: bool

    def width(self) -> int:
        """The width of the widest map."""
        (cx, _), (rx, _) = self.basis
        return max(columns * cx + rows * rx for rows, columns in self.dims)

    def height(self, number: int) -> int:
        """The height of one sheet of a map."""
        (_, cy), (_, ry) = self.basis
        rows, columns = self.dims[number]
        return columns * -cy + rows * ry


def iso_stack(stack: Stack) -> Scene:
    """The slanted view of a stack. Raises TooNarrowError when there is no room for its cells or their numbers."""
    gutter = _gutter(stack)
    layout = _layout(stack, stack.room - gutter)
    middle = stack.margin + gutter + (stack.room - gutter) // 2
    top = stack.margin
    blocks = gutter_labels(stack, gutter - stack.margin)
    stood: list[_Stood] = []
    for number in reversed(range(len(stack.maps))):
        map_ = _stood(stack, layout, number, middle, top)
        # A label may be higher than its map; the next one must not run into it.
        over = max(0, round(blocks[number].height) - (map_.bottom - map_.top)) if blocks else 0
        stood.append(_stood(stack, layout, number, middle, top + over // 2))
        top = stood[-1].bottom + over // 2 + layout.gap
    bottom = stood[-1].bottom
    shapes: list[Shape] = []
    for map_ in reversed(stood):
        if map_.number:
            below = stood[len(stood) - map_.number]
            shapes.append(Lines("ray", lru_cache(maxsize=4)(partial(_rays, stack, below, map_))))
        shapes += _map_shapes(stack, map_)
    for map_, block in zip(reversed(stood), blocks):
        label, end = _label(stack, map_, block)
        shapes += label
        bottom = max(bottom, end)
    if stack.is_heat:
        share = stack.room / len(stack.maps)
        for number, plan in enumerate(stack.maps):
            centre = stack.margin + (number + 0.5) * share
            word = plan.label[0] if plan.label else plan.name
            shapes += bar(stack, centre, bottom, share - 8 * stack.unit, scale_of(plan), number, word)
        bottom += round(LEGEND_HEIGHT * stack.unit)
    return finished_stack(stack, shapes, bottom, has_grid=not layout.is_coarse)


@dataclass(frozen=True)
class _Stood:
    """A map that has its place: its sheets from the top one down."""

    number: int
    sheets: tuple[PlacedSheet, ...]
    top: int
    bottom: int


def _gutter(stack: Stack) -> int:
    """Pixels to the left that labels take."""
    if not stack.labels:
        return 0
    widest = max(stack.font.width(line, 1) for plan in stack.maps for line in plan.label)
    longest_word = max(
        stack.font.width(word, 1) for plan in stack.maps for line in plan.label for word in words_of(line)
    )
    least = longest_word * stack.least_em
    return round(max(min(widest * stack.label_em, _GUTTER * stack.width), least) + 2 + stack.margin)


def _layout(stack: Stack, room: int) -> _Layout:
    is_crowded = _gap(stack, 0) * (len(stack.maps) - 1) > _TALLEST * stack.width  # by what parts the maps alone
    for cell in () if is_crowded else range(round(_LARGEST_CELL * stack.cell_unit), stack.least(_LEAST_CELL) - 1, -1):
        if cell % 2 and cell >= 16:
            continue
        dims = tuple((plan.canvas.rows, plan.canvas.columns) for plan in stack.maps)
        layout = _Layout(iso_basis(cell), dims, _spread(stack, cell), _gap(stack, cell), False)
        if _fits(stack, layout, room):
            return layout
    if any(plan.numbers is not None for plan in stack.maps):
        raise TooNarrowError(f"leaves less than {stack.spelled_least(_LEAST_CELL)} to a cell")
    largest = max(max(plan.canvas.rows, plan.canvas.columns) for plan in stack.maps)
    least = stack.least(_LEAST_TICKS)
    for ticks in () if is_crowded else range(room // 3, least - 1, -1):
        dims = tuple(
            (_scaled(plan.canvas.rows, ticks, largest, least), _scaled(plan.canvas.columns, ticks, largest, least))
            for plan in stack.maps
        )
        layout = _Layout(_TICK, dims, _spread(stack, 24), _gap(stack, 24), True)
        if _fits(stack, layout, room):
            return layout
    raise TooNarrowError("leaves no room for the maps")


def _scaled(cells: int, ticks: int, largest: int, least: int) -> int:
    return min(max(least, round(cells * ticks / largest)), max(ticks, least))


def _spread(stack: Stack, cell: int) -> int:
    return round(min(max(_SPREAD * cell, _LEAST_SPREAD * stack.cell_unit), _MOST_SPREAD * stack.cell_unit))


def _gap(stack: Stack, cell: int) -> int:
    return round(max(0.45 * cell, 14 * stack.unit))


def _fits(stack: Stack, layout: _Layout, room: int) -> bool:
    if layout.width() > room:
        return False
    depths = sum(layout.height(n) + _offsets(plan, layout.spread)[-1] for n, plan in enumerate(stack.maps))
    return depths + layout.gap * (len(stack.maps) - 1) <= _TALLEST * stack.width


def _offsets(plan: SheetMap, spread: int) -> list[int]:
    """How far each drawn sheet lies below the first."""
    offsets = [0]
    for sheet in range(1, plan.sheets):
        offsets.append(offsets[-1] + round(spread * _BASES[plan.breaks_before(sheet)]))
    return offsets


def _stood(stack: Stack, layout: _Layout, number: int, middle: int, top: int) -> _Stood:
    plan = stack.maps[number]
    (cx, cy), (rx, ry) = layout.basis
    rows, columns = layout.dims[number]
    left = middle - (columns * cx + rows * rx) // 2
    offsets = _offsets(plan, layout.spread)
    sheets = tuple(
        PlacedSheet(
            plan,
            sheet,
            Lattice((left, top + columns * -cy + down), (cx, cy), (rx, ry)),
            layout.dims[number] if layout.is_coarse else None,
            stack.least(LEAST_BLOCK),
        )
        for sheet, down in enumerate(offsets)
    )
    return _Stood(number, sheets, top, top + layout.height(number) + offsets[-1])


def _map_shapes(stack: Stack, stood: _Stood) -> list[Shape]:
    """All of one map: its sheets from the lowest up, then what moves over them, and the prism through them."""
    still: list[Shape] = []
    moving: list[Shape] = []
    text = None if stood.sheets[0].ticks else written(stack, stood.sheets[0].plan, stood.sheets[0].lattice)
    for placed in reversed(stood.sheets):
        if placed.ticks is None:
            # Numbers on a sheet under another would be half hidden.
            shown = text if text is None or placed.sheet == 0 else replace(text, strings=())
            shapes, over = sheet_shapes(stack, placed, stood.number, shown)
            if stood.number == len(stack.maps) - 1:
                _, over = sheet_shapes(stack, placed, stood.number, text)  # the current cell lies over all sheets
        else:
            shapes, over = gridless_shapes(stack, placed, stood.number)
        still += shapes
        moving += over
    prism = []
    if stood.number < len(stack.maps) - 1 and len(stood.sheets) > 1:
        prism = [Lines("ray", lru_cache(maxsize=4)(partial(_prism, stack, stood)))]
    return still + _dots(stack, stood) + moving + prism


def _dots(stack: Stack, stood: _Stood) -> list[Shape]:
    """A vertical ellipsis where sheets are left out, at their left corners."""
    plan = stood.sheets[0].plan
    points = []
    for above, below in zip(stood.sheets, stood.sheets[1:]):
        if plan.breaks_before(below.sheet) == "elided":
            corner = (np.array(above.lattice.origin) + np.array(below.lattice.origin)) / 2
            points.append(corner - np.array([2 * stack.unit, 0]))
    return [Texts("label", np.array(points), ("⋮",) * len(points), 16 * stack.unit)] if points else []


def _prism(stack: Stack, stood: _Stood, step: int) -> Floats:
    """From the corners of the window on the lowest sheet that is read to those on the highest."""
    spot = stack.spots(step)[stood.number]
    if len(spot.sheets) < 2 or spot.is_empty:
        return np.zeros((0, 2, 2))
    high, low = stood.sheets[min(spot.sheets)].corners(spot), stood.sheets[max(spot.sheets)].corners(spot)
    return np.stack([high, low], axis=1)


def _rays(stack: Stack, below: _Stood, above: _Stood, step: int) -> Floats:
    """From the corners of what is read, on the highest sheet of one map, to those of what that makes on the next."""
    spots = stack.spots(step)
    read, made = spots[below.number], spots[above.number]
    if read.is_empty or made.is_empty:
        return np.zeros((0, 2, 2))
    start = below.sheets[min(read.sheets)].corners(read)
    return np.stack([start, above.sheets[max(made.sheets)].corners(made)], axis=1)


def gutter_labels(stack: Stack, room: float) -> list[Block]:
    """The label of every map in `room` pixels, all at one size; none where labels are off."""
    if not stack.labels:
        return []
    em = min(text_block(stack, line, room).em for plan in stack.maps for line in plan.label)
    return [
        Block(tuple(w for line in p.label for w in wrapped(line, room / em, stack.font)), em, stack.font)
        for p in stack.maps
    ]


def _label(stack: Stack, stood: _Stood, block: Block) -> tuple[list[Shape], int]:
    """A map's label in the gutter beside it, and where it ends."""
    height = block.height
    top = max(stack.margin, (stood.top + stood.bottom - height) / 2)
    return [block.from_left(stack.margin, top)], round(top + height)
