"""What a step does with the kernel, as grids of their own: the weights, the product of each, their sum.

The products stand in the places of their weights. Each is a cell `("product", *kernel cell)`, the weights
`("kernel", *kernel cell)`, the sum `("sum", 0, …)`, a 0 an axis.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TypeAlias

import numpy as np

from convanim.layers.axis import CellKind
from convanim.layers.geometry import Geometry
from convanim.layers.layer import window_size
from convanim.numbers.sources import Numbers
from convanim.scene.scene import Cells, During, Ints, Lattice, Shape, Texts
from convanim.views.cell_numbers import kernel_weights, least_width, lettering
from convanim.views.drawing import Drawing
from convanim.views.grids import Canvas, Mask, kinds
from convanim.views.step_parts import first_of, lit
from convanim.views.text_layout import widest

# The role of a product by what is under its weight.
PRODUCT_ROLES = {
    CellKind.INPUT: "product",
    CellKind.ZERO: "zero",
    CellKind.PADDING: "padding",
    CellKind.OVERHANG: "overhang",
}
Under: TypeAlias = tuple[Numbers, Ints]  # numbers, and of what kind each is, by its place in PRODUCT_ROLES


@dataclass(frozen=True)
class KernelWork:
    """The grids of a kernel's work, laid out but not yet placed: those of `shapes` stand on lattices by name.

    The names are `kernel`, `product` and, where the products are added up, `sum`.
    """

    canvas: Canvas  # of the kernel
    is_turned: bool  # whether the weights lie the other way round than the layer has them
    has_sum: bool
    number_width: float  # of the widest number at its shortest, in ems
    shapes: Callable[[Mapping[str, Lattice]], list[Shape]]


def gather_work(drawing: Drawing, under: Callable[[int], Under]) -> KernelWork | None:
    """The work of the kernel over a window, added up to an output cell; None where there are no weights."""
    geometry, values = drawing.geometry, drawing.values
    if values is None or values.kernel is None:
        return None
    return _work(drawing, laid_on_window(geometry), under, lambda step: values.output[geometry.output(step)].item())


def laid_on_window(geometry: Geometry) -> Ints:
    """For each place of a window the cell of the kernel that lies there."""
    return _kernel_cells(geometry, [axis.flipped for axis in geometry.axes])


def is_turned(geometry: Geometry, laid: Ints) -> bool:
    """Whether cells of the kernel are laid the other way round than the layer has them."""
    return bool((laid != _canvas(geometry).index).any())


def scatter_work(drawing: Drawing) -> KernelWork | None:
    """The work of the kernel on one input cell, whose products are stamped; None where there are no numbers."""
    values = drawing.values
    if values is None or values.kernel is None:
        return None
    kind = np.zeros(values.kernel.size, dtype=np.int64)
    # A stamp lands the other way round than windows see it.
    laid = _kernel_cells(drawing.geometry, [not axis.flipped for axis in drawing.geometry.axes])
    return _work(drawing, laid, lambda step: (np.full(kind.shape, values.input.ravel()[step]), kind), None)


def line_up(masks: Mapping[CellKind, Mask], copies: Ints | None, numbers: Numbers) -> Under:
    """What stands at every position of an input as windows see it, by its place in the canvas; `numbers` are its own.

    A copy is as its input cell; where there is none the number is 0.
    """
    found = np.zeros(len(masks[CellKind.INPUT]), dtype=numbers.dtype)
    found[masks[CellKind.INPUT]] = numbers.ravel()
    kind = np.zeros(found.shape, dtype=np.int64)
    for number, each in enumerate(PRODUCT_ROLES):
        kind[masks[each]] = number
    if copies is not None:
        found = np.where(copies >= 0, found[copies], found)
        kind[copies >= 0] = 0
    return found, kind


def _kernel_cells(geometry: Geometry, flips: Sequence[bool]) -> Ints:
    """For each place of the kernel's grid the cell of the kernel that lies there."""
    index = _canvas(geometry).index
    return np.where(flips, np.array(window_size(geometry.layer)) - 1 - index, index)


def _canvas(geometry: Geometry) -> Canvas:
    return Canvas(tuple(range(n) for n in window_size(geometry.layer)))


def _work(
    drawing: Drawing, laid: Ints, under: Callable[[int], Under], made: Callable[[int], float] | None
) -> KernelWork:
    values = drawing.values
    assert values is not None
    assert values.kernel is not None
    weights = values.kernel[tuple(laid.T)]
    # The least and the largest product; all of them are looked for where there is room for these.
    extremes = np.multiply.outer(*([numbers.min(), numbers.max()] for numbers in (values.input, weights)))
    texts = kernel_weights(values, drawing.words).texts
    return KernelWork(
        canvas=_canvas(drawing.geometry),
        is_turned=is_turned(drawing.geometry, laid),
        has_sum=made is not None,
        number_width=max(least_width(extremes, drawing.font), widest(texts.values(), drawing.font)),
        shapes=partial(_shapes, drawing, laid, weights, under, made),
    )


def _shapes(
    drawing: Drawing,
    laid: Ints,
    weights: Numbers,
    under: Callable[[int], Under],
    made: Callable[[int], float] | None,
    lattices: Mapping[str, Lattice],
) -> list[Shape]:
    """The grids of weights and of products, and the sum."""
    assert drawing.values is not None
    products: Numbers = np.unique(np.multiply.outer(np.unique(drawing.values.input), np.unique(weights)))
    texts = kernel_weights(drawing.values, drawing.words).texts
    cells = _canvas(drawing.geometry).cells
    place, at = lattices["kernel"], lattices["product"]
    letters = lettering(drawing, at, products)
    em = min(letters.em, lettering(drawing, place, np.zeros(1), tuple(texts.values())).em)
    shapes: list[Shape] = [
        Cells("kernel", "kernel", place, cells, laid),
        Texts("kernel", place.centres(cells), tuple(texts[w] for w in weights.tolist()), em),
    ]

    @lru_cache(maxsize=4)
    def spelled(step: int) -> tuple[str, ...]:
        numbers, kind = under(step)
        found = zip((numbers * weights).tolist(), kind.tolist())
        return tuple("0" if number else letters.spell(x) for x, number in found)

    def text(step: int, element: int) -> str:
        return spelled(step)[element]

    masks = kinds(drawing.geometry)
    if made is None:  # what is stamped are real cells alone
        masks = {kind: mask & (kind is CellKind.INPUT) for kind, mask in masks.items()}
    shapes += product_shapes(masks, Cells("product", "product", at, cells, laid), lambda s: under(s)[1], text, em)
    if made is not None:
        shapes += _sum(drawing, made, lambda step: under(step)[0] * weights, lattices["sum"])
    if drawing.is_slow:
        shapes += [line for each in (place, at) for line in lit(each, cells, lambda step, part: part)]
    return shapes


def product_shapes(
    masks: Mapping[CellKind, Mask],
    grid: Cells,
    kinds_under: Callable[[int], Ints],
    text: Callable[[int, int], str],
    em: float,
) -> list[Shape]:
    """A grid of products at each step, each in the role of what is under its weight; `masks` say what there is."""
    shapes: list[Shape] = []
    for number, (kind, role) in enumerate(PRODUCT_ROLES.items()):
        if number == 0 or masks[kind].any():
            here = lru_cache(maxsize=4)(partial(_of_kind, kinds_under, number))
            now = During(here, of_part=first_of(here))
            series = None if number else grid.series
            shapes.append(replace(grid, role=role, when=now, series=series))
            shapes.append(Texts(role, grid.lattice.centres(grid.cells), text, em, when=now, series=series))
    return shapes


def _of_kind(kinds_under: Callable[[int], Ints], number: int, step: int) -> Ints:
    return np.flatnonzero(kinds_under(step) == number)


def _sum(
    drawing: Drawing, made: Callable[[int], float], products: Callable[[int], Numbers], lattice: Lattice
) -> list[Shape]:
    assert drawing.values is not None
    letters = lettering(drawing, lattice, drawing.values.output, is_fixed=drawing.least_decimals > 0)
    cell, first = np.zeros((1, 2), dtype=np.int64), np.zeros(1, dtype=np.int64)
    index = np.zeros((1, len(drawing.geometry.axes)), dtype=np.int64)
    now = During(lambda step: first)

    def text(step: int, _: int) -> str:
        return letters.spell(made(step))

    def so_far(step: int, part: int, _: int) -> str:
        return letters.spell(products(step)[:part].sum().item())

    return [
        Cells("sum", "sum", lattice, cell, index, now),
        Texts("sum", lattice.centres(cell), text, letters.em, when=now, of_part=so_far),
    ]
