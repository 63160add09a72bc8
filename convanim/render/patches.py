"""Cached patches: something drawn once, and copied onto pictures wherever it is seen."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from convanim.render.boxes import LARGEST, Box
from convanim.render.pixels import OPAQUE, Pixels, blended, mixed_places

_SPARSE = 8  # a patch of which less than one pixel in so many is opaque is drawn pixel by pixel


class _Spots:
    """Single pixels of a patch, row by row."""

    def __init__(self, rows: NDArray[np.int64], columns: NDArray[np.int64], pixels: Pixels, height: int) -> None:
        self._rows, self._columns, self._pixels = rows, columns, pixels
        self._before: list[int] = np.searchsorted(rows, np.arange(height + 1)).tolist()
        self._places: dict[int, NDArray[np.int64]] = {}

    def placed(self, width: int, start: int, part: Box | None) -> tuple[NDArray[np.int64], Pixels]:
        """Places in a picture of some width taken row by row, where the patch begins at `start`; of all or a part."""
        places = self._places.get(width)
        if places is None:
            places = self._places[width] = self._rows * width + self._columns
        if part is None:
            return places + start, self._pixels
        rows = slice(self._before[part.top], self._before[part.bottom])
        columns = self._columns[rows]
        kept = np.flatnonzero((columns >= part.left) & (columns < part.right))
        return places[rows][kept] + start, self._pixels[rows][kept]


@dataclass(frozen=True)
class Patch:
    """Pixels (height, width) that cover a box."""

    box: Box
    pixels: Pixels

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return 3 * self.pixels.nbytes

    @cached_property
    def _mixed(self) -> _Spots | None:
        """The pixels that let through some of what is below."""
        return self._spots(mixed_places(self.pixels))

    @cached_property
    def _opaque(self) -> _Spots | NDArray[np.bool_] | None:
        """The pixels that hide what is below: one by one where they are few, else where they are."""
        opaque = self.pixels >= OPAQUE
        is_sparse = np.count_nonzero(opaque) * _SPARSE < opaque.size
        return self._spots(np.flatnonzero(opaque)) if is_sparse else opaque

    def _spots(self, places: NDArray[np.int64]) -> _Spots | None:
        if not len(places):
            return None
        height, width = self.pixels.shape
        return _Spots(*np.divmod(places, width), self.pixels.reshape(-1)[places], height)

    def lay(self, picture: Pixels, dx: int, dy: int, clip: Box) -> None:
        """Lay what of it lies in a part of a picture, moved by whole pixels."""
        box = self.box.shifted(dx, dy)
        part = box.common(clip)
        if part is None:
            return
        flat, width = picture.reshape(-1), picture.shape[1]
        start, here = box.top * width + box.left, part.shifted(-box.left, -box.top)
        of_spots = None if part == box else here
        if self._mixed is not None:
            places, pixels = self._mixed.placed(width, start, of_spots)
            flat[places] = blended(pixels, flat[places])
        if isinstance(self._opaque, _Spots):
            places, pixels = self._opaque.placed(width, start, of_spots)
            flat[places] = pixels
        elif self._opaque is not None:
            np.copyto(picture[part.region], self.pixels[here.region], where=self._opaque[here.region])


@dataclass(frozen=True)
class Banded:
    """A patch too large to be made at once: band by band it is drawn, laid and forgotten."""

    box: Box
    drawn: Callable[[Box], Patch]  # what of it is in a band

    @property
    def size(self) -> int:
        """About how many bytes are kept."""
        return 0

    def lay(self, picture: Pixels, dx: int, dy: int, clip: Box) -> None:
        """Lay what of it lies in a part of a picture, moved by whole pixels."""
        for band in self.box.bands(LARGEST):
            if band.shifted(dx, dy).meets(clip):
                self.drawn(band).lay(picture, dx, dy, clip)


class PlacedPatch(NamedTuple):
    """A patch, moved by whole pixels."""

    patch: Patch | Banded
    dx: int
    dy: int

    @property
    def box(self) -> Box:
        """The pixels that it covers."""
        return self.patch.box.shifted(self.dx, self.dy)

    def lay(self, picture: Pixels, clip: Box) -> None:
        """Lay what of it lies in a part of a picture."""
        self.patch.lay(picture, self.dx, self.dy, clip)
