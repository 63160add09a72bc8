"""Colours by number. Pictures are composed of numbers, and a table says what is seen where one lies over another.

Flat art has few colours: numbers take a quarter of the room, compare and pack faster, and are a GIF's palette already.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from convanim.theme import Colour

Numbers: TypeAlias = NDArray[np.uint16]

CLEAR = 12_288  # the number of nothing; opaque colours have those below, see-through ones those above
END = 16_384


class Inks:
    """The colours of a picture; each gets its number when it is first asked for."""

    def __init__(self) -> None:
        self._colours = np.zeros(END, dtype="<u4")  # straight RGBA, red in the lowest byte
        self._numbers = {0: CLEAR}
        self._free = [0, CLEAR + 1]  # the next number of an opaque and of a see-through colour
        # What is seen where CLEAR + i lies over j: its number and one, or 0 while that is not known.
        self._laid = np.zeros((16, END), dtype=np.uint16)

    @property
    def opaque_count(self) -> int:
        """How many opaque colours there are so far."""
        return self._free[0]

    @property
    def opaque(self) -> NDArray[np.int64]:
        """The opaque colours (N, 3) so far, by number."""
        return self._colours[: self._free[0]].view(np.uint8).reshape(-1, 4)[:, :3].astype(np.int64)

    def see_through_on(self, ground: Colour) -> NDArray[np.int64]:
        """The see-through colours (N, 3) so far, by number from `CLEAR` + 1 on, as they look on a ground."""
        colours = self._colours[CLEAR + 1 : self._free[1]].view(np.uint8).reshape(-1, 4).astype(np.int64)
        alpha = colours[:, 3:]
        return (colours[:, :3] * alpha + np.array(ground, dtype=np.int64) * (255 - alpha) + 127) // 255

    def number(self, colour: Colour, alpha: int = 255) -> int:
        """The number of a colour that lets through as much as `alpha`, of 255, leaves."""
        red, green, blue = colour
        return self._number(red | green << 8 | blue << 16 | alpha << 24 if alpha else 0)

    def pixels(self, numbers: Numbers) -> NDArray[np.uint8]:
        """The colours of numbers (…), as straight RGBA (…, 4)."""
        return np.take(self._colours, numbers).view(np.uint8).reshape(*numbers.shape, 4)

    def ranked(self, numbers: Numbers) -> tuple[Numbers, NDArray[np.uint8]]:
        """Numbers without gaps, and their colours (N, 4) as straight RGBA: nothing first, then the see-through ones."""
        opaque, clear = self._colours[: self._free[0]], self._colours[CLEAR : self._free[1]]
        ranks = np.where(numbers < CLEAR, numbers + np.uint16(len(clear)), numbers - np.uint16(CLEAR))
        return ranks, np.concatenate([clear, opaque]).view(np.uint8).reshape(-1, 4)

    def laid(self, over: Numbers, under: Numbers) -> Numbers:
        """The numbers that are seen where see-through ones (N,) lie over others (N,)."""
        found = self._laid[over - CLEAR, under]
        if not found.all():
            self._learn(over, under, found == 0)
            found = self._laid[over - CLEAR, under]
        return found - np.uint16(1)

    def _learn(self, over: Numbers, under: Numbers, unknown: NDArray[np.bool_]) -> None:
        for upper, lower in sorted(set(zip(over[unknown].tolist(), under[unknown].tolist()))):
            seen = self._number(_over(int(self._colours[upper]), int(self._colours[lower])))
            self._laid[upper - CLEAR, lower] = seen + 1

    def _number(self, packed: int) -> int:
        known = self._numbers.get(packed)
        if known is not None:
            return known
        see_through = packed >> 24 != 255
        number, end = self._free[see_through], END if see_through else CLEAR
        if number == end:
            return self._nearest(packed, CLEAR + 1 if see_through else 0, end)
        self._free[see_through] += 1
        self._colours[number] = packed
        self._numbers[packed] = number
        if number - CLEAR >= len(self._laid):
            self._laid = np.concatenate([self._laid, np.zeros_like(self._laid)])
        return number

    def _nearest(self, packed: int, first: int, end: int) -> int:
        """Of very many colours the last ones do with those that are there."""
        colours = self._colours[first:end].view(np.uint8).reshape(-1, 4).astype(np.int64)
        wanted = np.array([packed >> shift & 255 for shift in (0, 8, 16, 24)])
        return first + int(np.abs(colours - wanted).max(axis=1).argmin())


def _over(upper: int, lower: int) -> int:
    """A straight RGBA colour over another, as numbers with red in the lowest byte."""
    a, b = upper >> 24, lower >> 24
    shade = a * 255 + b * (255 - a)  # the alpha of both, times 255
    seen = (shade + 127) // 255 << 24
    for shift in (0, 8, 16):
        u, v = upper >> shift & 255, lower >> shift & 255
        seen |= (u * a * 255 + v * b * (255 - a) + shade // 2) // shade << shift
    return seen
