"""Layers: settled shapes as numbers of inks that are kept from step to step."""

import numpy as np

from convanim.render.boxes import Box, disjoint, pixel_box
from convanim.render.inks import CLEAR, Inks, Numbers
from convanim.render.painter import Painter
from convanim.scene import Floats, Ints, Scene, Shape, Since


class Layer:
    """Shapes that are still, or come and stay, over a ground of one ink."""

    def __init__(self, scene: Scene, ground: int, inks: Inks) -> None:
        self.numbers: Numbers = np.full((scene.height, scene.width), ground, dtype=np.uint16)
        self._hole, self._values = np.zeros_like(self.numbers), np.zeros_like(self.numbers)
        self._mixed = np.zeros(self.numbers.shape, dtype=bool)
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
        boxes = [self._whole] if self._step is None else self._changed(self._step, step, painter)
        for box in boxes:
            part = self.numbers[box.region]
            part[:] = self._ground
            for shape, places in zip(self._shapes, self._boxes):
                elements = _elements_in(shape, places, box, painter.margin(shape), step)
                for placed in painter.patches(shape, step, elements):
                    placed.lay(self.numbers, self._inks, box)
            hole = np.where(part < CLEAR, np.uint16(0), np.uint16(0xFFFF))
            self._hole[box.region] = hole
            self._values[box.region] = part & ~hole
            self._mixed[box.region] = part > CLEAR
        self._step = step
        return boxes

    def lay(self, picture: Numbers, box: Box) -> None:
        """Lay what is in a box onto a picture."""
        part = picture[box.region]
        places = np.flatnonzero(self._mixed[box.region])
        if len(places):
            at = np.divmod(places, box.right - box.left)
            part[at] = self._inks.laid(self.numbers[box.region][at], part[at])
        part &= self._hole[box.region]
        part |= self._values[box.region]

    def _changed(self, before: int, step: int, painter: Painter) -> list[Box]:
        """The boxes of all that is shown at one of two steps alone."""
        boxes = []
        for shape, places in zip(self._shapes, self._boxes):
            if isinstance(shape.when, Since):
                first, end = np.searchsorted(shape.when.steps, sorted((before, step)), side="right")
                margin = painter.margin(shape)
                box = pixel_box(places[first:end], margin, self._whole.right, self._whole.bottom)
                boxes += [] if box is None else [box]
        return disjoint(boxes)


def _elements_in(shape: Shape, places: Floats, box: Box, margin: float, step: int) -> Ints:
    """The elements of a settled shape that are shown at a step and have pixels in a box."""
    if isinstance(shape.when, Since):
        places = places[: np.searchsorted(shape.when.steps, step, side="right")]
    left, top, right, bottom = places.T
    meets = (left - margin < box.right) & (right + margin > box.left)
    meets &= (top - margin < box.bottom) & (bottom + margin > box.top)
    return np.flatnonzero(meets)
