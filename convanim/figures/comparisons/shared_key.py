"""The line that tells kinds of cells, once for all figures that are side by side, where none tells one otherwise."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from convanim.figures.layouts.layout import Layout
from convanim.scene.scene import NO_KEY, Scene, Shape
from convanim.views.drawing import Page
from convanim.views.key_line import Kinds, united
from convanim.views.page import told_below


class SharedKey(NamedTuple):
    """The shapes of the line, from a top of 0 down, and its height; none where figures keep their own."""

    shapes: tuple[Shape, ...] = ()
    height: int = 0

    def moved(self, top: int) -> list[Shape]:
        """The line from another top on."""
        return [shape.shifted(0, top) for shape in self.shapes]


def shared_key(made: Sequence[Layout], page: Page, width: int) -> tuple[list[Layout], SharedKey]:
    """The figures without their lines, and one for all, in a picture so wide, whose parts have such a page.

    They are as they are where nothing is told twice, or where notes differ, or what is told of cells that look alike.
    """
    keys = [each.scene.key for each in made]
    notes, kinds = keys[0].notes, united([key.kinds for key in keys])
    if kinds is None or any(key.notes != notes for key in keys):
        return list(made), SharedKey()
    if not notes and sum(len(_told(key.kinds)) for key in keys) == len(_told(kinds)):
        return list(made), SharedKey()
    shapes, height = told_below(page, notes, kinds, 0, width)
    bare = [replace(each, scene=_without(each.scene)) for each in made]
    return bare, SharedKey(tuple(shapes), height + page.margin // 2)  # off what stands below


def _told(kinds: Kinds) -> set[str]:
    return {phrase for _, phrase in kinds}


def _without(scene: Scene) -> Scene:
    kept = scene.shapes[: len(scene.shapes) - scene.key.shapes]
    return replace(scene, shapes=kept, height=scene.height - scene.key.height, key=NO_KEY)
