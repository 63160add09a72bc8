"""The page around a stack: its equation, its caption, and the finished scene."""

from dataclasses import replace
from math import inf

from convanim.scene.scene import Scene, Shape
from convanim.views.page import scene_of
from convanim.views.stack import Stack
from convanim.views.text_layout import text_block, wrapped_lines

_GRIDLESS = "drawn without the grid of cells; window not to scale"
_GRIDLESS_COPIES = "drawn without the grid of cells or their copies; window not to scale"
_MOST_LINES = 3
_SAMPLES = 40  # steps whose equations are looked at to know how many lines they take


def finished_stack(stack: Stack, shapes: list[Shape], bottom: int, *, has_grid: bool = True) -> Scene:
    """The scene of shapes that end at `bottom`, with the equation and the caption below."""
    if stack.labels and not has_grid:
        copies = any(plan.copies is not None for plan in stack.maps)
        said = text_block(stack, _GRIDLESS_COPIES if copies else _GRIDLESS, stack.room)
        shapes = [*shapes, said.at(stack.width / 2, bottom + 0.3 * said.em, "caption")]
        bottom += round(said.height + 0.3 * said.em)
    scene = scene_of(
        stack,
        shapes,
        bottom,
        stack.steps,
        (stack.terms, _lines(stack), inf),
        stack.caption,
        (stack.reads, lambda step: ((stack.output.name, *stack.cell(step)),)),
    )
    return replace(scene, behind=stack.behind)


def _lines(stack: Stack) -> int:
    """How many lines the longest equation takes, at most three."""
    if stack.terms is None or not stack.spells_terms:
        return 0
    room = stack.room / stack.label_em
    among = range(0, stack.steps, max(1, stack.steps // _SAMPLES))
    return min(_MOST_LINES, max(len(wrapped_lines(stack.terms(step), room, stack.font)) for step in among))
