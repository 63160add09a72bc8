"""The maps beside a layer's matrix: the input with its window, the kernel with its hues, the output."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

import numpy as np

from convanim.layers.axis import CellKind
from convanim.layers.layer import window_size
from convanim.layers.operations import operation_of
from convanim.layers.sizes import spelled
from convanim.numbers.as_matrix import LayerMatrix
from convanim.scene.scene import Cells, During, Ints, Lattice, Shape, Texts
from convanim.views.cell_numbers import lettering
from convanim.views.drawing import TooNarrowError
from convanim.views.grids import Canvas, Mask
from convanim.views.products.texts import HUES, cell_series, has_filter_hues, kernel_texts, lit_role
from convanim.views.stacks.sheets.placed_sheet import PlacedSheet
from convanim.views.stacks.sheets.sheet_numbers import Written, written
from convanim.views.stacks.sheets.sheet_shapes import sheet_shapes
from convanim.views.stacks.stack import Stack
from convanim.views.text_layout import LEADING, Block, text_block
from convanim.views.window_roles import KIND_ROLES

_LARGEST_CELL, _LEAST_CELL = 30, 4  # pixels at the base width, pixels on a screen
_GAP = 34  # between maps
_SHEET_GAP = 6
_MUCH_SMALLER = 0.5  # cells that are so much smaller than in more rows are not put in one


@dataclass(frozen=True)
class _Column:
    """Sheets of a map in rows of `across`; `number` is that of the map, -1 for the kernel."""

    number: int
    rows: int
    columns: int
    sheets: int
    across: int
    label: tuple[str, ...]

    def width(self, cell: int, gap: int) -> int:
        """Pixels of all sheets beside each other."""
        return self.across * self.columns * cell + (self.across - 1) * gap

    def height(self, cell: int, gap: int) -> int:
        """Pixels of all rows of sheets."""
        lines = -(-self.sheets // self.across)
        return lines * self.rows * cell + (lines - 1) * gap


@dataclass(frozen=True)
class Maps:
    """The maps with their labels at the size at which they fit; not yet placed."""

    columns: tuple[_Column, ...]
    cell: int
    gap: int
    sheet_gap: int
    labels: tuple[Block | None, ...]
    is_column: bool  # whether the maps stand below one another

    @property
    def heads(self) -> list[int]:
        """Pixels of the label above each map."""
        return [0 if b is None else round((len(b.lines) + 0.2) * LEADING * b.em) for b in self.labels]

    @property
    def slots(self) -> list[int]:
        """Pixels that each map takes with its label."""
        wide = [column.width(self.cell, self.sheet_gap) for column in self.columns]
        return [max(w, 0 if b is None else round(b.width)) for w, b in zip(wide, self.labels)]

    @property
    def talls(self) -> list[int]:
        """Pixels of the sheets of each map."""
        return [column.height(self.cell, self.sheet_gap) for column in self.columns]

    @property
    def width(self) -> int:
        """Pixels of all."""
        return max(self.slots) if self.is_column else sum(self.slots) + self.gap * (len(self.columns) - 1)

    @property
    def height(self) -> int:
        """Pixels of all, with the labels."""
        if self.is_column:
            return sum(self.heads) + sum(self.talls) + self.gap // 2 * (len(self.columns) - 1)
        return max(self.heads) + max(self.talls)

    def corners(self) -> list[tuple[int, int]]:
        """The left upper corner of the sheets of each map, from that of all on."""
        found = []
        x = y = 0
        for column, slot, head, tall in zip(self.columns, self.slots, self.heads, self.talls):
            inset = (slot - column.width(self.cell, self.sheet_gap)) // 2
            if self.is_column:
                found.append(((self.width - slot) // 2 + inset, y + head))
                y += head + tall + self.gap // 2
            else:
                found.append((x + inset, max(self.heads) + (max(self.talls) - tall) // 2))
                x += slot + self.gap
        return found


def maps_in(stack: Stack, room: int, tallest: int, *, may_be_column: bool = False, has_kernel: bool = True) -> Maps:
    """The maps at the largest size that fits, beside one another or below. Raises TooNarrowError where none does."""
    matrix = stack.matrix
    assert matrix is not None
    names = [(stack.maps[0], "x"), (stack.maps[1], "y")]
    labels = [(f"{plan.label[0]} {letter}", *plan.label[1:]) if plan.label else () for plan, letter in names]
    found = [
        _Column(number, plan.canvas.rows, plan.canvas.columns, plan.sheets, 1, label)
        for number, (plan, label) in enumerate(zip(stack.maps, labels))
    ]
    if has_kernel and operation_of(matrix.geometry.layer).has_weights and not has_filter_hues(matrix):
        size = window_size(matrix.geometry.layer)
        rows, across = size if len(size) == 2 else (1, size[0])
        found.insert(1, _Column(-1, rows, across, 1, 1, (stack.words("kernel", size=spelled(size)),)))
    most = max(column.sheets for column in found)
    ways = (False, True) if may_be_column else (False,)
    gap, sheet_gap = round(_GAP * stack.unit), round(_SHEET_GAP * stack.unit)
    best: Maps | None = None
    for lines in range(1, most + 1):
        columns = tuple(replace(column, across=-(-column.sheets // lines)) for column in found)
        for cell, is_column in product(
            range(stack.largest_cell(_LARGEST_CELL), stack.least(_LEAST_CELL) - 1, -1), ways
        ):
            labelled = tuple(_label(stack, column, cell, gap, sheet_gap) for column in columns)
            made = Maps(columns, cell, gap, sheet_gap, labelled, is_column)
            if made.width <= room and made.height <= tallest:
                if best is None or best.cell < _MUCH_SMALLER * cell:
                    best = made
                break
    if best is None:
        raise TooNarrowError("leaves no room for the maps beside the matrix")
    return best


def _label(stack: Stack, column: _Column, cell: int, gap: int, sheet_gap: int) -> Block | None:
    if not stack.labels or not column.label:
        return None
    room = column.width(cell, sheet_gap) + 0.7 * gap
    parts = [text_block(stack, line, max(room, 5.5 * stack.label_em)) for line in column.label]
    return Block(tuple(line for part in parts for line in part.lines), min(part.em for part in parts), stack.font)


def map_shapes(
    stack: Stack,
    maps: Maps,
    at: tuple[int, int],
    timed: Callable[[int, Shape], Shape] = lambda number, shape: shape,
    *,
    is_framed: bool = False,
) -> tuple[list[Shape], list[Shape]]:
    """The shapes of the maps from a corner on: those that are still or come and stay, and those that move.

    `timed` puts those of a map, by its number, on another clock. `is_framed` says whether lit entries have a frame.
    """
    still: list[Shape] = []
    moving: list[Shape] = []
    last = len(maps.columns) - 1
    for place, (column, label, corner) in enumerate(zip(maps.columns, maps.labels, maps.corners())):
        left, down = at[0] + corner[0], at[1] + corner[1]
        middle = left + column.width(maps.cell, maps.sheet_gap) / 2
        if label is not None:
            still.append(label.at(middle, down - (len(label.lines) + 0.1) * LEADING * label.em))
        if place == last and not maps.is_column:
            sign = (at[0] + maps.width - maps.slots[-1] - maps.gap / 2, down + maps.talls[-1] / 2)
            still.append(Texts("label", np.array([sign]), ("→",), 1.3 * stack.label_em))
        lattice = Lattice((left, down), (maps.cell, 0), (0, maps.cell))
        if column.number < 0:
            still += _kernel(stack, lattice)
        else:
            kept, over = _sheets(stack, maps, column, lattice, is_framed=is_framed)
            still += [timed(column.number, shape) for shape in kept]
            moving += [timed(column.number, shape) for shape in over]
    return still, moving


def _sheets(
    stack: Stack, maps: Maps, column: _Column, first: Lattice, *, is_framed: bool
) -> tuple[list[Shape], list[Shape]]:
    plan = stack.maps[column.number]
    text = written(stack, plan, first)
    still: list[Shape] = []
    moving: list[Shape] = []
    for sheet in range(plan.sheets):
        line, along = divmod(sheet, column.across)
        across, down = (n * maps.cell + maps.sheet_gap for n in (column.columns, column.rows))
        placed = PlacedSheet(plan, sheet, first.shifted(along * across, line * down))
        kept, over = sheet_shapes(stack, placed, column.number, text)
        still += kept
        frames = [shape for shape in over if not isinstance(shape, Cells | Texts)]
        moving += [shape for shape in over if isinstance(shape, Cells | Texts)]
        moving += _hued(stack, placed, text, is_framed=is_framed) if column.number == 0 else []
        moving += frames
    return still, moving


def _hued(stack: Stack, placed: PlacedSheet, text: Written | None, *, is_framed: bool) -> list[Shape]:
    """The cells under the window, each in the hue of the kernel cell on it, with its letter or the cell's number."""
    matrix = stack.matrix
    assert matrix is not None
    if not operation_of(matrix.geometry.layer).has_weights or has_filter_hues(matrix):
        return []
    plan, cells = placed.plan, placed.plan.canvas.cells
    own = np.flatnonzero(plan.kinds[CellKind.INPUT])
    index = plan.canvas.index
    if plan.has_channels:
        index = np.insert(index, 0, plan.drawn[placed.sheet], axis=1)
    centres = placed.lattice.centres(cells)
    letters = kernel_texts(matrix, stack.words) if text is None else ()
    em = 0.0
    numbers: tuple[str, ...] = ()
    if text is not None:
        em, strings = text.em, np.full(len(cells), "", dtype=object)
        strings[own] = text.strings[placed.sheet * len(own) : (placed.sheet + 1) * len(own)]
        numbers = tuple(strings)
    elif letters:
        em = lettering(stack, placed.lattice, np.zeros(1), letters).em
    laid = lru_cache(maxsize=4)(_laid(stack, matrix, placed))

    def letter(step: int, element: int) -> str:
        return letters[laid(step)[element]]

    shapes: list[Shape] = []
    for hue in range(min(HUES, int(np.prod(window_size(matrix.geometry.layer))))):
        seen = During(_on(laid, plan.kinds[CellKind.INPUT], hue))
        role = lit_role(matrix, hue, is_framed=is_framed)
        shapes.append(Cells(role, "window", placed.lattice, cells, index, seen, hue))
        if numbers or letters:
            shapes.append(Texts(role, centres, numbers or letter, em, when=seen, series=hue))
    for kind, (_, role) in KIND_ROLES.items():
        if letters and kind is not CellKind.INPUT and plan.kinds[kind].any():
            shapes.append(Texts(role, centres, letter, em, when=During(_on(laid, plan.kinds[kind]))))
    return shapes


def _on(laid: Callable[[int], dict[int, int]], mask: Mask, hue: int | None = None) -> Callable[[int], Ints]:
    """The elements of some kind under the window, of those in a hue if one is said."""

    def found(step: int) -> Ints:
        under = [e for e, k in laid(step).items() if mask[e] and (hue is None or k % HUES == hue)]
        return np.array(under, dtype=np.int64)

    return lru_cache(maxsize=4)(found)


def _laid(stack: Stack, matrix: LayerMatrix, placed: PlacedSheet) -> Callable[[int], dict[int, int]]:
    """For a step, by the elements of the canvas, which kernel cell lies on each."""
    canvas = placed.plan.canvas

    def found(step: int) -> dict[int, int]:
        read, made = stack.spots(step)
        if placed.sheet not in read.sheets:
            return {}
        positions = matrix.geometry.positions(tuple(int(axis[0]) for axis in made.axes))
        return {canvas.element(position): k for k, position in enumerate(positions)}

    return found


def _kernel(stack: Stack, lattice: Lattice) -> list[Shape]:
    """The kernel, every cell in its hue."""
    matrix = stack.matrix
    assert matrix is not None
    canvas = Canvas(tuple(range(n) for n in window_size(matrix.geometry.layer)))
    texts = kernel_texts(matrix, stack.words)
    em = lettering(stack, lattice, np.zeros(1), texts).em if texts else 0.0
    shapes: list[Shape] = []
    for cell, at in zip(canvas.index, canvas.cells):
        hue = cell_series(matrix, tuple(cell.tolist()))
        one = at[None]
        shapes.append(Cells("kernel", "kernel", lattice, one, cell[None], series=hue))
        if texts:
            shapes.append(Texts("kernel", lattice.centres(one), (texts[canvas.element(tuple(cell))],), em, series=hue))
    return shapes
