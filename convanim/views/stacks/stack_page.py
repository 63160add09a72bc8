"""The page around a stack's maps: what is said of those without a grid, and the finished scene."""

from dataclasses import replace

from convanim.scene.scene import Scene, Shape
from convanim.views.page import scene_of
from convanim.views.stacks.stack import Stack
from convanim.views.text_layout import text_block


def finished_stack(stack: Stack, shapes: list[Shape], bottom: int, *, has_grid: bool = True) -> Scene:
    """The scene of shapes that end at `bottom`, with the equation and the caption below."""
    if stack.labels and not has_grid:
        copies = any(plan.copies is not None for plan in stack.maps)
        said = text_block(stack, stack.words("gridless_copies" if copies else "gridless"), stack.room)
        shapes = [*shapes, said.at(stack.width / 2, bottom + 0.3 * said.em, "caption")]
        bottom += round(said.height + 0.3 * said.em)
    scene = scene_of(
        stack,
        shapes,
        bottom,
        stack.steps,
        (None if stack.equation is None else stack.equation(stack), stack.spells_terms),
        stack.caption,
        (stack.reads, lambda step: ((stack.output.name, *stack.cell(step)),)),
    )
    return replace(scene, behind=stack.behind)
