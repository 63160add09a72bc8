"""Stacks of slanted sheets above each other, the input below; a prism goes through the sheets that a cell reads.

Depth is that of what is seen: what lies lower is drawn first, windows and rays too, and the sheets above it hide it.
"""

from dataclasses import replace
from functools import lru_cache, partial
from itertools import pairwise

import numpy as np

from convanim.scene.scene import Floats, Lines, Scene, Shape, Texts
from convanim.views.cell_shapes import without_digits
from convanim.views.digits_over_rays import digits_over
from convanim.views.drawing import TooNarrowError
from convanim.views.legend import LEGEND_HEIGHT, bar
from convanim.views.stacks.gutter import LEGEND_WIDTH, gutter_labels, gutter_width
from convanim.views.stacks.iso_layout import Layout, Stood, layouts, placed
from convanim.views.stacks.iso_row import FINE, SLIDE, Row, may_be_row, row
from convanim.views.stacks.lanes import leading
from convanim.views.stacks.sheets.gridless_sheets import gridless_shapes
from convanim.views.stacks.sheets.placed_sheet import PlacedSheet
from convanim.views.stacks.sheets.sheet_numbers import Written, written
from convanim.views.stacks.sheets.sheet_shapes import sheet_shapes
from convanim.views.stacks.slabs.scene import slab_stack
from convanim.views.stacks.stack import Spot, Stack
from convanim.views.stacks.stack_page import finished_stack
from convanim.views.stacks.volumes.iso_volume import iso_volume
from convanim.views.text_layout import Block


def iso_stack(stack: Stack) -> Scene:
    """The slanted view of a stack. Raises TooNarrowError when there is no room for its cells or their numbers."""
    if stack.beside:
        return slab_stack(stack)
    if stack.volume is not None:
        return iso_volume(stack)
    beside = row(stack) if may_be_row(stack) else None
    is_narrow = stack.size.parts > 1  # maps of figures beside each other need the room
    gutter = gutter_width(stack, is_narrow=is_narrow)
    blocks = gutter_labels(stack, gutter - stack.margin, is_narrow=is_narrow)
    heights = _heights(stack, blocks)
    narrow: TooNarrowError | None = None
    try:
        for layout in layouts(stack, stack.room - gutter, heights):
            if beside is not None and _is_larger(stack, beside, layout, heights):
                return _row_scene(stack, beside)
            try:
                return _scene(stack, layout, gutter, blocks)
            except TooNarrowError as error:  # numbers may have room in larger cells
                narrow = error
    except TooNarrowError as error:
        if beside is not None:
            return _row_scene(stack, beside)
        narrow = error
    assert narrow is not None
    raise narrow


def _is_larger(stack: Stack, beside: Row, above: Layout, heights: list[float]) -> bool:
    """Whether maps are larger beside each other than above each other where the picture is to fit on a slide.

    Those that have a grid are.
    """
    if beside.is_coarse is not above.is_coarse:
        return above.is_coarse
    height = placed(stack, above, 0, stack.margin, heights)[0].bottom + stack.margin
    (cx, _), (rx, _) = above.basis
    rows, columns = above.dims[0]
    wide = (columns * cx + rows * rx) * min(1.0, SLIDE * stack.size.pixels / height)
    outline = beside.stood[0].sheets[0].outline
    return float(outline[2, 0] - outline[0, 0]) > wide


def _row_scene(stack: Stack, beside: Row) -> Scene:
    """The scene of maps beside each other; rays come last, over all maps."""
    shapes: list[Shape] = []
    for stood in beside.stood:
        shapes += _map_shapes(stack, stood, None, is_clear=False)
    for read, made in pairwise(beside.stood):
        shapes += [_ray_lines(stack, read, made, sheet, onto=0) for sheet in read.sheets]
    scene = finished_stack(stack, [*shapes, *beside.labels], beside.bottom, has_grid=not beside.is_coarse)
    return replace(scene, unit=beside.unit)


def _scene(stack: Stack, layout: Layout, gutter: int, blocks: list[Block]) -> Scene:
    middle = stack.margin + gutter + (stack.room - gutter) // 2
    stood = placed(stack, layout, middle, stack.margin, _heights(stack, blocks))
    shapes: list[Shape] = []
    for map_ in stood:
        above = stood[map_.number + 1] if map_ is not stood[-1] else None
        shapes += _map_shapes(stack, map_, above, is_clear=layout.is_clear)
    bottom = max(map_.bottom for map_ in stood)
    for map_, height in zip(stood, _heights(stack, blocks)):
        top = max(stack.margin, map_.middle - height / 2)
        shapes += _label(stack, map_.number, blocks[map_.number] if blocks else None, top, gutter - stack.margin)
        bottom = max(bottom, round(top + height))
    scene = finished_stack(stack, shapes, bottom, has_grid=not layout.is_coarse)
    # Small cells of a wide picture have lines as in one of the base width, where wider ones would cover them.
    fine = max(min(1.0, stack.unit), layout.cell / FINE)
    return replace(scene, unit=min(stack.unit, fine))


def _heights(stack: Stack, blocks: list[Block]) -> list[float]:
    """Of each map's label and legend; nothing where there are none."""
    legend = LEGEND_HEIGHT * stack.unit if stack.is_heat else 0.0
    return [block.height + legend for block in blocks] or [legend] * (len(stack.maps) if stack.is_heat else 0)


def _label(stack: Stack, number: int, block: Block | None, top: float, room: int) -> list[Shape]:
    """A map's label in `room` pixels of the gutter, and its legend under that."""
    plan, height = stack.maps[number], 0.0 if block is None else block.height
    shapes: list[Shape] = [] if block is None else [block.from_left(stack.margin, top)]
    if stack.is_heat and plan.scale is not None and not plan.is_one_picture:
        wide = min(room, LEGEND_WIDTH * stack.unit)
        shapes += bar(stack, stack.margin + wide / 2, round(top + height), wide, plan.scale, number)
    return shapes


def _map_shapes(stack: Stack, stood: Stood, above: Stood | None, *, is_clear: bool) -> list[Shape]:
    """All of one map, and the rays from it to the one above; the farthest lane first, the lowest sheet first.

    Over lanes of one sheet, which lie beside each other, what moves comes last: what is still is one layer then. Digits
    are over the rays.
    """
    rays = {} if above is None else {s: _ray_lines(stack, stood, above, s) for s in stood.sheets}
    text = None
    highest = stood.lanes[0][0]
    if highest.ticks is None:
        text = written(stack, highest.plan, highest.lattice)
    shapes: list[Shape] = []
    over: list[Shape] = []
    numbers: list[Shape] = []
    for lane in reversed(stood.lanes):
        for depth, sheet in reversed(list(enumerate(lane))):
            # Numbers on a sheet under another would be half hidden.
            is_whole = depth == 0 or is_clear
            still, moving = _sheet(stack, sheet, stood.number, _without_strings(text) if not is_whole else text)
            prism = [_prism(stack, stood.number, sheet, lane[depth - 1])] if depth else []
            lines = [*prism, *([rays[sheet.sheet]] if rays else [])]
            cells, digits = without_digits(moving)
            if is_whole and lines:
                still, crossed = digits_over([*rays.values(), *prism], still, digits, stack.font)
                numbers += crossed
            shapes += still
            if is_whole:
                numbers += digits
            if depth == 0:
                over += [*cells, *lines]
            else:
                shapes += [*(cells if is_whole else moving), *lines]
    return shapes + _dots(stack, stood) + over + numbers


def _without_strings(text: Written | None) -> Written | None:
    return None if text is None else replace(text, strings=())


def _prism(stack: Stack, number: int, sheet: PlacedSheet, over: PlacedSheet) -> Lines:
    """The prism's edges from a sheet to the one over it."""
    edges = lru_cache(maxsize=4)(partial(_edges, stack, number, sheet, over))
    return Lines("ray", edges, series=stack.window_series(number, sheet.sheet))


def _sheet(stack: Stack, sheet: PlacedSheet, number: int, text: Written | None) -> tuple[list[Shape], list[Shape]]:
    """The shapes of a sheet that are still or come and stay, and those that move over it."""
    if sheet.ticks is None:
        return sheet_shapes(stack, sheet, number, text)
    return gridless_shapes(stack, sheet, number)


def _dots(stack: Stack, stood: Stood) -> list[Shape]:
    """An ellipsis where sheets are left out: between piled ones at their left corners, between lanes in the gap."""
    plan = stood.lanes[0][0].plan
    points, signs = [], []
    for lane in stood.lanes:
        for above, below in pairwise(lane):
            if plan.breaks_before(below.sheet) == "elided":
                corner = (np.array(above.lattice.origin) + np.array(below.lattice.origin)) / 2
                points.append(corner - np.array([2 * stack.unit, 0]))
                signs.append("⋮")
    for before, after in pairwise(stood.lanes):
        if plan.breaks_before(after[0].sheet) == "elided":
            points.append((before[0].outline[1:3].mean(axis=0) + after[0].outline[[0, 3]].mean(axis=0)) / 2)
            signs.append("…")
    return [Texts("label", np.array(points), tuple(signs), 16 * stack.unit)] if points else []


def _edges(stack: Stack, number: int, sheet: PlacedSheet, over: PlacedSheet, step: int) -> Floats:
    """The prism's edges from the corners of the window on a sheet to those on the one over it, where both are read."""
    spot = stack.spots(step)[number]
    if not {sheet.sheet, over.sheet} <= set(spot.sheets) or spot.is_empty:
        return np.zeros((0, 2, 2))
    return np.stack([each.corners(spot.on(each.sheet)) for each in (over, sheet)], axis=1)


def _ray_lines(stack: Stack, below: Stood, above: Stood, sheet: int, *, onto: int = -1) -> Lines:
    rays = lru_cache(maxsize=4)(partial(_rays, stack, below, above, sheet, onto))
    return Lines("ray", rays, series=stack.window_series(below.number, sheet))


def _rays(stack: Stack, below: Stood, above: Stood, sheet: int, onto: int, step: int) -> Floats:
    """From the corners of what is read on a sheet to those of what that makes on the next map.

    They leave the highest sheet of a lane that is read, and come to the lowest, or the one at `onto`, of one that is
    made.
    """
    spots = stack.spots(step)
    read, made = spots[below.number], spots[above.number]
    if above.lanes[0][0].ticks is None:  # a block without a grid shows its padding as part of it
        made = made.core
    none = np.zeros((0, 2, 2))
    if sheet not in read.sheets or read.is_empty or made.is_empty:
        return none
    sources, targets = _ends(below, read, 0), _ends(above, made, onto)
    if sheet not in sources:
        return none
    is_apart = stack.maps[above.number].keeps_apart
    pairs = leading(range(len(sources)), range(len(targets)), is_apart=is_apart)
    # Where lanes run together, one line each from the left and the right corner are enough to be followed.
    corners = slice(None) if len({source for source, _ in pairs}) == len({to for _, to in pairs}) else slice(0, 3, 2)
    lines = [
        np.stack([below.sheets[sheet].corners(read.on(sheet)), above.sheets[targets[to]].corners(made)], axis=1)[
            corners
        ]
        for source, to in pairs
        if sources[source] == sheet
    ]
    return np.concatenate(lines) if lines else none


def _ends(stood: Stood, spot: Spot, which: int) -> list[int]:
    """Of each lane in which a step shows sheets the first or the last of them."""
    lit = [[sheet.sheet for sheet in lane if sheet.sheet in spot.sheets] for lane in stood.lanes]
    return [sheets[which] for sheets in lit if sheets]
