"""Which role a cell has by its kind, and which the window over it: a theme gives each role its colour."""

from convanim.layers.axis import CellKind

# What stands at a position: the role of its cell, and that of the window over it.
KIND_ROLES = {
    CellKind.PADDING: ("padding", "window_padding"),
    CellKind.OVERHANG: ("overhang", "window_overhang"),
    CellKind.ZERO: ("zero", "window_zero"),
    CellKind.INPUT: ("input", "window"),
}
