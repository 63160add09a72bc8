"""A layer whose steps are output cells: the window over the input, and the cell that it makes."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from convanim.layers.axis import CellKind
from convanim.layers.geometry import Geometry
from convanim.layers.operation import Reduction
from convanim.layers.operations import operation_of
from convanim.numbers.values import Values, winning_position
from convanim.scene.scene import Cells, During, Floats, Ints, Lattice, Lines, Shape, Since, Texts
from convanim.views.cell_numbers import (
    least_width,
    lettering,
)
from convanim.views.cell_shapes import cell_texts, framed, quad, sides, source_frames, unread_marks, window_sides
from convanim.views.drawing import Drawing
from convanim.views.grids import Canvas, Mask, copied, input_canvas, kinds, output_canvas
from convanim.views.kernel_work import gather_work
from convanim.views.shares import has_winners, won_from
from convanim.views.single_maps.gather_equation import gather_equation
from convanim.views.single_maps.reading import Reading
from convanim.views.single_maps.window_numbers import fillers_of, numbers_under, taken_places
from convanim.views.source_point import numbers_beside, source_point
from convanim.views.step_parts import at_last, but_for, lit
from convanim.views.text_layout import widest
from convanim.views.window_roles import KIND_ROLES


def gather_reading(drawing: Drawing) -> Reading:
    """The gather reading of a layer: one step an output cell."""
    geometry, values = drawing.geometry, drawing.values
    canvas = input_canvas(geometry)
    output = output_canvas(geometry, with_cropped=False)
    seen = lru_cache(maxsize=4)(partial(cells_under, geometry, canvas))
    under = None if values is None else numbers_under(geometry, values, seen)
    return Reading(
        input=canvas,
        output=output,
        steps=geometry.steps,
        input_shapes=partial(_input_shapes, drawing, canvas),
        output_shapes=partial(_output_shapes, drawing, output),
        rays=partial(_rays, geometry, canvas, output),
        reads=lambda step: tuple(("input", *cell) for cell in geometry.cells_read(geometry.output(step))),
        writes=lambda step: (("output", *geometry.output(step)),),
        equation=None if under is None else gather_equation(drawing, under),
        work=None if under is None else gather_work(drawing, under),
        parts=lambda step: 0 if under is None or _is_shared(values) else len(taken_places(geometry, under, step)),
        number_width=0.0
        if values is None
        else max(
            least_width(values.input, drawing.font, tuple(fillers_of(geometry, drawing.words).values())),
            least_width(values.output, drawing.font),
        ),
    )


def _input_shapes(drawing: Drawing, canvas: Canvas, lattice: Lattice) -> list[Shape]:
    geometry, values = drawing.geometry, drawing.values
    masks, copies = kinds(geometry), copied(geometry)
    strings = np.full(len(canvas.cells), "", dtype=object)
    letters = None
    if values is not None:
        fillers = fillers_of(geometry, drawing.words)
        letters = lettering(drawing, lattice, values.input, tuple(fillers.values()))
        strings[masks[CellKind.INPUT]] = letters.strings
        for kind, text in fillers.items():
            strings[masks[kind]] = text
        if copies is not None:
            strings[copies >= 0] = strings[copies[copies >= 0]]
    em = numbers_beside(drawing, lattice, letters.em) if letters else drawing.least_em

    still: list[Shape] = []
    moving: list[Shape] = []
    written: list[Shape] = []
    under_kernel = lru_cache(maxsize=4)(partial(cells_under, geometry, canvas))
    won = _winners(drawing, canvas)
    for kind, (role, window_role) in KIND_ROLES.items():
        if not masks[kind].any():
            continue
        if kind is CellKind.INPUT:
            still += _real_cells(geometry, canvas, lattice, np.flatnonzero(masks[kind]), strings, em)
        else:
            still.append(Cells(role, kind.value, lattice, canvas.cells[masks[kind]], canvas.index[masks[kind]]))
            still += cell_texts(role, lattice, canvas.cells, strings, em, np.flatnonzero(masks[kind]))
        seen = During(lru_cache(maxsize=4)(partial(_of_kind, under_kernel, masks[kind])))
        moving.append(Cells(window_role, "window", lattice, canvas.cells, canvas.index, seen))
        if strings[masks[kind]].any():
            others = seen if won is None else but_for(seen.at, won)
            written.append(Texts(window_role, lattice.centres(canvas.cells), tuple(strings), em, when=others))
    if won is not None:
        moving.append(Cells("winner", "winner", lattice, canvas.cells, canvas.index, won))
        written.append(Texts("winner", lattice.centres(canvas.cells), tuple(strings), em, when=won))
    around = Lines(
        "accent",
        lru_cache(maxsize=4)(
            lambda step: window_sides(
                lattice, _window(geometry, canvas, lattice, step), canvas.cells[under_kernel(step)], drawing.unit
            )
        ),
        is_upright=lattice.is_upright,
    )
    if copies is not None:
        wide = widest(strings, drawing.font) * em
        ends = partial(_copied_from, lattice, canvas, copies, under_kernel, drawing.unit, wide)
        moving += framed(lru_cache(maxsize=4)(ends), is_upright=lattice.is_upright, role="source")
    moving += [around, *source_point(drawing, canvas, lattice, strings, em)]
    if values is not None and drawing.is_slow and values.shares is None:
        under = numbers_under(geometry, values, under_kernel)
        moving += lit(lattice, canvas.cells, lambda step, n: under_kernel(step)[taken_places(geometry, under, step)[n]])
    # Numbers come last: whatever is drawn around cells or on them, digits stay whole.
    return still + moving + written


def _winners(drawing: Drawing, canvas: Canvas) -> During | None:
    """Which cells won at each step: of a maximum the one, of gradients those that got theirs; None where none do."""
    geometry, values = drawing.geometry, drawing.values
    if values is not None and operation_of(geometry.layer).reduction is Reduction.MAX:
        return During(partial(_won, geometry, values, canvas), of_part=at_last)
    if has_winners(values):
        return During(lru_cache(maxsize=4)(partial(_won_there, geometry, values, canvas)))
    return None


def _copied_from(
    lattice: Lattice, canvas: Canvas, copies: Ints, seen: Callable[[int], Ints], unit: float, text: float, step: int
) -> Floats:
    found = copies[seen(step)]
    return source_frames(lattice, canvas.cells[np.unique(found[found >= 0])], unit, text)


def _real_cells(
    geometry: Geometry, canvas: Canvas, lattice: Lattice, elements: Ints, strings: NDArray[np.object_], em: float
) -> list[Shape]:
    """The input's own cells with their numbers, those that no window reads apart."""
    index = np.stack([i.ravel() for i in np.indices(geometry.layer.input_size)], axis=1)
    read = geometry.read.ravel()
    shapes: list[Shape] = []
    for role, mask in (("unread", ~read), ("input", read)):
        if mask.any():
            shapes.append(Cells(role, "input", lattice, canvas.cells[elements[mask]], index[mask]))
            if role == "unread":
                has_text = bool(strings[elements[0]])
                shapes.append(unread_marks(lattice, canvas.cells[elements[mask]], around_text=has_text))
            shapes += cell_texts(role, lattice, canvas.cells, strings, em, elements[mask])
    return shapes


def cells_under(geometry: Geometry, canvas: Canvas, step: int) -> Ints:
    """The elements of the canvas under the kernel's cells."""
    elements = np.zeros(1, dtype=np.int64)
    for axis, positions, at in zip(geometry.axes, canvas.ranges, geometry.output(step)):
        start = axis.start(at) - positions.start
        along = np.arange(start, start + axis.span(at), axis.dilation)
        elements = (elements[:, None] * len(positions) + along).ravel()
    return elements


def _of_kind(seen: Callable[[int], Ints], mask: Mask, step: int) -> Ints:
    """The elements that are seen at a step, of those in `mask`."""
    elements = seen(step)
    return elements[mask[elements]]


def _won(geometry: Geometry, values: Values, canvas: Canvas, step: int) -> Ints:
    position = winning_position(geometry, values.input, geometry.output(step))
    return np.array([] if position is None else [canvas.element(position)], dtype=np.int64)


def _is_shared(values: Values | None) -> bool:
    """Whether numbers are gradients that a pool shares out."""
    return values is not None and values.shares is not None


def _won_there(geometry: Geometry, values: Values | None, canvas: Canvas, step: int) -> Ints:
    """The elements of the canvas whose gradient a step's cell gets."""
    return np.array([canvas.element(at) for at in won_from(geometry, values, geometry.output(step))], dtype=np.int64)


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
        letters = lettering(drawing, lattice, drawing.values.output, is_fixed=drawing.least_decimals > 0)
        points = lattice.centres(cells)
        shapes.append(Texts("output", points, letters.strings, letters.em, when=done))
        current.append(Texts("current", points, letters.strings, letters.em, when=replace(now, of_part=at_last)))
    return shapes + current


def _rays(geometry: Geometry, canvas: Canvas, output: Canvas, below: Lattice, above: Lattice, step: int) -> Floats:
    """From the corners of the window to those of its output cell."""
    return np.stack([_window(geometry, canvas, below, step), _made(geometry, output, above, step)], axis=1)


def _window(geometry: Geometry, canvas: Canvas, lattice: Lattice, step: int) -> Floats:
    """The corners of the window."""
    along = list(zip(geometry.axes, geometry.output(step)))
    return quad(lattice, canvas, [axis.start(at) for axis, at in along], [axis.span(at) for axis, at in along])


def _made(geometry: Geometry, output: Canvas, lattice: Lattice, step: int) -> Floats:
    """The corners of the cell that a step makes."""
    cell = geometry.output(step)
    return quad(lattice, output, list(cell), [1] * len(cell))
