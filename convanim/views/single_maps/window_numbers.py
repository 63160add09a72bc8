"""The numbers of a single map under its window: what stands in cells that are none, and which of all count."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from convanim.layers.axis import CellKind
from convanim.layers.geometry import Geometry
from convanim.layers.layer import AvgPool, filling_of
from convanim.layers.operation import Reduction
from convanim.layers.operations import operation_of
from convanim.numbers.values import Values
from convanim.scene.scene import Ints
from convanim.views.grids import copied, kinds
from convanim.views.kernel_work import PRODUCT_ROLES, Under, line_up
from convanim.words.language import Words
from convanim.words.numerals import MINUS


def fillers_of(geometry: Geometry, words: Words) -> dict[CellKind, str]:
    """What stands, in numbers, where there is no input cell, for the kinds of such cells that there are."""
    masks, reduction = kinds(geometry), operation_of(geometry.layer).reduction
    if reduction is Reduction.MAX:
        texts = {CellKind.PADDING: MINUS + "∞", CellKind.OVERHANG: MINUS + "∞"}
    elif reduction is Reduction.MEAN:
        texts = {CellKind.PADDING: "0"} if CellKind.PADDING in _in_mean(geometry) else {}
    else:
        texts = {CellKind.PADDING: words.numeral(filling_of(geometry.layer)), CellKind.ZERO: "0"}
        if copied(geometry) is not None:
            del texts[CellKind.PADDING]
    return {kind: text for kind, text in texts.items() if masks[kind].any()}


def numbers_under(geometry: Geometry, values: Values, seen: Callable[[int], Ints]) -> Callable[[int], Under]:
    """What stands under the kernel's cells at each step."""
    numbers, kind = line_up(kinds(geometry), copied(geometry), values.input)
    if operation_of(geometry.layer).reduction is Reduction.MAX:
        numbers = np.where(kind > 0, -np.inf, numbers) if kind.any() else numbers
    elif filling_of(geometry.layer):
        numbers = np.where(kind > 0, filling_of(geometry.layer), numbers)
    return lru_cache(maxsize=4)(lambda step: (numbers[seen(step)], kind[seen(step)]))


def taken_places(geometry: Geometry, under: Callable[[int], Under], step: int) -> Ints:
    """The places of the window whose numbers a step takes, in their order: all, but of a mean those that count."""
    kind = under(step)[1]
    if operation_of(geometry.layer).reduction not in (Reduction.MEAN, Reduction.NORM):
        return np.arange(len(kind))
    counted = [number for number, each in enumerate(PRODUCT_ROLES) if each in _in_mean(geometry)]
    return np.flatnonzero(np.isin(kind, counted))


def _in_mean(geometry: Geometry) -> set[CellKind]:
    """The kinds of cells that a mean takes."""
    is_bare = isinstance(geometry.layer, AvgPool) and not geometry.layer.count_include_pad
    return {CellKind.INPUT} if is_bare else {CellKind.INPUT, CellKind.PADDING}
