"""The filters between input and output: whole ones as small heat maps, or the slices that the current step uses."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from itertools import pairwise

import numpy as np

from convanim.layers.axis import CellKind
from convanim.numbers.scales import scale_of
from convanim.scene.scene import Blocks, Cells, During, Floats, Ints, Lattice, Lines, Shape, Texts
from convanim.views.cell_numbers import Lettering, lettering
from convanim.views.cell_shapes import framed, sides
from convanim.views.grids import Canvas
from convanim.views.kernel_work import line_up, product_shapes
from convanim.views.stacks.sheets.placed_sheet import PlacedSheet
from convanim.views.stacks.stack import SheetMap, Stack
from convanim.views.text_layout import fits, widest
from convanim.words.spelling import Spelling

_BETWEEN = 0.5  # words over grids, in ems


def filter_plan(stack: Stack) -> SheetMap | None:
    """The filters as a map of their own: one sheet a filter in a heat map, one a channel beside numbers.

    None for a map in colours whose filters have slices that differ: there is no room for them all.
    """
    assert stack.kernels is not None
    outputs, read, *rest = stack.kernels.shape
    size = tuple(rest)
    if stack.is_heat and read > 1 and (stack.kernels != stack.kernels[:, :1]).any():
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
        scale=scale_of(stack.kernels) if stack.is_heat else None,
    )


def filter_shapes(stack: Stack, sheets: tuple[PlacedSheet, ...]) -> list[Shape]:
    """Whole filters as heat maps, a frame around the one at work."""
    assert stack.kernels is not None
    scale = scale_of(stack.kernels)
    shapes: list[Shape] = []
    for placed in sheets:
        plan = placed.plan
        levels = scale.levels(stack.kernels[plan.drawn[placed.sheet], 0]).ravel()
        index = np.insert(plan.canvas.index, 0, plan.drawn[placed.sheet], axis=1)
        shapes.append(Cells(scale.name, "kernel", placed.lattice, plan.canvas.cells, index, levels=levels))
        whole = np.array([(0, 0, plan.canvas.rows, plan.canvas.columns)])
        shapes.append(Blocks(scale.name, "kernel", placed.lattice, whole, "line"))
    frames: list[Shape] = []
    for placed in sheets:
        around = lru_cache(maxsize=4)(partial(_frame, stack, placed))
        frames += framed(around, is_upright=placed.lattice.is_upright)
    return shapes + (frames if len(sheets) > 1 else [])


def _frame(stack: Stack, placed: PlacedSheet, step: int) -> Floats:
    if stack.made(step)[0] != placed.sheet:
        return np.zeros((0, 2, 2))
    rows, columns = placed.plan.canvas.rows, placed.plan.canvas.columns
    corners = placed.lattice.points(np.array([(0, 0), (0, columns), (rows, columns), (rows, 0)]))
    return sides(corners)


def slice_columns(plan: SheetMap, *, has_rays: bool) -> int:
    """How many columns of cells a slice takes with its products, unless it is of one cell, and what they add.

    Rays from there to the output have a column of their own.
    """
    products = plan.canvas.columns + 1 if _has_products(plan) else 0
    return plan.canvas.columns + products + 2 + has_rays


def _has_products(plan: SheetMap) -> bool:
    return len(plan.canvas.cells) > 1  # one product is what is added


def slice_shapes(
    stack: Stack,
    inputs: tuple[PlacedSheet, ...],
    places: tuple[PlacedSheet, ...],
    outputs: tuple[PlacedSheet, ...],
) -> list[Shape]:
    """Beside each sheet of the input the slice of the current filter that reads it, its products, and what they add.

    Rays lead from what they add to the cell that it goes into, on one of the `outputs`. Nothing where there is no room.
    """
    assert stack.kernels is not None
    assert stack.partial_sums is not None
    sums = stack.partial_sums()
    plan, source = places[0].plan, inputs[0].plan
    cell = places[0].lattice.column[0]
    lattice = Lattice((0, 0), (cell, 0), (0, cell))
    texts = tuple(stack.kernel_texts.values())
    weights = lettering(stack, lattice, np.zeros(1), texts)
    adds = lettering(stack, lattice, np.unique(sums))
    made = None
    if _has_products(plan) and source.numbers is not None:
        made = lettering(
            stack, lattice, np.unique(np.multiply.outer(np.unique(source.numbers), np.unique(stack.kernels)))
        )
    shapes: list[Shape] = []
    heads: list[tuple[float, str]] = []
    sources: list[tuple[float, float]] = []  # of the rays
    for sheet, place in enumerate(places):
        source = inputs[sheet].plan
        down = (source.canvas.rows - plan.canvas.rows) * cell // 2
        own = Lattice((place.lattice.origin[0], place.lattice.origin[1] + down), (cell, 0), (0, cell))
        middle = own.origin[1] + plan.canvas.rows * cell / 2
        when = During(lru_cache(maxsize=4)(partial(_at_work, stack, sheet, len(plan.canvas.cells))), stays=True)
        index = np.insert(plan.canvas.index, 0, source.drawn[sheet], axis=1)
        grid = Cells("kernel", "kernel", own, plan.canvas.cells, index, when, stack.series)
        weight = partial(_weight, stack, sheet)
        shapes += [grid, Texts("kernel", own.centres(grid.cells), weight, weights.em, when=when, series=stack.series)]
        width, right = plan.canvas.columns * cell, own.origin[0] + plan.canvas.columns * cell
        heads = [(right - width / 2, stack.words("filter"))]
        signs = [((inputs[sheet].lattice.origin[0] + source.canvas.columns * cell + own.origin[0]) / 2, middle)]
        if made is not None:
            beside = replace(grid, role="product", map="product", lattice=own.shifted(width + cell, 0))
            for shape in _products(stack, sheet, beside, made):
                assert isinstance(shape, Cells | Texts)
                assert isinstance(shape.when, During)
                taken = partial(_of_taken, stack, sheet, shape.when.at)
                shapes.append(replace(shape, when=replace(shape.when, of_part=taken)))
            signs.append((right + cell / 2, middle))
            right += width + cell
            heads.append((right - width / 2, stack.words("products")))
        signs.append((right + cell / 2, middle))
        at = Lattice((right + cell, round(middle - cell / 2)), (cell, 0), (0, cell))
        shapes += _added_shapes(stack, sheet, at, sums, adds)
        sources.append((at.origin[0] + cell, at.origin[1] + cell / 2))
        heads.append((right + 1.5 * cell, stack.words("adds")))
        shown = During(lru_cache(maxsize=4)(partial(_at_work, stack, sheet, len(signs))))
        joints = partial(_sign, stack, sums, sheet, adds.spell, has_products=made is not None)
        shapes.append(Texts("label", np.array(signs), joints, 0.9 * stack.label_em, when=shown))
    if not fits(lattice, widest(texts, stack.font) * weights.em, 0.0):
        return []
    if outputs:
        rays = partial(_rays, stack, sources, outputs)
        shapes.append(Lines("ray", lru_cache(maxsize=4)(rays), series=stack.series, of_part=rays))
    return shapes + _heads(stack, heads, places[0].lattice.origin[1])


def _rays(
    stack: Stack,
    sources: list[tuple[float, float]],
    outputs: tuple[PlacedSheet, ...],
    step: int,
    part: int | None = None,
) -> Floats:
    """From what each sheet that is read adds to the row of what it makes: further on it would strike numbers."""
    sheet, place = stack.made(step)
    row = (0, *place)[-2]
    read = [source for n, source in enumerate(sources) if _slice(stack, n, step) is not None]
    if part == 0:
        return np.zeros((0, 2, 2))
    side = outputs[sheet].lattice.points(np.array([row + 0.5, 0]))
    return np.array([[side, source] for source in read[:part]])


def _added_shapes(stack: Stack, sheet: int, at: Lattice, sums: Floats, letters: Lettering) -> list[Shape]:
    """What the products of a sheet add up to, in a cell of its own."""
    spot = np.zeros((1, 2), dtype=np.int64)
    now = During(lru_cache(maxsize=4)(partial(_at_work, stack, sheet, 1)), of_part=partial(_so_far, stack, sheet, 1))
    added = partial(_added, stack, sums, sheet, letters.spell)
    return [
        Cells("output_partial", "sum", at, spot, np.array([[sheet]]), now, stack.series),
        Texts("output_partial", at.centres(spot), added, letters.em, when=now, series=stack.series),
    ]


def _heads(stack: Stack, heads: list[tuple[float, str]], top: int) -> list[Shape]:
    """The words over the grids, where there is room for them; the last one is said by its sign, too."""
    for said in (heads, heads[:-1]) if stack.labels else ():
        widths = [stack.font.width(word, 1) for _, word in said]
        apart = [b - a for (a, _), (b, _) in pairwise(said)]
        needed = [(one + other) / 2 + _BETWEEN for one, other in pairwise(widths)]
        em = min((pixels / ems for pixels, ems in zip(apart, needed)), default=stack.label_em)
        em = min(em, stack.label_em)
        if said and em >= stack.least_em:
            points = np.array([(x, top - 0.85 * stack.label_em) for x, _ in said])
            return [Texts("label", points, tuple(word for _, word in said), em)]
    return []


def _products(stack: Stack, sheet: int, grid: Cells, letters: Lettering) -> list[Shape]:
    """The products of a sheet's numbers under the window with the weights of its slice."""
    source, kernels = stack.maps[0], stack.kernels
    assert source.numbers is not None
    assert kernels is not None
    numbers, kind = line_up(source.kinds, source.copies, source.numbers[source.drawn[sheet]])

    @lru_cache(maxsize=4)
    def under(step: int) -> tuple[tuple[str, ...], Ints]:
        place = _slice(stack, sheet, step)
        if place is None:
            return (), np.zeros(0, dtype=np.int64)
        elements = np.zeros(1, dtype=np.int64)
        for positions, drawn in zip(stack.spots(step)[0].axes, source.canvas.ranges):
            elements = (elements[:, None] * len(drawn) + (positions - drawn.start)).ravel()
        found = zip((numbers[elements] * kernels[place].ravel()).tolist(), kind[elements].tolist())
        return tuple("0" if unreal else letters.spell(x) for x, unreal in found), kind[elements]

    def text(step: int, element: int) -> str:
        return under(step)[0][element]

    return product_shapes(source.kinds, grid, lambda step: under(step)[1], text, letters.em)


def _slice(stack: Stack, sheet: int, step: int) -> tuple[int, int] | None:
    """The filter at work and which of its slices reads a drawn sheet of the input; None where it does not."""
    assert stack.kernels is not None
    if sheet not in stack.spots(step)[0].sheets:
        return None
    output = stack.output.drawn[stack.made(step)[0]]
    return output, stack.maps[0].drawn[sheet] % stack.kernels.shape[1]


def _at_work(stack: Stack, sheet: int, cells: int, step: int) -> Ints:
    return np.arange(0 if _slice(stack, sheet, step) is None else cells)


def slice_parts(stack: Stack, step: int) -> int:
    """In how many parts a step with slices is taken: one for each channel that is read, if all of these are drawn."""
    plan, kernels = stack.maps[0], stack.kernels
    if kernels is None or stack.is_heat or plan.is_elided:
        return 0
    return len(stack.spots(step)[0].sheets)


def _place_of(stack: Stack, sheet: int, step: int) -> int | None:
    """Which of the sheets that a step reads a drawn one is, by its place among them."""
    sheets = stack.spots(step)[0].sheets
    return sheets.index(sheet) if sheet in sheets else None


def _so_far(stack: Stack, sheet: int, cells: int, step: int, part: int) -> Ints:
    """What stands for a sheet when so many of those that are read are taken."""
    return _of_taken(stack, sheet, partial(_at_work, stack, sheet, cells), step, part)


def _of_taken(stack: Stack, sheet: int, at: Callable[[int], Ints], step: int, part: int) -> Ints:
    place = _place_of(stack, sheet, step)
    return at(step) if place is not None and place < part else np.zeros(0, dtype=np.int64)


def _weight(stack: Stack, sheet: int, step: int, element: int) -> str:
    place = _slice(stack, sheet, step)
    if place is None or stack.kernels is None:
        return ""
    return stack.kernel_texts[stack.kernels[place].ravel()[element].item()]


def _sign(
    stack: Stack, sums: Floats, sheet: int, spell: Spelling, step: int, element: int, *, has_products: bool
) -> str:
    """Between a sheet, its slice, their products and what they add; one product may be rounded."""
    place = _slice(stack, sheet, step)
    if element == 0 or place is None:
        return "×"
    if has_products:
        return "=" if element == 1 else "Σ"
    return "=" if spell.is_exact(sums[(*place, *stack.made(step)[1])].item()) else "≈"


def _added(stack: Stack, sums: Floats, sheet: int, spell: Spelling, step: int, element: int) -> str:
    place = _slice(stack, sheet, step)
    if place is None:
        return ""
    return spell(sums[(*place, *stack.made(step)[1])].item())
