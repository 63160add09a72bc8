"""Layers: settled shapes as pixels that are kept from step to step."""

import numpy as np
from numpy.typing import NDArray

from convanim.render.boxes import Box, disjoint, pixel_box
from convanim.render.painter import Painter
from convanim.scene import Floats, Ints, Scene, Shape, Since

Pixels = NDArray[np.uint8]


class Layer:
    """Shapes that are still, or come and stay, as (height, width, 4) straight RGBA over a ground."""

    def __init__(self, scene: Scene, ground: Pixels) -> None:
        self.pixels: Pixels = np.zeros((scene.height, scene.width, 4), dtype=np.uint8)
        self._ground = words(ground[None, None])[0, 0]
        self._shapes: list[Shape] = []
        self._boxes: list[Floats] = []
        self._whole = Box(0, 0, scene.width, scene.height)
        self._step: int | None = None

    def add(self, shape: Shape) -> None:
        """Put a settled shape on top."""
        self._shapes.append(shape)
        self._boxes.append(shape.boxes(0, np.arange(len(shape))))

    def advance(self, step: int, scratch: Painter) -> list[Box]:
        """Bring the pixels to a step; the boxes that changed."""
        boxes = [self._whole] if self._step is None else self._changed(self._step, step, scratch)
        for box in boxes:
            words(scratch.pixels)[:] = self._ground
            for shape, places in zip(self._shapes, self._boxes):
                scratch.paint(shape, step, _elements_in(shape, places, box, scratch.margin(shape), step))
            self.pixels[box.region] = scratch.pixels[box.region]
        self._step = step
        return boxes

    def _changed(self, before: int, step: int, scratch: Painter) -> list[Box]:
        """The boxes of all that is shown at one of two steps alone."""
        boxes = []
        for shape, places in zip(self._shapes, self._boxes):
            if isinstance(shape.when, Since):
                first, end = np.searchsorted(shape.when.steps, sorted((before, step)), side="right")
                margin = scratch.margin(shape)
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


def lay_over(under: Pixels, over: Pixels, box: Box) -> None:
    """Compose straight RGBA `over` onto `under` inside a box, in place, pixel by pixel."""
    top, bottom = over[box.region], under[box.region]
    alpha = top[..., 3]
    np.copyto(words(under)[box.region], words(over)[box.region], where=alpha == 255)
    places = np.flatnonzero(alpha - np.uint8(1) < 254)
    if not len(places):
        return
    mixed = np.divmod(places, box.right - box.left)
    upper, lower = top[mixed].astype(np.int64), bottom[mixed].astype(np.int64)
    a, b = upper[:, 3:], lower[:, 3:]
    shade = a * 255 + b * (255 - a)  # the alpha of both, times 255
    colour = (upper[:, :3] * a * 255 + lower[:, :3] * b * (255 - a) + shade // 2) // shade
    bottom[mixed] = np.concatenate([colour, (shade + 127) // 255], axis=1).astype(np.uint8)


def words(pixels: Pixels) -> NDArray[np.uint32]:
    """Unbroken pixels (…, 4) as one number each, red in its lowest byte."""
    return pixels.view("<u4")[..., 0]
