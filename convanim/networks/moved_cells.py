"""Which cells shuffles, unfold and fold read to make some cells, which depends on channel and place together."""

from collections.abc import Iterator
from math import prod

import numpy as np
from numpy.typing import NDArray

from convanim.layers.axis_cells import met_by
from convanim.layers.kinds.rearranged import window_of
from convanim.layers.layer import Fold, PixelShuffle, Rearranged
from convanim.layers.sizes import Cell
from convanim.layers.step_order import unravel

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


def moved_from(layer: Rearranged, channels: Ints, mask: Mask) -> Iterator[tuple[Ints, Mask]]:
    """The cells that some cells of some output channels come from: input channels, and which cells of their sheets.

    `mask` has the cells, the same of all channels. A channel may come more than once.
    """
    window = window_of(layer)
    cells = prod(window)
    for phase in range(cells):
        at = unravel(phase, window)
        # Which output indices of each axis come from which input indices, for this cell of the window.
        made, read = zip(*(_pairs(layer, axis, at) for axis in range(len(window))))
        back = np.zeros(layer.input_size, dtype=bool)
        back[np.ix_(*read)] = mask[np.ix_(*made)]
        own = channels * cells + phase
        if not isinstance(layer, PixelShuffle | Fold):
            own = channels[channels % cells == phase] // cells
        if len(own) and back.any():
            yield own, back


def _pairs(layer: Rearranged, number: int, at: Cell) -> tuple[Ints, Ints]:
    """Output indices of an axis, and the input index of each, for a cell of the window."""
    axis, cell = layer.axes[number], at[number]
    if isinstance(layer, PixelShuffle):
        read = np.arange(axis.input_size)
        return read * layer.upscale_factor[number] + cell, read
    if isinstance(layer, Fold):
        read = np.arange(axis.input_size)
        made = read * layer.stride[number] + cell * layer.dilation[number] - layer.padding[number][0]
        there = (made >= 0) & (made < axis.output_size)
        return made[there], read[there]
    met = met_by(axis, cell)
    made = np.flatnonzero(met >= 0)
    return made, met[made]
