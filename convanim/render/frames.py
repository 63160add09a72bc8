"""Frames at the cost of what changes between them.

A scene's shapes fall into runs. Those that are still, or come and stay, are *settled*: each run of them is a layer of
pixels that is kept and only touched where something came. The others are *moving* and drawn at every step, between the
layers. A frame is composed anew inside the boxes that changed. Every pixel is a function of the shapes over it alone,
so that a frame made from the one before equals a frame made from nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from convanim.animation import Animation
from convanim.render.boxes import Box, disjoint, pixel_box
from convanim.render.painter import Painter
from convanim.scene import During, Ints, Scene, Shape, Since, shown
from convanim.theme import Theme

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Frame:
    """One picture, (height, width, 4) straight RGBA, overwritten by the next; and the boxes that are new in it."""

    pixels: Pixels
    changed: tuple[Box, ...]


def frames(animation: Animation) -> Iterator[Frame]:
    """The frames of an animation, in order."""
    renderer = Renderer(animation.scene, animation.theme)
    for step in animation.timing.steps:
        yield renderer.frame(step)


class Renderer:
    """Draws the steps of a scene, in any order, each from the one drawn before."""

    def __init__(self, scene: Scene, theme: Theme) -> None:
        self._scene = scene
        self._canvas = Painter(scene.width, scene.height, theme)
        self._scratch = Painter(scene.width, scene.height, theme)
        self._ground = np.array([*theme.background, 0 if theme.transparent else 255], dtype=np.uint8)
        self._runs = self._layered(scene.shapes)
        self._step: int | None = None

    def frame(self, step: int) -> Frame:
        """The picture of a step."""
        whole = Box(0, 0, self._scene.width, self._scene.height)
        changed = [] if self._step is not None else [whole]
        for run in self._runs:
            if isinstance(run, _Layer):
                changed += run.advance(step, self._scratch)
            else:
                for at in (self._step, step):
                    box = None if at is None else self._box(run, at)
                    changed += [] if box is None else [box]
        boxes = disjoint(changed)
        pixels = self._canvas.pixels
        for box in boxes:
            pixels[box.region] = self._ground
        for run in self._runs:
            if isinstance(run, _Layer):
                for box in boxes:
                    lay_over(pixels[box.region], run.pixels[box.region])
            else:
                self._canvas.paint(run, step, shown(run.when, len(run), step))
        self._step = step
        return Frame(pixels, tuple(boxes))

    def _box(self, shape: Shape, step: int) -> Box | None:
        boxes = shape.boxes(step, shown(shape.when, len(shape), step))
        return pixel_box(boxes, self._canvas.margin(shape), self._scene.width, self._scene.height)

    def _layered(self, shapes: tuple[Shape, ...]) -> "list[_Layer | Shape]":
        runs: list[_Layer | Shape] = []
        for shape in shapes:
            if isinstance(shape.when, During):
                runs.append(shape)
            elif runs and isinstance(runs[-1], _Layer):
                runs[-1].shapes.append(_Settled(shape))
            else:
                runs.append(_Layer(self._scene, [_Settled(shape)]))
        return runs


class _Settled:
    """A shape that does not move, with the boxes of its elements."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.boxes = shape.boxes(0, np.arange(len(shape)))

    def elements_in(self, box: Box, margin: float, step: int) -> Ints:
        """The elements that are shown at a step and have pixels in a box."""
        boxes = self.boxes
        meets = (
            (boxes[:, 0] - margin < box.right)
            & (boxes[:, 2] + margin > box.left)
            & (boxes[:, 1] - margin < box.bottom)
            & (boxes[:, 3] + margin > box.top)
        )
        when = self.shape.when
        if isinstance(when, Since):
            meets[np.searchsorted(when.steps, step, side="right") :] = False
        return np.flatnonzero(meets)

    def changed(self, before: int, step: int) -> Ints:
        """The elements that are shown at one of two steps alone."""
        if not isinstance(self.shape.when, Since):
            return np.zeros(0, dtype=np.int64)
        low, high = np.searchsorted(self.shape.when.steps, sorted((before, step)), side="right")
        return np.arange(low, high)


class _Layer:
    """Settled shapes as pixels, kept from step to step."""

    def __init__(self, scene: Scene, shapes: list[_Settled]) -> None:
        self.shapes = shapes
        self.pixels: Pixels = np.zeros((scene.height, scene.width, 4), dtype=np.uint8)
        self._whole = Box(0, 0, scene.width, scene.height)
        self._step: int | None = None

    def advance(self, step: int, scratch: Painter) -> list[Box]:
        """Bring the pixels to a step; the boxes that changed."""
        boxes = [self._whole] if self._step is None else disjoint(self._changed(self._step, step, scratch))
        for box in boxes:
            scratch.pixels[:] = 0
            for settled in self.shapes:
                shape = settled.shape
                scratch.paint(shape, step, settled.elements_in(box, scratch.margin(shape), step))
            self.pixels[box.region] = scratch.pixels[box.region]
        self._step = step
        return boxes

    def _changed(self, before: int, step: int, scratch: Painter) -> list[Box]:
        boxes = []
        for settled in self.shapes:
            elements = settled.changed(before, step)
            margin = scratch.margin(settled.shape)
            box = pixel_box(settled.boxes[elements], margin, self._whole.right, self._whole.bottom)
            boxes += [] if box is None else [box]
        return boxes


def lay_over(under: Pixels, over: Pixels) -> None:
    """Compose straight RGBA `over` onto `under`, in place, pixel by pixel."""
    alpha = over[..., 3]
    np.copyto(under, over, where=(alpha == 255)[..., None])
    mixed = (alpha > 0) & (alpha < 255)
    if not mixed.any():
        return
    top, bottom = over[mixed].astype(np.int64), under[mixed].astype(np.int64)
    a, b = top[:, 3:], bottom[:, 3:]
    shade = a * 255 + b * (255 - a)  # the alpha of both, times 255
    colour = (top[:, :3] * a * 255 + bottom[:, :3] * b * (255 - a) + shade // 2) // np.maximum(shade, 1)
    under[mixed] = np.concatenate([colour, (shade + 127) // 255], axis=1).astype(np.uint8)
