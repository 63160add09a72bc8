"""Slanted stacks beside each other, the input to the left: a chain on a page that is wide, as slides are.

Each map has its label under it. Rays go over the maps, from what is read to what is made of it.
"""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property, lru_cache

from convanim.layers.sizes import Sizes
from convanim.scene.scene import Lattice, Texts
from convanim.views.single_maps.iso import iso_basis
from convanim.views.stacks.iso_layout import COARSE, TICK, Layout, Stood, dims_at, offsets, sizes_down
from convanim.views.stacks.lanes import Lanes, lanes_of
from convanim.views.stacks.sheets.placed_sheet import LEAST_BLOCK, PlacedSheet
from convanim.views.stacks.stack import Stack
from convanim.views.text_layout import Block, words_of, wrapped

SLIDE = 9 / 16  # the height of a slide, of its width
_WIDE = 1.4  # of the base width, pages that are like slides
_FEW = 3  # maps that have room above each other on a slide, too
_GAP, _LANE_GAP = 14, 10  # pixels at the base width between maps, and between the lanes of one
_WIDER = (2.5, 2.0, 1.5, 1.0)  # than usual, sheets that lie over each other are apart, where the slide is high enough
_LABEL_GAP = 0.4  # between a map and its label, in ems
_SMALLEST = 0.6  # of the usual size, that of labels in narrow maps
_SHORT, _LONG = 5, 8  # ems of a line from which on it may be broken where words end, and of one that takes two lines
FINE = 12  # pixels of a cell for lines as wide as in a picture of the base width


@dataclass(frozen=True)
class Row:
    """Maps beside each other where they stand, and their labels."""

    stood: tuple[Stood, ...]
    labels: tuple[Texts, ...]
    bottom: int
    unit: float  # of its lines: maps are smaller in a picture so wide than they are above each other
    is_coarse: bool


@dataclass(frozen=True)
class _Size:
    """Maps at one size of their cells, or ticks, not yet placed."""

    stack: Stack
    layout: Layout

    @cached_property
    def sheet_sizes(self) -> tuple[Sizes, ...]:
        """Width and height of one sheet of each map, in pixels."""
        (cx, cy), (rx, ry) = self.layout.basis
        return tuple((columns * cx + rows * rx, columns * -cy + rows * ry) for rows, columns in self.layout.dims)

    def lane_tops(self, number: int) -> list[int]:
        """The top of each lane of a map, and where the last one ends: they stand under each other."""
        tops, plan = [0], self.stack.maps[number]
        gap = round(_LANE_GAP * self.stack.cell_unit)
        for lane in self.layout.lanes[number]:
            deep = offsets(self.stack, self.layout, plan, lane)[-1]
            tops.append(tops[-1] + self.sheet_sizes[number][1] + deep + gap)
        return [*tops[:-1], tops[-1] - gap]

    @cached_property
    def height(self) -> int:
        """Of the highest map."""
        return max(self.lane_tops(number)[-1] for number in range(len(self.stack.maps)))

    def stood(self, number: int, left: int, middle: int) -> Stood:
        """A map whose left corner and whose middle's height are given."""
        plan, (column, row) = self.stack.maps[number], self.layout.basis
        *tops, height = self.lane_tops(number)
        dims = self.layout.dims[number]
        first = middle - height // 2 - dims[1] * column[1]
        return Stood(
            number,
            tuple(
                tuple(
                    PlacedSheet(
                        plan,
                        sheet,
                        Lattice((left, first + top + below), column, row),
                        dims if self.layout.is_coarse else None,
                        self.stack.least(LEAST_BLOCK),
                    )
                    for sheet, below in zip(lane, offsets(self.stack, self.layout, plan, lane))
                )
                for lane, top in zip(self.layout.lanes[number], tops)
            ),
        )


def may_be_row(stack: Stack) -> bool:
    """Whether a stack is a chain so long, on a page so wide, that it may run from left to right.

    Numbers have room above each other.
    """
    is_long = len(stack.maps) > _FEW and stack.cell_unit >= _WIDE
    return is_long and all(plan.numbers is None for plan in stack.maps)


def row(stack: Stack) -> Row | None:
    """The row with the largest cells that is no higher than a slide; None where there is no room for one."""
    lanes = tuple(lanes_of(stack, number) for number in range(len(stack.maps)))
    piles: tuple[Lanes, ...] = tuple((tuple(range(plan.sheets)),) for plan in stack.maps)
    for is_coarse in (False, True):
        for each in dict.fromkeys((lanes, piles)):
            found = _largest(stack, each, is_coarse=is_coarse, is_pile=each is piles)
            if found is not None:
                return found
    return None


def _largest(stack: Stack, lanes: tuple[Lanes, ...], *, is_coarse: bool, is_pile: bool) -> Row | None:
    """The row of cells, or ticks, that are as large as they can be; what has room has it when they are smaller."""

    @lru_cache
    def at(size: int, wider: float = 1.0) -> Row | None:
        basis, cell = (TICK, COARSE) if is_coarse else (iso_basis(size), round(wider * size))
        return _row(_Size(stack, Layout(basis, dims_at(stack, size, is_coarse=is_coarse), lanes, 1, cell, is_coarse)))

    sizes = list(sizes_down(stack, stack.room, is_coarse=is_coarse, is_pile=is_pile))
    fits = bisect_left(sizes, True, key=lambda size: at(size) is not None)
    if fits == len(sizes):
        return None
    return next(filter(None, (at(sizes[fits], wider) for wider in _WIDER)))


def _row(size: _Size) -> Row | None:
    """The row at a size; None where that is too large."""
    stack, gap = size.stack, round(_GAP * size.stack.unit)
    slots = [max(wide, _least_label(stack, number)) for number, (wide, _) in enumerate(size.sheet_sizes)]
    spare = stack.room - sum(slots) - gap * (len(slots) - 1)
    if spare < 0 or size.height > SLIDE * stack.size.pixels:
        return None
    blocks = _labels(stack, slots, gap)
    x, middle = stack.margin + spare // 2, stack.margin + size.height // 2
    stood: list[Stood] = []
    for number, (slot, (wide, _)) in enumerate(zip(slots, size.sheet_sizes)):
        stood.append(size.stood(number, x + (slot - wide) // 2, middle))
        x += slot + gap
    labels = [_under(block, each) for block, each in zip(blocks, stood)]
    bottom = max([each.bottom for each in stood] + [round(label.points[-1, 1] + label.em) for label in labels])
    if bottom + stack.margin > SLIDE * stack.size.pixels:
        return None
    unit = min(stack.unit, max(stack.unit / 2, size.layout.basis[0][0] / FINE))
    return Row(tuple(stood), tuple(labels), bottom, unit, size.layout.is_coarse)


def _least_label(stack: Stack, number: int) -> int:
    """Pixels of a map's label at its smallest size: of the longest line, or as much of it as is not broken."""
    if not stack.labels:
        return 0
    em = max(stack.least_em, _SMALLEST * stack.label_em)
    return round(em * _unbroken(stack, number) + 0.5)


def _unbroken(stack: Stack, number: int) -> float:
    """Ems that the lines of a map's label need so that short ones are not broken, others not within words."""
    lines = stack.maps[number].label
    words = [word for line in lines for word in words_of(line, stack.words)]
    longest_word = max(stack.font.width(word, 1) for word in words)
    wide = [stack.font.width(line, 1) for line in lines]
    return max(
        longest_word, *(each if each <= _SHORT else min(each / 2, _LONG) if each > _LONG else 0 for each in wide)
    )


def _labels(stack: Stack, slots: list[int], gap: int) -> list[Block]:
    """The label of every map, all at one size."""
    if not stack.labels:
        return []
    rooms = [slot + 0.5 * gap for slot in slots]
    em = min([stack.label_em] + [room / _unbroken(stack, number) for number, room in enumerate(rooms)])
    return [_wrapped(stack, number, room, max(em, stack.least_em)) for number, room in enumerate(rooms)]


def _wrapped(stack: Stack, number: int, room: float, em: float) -> Block:
    lines = [line for text in stack.maps[number].label for line in wrapped(text, room / em, stack)]
    return Block(tuple(lines), em, stack.font)


def _under(block: Block, stood: Stood) -> Texts:
    """A label under its map."""
    corners = [float(x) for sheet in stood.sheets.values() for x in sheet.outline[:, 0]]
    return block.at((min(corners) + max(corners)) / 2, stood.bottom + _LABEL_GAP * block.em)
