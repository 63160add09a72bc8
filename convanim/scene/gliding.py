"""Scenes whose outlines and rays glide to where the next step has them.

A passage is a moment on the way from one step to another. What is filled and written there is as at the nearer of the
two: only the lines around what a step reads and makes, and the rays between, stand where no step has them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from convanim.scene.scene import Floats, Lines, Scene, Shape
from convanim.scene.transforms import retimed

_GLIDING = ("accent", "ray")  # the roles of lines that are about one step


@dataclass(frozen=True)
class Passage:
    """A moment between two steps: `share` (0 to 1) of the time from `before` to `after` is over."""

    before: int
    after: int
    share: float = 0.0

    @property
    def nearer(self) -> int:
        """The step that it is nearer to."""
        return self.before if self.share < 0.5 else self.after


def glided(scene: Scene, passages: Sequence[Passage]) -> Scene:
    """A scene whose steps are passages of another; they ascend."""
    nearer = [passage.nearer for passage in passages]
    shown = retimed(scene, nearer, len(passages))
    shapes = tuple(
        replace(_gliding(shape, passages), series=still.series) if is_gliding(shape) else still
        for shape, still in zip(scene.shapes, shown.shapes)
    )
    return replace(shown, shapes=shapes, alike=nearer)


def moves(scene: Scene, before: int, after: int) -> bool:
    """Whether anything glides from one step to another."""
    return any(
        is_gliding(shape) and not np.array_equal(shape.at(before), shape.at(after))
        for shape in scene.shapes
        if isinstance(shape, Lines)
    )


def is_gliding(shape: Shape) -> bool:
    """Whether a shape is lines about one step, which glide to where the next has them."""
    return (
        isinstance(shape, Lines)
        and shape.role in _GLIDING
        and not shape.stays
        and not isinstance(shape.ends, np.ndarray)
    )


def _gliding(shape: Shape, passages: Sequence[Passage]) -> Lines:
    assert isinstance(shape, Lines)
    lines: Lines = shape

    def ends(step: int) -> Floats:
        passage = passages[step]
        before, after = lines.at(passage.before), lines.at(passage.after)
        if _is_one_way(before, after):
            # On whole pixels, so that what is between two places is as crisp as in them.
            return before + np.rint(_eased(passage.share) * (after - before))
        return lines.at(passage.nearer)

    def strength(step: int) -> float:
        passage = passages[step]
        is_one_way = _is_one_way(lines.at(passage.before), lines.at(passage.after))
        return 1.0 if is_one_way else abs(1 - 2 * passage.share)

    return replace(lines, ends=ends, of_part=None, strength=strength)


def _is_one_way(before: Floats, after: Floats) -> bool:
    """Whether lines go on from one place to another: as many, and none of them back to the left, to another row."""
    return before.shape == after.shape and bool(((after - before)[..., 0] >= 0).all())


def _eased(share: float) -> float:
    """The part of the way that is behind when this share of the time is: slow at both ends."""
    return share * share * (3 - 2 * share)
