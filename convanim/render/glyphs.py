"""Text as outlines, from the fonts' files."""

from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from convanim.files.font_files import Face, opened_face
from convanim.scene.font import Metrics
from convanim.scene.scene import Floats

_CLOSE = 79  # in the codes of matplotlib's paths


@cache
def glyph(face: Face, character: str) -> tuple[Floats, NDArray[np.uint8]]:
    """A character's outline in ems, y down: vertices (N, 2) and path codes."""
    from matplotlib.ft2font import LoadFlags

    font = opened_face(face)
    font.load_char(ord(character), flags=LoadFlags.NO_HINTING)
    path, kinds = font.get_path()
    points, codes = np.array(path, dtype=float).reshape(-1, 2), np.array(kinds, dtype=np.uint8)
    ends = np.flatnonzero(codes == _CLOSE)
    points[ends] = points[ends - 1]  # where an outline closes, a path has a point that says nothing
    return points / (font.units_per_EM, -font.units_per_EM), codes


@lru_cache(maxsize=512)
def outline(text: str, font: Metrics) -> tuple[Floats, NDArray[np.uint8]]:
    """A line of text as an outline in ems, its base line from (0, 0), y down: vertices (N, 2) and path codes."""
    vertices, codes = [np.zeros((0, 2))], [np.zeros(0, dtype=np.uint8)]
    for character, start in font.placed(text):
        points, kinds = glyph(font.face_of(character), character)
        vertices.append(points + np.array([start, 0.0]))
        codes.append(kinds)
    return np.concatenate(vertices), np.concatenate(codes)
