"""A scene as plain data for a page that draws it: shapes once, and for each state what is shown, read and written.

A state is one of the steps that frames show, forward; more may follow that are played and not gone to: the rest at
their end, and steps part by part. What is between two that glide, the page draws itself. What is equal is held once:
lattices, cells, texts and sets of cells stand in tables and are named by their number; numbers are packed as
`lists` says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from convanim.errors import RequestError
from convanim.export.html.lists import Table, key_blocks
from convanim.export.html.paints import ShapePaints
from convanim.export.html.shapes import Shapes
from convanim.figures.animation import Animation
from convanim.figures.film import film, glides, step_frames
from convanim.scene.scene import Key
from convanim.style.theme import Theme

_MOST_KEYS = 10_000_000  # of cells that all states read
_LONGEST = 160  # characters of an equation; of longer ones the middle is left out
_KEPT_END = 40


@dataclass(frozen=True)
class SceneData:
    """What a page shows, made of dicts, lists, numbers and texts; and in what colours."""

    data: dict[str, Any]
    paints: ShapePaints
    levels: tuple[tuple[str, int], ...]  # the scales and steps of level that maps in colours show


def scene_data(animation: Animation, themes: Sequence[Theme], progress: Callable[[], None]) -> SceneData:
    """What a page needs to show an animation in one or several themes."""
    states = animation.timing.forward
    is_sampled = [*animation.timing.steps[:states]] != [*range(animation.scene.steps)]
    own = step_frames(animation, 0)[:states]
    played, gliding = film(animation, 0), glides(animation)
    scene, timing = played.scene, played.timing
    # Those of the animation itself first, by their numbers among the film's.
    steps = [timing.steps[frame] for frame in own]
    steps += [step for step in timing.steps[: timing.forward] if step not in set(steps)]
    state = {step: number for number, step in enumerate(steps)}
    play = [[state[step], timing.duration(frame)] for frame, step in enumerate(timing.steps)]
    _refuse_many(len(scene.reads(steps[0])) * len(steps))
    paints = ShapePaints(themes, scene.unit)
    shapes = Shapes(steps, paints, themes[0], glides=any(gliding))
    described = [shapes.described(shape) for shape in scene.shapes]
    maps, sets = shapes.maps, Table()
    blocks_of = lru_cache(maxsize=16)(key_blocks)  # steps may read the same cells

    def numbers(keys: Sequence[Key]) -> list[int]:
        """The numbers of sets of cells, one for each map."""
        return [sets.number([maps.number(name), blocks]) for name, blocks in blocks_of(keys).items()]

    reads: list[list[int]] = []
    behind, writes, equations = [], [], []
    for step in steps:
        reads.append(numbers(scene.reads(step)))
        behind.append(numbers(scene.behind(step)))
        writes.append(numbers(scene.writes(step)))
        equations.append(_shortened(scene.equation(step)))
        progress()
    for _ in timing.steps[timing.forward :]:
        progress()
    data = {
        "size": [scene.width, scene.height],
        "states": states,
        "isSampled": is_sampled,
        "timing": {
            "play": play,
            "loop": timing.loop,
            "still": animation.still,
            **({"glides": gliding} if any(gliding) else {}),  # for how long at its end each frame does
        },
        "shapes": described,
        **shapes.tables(),
        "sets": sets.values,
        "reads": reads,
        "behind": behind if any(behind) else [],
        "writes": writes,
        "equations": equations if any(equations) else [],
    }
    return SceneData(data, paints, tuple(sorted(shapes.levels)))


def _refuse_many(keys: int) -> None:
    """Raise RequestError where a page would have to look up too many cells."""
    if keys > _MOST_KEYS:
        rule = f"a page knows the cells that each step reads, at most {_MOST_KEYS:,} of them, and here are {keys:,}"
        raise RequestError("output", ".html", rule, "try a smaller kernel, a smaller max-frames, or .svg")


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - _KEPT_END]} … {text[-_KEPT_END:]}"
