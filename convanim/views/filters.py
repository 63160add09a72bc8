"""The filters between input and output: whole ones as small heat maps, or the slices that the current step uses."""

from functools import lru_cache, partial

import numpy as np

from convanim.layers.axis import CellKind
from convanim.scene.scene import Blocks, Cells, During, Floats, Ints, Lattice, Lines, Shape, Texts
from convanim.views.cell_numbers import lettering
from convanim.views.cell_shapes import sides
from convanim.views.grids import Canvas
from convanim.views.sheets import PlacedSheet
from convanim.views.stack import SheetMap, Stack
from convanim.views.text_layout import fits, widest
from convanim.words.numerals import is_exact


def filter_plan(stack: Stack) -> SheetMap | None:
    """The filters as a map of their own: one sheet a filter in a heat map, one a channel beside numbers.

    None for a heat map whose filters have several slices: there is no room for them all.
    """
    assert stack.kernels is not None
    outputs, read, *rest = stack.kernels.shape
    size = tuple(rest)
    if stack.is_heat and read > 1:
        return None
    source = stack.output if stack.is_heat else stack.maps[0]
    cells = int(np.prod(size))
    return SheetMap(
        name="kernel",
        role="kernel",
        window="kernel",
        size=size,
        channels=source.channels,
        has_channels=True,
        drawn=source.drawn,
        canvas=Canvas(tuple(range(n) for n in size)),
        kinds={kind: np.full(cells, kind is CellKind.INPUT) for kind in CellKind},
        label=(stack.words("filters" if outputs > 1 else "filter"),) if stack.is_heat else (),
        group_size=source.group_size,
        numbers=stack.kernels[:, 0] if stack.is_heat else None,
    )


def filter_shapes(stack: Stack, sheets: tuple[PlacedSheet, ...]) -> list[Shape]:
    """Whole filters as heat maps, a frame around the one at work."""
    assert stack.kernels is not None
    largest = float(np.abs(stack.kernels).max()) or 1.0
    shapes: list[Shape] = []
    for placed in sheets:
        plan = placed.plan
        levels = (stack.kernels[plan.drawn[placed.sheet], 0] / largest).ravel()
        index = np.insert(plan.canvas.index, 0, plan.drawn[placed.sheet], axis=1)
        shapes.append(Cells("heat", "kernel", placed.lattice, plan.canvas.cells, index, levels=levels))
        whole = np.array([(0, 0, plan.canvas.rows, plan.canvas.columns)])
        shapes.append(Blocks("heat", "kernel", placed.lattice, whole, "line"))
    frames: list[Shape] = [
        Lines("frame", lru_cache(maxsize=4)(partial(_frame, stack, placed)), placed.lattice.is_upright)
        for placed in sheets
    ]
    return shapes + (frames if len(sheets) > 1 else [])


def _frame(stack: Stack, placed: PlacedSheet, step: int) -> Floats:
    if stack.made(step)[0] != placed.sheet:
        return np.zeros((0, 2, 2))
    rows, columns = placed.plan.canvas.rows, placed.plan.canvas.columns
    corners = placed.lattice.points(np.array([(0, 0), (0, columns), (rows, columns), (rows, 0)]))
    return sides(corners)


def slice_shapes(stack: Stack, inputs: tuple[PlacedSheet, ...], places: tuple[PlacedSheet, ...]) -> list[Shape]:
    """Beside each sheet of the input the slice of the current filter that reads it, and what the two add."""
    assert stack.kernels is not None
    assert stack.partial_sums is not None
    sums = stack.partial_sums()
    plan = places[0].plan
    cell = places[0].lattice.column[0]
    lattice = Lattice((0, 0), (cell, 0), (0, cell))
    texts = tuple(stack.kernel_texts.values())
    weights = lettering(stack, lattice, np.zeros(1), texts)
    adds = lettering(stack, lattice, np.unique(sums))
    shapes: list[Shape] = []
    for sheet, (source, place) in enumerate(zip(inputs, places)):
        down = (source.plan.canvas.rows - plan.canvas.rows) * cell // 2
        own = Lattice((place.lattice.origin[0], place.lattice.origin[1] + down), (cell, 0), (0, cell))
        middle = own.origin[1] + plan.canvas.rows * cell / 2
        right = own.origin[0] + (plan.canvas.columns + 1) * cell
        at = Lattice((right, round(middle - cell / 2)), (cell, 0), (0, cell))
        when = During(lru_cache(maxsize=4)(partial(_at_work, stack, sheet, len(plan.canvas.cells))))
        one = During(lru_cache(maxsize=4)(partial(_at_work, stack, sheet, 1)))
        index = np.insert(plan.canvas.index, 0, source.plan.drawn[sheet], axis=1)
        shapes.append(Cells("kernel", "kernel", own, plan.canvas.cells, index, when, stack.series))
        centres = own.centres(plan.canvas.cells)
        weight = partial(_weight, stack, sheet)
        shapes.append(Texts("kernel", centres, weight, weights.em, when=when, series=stack.series))
        spot = np.zeros((1, 2), dtype=np.int64)
        shapes.append(Cells("output_partial", "sum", at, spot, np.array([[sheet]]), one, stack.series))
        added = partial(_added, stack, sums, sheet, adds.decimals)
        shapes.append(Texts("output_partial", at.centres(spot), added, adds.em, when=one, series=stack.series))
        side = source.lattice.origin[0] + source.plan.canvas.columns * cell
        signs = np.array([((side + own.origin[0]) / 2, middle), (right - cell / 2, middle)])
        both = During(lru_cache(maxsize=4)(partial(_at_work, stack, sheet, 2)))
        joints = partial(_sign, stack, sums, sheet, adds.decimals)
        shapes.append(Texts("label", signs, joints, 0.9 * stack.label_em, when=both))
    if stack.labels:
        heads = np.array([(place.lattice.origin[0] + plan.canvas.columns * cell / 2, 0), (right + cell / 2, 0)])
        words = (stack.words("filter"), stack.words("adds"))
        heads[:, 1] = places[0].lattice.origin[1] - 0.85 * stack.label_em
        em = min(stack.label_em, (plan.canvas.columns + 2) * cell / stack.font.width(" ".join(words), 1))
        if em >= stack.least_em:
            shapes.append(Texts("label", heads, words, em))
    if not fits(lattice, widest(texts, stack.font) * weights.em, 0.0):
        return []
    return shapes


def _slice(stack: Stack, sheet: int, step: int) -> tuple[int, int] | None:
    """The filter at work and which of its slices reads a drawn sheet of the input; None where it does not."""
    assert stack.kernels is not None
    if sheet not in stack.spots(step)[0].sheets:
        return None
    output = stack.output.drawn[stack.made(step)[0]]
    return output, stack.maps[0].drawn[sheet] % stack.kernels.shape[1]


def _at_work(stack: Stack, sheet: int, cells: int, step: int) -> Ints:
    return np.arange(0 if _slice(stack, sheet, step) is None else cells)


def _weight(stack: Stack, sheet: int, step: int, element: int) -> str:
    place = _slice(stack, sheet, step)
    if place is None or stack.kernels is None:
        return ""
    return stack.kernel_texts[stack.kernels[place].ravel()[element].item()]


def _sign(stack: Stack, sums: Floats, sheet: int, decimals: int, step: int, element: int) -> str:
    """Between a sheet and its slice, and between that and what they add, which may be rounded."""
    place = _slice(stack, sheet, step)
    if element == 0 or place is None:
        return "×"
    return "=" if is_exact(sums[(*place, *stack.made(step)[1])].item(), decimals) else "≈"


def _added(stack: Stack, sums: Floats, sheet: int, decimals: int, step: int, element: int) -> str:
    place = _slice(stack, sheet, step)
    if place is None:
        return ""
    return stack.words.numeral(sums[(*place, *stack.made(step)[1])].item(), decimals)
