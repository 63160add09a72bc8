"""Layers: settled shapes as numbers of inks that are kept from step to step."""

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np

from convanim.render.boxes import LARGEST, Box, disjoint, pixel_box
from convanim.render.inks import CLEAR, Inks, Numbers
from convanim.render.painter import Painter
from convanim.render.patches import Placed
from convanim.scene import Floats, Ints, Shape, Since


class _Change(NamedTuple):
    """Elements of a shape that came or went: the shape's number, which ones, and the box that they are in."""

    shape: int
    elements: Ints
    box: Box


class Layer:
    """Shapes that are still, or come and stay, over a ground of one ink: the part of a picture within its `reach`."""

    def __init__(
        self, shapes: Sequence[Shape], ground: int, picture: Box, inks: Inks, painter: Painter, *, is_cut: bool = False
    ) -> None:
        """`is_cut` leaves out of its reach what none of the shapes ever reaches."""
        self._shapes, self._ground, self._picture, self._inks, self._painter = shapes, ground, picture, inks, painter
        self._boxes: list[Floats] = [shape.boxes(0, np.arange(len(shape))) for shape in shapes]
        self.reach = self._cut() if is_cut else picture
        self.numbers: Numbers = np.empty(
            (self.reach.bottom - self.reach.top, self.reach.right - self.reach.left), dtype=np.uint16
        )
        self._step: int | None = None

    def advance(self, step: int) -> list[Box]:
        """Bring the numbers to a step; the boxes that changed."""
        before, self._step = self._step, step
        if before is None:
            self._draw(self.reach, step)
            return [self.reach]
        changes = self._changes(before, step)
        boxes = disjoint([change.box for change in changes])
        if before < step and all(self._is_on_top(change, before) for change in changes):
            for change in changes:
                for placed in self._painter.patches(self._shapes[change.shape], step, change.elements):
                    self._lay(placed, self.reach)
        else:
            for box in boxes:
                self._draw(box, step)
        return boxes

    def within(self, box: Box) -> Box:
        """A box of the picture as it lies in the numbers, which start where the reach does."""
        return box.shifted(-self.reach.left, -self.reach.top)

    def _cut(self) -> Box:
        boxes = [self._box(places, shape) for shape, places in zip(self._shapes, self._boxes)]
        return reduce(Box.around, [box for box in boxes if box is not None] or [Box(0, 0, 0, 0)])

    def _box(self, places: Floats, shape: Shape) -> Box | None:
        """The box of the pixels of some of a shape's elements."""
        return pixel_box(places, self._painter.margin(shape), self._picture.right, self._picture.bottom)

    def _draw(self, box: Box, step: int) -> None:
        """Draw anew what is in a box."""
        self.numbers[self.within(box).region] = self._ground
        for shape, places in zip(self._shapes, self._boxes):
            elements = _elements_in(shape, places, box, self._painter.margin(shape), step)
            for placed in self._painter.patches(shape, step, elements):
                self._lay(placed, box)

    def _lay(self, placed: Placed, box: Box) -> None:
        placed._replace(dx=placed.dx - self.reach.left, dy=placed.dy - self.reach.top).lay(
            self.numbers, self._inks, self.within(box)
        )

    def _changes(self, before: int, step: int) -> list[_Change]:
        """What is shown at one of two steps alone."""
        changes = []
        for number, (shape, places) in enumerate(zip(self._shapes, self._boxes)):
            if isinstance(shape.when, Since):
                first, end = np.searchsorted(shape.when.steps, sorted((before, step)), side="right")
                box = self._box(places[first:end], shape)
                if box is not None:
                    changes.append(_Change(number, np.arange(first, end), box))
        return changes

    def _is_on_top(self, change: _Change, before: int) -> bool:
        """Whether what came looks, laid on top, as if everything were drawn anew."""
        if not self._painter.adds_up(self._shapes[change.shape]):
            return False
        above = zip(self._shapes[change.shape + 1 :], self._boxes[change.shape + 1 :])
        return not any(
            len(_elements_in(shape, places, change.box, self._painter.margin(shape), before)) for shape, places in above
        )


class Overlay:
    """A layer over nothing, made ready to be laid onto pictures."""

    def __init__(self, shapes: Sequence[Shape], picture: Box, inks: Inks, painter: Painter) -> None:
        self._layer = Layer(shapes, CLEAR, picture, inks, painter, is_cut=True)
        self._inks = inks
        self._values = np.empty_like(self._layer.numbers)  # the opaque numbers, 0 elsewhere
        self._hole = np.empty_like(self._values)  # all bits where it is not opaque
        self._mixed = np.empty(self._values.shape, dtype=bool)  # where it is see-through
        self._has_mixed = False

    def advance(self, step: int) -> list[Box]:
        """Bring it to a step; the boxes that changed."""
        boxes = self._layer.advance(step)
        for box in (band for whole in boxes for band in whole.bands(LARGEST)):
            region = self._layer.within(box).region
            part = self._layer.numbers[region]
            hole = np.where(part < CLEAR, np.uint16(0), np.uint16(0xFFFF))
            self._hole[region] = hole
            self._values[region] = part & ~hole
            mixed = part > CLEAR
            self._mixed[region] = mixed
            self._has_mixed = self._has_mixed or bool(mixed.any())
        return boxes

    def lay(self, picture: Numbers, box: Box) -> None:
        """Lay what is in a box onto a picture."""
        common = box.common(self._layer.reach)
        for within in () if common is None else common.bands(LARGEST):
            part, region = picture[within.region], self._layer.within(within).region
            if self._has_mixed:
                at = np.divmod(np.flatnonzero(self._mixed[region]), within.right - within.left)
                part[at] = self._inks.laid(self._layer.numbers[region][at], part[at])
            part &= self._hole[region]
            part |= self._values[region]


def _elements_in(shape: Shape, places: Floats, box: Box, margin: float, step: int) -> Ints:
    """The elements of a settled shape that are shown at a step and have pixels in a box."""
    if isinstance(shape.when, Since):
        places = places[: np.searchsorted(shape.when.steps, step, side="right")]
    left, top, right, bottom = places.T
    meets = (left - margin < box.right) & (right + margin > box.left)
    meets &= (top - margin < box.bottom) & (bottom + margin > box.top)
    return np.flatnonzero(meets)
