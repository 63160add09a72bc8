"""Text as outlines, from the font that matplotlib bundles."""

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convanim.font import ADVANCES, UNITS_PER_EM, legible
from convanim.render.truetype import TrueType
from convanim.scene import Floats

_FILE = Path("fonts", "ttf", "DejaVuSans.ttf")


def font_version() -> str:
    """The version of matplotlib, which the font comes with."""
    folder = _folder()
    version = None if folder is None else folder / "_version.py"
    if version is not None and version.is_file():
        return version.read_text(encoding="utf-8")
    import matplotlib

    return matplotlib.__version__


def _folder() -> Path | None:
    """Where matplotlib lies, which takes long to import."""
    spec = find_spec("matplotlib")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent


@cache
def _font() -> TrueType:
    return TrueType(font_file().read_bytes())


def font_file() -> Path:
    """The font's file: where it lies beside matplotlib, or else where matplotlib says that it is."""
    folder = _folder()
    path = None if folder is None else folder / "mpl-data" / _FILE
    if path is not None and path.is_file():
        return path
    import matplotlib

    return Path(matplotlib.get_data_path()) / _FILE


@cache
def _glyph(character: str) -> tuple[Floats, NDArray[np.uint8]]:
    vertices, codes = _font().outline(character)
    return vertices / (UNITS_PER_EM, -UNITS_PER_EM), codes


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
