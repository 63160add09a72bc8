"""Convolutions whose padding copies cells: a strategy, and the padded input by numpy."""

from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.layers.layer import Conv

Cell: TypeAlias = tuple[int, ...]
NUMPY: dict[str, Any] = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@st.composite
def padded(draw: st.DrawFn, channels: bool | None = None) -> Conv:
    """Convolutions with copies in their padding: uneven sides, words, strides, dilation, groups."""
    chosen = draw(st.sampled_from(sorted(NUMPY)))
    fields: dict[str, Any] = {"padding_mode": chosen, "dims": draw(st.sampled_from([1, 2]))}
    many = {"input_size": (1, 6), "kernel_size": (1, 4), "stride": (1, 3), "dilation": (1, 2)}
    for name, ends in many.items():
        fields[name] = tuple(draw(st.integers(*ends)) for _ in range(fields["dims"]))
    least = 1 if chosen == "reflect" else 0
    sides = [st.integers(0, min(3, n - least)) for n in fields["input_size"]]
    fields["padding"] = tuple((draw(side), draw(side)) for side in sides)
    if draw(st.integers(0, 3)) == 0:
        fields["padding"] = draw(st.sampled_from(["same", "same-lower", "half", "full", "causal"]))
    if draw(st.booleans()) if channels is None else channels:
        groups, read, made = (draw(st.integers(1, 2)) for _ in range(3))
        made += groups * read == groups * made == 1  # a single channel is drawn as if there were none
        fields |= {"in_channels": groups * read, "out_channels": groups * made, "groups": groups}
    try:
        return Conv(**fields)
    except RequestError:
        assume(False)
        raise


@dataclass(frozen=True)
class Padded:
    """The padded input as an array of the real cells' names, by numpy, and the windows that slide over it."""

    layer: Conv

    @property
    def names(self) -> NDArray[np.int64]:
        """For each cell of the padded input the row-major number of the real one that stands there."""
        grid = np.arange(np.prod(self.layer.input_size)).reshape(self.layer.input_size)
        return np.pad(grid, self.layer.padding, mode=NUMPY[self.layer.padding_mode])

    def real(self, place: Cell) -> Cell:
        """The real cell that stands at a place of the padded input."""
        return tuple(int(i) for i in np.unravel_index(int(self.names[place]), self.layer.input_size))

    def is_padding(self, place: Cell) -> bool:
        """Whether a place is outside of the real input."""
        sides = zip(place, self.layer.padding, self.layer.input_size)
        return not all(before <= i < before + n for i, (before, _), n in sides)

    def window(self, output: Cell) -> list[tuple[Cell, Cell]]:
        """Every kernel cell with the place that it meets."""
        axes = zip(output, self.layer.stride, self.layer.dilation, self.layer.kernel_size)
        lines = [[o * s + d * b for b in range(k)] for o, s, d, k in axes]
        return list(zip(product(*map(range, self.layer.kernel_size)), product(*lines)))

    def outputs(self) -> list[Cell]:
        """The output's cells: as many as windows fit."""
        axes = zip(self.names.shape, self.layer.kernel_size, self.layer.stride, self.layer.dilation)
        return list(product(*(range(len(range(0, n - d * (k - 1), s))) for n, k, s, d in axes)))

    def sources(self, output: Cell) -> set[Cell]:
        """The real cells that stand in the padding under an output cell's window."""
        return {self.real(place) for _, place in self.window(output) if self.is_padding(place)}
