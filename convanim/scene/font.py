"""How wide and high text is: measured in the fonts' own files, with matplotlib's reader of fonts.

Views lay out text with the `Metrics` that they are handed, so that none of them knows a font or a drawing library.
matplotlib is imported when the first text is measured.
"""

import warnings
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, TypeAlias

from convanim.files.font_files import Face, font_faces, opened_face

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

_LAST = Face()
_REACH = 4  # ems; what reaches further is no letter

_Move: TypeAlias = tuple[float, float] | None
_Line: TypeAlias = tuple[tuple[tuple[str, float], ...], float, tuple[float, float, float, float]]


@dataclass(frozen=True)
class Metrics:
    """Fonts: of each character the first that has it is drawn. DejaVu Sans, which comes with matplotlib, is the last.

    Lengths are in ems.
    """

    faces: tuple[Face, ...] = ()

    def width(self, text: str, em: float) -> float:
        """The width in pixels of `text` as it is drawn, at a font size of `em` pixels."""
        return _width(self.faces, text) * em

    def placed(self, text: str) -> tuple[tuple[str, float], ...]:
        """The characters that are drawn for `text`, and where each starts."""
        return _laid_out(self.faces, text)[0]

    def ink(self, text: str) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of all that is drawn of `text`, from where its base line starts, y down."""
        return _laid_out(self.faces, text)[2]

    def legible(self, text: str) -> tuple[str, tuple[str, ...]]:
        """`text` as the fonts can draw it, and the characters that they lack: those are spelled out, `[U+732B]`."""
        return _legible(self.faces, text)

    def face_of(self, character: str) -> Face:
        """The first font that has a character; the last one where none has."""
        return _face_of(self.faces, character)

    @property
    def families(self) -> tuple[str, ...]:
        """The names of the fonts' families, in order."""
        return tuple(dict.fromkeys(face.family for face in (*self.faces, _LAST)))

    @cached_property
    def cap_height(self) -> float:
        """How high capitals are; digits are as high."""
        face = self.face_of("H")
        return -_box(face, "H")[1]

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
        """The opened font of letters, at a size at which a pixel is one of its units."""
        return opened_face(self.face_of("H"))


BUNDLED = Metrics()


def load_font(text: str | None) -> Metrics:
    """The fonts of a list of families and files; left out, DejaVu Sans.

    Raises RequestError for one that is not there, or cannot be drawn.
    """
    return BUNDLED if text is None else Metrics(font_faces(text))


def _load(face: "FT2Font", character: str) -> float:
    """Go to a character's glyph, as it was designed; its advance in units."""
    from matplotlib.ft2font import LoadFlags

    return face.load_char(ord(character), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536


@cache
def _has(face: Face, character: str) -> bool:
    """Whether a font has a character, and it can be drawn."""
    font = opened_face(face)
    if not font.get_char_index(ord(character)):
        return False
    if not face.file:
        return True
    try:
        with warnings.catch_warnings(action="ignore"):  # matplotlib's, of glyphs that are damaged
            _load(font, character)
        advance = _advance(face, character)
        left, top, right, bottom = _box(face, character)
    except RuntimeError:  # the file is damaged there
        return False
    return max(abs(advance), -left, -top, right, bottom) <= _REACH


@cache
def _face_of(faces: tuple[Face, ...], character: str) -> Face:
    return next((face for face in faces if _has(face, character)), _LAST)


@lru_cache(maxsize=4096)
def _legible(faces: tuple[Face, ...], text: str) -> tuple[str, tuple[str, ...]]:
    lacks = {c for c in text if not c.isspace() and not any(_has(face, c) for face in (*faces, _LAST))}
    spelled = (" " if c.isspace() else f"[U+{ord(c):04X}]" if c in lacks else c for c in text)
    return "".join(spelled), tuple(c for c in dict.fromkeys(text) if c in lacks)


@lru_cache(maxsize=1 << 16)
def _width(faces: tuple[Face, ...], text: str) -> float:
    """Where a line ends, as `_laid_out` has it; quicker, for views measure every number of a map at many sizes."""
    moves, pen, before = _moves(faces), 0.0, ""
    for character in text:
        pair = before + character
        if pair not in moves:
            moves[pair] = _move(faces, before, character)
        move = moves[pair]
        if move is None:
            return _laid_out(faces, text)[1]
        kerning, advance = move
        pen = pen + kerning + advance  # in this order, for the same sum to the last bit
        before = character
    return pen


@cache
def _moves(faces: tuple[Face, ...]) -> dict[str, _Move]:
    """What is known of characters, each after another one or as the first."""
    return {}


def _move(faces: tuple[Face, ...], before: str, character: str) -> _Move:
    """The kerning before a character, and its advance; None where another one or more are drawn for it."""
    if _legible(faces, character)[0] != character:
        return None
    face = _face_of(faces, character)
    is_kerned = before and face == _face_of(faces, before)
    return _kerning(face, before, character) if is_kerned else 0.0, _advance(face, character)


@lru_cache(maxsize=4096)
def _laid_out(faces: tuple[Face, ...], text: str) -> _Line:
    """The characters of a line with where each starts, kerned as their font says; where it ends; where its ink is."""
    pen, placed, boxes = 0.0, [], [(0.0, 0.0, 0.0, 0.0)]
    before, face_before = "", _LAST
    for character in _legible(faces, text)[0]:
        face = _face_of(faces, character)
        if before and face == face_before:
            pen += _kerning(face, before, character)
        placed.append((character, pen))
        left, top, right, bottom = _box(face, character)
        boxes.append((pen + left, top, pen + right, bottom))
        pen += _advance(face, character)
        before, face_before = character, face
    lefts, tops, rights, bottoms = zip(*boxes)
    return tuple(placed), pen, (min(lefts), min(tops), max(rights), max(bottoms))


@cache
def _advance(face: Face, character: str) -> float:
    font = opened_face(face)
    return _load(font, character) / font.units_per_EM


@cache
def _box(face: Face, character: str) -> tuple[float, float, float, float]:
    """What a character's outline covers, y down."""
    font = opened_face(face)
    _load(font, character)
    points = font.get_path()[0]
    if not len(points):
        return (0.0, 0.0, 0.0, 0.0)
    (left, bottom), (right, top) = (points.min(axis=0) / font.units_per_EM, points.max(axis=0) / font.units_per_EM)
    return float(left), -float(top), float(right), -float(bottom)


@cache
def _kerning(face: Face, left: str, right: str) -> float:
    from matplotlib.ft2font import Kerning

    font = opened_face(face)
    first, second = (font.get_char_index(ord(c)) for c in (left, right))
    return font.get_kerning(first, second, Kerning.UNFITTED) / 64 / font.units_per_EM if first and second else 0.0
