"""One palette for a whole animation: its solid colours as they are, and those that serve all smooth edges best."""

from collections.abc import Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from convanim.export.gif.seen_colours import ColourNumbers, SeenColours
from convanim.render.pixels import OPAQUE, PIXEL, Pixels, blended, solid
from convanim.style.theme import Colour

MOST = 255  # of the 256 entries one stands for "unchanged" or "transparent"
_CLOSE = 15  # a colour this near to an entry, in every channel, needs none of its own

_AT_ONCE = 512  # colours whose nearest entries are looked for together

Entries = NDArray[np.int16]
Indices = NDArray[np.uint8]


class Palette:
    """At most 255 colours (N, 3), and the nearest of them for every one seen; what is not opaque lies on a ground."""

    def __init__(self, colours: SeenColours, ground: Colour, exact: Iterable[Colour] = ()) -> None:
        """From the colours that are known now. Later ones take the nearest entry. `exact` ones stay as they are."""
        self._colours = colours
        self._ground = np.array([solid(ground)], dtype=PIXEL)
        solids = np.array([solid(colour) for colour in exact], dtype=PIXEL)
        self.colours: Entries = chosen(self._shown(solids), self._shown(colours.seen[1:]))
        self._table: Indices = np.full(1, self.unchanged, dtype=np.uint8)

    @property
    def unchanged(self) -> int:
        """The last index, all ones, which stands for no colour."""
        return (1 << self.bits) - 1

    @property
    def bits(self) -> int:
        """How many bits an index takes."""
        return max(2, len(self.colours).bit_length())

    @cached_property
    def ground(self) -> int:
        """The entry that shows the ground."""
        return int(self.indices(self._colours.numbers(self._ground))[0])

    def indices(self, numbers: ColourNumbers) -> Indices:
        """The entries that show the colours of numbers; `unchanged` where there is none."""
        new = self._colours.seen[len(self._table) :]
        if len(new):
            found = nearest(self._shown(new), self.colours).astype(np.uint8)
            self._table = np.concatenate([self._table, found])
        return np.take(self._table, numbers)

    def _shown(self, pixels: Pixels) -> Entries:
        """Red, green and blue (N, 3) of pixels on the ground."""
        opaque = np.where(pixels < OPAQUE, blended(pixels, self._ground), pixels)
        return opaque.view(np.uint8).reshape(-1, 4)[:, :3].astype(np.int16)


def nearest(colours: Entries, entries: Entries) -> NDArray[np.int64]:
    """For each colour (N, 3) the nearest entry, by the channel that differs most."""
    runs = range(0, len(colours), _AT_ONCE)
    return np.concatenate([_nearest(colours[first : first + _AT_ONCE].T, entries.T) for first in runs])


def _nearest(colours: Entries, entries: Entries) -> NDArray[np.int64]:
    red, green, blue = (np.abs(of[:, None] - one) for of, one in zip(colours, entries))
    return np.asarray(np.maximum(np.maximum(red, green), blue).argmin(axis=1))


def chosen(exact: Entries, seen: Entries) -> Entries:
    """At most `MOST` colours: the exact ones, then those farthest from all before, until all that is seen is close."""
    entries = list(np.unique(exact, axis=0)[:MOST]) if len(exact) else [seen[0]]
    channels = np.ascontiguousarray(seen.T)
    distance = np.full(len(seen), 256, dtype=np.int16)
    for entry in entries:
        distance = np.minimum(distance, np.abs(channels - entry[:, None]).max(axis=0))
    while len(entries) < MOST and distance.max(initial=0) > _CLOSE:
        entry = seen[distance.argmax()]
        entries.append(entry)
        distance = np.minimum(distance, np.abs(channels - entry[:, None]).max(axis=0))
    return np.array(entries, dtype=np.int16)
