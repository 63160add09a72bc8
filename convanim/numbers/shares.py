"""How a pool's gradient is shared out over its windows, and what comes of it."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convanim.layers.geometry import Geometry, Tap
from convanim.layers.sizes import Cell
from convanim.numbers.maps import Numbers
from convanim.numbers.met import number_met


@dataclass(frozen=True)
class Shares:
    """How much of a gradient each cell of a pool's window gets: of a maximum all or nothing, of a mean an equal part.

    `won` says for every output cell of the pool, its channel first, and every kernel cell whether that met the maximum;
    `divisors` by what the mean of every output cell was divided.
    """

    won: NDArray[np.bool_] | None = None
    divisors: NDArray[np.int64] | None = None

    def divisor(self, cell: Cell) -> int:
        """By what the gradient of a cell is divided; its channel may stand before it. There must be divisors."""
        assert self.divisors is not None
        return int(self.divisors[cell[-self.divisors.ndim :]])

    def part(self, number: Any, tap: Tap) -> Any:
        """What of a number goes to the cell that a tap is of, whose input is not null."""
        assert tap.input is not None
        if self.won is None:
            return number / self.divisor(tap.input)
        return number if self.won[tap.input + tap.kernel[-(self.won.ndim - len(tap.input)) :]] else 0


def shared_out(geometry: Geometry, numbers: Numbers, shares: Shares) -> Numbers:
    """The gradient of a pool's input: each gradient of its output shared out over its window.

    `geometry` is that of the transposed convolution from the pool's output to its input.
    """
    is_mean = shares.divisors is not None
    total = np.zeros(geometry.output_shape, dtype=float if is_mean else numbers.dtype)
    parts = numbers / shares.divisors if is_mean else numbers
    for kernel in product(*(range(axis.kernel_size) for axis in geometry.axes)):
        of: Any = (..., *kernel)
        sent = parts if shares.won is None else np.where(shares.won[of], numbers, 0)
        total = total + number_met(geometry, kernel, sent)[0]
    return total
