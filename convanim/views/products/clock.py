"""Shapes on another clock: what a shape shows at a step of its own, at another step or not at all."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias, TypeVar

import numpy as np

from convanim.scene.scene import Blocks, During, Lines, Shape, Since, Texts

Clock: TypeAlias = Callable[[int], int | None]  # from a step to the shape's own; None: nothing is shown
Shown = TypeVar("Shown")


def retimed(shape: Shape, clock: Clock, later: int) -> Shape:
    """A shape that moves by a clock; what comes and stays comes `later`."""
    if isinstance(shape, Lines):
        ends = shape.ends
        return shape if isinstance(ends, np.ndarray) else replace(shape, ends=_by(clock, ends, np.zeros((0, 2, 2))))
    if isinstance(shape, Blocks):
        return shape
    when = shape.when
    if isinstance(when, Since):
        return replace(shape, when=Since(when.steps + later))
    if not isinstance(when, During):
        return shape
    moved = During(_by(clock, when.at, np.zeros(0, dtype=np.int64)), when.stays)
    if isinstance(shape, Texts) and not isinstance(shape.text, tuple):
        text = shape.text
        return replace(shape, when=moved, text=lambda step, element: text(clock(step) or 0, element))
    return replace(shape, when=moved)


def _by(clock: Clock, at: Callable[[int], Shown], nothing: Shown) -> Callable[[int], Shown]:
    def found(step: int) -> Shown:
        own = clock(step)
        return nothing if own is None else at(own)

    return found
