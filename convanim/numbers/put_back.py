"""Numbers put back to where windows lie: a fold's columns, which add up, and a max unpool's maxima."""

from itertools import product
from math import prod
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from convanim.layers.geometry import Geometry
from convanim.layers.layer import Fold, window_size
from convanim.numbers.sources import Numbers

Indices: TypeAlias = NDArray[np.int64]


def folded(layer: Fold, numbers: Numbers) -> Numbers:
    """Columns added up where their windows lie; padding is then cropped off."""
    channels = layer.in_channels // prod(layer.kernel_size)
    largest = float(np.abs(numbers.astype(float)).max()) * prod(window_size(layer))
    is_exact = numbers.dtype.kind == "i" and largest < 2**62
    columns = numbers.reshape(channels, *layer.kernel_size, *layer.input_size)
    total: Numbers = np.zeros((channels, *layer.output_size), dtype=np.int64 if is_exact else np.float64)
    for kernel in product(*map(range, layer.kernel_size)):
        placed = zip(kernel, layer.input_size, layer.stride, layer.dilation, layer.padding)
        lands = [np.arange(n) * s + k * d - before for k, n, s, d, (before, _) in placed]
        kept = [np.flatnonzero((at >= 0) & (at < out)) for at, out in zip(lands, layer.output_size)]
        into: Any = (slice(None), *np.ix_(*(at[own] for at, own in zip(lands, kept))))
        own: Any = (slice(None), *kernel)
        total[into] += columns[own][(slice(None), *np.ix_(*kept))]
    return total


def placed(geometry: Geometry, numbers: Numbers, indices: Indices) -> Numbers:
    """Numbers put where the maxima were, all other cells 0; of several for one cell the last, as in PyTorch."""
    sheets = prod(geometry.output_shape) // prod(geometry.output_size)
    made: Numbers = np.zeros((sheets, prod(geometry.output_size)), dtype=numbers.dtype)
    for sheet, places, given in zip(made, indices.reshape(sheets, -1), numbers.reshape(sheets, -1)):
        there = places >= 0
        sheet[places[there]] = given[there]
    return made.reshape(geometry.output_shape)
