"""Stacks seen from above, every sheet beside or under the one before, the maps in a row from input to output."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from convanim.scene.scene import Lattice, Scene, Shape, Texts
from convanim.views.legend import LEGEND_HEIGHT, bar
from convanim.views.stacks.chain_rows import chain_rows
from convanim.views.stacks.closeup import closeup_shapes
from convanim.views.stacks.filters import filter_plan, filter_shapes, slice_parts, slice_shapes
from convanim.views.stacks.flat_columns import DOTS, SHEET_GAP, Column, arranged, filter_cell, gap_between
from convanim.views.stacks.sheets.gridless_sheets import gridless_shapes
from convanim.views.stacks.sheets.placed_sheet import LEAST_BLOCK, PlacedSheet
from convanim.views.stacks.sheets.sheet_numbers import written
from convanim.views.stacks.sheets.sheet_shapes import sheet_shapes
from convanim.views.stacks.stack import Stack
from convanim.views.stacks.stack_page import finished_stack
from convanim.views.stacks.stage_weights import weight_shapes
from convanim.views.stacks.volumes.flat_volume import flat_volume
from convanim.views.text_layout import LEADING, Block, text_block

_SIGN_EM = 20


def flat_stack(stack: Stack) -> Scene:
    """The view of a stack from above. Raises TooNarrowError when there is no room for its cells or their numbers."""
    if stack.volume is not None:
        return flat_volume(stack)
    if stack.links is not None and not stack.is_heat and all(plan.channels == 1 for plan in stack.maps):
        return chain_rows(stack)
    columns, cell, is_coarse = arranged(stack)
    gap = gap_between(stack, columns)
    widths = [column.slot(stack, cell) for column in columns]
    x = (stack.width - sum(widths) - gap * (len(columns) - 1)) // 2
    labels = _labels(stack, columns, widths, gap)
    top = stack.margin + max((round(LEADING * b.em * len(b.lines)) for b in labels if b is not None), default=0)
    height = max(column.height(stack, cell) for column in columns)
    shapes: list[Shape] = []
    moving: list[Shape] = []
    parts: Callable[[int], int] | None = None
    placed: dict[int, tuple[PlacedSheet, ...]] = {}
    for column, width, label in zip(columns, widths, labels):
        if column.sign:
            shapes.append(_sign(stack, column.sign, x - gap / 2, top + height / 2))
        down = top + (height - column.height(stack, cell)) // 2
        left = x + (width - column.width(stack, cell)) // 2
        sheets = _placed(stack, column, cell, (left, down), is_coarse)
        placed[column.number] = sheets
        if column.lead:
            placed[-1] = _leading(stack, column, sheets)
            shapes += filter_shapes(stack, placed[-1]) + _filter_heads(stack, column, placed[-1])
        if column.inset is not None:
            foot = down + column.height(stack, cell) - column.inset.height
            shapes += closeup_shapes(stack, column.inset, x + width // 2, foot)
        still, over = _column_shapes(stack, column, sheets, cell)
        shapes += still
        moving += over
        if label is not None:
            leading = placed[-1] if column.lead else ()  # filters, which may be higher than their sheets
            shapes += _label(stack, label, x + width / 2, min([down, *(each.lattice.origin[1] for each in leading)]))
        x += width + gap
    if -1 in placed and stack.partial_sums is not None and not stack.is_heat:
        has_rays = columns[-1].across == 1
        work = slice_shapes(stack, placed[0], placed[-1], placed[len(stack.maps) - 1] if has_rays else ())
        shapes += work
        parts = partial(slice_parts, stack) if work else None
    elif stack.terms_from is not None and not stack.is_heat:
        parts = partial(_terms, stack)
    shapes += moving  # over all that is still, which is then one layer
    bottom = top + height
    if stack.is_heat:
        shapes += _legends(
            stack, {n % (len(stack.maps) + 1): _legend_for(sheets, placed) for n, sheets in placed.items()}
        )
        bottom += round(LEGEND_HEIGHT * stack.unit)
    scene = finished_stack(stack, shapes, bottom, has_grid=not is_coarse)
    return scene if parts is None else replace(scene, parts=parts)


def _terms(stack: Stack, step: int) -> int:
    """In how many parts a step of a chain is taken: one for each term of its equation, if all channels are drawn."""
    terms = [] if stack.terms_from is None else stack.terms_from(step)
    is_unseen = any(position is None and channel not in stack.maps[-2].drawn for channel, position in terms)
    return 0 if is_unseen else len(terms)


def _placed(
    stack: Stack, column: Column, cell: int, origin: tuple[int, int], is_coarse: bool
) -> tuple[PlacedSheet, ...]:
    """Every drawn sheet of a column where it stands."""
    rows, columns = column.dims
    between = round(SHEET_GAP * stack.unit * (2 if column.lead else 1))
    steps = column.steps_down(stack)
    sheets = []
    for sheet in range(column.plan.sheets):
        row, along = divmod(sheet, column.across)
        x = origin[0] + along * (column.lead + columns * cell + between) + column.lead
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


def _legend_for(sheets: tuple[PlacedSheet, ...], placed: dict[int, tuple[PlacedSheet, ...]]) -> tuple[PlacedSheet, ...]:
    """The sheets that a legend stands under: where filters stand between sheets, those of the first column."""
    if -1 not in placed or sheets[0].plan.name == "input":
        return sheets
    left = min(each.lattice.origin[0] for each in sheets)
    return tuple(each for each in sheets if each.lattice.origin[0] == left)


def _leading(stack: Stack, column: Column, sheets: tuple[PlacedSheet, ...]) -> tuple[PlacedSheet, ...]:
    """The filters of some sheets, each before its own, at half its height."""
    plan = filter_plan(stack)
    assert plan is not None
    cell = filter_cell(stack, (plan.canvas.rows, plan.canvas.columns))
    found = []
    for placed in sheets:
        (x, y), tall = placed.lattice.origin, placed.plan.canvas.rows * placed.lattice.row[1]
        origin = (x - column.lead, y + (tall - plan.canvas.rows * cell) // 2)
        found.append(PlacedSheet(plan, placed.sheet, Lattice(origin, (cell, 0), (0, cell))))
    return tuple(found)


def _filter_heads(stack: Stack, column: Column, filters: tuple[PlacedSheet, ...]) -> list[Shape]:
    """An arrow from each filter to its sheet."""
    points = []
    for placed in filters:
        wide, tall = (n * placed.lattice.column[0] for n in (placed.plan.canvas.columns, placed.plan.canvas.rows))
        x, y = placed.lattice.origin
        points.append((x + (wide + column.lead) / 2, y + tall / 2))
    return [Texts("label", np.array(points), ("→",) * len(points), 0.8 * _SIGN_EM * stack.unit)]


def _column_shapes(
    stack: Stack, column: Column, sheets: tuple[PlacedSheet, ...], cell: int
) -> tuple[list[Shape], list[Shape]]:
    """The shapes of a column that are still or come and stay, and those that move over them."""
    if column.number == -1:
        return [], []  # slices come and go
    if column.number < -1:
        return weight_shapes(stack, -2 - column.number, sheets), []
    text = None if sheets[0].ticks else written(stack, column.plan, sheets[0].lattice)
    still: list[Shape] = []
    moving: list[Shape] = []
    for placed in sheets:
        draw = gridless_shapes(stack, placed, column.number) if placed.ticks else None
        shapes, over = draw or sheet_shapes(stack, placed, column.number, text)
        still += shapes
        moving += over
    return still + _dots(stack, column, sheets, cell), moving


def _dots(stack: Stack, column: Column, sheets: tuple[PlacedSheet, ...], cell: int) -> list[Shape]:
    """A vertical ellipsis where sheets are left out."""
    middle = column.dims[1] * cell / 2
    points = [
        (placed.lattice.origin[0] + middle, placed.lattice.origin[1] - DOTS * stack.unit / 2)
        for placed in sheets
        if column.plan.breaks_before(placed.sheet) == "elided"
    ]
    return [Texts("label", np.array(points), ("⋮",) * len(points), _SIGN_EM * stack.unit)] if points else []


def _labels(stack: Stack, columns: list[Column], widths: list[int], gap: int) -> list[Block | None]:
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


def _legends(page: Stack, maps: Mapping[int, tuple[PlacedSheet, ...]]) -> list[Shape]:
    """A bar of colours right under each map that has numbers; a picture in colour needs none."""
    shapes: list[Shape] = []
    for number, sheets in maps.items():
        plan, lattices = sheets[0].plan, [placed.lattice for placed in sheets]
        if plan.scale is None or plan.is_one_picture:
            continue
        left, last = min(at.origin[0] for at in lattices), max(at.origin[0] for at in lattices)
        right = last + plan.canvas.columns * lattices[0].column[0]
        bottom = max(at.origin[1] for at in lattices) + plan.canvas.rows * lattices[0].row[1]
        shapes += bar(page, (left + right) / 2, bottom, right - left, plan.scale, number)
    return shapes
