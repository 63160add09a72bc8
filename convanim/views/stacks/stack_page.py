"""The page around a stack's maps: what is said of those without a grid, and the finished scene."""

from dataclasses import replace
from typing import Literal, TypeAlias

from convanim.scene.scene import Scene, Shape
from convanim.views.page import scene_of
from convanim.views.stacks.stack import Stack

# What is drawn larger than to scale, so that it is seen: some windows, single cells alone, or nothing.
Enlarged: TypeAlias = Literal["window", "cell"] | None


def finished_stack(
    stack: Stack,
    shapes: list[Shape],
    bottom: int,
    *,
    has_grid: bool = True,
    enlarged: Enlarged = "window",
) -> Scene:
    """The scene of shapes that end at `bottom`, with the equation and the caption below.

    Without a grid it is said what is `enlarged`.
    """
    scene = scene_of(
        stack,
        shapes,
        bottom,
        stack.steps,
        (None if stack.equation is None else stack.equation(stack), stack.spells_terms),
        stack.caption,
        (stack.reads, lambda step: ((stack.output.name, *stack.cell(step)),)),
        note="" if has_grid else _gridless(stack, enlarged),
    )
    return replace(scene, behind=stack.behind)


def _gridless(stack: Stack, enlarged: Enlarged) -> str:
    """What is said of maps without a grid."""
    copies = any(plan.copies is not None for plan in stack.maps)
    text = stack.words("gridless_copies" if copies else "gridless")
    return text if enlarged is None else stack.words(f"enlarged_{enlarged}", text=text)
