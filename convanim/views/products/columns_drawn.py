"""The three matrices of im2col: the columns that are taken, the filters that multiply them, and what that makes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from math import prod
from typing import TypeAlias

import numpy as np

from convanim.layers.axis import CellKind
from convanim.layers.layer import kernel_shape
from convanim.numbers.as_columns import LayerColumns
from convanim.numbers.as_matrix import LayerMatrix
from convanim.scene.scene import Cells, During, Floats, Ints, Lattice, Lines, Shape, Since, Texts
from convanim.views.cell_shapes import sides
from convanim.views.grids import input_canvas, kinds
from convanim.views.products.shapes import brackets, fitting
from convanim.views.products.texts import HUES, has_filter_hues, kernel_texts, lit_role
from convanim.views.stacks.stack import Stack
from convanim.views.window_roles import KIND_ROLES
from convanim.words.numerals import weights_of

_LEAST_FRAMED = 8  # pixels at the base width: among so many cells a thin line would be lost
_TOOTH, _LONGEST_TOOTH = 0.5, 5  # of a cell; pixels at the base width, clear of the name beside the matrix

_Lines: TypeAlias = tuple[tuple[tuple[float, float], tuple[float, float]], ...]


@dataclass(frozen=True)
class Matrices:
    """The three matrices where they stand, and what each step is: a column that is filled, or a product."""

    stack: Stack
    columns: LayerColumns
    taken: Lattice
    filters: Lattice
    made: Lattice

    @property
    def places(self) -> int:
        """How many columns there are; as many steps fill them."""
        return self.columns.shape[1]

    def product(self, step: int) -> int | None:
        """The step of the products, None while columns are filled."""
        return None if step < self.places else step - self.places

    def looks(self, step: int) -> int:
        """The step of the products; while columns are filled one behind them all, for each column."""
        return step - self.places if step >= self.places else self.stack.steps + step

    def place(self, step: int) -> int:
        """The column that is filled, or multiplied."""
        if step < self.places:
            return step
        *_, place = self._made(step)
        return place

    def output(self, step: int) -> int | None:
        """The filter that multiplies it; None while it is filled."""
        return None if step < self.places else self._made(step)[0]

    def _made(self, step: int) -> tuple[int, int]:
        sheet, cell = self.stack.made(step - self.places)
        return sheet, int(np.ravel_multi_index(cell, self.columns.geometry.output_size))

    def rows(self, step: int) -> range:
        """The rows of the column that are filled, or multiplied: those of the filter's group."""
        output = self.output(step)
        return range(self.columns.shape[0]) if output is None else self.columns.rows_of(output)

    def hue(self, row: int, output: int = 0) -> int | None:
        """The hue of a row of columns, and of what multiplies it: of its kernel cell, or of the filter."""
        return output % HUES if has_filter_hues(self.matrix) else row % len(self.columns.taps[0]) % HUES

    @property
    def matrix(self) -> LayerMatrix:
        """The layer's weights."""
        assert self.stack.matrix is not None
        return self.stack.matrix

    @property
    def is_framed(self) -> bool:
        """Whether cells are large enough for a wide line around what is at work."""
        return self.taken.column[0] >= _LEAST_FRAMED * self.stack.unit


def taken_shapes(placed: Matrices) -> tuple[list[Shape], list[Shape]]:
    """The columns, which come one after another: cells of the input, and padding.

    The cells of the column at work have the hues of the weights that they meet.
    """
    stack, columns, lattice = placed.stack, placed.columns, placed.taken
    rows, places = columns.shape
    numbers = stack.maps[0].numbers
    letters = None if numbers is None else fitting(stack, lattice, columns.taken(numbers))
    roles = _roles(columns)
    still: list[Shape] = [Lines("bracket", brackets(stack, lattice, rows, places), is_upright=True)]
    moving: list[Shape] = []
    has_hues = not has_filter_hues(placed.matrix)
    groups: dict[tuple[str, str, int | None], list[tuple[int, int]]] = {}
    for place in range(places):
        for row in range(rows):
            role, window = roles[row % len(columns.taps[0]), place]
            hue = placed.hue(row) if has_hues and role == "input" else None
            groups.setdefault((role, window, hue), []).append((row, place))
    for (role, window, hue), found in groups.items():
        cells = np.array(found, dtype=np.int64)
        filled, now = Since(cells[:, 1]), During(lru_cache(maxsize=4)(partial(_in_column, placed, cells)))
        window = lit_role(placed.matrix, hue, is_framed=placed.is_framed) if hue is not None else window
        still.append(Cells(role, "columns", lattice, cells, cells, filled))
        moving.append(Cells(window, "columns", lattice, cells, cells, now, hue))
        if letters is not None:
            said = tuple(letters.strings[row * places + place] for row, place in found)
            centres = lattice.centres(cells)
            still.append(Texts(role, centres, said, letters.em, when=filled))
            moving.append(Texts(window, centres, said, letters.em, when=now, series=hue))
    still += _teeth(
        placed, lattice, lambda row, long: (((row, -long), (row, 0)), ((row, places), (row, places + long)))
    )
    return still, [*moving, _frame(placed, partial(_column_frame, placed))]


def _roles(columns: LayerColumns) -> dict[tuple[int, int], tuple[str, str]]:
    """The roles of what stands in every row of one channel's columns, at rest and under the window."""
    canvas, masks = input_canvas(columns.bare), kinds(columns.bare)
    found = {}
    for place, taps in enumerate(columns.taps):
        cell = np.unravel_index(place, columns.geometry.output_size)
        for row, (tap, position) in enumerate(zip(taps, columns.bare.positions(tuple(map(int, cell))))):
            kind = CellKind.INPUT
            if tap.input is None:
                kind = next(each for each, mask in masks.items() if mask[canvas.element(position)])
            found[row, place] = KIND_ROLES[kind]
    return found


def filter_rows(placed: Matrices) -> tuple[list[Shape], list[Shape]]:
    """The filters, a row each, with their weights or letters; the one that multiplies is lit."""
    stack, columns, lattice = placed.stack, placed.columns, placed.filters
    rows, outputs, kernel = columns.shape[0], columns.channels.outputs, placed.matrix.kernel
    texts: tuple[str, ...] = ()
    every = [(output, row) for output in range(outputs) for row in columns.rows_of(output)]
    if kernel is not None:
        weights = [float(kernel[columns.kernel_cell(*each)]) for each in every]
        spelled = weights_of(weights, stack.words.decimal).texts
        texts = tuple(spelled[x] for x in weights)
    elif prod(kernel_shape(columns.geometry.layer)) == rows == len(every):
        texts = kernel_texts(placed.matrix, stack.words)
    letters = fitting(stack, lattice, np.zeros(1), texts) if texts else None
    still: list[Shape] = [Lines("bracket", brackets(stack, lattice, outputs, rows), is_upright=True)]
    moving: list[Shape] = []
    hues = [placed.hue(row, output) for output, row in every]
    for hue in sorted({hue for hue in hues if hue is not None}):
        own = [i for i, each in enumerate(hues) if each == hue]
        cells = np.array([every[i] for i in own], dtype=np.int64)
        index = np.array([columns.kernel_cell(*every[i]) for i in own], dtype=np.int64)
        now = During(_equal_to(cells[:, 0], placed.output))
        role = lit_role(placed.matrix, hue, is_framed=placed.is_framed)
        still.append(Cells("kernel", "kernel", lattice, cells, index, series=hue))
        moving.append(Cells(role, "kernel", lattice, cells, index, now, hue))
        if letters is not None:
            said, centres = tuple(texts[i] for i in own), lattice.centres(cells)
            still.append(Texts("kernel", centres, said, letters.em, series=hue))
            moving.append(Texts(role, centres, said, letters.em, when=now, series=hue))
    still += _teeth(
        placed, lattice, lambda row, long: (((-long, row), (0, row)), ((outputs, row), (outputs + long, row)))
    )
    return still, [*moving, _frame(placed, partial(_row_frame, placed))]


def made_shapes(placed: Matrices) -> tuple[list[Shape], list[Shape]]:
    """The output, a row for each filter."""
    stack, columns, lattice = placed.stack, placed.columns, placed.made
    places, plan = placed.places, stack.maps[-1]
    made = [placed.stack.made(step) for step in range(stack.steps)]
    size = columns.geometry.output_size
    cells = np.array([(sheet, np.ravel_multi_index(cell, size)) for sheet, cell in made], dtype=np.int64)
    index = np.array([stack.cell(step) for step in range(stack.steps)], dtype=np.int64)
    letters = None if plan.numbers is None else fitting(stack, lattice, plan.numbers, is_fixed=stack.least_decimals > 0)
    still: list[Shape] = [Lines("bracket", brackets(stack, lattice, plan.sheets, places), is_upright=True)]
    moving: list[Shape] = []
    for sheet in range(plan.sheets):
        hue = plan.sheet_series(sheet)
        own = np.flatnonzero(cells[:, 0] == sheet)
        done, now = Since(own + places), During(_equal_to(own, placed.product))
        still.append(Cells("output_pending", "output", lattice, cells[own], index[own], series=hue))
        still.append(Cells("output", "output", lattice, cells[own], index[own], done, hue))
        moving.append(Cells("current", "output", lattice, cells[own], index[own], now, hue))
        if letters is not None:
            said = tuple(letters.strings[sheet * places + int(cells[i, 1])] for i in own)
            centres = lattice.centres(cells[own])
            still.append(Texts("output", centres, said, letters.em, when=done, series=hue))
            moving.append(Texts("current", centres, said, letters.em, when=now, series=hue))
    return still, moving


def _teeth(placed: Matrices, lattice: Lattice, at: Callable[[int, float], _Lines]) -> list[Shape]:
    """Short lines beside a matrix between channels, `at` a row of the columns; none where each has one row."""
    rows = placed.columns.shape[0]
    each = rows // placed.columns.channels.inputs
    long = min(_TOOTH, _LONGEST_TOOTH * placed.stack.unit / lattice.column[0])
    ends = [line for row in range(0, rows, each)[1:] for line in at(row, long)] if each > 1 else []
    return [Lines("bracket", lattice.points(np.array(ends, dtype=float)), is_upright=True)] if ends else []


def _equal_to(numbers: Ints, at: Callable[[int], int | None]) -> Callable[[int], Ints]:
    """The elements whose number is that of a step."""

    def found(step: int) -> Ints:
        wanted = at(step)
        return np.zeros(0, dtype=np.int64) if wanted is None else np.flatnonzero(numbers == wanted)

    return lru_cache(maxsize=4)(found)


def _frame(placed: Matrices, around: Callable[[int], Floats]) -> Lines:
    return Lines("accent" if placed.is_framed else "ray", lru_cache(maxsize=4)(around), is_upright=True)


def _in_column(placed: Matrices, cells: Ints, step: int) -> Ints:
    """The cells of the columns that a step fills, or multiplies."""
    rows = placed.rows(step)
    is_there = (cells[:, 1] == placed.place(step)) & (cells[:, 0] >= rows.start) & (cells[:, 0] < rows.stop)
    return np.flatnonzero(is_there)


def _column_frame(placed: Matrices, step: int) -> Floats:
    c, rows = placed.place(step), placed.rows(step)
    ends = [(rows.start, c), (rows.start, c + 1), (rows.stop, c + 1), (rows.stop, c)]
    return sides(placed.taken.points(np.array(ends)))


def _row_frame(placed: Matrices, step: int) -> Floats:
    r, rows = placed.output(step), placed.rows(step)
    if r is None:
        return np.zeros((0, 2, 2))
    ends = [(r, rows.start), (r, rows.stop), (r + 1, rows.stop), (r + 1, rows.start)]
    return sides(placed.filters.points(np.array(ends)))


def matrix_names(placed: Matrices, gutter: int) -> list[Shape]:
    """The letters of the product beside what they name."""
    stack, cell = placed.stack, placed.taken.column[0]
    if not stack.labels:
        return []
    rows, places = placed.columns.shape
    half = placed.columns.channels.outputs * cell / 2
    points = [
        (placed.filters.origin[0] - gutter / 2, placed.filters.origin[1] + half),
        (placed.taken.origin[0] + places * cell + gutter / 2, placed.taken.origin[1] + rows * cell / 2),
        (placed.made.origin[0] + places * cell + gutter / 2, placed.made.origin[1] + half),
    ]
    return [Texts("label", np.array(points), ("W", "X", "Y"), stack.label_em)]
