"""The colours of an animation, numbered in the order in which they are seen."""

import numpy as np
from numpy.typing import NDArray

from convanim.render.pixels import CLEAR, PIXEL, Pixels

_BITS = 18
# Large odd numbers: times one of them, pixels that are alike have unlike upper bits.
_SPREADS = [np.uint32(0x9E3779B1 * odd & 0xFFFFFFFF) for odd in range(1, 32, 2)]
_MOST = 1 << 16
_FEW = 8192  # pixels, below which it is not worth while to look for runs of one colour

ColourNumbers = NDArray[np.uint16]


class SeenColours:
    """Gives each pixel that is unlike all before the next number; nothing at all has 0.

    A table of places finds numbers. Places are chosen so that pixels have one each; where that cannot be, the second
    in a place is looked up in another way.
    """

    def __init__(self) -> None:
        self._seen: Pixels = np.full(1, CLEAR, dtype=PIXEL)
        self._at_place: Pixels = np.full(1 << _BITS, CLEAR, dtype=PIXEL)
        self._number_at: ColourNumbers = np.zeros(1 << _BITS, dtype=np.uint16)
        self._numbers = {CLEAR: 0}
        self._spread = 0

    @property
    def seen(self) -> Pixels:
        """The pixels by number."""
        return self._seen

    def numbers(self, pixels: Pixels) -> ColourNumbers:
        """The number of each of some pixels (N,)."""
        if len(pixels) < _FEW:
            return self._looked_up(pixels)
        starts = np.flatnonzero(pixels[1:] != pixels[:-1]) + 1  # of runs of one colour, of which pictures consist
        starts = np.concatenate([[0], starts, [len(pixels)]])
        return np.repeat(self._looked_up(pixels[starts[:-1]]), np.diff(starts))

    def _looked_up(self, pixels: Pixels) -> ColourNumbers:
        places = self._places(pixels)
        found = np.take(self._number_at, places)
        others = np.flatnonzero(np.take(self._at_place, places) != pixels)
        if len(others):
            different = np.unique(pixels[others])
            found[others] = self._learned(different)[np.searchsorted(different, pixels[others])]
        return found

    def _learned(self, pixels: Pixels) -> ColourNumbers:
        """The numbers of different pixels, of which some may be new."""
        new = [pixel for pixel in pixels.tolist() if pixel not in self._numbers]
        room = _MOST - len(self._seen)
        for number, pixel in enumerate(new[:room], start=len(self._seen)):
            self._numbers[pixel] = number
        if new:
            self._seen = np.concatenate([self._seen, np.array(new[:room], dtype=PIXEL)])
        for pixel in new[room:]:  # of very many colours the last ones do with those that are there
            self._numbers[pixel] = self._nearest(pixel)
        numbers = np.array([self._numbers[pixel] for pixel in pixels.tolist()], dtype=np.uint16)
        self._put(pixels, numbers)
        return numbers

    def _put(self, pixels: Pixels, numbers: ColourNumbers) -> None:
        """Put numbers in their pixels' places; where two meet, choose other places for all, as often as there are."""
        places = self._places(pixels)
        free = self._at_place[places] == CLEAR
        self._at_place[places[free]], self._number_at[places[free]] = pixels[free], numbers[free]
        if (self._at_place[places] != pixels).any() and self._spread < len(_SPREADS) - 1:
            self._spread += 1
            self._at_place[:] = CLEAR
            self._number_at[:] = 0
            self._put(self._seen, np.arange(len(self._seen), dtype=np.uint16))

    def _places(self, pixels: Pixels) -> Pixels:
        return pixels * _SPREADS[self._spread] >> np.uint32(32 - _BITS)

    def _nearest(self, pixel: int) -> int:
        parts = self._seen.view(np.uint8).reshape(-1, 4).astype(np.int16)
        wanted = np.array([pixel], dtype=PIXEL).view(np.uint8)
        return int(np.abs(parts - wanted).max(axis=1).argmin())
