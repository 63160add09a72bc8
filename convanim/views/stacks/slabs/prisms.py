"""Where the prisms through a slab stand at a step: that of a window, and around it that of all that is depended on."""

from typing import TypeAlias

from convanim.views.stacks.slabs.slab import Slab, Window
from convanim.views.stacks.stack import Single, Stack

Prism: TypeAlias = tuple[Window, int, int]  # its upper face, and from which depth to which it reaches


def read_of(stack: Stack, slab: Slab, step: int) -> Prism | None:
    """The prism of the window that is read of a slab at a step; None where nothing is."""
    every, single = _depended_on(stack, slab, step), single_of(stack, slab, step)
    if every is None or single is None:
        return every
    return _within(slab.window(single.read), every[0]), *slab.span(single.read.sheets)


def single_of(stack: Stack, slab: Slab, step: int) -> Single | None:
    """The one position that a window of a slab is read for, where a step depends on so much more that it is seen."""
    every = _depended_on(stack, slab, step)
    single = stack.single(step, slab.number) if slab.number < len(stack.maps) - 2 else None
    if every is None or single is None or _sides(slab.window(single.read)) == _sides(every[0]):
        return None
    return single


def around_of(stack: Stack, slab: Slab, step: int) -> Prism | None:
    """The prism of all that a step depends on; None where the window's is alike."""
    return None if single_of(stack, slab, step) is None else _depended_on(stack, slab, step)


def _depended_on(stack: Stack, slab: Slab, step: int) -> Prism | None:
    spot = stack.spots(step)[slab.number]
    return None if spot.is_empty else (slab.window(spot), *slab.span(spot.sheets))


def _sides(window: Window) -> tuple[int, int]:
    top, left, bottom, right = window
    return bottom - top, right - left


def _within(window: Window, whole: Window) -> Window:
    """A window moved into another that is as large or larger: places are rounded to steps of the lattice."""
    (rows, columns), (top, left, bottom, right) = _sides(window), whole
    top, left = max(top, min(window[0], bottom - rows)), max(left, min(window[1], right - columns))
    return top, left, top + rows, left + columns
