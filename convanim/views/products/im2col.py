"""A convolution as im2col has it: first every window becomes a column, then the filters, as rows, multiply them.

The filters stand before the output and the columns above it, so that each of its cells lies where a row meets a column.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial

from convanim.layers.geometry import Geometry
from convanim.layers.layer import Layer
from convanim.layers.step_order import step_at, unravel
from convanim.numbers.as_columns import LayerColumns
from convanim.scene.scene import Key, Lattice, Lines, Scene, Shape
from convanim.views.drawing import TooNarrowError
from convanim.views.products.clock import retimed
from convanim.views.products.columns_drawn import Matrices, filter_rows, made_shapes, matrix_names, taken_shapes
from convanim.views.products.maps import map_shapes, maps_in
from convanim.views.products.texts import has_filter_hues, kernel_texts
from convanim.views.stacks.stack import Spot, Stack
from convanim.views.stacks.stack_page import finished_stack
from convanim.views.text_layout import LEADING, text_block

_LARGEST_CELL, _LEAST_CELL = 26, 4  # pixels at the base width, pixels on a screen
_GUTTER = 26  # before the filters, between them and the output, behind that
_FAIR_CELL, _FAIR_LETTER = 10, 16  # of maps in the corner between filters and columns; of those with something written
_TALLEST = 0.9  # of the width


def im2col(stack: Stack) -> Scene:
    """The view of a convolution's columns. Raises TooNarrowError where they could not be read."""
    matrix = stack.matrix
    assert matrix is not None
    if not has_filter_hues(matrix):
        stack = replace(stack, maps=tuple(replace(m, series=()) for m in stack.maps), series=lambda step: None)
    columns = LayerColumns(matrix.geometry)
    stack = replace(stack, spots=lru_cache(maxsize=8)(partial(_spots, stack, columns)))
    (rows, places), outputs = columns.shape, columns.channels.outputs
    gutter = round(_GUTTER * stack.unit)
    cell = min(stack.largest_cell(_LARGEST_CELL), (stack.room - 3 * gutter) // (rows + places))
    if cell < stack.least(_LEAST_CELL):
        least = stack.spelled_least(_LEAST_CELL)
        raise TooNarrowError(f"leaves less than {least} to an entry of {rows}×{places} columns")
    told = f"Y = W·X{stack.words('list')}W: {outputs}×{rows}{stack.words('list')}X: {rows}×{places}"
    headline = [text_block(stack, told, stack.room)] if stack.labels else []
    top = stack.margin + sum(round(LEADING * b.em * (len(b.lines) + 1)) for b in headline)
    left = (stack.width - 3 * gutter - (rows + places) * cell) // 2 + gutter
    at = left + rows * cell + gutter, top + rows * cell + gutter
    square = (cell, 0), (0, cell)
    placed = Matrices(
        stack, columns, Lattice((at[0], top), *square), Lattice((left, at[1]), *square), Lattice(at, *square)
    )
    bottom = at[1] + outputs * cell
    corner = left + rows * cell - stack.margin, rows * cell
    try:
        maps = maps_in(stack, *corner, may_be_column=True, has_kernel=False)
        is_written = stack.maps[0].numbers is not None or bool(kernel_texts(matrix, stack.words))
        is_inside = maps.cell >= (_FAIR_LETTER if is_written else _FAIR_CELL) * stack.unit
    except TooNarrowError:
        is_inside = False
    if is_inside:
        start = stack.margin + (corner[0] - maps.width) // 2, top + (rows * cell - maps.height) // 2
    else:
        maps = maps_in(stack, stack.room, round(_TALLEST * stack.width), has_kernel=False)
        start = (stack.width - maps.width) // 2, bottom + gutter // 2
        bottom = start[1] + maps.height
    still, moving = map_shapes(
        stack, maps, start, lambda number, shape: _on_clock(placed, number, shape), is_framed=placed.is_framed
    )
    shapes: list[Shape] = [block.at(stack.width / 2, stack.margin) for block in headline]
    for kept, over in (taken_shapes(placed), filter_rows(placed), made_shapes(placed)):
        shapes += kept
        moving += over
    shapes += [*still, *matrix_names(placed, gutter), *moving]
    scene = finished_stack(stack, shapes, bottom)
    texts = tuple(retimed(shape, placed.product, placed.places) for shape in scene.shapes[len(shapes) :])
    return _timed(placed, replace(scene, shapes=(*scene.shapes[: len(shapes)], *texts)))


def _spots(stack: Stack, columns: LayerColumns, step: int) -> tuple[Spot, ...]:
    """What a step of the products shows on the maps; behind them, what a column is filled from: all channels."""
    if step < stack.steps:
        return stack.spots(step)
    outputs, places = columns.channels.outputs, columns.shape[1]
    read, made = stack.spots(int(step_at(0, step - stack.steps, outputs, places, stack.order)))
    return read._replace(sheets=tuple(range(stack.maps[0].sheets))), made


def im2col_steps(layer: Layer) -> int:
    """The steps of a layer's film: one for each column, and one for each cell of the output."""
    columns = LayerColumns(Geometry(layer))
    return columns.shape[1] * (1 + columns.channels.outputs)


def _on_clock(placed: Matrices, number: int, shape: Shape) -> Shape:
    moved = retimed(shape, placed.product if number else placed.looks, placed.places)
    if isinstance(moved, Lines) or not callable(moved.series):
        return moved
    series = moved.series  # while columns are filled no filter is at work

    def own(step: int) -> int | None:
        at = placed.product(step)
        return None if at is None else series(at)

    return replace(moved, series=own)


def _timed(placed: Matrices, scene: Scene) -> Scene:
    """The scene with what its steps read, write and compute."""
    rows = placed.columns.shape[0]

    def writes(step: int) -> Sequence[Key]:
        own = placed.product(step)
        return tuple(("columns", row, step) for row in range(rows)) if own is None else scene.writes(own)

    def equation(step: int) -> str:
        own = placed.product(step)
        return "" if own is None else scene.equation(own)

    def reads(step: int) -> Sequence[Key]:
        own = placed.product(step)
        if own is not None:
            return scene.reads(own)
        columns = placed.columns
        cells = list(columns.bare.cells_read(unravel(step, columns.geometry.output_size)))
        if columns.geometry.channels is None:
            return tuple(("input", *cell) for cell in cells)
        return tuple(("input", channel, *cell) for channel in range(columns.channels.inputs) for cell in cells)

    return replace(
        scene,
        steps=im2col_steps(placed.columns.geometry.layer),
        reads=reads,
        writes=writes,
        equation=equation,
    )
