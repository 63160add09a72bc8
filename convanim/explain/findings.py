"""Two layers held against each other: all that text, JSON and the figure say of it, worked out once."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

from convanim.code.frameworks import FRAMEWORKS
from convanim.code.mends import Mend, mend_of
from convanim.code.weight_orders import Order, conversion, order_of
from convanim.figures.options import OF_A_PART, Options
from convanim.figures.recipes.layer_pairs import Side
from convanim.figures.subject import Comparison, Part
from convanim.layers.geometry import Geometry
from convanim.layers.layer import channels_of
from convanim.layers.operation import Reduction
from convanim.layers.sizes import Cell
from convanim.networks.arrangements import alone
from convanim.networks.differences import Difference
from convanim.numbers.differing_values import ValuesApart, values_apart
from convanim.words.language import Words, english
from convanim.words.user_language import load_words


@dataclass(frozen=True)
class Findings:
    """What layer B does otherwise than A, with numbers if any were asked for, and what equals A in B's framework.

    `comparison` is a figure of both.
    """

    a: Side
    b: Side
    options: Options

    @cached_property
    def words(self) -> Words:
        """The language of the explanation and the figure. Raises RequestError where there is no such language."""
        return english() if self.options.lang is None else load_words(self.options.lang)

    @cached_property
    def difference(self) -> Difference:
        """Where the two differ. Raises RequestError for two that cannot be compared."""
        return Difference(alone(self.a.layer), alone(self.b.layer))

    @property
    def is_equal(self) -> bool:
        """Whether both make the same of any numbers, with the same weights."""
        return self.difference.is_equal

    @cached_property
    def values(self) -> ValuesApart | None:
        """What both make of the numbers that were asked for; None without any, or where no weights fit both."""
        if not self.difference.same_kernels:
            return None
        return values_apart(self.a.layer, self.b.layer, self.options)

    @cached_property
    def _mended(self) -> tuple[Mend | None, str]:
        return (None, "") if self.is_equal else mend_of(self.a.layer, self.b.framework)

    @property
    def mend(self) -> Mend | None:
        """A layer in B's framework that equals A; None where B does, or there is none."""
        return self._mended[0]

    def why_not(self, words: Words) -> str:
        """Why there is no such layer; "" where there is one, or none is needed. What a framework lacks is English."""
        mend, lacks = self._mended
        if self.is_equal or mend is not None:
            return ""
        return lacks or words("no_such_windows", framework=FRAMEWORKS[self.b.framework].title)

    @property
    def orders(self) -> tuple[Order, Order] | None:
        """How both store their weights; None where they have none, or name no channels."""
        a, b = (order_of(side.layer, side.framework, side.text) for side in (self.a, self.b))
        return None if a is None or b is None or not (self.a.framework or self.b.framework) else (a, b)

    @property
    def weights(self) -> str:
        """What makes A's weights those of B; "" where they have none, or those of one do not fit the other."""
        if self.orders is None or not self.difference.same_kernels:
            return ""
        if self.a.layer.op != self.b.layer.op and getattr(self.a.layer, "groups", 1) > 1:
            return ""
        return "" if _filters(self.a) != _filters(self.b) else conversion(self.a.layer, *self.orders, flips=False)

    @property
    def mended_weights(self) -> str:
        """What makes A's weights those of the layer that equals it; "" where it has none."""
        mend = self.mend
        if mend is None or self.difference.reduction is not Reduction.SUM:
            return ""
        source = order_of(self.a.layer, self.a.framework, self.a.text)
        target = order_of(mend.arranged.layer, mend.framework, mend.layer)
        assert source is not None
        assert target is not None
        if not (self.a.framework or mend.framework) and channels_of(self.a.layer) is None:
            return "w"  # cells of the kernel alone
        return conversion(self.a.layer, source, target, flips=mend.arranged.flips)

    @property
    def first(self) -> Cell | None:
        """The first output cell that differs, its channel first where there are any; None where none does."""
        found = self.difference.first
        return found if found is None or channels_of(self.a.layer) is None else (0, *found)

    @property
    def comparison(self) -> Comparison:
        """Both beside each other, the output cells that differ marked."""
        parts = []
        for name, side in (("A", self.a), ("B", self.b)):
            own: dict[str, Any] = {field: getattr(self.options, field) for field in OF_A_PART}
            if self.values is not None:
                numbers = self.values.a if name == "A" else self.values.b
                own |= {"values": numbers.input, "kernel_values": numbers.kernel, "resize": False}
            if side.layer.op != "conv-transpose":
                own["transposed_as"] = "gather"
            parts.append(Part(side.layer, Options(**own), self.words.titled(name, side.named(self.words))))
        return Comparison(tuple(parts), differences=True)


def _filters(side: Side) -> int:
    channels = channels_of(side.layer)
    return 1 if channels is None else channels.outputs


def taps_in(geometry: Geometry, cell: Cell) -> int:
    """How many taps an output cell has, null ones too."""
    read = 1 if geometry.channels is None else geometry.channels.read
    return read * prod(axis.window_size(o) for axis, o in zip(geometry.axes, cell[-len(geometry.axes) :]))


def source_count(geometry: Geometry, cell: Cell) -> int:
    """How many of an output cell's taps find an input cell."""
    read = 1 if geometry.channels is None else geometry.channels.read
    return read * prod(map(len, _real(geometry, cell)))


def sources(geometry: Geometry, cell: Cell) -> Iterator[Cell]:
    """The input cells that an output cell reads, in the kernel's order."""
    channels = geometry.channels
    for channel in [()] if channels is None else [(source,) for source in channels.inputs_of([cell[0]])]:
        for place in product(*_real(geometry, cell)):
            yield (*channel, *place)


def _real(geometry: Geometry, cell: Cell) -> list[list[int]]:
    """For each axis the input cells that an output cell reads."""
    places = cell[-len(geometry.axes) :]
    return [[source for source in axis.reads(o) if source is not None] for axis, o in zip(geometry.axes, places)]
