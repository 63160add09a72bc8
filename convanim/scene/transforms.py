"""Scenes changed as a whole: played by frames instead of steps, scaled, named apart, merged on one page."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from convanim.scene.scene import (
    Blocks,
    Cells,
    During,
    Floats,
    Ints,
    Key,
    Lattice,
    Levels,
    Lines,
    Scene,
    Series,
    Shape,
    Since,
    Texts,
    When,
)


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
        return shape if isinstance(shape.ends, np.ndarray) else replace(shape, ends=_at(shape.ends, at))
    series = _retimed_series(shape.series, at)
    if isinstance(shape, Blocks):
        still = isinstance(shape.blocks, np.ndarray)
        return replace(shape, series=series, blocks=shape.blocks if still else partial(_blocks_at, shape, at))
    when, levels = _retimed_when(shape.when, played, at), _retimed_levels(shape.levels, at)
    if isinstance(shape, Cells):
        return replace(shape, when=when, series=series, levels=levels)
    text = shape.text if isinstance(shape.text, tuple) else partial(_text_at, shape.text, at)
    return replace(shape, when=when, series=series, levels=levels, text=text)


def _retimed_when(when: When, played: Ints, at: Callable[[int], int]) -> When:
    if isinstance(when, Since):
        # What comes after the last step that is played never comes: its place is behind all frames.
        first = np.searchsorted(played, when.steps)
        return Since(np.where(first < len(played), first, np.iinfo(np.int64).max))
    return During(partial(_elements_at, when, at)) if isinstance(when, During) else when


def _elements_at(when: During, at: Callable[[int], int], step: int) -> Ints:
    return when.at(at(step))


def _retimed_series(series: Series, at: Callable[[int], int]) -> Series:
    return partial(_series_at, series, at) if callable(series) else series


def _series_at(series: Callable[[int], int | None], at: Callable[[int], int], step: int) -> int | None:
    return series(at(step))


def _retimed_levels(levels: Levels | None, at: Callable[[int], int]) -> Levels | None:
    return levels if levels is None or isinstance(levels, np.ndarray) else _at(levels, at)


def _at(function: Callable[[int], Floats], at: Callable[[int], int]) -> Callable[[int], Floats]:
    return lambda step: function(at(step))


def _blocks_at(shape: Blocks, at: Callable[[int], int], step: int) -> Ints:
    return shape.at(at(step))


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
