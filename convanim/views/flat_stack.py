"""Stacks seen from above, every sheet beside or under the one before, the maps in a row from input to output."""

from dataclasses import dataclass, replace

import numpy as np

from convanim.layers.sizes import Sizes
from convanim.scene.scene import Lattice, Scene, Shape, Texts
from convanim.views.chain_rows import chain_rows
from convanim.views.drawing import TooNarrowError
from convanim.views.filters import filter_plan, filter_shapes, slice_shapes
from convanim.views.gridless_sheets import gridless_shapes
from convanim.views.legend import LEGEND_HEIGHT, legend_shapes
from convanim.views.page import finished_stack
from convanim.views.sheets import LEAST_BLOCK, PlacedSheet, sheet_shapes, written
from convanim.views.stack import SheetMap, Stack
from convanim.views.text_layout import LEADING, Block, text_block, words_of

_LARGEST_CELL = 44  # pixels at the base width
_LEAST_CELL = 4  # below which a sheet has no grid; heat maps never have one that small
_TALLEST = 0.95  # of the width: how high a map's sheets may stand
_GAP = 34  # between maps at the base width, for the arrow
_SHEET_GAP = 8
_DOTS = 26  # between sheets where some are left out
_LEAST_TICKS = 12
_LEAST_FILTER = 26  # pixels of a filter's longer side at the base width
_LEAST_GAP = 18  # where there are many
_SIGN_EM = 20


@dataclass(frozen=True)
class _Column:
    """One block of the row: sheets of one map, or of filters, in rows of `across`."""

    plan: SheetMap
    number: int  # of the map; -1 for filters
    dims: Sizes  # rows and columns of a sheet, in cells or ticks
    across: int
    sign: str  # what stands before it

    least: int = 0  # pixels of a cell, where the others' may be too small to see anything

    def pixels(self, cell: int) -> int:
        """Pixels of a cell here, where those of the figure are `cell` pixels wide."""
        return max(cell, self.least)

    def slot(self, stack: Stack, cell: int) -> int:
        """Pixels that the block takes with its label, whose words are not broken."""
        words = [word for line in self.plan.label for word in words_of(line)] if stack.labels else []
        return max(self.width(stack, cell), round(max((stack.font.width(w, stack.least_em) for w in words), default=0)))

    def steps_down(self, stack: Stack) -> list[int]:
        """Pixels between each sheet of the first column and the one above it."""
        gaps = []
        for sheet in range(self.across, self.plan.sheets, self.across):
            parted = self.plan.breaks_before(sheet)
            gaps.append(round({"": _SHEET_GAP, "group": 2.5 * _SHEET_GAP, "elided": _DOTS}[parted] * stack.unit))
        return gaps

    def width(self, stack: Stack, cell: int) -> int:
        """Pixels from the first column's left to the last one's right."""
        return self.across * self.dims[1] * self.pixels(cell) + (self.across - 1) * round(_SHEET_GAP * stack.unit)

    def height(self, stack: Stack, cell: int) -> int:
        """Pixels from the first row's top to the last one's bottom."""
        rows = -(-self.plan.sheets // self.across)
        return rows * self.dims[0] * self.pixels(cell) + sum(self.steps_down(stack))


def flat_stack(stack: Stack) -> Scene:
    """The view of a stack from above. Raises TooNarrowError when there is no room for its cells or their numbers."""
    if stack.links is not None and not stack.is_heat and all(plan.channels == 1 for plan in stack.maps):
        return chain_rows(stack)
    columns, cell, is_coarse = _arranged(stack)
    gap = _gap(stack, columns)
    widths = [column.slot(stack, cell) for column in columns]
    x = (stack.width - sum(widths) - gap * (len(columns) - 1)) // 2
    labels = _labels(stack, columns, widths, gap)
    top = stack.margin + max((round(LEADING * b.em * len(b.lines)) for b in labels if b is not None), default=0)
    height = max(column.height(stack, cell) for column in columns)
    shapes: list[Shape] = []
    moving: list[Shape] = []
    placed: dict[int, tuple[PlacedSheet, ...]] = {}
    for column, width, label in zip(columns, widths, labels):
        if column.sign:
            shapes.append(_sign(stack, column.sign, x - gap / 2, top + height / 2))
        down = top + (height - column.height(stack, cell)) // 2
        left = x + (width - column.width(stack, cell)) // 2
        sheets = _placed(stack, column, cell, (left, down), is_coarse)
        placed[column.number] = sheets
        still, over = _column_shapes(stack, column, sheets, cell)
        shapes += still
        moving += over
        if label is not None:
            shapes += _label(stack, label, x + width / 2, down)
        x += width + gap
    if -1 in placed and stack.partial_sums is not None and not stack.is_heat:
        shapes += slice_shapes(stack, placed[0], placed[-1])
    shapes += moving  # over all that is still, which is then one layer
    bottom = top + height
    if stack.is_heat:
        shapes += legend_shapes(stack, {n: sheets for n, sheets in placed.items() if n >= 0}, bottom)
        bottom += round(LEGEND_HEIGHT * stack.unit)
    return finished_stack(stack, shapes, bottom, has_grid=not is_coarse)


def _arranged(stack: Stack) -> tuple[list[_Column], int, bool]:
    """The columns of the row at the largest size of cell that fits; whether that is one of ticks."""
    has_numbers = any(plan.numbers is not None for plan in stack.maps)
    least = 1 if stack.is_heat else _LEAST_CELL  # pixels on a screen
    is_crowded = round(_LEAST_GAP * stack.unit) * (len(stack.maps) - 1) >= stack.room  # by what parts the maps alone
    for cell in () if is_crowded else range(round(_LARGEST_CELL * stack.cell_unit), stack.least(least) - 1, -1):
        columns = _columns(stack, cell, tuple((p.canvas.rows, p.canvas.columns) for p in stack.maps))
        if columns is not None:
            return columns, cell, False
    if has_numbers:
        raise TooNarrowError(f"leaves less than {stack.spelled_least(least)} to a cell")
    largest = max(max(plan.canvas.rows, plan.canvas.columns) for plan in stack.maps)
    least_ticks = stack.least(_LEAST_TICKS)
    for ticks in () if is_crowded else range(stack.room, least_ticks - 1, -4):
        dims = tuple(
            tuple(max(least_ticks, round(n * ticks / largest)) for n in (p.canvas.rows, p.canvas.columns))
            for p in stack.maps
        )
        columns = _columns(stack, 1, dims)
        if columns is not None:
            return columns, 1, True
    raise TooNarrowError("leaves no room for the maps")


def _columns(stack: Stack, cell: int, dims: tuple[Sizes, ...]) -> list[_Column] | None:
    """The columns at a size of cell, or None when they do not fit."""
    columns = [_column(stack, plan, number, dims[number], cell) for number, plan in enumerate(stack.maps)]
    if stack.kernels is not None and any(plan.numbers is not None for plan in stack.maps):
        plan = filter_plan(stack)
        if plan is not None:
            across = columns[-1].across if stack.is_heat else 1
            size = plan.size if len(plan.size) == 2 else (1, *plan.size)
            least = -(-round(_LEAST_FILTER * stack.unit) // max(size)) if stack.is_heat else 0
            filters = _Column(plan, -1, size if stack.is_heat else (dims[0][0], size[1] + 2), across, "", least)
            if not stack.is_heat:  # slices stand beside the input's sheets
                columns[0] = replace(columns[0], across=1)
            columns.insert(1, filters)
    columns = [replace(column, sign=_sign_before(stack, columns, i)) for i, column in enumerate(columns)]
    room = stack.room - _gap(stack, columns) * (len(columns) - 1)
    fits = sum(column.slot(stack, cell) for column in columns) <= room
    fits = fits and all(column.height(stack, cell) <= _TALLEST * stack.width for column in columns)
    return columns if fits else None


def _column(stack: Stack, plan: SheetMap, number: int, dims: Sizes, cell: int) -> _Column:
    """A map's sheets in as few columns as keep it low enough."""
    for across in range(1, plan.sheets + 1):
        column = _Column(plan, number, dims, across, "")
        if plan.is_elided or column.height(stack, cell) <= _TALLEST * stack.width:
            break
    return column


def _sign_before(stack: Stack, columns: list[_Column], i: int) -> str:
    if i == 0:
        return ""
    return "" if columns[i].number == -1 else "→"


def _gap(stack: Stack, columns: list[_Column]) -> int:
    return round(max(_LEAST_GAP, _GAP - 3 * len(columns)) * stack.unit)


def _placed(
    stack: Stack, column: _Column, cell: int, origin: tuple[int, int], is_coarse: bool
) -> tuple[PlacedSheet, ...]:
    """Every drawn sheet of a column where it stands."""
    rows, columns = column.dims
    cell = column.pixels(cell)
    between = round(_SHEET_GAP * stack.unit)
    steps = column.steps_down(stack)
    sheets = []
    for sheet in range(column.plan.sheets):
        row, along = divmod(sheet, column.across)
        x = origin[0] + along * (columns * cell + between)
        y = origin[1] + row * rows * cell + sum(steps[:row])
        sheets.append(
            PlacedSheet(
                column.plan,
                sheet,
                Lattice((x, y), (cell, 0), (0, cell)),
                (rows, columns) if is_coarse else None,
                stack.least(LEAST_BLOCK),
            )
        )
    return tuple(sheets)


def _column_shapes(
    stack: Stack, column: _Column, sheets: tuple[PlacedSheet, ...], cell: int
) -> tuple[list[Shape], list[Shape]]:
    """The shapes of a column that are still or come and stay, and those that move over them."""
    if column.number == -1:
        return (filter_shapes(stack, sheets) if stack.is_heat else []), []
    text = None if sheets[0].ticks else written(stack, column.plan, sheets[0].lattice)
    still: list[Shape] = []
    moving: list[Shape] = []
    for placed in sheets:
        draw = gridless_shapes(stack, placed, column.number) if placed.ticks else None
        shapes, over = draw or sheet_shapes(stack, placed, column.number, text)
        still += shapes
        moving += over
    return still + _dots(stack, column, sheets, cell), moving


def _dots(stack: Stack, column: _Column, sheets: tuple[PlacedSheet, ...], cell: int) -> list[Shape]:
    """A vertical ellipsis where sheets are left out."""
    middle = column.dims[1] * cell / 2
    points = [
        (placed.lattice.origin[0] + middle, placed.lattice.origin[1] - _DOTS * stack.unit / 2)
        for placed in sheets
        if column.plan.breaks_before(placed.sheet) == "elided"
    ]
    return [Texts("label", np.array(points), ("⋮",) * len(points), _SIGN_EM * stack.unit)] if points else []


def _labels(stack: Stack, columns: list[_Column], widths: list[int], gap: int) -> list[Block | None]:
    """The label over each column, all at one size; None where there is none."""
    if not stack.labels:
        return [None] * len(columns)
    blocks: list[Block | None] = []
    for column, width in zip(columns, widths):
        parts = [text_block(stack, line, width + 0.7 * gap) for line in column.plan.label]
        lines = tuple(line for part in parts for line in part.lines)
        blocks.append(Block(lines, min(part.em for part in parts), stack.font) if parts else None)
    em = min((block.em for block in blocks if block is not None), default=stack.label_em)
    return [None if block is None else replace(block, em=em) for block in blocks]


def _label(stack: Stack, label: Block, middle: float, bottom: int) -> list[Shape]:
    half = label.width / 2
    middle = min(max(middle, stack.margin + half), stack.width - stack.margin - half)
    return [label.at(middle, bottom - LEADING * label.em * len(label.lines) - 0.1 * label.em)]


def _sign(stack: Stack, sign: str, x: float, y: float) -> Texts:
    return Texts("label", np.array([(x, y)]), (sign,), _SIGN_EM * stack.unit)
