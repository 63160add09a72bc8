"""One palette for a whole animation, from all the colours that it shows, and a table from colours to it."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from convanim.theme import Colour

_MOST = 254  # of the 256 entries one stands for "unchanged" or "transparent"
_CLOSE = 11  # a colour this near to an entry, in every channel, needs none of its own
_SEEN = 255  # in the table: shown, but not mapped yet; 0 is neither, and n is entry n - 1

Packed = NDArray[np.uint32]  # colours as one number each: red, green and blue from the lowest byte up
Indices = NDArray[np.uint8]


class PaletteMaker:
    """Gathers colours; a palette comes from them at the end."""

    def __init__(self, exact: Iterable[Colour]) -> None:
        """`exact` colours are kept as they are."""
        self._exact = np.array(sorted(set(exact)), dtype=np.int64).reshape(-1, 3)[:_MOST]
        self._table = np.zeros(1 << 24, dtype=np.uint8)
        self._seen: list[Packed] = []

    def see(self, packed: Packed) -> None:
        """Take note of colours that are shown."""
        fresh = packed[self._table[packed] == 0]
        if len(fresh):
            # Flat pictures are runs of one colour: the first of each is enough, and few are left to be sorted.
            fresh = np.unique(fresh[np.append(True, fresh[1:] != fresh[:-1])])
            self._table[fresh] = _SEEN
            self._seen.append(fresh)

    def palette(self) -> "Palette":
        """The palette of all that was seen."""
        seen = np.sort(np.concatenate([*self._seen, np.zeros(0, dtype=np.uint32)]))
        colours = _spread(self._exact, _unpacked(seen))
        self._table[seen] = _nearest(seen, colours) + 1
        return Palette(colours, self._table)


class Palette:
    """At most 254 colours, and the nearest of them for every colour."""

    def __init__(self, colours: NDArray[np.int64], table: Indices) -> None:
        """From colours (N, 3) and a table of 2²⁴ packed colours: an entry's index and one, or 0 where none is known."""
        self.colours = colours
        self._table = table

    @property
    def unchanged(self) -> int:
        """The index of the entry behind the colours, which stands for no colour."""
        return len(self.colours)

    @property
    def bits(self) -> int:
        """How many bits an index takes."""
        return max(2, len(self.colours).bit_length())

    def indices(self, packed: Packed) -> Indices:
        """The entries nearest to packed colours."""
        found = self._table[packed]
        unknown = found == 0
        if unknown.any():
            colours = np.unique(packed[unknown])
            self._table[colours] = _nearest(colours, self.colours) + 1
            found = self._table[packed]
        return found - np.uint8(1)


def _unpacked(packed: Packed) -> NDArray[np.int64]:
    return np.stack([packed & 255, packed >> 8 & 255, packed >> 16 & 255], axis=1).astype(np.int64)


def _nearest(packed: Packed, colours: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each packed colour the index of the nearest of `colours`, by the channel that differs most."""
    distances = np.abs(_unpacked(packed)[:, None, :] - colours).max(axis=2)
    return np.asarray(distances.argmin(axis=1))


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
