"""The shapes of one sheet whose cells are too small to be drawn one by one: blocks without a grid inside."""

from functools import lru_cache, partial

import numpy as np

from convanim.layers.axis import CellKind
from convanim.layers.sizes import Sizes
from convanim.layers.step_order import unravel
from convanim.scene.scene import Blocks, Ints, Shape
from convanim.views.grids import Canvas
from convanim.views.stacks.sheets.placed_sheet import PlacedSheet
from convanim.views.stacks.stack import Spot, Stack


def gridless_shapes(stack: Stack, placed: PlacedSheet, number: int) -> tuple[list[Shape], list[Shape]]:
    """The shapes of a sheet of map `number` that are still, or move under its outline; and those that move over it."""
    plan, lattice = placed.plan, placed.lattice
    is_output = number == len(stack.maps) - 1
    series = plan.sheet_series(placed.sheet)
    role = "output_pending" if is_output else plan.role
    shapes: list[Shape] = []
    if not all(plan.kinds[CellKind.INPUT]):
        padded = Spot((), tuple(np.array([r.start, r.stop - 1]) for r in plan.canvas.ranges))
        around = f"padding {plan.name}" if number else "padding"
        shapes.append(Blocks("padding", around, lattice, np.array([placed.block(padded)])))
    whole = placed.block(Spot((), tuple(np.array([0, last]) for last in last_positions(placed))))
    shapes.append(Blocks(role, plan.name, lattice, np.array([whole]), series=series))
    if is_output:
        done = lru_cache(maxsize=4)(partial(_done, stack, placed))
        shapes.append(Blocks("output", plan.name, lattice, done, "fill", series, stays=True))
        shapes.append(Blocks(role, plan.name, lattice, np.array([whole]), "line", series))
    hue = stack.window_series(number, placed.sheet)
    name = plan.name if is_output else f"window {plan.name}" if number else "window"
    seen = lru_cache(maxsize=4)(partial(_seen, stack, placed, number))
    return shapes, [
        Blocks(plan.window, name, lattice, seen, series=hue),
        Blocks("accent", name, lattice, seen, "line"),
    ]


def last_positions(placed: PlacedSheet) -> list[int]:
    """The position of the last of the sheet's own cells on each axis."""
    own, canvas = placed.plan.kinds[CellKind.INPUT], placed.plan.canvas
    place = unravel(len(own) - 1 - int(own[::-1].argmax()), tuple(map(len, canvas.ranges)))
    return [positions[at] for positions, at in zip(canvas.ranges, place)]


def _seen(stack: Stack, placed: PlacedSheet, number: int, step: int) -> Ints:
    """The block that a step reads or makes on this sheet."""
    spot = stack.spots(step)[number]
    if placed.sheet not in spot.sheets or spot.is_empty:
        return np.zeros((0, 4), dtype=np.int64)
    return np.array([placed.block(spot.on(placed.sheet))])


def _done(stack: Stack, placed: PlacedSheet, step: int) -> Ints:
    """What has been made of the last map's sheet: whole rows, and the beginning of the one at work."""
    assert placed.ticks is not None
    return filled(int(np.searchsorted(stack.done(placed.sheet), step, side="right")), placed.plan.canvas, placed.ticks)


def filled(made: int, canvas: Canvas, ticks: Sizes) -> Ints:
    """The blocks (N, 4) of the first `made` cells of a canvas whose sides have so many ticks."""
    full, rest = divmod(made, canvas.columns)
    tall, wide = ticks
    above, below = full * tall // canvas.rows, (full + 1) * tall // canvas.rows
    blocks = [(0, 0, above, wide), (above, 0, below, rest * wide // canvas.columns)]
    kept = [block for block in blocks if block[0] < block[2] and block[1] < block[3]]
    return np.array(kept, dtype=np.int64).reshape(-1, 4)
