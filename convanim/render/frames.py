"""Frames, each drawn from the one before: only what changed between them is drawn anew.

A scene's shapes fall into runs. Those that are still, or come and stay, are *persistent*: each run of them is a layer
that is kept and only touched where something came. The others are *moving*: they are patches that are drawn between the
layers at every step. A frame is composed anew inside the boxes that changed. Every pixel is a function of the shapes
over it alone, so that a frame made from the one before equals a frame made from nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from convanim.figures.animation import Animation
from convanim.render.boxes import Box, disjoint
from convanim.render.painter import Painter
from convanim.render.patches import PlacedPatch
from convanim.render.pixels import CLEAR, PIXEL, Pixels, solid, straight_rgba
from convanim.render.still_layers import Overlay, StillLayer
from convanim.scene.scene import During, Lines, Scene, Shape
from convanim.style.theme import Theme


@dataclass(frozen=True)
class Frame:
    """One picture, (height, width), overwritten by the next; and the boxes that are new in it."""

    packed: Pixels
    changed: tuple[Box, ...]

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """The picture as (height, width, 4) straight RGBA, overwritten like it."""
        return straight_rgba(self.packed)


def frames(animation: Animation) -> Iterator[Frame]:
    """The frames of an animation, in order."""
    if len(animation.timing.steps) == 1:
        yield still(animation.scene, animation.theme, animation.timing.steps[0])
        return
    renderer = Renderer(animation.scene, animation.theme)
    for step in animation.timing.steps:
        yield renderer.frame(step)


def still(scene: Scene, theme: Theme, step: int) -> Frame:
    """The frame of a single step, to the last pixel as a `Renderer` draws it; no layer of it is kept."""
    whole = Box(0, 0, scene.width, scene.height)
    painter = Painter(theme, scene.unit)
    ground, runs = _runs(scene)
    picture = StillLayer(ground, _background(theme), whole, painter)
    picture.advance(step)
    for run in runs:
        if isinstance(run, list):
            overlay = Overlay(run, whole, painter)
            overlay.advance(step)
            overlay.lay(picture.pixels, whole)
        else:
            for placed in painter.shown(run, step):
                placed.lay(picture.pixels, whole)
    return Frame(picture.pixels, (whole,))


def _background(theme: Theme) -> int:
    return CLEAR if theme.transparent else solid(theme.background)


def _runs(scene: Scene) -> tuple[list[Shape], list[list[Shape] | Shape]]:
    """The persistent shapes below all others; above them, in drawing order, runs of persistent and moving ones."""
    groups = [(moves, list(run)) for moves, run in groupby(scene.shapes, lambda shape: isinstance(shape.when, During))]
    ground = [] if not groups or groups[0][0] else groups.pop(0)[1]
    runs: list[list[Shape] | Shape] = []
    for moves, shapes in groups:
        runs += shapes if moves else [shapes]
    return ground, runs


class Renderer:
    """Draws the steps of a scene, in any order, each from the one drawn before."""

    def __init__(self, scene: Scene, theme: Theme) -> None:
        self._whole = Box(0, 0, scene.width, scene.height)
        self._pixels: Pixels = np.zeros((scene.height, scene.width), dtype=PIXEL)
        self._painter = Painter(theme, scene.unit)
        ground, runs = _runs(scene)
        self._ground = StillLayer(ground, _background(theme), self._whole, self._painter)
        self._runs = [Overlay(run, self._whole, self._painter) if isinstance(run, list) else run for run in runs]
        self._alike = scene.alike
        self._drawn: int | None = None  # the step drawn last, and the patches of moving shapes in it
        self._moving: list[list[PlacedPatch]] = [[] for run in runs if not isinstance(run, list)]
        self._found: dict[tuple[int, int], list[PlacedPatch]] = {}  # of steps that others are like

    def frame(self, step: int) -> Frame:
        """The picture of a step."""
        before, self._drawn = self._drawn, step
        is_alike = self._alike is not None and before is not None and self._alike[before] == self._alike[step]
        changed = [] if is_alike else self._advanced(step)
        shapes = [run for run in self._runs if not isinstance(run, Overlay)]
        moving = [self._patches(shape, step) for shape in shapes]
        for found, last in zip(moving, self._moving):
            changed += [box for one in _differing(last, found) if (box := one.box.common(self._whole)) is not None]
        boxes = [self._whole] if before is None else disjoint(changed)
        for box in boxes:
            self._pixels[box.region] = self._ground.pixels[box.region]
        waiting = iter(moving)
        for run in self._runs:
            if isinstance(run, Overlay):
                for box in boxes:
                    run.lay(self._pixels, box)
            else:
                _lay_within(next(waiting), self._pixels, boxes)
        self._moving = moving
        return Frame(self._pixels, tuple(boxes))

    def _advanced(self, step: int) -> list[Box]:
        """The boxes that change where shapes come and stay."""
        changed = self._ground.advance(step)
        for run in self._runs:
            if isinstance(run, Overlay):
                changed += run.advance(step)
        return changed

    def _patches(self, shape: Shape, step: int) -> list[PlacedPatch]:
        """The patches of a moving shape; what is alike in several steps is made once."""
        if self._alike is None or isinstance(shape, Lines):
            return self._painter.shown(shape, step)
        key = (id(shape), self._alike[step])
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._painter.shown(shape, step)
        return found


def _differing(before: list[PlacedPatch], now: list[PlacedPatch]) -> list[PlacedPatch]:
    """The patches of a shape that are in one frame alone; all of them if the others are in another order."""
    if before is now:
        return []
    old, new = ([(id(patch), dx, dy) for patch, dx, dy in placed] for placed in (before, now))
    common = set(old) & set(new)
    if [one for one in old if one in common] != [one for one in new if one in common]:
        return [*before, *now]
    both = (*zip(old, before), *zip(new, now))
    return [placed for key, placed in both if key not in common]


def _lay_within(placed: list[PlacedPatch], picture: Pixels, boxes: list[Box]) -> None:
    """Lay what lies in some boxes that share no pixel."""
    for one in placed:
        reach = one.box
        for box in boxes:
            if box.meets(reach):
                one.lay(picture, box)


def drawn_with() -> tuple[str, ...]:
    """The versions of what draws: pixels are the same for the same ones."""
    import matplotlib

    return np.__version__, matplotlib.__version__
