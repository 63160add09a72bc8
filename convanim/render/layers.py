"""Layers: settled shapes as numbers of inks that are kept from step to step."""

from typing import NamedTuple

import numpy as np

from convanim.render.boxes import Box, disjoint, pixel_box
from convanim.render.inks import CLEAR, Inks, Numbers
from convanim.render.painter import Painter
from convanim.scene import Floats, Ints, Scene, Shape, Since


class _Change(NamedTuple):
    """Elements of a shape that came or went: the shape's number, which ones, and the box that they are in."""

    shape: int
    elements: Ints
    box: Box


class Layer:
    """Shapes that are still, or come and stay, over a ground of one ink."""

    def __init__(self, scene: Scene, ground: int, inks: Inks) -> None:
        self.numbers: Numbers = np.full((scene.height, scene.width), ground, dtype=np.uint16)
        self._hole, self._values = np.zeros_like(self.numbers), np.zeros_like(self.numbers)
        self._mixed = np.zeros(self.numbers.shape, dtype=bool)
        self._has_mixed = False
        self._ground = ground
        self._inks = inks
        self._shapes: list[Shape] = []
        self._boxes: list[Floats] = []
        self._whole = Box(0, 0, scene.width, scene.height)
        self._step: int | None = None

    def add(self, shape: Shape) -> None:
        """Put a settled shape on top."""
        self._shapes.append(shape)
        self._boxes.append(shape.boxes(0, np.arange(len(shape))))

    def advance(self, step: int, painter: Painter) -> list[Box]:
        """Bring the numbers to a step; the boxes that changed."""
        before, self._step = self._step, step
        if before is None:
            self._draw(self._whole, step, painter)
            return [self._whole]
        changes = self._changes(before, step, painter)
        boxes = disjoint([change.box for change in changes])
        if before < step and all(self._is_on_top(change, before, painter) for change in changes):
            for change in changes:
                for placed in painter.patches(self._shapes[change.shape], step, change.elements):
                    placed.lay(self.numbers, self._inks, self._whole)
            for box in boxes:
                self._take_over(box)
        else:
            for box in boxes:
                self._draw(box, step, painter)
        return boxes

    def lay(self, picture: Numbers, box: Box) -> None:
        """Lay what is in a box onto a picture."""
        part = picture[box.region]
        if self._has_mixed:
            at = np.divmod(np.flatnonzero(self._mixed[box.region]), box.right - box.left)
            part[at] = self._inks.laid(self.numbers[box.region][at], part[at])
        part &= self._hole[box.region]
        part |= self._values[box.region]

    def _draw(self, box: Box, step: int, painter: Painter) -> None:
        """Draw anew what is in a box."""
        self.numbers[box.region] = self._ground
        for shape, places in zip(self._shapes, self._boxes):
            elements = _elements_in(shape, places, box, painter.margin(shape), step)
            for placed in painter.patches(shape, step, elements):
                placed.lay(self.numbers, self._inks, box)
        self._take_over(box)

    def _take_over(self, box: Box) -> None:
        """Make ready what is in a box to be laid over pictures."""
        part = self.numbers[box.region]
        hole = np.where(part < CLEAR, np.uint16(0), np.uint16(0xFFFF))
        self._hole[box.region] = hole
        self._values[box.region] = part & ~hole
        mixed = part > CLEAR
        self._mixed[box.region] = mixed
        self._has_mixed = self._has_mixed or bool(mixed.any())

    def _changes(self, before: int, step: int, painter: Painter) -> list[_Change]:
        """What is shown at one of two steps alone."""
        changes = []
        for number, (shape, places) in enumerate(zip(self._shapes, self._boxes)):
            if isinstance(shape.when, Since):
                first, end = np.searchsorted(shape.when.steps, sorted((before, step)), side="right")
                margin = painter.margin(shape)
                box = pixel_box(places[first:end], margin, self._whole.right, self._whole.bottom)
                if box is not None:
                    changes.append(_Change(number, np.arange(first, end), box))
        return changes

    def _is_on_top(self, change: _Change, before: int, painter: Painter) -> bool:
        """Whether what came looks, laid on top, as if everything were drawn anew."""
        if not painter.adds_up(self._shapes[change.shape]):
            return False
        above = zip(self._shapes[change.shape + 1 :], self._boxes[change.shape + 1 :])
        return not any(
            len(_elements_in(shape, places, change.box, painter.margin(shape), before)) for shape, places in above
        )


def _elements_in(shape: Shape, places: Floats, box: Box, margin: float, step: int) -> Ints:
    """The elements of a settled shape that are shown at a step and have pixels in a box."""
    if isinstance(shape.when, Since):
        places = places[: np.searchsorted(shape.when.steps, step, side="right")]
    left, top, right, bottom = places.T
    meets = (left - margin < box.right) & (right + margin > box.left)
    meets &= (top - margin < box.bottom) & (bottom + margin > box.top)
    return np.flatnonzero(meets)
