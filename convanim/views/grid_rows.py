"""Grids in rows under each other, each with its label, and signs between them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from convanim.layers.layer import window_size
from convanim.layers.sizes import spelled
from convanim.scene.scene import During, Lattice, Shape, Texts
from convanim.views.drawing import Drawing
from convanim.views.grids import Place
from convanim.views.kernel_work import KernelWork
from convanim.views.text_layout import LEADING, Block, text_block, widest, words_of

GAP, CLOSE_GAP = 40, 22  # pixels between grids at the base width, for a sign
ROW_GAP = 16  # between rows without one
_LABEL_GAP = 0.1  # between a label and its grid, in lines
_SIGN_EM = 24
_ENOUGH = 0.7  # of the cells that are possible


@dataclass(frozen=True)
class Grid:
    """A grid in a row: its size in cells, its label, and pixels that its place is wide at least.

    One `of_steps` is gone when all steps are done, and its label and the sign before it are. Where other figures need
    more room in the same `place`, it stands in that.
    """

    name: str
    rows: int
    columns: int
    label: str = ""
    least: int = 0
    of_steps: bool = False
    place: Place | None = None

    @property
    def room(self) -> Place:
        """The place that it stands in."""
        return self.place or Place(self.rows, self.columns, 0, 0)

    def width(self, cell: int) -> int:
        """Pixels of its place in the row."""
        return max(self.room.columns * cell, self.least)


@dataclass(frozen=True)
class Row:
    """Grids beside one another, a sign between them, and one before the first where there are as many as grids.

    Besides, the sign between it and the row above.
    """

    grids: tuple[Grid, ...]
    signs: tuple[str, ...] = ()
    above: str = ""
    is_close: bool = False  # whether the signs take as little room as they can

    def gap(self, drawing: Drawing) -> int:
        """Pixels that a sign takes."""
        return round((CLOSE_GAP if self.is_close else GAP) * drawing.unit)

    def width(self, drawing: Drawing, cell: int) -> int:
        """Pixels from the first grid's left to the last one's right."""
        return sum(grid.width(cell) for grid in self.grids) + self.gap(drawing) * len(self.signs)


def work_rows(drawing: Drawing, work: KernelWork | None, most: int) -> tuple[Row, ...]:
    """The kernel, its products with the numbers under it, and their sum if they are added up, if there is any of it.

    They stand in one row; in two where that makes cells much larger, which have `most` pixels at most.
    """
    if work is None:
        return ()
    words, size = drawing.words, window_size(drawing.geometry.layer)
    shape = str(size[0]) if len(size) == 1 else spelled(size)
    named = words("kernel", size=shape)
    if work.is_turned:
        named = words("turned", what=named)
    labels = (named, words("products")) if drawing.labels else ("", "")
    kernel, products = (
        Grid(name, work.canvas.rows, work.canvas.columns, label, _least_width(drawing, label), name == "product")
        for name, label in zip(("kernel", "product"), labels)
    )
    total = (Grid("sum", 1, 1, of_steps=True),) if work.has_sum else ()
    signs = ("×", "=", "Σ") if work.has_sum else ("×", "=")
    one = (Row((kernel, products, *total), signs),)
    two = (
        Row((replace(kernel, least=0),), signs[:1], is_close=True),
        Row((replace(products, least=0), *total), signs[1:], is_close=True),
    )
    return one if largest_cell(drawing, one, most) >= _ENOUGH * largest_cell(drawing, two, most) else two


def _least_width(drawing: Drawing, label: str) -> int:
    """Pixels of the longest word of a label at the smallest size, so that no word is broken."""
    return round(widest(words_of(label, drawing.words), drawing.font) * drawing.least_em + 0.5)


def largest_cell(drawing: Drawing, rows: Sequence[Row], most: int) -> int:
    """The largest cell, of `most` pixels, at which all rows fit; 0 if there is none."""
    for cell in range(most, 0, -1):
        if all(row.width(drawing, cell) <= drawing.room for row in rows):
            return cell
    return 0


def placed(drawing: Drawing, row: Row, cell: int, top: int) -> tuple[dict[str, Lattice], list[Shape], int]:
    """The lattices of a row's grids, which are centred on each other, its labels and signs, and where it ends."""
    gap = row.gap(drawing)
    left = (drawing.width - row.width(drawing, cell)) // 2
    before = len(row.signs) - len(row.grids) + 1  # signs before the first grid
    starts = [left + sum(g.width(cell) for g in row.grids[:i]) + (i + before) * gap for i in range(len(row.grids))]
    ends = [start + grid.width(cell) for start, grid in zip(starts, row.grids)]
    # A label may reach into a gap, but not to the sign, which takes the middle half of it.
    last = len(row.grids) - 1
    rooms = [
        (
            drawing.margin if i == 0 else start - 0.2 * gap,
            drawing.width - drawing.margin if i == last else end + 0.2 * gap,
        )
        for i, (start, end) in enumerate(zip(starts, ends))
    ]
    labels = _alike([text_block(drawing, grid.label, b - a) for grid, (a, b) in zip(row.grids, rooms)])
    height = max(grid.room.rows for grid in row.grids) * cell
    down = [(height - grid.room.rows * cell) // 2 + round(grid.room.above * cell) for grid in row.grids]
    top += max(0, *(_label_height(label) - d for label, d in zip(labels, down)))
    lattices: dict[str, Lattice] = {}
    shapes: list[Shape] = []
    for grid, start, room, label, d in zip(row.grids, starts, rooms, labels, down):
        x = start + (grid.width(cell) - grid.room.columns * cell) // 2 + round(grid.room.left * cell)
        lattices[grid.name] = Lattice((x, top + d), (cell, 0), (0, cell))
        if label.lines:
            half = label.width / 2
            middle = min(max(x + grid.columns * cell / 2, room[0] + half), room[1] - half)
            shapes.append(_until_rest(grid, label.at(middle, top + d - _label_height(label))))
    bottom = top + height
    for grid, sign, end in zip(row.grids[1 - before :], row.signs, [starts[0] - gap, *ends][1 - before :]):
        text = sign_at(drawing, sign, end + gap / 2, top + height / 2)
        shapes.append(_until_rest(grid, text))
        bottom = max(bottom, int(np.ceil(text.boxes(0, np.arange(1))[0, 3])) - drawing.margin)
    return lattices, shapes, bottom


def _until_rest(grid: Grid, text: Texts) -> Texts:
    """A text that goes with a grid, for as long as that is there."""
    return replace(text, when=During(lambda step: np.arange(len(text)))) if grid.of_steps else text


def _alike(labels: list[Block]) -> list[Block]:
    """Labels of one line each at the same size: the smallest."""
    if any(len(label.lines) > 1 for label in labels):
        return labels
    em = min(label.em for label in labels)
    return [replace(label, em=em) for label in labels]


def sign_at(drawing: Drawing, sign: str, x: float, y: float) -> Texts:
    """A sign between grids, its middle at a point."""
    return Texts("label", np.array([(x, y)]), (sign,), _SIGN_EM * drawing.unit)


def _label_height(label: Block) -> int:
    return round((len(label.lines) + _LABEL_GAP) * LEADING * label.em) if label.lines else 0
