"""Scenes changed as a whole: played by frames instead of steps, scaled, named apart, merged on one page."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

import numpy as np

from convanim.scene.scene import (
    Blocks,
    Cells,
    During,
    Ints,
    Key,
    Lattice,
    Lines,
    Scene,
    Shape,
    Since,
    Texts,
    When,
)

T = TypeVar("T")


def retimed(scene: Scene, steps: Sequence[int], total: int) -> Scene:
    """A scene of `total` steps, of which each shows the step of `scene` that stands there in `steps`; the last holds.

    `steps` ascend.
    """
    played = np.asarray(steps, dtype=np.int64)

    def at(step: int) -> int:
        return int(played[min(step, len(played) - 1)])

    return replace(
        scene,
        steps=total,
        shapes=tuple(_retimed(shape, played, at) for shape in scene.shapes),
        reads=lambda step: scene.reads(at(step)),
        behind=lambda step: scene.behind(at(step)),
        writes=lambda step: scene.writes(at(step)),
        equation=lambda step: scene.equation(at(step)),
    )


def _retimed(shape: Shape, played: Ints, at: Callable[[int], int]) -> Shape:
    if isinstance(shape, Lines):
        return shape if isinstance(shape.ends, np.ndarray) else replace(shape, ends=_after(at, shape.ends))
    series = _after(at, shape.series) if callable(shape.series) else shape.series
    if isinstance(shape, Blocks):
        blocks = _after(at, shape.blocks) if callable(shape.blocks) else shape.blocks
        return replace(shape, series=series, blocks=blocks)
    when = _retimed_when(shape.when, played, at)
    levels = _after(at, shape.levels) if callable(shape.levels) else shape.levels
    if isinstance(shape, Cells):
        return replace(shape, when=when, series=series, levels=levels)
    text = partial(_text_at, shape.text, at) if callable(shape.text) else shape.text
    return replace(shape, when=when, series=series, levels=levels, text=text)


def _retimed_when(when: When, played: Ints, at: Callable[[int], int]) -> When:
    if isinstance(when, Since):
        # What comes after the last step that is played never comes: its place is behind all frames.
        first = np.searchsorted(played, when.steps)
        return Since(np.where(first < len(played), first, np.iinfo(np.int64).max))
    return During(_after(at, when.at)) if isinstance(when, During) else when


def _after(at: Callable[[int], int], function: Callable[[int], T]) -> Callable[[int], T]:
    """What a function says of the step that stands at a step."""
    return lambda step: function(at(step))


def _text_at(text: Callable[[int, int], str], at: Callable[[int], int], step: int, element: int) -> str:
    return text(at(step), element)


def named(scene: Scene, name: str) -> Scene:
    """A scene whose maps have `name/` in front, so that their keys differ from another scene's."""

    def keyed(keys: tuple[Key, ...]) -> tuple[Key, ...]:
        return tuple((f"{name}/{key[0]}", *key[1:]) for key in keys)

    shapes = [
        replace(shape, map=f"{name}/{shape.map}") if isinstance(shape, Cells | Blocks) else shape
        for shape in scene.shapes
    ]
    return replace(
        scene,
        shapes=tuple(shapes),
        reads=lambda step: keyed(scene.reads(step)),
        behind=lambda step: keyed(scene.behind(step)),
        writes=lambda step: keyed(scene.writes(step)),
    )


def merged(scenes: Sequence[Scene], width: int, height: int) -> Scene:
    """Scenes of as many steps as each other on one page, each where it stands."""
    return Scene(
        width=width,
        height=height,
        steps=scenes[0].steps,
        shapes=tuple(shape for scene in scenes for shape in scene.shapes),
        reads=lambda step: tuple(key for scene in scenes for key in scene.reads(step)),
        behind=lambda step: tuple(key for scene in scenes for key in scene.behind(step)),
        writes=lambda step: tuple(key for scene in scenes for key in scene.writes(step)),
        equation=lambda step: " | ".join(text for scene in scenes if (text := scene.equation(step))),
        unit=scenes[0].unit,
    )


def scaled(scene: Scene, factor: int) -> Scene:
    """The same scene with `factor` pixels for each one along both sides."""
    if factor == 1:
        return scene
    return replace(
        scene,
        width=factor * scene.width,
        height=factor * scene.height,
        unit=factor * scene.unit,
        shapes=tuple(_scaled(shape, factor) for shape in scene.shapes),
    )


def _scaled(shape: Shape, factor: int) -> Shape:
    if isinstance(shape, Texts):
        return replace(shape, points=factor * shape.points, em=factor * shape.em)
    if isinstance(shape, Lines):
        ends = shape.ends
        return replace(shape, ends=factor * ends if isinstance(ends, np.ndarray) else lambda step: factor * ends(step))
    (x, y), (cx, cy), (rx, ry) = shape.lattice.origin, shape.lattice.column, shape.lattice.row
    lattice = Lattice((factor * x, factor * y), (factor * cx, factor * cy), (factor * rx, factor * ry))
    return replace(shape, lattice=lattice)
