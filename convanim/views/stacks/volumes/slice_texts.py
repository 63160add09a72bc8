"""What slices are called: `d=0` beside or over each that is the map's own."""

from collections.abc import Sequence

import numpy as np

from convanim.layers.axis import CellKind
from convanim.scene.scene import Shape, Texts
from convanim.views.stacks.sheets.placed_sheet import PlacedSheet
from convanim.views.stacks.stack import SheetMap, Stack

_OF_LABELS = 0.8  # the font size
_BESIDE = 0.5  # from a name to its slice, in ems
_OVER = 0.9  # from its middle to the slice below it


def name_em(stack: Stack) -> float:
    """The font size of the names of slices."""
    return max(stack.least_em, _OF_LABELS * stack.label_em)


def depth_name(stack: Stack, plan: SheetMap, sheet: int) -> str:
    """The name of a slice; nothing where it is padding, or an inserted zero."""
    is_own = bool(plan.kinds_on(sheet)[CellKind.INPUT].any())
    return stack.words("slice", place=plan.own_place(sheet)) if stack.labels and is_own else ""


def slice_room(stack: Stack, plan: SheetMap) -> int:
    """Pixels that the names of slices take beside them."""
    em = name_em(stack)
    widths = [stack.font.width(depth_name(stack, plan, sheet), em) for sheet in range(plan.sheets)]
    return round(max(widths) + _BESIDE * em) if any(widths) else 0


def slice_name(stack: Stack, placed: PlacedSheet, *, is_right: bool) -> list[Shape]:
    """The name of a slanted slice, beside its left corner or its right one."""
    name, em = depth_name(stack, placed.plan, placed.sheet), name_em(stack)
    if not name:
        return []
    if is_right:
        return [Texts("label", placed.outline[2:3] + np.array([_BESIDE * em, 0]), (name,), em, "start")]
    return [Texts("label", placed.outline[:1] - np.array([_BESIDE * em, 0]), (name,), em, "end")]


def names_over(stack: Stack, slices: Sequence[PlacedSheet]) -> list[Shape]:
    """The names of slices that are seen from above, over each of them."""
    em = name_em(stack)
    named = [(depth_name(stack, each.plan, each.sheet), each.outline) for each in slices]
    points = [(corners[:, 0].mean(), corners[:, 1].min() - _OVER * em) for name, corners in named if name]
    names = tuple(name for name, _ in named if name)
    return [Texts("label", np.array(points), names, em)] if names else []
