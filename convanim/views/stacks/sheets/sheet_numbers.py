"""The numbers of a map as its sheets show them."""

from dataclasses import dataclass, replace

from convanim.numbers.sources import Numbers
from convanim.scene.scene import Floats, Lattice
from convanim.views.cell_numbers import Lettering, lettering
from convanim.views.drawing import TooNarrowError
from convanim.views.stacks.stack import SheetMap, Stack


@dataclass(frozen=True)
class Written:
    """The numbers of one map as they are shown: text, colours, or both."""

    strings: tuple[str, ...] = ()  # of the drawn sheets' own cells, sheet by sheet; empty where there is no room
    em: float = 0.0
    levels: Floats | None = None  # the same as colours; (N, 3) for a picture in colour


def written(stack: Stack, plan: SheetMap, lattice: Lattice) -> Written | None:
    """How a map's numbers are shown on its sheets; None where it has none.

    Raises TooNarrowError when they are no heat map and do not fit.
    """
    if plan.numbers is None:
        return None
    if plan.is_one_picture and plan.scale is not None:
        return Written(levels=plan.scale.levels(plan.numbers).reshape(len(plan.numbers), -1).T)
    numbers = plan.drawn_numbers
    fillers = tuple(text for _, text in plan.fillers)
    letters = (
        _beside_colours(stack, lattice, numbers, fillers)
        if stack.is_heat
        else lettering(stack, lattice, numbers, fillers, is_fixed=plan is stack.output and stack.least_decimals > 0)
    )
    levels = None if plan.scale is None or not stack.is_heat else plan.scale.levels(numbers).ravel()
    return Written(() if letters is None else letters.strings, 0.0 if letters is None else letters.em, levels)


def _beside_colours(stack: Stack, lattice: Lattice, numbers: Numbers, fillers: tuple[str, ...]) -> Lettering | None:
    """The numbers of a heat map, with as many decimals as there is room for; None where there is none."""
    for decimals in range(stack.decimals, -1, -1):
        try:
            return lettering(replace(stack, decimals=decimals), lattice, numbers, fillers)
        except TooNarrowError:
            continue
    return None
