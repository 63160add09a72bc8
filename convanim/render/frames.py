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
from convanim.render.layers import Layer, lay_over, words
from convanim.render.painter import Painter
from convanim.scene import During, Ints, Scene, Shape, shown
from convanim.theme import Theme


@dataclass(frozen=True)
class Frame:
    """One picture, (height, width, 4) straight RGBA, overwritten by the next; and the boxes that are new in it."""

    pixels: NDArray[np.uint8]
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
        self._canvas = Painter(scene.width, scene.height, theme, scene.unit)
        self._scratch = Painter(scene.width, scene.height, theme, scene.unit)
        ground = np.array([*theme.background, 0 if theme.transparent else 255], dtype=np.uint8)
        self._ground = Layer(scene, ground)
        self._runs = self._layered(scene.shapes)
        self._moved: list[Box] = []  # where moving shapes stand in the frame drawn last
        self._is_new = True

    def frame(self, step: int) -> Frame:
        """The picture of a step."""
        moving = [(shape, shown(shape.when, len(shape), step)) for shape in self._runs if not isinstance(shape, Layer)]
        moved = [box for shape, elements in moving if (box := self._box(shape, step, elements)) is not None]
        changed = self._ground.advance(step, self._scratch)
        for run in self._runs:
            if isinstance(run, Layer):
                changed += run.advance(step, self._scratch)
        if self._is_new:
            changed = [Box(0, 0, self._scene.width, self._scene.height)]
        boxes = disjoint([*changed, *self._moved, *moved])
        pixels = self._canvas.pixels
        for box in boxes:
            words(pixels)[box.region] = words(self._ground.pixels)[box.region]
        unpainted = iter(moving)
        for run in self._runs:
            if isinstance(run, Layer):
                for box in boxes:
                    lay_over(pixels, run.pixels, box)
            else:
                shape, elements = next(unpainted)
                self._canvas.paint(shape, step, elements)
        self._moved, self._is_new = moved, False
        return Frame(pixels, tuple(boxes))

    def _box(self, shape: Shape, step: int, elements: Ints) -> Box | None:
        margin = self._canvas.margin(shape)
        return pixel_box(shape.boxes(step, elements), margin, self._scene.width, self._scene.height)

    def _layered(self, shapes: tuple[Shape, ...]) -> list[Layer | Shape]:
        """Shapes in drawing order, runs of settled ones as layers; those under all others go into the ground."""
        runs: list[Layer | Shape] = []
        layer = self._ground
        for shape in shapes:
            if isinstance(shape.when, During):
                runs.append(shape)
                continue
            if runs and not isinstance(runs[-1], Layer):
                layer = Layer(self._scene, np.zeros(4, dtype=np.uint8))
                runs.append(layer)
            layer.add(shape)
        return runs
