"""Digits that rays cross stand over these, wherever they are."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from convanim.scene.font import Metrics
from convanim.scene.scene import During, Floats, Ints, Lines, Shape, Texts, shown

_AROUND = 0.15  # ems around letters that are clear of rays


def digits_over(
    rays: Sequence[Lines], still: Sequence[Shape], moving: Sequence[Shape], font: Metrics
) -> tuple[list[Shape], list[Shape]]:
    """The `still` shapes without the digits that rays cross at a step, and these, to be drawn over the rays.

    Where a digit that is `moving` stands at a step, the one below it stays there.
    """
    written = [shape for shape in moving if isinstance(shape, Texts)]
    below: list[Shape] = []
    over: list[Shape] = []
    for shape in still:
        if isinstance(shape, Texts) and not isinstance(shape.when, During):
            kept, crossed = _parted(rays, shape, written, font)
            below.append(kept)
            over.append(crossed)
        else:
            below.append(shape)
    return below, over


def _parted(rays: Sequence[Lines], shape: Texts, written: Sequence[Texts], font: Metrics) -> tuple[Texts, Texts]:
    @lru_cache(maxsize=4)
    def crossed(step: int) -> Ints:
        lines = np.concatenate([each.at(step) for each in rays])
        elements = shown(shape.when, len(shape), step)
        taken = {tuple(point) for each in written for point in each.points[shown(each.when, len(each), step)].tolist()}
        free = [element for element in elements.tolist() if tuple(shape.points[element].tolist()) not in taken]
        if not free:
            return np.zeros(0, dtype=np.int64)
        sides = [(font.width(shape.string(step, e), 1) / 2 + _AROUND, font.cap_height / 2 + _AROUND) for e in free]
        is_met = _meet(lines, shape.points[free], shape.em * np.array(sides)).any(axis=1)
        return np.array(free, dtype=np.int64)[is_met]

    def below(step: int) -> Ints:
        return np.setdiff1d(shown(shape.when, len(shape), step), crossed(step))

    kept = During(lru_cache(maxsize=4)(below), stays=True)
    return replace(shape, when=kept), replace(shape, when=During(crossed, stays=True))


def _meet(lines: Floats, middles: Floats, halves: Floats) -> NDArray[np.bool_]:
    """Whether each box (M) and each line (N, 2, 2) have a point in common: (M, N)."""
    start, way = lines[None, :, 0], lines[None, :, 1] - lines[None, :, 0]
    way = np.where(way == 0, 1e-9, way)
    ends = np.stack([(middles[:, None] + sign * halves[:, None] - start) / way for sign in (-1, 1)])
    enters, leaves = ends.min(axis=0).max(axis=2), ends.max(axis=0).min(axis=2)
    meet: NDArray[np.bool_] = np.maximum(enters, 0) <= np.minimum(leaves, 1)
    return meet
