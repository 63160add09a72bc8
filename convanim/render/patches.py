"""Patches: something drawn once, as numbers of inks, and laid onto pictures as often as it is seen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from convanim.render.boxes import LARGEST, Box
from convanim.render.inks import CLEAR, Inks, Numbers

_SPARSE = 8  # a patch of which less than one pixel in so many is opaque is laid pixel by pixel


class Spots(NamedTuple):
    """Single pixels and their numbers."""

    x: NDArray[np.int64]
    y: NDArray[np.int64]
    places: NDArray[np.int64]  # in a picture of a page's width taken row by row
    page: int
    numbers: Numbers

    def placed(self, dx: int, dy: int, clip: Box | None, width: int) -> tuple[NDArray[np.int64], Numbers]:
        """Places in a picture of some width and numbers, moved by whole pixels, of those in a box."""
        places = (self.places if width == self.page else self.y * width + self.x) + (dy * width + dx)
        if clip is None:
            return places, self.numbers
        left, top, right, bottom = clip.shifted(-dx, -dy)
        kept = (self.x >= left) & (self.x < right) & (self.y >= top) & (self.y < bottom)
        return places[kept], self.numbers[kept]


@dataclass(frozen=True)
class Patch:
    """Numbers (height, width) that cover a box, made ready to be laid onto pictures."""

    box: Box
    numbers: Numbers
    values: Numbers | None  # the opaque numbers, 0 elsewhere
    hole: Numbers | None  # all bits where it is not opaque; None if there is no such place
    spots: Spots | None  # the opaque pixels, where they are few
    mixed: Spots | None  # the see-through ones

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return 3 * self.numbers.nbytes

    def lay(self, picture: Numbers, inks: Inks, dx: int, dy: int, clip: Box) -> None:
        """Lay what of it lies in a part of a picture, moved by whole pixels."""
        box = self.box.shifted(dx, dy)
        part = box.common(clip)
        if part is None:
            return
        is_whole = part == box
        flat = picture.reshape(-1)
        if self.mixed is not None:
            places, numbers = self.mixed.placed(dx, dy, None if is_whole else clip, picture.shape[1])
            flat[places] = inks.laid(numbers, flat[places])
        if self.spots is not None:
            places, numbers = self.spots.placed(dx, dy, None if is_whole else clip, picture.shape[1])
            flat[places] = numbers
        elif self.values is not None:
            here = part.shifted(-box.left, -box.top).region
            under = picture[part.region]
            if self.hole is None:
                under[:] = self.values[here]
            else:
                under &= self.hole[here]
                under |= self.values[here]


@dataclass(frozen=True)
class Banded:
    """A patch too large to be made at once: band by band it is drawn, laid and forgotten."""

    box: Box
    drawn: Callable[[Box], Patch]  # what of it is in a band

    @property
    def size(self) -> int:
        """About how many bytes it would take."""
        return 6 * self.box.area

    def lay(self, picture: Numbers, inks: Inks, dx: int, dy: int, clip: Box) -> None:
        """Lay what of it lies in a part of a picture, moved by whole pixels."""
        for band in self.box.bands(LARGEST):
            if band.shifted(dx, dy).meets(clip):
                self.drawn(band).lay(picture, inks, dx, dy, clip)


def patch(numbers: Numbers, box: Box, page: int) -> Patch:
    """A patch, above all for pictures that are `page` pixels wide."""
    opaque = numbers < CLEAR
    see_through = numbers > CLEAR
    count = np.count_nonzero(opaque)
    values = hole = spots = None
    if count == opaque.size:
        values = numbers
    elif count * _SPARSE < opaque.size:
        spots = _spots(numbers, opaque, box, page) if count else None
    else:
        hole = np.where(opaque, np.uint16(0), np.uint16(0xFFFF))
        values = numbers & ~hole
    mixed = _spots(numbers, see_through, box, page) if see_through.any() else None
    return Patch(box, numbers, values, hole, spots, mixed)


def _spots(numbers: Numbers, where: NDArray[np.bool_], box: Box, page: int) -> Spots:
    rows, columns = np.divmod(np.flatnonzero(where), box.right - box.left)
    x, y = columns + box.left, rows + box.top
    return Spots(x, y, y * page + x, page, numbers[rows, columns])


class Placed(NamedTuple):
    """A patch, moved by whole pixels."""

    patch: Patch | Banded
    dx: int
    dy: int

    @property
    def box(self) -> Box:
        """The pixels that it covers."""
        return self.patch.box.shifted(self.dx, self.dy)

    def lay(self, picture: Numbers, inks: Inks, clip: Box) -> None:
        """Lay what of it lies in a part of a picture."""
        self.patch.lay(picture, inks, self.dx, self.dy, clip)
