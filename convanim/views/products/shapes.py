"""The shapes of a layer's matrix, of the unrolled input above it and of the unrolled output behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from convanim.layers.layer import input_shape
from convanim.layers.sizes import Sizes
from convanim.layers.step_order import ravel
from convanim.numbers.as_matrix import LayerMatrix, is_transposed
from convanim.numbers.sources import Numbers
from convanim.scene.scene import Cells, During, Floats, Ints, Lattice, Lines, Shape, Since, Texts
from convanim.views.cell_numbers import Lettering, lettering
from convanim.views.cell_shapes import sides, unread_marks
from convanim.views.drawing import TooNarrowError
from convanim.views.grids import Mask
from convanim.views.products.texts import entry_series, entry_texts, lit_role
from convanim.views.stacks.stack import SheetMap, Stack

_SERIF, _BRACKET_GAP = 5, 4  # pixels at the base width: of a bracket's ends, and from it to the entries
LEAST_FRAMED = 14


@dataclass(frozen=True)
class PlacedMatrix:
    """A matrix where it stands; the input is a row above it, the output a column behind it."""

    matrix: LayerMatrix
    entries: Lattice
    row_gap: int
    gutter: int

    @property
    def cell(self) -> int:
        """The side of a cell in pixels."""
        return self.entries.column[0]

    def is_framed(self, unit: float) -> bool:
        """Whether cells are large enough for a wide line, which would hide what it frames in smaller ones."""
        return self.cell >= LEAST_FRAMED * unit

    @property
    def input(self) -> Lattice:
        """The lattice of the unrolled input, of one row."""
        return self.entries.shifted(0, -self.cell - self.row_gap)

    @property
    def output(self) -> Lattice:
        """The lattice of the unrolled output, of one column."""
        return self.entries.shifted(self.matrix.shape[1] * self.cell + self.gutter, 0)


def matrix_shapes(stack: Stack, placed: PlacedMatrix) -> tuple[list[Shape], list[Shape]]:
    """The shapes that are still or come and stay, and those of the step's row with what it multiplies and makes."""
    matrix = placed.matrix
    rows_of = lru_cache(maxsize=8)(lambda step: ravel(stack.cell(step), matrix.geometry.output_shape))
    still, moving = _entries(stack, placed, rows_of)
    columns_of: dict[int, list[tuple[int, int | None]]] = {row: [] for row in range(matrix.shape[0])}
    for entry in matrix.entries:
        columns_of[entry.row].append((entry.column, entry_series(matrix, entry)))
    given, read = _input(stack, placed, lambda step: columns_of[rows_of(step)])
    made, current = _output(stack, placed)
    return [*still, *given, *made, *_names(stack, placed)], [*moving, *read, *current]


def _entries(stack: Stack, placed: PlacedMatrix, row_of: Callable[[int], int]) -> tuple[list[Shape], list[Shape]]:
    matrix, lattice = placed.matrix, placed.entries
    rows, columns = matrix.shape
    cells = np.array([(entry.row, entry.column) for entry in matrix.entries], dtype=np.int64).reshape(-1, 2)
    texts = entry_texts(matrix, stack.words)
    letters = fitting(stack, lattice, np.zeros(1), texts) if texts else None
    still: list[Shape] = [Lines("bracket", brackets(stack, lattice, rows, columns), is_upright=True)]
    still += _between_channels(placed)
    moving: list[Shape] = []
    for hue, own in _by_hue([entry_series(matrix, entry) for entry in matrix.entries]):
        lit = During(_in_row(cells[own, 0], row_of))
        role = lit_role(matrix, hue, is_framed=placed.is_framed(stack.unit))
        still.append(Cells("kernel", "matrix", lattice, cells[own], cells[own], series=hue))
        moving.append(Cells(role, "matrix", lattice, cells[own], cells[own], lit, hue))
        if letters is not None:
            said, centres = tuple(texts[i] for i in own), lattice.centres(cells[own])
            still.append(Texts("kernel", centres, said, letters.em, series=hue))
            moving.append(Texts(role, centres, said, letters.em, when=lit, series=hue))
    if letters is not None:
        empty = np.ones(matrix.shape, dtype=bool)
        empty[cells[:, 0], cells[:, 1]] = False
        if empty.any():
            still.append(Texts("faint", lattice.centres(np.argwhere(empty)), ("0",) * int(empty.sum()), letters.em))

    def around(step: int) -> Floats:
        row = row_of(step)
        return sides(lattice.points(np.array([(row, 0), (row, columns), (row + 1, columns), (row + 1, 0)])))

    frame = "accent" if placed.is_framed(stack.unit) else "ray"
    return still, [*moving, Lines(frame, lru_cache(maxsize=4)(around), is_upright=True)]


def _in_row(rows: Ints, row_of: Callable[[int], int]) -> Callable[[int], Ints]:
    return lru_cache(maxsize=4)(lambda step: np.flatnonzero(rows == row_of(step)))


def _input(
    stack: Stack, placed: PlacedMatrix, read: Callable[[int], Sequence[tuple[int, int | None]]]
) -> tuple[list[Shape], list[Shape]]:
    """The unrolled input, and of it what the step's row multiplies, in the hue of its weight."""
    matrix, lattice, plan = placed.matrix, placed.input, stack.maps[0]
    count = matrix.shape[1]
    cells, index = np.stack([np.zeros(count, int), np.arange(count)], axis=1), _unravelled(matrix, input_shape)
    is_read = np.zeros(count, dtype=bool)
    is_read[[entry.column for entry in matrix.entries]] = True
    letters = None if plan.numbers is None else fitting(stack, lattice, plan.numbers)
    still: list[Shape] = []
    for role, mask in (("unread", ~is_read), ("input", is_read)):
        if not mask.any():
            continue
        for hue, own in _by_hue(_series(plan, index), mask):
            still.append(Cells(role, "input", lattice, cells[own], index[own], series=hue))
            if letters is not None:
                said = tuple(letters.strings[i] for i in own)
                still.append(Texts(role, lattice.centres(cells[own]), said, letters.em, series=hue))
        if role == "unread":
            still.append(unread_marks(lattice, cells[mask], around_text=letters is not None))
    moving: list[Shape] = []
    for hue, _ in _by_hue([entry_series(matrix, entry) for entry in matrix.entries]):
        seen = During(_of_hue(read, hue))
        role = lit_role(matrix, hue, is_framed=placed.is_framed(stack.unit))
        moving.append(Cells(role, "window", lattice, cells, index, seen, hue))
        if letters is not None:
            moving.append(Texts(role, lattice.centres(cells), letters.strings, letters.em, when=seen, series=hue))
    return still, moving


def _of_hue(read: Callable[[int], Sequence[tuple[int, int | None]]], hue: int | None) -> Callable[[int], Ints]:
    return lru_cache(maxsize=4)(
        lambda step: np.array([column for column, own in read(step) if own == hue], dtype=np.int64)
    )


def _output(stack: Stack, placed: PlacedMatrix) -> tuple[list[Shape], list[Shape]]:
    """The unrolled output, pale until it is made, in the order of the steps."""
    matrix, lattice, plan = placed.matrix, placed.output, stack.output
    shape = matrix.geometry.output_shape
    rows = np.array([ravel(stack.cell(step), shape) for step in range(stack.steps)], dtype=np.int64)
    cells = np.stack([rows, np.zeros(len(rows), int)], axis=1)
    index = np.stack(np.unravel_index(rows, shape), axis=1)
    letters = None if plan.numbers is None else fitting(stack, lattice, plan.numbers, is_fixed=stack.least_decimals > 0)
    still: list[Shape] = []
    moving: list[Shape] = []
    for hue, own in _by_hue(_series(plan, index)):
        done, now = Since(own), During(_at_step(own))
        still.append(Cells("output_pending", "output", lattice, cells[own], index[own], series=hue))
        still.append(Cells("output", "output", lattice, cells[own], index[own], done, hue))
        moving.append(Cells("current", "output", lattice, cells[own], index[own], now, hue))
        if letters is not None:
            said, centres = tuple(letters.strings[rows[i]] for i in own), lattice.centres(cells[own])
            still.append(Texts("output", centres, said, letters.em, when=done, series=hue))
            moving.append(Texts("current", centres, said, letters.em, when=now, series=hue))
    return still, moving


def _series(plan: SheetMap, index: Ints) -> list[int | None]:
    """The hue of each cell of an unrolled map, as the map has it."""
    places = [tuple(place) for place in index.tolist()]
    return [plan.series_of(*((place[0], place[1:]) if plan.has_channels else (0, place))) for place in places]


def _by_hue(hues: Sequence[int | None], mask: Mask | None = None) -> list[tuple[int | None, Ints]]:
    """Each hue, and which elements have it, of those in `mask`."""
    found: dict[int | None, list[int]] = {}
    for element, hue in enumerate(hues):
        if mask is None or mask[element]:
            found.setdefault(hue, []).append(element)
    order = sorted(found, key=lambda hue: -1 if hue is None else hue)
    return [(hue, np.array(found[hue], dtype=np.int64)) for hue in order]


def _at_step(steps: Ints) -> Callable[[int], Ints]:
    return lru_cache(maxsize=4)(lambda step: np.flatnonzero(steps == step))


def _unravelled(matrix: LayerMatrix, shape_of: Callable[..., Sizes]) -> Ints:
    """What the keys of an unrolled map name, in order."""
    shape = shape_of(matrix.geometry.layer)
    return np.stack([grid.ravel() for grid in np.indices(shape)], axis=1)


def fitting(
    stack: Stack, lattice: Lattice, numbers: Numbers, others: tuple[str, ...] = (), *, is_fixed: bool = False
) -> Lettering | None:
    """Numbers, or texts, as large as there is room for; None where there is none."""
    try:
        return lettering(stack, lattice, numbers, others, is_fixed=is_fixed)
    except TooNarrowError:
        return None


def brackets(stack: Stack, lattice: Lattice, rows: int, columns: int) -> Floats:
    """The lines of brackets around a matrix."""
    gap, serif = (n * stack.unit / lattice.column[0] for n in (_BRACKET_GAP, _SERIF))
    top, bottom = -gap / 2, rows + gap / 2
    ends = []
    for column, inwards in ((-gap, serif), (columns + gap, -serif)):
        ends += [((top, column), (bottom, column)), ((top, column), (top, column + inwards))]
        ends += [((bottom, column), (bottom, column + inwards))]
    return lattice.points(np.array(ends, dtype=float))


def _between_channels(placed: PlacedMatrix) -> list[Shape]:
    """Thin lines between the channels of input and output; nothing where there is one of each."""
    geometry = placed.matrix.geometry
    rows, columns = placed.matrix.shape
    channels = geometry.channels
    if channels is None:
        return []
    ends = [((0, c), (rows, c)) for c in range(0, columns, columns // channels.inputs)[1:]]
    ends += [((r, 0), (r, columns)) for r in range(0, rows, rows // channels.outputs)[1:]]
    return [Lines("channel", placed.entries.points(np.array(ends, dtype=float)), is_upright=True)] if ends else []


def _names(stack: Stack, placed: PlacedMatrix) -> list[Shape]:
    """The letters of the product beside what they name, and its sign."""
    if not stack.labels:
        return []
    rows, _ = placed.matrix.shape
    entries, output, em, cell = placed.entries, placed.output, stack.label_em, placed.cell
    before = entries.origin[0] - 0.5 * placed.gutter
    middle = entries.origin[1] + rows * cell / 2
    name = "Cᵀ" if is_transposed(placed.matrix.geometry.layer) else "C"
    points = [
        (before, placed.input.origin[1] + cell / 2),
        (before, middle),
        (output.origin[0] - 0.5 * placed.gutter, middle),
        (output.origin[0] + cell / 2, output.origin[1] - 0.75 * em),
    ]
    return [Texts("label", np.array(points), ("x", name, "=", "y"), em)]
