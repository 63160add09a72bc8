"""What a cell depends on, marked on the faces of an overview: to scale, but small marks larger, so that all are found.

One cell of a large map would be a pixel. On maps of one size a mark of more cells is never smaller than one of fewer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from math import pow

import numpy as np

from convanim.scene.scene import Blocks, Ints
from convanim.views.networks.overview_blocks import Solid
from convanim.views.networks.overview_look import Overview

_LEAST = 11  # pixels of one cell's mark at the least text, and
_ASLANT = 7  # across a face that is seen aslant;
_OF_FACE = 0.25  # at most so much of a face: more cells than one are larger, and small faces not filled,
_SEEN = 2  # and pixels that can be seen
_ROOMY = 10  # pixels of a face's shorter side that has room for lines around a mark
_MOST = 1.75  # times as many as of one cell: the largest mark that is not to scale


@dataclass(frozen=True)
class _Side:
    """Along a side of a face: the first cell that is marked and the one behind the last, of all; pixels of the side.

    `least` is how many pixels one cell's mark has at least, `grain` a pixel at the least text.
    """

    first: int
    end: int
    cells: int
    pixels: int
    least: float
    grain: float

    @property
    def exact(self) -> int:
        """Pixels of the mark to scale, but for the next whole ones."""
        return round((self.end - self.first) * self.pixels / self.cells)

    @property
    def size(self) -> int:
        """Pixels of the mark: to scale, or as many as are found at once, more for more cells."""
        found = min(self.least, _OF_FACE * self.pixels) * min(pow(self.end - self.first, 1 / 3), _MOST)
        return min(self.pixels, max(self.exact, round(max(found, _SEEN * self.grain))))

    @property
    def ends(self) -> tuple[int, int]:
        """The mark's first pixel and the one behind its last: centred on its cells as far as the face reaches."""
        middle = (self.first + self.end) / 2 * self.pixels / self.cells
        inset = min(round(self.grain), (self.pixels - self.size) // 2) if self.size > self.exact else 0  # for its lines
        low = max(inset, min(round(middle - self.size / 2), self.pixels - self.size - inset))
        return low, low + self.size


def marks(page: Overview, solids: Sequence[Solid], grain: float) -> list[Blocks]:
    """What of every face the current cell depends on; of its own map, the cell itself.

    `grain` is a pixel at the least text.
    """

    def marked(number: int, step: int) -> Ints:
        sides = _sides(page, number, solids[number], grain, step)
        return np.array([side.ends for side in sides], dtype=np.int64).T.reshape(-1, 4)

    return [
        Blocks(
            "block_cell" if number == page.focus else "block_seen",
            f"window {volume.name}",
            solid.face,
            lru_cache(maxsize=4)(partial(marked, number)),
            "whole" if min(solid.high, solid.wide) >= _ROOMY * grain else "fill",
        )
        for number, (volume, solid) in enumerate(zip(page.volumes, solids))
    ]


def are_enlarged(page: Overview, solids: Sequence[Solid], grain: float) -> bool:
    """Whether a mark of any step is not to scale.

    The current cell's is one at the first step already, unless its map has so few cells that all can be gone through.
    """
    return any(
        side.size > side.exact
        for step in range(page.steps)
        for number, solid in enumerate(solids)
        for side in _sides(page, number, solid, grain, step)
    )


def _sides(page: Overview, number: int, solid: Solid, grain: float, step: int) -> Iterator[_Side]:
    """The rows and the columns of what a step depends on in a map; none where that is nothing."""
    box = page.seen(step)[number]
    if box is None:
        return
    volume, across = page.volumes[number], _ASLANT if solid.lean else _LEAST
    top, left, bottom, right = box
    yield _Side(top, bottom, volume.rows, solid.high, _LEAST * grain, grain)
    yield _Side(left, right, volume.columns, solid.wide, across * grain, grain)
