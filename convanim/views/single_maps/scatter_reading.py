"""A transposed convolution whose steps are input cells: each stamps the kernel onto the output, overlaps adding up."""

from collections.abc import Callable
from functools import lru_cache, partial
from math import prod
from typing import TypeAlias

import numpy as np

from convanim.layers.geometry import Geometry
from convanim.layers.sizes import Cell
from convanim.layers.step_order import unravel
from convanim.numbers.scales import Scale, scale_of
from convanim.numbers.shares import shared_out
from convanim.numbers.sources import Numbers
from convanim.numbers.values import Values, partial_sum, values_of
from convanim.scene.scene import Cells, During, Floats, Ints, Lattice, Lines, Shape, Since, Texts
from convanim.views.cell_numbers import Lettering, kernel_weights, least_width, lettering, spelling, widest_numeral
from convanim.views.cell_shapes import framed, quad, sides, unread_marks
from convanim.views.drawing import Drawing, TooNarrowError
from convanim.views.equation_line import Equation
from convanim.views.grids import Canvas, Mask, output_canvas, stamp_steps
from convanim.views.kernel_work import scatter_work
from convanim.views.shares import sent_equation
from convanim.views.single_maps.reading import Reading
from convanim.views.text_layout import widest
from convanim.words.equations import Terms, around_stamp, stamp_terms
from convanim.words.numerals import factor
from convanim.words.spelling import Spelling

Sums: TypeAlias = Callable[[int, Cell], str]


def scatter_reading(drawing: Drawing) -> Reading:
    """The scatter reading of a transposed convolution: one step an input cell."""
    geometry, values = drawing.geometry, drawing.values
    size = geometry.layer.input_size
    canvas = Canvas(tuple(range(n) for n in size))
    output = output_canvas(geometry, with_cropped=True)
    return Reading(
        input=canvas,
        output=output,
        steps=prod(size),
        input_shapes=partial(_input_shapes, drawing, canvas),
        output_shapes=partial(_output_shapes, drawing, output),
        rays=partial(_rays, geometry, canvas, output),
        reads=lambda step: (("input", *unravel(step, size)),),
        writes=lambda step: tuple(
            ("output", *stamp.output) for stamp in geometry.stamps(unravel(step, size)) if stamp.output is not None
        ),
        equation=None if values is None else _equation(drawing, geometry, values),
        scale=_scale(drawing, values) if values is not None and drawing.is_heat else None,
        work=None if drawing.is_heat else scatter_work(drawing),
        number_width=0.0
        if values is None
        else max(least_width(numbers, drawing.font) for numbers in (values.input, _sum_bounds(geometry, values))),
    )


def _input_shapes(drawing: Drawing, canvas: Canvas, lattice: Lattice) -> list[Shape]:
    cells, index = canvas.cells, canvas.index
    read = drawing.geometry.read.ravel()
    shapes: list[Shape] = []
    has_text = drawing.values is not None
    if not read.all():
        shapes.append(Cells("unread", "input", lattice, cells[~read], index[~read]))
        shapes.append(unread_marks(lattice, cells[~read], around_text=has_text))
    shapes.append(Cells("input", "input", lattice, cells[read], index[read]))
    now = During(lambda step: np.array([step]))
    around = Lines(
        "accent", lambda step: sides(_stamping(drawing.geometry, canvas, lattice, step)), is_upright=lattice.is_upright
    )
    moving: list[Shape] = [Cells("window", "input", lattice, cells, index, now), around]
    if drawing.values is not None:
        letters = lettering(drawing, lattice, drawing.values.input)
        points = lattice.centres(cells)
        for role, mask in (("unread", ~read), ("input", read)):
            if mask.any():
                strings = tuple(s for s, there in zip(letters.strings, mask) if there)
                shapes.append(Texts(role, points[mask], strings, letters.em))
        moving.append(Texts("window", points, letters.strings, letters.em, when=now))
    return shapes + moving


def _output_shapes(drawing: Drawing, canvas: Canvas, lattice: Lattice) -> list[Shape]:
    geometry = drawing.geometry
    cells, index = canvas.cells, canvas.index
    sizes = np.array(geometry.output_size)
    real: Mask = np.all((index >= 0) & (index < sizes), axis=1)
    first, last = stamp_steps(geometry)
    reached = first >= 0
    own, own_index = cells[real], index[real]
    shapes: list[Shape] = []
    if not real.all():
        shapes.append(Cells("padding", "cropped", lattice, cells[~real], index[~real]))
    shapes.append(Cells("output_pending", "output", lattice, own[reached], own_index[reached]))
    if not reached.all():
        shapes.append(Cells("unread", "output", lattice, own[~reached], own_index[~reached]))
        shapes.append(unread_marks(lattice, own[~reached], around_text=drawing.values is not None))
    if drawing.values is not None and drawing.is_heat:
        return shapes + _heated(drawing, drawing.values, canvas, lattice, own, own_index, first)
    for role, steps, kept in (("output_partial", first, reached & (first < last)), ("output", last, reached)):
        order = np.flatnonzero(kept)[np.argsort(steps[kept], kind="stable")]
        if len(order):
            shapes.append(Cells(role, "output", lattice, own[order], own_index[order], Since(steps[order])))
    won = None if drawing.values is None or drawing.values.shares is None else drawing.values.shares.won
    stamped = During(partial(_stamped, geometry, canvas, real, won=won))
    cut = During(partial(_stamped, geometry, canvas, ~real))
    current: list[Shape] = [
        Cells("window_padding", "cropped", lattice, cells, index, cut),
        Cells("current", "output", lattice, cells, index, stamped),
        Lines(
            "accent",
            lru_cache(maxsize=4)(lambda step: sides(_stamp(geometry, canvas, lattice, step))),
            lattice.is_upright,
        ),
    ]
    if drawing.values is not None:
        letters = _letters(drawing, drawing.values, lattice)
        sums = _running_sums(drawing, drawing.values, letters)
        shapes += _sums_so_far(drawing, drawing.values, letters, sums, lattice.centres(own), (first, last))
        under = partial(_sum_at, sums, canvas)
        current.append(Texts("current", lattice.centres(cells), under, letters.em, when=stamped))
    return shapes + current


def _scale(drawing: Drawing, values: Values) -> Scale:
    """The scale of the sums, and of all that they can be on their way."""
    sums = scale_of(_sum_bounds(drawing.geometry, values))
    own = drawing.scale or scale_of(values.output)
    return Scale("heat" if "heat" in (sums.name, own.name) else "count", max(sums.end, own.end))


def _heated(
    drawing: Drawing, values: Values, canvas: Canvas, lattice: Lattice, cells: Ints, index: Ints, first: Ints
) -> list[Shape]:
    """What has been added up so far as colours, and as numbers where there is room; a frame around the stamp."""
    geometry, scale = drawing.geometry, _scale(drawing, values)

    @lru_cache(maxsize=8)
    def so_far(step: int) -> Numbers:
        stamped = np.where(np.arange(values.input.size).reshape(values.input.shape) <= step, values.input, 0)
        return _sums(geometry, values, stamped, values.kernel).ravel()

    def levels(step: int) -> Floats:
        return scale.levels(so_far(step))

    begun = During(lambda step: np.flatnonzero((first >= 0) & (first <= step)), stays=True)
    shapes: list[Shape] = [Cells(scale.name, "output", lattice, cells, index, begun, levels=levels)]
    try:
        letters = _letters(drawing, values, lattice)
        texts = partial(_number_at, letters.spell, so_far)
        shapes.append(Texts(scale.name, lattice.centres(cells), texts, letters.em, when=begun, levels=levels))
    except TooNarrowError:
        pass

    around = lru_cache(maxsize=4)(lambda step: sides(_stamp(geometry, canvas, lattice, step)))
    return [*shapes, *framed(around, is_upright=lattice.is_upright)]


def _number_at(spell: Spelling, so_far: Callable[[int], Numbers], step: int, element: int) -> str:
    return spell(so_far(step)[element].item())


def _running_sums(drawing: Drawing, values: Values, letters: Lettering) -> Sums:
    """What has been added up in an output cell until a step, as text."""

    @lru_cache(maxsize=4096)  # asked for by layout and by drawing
    def so_far(step: int, output: Cell) -> str:
        return letters.spell(partial_sum(drawing.geometry, values, output, step))

    return so_far


def _sums_so_far(
    drawing: Drawing, values: Values, letters: Lettering, sums: Sums, points: Floats, steps: tuple[Ints, Ints]
) -> list[Shape]:
    """What has been added up so far, in cells that are partial and in those that are done."""
    first, last = steps
    final = tuple(map(letters.spell, values.output.ravel().tolist()))
    order = np.argsort(last, kind="stable")
    never, order = order[last[order] < 0], order[last[order] >= 0]
    partly = During(lambda step: np.flatnonzero((first >= 0) & (first <= step) & (step < last)), stays=True)

    def so_far(step: int, element: int) -> str:
        return sums(step, unravel(element, drawing.geometry.output_size))

    shapes: list[Shape] = [
        Texts("output", points[order], tuple(final[i] for i in order), letters.em, when=Since(last[order])),
        Texts("output_partial", points, so_far, letters.em, when=partly),
    ]
    if len(never):
        shapes.insert(0, Texts("unread", points[never], tuple(final[i] for i in never), letters.em))
    return shapes


def _sum_at(sums: Sums, canvas: Canvas, step: int, element: int) -> str:
    return sums(step, tuple(canvas.index[element].tolist()))


def _letters(drawing: Drawing, values: Values, lattice: Lattice) -> Lettering:
    numbers = np.concatenate([values.output.ravel(), _sum_bounds(drawing.geometry, values)])
    return lettering(drawing, lattice, numbers)


def _sum_bounds(geometry: Geometry, values: Values) -> Numbers:
    """What no sum on its way goes past: the sums of the positive terms alone, and of the negative ones."""
    x, minus_x = np.maximum(values.input, 0), np.maximum(-values.input, 0)
    if values.kernel is None:
        up, down = (_sums(geometry, values, each, None) for each in (x, minus_x))
        divisors = None if values.shares is None else values.shares.divisors
        ends = [np.abs(up).max(), -np.abs(down).max()]
        return np.array([*ends, *np.negative(ends)]) if divisors is not None and divisors.min() < 0 else np.array(ends)
    w, minus_w = np.maximum(values.kernel, 0), np.maximum(-values.kernel, 0)
    up = _sums(geometry, values, x, w) + _sums(geometry, values, minus_x, minus_w)
    down = _sums(geometry, values, x, minus_w) + _sums(geometry, values, minus_x, w)
    return np.array([up.max(), -down.max()])


def _sums(geometry: Geometry, values: Values, numbers: Numbers, kernel: Numbers | None) -> Numbers:
    """What some numbers add up to in the output, stamped by a kernel or, where there is none, shared out."""
    if values.shares is not None:
        return shared_out(geometry, numbers, values.shares)
    return values_of(geometry, numbers, kernel).output


def _stamped(geometry: Geometry, canvas: Canvas, mask: Mask, step: int, won: Mask | None = None) -> Ints:
    """The elements of the output's canvas on which an input cell stamps the kernel, of those in `mask`.

    Where cells have `won` their stamp, these alone.
    """
    elements = np.zeros(1, dtype=np.int64)
    for axis, positions, start in zip(geometry.axes, canvas.ranges, _landing(geometry, step)):
        along = np.arange(start, start + axis.footprint, axis.dilation) - positions.start
        elements = (elements[:, None] * len(positions) + along).ravel()
    if won is not None:
        elements = elements[won[unravel(step, geometry.layer.input_size)].ravel()]
    return elements[mask[elements]]


def _landing(geometry: Geometry, step: int) -> list[int]:
    """The first output position on which a step's input cell puts the kernel."""
    cell = unravel(step, geometry.layer.input_size)
    return [
        i * axis.spread - max(axis.position(0, 0), axis.position(0, axis.kernel_size - 1))
        for axis, i in zip(geometry.axes, cell)
    ]


def _rays(geometry: Geometry, canvas: Canvas, output: Canvas, below: Lattice, above: Lattice, step: int) -> Floats:
    """From the corners of the input cell to those of its stamp."""
    return np.stack([_stamping(geometry, canvas, below, step), _stamp(geometry, output, above, step)], axis=1)


def _stamping(geometry: Geometry, canvas: Canvas, lattice: Lattice, step: int) -> Floats:
    """The corners of the input cell that is spread."""
    cell = unravel(step, geometry.layer.input_size)
    return quad(lattice, canvas, list(cell), [1] * len(cell))


def _stamp(geometry: Geometry, output: Canvas, lattice: Lattice, step: int) -> Floats:
    """The corners of where the kernel lands."""
    return quad(lattice, output, _landing(geometry, step), [axis.footprint for axis in geometry.axes])


def _equation(drawing: Drawing, geometry: Geometry, values: Values) -> Equation:
    """What each input cell adds, weight by weight, in the order of the cells that they are added to."""
    if values.shares is not None:
        return sent_equation(geometry, values, lambda step: unravel(step, geometry.layer.input_size), drawing)
    assert values.kernel is not None
    kernel, weights, font = values.kernel, kernel_weights(values, drawing.words), drawing.font
    read = spelling(drawing, values.input)

    def terms(step: int) -> Terms:
        cell = unravel(step, geometry.layer.input_size)
        kept = [at for _, at in sorted((s.output, s.kernel) for s in geometry.stamps(cell) if s.output is not None)]
        return stamp_terms(values.input[cell].item(), [kernel[k].item() for k in kept], weights, read)

    product = widest_numeral(values.input, drawing, bracketed=True) + font.width("·", 1)
    product += widest(map(factor, weights.texts.values()), font)
    before, behind = (font.width(text, 1) for text in around_stamp(drawing.words))
    return Equation(terms, (product,) * kernel.size, before, behind, drawing.words.between)
