"""The order of steps: which output cell is made at which step, with channels by filter or by position."""

from convanim.layers.sizes import Cell, Sizes

ORDERS = ("filter", "position")


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
