"""The line that tells kinds of cells, once for all figures that are side by side, where theirs say the same."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from convanim.figures.layouts.layout import Layout
from convanim.scene.scene import NO_KEY, Scene, Shape, Texts


class SharedKey(NamedTuple):
    """The shapes of the line, from `top` down, as they stand in the first figure; none where figures keep their own."""

    shapes: tuple[Shape, ...] = ()
    top: int = 0
    height: int = 0

    def moved(self, dx: int, top: int) -> list[Shape]:
        """The line so far to the right, from another top on."""
        return [shape.shifted(dx, top - self.top) for shape in self.shapes]


def shared_key(made: Sequence[Layout]) -> tuple[list[Layout], SharedKey]:
    """The figures without their lines, and the one for all; as they are where lines differ, or there are none."""
    first = made[0].scene
    if not first.key.shapes or len({_said(each.scene) for each in made}) > 1:
        return list(made), SharedKey()
    key = SharedKey(_shapes(first), first.height - first.key.height, first.key.height)
    return [replace(each, scene=_without(each.scene)) for each in made], key


def _shapes(scene: Scene) -> tuple[Shape, ...]:
    return scene.shapes[len(scene.shapes) - scene.key.shapes :]


def _said(scene: Scene) -> tuple[object, ...]:
    return tuple((shape.role, shape.text if isinstance(shape, Texts) else "") for shape in _shapes(scene))


def _without(scene: Scene) -> Scene:
    count, height = scene.key
    kept = scene.shapes[: len(scene.shapes) - count]
    return replace(scene, shapes=kept, height=scene.height - height, key=NO_KEY)
