"""One palette for a whole animation: its inks as they are where they fit, else those that serve all of them best."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from convanim.render.inks import CLEAR, END, Inks, Numbers
from convanim.theme import Colour

MOST = 255  # of the 256 entries one stands for "unchanged" or "transparent"
_CLOSE = 11  # a colour this near to an entry, in every channel, needs none of its own

Colours = NDArray[np.int64]
Indices = NDArray[np.uint8]


class Palette:
    """At most 255 colours (N, 3), and the nearest of them for every ink; see-through ones lie on a ground."""

    def __init__(self, inks: Inks, ground: Colour, exact: Iterable[Colour] = (), *, is_opaque: bool = True) -> None:
        """From the inks that are known now, of opaque pictures the opaque ones. Later inks take the nearest entry.

        Where not all inks fit, `exact` colours stay as they are.
        """
        self._inks, self._ground = inks, ground
        opaque = inks.opaque
        shown = opaque if is_opaque else np.concatenate([opaque, inks.see_through_on(ground)])
        self.colours: Colours = shown if len(shown) <= MOST else chosen(_array(exact), shown)
        self._own = len(opaque) if shown is self.colours else 0  # inks below this are their own entries
        self._is_opaque = is_opaque
        self._table = np.full(END, self.unchanged, dtype=np.uint8)
        self._mapped = 0, 0  # opaque and see-through inks that are in the table

    @property
    def unchanged(self) -> int:
        """The last index, all ones, which stands for no colour."""
        return (1 << self.bits) - 1

    @property
    def bits(self) -> int:
        """How many bits an index takes."""
        return max(2, len(self.colours).bit_length())

    def index(self, colour: Colour) -> int:
        """The entry that shows a colour."""
        return int(self.indices(np.array([self._inks.number(colour)], dtype=np.uint16))[0])

    def indices(self, numbers: Numbers | Indices) -> Indices:
        """The entries that show inks; `unchanged` where there is none."""
        has_no_others = self._is_opaque and self._inks.opaque_count == self._own
        if has_no_others or not numbers.size or numbers.max() < self._own:
            return numbers.astype(np.uint8, copy=False)
        return np.take(self._mapping(), numbers)

    def _mapping(self) -> Indices:
        """The entry for every ink."""
        opaque, other = self._inks.opaque, self._inks.see_through_on(self._ground)
        for start, colours, mapped in zip((0, CLEAR + 1), (opaque, other), self._mapped):
            self._table[start + mapped : start + len(colours)] = nearest(colours[mapped:], self.colours)
        self._mapped = len(opaque), len(other)
        return self._table


def _array(colours: Iterable[Colour]) -> Colours:
    return np.array(list(colours), dtype=np.int64).reshape(-1, 3)


def nearest(colours: Colours, entries: Colours) -> NDArray[np.int64]:
    """For each colour (N, 3) the nearest entry, by the channel that differs most."""
    return np.array([np.abs(entries - colour).max(axis=1).argmin() for colour in colours], dtype=np.int64)


def chosen(exact: Colours, seen: Colours) -> Colours:
    """At most `MOST` colours: the exact ones, then those farthest from all before, until all that is seen is close."""
    entries = np.unique(exact, axis=0)[:MOST] if len(exact) else seen[:1]
    distance = np.full(len(seen), 256)
    for entry in entries:
        distance = np.minimum(distance, np.abs(seen - entry).max(axis=1))
    added: list[Colours] = []
    while len(entries) + len(added) < MOST and distance.max(initial=0) > _CLOSE:
        farthest = seen[distance.argmax()]
        added.append(farthest)
        distance = np.minimum(distance, np.abs(seen - farthest).max(axis=1))
    return np.concatenate([entries, np.array(added, dtype=np.int64).reshape(-1, 3)])
