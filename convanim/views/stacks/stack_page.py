"""The page around a stack's maps: what is said of those without a grid, and the finished scene."""

from dataclasses import replace

from convanim.scene.scene import Scene, Shape
from convanim.views.page import scene_of
from convanim.views.stacks.stack import Stack


def finished_stack(stack: Stack, shapes: list[Shape], bottom: int, *, has_grid: bool = True) -> Scene:
    """The scene of shapes that end at `bottom`, with the equation and the caption below."""
    copies = any(plan.copies is not None for plan in stack.maps)
    scene = scene_of(
        stack,
        shapes,
        bottom,
        stack.steps,
        (None if stack.equation is None else stack.equation(stack), stack.spells_terms),
        stack.caption,
        (stack.reads, lambda step: ((stack.output.name, *stack.cell(step)),)),
        note="" if has_grid else stack.words("gridless_copies" if copies else "gridless"),
    )
    return replace(scene, behind=stack.behind)
