"""A transposed convolution whose steps are input cells: each stamps the kernel onto the output, overlaps adding up."""

from collections.abc import Callable
from functools import lru_cache, partial
from math import prod
from typing import TypeAlias

import numpy as np

from convanim.layers.geometry import Geometry
from convanim.layers.sizes import Cell
from convanim.layers.step_order import unravel
from convanim.numbers.sources import Numbers
from convanim.numbers.values import Values, partial_sum, values_of
from convanim.scene.scene import Cells, During, Floats, Ints, Lattice, Lines, Shape, Since, Texts
from convanim.views.cell_numbers import Lettering, kernel_weights, least_width, lettering, weight_texts, widest_term
from convanim.views.cell_shapes import quad, sides, unread_marks
from convanim.views.drawing import Drawing, TooNarrowError
from convanim.views.grids import Canvas, Mask, output_canvas, stamp_steps
from convanim.views.reading import Reading
from convanim.words.equations import Terms, around_stamp, stamp_terms
from convanim.words.language import Words
from convanim.words.numerals import Weights

Sums: TypeAlias = Callable[[int, Cell], str]


def scatter_reading(drawing: Drawing) -> Reading:
    """The scatter reading of a transposed convolution: one step an input cell."""
    geometry, values = drawing.geometry, drawing.values
    weights = kernel_weights(values, drawing.words)
    size, between = geometry.layer.input_size, drawing.words.between
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
        terms=None if values is None else partial(_terms, geometry, values, weights, drawing.words),
        scale=_scale(values) if values is not None and drawing.is_heat else 0.0,
        most_terms=prod(geometry.layer.kernel_size),
        widest_term=0.0 if values is None else widest_term(values, weights, between, drawing),
        around_terms=drawing.font.width("".join(around_stamp(drawing.words)), 1) - drawing.font.width(between, 1),
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
    for role, steps in (("output_partial", first), ("output", last)):
        order = np.flatnonzero(reached)[np.argsort(steps[reached], kind="stable")]
        shapes.append(Cells(role, "output", lattice, own[order], own_index[order], Since(steps[order])))
    stamped = During(partial(_stamped, geometry, canvas, real))
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
        current += _stamped_numbers(drawing, drawing.values, letters, sums, canvas, lattice, stamped)
    return shapes + current


def _scale(values: Values) -> float:
    """What a level of 1 stands for: the largest sum, signs left out."""
    return float(np.abs(values.output).max()) or 1.0


def _heated(
    drawing: Drawing, values: Values, canvas: Canvas, lattice: Lattice, cells: Ints, index: Ints, first: Ints
) -> list[Shape]:
    """What has been added up so far as colours, and as numbers where there is room; a frame around the stamp."""
    geometry = drawing.geometry

    @lru_cache(maxsize=8)
    def so_far(step: int) -> Numbers:
        stamped = np.where(np.arange(values.input.size).reshape(values.input.shape) <= step, values.input, 0)
        return values_of(geometry, stamped, values.kernel).output.ravel()

    def levels(step: int) -> Floats:
        return so_far(step) / _scale(values)

    begun = During(lambda step: np.flatnonzero((first >= 0) & (first <= step)))
    shapes: list[Shape] = [Cells("heat", "output", lattice, cells, index, begun, levels=levels)]
    try:
        letters = _letters(drawing, values, lattice)
        texts = partial(_number_at, drawing.words, so_far, letters.decimals)
        shapes.append(Texts("heat", lattice.centres(cells), texts, letters.em, when=begun, levels=levels))
    except TooNarrowError:
        pass

    around = lru_cache(maxsize=4)(lambda step: sides(_stamp(geometry, canvas, lattice, step)))
    return [*shapes, Lines("frame", around, lattice.is_upright)]


def _number_at(words: Words, so_far: Callable[[int], Numbers], decimals: int, step: int, element: int) -> str:
    return words.numeral(so_far(step)[element].item(), decimals)


def _running_sums(drawing: Drawing, values: Values, letters: Lettering) -> Sums:
    """What has been added up in an output cell until a step, as text."""

    @lru_cache(maxsize=4096)  # asked for by layout and by drawing
    def so_far(step: int, output: Cell) -> str:
        return drawing.words.numeral(partial_sum(drawing.geometry, values, output, step), letters.decimals)

    return so_far


def _sums_so_far(
    drawing: Drawing, values: Values, letters: Lettering, sums: Sums, points: Floats, steps: tuple[Ints, Ints]
) -> list[Shape]:
    """What has been added up so far, in cells that are partial and in those that are done."""
    first, last = steps
    final = tuple(drawing.words.numeral(n, letters.decimals) for n in values.output.ravel().tolist())
    order = np.argsort(last, kind="stable")
    never, order = order[last[order] < 0], order[last[order] >= 0]
    partly = During(lambda step: np.flatnonzero((first >= 0) & (first <= step) & (step < last)))

    def so_far(step: int, element: int) -> str:
        return sums(step, unravel(element, drawing.geometry.output_size))

    shapes: list[Shape] = [
        Texts("output", points[order], tuple(final[i] for i in order), letters.em, when=Since(last[order])),
        Texts("output_partial", points, so_far, letters.em, when=partly),
    ]
    if len(never):
        shapes.insert(0, Texts("unread", points[never], tuple(final[i] for i in never), letters.em))
    return shapes


def _stamped_numbers(
    drawing: Drawing,
    values: Values,
    letters: Lettering,
    sums: Sums,
    canvas: Canvas,
    lattice: Lattice,
    stamped: During,
) -> list[Shape]:
    """The sums under the stamp, and the weights that it adds with."""
    geometry = drawing.geometry
    weights = np.array(weight_texts(values, drawing.words), dtype=object).reshape(geometry.layer.kernel_size)

    def so_far(step: int, element: int) -> str:
        return sums(step, tuple(canvas.index[element].tolist()))

    def stamp(step: int, element: int) -> str:
        cell, output = unravel(step, geometry.layer.input_size), canvas.index[element].tolist()
        kernel = [axis.kernel_at(o, i * axis.spread) for axis, i, o in zip(geometry.axes, cell, output)]
        return str(weights[tuple(kernel)])

    points = lattice.centres(canvas.cells)
    shapes: list[Shape] = [Texts("current", points, so_far, letters.em, when=stamped)]
    if letters.subscript_em:
        corner = points + np.array(letters.subscript_at)
        shapes.append(Texts("current", corner, stamp, letters.subscript_em, "end", stamped))
    return shapes


def _letters(drawing: Drawing, values: Values, lattice: Lattice) -> Lettering:
    numbers = np.concatenate([values.output.ravel(), _sum_bounds(drawing.geometry, values)])
    return lettering(drawing, lattice, numbers, weights=weight_texts(values, drawing.words))


def _sum_bounds(geometry: Geometry, values: Values) -> Numbers:
    """What no sum on its way goes past: the sums of the positive terms alone, and of the negative ones."""
    assert values.kernel is not None
    halves = [(np.maximum(x, 0), np.maximum(-x, 0)) for x in (values.input, values.kernel)]
    (x, minus_x), (w, minus_w) = halves
    up = values_of(geometry, x, w).output + values_of(geometry, minus_x, minus_w).output
    down = values_of(geometry, x, minus_w).output + values_of(geometry, minus_x, w).output
    return np.array([up.max(), -down.max()])


def _stamped(geometry: Geometry, canvas: Canvas, mask: Mask, step: int) -> Ints:
    """The elements of the output's canvas on which an input cell stamps the kernel, of those in `mask`."""
    elements = np.zeros(1, dtype=np.int64)
    for axis, positions, start in zip(geometry.axes, canvas.ranges, _landing(geometry, step)):
        along = np.arange(start, start + axis.footprint, axis.dilation) - positions.start
        elements = (elements[:, None] * len(positions) + along).ravel()
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


def _terms(geometry: Geometry, values: Values, weights: Weights, words: Words, step: int) -> Terms:
    assert values.kernel is not None
    cell = unravel(step, geometry.layer.input_size)
    kept = [stamp.kernel for stamp in geometry.stamps(cell) if stamp.output is not None]
    stamped = [values.kernel[kernel].item() for kernel in kept]
    return stamp_terms(values.input[cell].item(), stamped, weights, words)
