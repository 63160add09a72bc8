"""The order of steps: which cell of an output each step makes, with channels by filter or by position."""

from typing import TYPE_CHECKING, TypeVar

from convanim.errors import RequestError, suggestion
from convanim.layers.sizes import Cell, Sizes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# All positions of one filter after another, which is row-major order and the default, or all filters at one position
# after another.
ORDERS = ("filter", "position")
Index = TypeVar("Index", int, "NDArray[np.int64]")


def refuse_unknown_order(order: str) -> None:
    """Raise RequestError for an order that is none."""
    if order not in ORDERS:
        fix = suggestion(order, ORDERS, f"try {' or '.join(ORDERS)}")
        raise RequestError("order", order, "no such order", fix)


def cell_at(step: int, channels: int, size: Sizes, order: str) -> Cell:
    """The cell that a step makes, its channel first."""
    if order == "filter":
        return unravel(step, (channels, *size))
    *place, channel = unravel(step, (*size, channels))
    return (channel, *place)


def step_at(channel: int, place: Index, channels: int, places: int, order: str) -> Index:
    """The step that makes a channel's cell at a row-major place, of so many channels and places."""
    return channel * places + place if order == "filter" else place * channels + channel


def unravel(index: int, size: Sizes) -> Cell:
    """The cell at `index` in row-major order."""
    cell: list[int] = []
    for length in reversed(size):
        index, at = divmod(index, length)
        cell.append(at)
    return tuple(reversed(cell))


def ravel(cell: Cell, size: Sizes) -> int:
    """The row-major index of a cell."""
    index = 0
    for at, length in zip(cell, size):
        index = index * length + at
    return index
