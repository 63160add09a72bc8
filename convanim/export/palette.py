"""One palette for a whole animation, from all the colours that it shows, and a table from colours to it."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from convanim.theme import Colour

_MOST = 255  # one of the 256 entries of a GIF is kept for "unchanged" or "transparent"
_CLOSE = 6  # a colour this near to an entry, in every channel, needs none of its own
_UNKNOWN = 255


class Palette:
    """At most 255 colours, and the nearest of them for every colour."""

    def __init__(self, shown: NDArray[np.uint32], exact: Iterable[Colour]) -> None:
        """From the packed colours that are shown; `exact` are kept as they are."""
        kept = np.array(sorted(set(exact)), dtype=np.int64).reshape(-1, 3)[:_MOST]
        self.colours = _spread(kept, _unpacked(np.unique(shown)))
        self._table = np.full(1 << 24, _UNKNOWN, dtype=np.uint8)

    @property
    def unchanged(self) -> int:
        """The index of the entry behind the colours, which stands for no colour."""
        return len(self.colours)

    @property
    def bits(self) -> int:
        """How many bits an index takes."""
        return max(2, len(self.colours).bit_length())

    def indices(self, packed: NDArray[np.uint32]) -> NDArray[np.uint8]:
        """The entries nearest to packed colours."""
        found = self._table[packed]
        unknown = found == _UNKNOWN
        if unknown.any():
            colours = np.unique(packed[unknown])
            distance = np.abs(_unpacked(colours)[:, None, :] - self.colours).max(axis=2)
            self._table[colours] = distance.argmin(axis=1)
            found = self._table[packed]
        return found


def packed_colours(pixels: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """(…, 4) RGBA as one number a pixel, alpha left out."""
    words = np.ascontiguousarray(pixels).view("<u4")[..., 0]
    return words & np.uint32(0xFFFFFF)


def _unpacked(packed: NDArray[np.uint32]) -> NDArray[np.int64]:
    return np.stack([packed & 255, packed >> 8 & 255, packed >> 16 & 255], axis=1).astype(np.int64)


def _spread(chosen: NDArray[np.int64], colours: NDArray[np.int64]) -> NDArray[np.int64]:
    """Add to the chosen colours, one by one, the one that is farthest from them all, until all are close."""
    if not len(chosen):
        chosen = colours[:1]
    distance = np.full(len(colours), 256)
    for colour in chosen:
        distance = np.minimum(distance, np.abs(colours - colour).max(axis=1))
    added: list[NDArray[np.int64]] = []
    while len(chosen) + len(added) < _MOST and len(distance) and distance.max() > _CLOSE:
        farthest = colours[distance.argmax()]
        added.append(farthest)
        distance = np.minimum(distance, np.abs(colours - farthest).max(axis=1))
    return np.concatenate([chosen, np.array(added, dtype=np.int64).reshape(-1, 3)])
