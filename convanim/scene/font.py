"""How wide and high text is: measured in the font's own file, with matplotlib's reader of fonts.

Views lay out text with the `Metrics` that they are handed, so that none of them knows a font or a drawing library.
matplotlib is imported when the first text is measured.
"""

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font


@dataclass(frozen=True)
class Metrics:
    """A font: the file that it is in, or without one DejaVu Sans, which comes with matplotlib. Lengths are in ems."""

    file: str = ""

    def width(self, text: str, em: float) -> float:
        """The width in pixels of `text` as it is drawn, at a font size of `em` pixels."""
        return _laid_out(self.file, text)[1] * em

    def placed(self, text: str) -> tuple[tuple[str, float], ...]:
        """The characters that are drawn for `text`, and where each starts."""
        return _laid_out(self.file, text)[0]

    def legible(self, text: str) -> tuple[str, tuple[str, ...]]:
        """`text` as the font can draw it, and the characters that it lacks: those are spelled out, `[U+732B]`."""
        return _legible(self.file, text)

    @cached_property
    def cap_height(self) -> float:
        """How high capitals are; digits are as high."""
        face = self.face
        _load(face, "H")
        return float(face.get_path()[0][:, 1].max()) / face.units_per_EM

    @cached_property
    def ascent(self) -> float:
        """How far letters reach above the base line."""
        return self.face.ascender / self.face.units_per_EM

    @cached_property
    def descent(self) -> float:
        """How far letters reach below the base line."""
        return -self.face.descender / self.face.units_per_EM

    @property
    def face(self) -> "FT2Font":
        """The opened file, at a size at which a pixel is one of the font's units."""
        return _face(self.file)


BUNDLED = Metrics()


@cache
def _face(file: str) -> "FT2Font":
    import matplotlib
    from matplotlib.ft2font import FT2Font

    # In memory: processes that are forked share an open file's place in it, and would read each other's letters.
    with open(file or f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf", "rb") as stream:
        face = FT2Font(BytesIO(stream.read()))
    face.set_size(face.units_per_EM, 72)
    return face


def _load(face: "FT2Font", character: str) -> float:
    """Go to a character's glyph, as it was designed; its advance in units."""
    from matplotlib.ft2font import LoadFlags

    return face.load_char(ord(character), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536


@lru_cache(maxsize=4096)
def _legible(file: str, text: str) -> tuple[str, tuple[str, ...]]:
    face = _face(file)
    lacks = {c for c in text if not face.get_char_index(ord(c)) and not c.isspace()}
    spelled = (" " if c.isspace() else f"[U+{ord(c):04X}]" if c in lacks else c for c in text)
    return "".join(spelled), tuple(c for c in dict.fromkeys(text) if c in lacks)


@lru_cache(maxsize=4096)
def _laid_out(file: str, text: str) -> tuple[tuple[tuple[str, float], ...], float]:
    """The characters of a line with where each starts, kerned as the font says; and where the line ends."""
    face, pen, placed = _face(file), 0.0, []
    for before, character in zip("\0" + (drawn := _legible(file, text)[0]), drawn):
        pen += _kerning(file, before, character)
        placed.append((character, pen / face.units_per_EM))
        pen += _advance(file, character)
    return tuple(placed), pen / face.units_per_EM


@cache
def _advance(file: str, character: str) -> float:
    return _load(_face(file), character)


@cache
def _kerning(file: str, left: str, right: str) -> float:
    from matplotlib.ft2font import Kerning

    face = _face(file)
    first, second = (face.get_char_index(ord(c)) for c in (left, right))
    return face.get_kerning(first, second, Kerning.UNFITTED) / 64 if first and second else 0.0
