"""What one cell of a network sees of the input, told in three ways: exact, bounded and effective."""

from dataclasses import dataclass, field
from math import ceil, floor
from operator import index
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from convanim.errors import RequestError, near
from convanim.layers.sizes import Cell, Sizes, spelled, spelled_shape
from convanim.networks.network import INPUT, Network

if TYPE_CHECKING:
    from convanim.networks.network_fields import Fields

Box: TypeAlias = tuple[tuple[int, int], ...]  # of each axis the first and the last index
Mask: TypeAlias = NDArray[np.bool_]
Numbers: TypeAlias = NDArray[np.float64]

SHARE = 0.95  # of the gradient's magnitude lies between the ends that are told of it


@dataclass(frozen=True)
class CellField:
    """The receptive field of a cell of `node`; a cell without a channel is all channels at its place together.

    - `exact`, as the input's size without its channels, is where there is a tap: the union over all branches.
    - `bounded` is its size, stride and start by formula, borders not looked at; None where no formula holds.
    - `effective`, as large as the input with its channels, is the magnitude of the cell's gradient in a model with its
      weights, a mean over `images` inputs; None where there are no weights.
    """

    network: Network
    node: str
    cell: Cell
    exact: Mask = field(repr=False, compare=False)
    bounded: "Fields | None"
    effective: Numbers | None = field(default=None, repr=False, compare=False)
    images: int = 0

    @property
    def exact_box(self) -> Box | None:
        """The first and the last cell of each axis that has a tap; None where none has."""
        found = np.nonzero(self.exact)
        return tuple((int(i.min()), int(i.max())) for i in found) if self.exact.any() else None

    @property
    def bounded_box(self) -> Box | None:
        """The ends of the bounded field, before 0 and past the input's end where it is in padding."""
        if self.bounded is None:
            return None
        place = self.place or (0,) * len(self.bounded)
        starts = [each.start + at * each.stride for each, at in zip(self.bounded, place)]
        return tuple((floor(s), ceil(s + each.size) - 1) for s, each in zip(starts, self.bounded))

    @property
    def effective_box(self) -> Box | None:
        """The ends between which 95 % of the gradient's magnitude lie, on each axis; None where there is none."""
        heat = self.heat
        if heat is None or not heat.any():
            return None
        return tuple(_middle(heat.sum(axis=tuple(set(range(heat.ndim)) - {axis}))) for axis in range(heat.ndim))

    @property
    def heat(self) -> Numbers | None:
        """The gradient's magnitude at every place, its sum over the input's channels."""
        return None if self.effective is None else np.asarray(self.effective.sum(axis=0))

    @property
    def place(self) -> Sizes:
        """The cell without its channel."""
        return self.cell[1:] if self.has_channel else self.cell

    @property
    def has_channel(self) -> bool:
        """Whether the cell is one of a channel, not all of a place."""
        return len(self.cell) == len(self.network.shapes[self.node])


def _middle(along: Numbers) -> tuple[int, int]:
    """The ends between which most of an axis lies, as much left out before as behind."""
    share = np.cumsum(along) / along.sum()
    first = int(np.searchsorted(share, (1 - SHARE) / 2, side="right"))
    last = int(np.searchsorted(share, (1 + SHARE) / 2 - 1e-12))
    return first, min(last, len(along) - 1)


def cell_field(network: Network, node: str | None = None, cell: Cell | None = None) -> CellField:
    """The exact and bounded field of a cell, channel first or left out; in the middle of `node`, unless one is given.

    Without `node` it is of the last map that has more than one cell in a channel.
    Raises RequestError for a node or cell that there is not, and for maps too large to be gone through.
    """
    # Late, for whatever asks what a figure can be of, JSON as well, comes by here.
    from convanim.networks.blocks import blocks_of, focus_of
    from convanim.networks.dependence import NetworkDependence
    from convanim.networks.network_fields import network_fields

    name = blocks_of(network)[focus_of(blocks_of(network))].name if node is None else node
    if name not in network.shapes or name == INPUT:
        close = near(name, network.by_name)
        fix = f"try {close[0]}" if close else "the table has their names"
        raise RequestError("node", name, "the network has no such node", fix)
    shape = network.shapes[name]
    at = _given(name, shape, cell) if cell is not None else tuple((size - 1) // 2 for size in shape[1:])
    seen = NetworkDependence(network).cells(at, name).get(INPUT)
    mask = None if seen is None else seen.mask
    exact = np.zeros(network.input_size, dtype=bool) if mask is None else mask
    return CellField(network, name, at, exact, network_fields(network)[name])


def _given(name: str, shape: Sizes, cell: Cell) -> Cell:
    """A cell, if there is such a one."""
    try:
        if isinstance(cell, str | bytes):
            raise TypeError
        cell = tuple(map(index, cell))
    except TypeError:
        names = ("channel", *("plane", "row", "column")[4 - len(shape) :])
        fix = f"write it as ({', '.join(names)}{',' * (len(names) == 1)})"
        raise RequestError("cell", cell, "not whole numbers, one an axis", fix) from None
    sizes = shape if len(cell) == len(shape) else shape[1:]
    if len(cell) != len(sizes) or not all(0 <= i < size for i, size in zip(cell, sizes)):
        rule = f"{name} makes {spelled_shape(shape, has_channels=len(shape) > 1)}, and cells count from 0"
        fix = f"try {spelled(tuple((size - 1) // 2 for size in shape[1:] or shape))}"
        raise RequestError("cell", spelled(tuple(cell)) or None, rule, fix)
    return cell
