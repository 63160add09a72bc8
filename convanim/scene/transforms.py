"""Scenes changed as a whole: played by frames, come to rest, scaled, named apart, merged on one page."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias, TypeVar

import numpy as np

from convanim.scene.key_boxes import KeyBoxes, joined
from convanim.scene.scene import (
    Blocks,
    Cells,
    During,
    Floats,
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
Moment: TypeAlias = tuple[int, int | None]  # a step, and how many of its parts are done; None: all is


def retimed(scene: Scene, steps: Sequence[int], total: int) -> Scene:
    """A scene of `total` steps, of which each shows the step of `scene` that stands there in `steps`; the last holds.

    `steps` ascend.
    """
    return in_parts(scene, [(step, None) for step in steps], total)


def in_parts(scene: Scene, moments: Sequence[Moment], total: int) -> Scene:
    """A scene of `total` steps, of which each shows a moment of `scene`: a step, or some of its parts; the last holds.

    Moments ascend, parts of a step before all of it. What a step makes is there when all of its parts are.
    """
    played = np.array([step if part is None else step - 0.5 for step, part in moments])

    def moment(step: int) -> Moment:
        return moments[min(step, len(moments) - 1)]

    def at(step: int) -> int:
        return moment(step)[0]

    return replace(
        scene,
        steps=total,
        shapes=tuple(_retimed(shape, played, moment) for shape in scene.shapes),
        reads=lambda step: scene.reads(at(step)),
        behind=lambda step: scene.behind(at(step)),
        writes=lambda step: scene.writes(at(step)),
        equation=lambda step: scene.equation(at(step)) if moment(step)[1] is None else "",
        parts=lambda step: scene.parts(at(step)),
    )


def _retimed(shape: Shape, played: Floats, moment: Callable[[int], Moment]) -> Shape:
    def at(step: int) -> int:
        return moment(step)[0]

    series = _after(at, shape.series) if callable(shape.series) else shape.series
    if isinstance(shape, Lines):
        if isinstance(shape.ends, np.ndarray):
            return replace(shape, series=series)
        return replace(shape, series=series, **_moments_of(moment, "ends", shape.ends, shape.of_part))
    if isinstance(shape, Blocks):
        blocks = _after(at, shape.blocks) if callable(shape.blocks) else shape.blocks
        return replace(shape, series=series, blocks=blocks)
    when = _retimed_when(shape.when, played, moment)
    levels = _after(at, shape.levels) if callable(shape.levels) else shape.levels
    if isinstance(shape, Cells):
        return replace(shape, when=when, series=series, levels=levels)
    text, of_part = shape.text, shape.of_part
    if callable(text):
        text = partial(_text_at, text, of_part, moment)
    whole = None if of_part is None else lambda step, part, element: of_part(at(step), part, element)
    return replace(shape, when=when, series=series, levels=levels, text=text, of_part=whole)


def _retimed_when(when: When, played: Floats, moment: Callable[[int], Moment]) -> When:
    if isinstance(when, Since):
        # What comes after the last step that is played never comes: its place is behind all frames.
        first = np.searchsorted(played, when.steps)
        return Since(np.where(first < len(played), first, np.iinfo(np.int64).max))
    return replace(when, **_moments_of(moment, "at", when.at, when.of_part)) if isinstance(when, During) else when


def _moments_of(
    moment: Callable[[int], Moment],
    name: str,
    of_step: Callable[[int], T],
    of_part: Callable[[int, int], T] | None,
) -> dict[str, Any]:
    """The fields of a shape that say what is shown at a step, and at a part of it."""

    def at(step: int) -> T:
        whole, part = moment(step)
        return of_step(whole) if part is None or of_part is None else of_part(whole, part)

    return {name: at, "of_part": None if of_part is None else lambda step, part: of_part(moment(step)[0], part)}


def _after(at: Callable[[int], int], function: Callable[[int], T]) -> Callable[[int], T]:
    """What a function says of the step that stands at a step."""
    return lambda step: function(at(step))


def _text_at(
    text: Callable[[int, int], str],
    of_part: Callable[[int, int, int], str] | None,
    moment: Callable[[int], Moment],
    step: int,
    element: int,
) -> str:
    whole, part = moment(step)
    return text(whole, element) if part is None or of_part is None else of_part(whole, part, element)


def rested(scene: Scene) -> Scene:
    """A scene with one step more, at which it rests: all that was made, and nothing of what a single step does."""
    count = scene.steps

    def keys(of: Callable[[int], Sequence[Key]]) -> Callable[[int], Sequence[Key]]:
        return lambda step: of(step) if step < count else ()

    return replace(
        scene,
        steps=count + 1,
        shapes=tuple(_rested(shape, count) for shape in scene.shapes),
        reads=keys(scene.reads),
        behind=keys(scene.behind),
        writes=keys(scene.writes),
        equation=lambda step: scene.equation(step) if step < count else "",
    )


def _rested(shape: Shape, count: int) -> Shape:
    def last(step: int) -> int:
        return min(step, count - 1)

    series = _after(last, shape.series) if callable(shape.series) else shape.series
    if isinstance(shape, Lines):
        ends = shape.ends
        if isinstance(ends, np.ndarray):
            return replace(shape, series=series)
        rest = _after(last, ends) if shape.stays else _until(count, ends, np.zeros((0, 2, 2)))
        return replace(shape, series=series, ends=rest)
    if isinstance(shape, Blocks):
        blocks = shape.blocks
        if callable(blocks):
            gone = np.zeros((0, 4), dtype=np.int64)
            blocks = _after(last, blocks) if shape.stays else _until(count, blocks, gone)
        return replace(shape, series=series, blocks=blocks)
    when = shape.when
    if isinstance(when, During):
        none = np.zeros(0, dtype=np.int64)
        when = replace(when, at=_after(last, when.at) if when.stays else _until(count, when.at, none))
    levels = _after(last, shape.levels) if callable(shape.levels) else shape.levels
    if isinstance(shape, Cells):
        return replace(shape, when=when, series=series, levels=levels)
    text = shape.text
    if callable(text):
        text = partial(_text_at, text, None, lambda step: (last(step), None))
    return replace(shape, when=when, series=series, levels=levels, text=text)


def _until(count: int, function: Callable[[int], T], over: T) -> Callable[[int], T]:
    """What a function says of one of `count` steps, and `over` behind them."""
    return lambda step: function(step) if step < count else over


def named(scene: Scene, name: str) -> Scene:
    """A scene whose maps have `name/` in front, so that their keys differ from another scene's."""
    return renamed(scene, lambda of: f"{name}/{of}")


def renamed(scene: Scene, name: Callable[[str], str]) -> Scene:
    """A scene whose maps are called otherwise, in their keys, too."""

    def keyed(keys: Sequence[Key]) -> Sequence[Key]:
        if isinstance(keys, KeyBoxes):
            return KeyBoxes(tuple((name(of), axes) for of, axes in keys.boxes))
        return tuple((name(str(key[0])), *key[1:]) for key in keys)

    shapes = [
        replace(shape, map=name(shape.map)) if isinstance(shape, Cells | Blocks) else shape for shape in scene.shapes
    ]
    return replace(
        scene,
        shapes=tuple(shapes),
        reads=lambda step: keyed(scene.reads(step)),
        behind=lambda step: keyed(scene.behind(step)),
        writes=lambda step: keyed(scene.writes(step)),
    )


def merged(scenes: Sequence[Scene], width: int, height: int) -> Scene:
    """Scenes of as many steps as each other on one page, each where it stands.

    A step has the parts of the scene that has most; what is done earlier waits.
    """
    return Scene(
        width=width,
        height=height,
        steps=scenes[0].steps,
        shapes=tuple(_waiting(shape, scene.parts) for scene in scenes for shape in scene.shapes),
        reads=lambda step: joined([scene.reads(step) for scene in scenes]),
        behind=lambda step: joined([scene.behind(step) for scene in scenes]),
        writes=lambda step: joined([scene.writes(step) for scene in scenes]),
        equation=lambda step: " | ".join(text for scene in scenes if (text := scene.equation(step))),
        unit=scenes[0].unit,
        parts=lambda step: max(scene.parts(step) for scene in scenes),
    )


def _waiting(shape: Shape, parts: Callable[[int], int]) -> Shape:
    """A shape that is as at the last part of a step where there are no more."""
    if isinstance(shape, Texts):
        text, when = shape.of_part, _waiting_when(shape.when, parts)
        if text is None:
            return replace(shape, when=when)
        return replace(
            shape, when=when, of_part=lambda step, part, element: text(step, min(part, parts(step)), element)
        )
    if isinstance(shape, Lines):
        ends = shape.of_part
        return replace(shape, of_part=None if ends is None else lambda step, part: ends(step, min(part, parts(step))))
    return replace(shape, when=_waiting_when(shape.when, parts)) if isinstance(shape, Cells) else shape


def _waiting_when(when: When, parts: Callable[[int], int]) -> When:
    of_part = when.of_part if isinstance(when, During) else None
    if not isinstance(when, During) or of_part is None:
        return when
    return replace(when, of_part=lambda step, part: of_part(step, min(part, parts(step))))


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
        if isinstance(ends, np.ndarray):
            return replace(shape, ends=factor * ends)
        of_part = shape.of_part
        larger = None if of_part is None else lambda step, part: factor * of_part(step, part)
        return replace(shape, ends=lambda step: factor * ends(step), of_part=larger)
    (x, y), (cx, cy), (rx, ry) = shape.lattice.origin, shape.lattice.column, shape.lattice.row
    lattice = Lattice((factor * x, factor * y), (factor * cx, factor * cy), (factor * rx, factor * ry))
    return replace(shape, lattice=lattice)
