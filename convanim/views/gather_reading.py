"""A layer whose steps are output cells: the window over the input, and the cell that it makes."""

from collections.abc import Callable
from functools import lru_cache, partial
from math import prod

import numpy as np

from convanim.layers.axis import CellKind
from convanim.layers.geometry import Geometry
from convanim.layers.layer import AvgPool, MaxPool
from convanim.layers.operations import Reduction, operation_of
from convanim.numbers.values import Values, winner
from convanim.scene.scene import Cells, During, Floats, Ints, Lattice, Lines, Shape, Since, Texts
from convanim.views.cell_numbers import (
    Lettering,
    kernel_weights,
    least_width,
    lettering,
    weight_texts,
    widest_numeral,
    widest_term,
)
from convanim.views.cell_shapes import cell_texts, quad, sides, source_frames, unread_marks
from convanim.views.drawing import Drawing
from convanim.views.grids import Canvas, Mask, copied, input_canvas, kinds, output_canvas
from convanim.views.reading import Reading
from convanim.views.text_layout import fits
from convanim.words.equations import Terms, max_terms, mean_terms, sum_terms
from convanim.words.language import Words
from convanim.words.numerals import MINUS, Weights, factor

# What stands at a position: the role of its cell, and that of the window over it.
KIND_ROLES = {
    CellKind.PADDING: ("padding", "window_padding"),
    CellKind.OVERHANG: ("overhang", "window_overhang"),
    CellKind.ZERO: ("zero", "window_zero"),
    CellKind.INPUT: ("input", "window"),
}


def gather_reading(drawing: Drawing) -> Reading:
    """The gather reading of a layer: one step an output cell."""
    geometry, values = drawing.geometry, drawing.values
    weights = kernel_weights(values, drawing.words)
    canvas = input_canvas(geometry)
    output = output_canvas(geometry, with_cropped=False)
    return Reading(
        input=canvas,
        output=output,
        steps=geometry.steps,
        input_shapes=partial(_input_shapes, drawing, canvas),
        output_shapes=partial(_output_shapes, drawing, output),
        rays=partial(_rays, geometry, canvas, output),
        reads=lambda step: tuple(("input", *cell) for cell in geometry.cells_read(geometry.output(step))),
        writes=lambda step: (("output", *geometry.output(step)),),
        terms=None if values is None else partial(_terms, geometry, values, weights, drawing.words),
        most_terms=prod(geometry.layer.kernel_size),
        widest_term=0.0 if values is None else widest_term(values, weights, " + ", drawing),
        around_terms=0.0 if values is None else _around_terms(drawing, geometry, values),
        number_width=0.0
        if values is None
        else max(
            least_width(values.input, drawing.font, tuple(fillers_of(geometry).values())),
            least_width(values.output, drawing.font),
        ),
    )


def fillers_of(geometry: Geometry) -> dict[CellKind, str]:
    """What stands, in numbers, where there is no input cell, for the kinds of such cells that there are."""
    layer, masks = geometry.layer, kinds(geometry)
    if isinstance(layer, MaxPool):
        texts = {CellKind.PADDING: MINUS + "∞", CellKind.OVERHANG: MINUS + "∞"}
    elif isinstance(layer, AvgPool):
        texts = {CellKind.PADDING: "0"} if layer.count_include_pad else {}
    else:
        texts = {CellKind.PADDING: "0", CellKind.ZERO: "0"}
        if copied(geometry) is not None:
            del texts[CellKind.PADDING]
    return {kind: text for kind, text in texts.items() if masks[kind].any()}


def _input_shapes(drawing: Drawing, canvas: Canvas, lattice: Lattice) -> list[Shape]:
    geometry, values = drawing.geometry, drawing.values
    masks, copies = kinds(geometry), copied(geometry)
    strings = np.full(len(canvas.cells), "", dtype=object)
    letters = None
    if values is not None:
        fillers = fillers_of(geometry)
        letters = lettering(
            drawing, lattice, values.input, tuple(fillers.values()), weight_texts(values, drawing.words)
        )
        strings[masks[CellKind.INPUT]] = letters.strings
        for kind, text in fillers.items():
            strings[masks[kind]] = text
        if copies is not None:
            strings[copies >= 0] = strings[copies[copies >= 0]]
    em = letters.em if letters else drawing.least_em
    if values is None and fits(lattice, em * drawing.font.width("0", 1), em):
        strings[masks[CellKind.ZERO]] = "0"

    still: list[Shape] = []
    moving: list[Shape] = []
    written: list[Shape] = []
    under_kernel = lru_cache(maxsize=4)(partial(_seen, geometry, canvas))
    for kind, (role, window_role) in KIND_ROLES.items():
        if not masks[kind].any():
            continue
        if kind is CellKind.INPUT:
            still += _real_cells(geometry, canvas, lattice, np.flatnonzero(masks[kind]), has_text=values is not None)
        else:
            still.append(Cells(role, kind.value, lattice, canvas.cells[masks[kind]], canvas.index[masks[kind]]))
        still += cell_texts(role, lattice, canvas.cells, strings, em, np.flatnonzero(masks[kind]))
        seen = During(lru_cache(maxsize=4)(partial(_of_kind, under_kernel, masks[kind])))
        moving.append(Cells(window_role, "window", lattice, canvas.cells, canvas.index, seen))
        if strings[masks[kind]].any():
            written.append(Texts(window_role, lattice.centres(canvas.cells), tuple(strings), em, when=seen))
        if letters and letters.subscript_em and values is not None and strings[masks[kind]].any():
            written.append(_subscripts(drawing, values, canvas, lattice, letters, window_role, seen))
    around = Lines(
        "accent",
        lru_cache(maxsize=4)(lambda step: sides(_window(geometry, canvas, lattice, step))),
        is_upright=lattice.is_upright,
    )
    moving += [around, *written]
    if copies is not None:
        ends = partial(_copied_from, lattice, canvas, copies, under_kernel, drawing.unit)
        moving.append(Lines("source", lru_cache(maxsize=4)(ends), lattice.is_upright))
    if values is not None and isinstance(geometry.layer, MaxPool):
        won = During(partial(_won, geometry, values, canvas))
        moving.append(Cells("winner", "winner", lattice, canvas.cells, canvas.index, won))
        moving.append(Texts("winner", lattice.centres(canvas.cells), tuple(strings), em, when=won))
    return still + moving


def _copied_from(
    lattice: Lattice, canvas: Canvas, copies: Ints, seen: Callable[[int], Ints], unit: float, step: int
) -> Floats:
    return source_frames(lattice, canvas.cells, copies, seen(step), unit)


def _real_cells(geometry: Geometry, canvas: Canvas, lattice: Lattice, elements: Ints, *, has_text: bool) -> list[Shape]:
    """The input's own cells, those that no window reads apart."""
    index = np.stack([i.ravel() for i in np.indices(geometry.layer.input_size)], axis=1)
    read = geometry.read.ravel()
    shapes: list[Shape] = []
    for role, mask in (("unread", ~read), ("input", read)):
        if mask.any():
            shapes.append(Cells(role, "input", lattice, canvas.cells[elements[mask]], index[mask]))
            if role == "unread":
                shapes.append(unread_marks(lattice, canvas.cells[elements[mask]], around_text=has_text))
    return shapes


def _seen(geometry: Geometry, canvas: Canvas, step: int) -> Ints:
    """The elements of the canvas under the kernel's cells."""
    elements = np.zeros(1, dtype=np.int64)
    for axis, positions, at in zip(geometry.axes, canvas.ranges, geometry.output(step)):
        start = axis.start(at) - positions.start
        along = np.arange(start, start + axis.footprint, axis.dilation)
        elements = (elements[:, None] * len(positions) + along).ravel()
    return elements


def _of_kind(seen: Callable[[int], Ints], mask: Mask, step: int) -> Ints:
    """The elements that are seen at a step, of those in `mask`."""
    elements = seen(step)
    return elements[mask[elements]]


def _won(geometry: Geometry, values: Values, canvas: Canvas, step: int) -> Ints:
    output = geometry.output(step)
    kernel = winner(geometry, values.input, output)
    if kernel is None:
        return np.zeros(0, dtype=np.int64)
    position = tuple(axis.position(o, k) for axis, o, k in zip(geometry.axes, output, kernel))
    return np.array([canvas.element(position)])


def _subscripts(
    drawing: Drawing,
    values: Values,
    canvas: Canvas,
    lattice: Lattice,
    letters: Lettering,
    role: str,
    seen: During,
) -> Texts:
    """The kernel's weights, each in its cell of the window."""
    geometry = drawing.geometry
    weights = np.array(weight_texts(values, drawing.words), dtype=object).reshape(geometry.layer.kernel_size)

    def text(step: int, element: int) -> str:
        output, position = geometry.output(step), canvas.index[element].tolist()
        kernel = [axis.kernel_at(o, p) for axis, o, p in zip(geometry.axes, output, position)]
        return str(weights[tuple(kernel)])

    points = lattice.centres(canvas.cells) + np.array(letters.subscript_at)
    return Texts(role, points, text, letters.subscript_em, "end", seen)


def _output_shapes(drawing: Drawing, canvas: Canvas, lattice: Lattice) -> list[Shape]:
    index, cells = canvas.index, canvas.cells
    done = Since(np.arange(len(cells)))
    now = During(lambda step: np.array([step]))
    shapes: list[Shape] = [
        Cells("output_pending", "output", lattice, cells, index),
        Cells("output", "output", lattice, cells, index, done),
    ]
    around = Lines(
        "accent", lambda step: sides(_made(drawing.geometry, canvas, lattice, step)), is_upright=lattice.is_upright
    )
    current: list[Shape] = [Cells("current", "output", lattice, cells, index, now), around]
    if drawing.values is not None:
        letters = lettering(drawing, lattice, drawing.values.output)
        points = lattice.centres(cells)
        shapes.append(Texts("output", points, letters.strings, letters.em, when=done))
        current.append(Texts("current", points, letters.strings, letters.em, when=now))
    return shapes + current


def _rays(geometry: Geometry, canvas: Canvas, output: Canvas, below: Lattice, above: Lattice, step: int) -> Floats:
    """From the corners of the window to those of its output cell."""
    return np.stack([_window(geometry, canvas, below, step), _made(geometry, output, above, step)], axis=1)


def _window(geometry: Geometry, canvas: Canvas, lattice: Lattice, step: int) -> Floats:
    """The corners of the window."""
    start = [axis.start(at) for axis, at in zip(geometry.axes, geometry.output(step))]
    return quad(lattice, canvas, start, [axis.footprint for axis in geometry.axes])


def _made(geometry: Geometry, output: Canvas, lattice: Lattice, step: int) -> Floats:
    """The corners of the cell that a step makes."""
    cell = geometry.output(step)
    return quad(lattice, output, list(cell), [1] * len(cell))


def _terms(geometry: Geometry, values: Values, weights: Weights, words: Words, step: int) -> Terms:
    output = geometry.output(step)
    made = values.output[output].item()
    real = [tap for tap in geometry.taps(output) if tap.input is not None]
    numbers = [values.input[tap.input].item() for tap in real]
    if values.kernel is not None:
        pairs = [(x, values.kernel[tap.kernel].item()) for x, tap in zip(numbers, real)]
        return sum_terms(pairs, weights, made, words)
    divisor = geometry.divisor(output)
    return max_terms(numbers, made, words) if divisor is None else mean_terms(numbers, divisor, made, words)


def _around_terms(drawing: Drawing, geometry: Geometry, values: Values) -> float:
    """How much wider than its terms an equation can be, in ems; their last joint is not there."""
    font, words = drawing.font, drawing.words
    before_and_behind = {Reduction.SUM: " ≈ ", Reduction.MAX: f"{words('max')}() ≈ ", Reduction.MEAN: "()/ ≈ "}
    spent = before_and_behind[operation_of(geometry.layer).reduction]
    if geometry.divisors is not None:
        spent += factor(words.numeral(max(geometry.divisors.min(), geometry.divisors.max(), key=abs)))
    return font.width(spent, 1) + widest_numeral(values.output, drawing) - font.width(" + ", 1)
