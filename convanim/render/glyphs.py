"""Text as outlines, from the font that matplotlib bundles."""

from functools import cache, lru_cache
from pathlib import Path as FilePath

import matplotlib
import numpy as np
from matplotlib.ft2font import FT2Font, LoadFlags
from numpy.typing import NDArray

from convanim.font import ADVANCES, UNITS_PER_EM, legible
from convanim.scene import Floats

# FreeType counts in 64ths; matplotlib divides by that even for outlines that were not scaled.
_PER_EM = UNITS_PER_EM / 64


@cache
def _font() -> FT2Font:
    return FT2Font(str(FilePath(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"))


@cache
def _glyph(character: str) -> tuple[Floats, NDArray[np.uint8]]:
    font = _font()
    font.load_char(ord(character), flags=LoadFlags.NO_SCALE | LoadFlags.NO_HINTING)
    vertices, codes = font.get_path()
    return np.asarray(vertices, dtype=float).reshape(-1, 2) / (_PER_EM, -_PER_EM), np.asarray(codes, dtype=np.uint8)


@lru_cache(maxsize=512)
def outline(text: str) -> tuple[Floats, NDArray[np.uint8]]:
    """A line of text as an outline in ems, its base line from (0, 0), y down: vertices (N, 2) and path codes."""
    pen = 0.0
    vertices, codes = [np.zeros((0, 2))], [np.zeros(0, dtype=np.uint8)]
    for character in legible(text)[0]:
        points, kinds = _glyph(character)
        vertices.append(points + np.array([pen, 0.0]))
        codes.append(kinds)
        pen += ADVANCES[character] / UNITS_PER_EM
    return np.concatenate(vertices), np.concatenate(codes)
