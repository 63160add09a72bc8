"""Areas that share a whole side as one, and lines that go on each other as one: smaller files, and no seams.

Places are whole hundredths of a pixel, so that what adjoins does so exactly.
"""

import numpy as np

from convanim.scene.scene import Floats, Ints

PER_PIXEL = 100


def hundredths(points: Floats) -> Ints:
    """Pixels as whole hundredths."""
    return np.asarray(np.rint(points * PER_PIXEL), dtype=np.int64)


def joined_areas(corners: Floats) -> tuple[Ints, Ints, Ints]:
    """Parallelograms (N, 4, 2), those that share a whole side as one: a corner, and the two sides from there (M, 2)."""
    at = hundredths(corners)
    starts, across, down = at[:, 0], at[:, 1] - at[:, 0], at[:, 3] - at[:, 0]
    starts, across, down = _joined(starts, across, down)
    starts, down, across = _joined(starts, down, across)
    return starts, across, down


def joined_lines(ends: Floats) -> tuple[Ints, Ints]:
    """Lines (N, 2, 2), those that go on where another ends as one: where each starts, and how far it goes (M, 2)."""
    at = hundredths(ends)
    backwards = (at[:, 1, 0] < at[:, 0, 0]) | ((at[:, 1, 0] == at[:, 0, 0]) & (at[:, 1, 1] < at[:, 0, 1]))
    at[backwards] = at[backwards, ::-1]
    starts, along, _ = _joined(at[:, 0], at[:, 1] - at[:, 0], np.zeros_like(at[:, 0]))
    return starts, along


def _joined(starts: Ints, along: Ints, beside: Ints) -> tuple[Ints, Ints, Ints]:
    """Spans (N, 2) from their starts along a vector, and a vector beside; those that go on each other as one.

    They go on where one ends as the next starts, in the same direction and with the same vector beside.
    """
    unit = np.maximum(np.gcd(along[:, 0], along[:, 1]), 1)[:, None]
    way = along // unit
    offset = starts[:, 0] * way[:, 1] - starts[:, 1] * way[:, 0]  # the same for all that lie on one line
    place = (starts * way).sum(axis=1)
    order = np.lexsort((place, offset, way[:, 1], way[:, 0], beside[:, 1], beside[:, 0]))
    starts, along, beside, way = starts[order], along[order], beside[order], way[order]
    goes_on = (starts[1:] == starts[:-1] + along[:-1]).all(axis=1)
    goes_on &= (way[1:] == way[:-1]).all(axis=1) & (beside[1:] == beside[:-1]).all(axis=1)
    firsts = np.flatnonzero(np.append(True, ~goes_on))
    lasts = np.append(firsts[1:], len(starts)) - 1
    return starts[firsts], starts[lasts] + along[lasts] - starts[firsts], beside[firsts]
