"""A layer as one matrix product: its matrix under the unrolled input and beside the unrolled output, and the maps.

Every entry stands under the input cell that it multiplies and before the output cell that it goes into. A step lights
a row with what it multiplies, here and under the window.
"""

from dataclasses import replace

from convanim.layers.sizes import spelled
from convanim.numbers.as_matrix import LayerMatrix, is_transposed
from convanim.scene.scene import Lattice, Scene, Shape
from convanim.views.drawing import TooNarrowError
from convanim.views.products.maps import map_shapes, maps_in
from convanim.views.products.shapes import PlacedMatrix, matrix_shapes
from convanim.views.products.texts import has_filter_hues
from convanim.views.stacks.stack import Stack
from convanim.views.stacks.stack_page import finished_stack
from convanim.views.text_layout import LEADING, Block, text_block

_LARGEST_CELL = 26  # pixels at the base width
_LEAST_CELL = 4
_GUTTER = 26  # before the matrix, for its name, and the same before the output, for a sign
_ROW_GAP = 10  # between the unrolled input and the matrix
_MAPS_GAP = 26
_BESIDE = 0.5  # of the room, at least, that maps beside the matrix have
_TALLEST = 0.9  # of the width


def matrix(stack: Stack) -> Scene:
    """The view of a layer as a product. Raises TooNarrowError where its matrix could not be read."""
    product = stack.matrix
    assert product is not None
    if not has_filter_hues(product) and not stack.takes_one:  # hues are those of kernel cells
        stack = replace(stack, maps=tuple(replace(plan, series=()) for plan in stack.maps), series=lambda step: None)
    rows, columns = product.shape
    gutter, row_gap, maps_gap = (round(n * stack.unit) for n in (_GUTTER, _ROW_GAP, _MAPS_GAP))
    headline = _headline(stack, product)
    top = stack.margin + sum(round(LEADING * block.em * len(block.lines)) for block in headline)
    top += round(LEADING * stack.label_em) if headline else 0  # the output's name stands over it
    cell = _beside_cell(stack, (rows, columns))
    is_beside = cell > 0
    if not is_beside:
        cell = min(stack.largest_cell(_LARGEST_CELL), (stack.room - 2 * gutter) // (columns + 1))
    if cell < stack.least(_LEAST_CELL):
        least = stack.spelled_least(_LEAST_CELL)
        raise TooNarrowError(f"leaves less than {least} to an entry of a {rows}×{columns} matrix")
    wide, tall = (columns + 1) * cell + 2 * gutter, (rows + 1) * cell + row_gap
    if is_beside:
        maps = maps_in(
            stack, stack.room - wide - maps_gap, max(tall, round(_TALLEST * stack.width)), may_be_column=True
        )
        left = (stack.width - wide - maps_gap - maps.width) // 2
        down = top + max(0, (maps.height - tall) // 2)
        at = left + wide + maps_gap, top + max(0, (tall - maps.height) // 2)
        bottom = max(down + tall, at[1] + maps.height)
    else:
        maps = maps_in(stack, stack.room, round(_TALLEST * stack.width))
        left, down = (stack.width - wide) // 2, top
        at = (stack.width - maps.width) // 2, top + tall + maps_gap // 2
        bottom = at[1] + maps.height
    placed = PlacedMatrix(
        product,
        entries=Lattice((left + gutter, down + cell + row_gap), (cell, 0), (0, cell)),
        row_gap=row_gap,
        gutter=gutter,
    )
    still, moving = matrix_shapes(stack, placed)
    of_maps, over = map_shapes(stack, maps, at, is_framed=placed.is_framed(stack.unit))
    return finished_stack(stack, [*_stacked(stack, headline), *still, *of_maps, *moving, *over], bottom)


def _beside_cell(stack: Stack, shape: tuple[int, int]) -> int:
    """The side of an entry where a matrix that is higher than wide leaves room for the maps beside it; else 0."""
    rows, columns = shape
    if rows < 1.5 * columns:
        return 0
    most = min(stack.largest_cell(_LARGEST_CELL), round(_TALLEST * stack.width) // (rows + 1))
    gaps = round((2 * _GUTTER + _MAPS_GAP) * stack.unit)
    cell = min(most, int((1 - _BESIDE) * stack.room - gaps) // (columns + 1))
    return cell if cell >= stack.least(_LEAST_CELL) else 0


def _headline(stack: Stack, matrix: LayerMatrix) -> list[Block]:
    """The product, and what its matrix is."""
    if not stack.labels:
        return []
    rows, columns = matrix.shape
    layer = matrix.geometry.layer
    turned = is_transposed(layer)
    name = "Cᵀ" if turned else "C"
    said = [text_block(stack, f"y = {name}·x{stack.words('list')}{name}: {rows}×{columns}", stack.room)]
    if turned:
        sizes = {"large": spelled(matrix.geometry.output_size), "small": spelled(layer.input_size)}
        told = text_block(stack, stack.words("matrix_transposed", **sizes), stack.room)
        said.append(told)
    return said


def _stacked(stack: Stack, blocks: list[Block]) -> list[Shape]:
    """Blocks of text under one another at the top of the page."""
    shapes: list[Shape] = []
    top = stack.margin
    for block in blocks:
        shapes.append(block.at(stack.width / 2, top))
        top += round(LEADING * block.em * len(block.lines))
    return shapes
