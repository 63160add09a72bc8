"""Where to look into cells, when lines and rays may run through them."""

import numpy as np

from convanim.figures.animation import Animation
from convanim.scene.scene import Cells, Floats, Ints, shown
from convanim.style.marks import side

# As (row, column) parts of a cell: off its lines, its middle, and the corners that an unread cell's stroke joins; and
# as unevenly spread as strokes that tell a hue are even.
_PARTS = np.array(
    [
        *((0.2, 0.2), (0.2, 0.35), (0.35, 0.2), (0.35, 0.8), (0.8, 0.65), (0.8, 0.4), (0.4, 0.8)),
        *((0.27, 0.58), (0.43, 0.29), (0.57, 0.86), (0.63, 0.37), (0.71, 0.57), (0.86, 0.73)),
    ]
)
_LEAST = 12  # pixels of a cell in which most probes are off its lines


def probes(animation: Animation, step: int) -> Ints:
    """Pixels (cells, 13, 2), as x and y, in every cell that is shown at a step and large enough."""
    found = [
        shape.lattice.points(shape.cells[shown(shape.when, len(shape), step)][:, None, :] + _PARTS)
        for shape in animation.scene.shapes
        if isinstance(shape, Cells) and side(shape.lattice) >= _LEAST
    ]
    return np.asarray(np.floor(np.concatenate([np.zeros((0, len(_PARTS), 2)), *found])).astype(np.int64))


def unlike(off: Floats, tolerance: float) -> int:
    """In how many cells no two probes are less than a tolerance off; off (cells, 13) is the most of three channels."""
    return int(((off < tolerance).sum(axis=1) < 2).sum())
