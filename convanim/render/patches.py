"""Patches: something drawn once, and laid onto pictures as often as it is seen."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from convanim.render.boxes import Box
from convanim.render.pixels import OPAQUE, Pixels, laid, mixed_places

_SPARSE = 8  # a patch of which less than one pixel in so many is opaque is laid pixel by pixel


class Spots(NamedTuple):
    """Single pixels: their columns, their places in a picture taken row by row, and how many come before each row."""

    columns: NDArray[np.int64]
    places: NDArray[np.int64]
    pixels: Pixels
    before: list[int]

    def within(self, part: Box) -> "Spots":
        """Those in a part of the patch."""
        rows = slice(self.before[part.top], self.before[part.bottom])
        columns = self.columns[rows]
        kept = np.flatnonzero((columns >= part.left) & (columns < part.right))
        return Spots(columns, self.places[rows][kept], self.pixels[rows][kept], [])


@dataclass(frozen=True)
class Patch:
    """Pixels (height, width) that cover a box, to be laid onto pictures that are `page` pixels wide."""

    box: Box
    pixels: Pixels
    page: int

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return 3 * self.pixels.nbytes

    @cached_property
    def _mixed(self) -> Spots:
        """The pixels that let through some of what is below."""
        return self._spots(mixed_places(self.pixels))

    @cached_property
    def _opaque(self) -> Spots | NDArray[np.bool_]:
        """The pixels that hide what is below: one by one where they are few, else where they are."""
        opaque = self.pixels >= OPAQUE
        is_sparse = np.count_nonzero(opaque) * _SPARSE < opaque.size
        return self._spots(np.flatnonzero(opaque)) if is_sparse else opaque

    def _spots(self, found: NDArray[np.int64]) -> Spots:
        width, height = self.box.right - self.box.left, self.box.bottom - self.box.top
        rows, columns = np.divmod(found, width)
        places = (rows + self.box.top) * self.page + columns + self.box.left
        before = np.searchsorted(found, np.arange(height + 1) * width).tolist()
        return Spots(columns, places, self.pixels.reshape(-1)[found], before)

    def lay(self, picture: Pixels, dx: int, dy: int, clip: Box) -> None:
        """Lay what of it lies in a part of a picture, moved by whole pixels."""
        box = self.box.shifted(dx, dy)
        part = box.common(clip)
        if part is None:
            return
        mixed, opaque = self._mixed, self._opaque
        flat, move, here = picture.reshape(-1), dy * self.page + dx, part.shifted(-box.left, -box.top)
        if part != box:
            mixed = mixed.within(here)
            opaque = opaque.within(here) if isinstance(opaque, Spots) else opaque[here.region]
        if len(mixed.places):
            places = mixed.places + move
            flat[places] = laid(mixed.pixels, flat[places])
        if isinstance(opaque, Spots):
            flat[opaque.places + move] = opaque.pixels
        else:
            np.copyto(picture[part.region], self.pixels[here.region], where=opaque)


class Placed(NamedTuple):
    """A patch, moved by whole pixels."""

    patch: Patch
    dx: int
    dy: int

    @property
    def box(self) -> Box:
        """The pixels that it covers."""
        return self.patch.box.shifted(self.dx, self.dy)

    def lay(self, picture: Pixels, clip: Box) -> None:
        """Lay what of it lies in a part of a picture."""
        self.patch.lay(picture, self.dx, self.dy, clip)
