"""With how many decimals the numbers of a figure are written, where there is room for them."""

from typing import TYPE_CHECKING

import numpy as np

from convanim.layers.operation import Reduction
from convanim.layers.operations import operation_of
from convanim.numbers.sources import Numbers
from convanim.views.drawing import Drawing
from convanim.views.stacks.stack import Stack

if TYPE_CHECKING:
    from convanim.views.perceptrons.perceptron import Perceptron

_MOST = 2
_LARGE = 1e6  # numbers from here on are written with an exponent, behind decimals


def decimals_of(page: "Drawing | Stack | Perceptron") -> int:
    """The fewest decimals that all numbers of a page need to be exact, or two where they need more.

    Those of products and of sums on their way count, too.
    """
    if isinstance(page, Stack):
        if page.is_heat and any(plan.numbers is not None for plan in page.maps):
            return _MOST  # as many as each map has room for
        maps = [plan.numbers for plan in page.maps if plan.numbers is not None]
        return max((page.least_decimals, *(needed(numbers, page.kernels) for numbers in maps)))
    if not isinstance(page, Drawing):
        return max(map(needed, page.numbers), default=0)
    read = needed(page.values.input, page.values.kernel) if page.values is not None else 0
    return max(page.least_decimals, read, output_decimals(page))


def needed(numbers: Numbers, weights: Numbers | None = None) -> int:
    """The decimals of numbers, and of their products with weights."""
    return min(_MOST, _in(numbers) + (_in(weights) if weights is not None else 0))


def output_decimals(drawing: Drawing | Stack) -> int:
    """The decimals of the output: the mean of a single map has one where two would be rounded, too (1.7 for 5/3)."""
    if isinstance(drawing, Stack):
        return 0 if drawing.output.numbers is None else needed(drawing.output.numbers)
    if drawing.values is None:
        return 0
    output = drawing.values.output
    is_mean = operation_of(drawing.geometry.layer).reduction is Reduction.MEAN and not drawing.is_scatter
    if is_mean and drawing.values.shares is None:
        finite = output[np.isfinite(output)]
        is_rounded = not np.array_equal(np.rint(finite * 100), finite * 100)
        if is_rounded and 1 <= np.abs(finite).max() < _LARGE:
            return 1
    return needed(output)


def _in(numbers: Numbers) -> int:
    finite = numbers[np.isfinite(numbers)]
    if finite.size and np.abs(finite).max() >= _LARGE:
        return _MOST
    for decimals in range(_MOST):
        scaled = finite * 10.0**decimals
        if np.array_equal(np.rint(scaled), scaled):
            return decimals
    return _MOST
