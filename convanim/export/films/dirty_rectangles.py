"""The dirty rectangle of each frame, for APNG: the smallest one that holds every pixel that changed.

A GIF's is in `gif/gif.py`, which leaves out what did not change inside it, too.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from convanim.render.frames import Frame
from convanim.render.pixels import OPAQUE, Pixels


class DirtyRectangle(NamedTuple):
    """The rectangle that a frame changes: where it stands, its pixels (height, width), and which of them differ."""

    left: int
    top: int
    pixels: Pixels
    differs: NDArray[np.bool_]

    @property
    def is_opaque(self) -> bool:
        """Whether all that differs hides what was there."""
        return bool((self.pixels[self.differs] >= OPAQUE).all())


def dirty_rectangles(frames: Iterable[Frame]) -> Iterator[DirtyRectangle]:
    """All of the first frame, then the smallest rectangle that holds all that differs from the frame before.

    Where nothing does it is one pixel, since a frame has at least one. Pixels are the frame's own until the next.
    """
    last: Pixels | None = None
    for frame in frames:
        now = frame.packed
        if last is None:
            last = now.copy()
            yield DirtyRectangle(0, 0, now, np.ones(now.shape, dtype=bool))
            continue
        differs = np.zeros(now.shape, dtype=bool)
        for box in frame.changed:
            differs[box.region] = now[box.region] != last[box.region]
            last[box.region] = now[box.region]
        rows, columns = (_span(np.asarray(differs.any(axis=axis))) for axis in (1, 0))
        yield DirtyRectangle(columns.start, rows.start, now[rows, columns], differs[rows, columns])


def _span(some: NDArray[np.bool_]) -> slice:
    places = np.flatnonzero(some)
    return slice(int(places[0]), int(places[-1]) + 1) if len(places) else slice(0, 1)
