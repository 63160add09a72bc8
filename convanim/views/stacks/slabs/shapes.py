"""What is drawn of a slab: its body, the prism of the filter that goes through it, the slices that filters make."""

from collections.abc import Callable
from functools import lru_cache, partial
from itertools import groupby

import numpy as np

from convanim.layers.axis import CellKind
from convanim.scene.scene import Blocks, Floats, Ints, Lines, Series, Shape, Texts
from convanim.views.stacks.sheets.gridless_sheets import filled
from convanim.views.stacks.slabs.columns import columns
from convanim.views.stacks.slabs.prisms import Prism, around_of, read_of
from convanim.views.stacks.slabs.slab import Slab, Window
from convanim.views.stacks.stack import Stack

_FREE = 5  # pixels on a screen of a channel from which lines between channels leave the prism's hue to be seen
_NONE: Ints = np.zeros((0, 4), dtype=np.int64)
_NO_LINES: Floats = np.zeros((0, 2, 2))


def body_shapes(stack: Stack, slab: Slab) -> list[Shape]:
    """A slab that is read: its three faces that are seen, groups in the colours of their filters, and all its edges."""
    plan = slab.plan
    role = "slab" if plan.role == "input" else plan.role
    shapes: list[Shape] = []
    if not all(plan.kinds[CellKind.INPUT]):
        around = f"padding {plan.name}" if slab.number else "padding"
        shapes.append(Blocks("padding", around, slab.upper_lattice(0), np.array([slab.whole])))
    for series, (first, last) in _bands(stack, slab):
        left, right = (np.array([face(slab.body, first, last)]) for face in (slab.left, slab.right))
        shapes.append(Blocks(role, plan.name, slab.left_lattice, left, "fill", series))
        shapes.append(Blocks(role, plan.name, slab.right_lattice, right, "fill", series))
        if first == 0:
            shapes.append(Blocks(role, plan.name, slab.upper_lattice(0), np.array([slab.body]), "fill", series))
    return shapes + _lines(stack, slab, 0)


def _bands(stack: Stack, slab: Slab) -> list[tuple[int | None, tuple[int, int]]]:
    """The series of a slab's channels, and from which depth to which each reaches; one where they cannot be told."""
    runs = [(series, list(run)) for series, run in groupby(range(slab.plan.channels), slab.plan.sheet_series)]
    spans = [(series, (slab.depth(run[-1] + 1), slab.depth(run[0]))) for series, run in runs]
    if len(spans) > 1 and min(low - high for _, (high, low) in spans) < stack.least(2):
        return [(None, (0, slab.thickness))]
    return spans


def _lines(stack: Stack, slab: Slab, first: int) -> list[Shape]:
    """The edges of a slab from a depth on, of its channels where they can be told, and of its upper cells.

    Those at its back are seen, too: it is of glass, and the prism through it stands within.
    """
    top, left, bottom, right = slab.body
    shapes: list[Shape] = []
    fine = [slab.back(slab.body, first, slab.thickness)]
    if slab.is_told(stack):
        fine.append(slab.layers(slab.body, first, slab.thickness))
    if slab.face.ticks is None:
        ends = [((r, left), (r, right)) for r in range(top + 1, bottom)]
        ends += [((top, c), (bottom, c)) for c in range(left + 1, right)]
        fine.append(slab.face.lattice.points(np.array(ends).reshape(-1, 2, 2)))
    shapes.append(Lines("channel", np.concatenate(fine)))
    around = slab.silhouette(slab.body, first, slab.thickness), slab.ridges(slab.body, first, slab.thickness)
    return [*shapes, Lines("slab_edge", np.concatenate(around))]


def prism_shapes(stack: Stack, slab: Slab) -> list[Shape]:
    """The prism through the channels of a slab that are read, in its filter's hue; it is seen as through glass.

    Of a map that several windows of a step are read of, it is one window's, in a paler prism of them all.
    """
    plan = slab.plan
    shapes: list[Shape] = []
    if slab.number < len(stack.maps) - 2:
        shapes = _prism(stack, slab, (plan.role, f"region {plan.name}"), partial(around_of, stack, slab))
    name = f"window {plan.name}" if slab.number else "window"
    return shapes + _prism(stack, slab, (plan.window, name), partial(read_of, stack, slab))


def _prism(stack: Stack, slab: Slab, named: tuple[str, str], prism_at: Callable[[int], Prism | None]) -> list[Shape]:
    """The shapes of a prism, by its role and the name of its map in keys; a window's is outlined."""
    role, name = named
    hue = _hue(stack, slab)

    def lines(of: Callable[[Window, int, int], Floats]) -> Callable[[int], Floats]:
        @lru_cache(maxsize=4)
        def at(step: int) -> Floats:
            read = prism_at(step)
            return _NO_LINES if read is None else of(*read)

        return at

    def face(of: Callable[[Window, int, int], list[int]]) -> Callable[[int], Ints]:
        @lru_cache(maxsize=4)
        def at(step: int) -> Ints:
            read = prism_at(step)
            return _NONE if read is None else np.array([of(*read)])

        return at

    @lru_cache(maxsize=256)
    def upper(depth: int, step: int) -> Ints:
        read = prism_at(step)
        return _NONE if read is None or read[1] != depth else np.array([read[0]])

    shapes: list[Shape] = [
        Blocks(role, name, slab.left_lattice, face(slab.left), "fill", hue),
        Blocks(role, name, slab.right_lattice, face(slab.right), "fill", hue),
    ]
    for depth in _upper_depths(stack, slab):
        at = partial(upper, depth)
        shapes.append(Blocks(role, name, slab.upper_lattice(depth), at, "fill", hue))
    if slab.per_channel >= stack.least(_FREE):
        shapes.append(Lines("channel", lines(slab.layers)))
    around = "accent" if role == slab.plan.window else "ray"
    return [*shapes, Lines("ray", lines(slab.ridges)), Lines(around, lines(slab.silhouette))]


def _hue(stack: Stack, slab: Slab) -> Series:
    """Whose hue the prism through a slab has: its channels' own, or that of the filter at work."""
    if any(series is not None for series in slab.plan.series):
        return lambda step: slab.plan.sheet_series(stack.spots(step)[slab.number].sheets[0])
    return stack.window_series(slab.number, 0)


def _upper_depths(stack: Stack, slab: Slab) -> list[int]:
    """The depths at which the prism's upper face may lie: one where every step reads all channels."""
    if all(len(stack.spots(step)[slab.number].sheets) == slab.plan.channels for step in (0, stack.steps - 1)):
        return [0]
    every = range(slab.plan.channels)
    return sorted({slab.span((c,))[0] for c in every} | {slab.depth(c + 1) for c in every})


def made_shapes(stack: Stack, slab: Slab) -> list[Shape]:
    """The slab that is made: slice upon slice from below, each in its filter's hue, in a frame of what is to come."""
    plan, name = slab.plan, slab.plan.name
    hue: Series = stack.series if any(series is not None for series in plan.series) else None
    floor = np.array([slab.body])
    shapes: list[Shape] = [Blocks("output_pending", name, slab.upper_lattice(slab.thickness), floor, "fill")]
    cage = slab.back(slab.body, 0, slab.thickness), slab.silhouette(slab.body, 0, slab.thickness)
    shapes.append(Lines("channel", np.concatenate(cage)))
    if stack.order != "filter":
        return [*shapes, *columns(stack, slab)]
    shapes += _done_slices(stack, slab)
    for role, is_whole in (("output_pending", False), ("output", True)):
        for face, lattice in ((slab.left, slab.left_lattice), (slab.right, slab.right_lattice)):
            side = lru_cache(maxsize=4)(partial(_side, stack, slab, face, is_whole))
            shapes.append(Blocks(role, name, lattice, side, "fill", hue, stays=True))
    tops = sorted({slab.span((channel,))[0] for channel in range(plan.channels)}, reverse=True)
    for depth in tops:
        lattice = slab.upper_lattice(depth)
        shapes.append(
            Blocks("output_pending", name, lattice, partial(_plane, stack, slab, depth), "fill", hue, stays=True)
        )
        shapes.append(Blocks("output", name, lattice, partial(_filled, stack, slab, depth), "fill", hue, stays=True))
        shapes.append(Blocks("current", name, lattice, partial(_current, stack, slab, depth), series=hue))
    edges = lru_cache(maxsize=4)(partial(_made_edges, stack, slab))
    return [*shapes, Lines("slab_edge", edges, stays=True), Lines("accent", partial(_outline, stack, slab))]


def _at_work(stack: Stack, step: int) -> int:
    """The channel whose slice is on top of what is made."""
    return stack.made(step)[0]


def _count(stack: Stack, step: int) -> int:
    """How many cells of the slice on top are made."""
    return int(np.searchsorted(stack.done(_at_work(stack, step)), step, side="right"))


def _done_slices(stack: Stack, slab: Slab) -> list[Shape]:
    """The sides of the slices that are finished: each in its hue, or where they cannot be told all in one colour."""
    name, channels = slab.plan.name, slab.plan.channels
    sides = ((slab.left, slab.left_lattice), (slab.right, slab.right_lattice))

    def one(face: Callable[[Window, int, int], list[int]], channel: int, step: int) -> Ints:
        block = face(slab.body, slab.depth(channel + 1), slab.depth(channel))
        return np.array([block]) if channel < _at_work(stack, step) else _NONE

    def every(face: Callable[[Window, int, int], list[int]], step: int) -> Ints:
        top = slab.span((_at_work(stack, step),))[1]
        return np.array([face(slab.body, top, slab.thickness)]) if top < slab.thickness else _NONE

    if not slab.is_told(stack):
        return [Blocks("output", name, lattice, partial(every, face), "fill", stays=True) for face, lattice in sides]
    return [
        Blocks(
            "output", name, lattice, partial(one, face, channel), "fill", slab.plan.sheet_series(channel), stays=True
        )
        for channel in range(channels)
        for face, lattice in sides
    ]


def _side(stack: Stack, slab: Slab, face: Callable[[Window, int, int], list[int]], is_whole: bool, step: int) -> Ints:
    """A side of the slice on top, if it is as whole as asked."""
    if (_count(stack, step) == stack.positions) != is_whole:
        return _NONE
    return np.array([face(slab.body, *slab.span((_at_work(stack, step),)))])


def _plane(stack: Stack, slab: Slab, depth: int, step: int) -> Ints:
    return np.array([slab.body]) if slab.span((_at_work(stack, step),))[0] == depth else _NONE


def _filled(stack: Stack, slab: Slab, depth: int, step: int) -> Ints:
    if slab.span((_at_work(stack, step),))[0] != depth:
        return _NONE
    canvas = slab.plan.canvas
    return filled(_count(stack, step), canvas, slab.face.ticks or (canvas.rows, canvas.columns))


def _current(stack: Stack, slab: Slab, depth: int, step: int) -> Ints:
    window, (top, _) = cell_of(stack, slab, step)
    return np.array([window]) if top == depth else _NONE


def cell_of(stack: Stack, slab: Slab, step: int) -> tuple[Window, tuple[int, int]]:
    """The cell that a step makes on the upper face of its slice, and from which depth to which that reaches."""
    spot = stack.spots(step)[slab.number]
    top, low = slab.span(spot.sheets)
    return slab.window(spot), (top, low if stack.order == "filter" else slab.thickness)


def _outline(stack: Stack, slab: Slab, step: int) -> Floats:
    window, (top, _) = cell_of(stack, slab, step)
    corners = slab.corners(window, top)
    return np.stack([corners, np.roll(corners, -1, axis=0)], axis=1)


def _made_edges(stack: Stack, slab: Slab, step: int) -> Floats:
    """The edges of what is made so far."""
    top, low = slab.span((_at_work(stack, step),))
    around = [slab.silhouette(slab.body, top, slab.thickness), slab.ridges(slab.body, top, slab.thickness)]
    rims = slab.corners(slab.body, low)[[0, 3, 3, 2]].reshape(2, 2, 2)
    return np.concatenate([*around, rims])


def bracket(stack: Stack, slab: Slab) -> list[Shape]:
    """A bracket as high as the slab is thick, to the right of all that is drawn of it, and how many channels it has."""
    if not stack.labels:
        return []
    unit = stack.unit
    high, low = slab.corners(slab.body, 0)[2], slab.corners(slab.body, slab.thickness)[2]
    x = slab.corners(slab.whole)[2, 0] + 7 * unit
    tick = 4 * unit
    ends = [((x, high[1]), (x, low[1])), ((x - tick, high[1]), (x, high[1])), ((x - tick, low[1]), (x, low[1]))]
    at = np.array([(x + 5 * unit, (high[1] + low[1]) / 2)])
    return [
        Lines("bracket", np.array(ends), is_upright=True),
        Texts("label", at, (stack.words.numeral(slab.plan.channels),), stack.label_em, anchor="start"),
    ]


def bracket_width(stack: Stack, channels: int) -> int:
    """Pixels to the right that a bracket and the largest number take."""
    if not stack.labels:
        return 0
    return round(12 * stack.unit + stack.font.width(stack.words.numeral(channels), stack.label_em))
