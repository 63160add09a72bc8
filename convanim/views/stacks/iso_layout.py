"""Where the maps of a slanted stack stand: the size of their cells, and their sheets in lanes or in one pile."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import product
from math import ceil
from typing import NamedTuple

import numpy as np

from convanim.layers.sizes import Sizes
from convanim.scene.scene import Floats, Lattice, Offset
from convanim.views.drawing import TooNarrowError
from convanim.views.single_maps.iso import clear_of, iso_basis
from convanim.views.stacks.lanes import Floor, Lanes, edges_between, lanes_of
from convanim.views.stacks.sheets.placed_sheet import LEAST_BLOCK, PlacedSheet
from convanim.views.stacks.stack import SheetMap, Stack

_LARGEST_CELL = 44  # pixels of a column at the base width
_LEAST_CELL = 6  # pixels of a column below which sheets have no grid
_LEAST_IN_LANES = 9  # below which all sheets of a map are one pile, so that their cells are larger
_TALLEST = 1.4  # of the width
_LEAST_IN_A_RANK = 0.65  # of the largest cells that there could be, those of lanes in fewer ranks
_LEAST_APART = 0.6  # of the cells of stacked sheets, those of sheets that all stand apart, so that all of each is seen
_SPREAD = 0.8  # from a sheet to the next, in cells
_LEAST_SPREAD, _MOST_SPREAD = 10, 30  # the same in pixels at the base width
_CLEAR = 1.03  # of the distance at which no sheet hides another
_BASES = {"": 1.0, "group": 1.9, "elided": 2.2}  # how much wider what parts sheets is than a plain step
TICK = ((2, -1), (1, 1))  # the basis of sheets without a grid
_LEAST_TICKS = 10
_TICKS_IN_LANES = 20
COARSE = 24  # pixels of the cells whose gaps stand between sheets without a grid


class Layout(NamedTuple):
    """A size at which all maps fit: the basis, the rows and columns of each, its lanes, so many beside each other."""

    basis: tuple[Offset, Offset]
    dims: tuple[Sizes, ...]
    lanes: tuple[Lanes, ...]
    across: int
    cell: int  # pixels that what is between sheets and maps goes by
    is_coarse: bool
    is_clear: bool = False  # whether sheets of a lane lie so far apart that none hides another


@dataclass(frozen=True)
class Stood:
    """A map that has its place: its lanes, the sheets of each from the highest down."""

    number: int
    lanes: tuple[tuple[PlacedSheet, ...], ...]

    @cached_property
    def sheets(self) -> dict[int, PlacedSheet]:
        """Every drawn sheet by its number."""
        return {placed.sheet: placed for lane in self.lanes for placed in lane}

    @cached_property
    def top(self) -> int:
        """The y of the highest corner."""
        return round(min(float(placed.outline[:, 1].min()) for placed in self.sheets.values()))

    @cached_property
    def bottom(self) -> int:
        """The y of the lowest corner."""
        return round(max(float(placed.outline[:, 1].max()) for placed in self.sheets.values()))

    @property
    def middle(self) -> float:
        """The y of the middle of the lane that is farthest to the left, which a label stands beside."""
        y = np.concatenate([placed.outline[:, 1] for placed in self.lanes[0]])
        return float(y.min() + y.max()) / 2

    def edges(self, left: int, width: int) -> tuple[Floats, Floats]:
        """The upper and the lower edge of all sheets at each pixel; of a map of one lane those of the box around it."""
        if len(self.lanes) == 1:
            return np.full(width, float(self.top)), np.full(width, float(self.bottom))
        both = [edges_between(placed.outline, left, width) for placed in self.sheets.values()]
        return np.min([upper for upper, _ in both], axis=0), np.max([lower for _, lower in both], axis=0)


def layouts(stack: Stack, room: int, heights: Sequence[float]) -> Iterator[Layout]:
    """The layouts of a stack in `room` pixels with labels so high: of sheets apart, in lanes, and in piles alone.

    Those come first that show more of the sheets, where they fit and cells are not much smaller; with numbers those
    whose sheets hide none come before the others. Raises TooNarrowError when there is none.
    """
    lanes = tuple(lanes_of(stack, number) for number in range(len(stack.maps)))
    piles = tuple((tuple(range(plan.sheets)),) for plan in stack.maps)
    apart = tuple(tuple((sheet,) for sheet in range(plan.sheets)) for plan in stack.maps)
    has_numbers = any(plan.numbers is not None for plan in stack.maps)
    is_hiding = has_numbers and not stack.is_heat and any(len(lane) > 1 for of_map in lanes for lane in of_map)
    is_crowded = _gap(stack, 0) * (len(stack.maps) - 1) > _TALLEST * stack.width  # by what parts the maps alone
    for coarse in () if is_crowded else (False, True):
        if coarse and has_numbers:
            continue
        largest = partial(_largest, stack, room, heights, is_coarse=coarse)
        found = [
            layout
            for is_clear, each in product((True, False) if is_hiding else (False,), dict.fromkeys((lanes, piles)))
            if (layout := largest(each, is_pile=each == piles, is_clear=is_clear)) is not None
        ]
        if apart != lanes and not coarse:
            spread = largest(apart, is_pile=False, is_one_rank=True)
            stacked = next((layout.cell for layout in found if not layout.is_clear), 0)
            if spread is not None and spread.cell >= _LEAST_APART * stacked:
                found.insert(0, spread)
        if found:
            yield from found
            return
    if has_numbers:
        raise TooNarrowError(f"leaves less than {stack.spelled_least(_LEAST_CELL)} to a cell")
    raise TooNarrowError("leaves no room for the maps")


def _largest(
    stack: Stack,
    room: int,
    heights: Sequence[float],
    lanes: tuple[Lanes, ...],
    *,
    is_coarse: bool,
    is_pile: bool,
    is_clear: bool = False,
    is_one_rank: bool = False,
) -> Layout | None:
    """The layout with the largest cells, or ticks, that fits; None where all would be too small."""
    most = max(map(len, lanes))
    ranks = dict.fromkeys(-(-most // rank) for rank in range(1, 2 if is_one_rank else most + 1))

    @lru_cache
    def at(size: int, across: int) -> Layout | None:
        dims = dims_at(stack, size, is_coarse=is_coarse)
        basis = TICK if is_coarse else iso_basis(size)
        layout = Layout(basis, dims, lanes, across, COARSE if is_coarse else size, is_coarse, is_clear)
        if max(_width(stack, layout, number) for number in range(len(dims))) > room:
            return None
        fits = placed(stack, layout, 0, 0, heights)[0].bottom <= _TALLEST * stack.width
        return layout if fits else None

    sizes = list(sizes_down(stack, room, is_coarse=is_coarse, is_pile=is_pile))
    found: list[tuple[int, Layout]] = []
    for across in ranks:
        fits = bisect_left(sizes, True, key=lambda size: at(size, across) is not None)  # smaller ones do so, too
        layout = at(sizes[fits], across) if fits < len(sizes) else None
        if layout is not None:
            found.append((sizes[fits], layout))
    largest = max((size for size, _ in found), default=0)
    # In few ranks rays pass no lane but their own.
    return next((layout for size, layout in found if size >= _LEAST_IN_A_RANK * largest), None)


def sizes_down(stack: Stack, room: int, *, is_coarse: bool, is_pile: bool) -> Iterator[int]:
    """Pixels of a cell, or ticks of the longest side, from the largest down."""
    if is_coarse:
        yield from range(room // 3, stack.least(_LEAST_TICKS if is_pile else _TICKS_IN_LANES) - 1, -1)
        return
    least = stack.least(_LEAST_CELL if is_pile else _LEAST_IN_LANES)
    yield from (n for n in range(stack.largest_cell(_LARGEST_CELL), least - 1, -1) if n % 2 == 0 or n < 16)


def dims_at(stack: Stack, size: int, *, is_coarse: bool) -> tuple[Sizes, ...]:
    """Rows and columns of each map in cells, or in ticks, of which the longest side has `size`."""
    sides = [(plan.canvas.rows, plan.canvas.columns) for plan in stack.maps]
    if not is_coarse:
        return tuple(sides)
    largest, least = max(map(max, sides)), stack.least(_LEAST_TICKS)
    scaled = [[min(max(least, round(n * size / largest)), max(size, least)) for n in side] for side in sides]
    return tuple(map(tuple, scaled))


def _spread(stack: Stack, cell: int) -> int:
    return round(min(max(_SPREAD * cell, _LEAST_SPREAD * stack.cell_unit), _MOST_SPREAD * stack.cell_unit))


def _gap(stack: Stack, cell: int) -> int:
    return round(max(0.45 * cell, 14 * stack.unit))


def offsets(stack: Stack, layout: Layout, plan: SheetMap, lane: Sequence[int]) -> list[int]:
    """How far each sheet of a lane lies below its first."""
    found, plain = [0], _spread(stack, layout.cell)
    more = 0.0
    if layout.is_clear:
        more = max(0.0, _CLEAR * clear_of(plan.canvas.rows, plan.canvas.columns, layout.basis) - plain)
    for sheet in lane[1:]:
        found.append(found[-1] + round(plain * _BASES[plan.breaks_before(sheet)] + more))
    return found


def _floor(stack: Stack, layout: Layout, number: int) -> Floor:
    """How lanes of a map lie beside each other, so far apart that lower sheets hide nothing of the next lane.

    Lanes of all maps lie equally far apart. In one rank, those that more lanes are made of than there are of their own
    are farther: each is under those that are made of it.
    """
    (cx, cy), (rx, ry) = layout.basis
    several = [n for n, lanes in enumerate(layout.lanes) if len(lanes) > 1]
    apart = max((_lane_width(stack, layout, n) / _shares(layout, n) for n in several), default=0.0)
    along = 2 * ceil(apart * _shares(layout, number) / 2)
    gap = max((_lane_gap(stack, layout, n) for n in several), default=0)
    rows = max((layout.dims[n][0] for n in several), default=0)
    return Floor(layout.across, (along, round(along * cy / cx)), (rows * rx + gap, rows * ry + gap))


def _shares(layout: Layout, number: int) -> int:
    """How many lanes there are on other maps for each of a map, where all are in one rank and as many for each."""
    most, own = max(map(len, layout.lanes)), len(layout.lanes[number])
    return most // own if layout.across >= most and most % own == 0 else 1


def _lane_width(stack: Stack, layout: Layout, number: int) -> int:
    """Pixels from the left corner of a lane of a map to that of the next one, at least."""
    return layout.dims[number][1] * layout.basis[0][0] + _lane_gap(stack, layout, number)


def _lane_gap(stack: Stack, layout: Layout, number: int) -> int:
    plan = stack.maps[number]
    deep = max(offsets(stack, layout, plan, lane)[-1] for lane in layout.lanes[number])
    return 2 * round((0.6 * layout.cell + deep / 1.5 + (14 * stack.unit if plan.is_elided else 0)) / 2)


def _width(stack: Stack, layout: Layout, number: int) -> int:
    """Pixels from a map's left corner to its right one."""
    (cx, _), (rx, _) = layout.basis
    rows, columns = layout.dims[number]
    floor = _floor(stack, layout, number)
    rights = [floor.offset(lane)[0] for lane in range(len(layout.lanes[number]))]
    return columns * cx + rows * rx + max(rights) - min(rights)


def placed(stack: Stack, layout: Layout, middle: int, top: int, heights: Sequence[float]) -> list[Stood]:
    """Every map where it stands, the input first: the last one highest, at `top`, all centred on `middle`.

    `heights` are those of the maps' labels, which have to stand below each other as well.
    """
    widest = max(_width(stack, layout, number) for number in range(len(stack.maps)))
    left, gap = middle - widest // 2 - 1, _gap(stack, layout.cell) * (3 if max(map(len, layout.lanes)) > 1 else 1)
    label = float(top)  # where the last label ends
    lowest = np.full(widest + 2, float(top - gap))
    stood: list[Stood] = []
    for number in reversed(range(len(stack.maps))):
        here = _stood(stack, layout, number, middle, 0)
        upper, lower = here.edges(left, widest + 2)
        if number < len(stack.maps) - 1 and not stack.maps[number + 1].keeps_apart:  # rays go from all lanes to one
            upper, lowest = (np.full(widest + 2, each) for each in (float(here.top), lowest[np.isfinite(lowest)].max()))
        half = heights[number] / 2 if heights else 0.0
        over = lowest - upper
        clear = float(over[np.isfinite(over)].max(initial=-np.inf)) + gap
        down = ceil(max(clear, label + half - here.middle))
        stood.append(_stood(stack, layout, number, middle, down))
        lowest = np.maximum(lowest, lower + down)
        label = here.middle + down + half + gap / 2
    return stood[::-1]


def _stood(stack: Stack, layout: Layout, number: int, middle: int, top: int) -> Stood:
    """A map whose highest corner is at `top`."""
    (cx, cy), (rx, ry) = layout.basis
    plan, lanes = stack.maps[number], layout.lanes[number]
    columns = layout.dims[number][1]
    floor = _floor(stack, layout, number)
    lanes_at = [floor.offset(lane) for lane in range(len(lanes))]
    left = middle - _width(stack, layout, number) // 2 - min(x for x, _ in lanes_at)
    first = top - columns * cy - min(y for _, y in lanes_at)
    return Stood(
        number,
        tuple(
            tuple(
                PlacedSheet(
                    plan,
                    sheet,
                    Lattice((left + x, first + y + below), (cx, cy), (rx, ry)),
                    layout.dims[number] if layout.is_coarse else None,
                    stack.least(LEAST_BLOCK),
                )
                for sheet, below in zip(lane, offsets(stack, layout, plan, lane))
            )
            for lane, (x, y) in zip(lanes, lanes_at)
        ),
    )
