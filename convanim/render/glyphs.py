"""Text as outlines, from the font's file."""

from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from convanim.scene.font import Metrics
from convanim.scene.scene import Floats

_CLOSE = 79  # in the codes of matplotlib's paths


@cache
def _glyph(font: Metrics, character: str) -> tuple[Floats, NDArray[np.uint8]]:
    from matplotlib.ft2font import LoadFlags

    face = font.face
    face.load_char(ord(character), flags=LoadFlags.NO_HINTING)
    path, kinds = face.get_path()
    points, codes = np.array(path, dtype=float).reshape(-1, 2), np.array(kinds, dtype=np.uint8)
    ends = np.flatnonzero(codes == _CLOSE)
    points[ends] = points[ends - 1]  # where an outline closes, a path has a point that says nothing
    return points / (face.units_per_EM, -face.units_per_EM), codes


@lru_cache(maxsize=512)
def outline(text: str, font: Metrics) -> tuple[Floats, NDArray[np.uint8]]:
    """A line of text as an outline in ems, its base line from (0, 0), y down: vertices (N, 2) and path codes."""
    vertices, codes = [np.zeros((0, 2))], [np.zeros(0, dtype=np.uint8)]
    for character, start in font.placed(text):
        points, kinds = _glyph(font, character)
        vertices.append(points + np.array([start, 0.0]))
        codes.append(kinds)
    return np.concatenate(vertices), np.concatenate(codes)
