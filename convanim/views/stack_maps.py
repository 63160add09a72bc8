"""What a stack is asked for, and what the maps of layers and of chains have alike."""

from typing import Any

import numpy as np

from convanim.layers.axis import CellKind
from convanim.layers.sizes import Sizes
from convanim.numbers.sources import Numbers
from convanim.views.grids import Canvas

NOISE = 1e-10  # of the input's largest number: what is smaller comes from rounding


def plain_canvas(size: Sizes) -> Canvas:
    """A map's own cells, with nothing around them."""
    return Canvas(tuple(range(n) for n in size))


def all_input(size: Sizes) -> dict[CellKind, Any]:
    """The masks of a map all of whose cells are its own."""
    cells = int(np.prod(size))
    return {kind: np.broadcast_to(kind is CellKind.INPUT, cells) for kind in CellKind}


def with_channels(numbers: Numbers, size: Sizes) -> Numbers:
    """Numbers (channels, …) of a map that may have been without channels."""
    return numbers.reshape(-1, *size)
