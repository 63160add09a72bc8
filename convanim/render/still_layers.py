"""Still layers: shapes that persist from step to step, cached as pixels."""

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from convanim.render.boxes import LARGEST, Box, disjoint, pixel_box
from convanim.render.painter import Painter
from convanim.render.patches import PlacedPatch
from convanim.render.pixels import CLEAR, OPAQUE, PIXEL, Pixels, blended, is_mixed
from convanim.scene.scene import Floats, Ints, Shape, Since, Texts


class _Change(NamedTuple):
    """Elements of a shape that came or went: the shape's number, which ones, and the box that they are in."""

    shape: int
    elements: Ints
    box: Box


class StillLayer:
    """Shapes that are still, or come and stay, over a ground of one pixel: the part of a picture within its `reach`."""

    def __init__(
        self, shapes: Sequence[Shape], ground: int, picture: Box, painter: Painter, *, is_cut: bool = False
    ) -> None:
        """`is_cut` leaves out of its reach what none of the shapes ever reaches."""
        self._shapes, self._ground, self._picture, self._painter = shapes, ground, picture, painter
        self._boxes: list[Floats] = [shape.boxes(0, np.arange(len(shape))) for shape in shapes]
        self._coming = [number for number, shape in enumerate(shapes) if isinstance(shape.when, Since)]
        self.reach = self._cut() if is_cut else picture
        size = (self.reach.bottom - self.reach.top, self.reach.right - self.reach.left)
        self.pixels: Pixels = np.empty(size, dtype=PIXEL)
        self._step: int | None = None

    def advance(self, step: int) -> list[Box]:
        """Bring the pixels to a step; the boxes that changed."""
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
        """A box of the picture as it lies in the pixels, which start where the reach does."""
        return box.shifted(-self.reach.left, -self.reach.top)

    def _cut(self) -> Box:
        boxes = [self._box(places, shape) for shape, places in zip(self._shapes, self._boxes)]
        return reduce(Box.around, [box for box in boxes if box is not None] or [Box(0, 0, 0, 0)])

    def _box(self, places: Floats, shape: Shape) -> Box | None:
        """The box of the pixels of some of a shape's elements."""
        return pixel_box(places, self._painter.margin(shape), self._picture.right, self._picture.bottom)

    def _draw(self, box: Box, step: int) -> None:
        """Draw anew what is in a box."""
        self.pixels[self.within(box).region] = self._ground
        for shape, places in zip(self._shapes, self._boxes):
            if isinstance(shape.when, Since) or isinstance(shape, Texts):
                elements = _elements_in(shape, places, box, self._painter.margin(shape), step)
                found = self._painter.patches(shape, step, elements)
            else:
                found = self._painter.whole(shape)
            for placed in found:
                self._lay(placed, box)

    def _lay(self, placed: PlacedPatch, box: Box) -> None:
        moved = placed._replace(dx=placed.dx - self.reach.left, dy=placed.dy - self.reach.top)
        moved.lay(self.pixels, self.within(box))

    def _changes(self, before: int, step: int) -> list[_Change]:
        """What is shown at one of two steps alone."""
        changes = []
        for number in self._coming:
            shape = self._shapes[number]
            assert isinstance(shape.when, Since)
            first, end = np.searchsorted(shape.when.steps, sorted((before, step)), side="right")
            box = self._box(self._boxes[number][first:end], shape)
            if box is not None:
                changes.append(_Change(number, np.arange(first, end), box))
        return changes

    def _is_on_top(self, change: _Change, before: int) -> bool:
        """Whether what came looks, laid on top, as if all were drawn anew: texts, with nothing above.

        Cells share their edges' pixels with their neighbours.
        """
        if not isinstance(self._shapes[change.shape], Texts):
            return False
        above = zip(self._shapes[change.shape + 1 :], self._boxes[change.shape + 1 :])
        return not any(
            len(_elements_in(shape, places, change.box, self._painter.margin(shape), before)) for shape, places in above
        )


class Overlay:
    """A layer over nothing, made ready to be copied onto pictures."""

    def __init__(self, shapes: Sequence[Shape], picture: Box, painter: Painter) -> None:
        self._layer = StillLayer(shapes, CLEAR, picture, painter, is_cut=True)
        shape = self._layer.pixels.shape
        self._opaque: NDArray[np.bool_] = np.empty(shape, dtype=bool)
        self._mixed: NDArray[np.bool_] = np.empty(shape, dtype=bool)

    def advance(self, step: int) -> list[Box]:
        """Bring it to a step; the boxes that changed."""
        boxes = self._layer.advance(step)
        for band in (band for whole in boxes for band in whole.bands(LARGEST)):
            region = self._layer.within(band).region
            part = self._layer.pixels[region]
            self._opaque[region] = part >= OPAQUE
            self._mixed[region] = is_mixed(part)
        return boxes

    def lay(self, picture: Pixels, box: Box) -> None:
        """Lay what is in a box onto a picture."""
        common = box.common(self._layer.reach)
        for within in () if common is None else common.bands(LARGEST):
            part, region = picture[within.region], self._layer.within(within).region
            pixels = self._layer.pixels[region]
            at = np.divmod(np.flatnonzero(self._mixed[region]), within.right - within.left)
            part[at] = blended(pixels[at], part[at])
            np.copyto(part, pixels, where=self._opaque[region])


def _elements_in(shape: Shape, places: Floats, box: Box, margin: float, step: int) -> Ints:
    """The elements of a persistent shape that are shown at a step and have pixels in a box."""
    if isinstance(shape.when, Since):
        places = places[: np.searchsorted(shape.when.steps, step, side="right")]
    left, top, right, bottom = places.T
    meets = (left - margin < box.right) & (right + margin > box.left)
    meets &= (top - margin < box.bottom) & (bottom + margin > box.top)
    return np.flatnonzero(meets)
