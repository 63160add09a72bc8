"""Text as outlines, from the font's file."""

from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from convanim.font import Metrics
from convanim.scene import Floats


@cache
def _glyph(font: Metrics, character: str) -> tuple[Floats, NDArray[np.uint8]]:
    from matplotlib.ft2font import LoadFlags

    face = font.face
    face.load_char(ord(character), flags=LoadFlags.NO_HINTING)
    vertices, codes = face.get_path()
    units = face.units_per_EM
    return np.asarray(vertices, dtype=float).reshape(-1, 2) / (units, -units), np.asarray(codes, dtype=np.uint8)


@lru_cache(maxsize=512)
def outline(text: str, font: Metrics) -> tuple[Floats, NDArray[np.uint8]]:
    """A line of text as an outline in ems, its base line from (0, 0), y down: vertices (N, 2) and path codes."""
    vertices, codes = [np.zeros((0, 2))], [np.zeros(0, dtype=np.uint8)]
    for character, start in font.placed(text):
        points, kinds = _glyph(font, character)
        vertices.append(points + np.array([start, 0.0]))
        codes.append(kinds)
    return np.concatenate(vertices), np.concatenate(codes)
