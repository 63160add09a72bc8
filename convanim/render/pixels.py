"""Pixels as one number each: a byte of red, green, blue and alpha, the colours times their alpha.

A number is drawn, compared and looked up faster than four. Nothing at all is 0, and what hides all below is `OPAQUE` or
more.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from convanim.style.theme import Colour

Pixels: TypeAlias = NDArray[np.uint32]

PIXEL = np.dtype("<u4")  # red is the first byte
CLEAR = 0
OPAQUE = np.uint32(0xFF000000)

# Two bytes are reckoned with at once, in the halves of a number.
_LOW = np.uint32(0x00FF00FF)
_HIGH = np.uint32(0xFF00FF00)
_HALF = np.uint32(0x00800080)
_BYTE, _ALPHA = np.uint32(8), np.uint32(24)
_ONE, _FULL = np.uint32(1), np.uint32(255)


def solid(colour: Colour) -> int:
    """The pixel of a colour that hides all below."""
    red, green, blue = colour
    return red | green << 8 | blue << 16 | 255 << 24


def is_mixed(pixels: Pixels) -> NDArray[np.bool_]:
    """Which pixels let through some of what is below, and not all."""
    return pixels - _ONE < OPAQUE - _ONE  # nothing at all becomes the largest number


def mixed_places(pixels: Pixels) -> NDArray[np.int64]:
    """Where such pixels are, counted row by row."""
    return np.flatnonzero(is_mixed(pixels))


def blended(over: Pixels, under: Pixels) -> Pixels:
    """Pixels laid over others."""
    return over + _times(under, _FULL - (over >> _ALPHA))


def multiplied(straight: Pixels) -> Pixels:
    """Pixels from such whose colours are not yet times their alpha."""
    return _times(straight | OPAQUE, straight >> _ALPHA)


def straight_rgba(pixels: Pixels) -> NDArray[np.uint8]:
    """Red, green, blue and alpha (…, 4) whose colours are not times their alpha; of opaque pixels, the same memory."""
    parts = pixels.view(np.uint8).reshape(*pixels.shape, 4)
    where = is_mixed(pixels)
    if not where.any():
        return parts
    parts, mixed = parts.copy(), np.nonzero(where)
    found = parts[mixed].astype(np.uint16)
    alpha = found[:, 3:]
    found[:, :3] = (found[:, :3] * np.uint16(255) + alpha // 2) // alpha
    parts[mixed] = found
    return parts


def cut_out(pixels: Pixels, least: int) -> Pixels:
    """Pixels that hide all below or are nothing: of mixed ones those with an alpha of `least` become whole, of 255.

    They have their own colours, not those that they take on some ground, so that there is no fringe on any other.
    """
    found = pixels.copy()
    places = mixed_places(pixels)
    parts = straight_rgba(found.reshape(-1)[places])
    parts[:, 3] = np.where(parts[:, 3] < least, 0, 255)
    found.reshape(-1)[places] = multiplied(parts.reshape(-1).view(PIXEL))
    return found


def _times(pixels: Pixels, parts: Pixels) -> Pixels:
    """All four bytes of pixels times so many 255ths, each rounded."""
    low = (pixels & _LOW) * parts + _HALF
    high = (pixels >> _BYTE & _LOW) * parts + _HALF
    low += low >> _BYTE & _LOW
    high += high >> _BYTE & _LOW
    return np.asarray((low >> _BYTE & _LOW) | (high & _HIGH))
