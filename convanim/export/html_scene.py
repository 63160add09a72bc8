"""A scene as plain data for a page that draws it: shapes once, and for each state what is shown, read and written.

A state is one of the steps that frames show, forward. What is equal is held once: lattices, cells, texts and sets of
cells stand in tables and are named by their number; numbers are packed as `html_lists` says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from convanim.errors import RequestError
from convanim.export.html_lists import Table, key_blocks
from convanim.export.html_paints import ShapePaints
from convanim.export.html_shapes import Shapes
from convanim.figures.animation import Animation
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
    levels: tuple[int, ...]  # the steps of level that heat maps show


def scene_data(animation: Animation, themes: Sequence[Theme], progress: Callable[[], None]) -> SceneData:
    """What a page needs to show an animation in one or several themes."""
    scene, timing = animation.scene, animation.timing
    steps = list(timing.steps[: timing.forward])
    _refuse_many(len(scene.reads(steps[0])) * len(steps))
    paints = ShapePaints(themes, scene.unit)
    shapes = Shapes(steps, paints, themes[0])
    described = [shapes.described(shape) for shape in scene.shapes]
    maps, sets = shapes.maps, Table()

    def numbers(keys: tuple[Key, ...]) -> list[int]:
        """The numbers of sets of cells, one for each map."""
        return [sets.number([maps.number(name), blocks]) for name, blocks in key_blocks(keys).items()]

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
        "states": len(steps),
        "isSampled": steps != list(range(scene.steps)),
        "timing": {
            "back": len(timing.steps) - timing.forward,
            "time": timing.step_time,
            "hold": timing.hold,
            "loop": timing.loop,
            "still": animation.still,
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
