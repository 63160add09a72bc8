"""How colours look: contrast, and how far apart two of them are for every kind of colour vision."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Colour: TypeAlias = tuple[int, int, int]
Vector: TypeAlias = NDArray[np.float64]

# Colour vision: Machado, Oliveira & Fernandes (2009), severity 1, on linear RGB.
VISIONS: dict[str, Vector] = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
_LUMINANCE = (0.2126, 0.7152, 0.0722)  # of linear red, green and blue, as WCAG 2 has it
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.119192, 0.950304]]
)
_WHITE = _TO_XYZ.sum(axis=1)


def mixed(under: Colour, over: Colour, alpha: float) -> Colour:
    """What is seen of one colour over another, at 1 the upper one alone."""
    red, green, blue = (round(u + (o - u) * alpha) for u, o in zip(under, over))
    return (red, green, blue)


def readable(fill: Colour) -> Colour:
    """Black or white, whichever stands out more."""
    return (0, 0, 0) if (_luminance(fill) + 0.05) ** 2 > 1.05 * 0.05 else (255, 255, 255)


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def distance(one: Colour, other: Colour, vision: Vector) -> float:
    """How far apart two colours look (CIE76); about 2 is just noticeable side by side."""
    seen = [_lab(np.clip(vision @ np.array(_linear(colour)), 0, 1)) for colour in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def closest(one: Colour, other: Colour) -> tuple[float, str]:
    """The least distance of two colours in any vision, and which vision that is."""
    return min((distance(one, other, matrix), name) for name, matrix in VISIONS.items())


def _luminance(colour: Colour) -> float:
    return sum(share * light for share, light in zip(_LUMINANCE, _linear(colour)))


def _linear(colour: Colour) -> list[float]:
    """Linear RGB from sRGB bytes."""
    return [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]


def _lab(rgb: Vector) -> Vector:
    """CIE L*a*b* (D65) from linear RGB."""
    t = _TO_XYZ @ rgb / _WHITE
    x, y, z = np.where(t > (6 / 29) ** 3, np.cbrt(t), t * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])
