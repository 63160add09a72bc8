"""The columns of a stack that is seen from above: how large their cells are, and in how many rows sheets stand."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil

from convanim.layers.sizes import Sizes
from convanim.scene.scene import Lattice
from convanim.views.drawing import TooNarrowError
from convanim.views.legend import LEGEND_HEIGHT
from convanim.views.stacks.closeup import Inset, inset_of
from convanim.views.stacks.filters import filter_plan, slice_columns
from convanim.views.stacks.sheets.sheet_numbers import written
from convanim.views.stacks.stack import SheetMap, Stack
from convanim.views.stacks.stage_weights import weights_across, weights_lettering, weights_plan
from convanim.views.text_layout import words_of

_LARGEST_CELL = 44  # pixels at the base width
_LEAST_BESIDE_WEIGHTS = 0.5  # of the usual size, that of cells where weights stand between the maps
_LEAST_CELL = 4  # below which a sheet has no grid; heat maps never have one that small
_TALLEST = 0.95  # of the width: how high a map's sheets may stand
_GAP = 34  # between maps at the base width, for the arrow
SHEET_GAP = 8
DOTS = 26  # between sheets where some are left out
_LEAST_TICKS = 12
_LEAD_GAP = 20  # between a filter and its sheet
_LEAST_FILTER = 40  # pixels of a filter's longer side at the base width
_LEAST_GAP = 18  # where there are many


@dataclass(frozen=True)
class Column:
    """One block of the row: sheets of one map, or of filters, in rows of `across`."""

    plan: SheetMap
    number: int  # of the map; -1 for filters, less for the weights of the stage that reads map -2 - number
    dims: Sizes  # rows and columns of a sheet, in cells or ticks
    across: int
    sign: str  # what stands before it

    lead: int = 0  # pixels before every sheet, for its filter
    inset: Inset | None = None  # below the sheets

    def slot(self, stack: Stack, cell: int) -> int:
        """Pixels that the block takes with its label, whose words are not broken."""
        words = [word for line in self.plan.label for word in words_of(line, stack.words)] if stack.labels else []
        inset = 0 if self.inset is None else self.inset.width
        return max(
            self.width(stack, cell), inset, round(max((stack.font.width(w, stack.least_em) for w in words), default=0))
        )

    def steps_down(self, stack: Stack) -> list[int]:
        """Pixels between each sheet of the first column and the one above it."""
        gaps = []
        for sheet in range(self.across, self.plan.sheets, self.across):
            parted = self.plan.breaks_before(sheet)
            gaps.append(round({"": SHEET_GAP, "group": 2.5 * SHEET_GAP, "elided": DOTS}[parted] * stack.unit))
        return gaps

    def width(self, stack: Stack, cell: int) -> int:
        """Pixels from the first column's left to the last one's right."""
        between = round(SHEET_GAP * stack.unit * (2 if self.lead else 1))
        return self.across * (self.lead + self.dims[1] * cell) + (self.across - 1) * between

    def height(self, stack: Stack, cell: int) -> int:
        """Pixels from the first row's top to the last one's bottom, or that of what stands below it."""
        rows = -(-self.plan.sheets // self.across)
        inset = 0 if self.inset is None else self.inset.height + round(LEGEND_HEIGHT * stack.unit)
        return rows * self.dims[0] * cell + sum(self.steps_down(stack)) + inset


def arranged(stack: Stack) -> tuple[list[Column], int, bool]:
    """The columns of the row at the largest size of cell that fits, with a chain's weights where these have room.

    Whether the size is one of ticks comes last.
    """
    return _with_weights(stack) or _arranged(stack)


def _arranged(stack: Stack) -> tuple[list[Column], int, bool]:
    """The columns of the row at the largest size of cell that fits; whether that is one of ticks."""
    has_numbers = any(plan.numbers is not None for plan in stack.maps)
    least = 1 if stack.is_heat else _LEAST_CELL  # pixels on a screen
    is_crowded = round(_LEAST_GAP * stack.unit) * (len(stack.maps) - 1) >= stack.room  # by what parts the maps alone
    sides = [(plan.canvas.rows, plan.canvas.columns) for plan in stack.maps]
    cells = range(0) if is_crowded else range(stack.largest_cell(_LARGEST_CELL), stack.least(least) - 1, -1)
    found = _first_that_fits(cells, lambda cell: _columns(stack, cell, tuple(sides)))
    if found is not None:
        return *found, False
    if has_numbers:
        raise TooNarrowError(f"leaves less than {stack.spelled_least(least)} to a cell")
    largest, least_ticks = max(map(max, sides)), stack.least(_LEAST_TICKS)

    def of_ticks(ticks: int) -> list[Column] | None:
        dims = [tuple(max(least_ticks, round(n * ticks / largest)) for n in side) for side in sides]
        return _columns(stack, 1, tuple(dims))

    found = _first_that_fits(range(0) if is_crowded else range(stack.room, least_ticks - 1, -4), of_ticks)
    if found is not None:
        return found[0], 1, True
    raise TooNarrowError("leaves no room for the maps")


def _with_weights(stack: Stack) -> tuple[list[Column], int, bool] | None:
    """The columns with the weights of every stage that has some between the maps; None where there is no room."""
    plans = [weights_plan(stack, number) for number in range(len(stack.maps) - 1)]
    if stack.is_heat or not any(plans):
        return None
    try:
        _, most, _ = _arranged(stack)
    except TooNarrowError:
        return None
    sides = tuple((plan.canvas.rows, plan.canvas.columns) for plan in stack.maps)

    def columns_at(cell: int) -> list[Column] | None:
        maps = _columns(stack, cell, sides)
        columns = []
        for column in maps or ():
            columns.append(column)
            plan = plans[column.number] if column.number < len(plans) else None
            if plan is not None:
                across = weights_across(stack, column.number)
                columns.append(Column(plan, -2 - column.number, (1, *plan.size)[-2:], across, ""))
        columns = [replace(column, sign=_sign_before(stack, columns, i)) for i, column in enumerate(columns)]
        return columns if columns and _fit(stack, columns, cell) else None

    least = max(stack.least(_LEAST_CELL), ceil(_LEAST_BESIDE_WEIGHTS * most))
    found = _first_that_fits(range(most, least - 1, -1), columns_at)
    if found is None:
        return None
    columns, cell = found
    lattice = Lattice((0, 0), (cell, 0), (0, cell))
    try:
        for column in columns:
            if column.number >= 0:
                written(stack, column.plan, lattice)
            else:
                weights_lettering(stack, -2 - column.number, lattice)
    except TooNarrowError:
        return None
    return columns, cell, False


def _first_that_fits(sizes: range, columns_at: Callable[[int], list[Column] | None]) -> tuple[list[Column], int] | None:
    """The columns at the largest of falling sizes at which they fit, and that size; where one fits, all smaller do."""
    first = bisect_left(sizes, True, key=lambda size: columns_at(size) is not None)
    columns = columns_at(sizes[first]) if first < len(sizes) else None
    return None if columns is None else (columns, sizes[first])


def _columns(stack: Stack, cell: int, dims: tuple[Sizes, ...]) -> list[Column] | None:
    """The columns at a size of cell, or None when they do not fit."""
    columns = [_column(stack, plan, number, dims[number], cell) for number, plan in enumerate(stack.maps)]
    if stack.kernels is not None and any(plan.numbers is not None for plan in stack.maps):
        plan = filter_plan(stack)
        size = () if plan is None else plan.size if len(plan.size) == 2 else (1, *plan.size)
        if plan is not None and stack.is_heat:
            lead = filter_cell(stack, size) * size[1] + round(_LEAD_GAP * stack.unit)
            columns[-1] = replace(columns[-1], lead=lead)
            columns[0] = replace(columns[0], inset=inset_of(stack, columns[0].width(stack, cell)))
        elif plan is not None:  # slices stand beside the input's sheets
            columns[0] = replace(columns[0], across=1)
            wide = slice_columns(plan, has_rays=columns[-1].across == 1)
            columns.insert(1, Column(plan, -1, (dims[0][0], wide), 1, ""))
    columns = [replace(column, sign=_sign_before(stack, columns, i)) for i, column in enumerate(columns)]
    return columns if _fit(stack, columns, cell) else None


def _fit(stack: Stack, columns: list[Column], cell: int) -> bool:
    """Whether columns find room beside each other, and are not too high."""
    room = stack.room - gap_between(stack, columns) * (len(columns) - 1)
    wide = sum(column.slot(stack, cell) for column in columns)
    return wide <= room and all(column.height(stack, cell) <= _TALLEST * stack.width for column in columns)


def _column(stack: Stack, plan: SheetMap, number: int, dims: Sizes, cell: int) -> Column:
    """A map's sheets in as few columns as keep it low enough."""
    for across in range(1, plan.sheets + 1):
        column = Column(plan, number, dims, across, "")
        if plan.is_elided or column.height(stack, cell) <= _TALLEST * stack.width:
            break
    return column


def _sign_before(stack: Stack, columns: list[Column], i: int) -> str:
    if i == 0:
        return ""
    if columns[i].number < -1:
        return "×"
    has_rays = columns[i - 1].number == -1 and columns[i].across == 1
    return "" if columns[i].number == -1 or columns[i].lead or has_rays else "→"


def gap_between(stack: Stack, columns: list[Column]) -> int:
    """Pixels from one column to the next."""
    return round(max(_LEAST_GAP, _GAP - 3 * len(columns)) * stack.unit)


def filter_cell(stack: Stack, size: Sizes) -> int:
    """Pixels of a cell of a filter that stands before its sheet."""
    return -(-round(_LEAST_FILTER * stack.unit) // max(size))
