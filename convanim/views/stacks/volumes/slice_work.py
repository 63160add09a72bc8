"""What a step does with a kernel of three axes: its slices, their products with what is under each, and the sum."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from convanim.layers.geometry import Geometry
from convanim.layers.layer import window_size
from convanim.layers.sizes import spelled
from convanim.numbers.sources import Numbers
from convanim.numbers.values import Values, slice_sums
from convanim.scene.scene import Cells, During, Ints, Lattice, Shape, Texts
from convanim.views.cell_numbers import kernel_weights, lettering
from convanim.views.drawing import TooNarrowError
from convanim.views.grids import Canvas, input_canvas, kinds
from convanim.views.kernel_work import Under, is_turned, laid_on_window, product_shapes
from convanim.views.single_maps.gather_reading import cells_under
from convanim.views.single_maps.window_numbers import numbers_under
from convanim.views.stacks.stack import Stack
from convanim.views.stacks.stack_equations import adds_slices
from convanim.views.stacks.volumes.slice_texts import name_em
from convanim.views.text_layout import LEADING, text_block

_BETWEEN = 8  # pixels at the base width between slices
_SIGN = 24  # pixels that a sign takes
_SIGN_EM = 20
_ADDED = 1.3  # lines that what each slice adds takes


@dataclass(frozen=True)
class SliceWork:
    """The work at one size of cell, in one row or, the products below the kernel, in two; not yet placed."""

    stack: Stack
    geometry: Geometry
    values: Values
    cell: int
    in_two: bool

    @property
    def size(self) -> tuple[int, int, int]:
        """How many slices the kernel has, and their rows and columns."""
        depth, rows, columns = window_size(self.geometry.layer)
        return depth, rows, columns

    @property
    def slices_width(self) -> int:
        """Pixels of all slices beside one another."""
        depth, _, columns = self.size
        return depth * columns * self.cell + (depth - 1) * round(_BETWEEN * self.stack.unit)

    @property
    def sign(self) -> int:
        """Pixels that a sign takes."""
        return round(_SIGN * self.stack.unit)

    @property
    def widths(self) -> tuple[int, ...]:
        """Pixels of each row, its signs counted."""
        kernel, products = self.sign + self.slices_width, 2 * self.sign + self.slices_width + self.cell
        return (kernel, products) if self.in_two else (kernel + products,)

    @property
    def _label_height(self) -> int:
        return round(LEADING * self.stack.label_em) if self.stack.labels else 0

    @property
    def _row_height(self) -> int:
        return self._label_height + self.size[1] * self.cell

    @property
    def _below(self) -> int:
        """Pixels of what each slice adds."""
        return round(_ADDED * LEADING * name_em(self.stack)) if adds_slices(self.geometry) else 0

    @property
    def height(self) -> int:
        """Pixels of all rows."""
        return len(self.widths) * self._row_height + (len(self.widths) - 1) * self.sign // 2 + self._below

    def shapes(self, top: int) -> list[Shape]:
        """The kernel, the products of a step and their sum, from `top` on."""
        stack, values, cell = self.stack, self.values, self.cell
        _, rows, columns = self.size
        assert values.kernel is not None
        laid = laid_on_window(self.geometry)
        weights = values.kernel[tuple(laid.T)]
        left = (stack.width - self.widths[0]) // 2 + self.sign
        kernel = self._slices(left, top)
        second, down = left + self.slices_width, top
        if self.in_two:
            second, down = (stack.width - self.widths[1]) // 2, top + self._row_height + self.sign // 2
        second += self.sign
        places = self._slices(second, down)
        end = second + self.slices_width + self.sign
        at_sum = Lattice((end, round(places[0].origin[1] + (rows - 1) * cell / 2)), (cell, 0), (0, cell))
        products: Numbers = np.unique(np.multiply.outer(np.unique(values.input), np.unique(weights)))
        texts = kernel_weights(values, stack.words).texts
        letters = lettering(stack, places[0], products)
        em = min(letters.em, lettering(stack, places[0], np.zeros(1), tuple(texts.values())).em)
        grid = Canvas((range(rows), range(columns))).cells
        under = numbers_under(self.geometry, values, lru_cache(maxsize=4)(self._cells_under))
        masks = kinds(self.geometry)
        shapes: list[Shape] = []
        for number, (place, product) in enumerate(zip(kernel, places)):
            part = slice(number * len(grid), (number + 1) * len(grid))
            own = weights[part]
            shapes.append(Cells("kernel", "kernel", place, grid, laid[part]))
            shapes.append(Texts("kernel", place.centres(grid), tuple(texts[w] for w in own.tolist()), em))
            here = Cells("product", "product", product, grid, laid[part])
            kinds_here = partial(_kinds_of, under, part)
            text = lru_cache(maxsize=4)(partial(_spelled, under, part, own, letters.spell))
            shapes += product_shapes(masks, here, kinds_here, partial(_nth, text), em)
        shapes += self._sum(at_sum)
        shapes += self._added(places)
        middle = rows * cell / 2
        signs = [
            (left - self.sign / 2, kernel[0].origin[1] + middle, "×"),
            (second - self.sign / 2, places[0].origin[1] + middle, "="),
            (end - self.sign / 2, places[0].origin[1] + middle, "Σ"),
        ]
        return shapes + self._signs(signs) + self._labels((left, top), (second, down), len(kernel))

    def _cells_under(self, step: int) -> Ints:
        return cells_under(self.geometry, input_canvas(self.geometry), step)

    def _slices(self, left: int, top: int) -> list[Lattice]:
        depth, _, columns = self.size
        apart = columns * self.cell + round(_BETWEEN * self.stack.unit)
        origin = top + self._label_height
        return [Lattice((left + n * apart, origin), (self.cell, 0), (0, self.cell)) for n in range(depth)]

    def _sum(self, at: Lattice) -> list[Shape]:
        """What all products add up to."""
        letters = lettering(self.stack, at, self.values.output, is_fixed=self.stack.least_decimals > 0)
        spot, first = np.zeros((1, 2), dtype=np.int64), np.zeros(1, dtype=np.int64)
        now = During(lambda step: first)
        numbers = self.values.output

        def text(step: int, _: int) -> str:
            return letters.spell(numbers[self.geometry.output(step)].item())

        return [
            Cells("sum", "sum", at, spot, np.zeros((1, 3), dtype=np.int64), now),
            Texts("sum", at.centres(spot), text, letters.em, when=now),
        ]

    def _added(self, places: Sequence[Lattice]) -> list[Shape]:
        """Under the products of each slice what they add, where that is what the equation says."""
        if not adds_slices(self.geometry):
            return []
        sums = slice_sums(self.geometry, self.values)
        letters = lettering(self.stack, _wide(places[0], self.size[2]), np.unique(sums))
        em = min(letters.em, name_em(self.stack))
        every = During(lambda step: np.arange(len(places)))
        _, rows, columns = self.size
        points = [
            at.points(np.array([rows, columns / 2])) + np.array([0, 0.8 * LEADING * name_em(self.stack)])
            for at in places
        ]

        def text(step: int, slice_: int) -> str:
            return "Σ " + letters.spell(sums[(slice_, *self.geometry.output(step))].item())

        return [Texts("equation", np.array(points), text, em, when=every)]

    def _signs(self, signs: Sequence[tuple[float, float, str]]) -> list[Shape]:
        """The signs between the grids; those of what is of a step are gone when all steps are over."""
        em = _SIGN_EM * self.stack.unit
        points, texts = np.array([(x, y) for x, y, _ in signs]), tuple(sign for *_, sign in signs)
        moving = During(lambda step: np.arange(len(texts) - 1))
        return [
            Texts("label", points[:1], texts[:1], em),
            Texts("label", points[1:], texts[1:], em, when=moving),
        ]

    def _labels(self, kernel: tuple[int, int], products: tuple[int, int], slices: int) -> list[Shape]:
        """What the grids are called, over the middle of each."""
        if not self.stack.labels:
            return []
        words = self.stack.words
        room = self.slices_width + 2 * self.sign
        named = words("kernel", size=spelled(self.size))
        turned = words("turned", what=named)
        has_room = self.stack.font.width(turned, self.stack.label_em) <= room
        if has_room and is_turned(self.geometry, laid_on_window(self.geometry)):
            named = turned
        shapes = []
        for text, (left, top), is_moving in zip((named, words("products")), (kernel, products), (False, True)):
            block = text_block(self.stack, text, room)
            if len(block.lines) > 1:
                raise TooNarrowError("leaves no room for the kernel")
            label = block.at(left + self.slices_width / 2, top + self._label_height - LEADING * block.em)
            if is_moving:
                label = Texts("label", label.points, label.text, label.em, when=During(lambda step: np.arange(1)))
            shapes.append(label)
        return list(shapes)


def slice_work(stack: Stack, cell: int) -> SliceWork | None:
    """The work of a kernel with cells of some pixels; None where there are no weights, or numbers are colours.

    Raises TooNarrowError where it finds no room.
    """
    if stack.volume is None or stack.is_heat:
        return None
    geometry, values = stack.volume
    if values is None or values.kernel is None:
        return None
    for in_two in (False, True):
        work = SliceWork(stack, geometry, values, cell, in_two)
        if max(work.widths) <= stack.room:
            return work
    raise TooNarrowError("leaves no room for the kernel")


def _wide(at: Lattice, columns: int) -> Lattice:
    """A cell as wide as a slice."""
    return Lattice(at.origin, (columns * at.column[0], 0), at.row)


def _kinds_of(under: Callable[[int], Under], part: slice, step: int) -> Ints:
    return under(step)[1][part]


def _spelled(
    under: Callable[[int], Under], part: slice, weights: Numbers, spell: Callable[[float], str], step: int
) -> tuple[str, ...]:
    """The products of a slice; those of what is no number are a 0."""
    numbers, kind = (each[part] for each in under(step))
    return tuple("0" if unreal else spell(x) for x, unreal in zip((numbers * weights).tolist(), kind.tolist()))


def _nth(texts: Callable[[int], tuple[str, ...]], step: int, element: int) -> str:
    return texts(step)[element]
