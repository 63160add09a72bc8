"""Which role a cell has by its kind, and which the window over it: a theme (`templates/themes/`) gives each its colour.

With several filters a window takes its filter's hue (`Stack.window_series`; `style/theme.py` mixes it), and on later
maps of a chain it has the role `window_hidden`.
"""

from convanim.layers.axis import CellKind

# What stands at a position: the role of its cell, and that of the window over it.
KIND_ROLES = {
    CellKind.PADDING: ("padding", "window_padding"),
    CellKind.OVERHANG: ("overhang", "window_overhang"),
    CellKind.ZERO: ("zero", "window_zero"),
    CellKind.INPUT: ("input", "window"),
}
