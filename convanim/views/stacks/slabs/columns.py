"""The slab that is made position by position: at each, a column of all filters' cells grows from below."""

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np

from convanim.scene.scene import Blocks, Floats, Ints, Lines, Shape
from convanim.views.stacks.sheets.gridless_sheets import filled
from convanim.views.stacks.slabs.slab import Slab, Window
from convanim.views.stacks.stack import Stack

_NONE: Ints = np.zeros((0, 4), dtype=np.int64)


def columns(stack: Stack, slab: Slab) -> list[Shape]:
    """What is made of a slab: whole rows, the current column, and behind it in the list those before it in its row.

    These stand nearer and hide its side.
    """
    before = [_solid(slab, lru_cache(maxsize=4)(partial(_finished, stack, slab, part))) for part in (0, 1)]
    at = lru_cache(maxsize=4)(partial(_column, stack, slab))
    hue = stack.series if any(series is not None for series in slab.plan.series) else None
    name = slab.plan.name
    grown: list[Shape] = [
        Blocks("current", name, slab.left_lattice, lambda step: np.array([slab.left(*at(step))]), "fill", hue),
        Blocks("current", name, slab.right_lattice, lambda step: np.array([slab.right(*at(step))]), "fill", hue),
    ]
    for depth in sorted({slab.span((channel,))[0] for channel in range(slab.plan.channels)}, reverse=True):
        upper = partial(_upper, stack, slab, depth)
        grown.append(Blocks("current", name, slab.upper_lattice(depth), upper, series=hue))
    grown += [
        Lines("ray", lambda step: slab.ridges(*at(step))),
        Lines("accent", lambda step: slab.silhouette(*at(step))),
    ]
    # Under the last column, for when its highlight is gone.
    last = _solid(slab, lambda step: [at(step)[0]] if step == stack.steps - 1 else [])
    return [*before[0], *last, *grown, *before[1]]


def _column(stack: Stack, slab: Slab, step: int) -> tuple[Window, int, int]:
    """The cell that a step makes with those below it: its place, and from which depth to which they reach."""
    spot = stack.spots(step)[slab.number]
    return slab.window(spot), slab.span(spot.sheets)[0], slab.thickness


def _upper(stack: Stack, slab: Slab, depth: int, step: int) -> Ints:
    window, top, _ = _column(stack, slab, step)
    return np.array([window]) if top == depth else _NONE


def _finished(stack: Stack, slab: Slab, part: int, step: int) -> list[Window]:
    """The whole rows that are finished, as one, or what is before the current cell in its row."""
    canvas = slab.plan.canvas
    row = (step // stack.output.sheets) // canvas.columns
    first = filled(row * canvas.columns, canvas, slab.face.ticks or (canvas.rows, canvas.columns))
    every = filled(step // stack.output.sheets, canvas, slab.face.ticks or (canvas.rows, canvas.columns))
    blocks = first if part == 0 else every[len(first) :]
    return [(top, left, bottom, right) for top, left, bottom, right in blocks.tolist()]


def _solid(slab: Slab, windows: Callable[[int], list[Window]]) -> list[Shape]:
    """Finished cells as a block through the whole depth."""
    name = slab.plan.name

    def lines(step: int) -> Floats:
        edges = [of(w, 0, slab.thickness) for w in windows(step) for of in (slab.silhouette, slab.ridges)]
        return np.concatenate(edges) if edges else np.zeros((0, 2, 2))

    faces = (
        (slab.left_lattice, lambda step: _blocks([slab.left(w, 0, slab.thickness) for w in windows(step)])),
        (slab.right_lattice, lambda step: _blocks([slab.right(w, 0, slab.thickness) for w in windows(step)])),
        (slab.upper_lattice(0), lambda step: _blocks([list(w) for w in windows(step)])),
    )
    return [
        *(Blocks("output", name, lattice, at, "fill", stays=True) for lattice, at in faces),
        Lines("slab_edge", lines, stays=True),
    ]


def _blocks(found: list[list[int]]) -> Ints:
    return np.array(found, dtype=np.int64).reshape(-1, 4)
