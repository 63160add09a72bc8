"""Fonts: the families and files of a list are found, read, looked over, and opened with matplotlib's reader of fonts.

fontTools, which comes with matplotlib, tells what is in a file. Both are imported when a font is asked for.
"""

import re
import warnings
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from convanim.errors import RequestError, suggestion
from convanim.files.font_families import bundled_file, families, family_place
from convanim.files.quiet_libraries import before_they_load
from convanim.files.user_files import MIB, opened

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.ft2font import FT2Font

_SUFFIXES = (".ttf", ".otf", ".ttc", ".otc", ".woff", ".woff2", ".pfb", ".pfa", ".dfont", ".fon", ".bdf", ".pcf")
_MOST = 160 * MIB  # all of Noto's Chinese, Japanese and Korean in one file has 120
_MOST_FONTS = 16
_ITEM = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^,]*))\s*(?:,|$)""")
_MAGIC = (b"\0\1\0\0", b"OTTO", b"true", b"ttcf")
_OUTLINES = ("glyf", "CFF ", "CFF2")
_EMS = range(16, 16385)  # units of an em that a font may have
_CAPITALS = (0.25, 2.0)  # ems that its capitals are high
_TRIED = 64  # characters that are looked at for outlines
_WAY_OUT = "give the .ttf, .otf or .ttc file of another"
# Axes of a variable font, and between what their defaults are those of plain text.
_PLAIN = {"wght": (350, 450), "wdth": (95, 105), "slnt": (0, 0), "ital": (0, 0)}


@dataclass(frozen=True)
class Face:
    """A font in a file: its number there, if others are in it too, and its family; without a file DejaVu Sans.

    `digest` is of what is in the file.
    """

    file: str = ""
    number: int = 0
    family: str = "DejaVu Sans"
    digest: str = ""
    weight: int = 400
    is_italic: bool = False


def font_names(text: str) -> list[str]:
    """The families and files of a list as CSS writes it, with commas between them and quotes where need be.

    Raises RequestError where one is empty.
    """
    names, place = [], 0
    while place <= len(text):
        item = _ITEM.match(text, place)
        name = "" if item is None else " ".join((item[1] or item[2] or item[3] or "").split())
        if item is None or not name:
            raise RequestError("font", text, "a name in it is missing", 'give such as "Fira Sans, Noto Sans CJK JP"')
        names.append(name)
        if len(names) > _MOST_FONTS:
            raise RequestError("font", text, f"more than {_MOST_FONTS} fonts", "leave some out")
        if item.end() == len(text) and not item[0].endswith(","):
            break
        place = item.end()
    return names


def fonts_beside(folder: "Path", text: str) -> str:
    """A list of fonts, its files looked for in a folder."""
    return ", ".join(_quoted(str(folder / name)) if _is_file(name) else _quoted(name) for name in font_names(text))


def _quoted(name: str) -> str:
    mark = "'" if '"' in name else '"'
    return f"{mark}{name}{mark}" if re.search("[,'\"]", name) else name


def _is_file(name: str) -> bool:
    return name.lower().endswith(_SUFFIXES)


def font_faces(text: str) -> tuple[Face, ...]:
    """The fonts of a list of families and files. Raises RequestError for one that is not there, or cannot be drawn."""
    return tuple(_face(name) for name in font_names(text))


def _face(name: str) -> Face:
    if _is_file(name):
        return _looked_over(name, name, 0)
    place = family_place(name)
    if place is None:
        fix = suggestion(name, families(), "give one that is installed, or the name of a .ttf, .otf or .ttc file")
        raise RequestError("font", name, "no such font is installed", fix)
    return _looked_over(name, *place)


def _looked_over(name: str, file: str, number: int) -> Face:
    """The font of a file, once it is known that text can be drawn with it."""
    with opened("font", file, _MOST, "give a smaller one") as stream:
        content = stream.read(_MOST)
    if content[:4] not in _MAGIC:
        what = "a font for web pages" if content[:4] in (b"wOFF", b"wOF2") else "no TrueType or OpenType font"
        raise RequestError("font", name, f"it is {what}", _WAY_OUT)
    try:
        face = _described(name, file, number, content)
        _refuse_undrawable(name, opened_face(face))
    except RequestError:
        raise
    except Exception:  # a reader of fonts may raise anything where a file is not what it says
        raise RequestError("font", name, "the font is damaged", _WAY_OUT) from None
    return face


def _described(name: str, file: str, number: int, content: bytes) -> Face:
    before_they_load()
    import hashlib  # what draws nothing names fonts alone

    from fontTools.ttLib import TTFont

    with TTFont(BytesIO(content), fontNumber=number, lazy=True) as font:
        tables: Any = font.reader.tables
        if any(entry.offset + entry.length > len(content) for entry in tables.values()):
            raise RequestError("font", name, "the file is cut short", "copy it again")
        if not any(table in tables for table in _OUTLINES):
            raise RequestError("font", name, "it has pictures of letters and no outlines", _WAY_OUT)
        for axis in font["fvar"].axes if "fvar" in tables else ():
            low, high = _PLAIN.get(axis.axisTag, (float("-inf"), float("inf")))
            if not low <= axis.defaultValue <= high:
                rule = f"a variable font, drawn as it is made, with {axis.axisTag} {axis.defaultValue:g}"
                raise RequestError("font", name, rule, "give the file of its regular style")
        family = font["name"].getDebugName(16) or font["name"].getDebugName(1) or name
        style = font["OS/2"] if "OS/2" in tables else None
        return Face(
            file=file,
            number=number,
            family="".join(c for c in family if c.isprintable())[:100] or "unnamed",
            digest=hashlib.sha256(content).hexdigest(),
            weight=400 if style is None or "fvar" in tables else min(max(style.usWeightClass, 1), 1000),
            is_italic=style is not None and bool(style.fsSelection & 1),
        )


def _refuse_undrawable(name: str, font: "FT2Font") -> None:
    """Raise RequestError for a font whose measures are none, or whose characters have no outlines."""
    charmap = font.get_charmap()
    tried = [code for code in map(ord, "HAaeno0123456789") if code in charmap] or sorted(charmap)[:_TRIED]
    heights = {code: height for code in tried if (height := _height(font, code)) is not None}
    if not any(heights.values()):
        raise RequestError("font", name, "its characters have no outlines", _WAY_OUT)
    capitals = heights.get(ord("H"))
    if capitals is not None and not _CAPITALS[0] <= capitals <= _CAPITALS[1]:
        raise RequestError("font", name, f"its capitals are {capitals:.2g} em high", _WAY_OUT)


def _height(font: "FT2Font", code: int) -> float | None:
    """How high a character reaches, in ems: 0 for one without an outline, None for one that cannot be read."""
    from matplotlib.ft2font import LoadFlags

    if not font.get_char_index(code):
        return None
    try:
        with warnings.catch_warnings(action="ignore"):  # matplotlib's, of glyphs that are damaged
            font.load_char(code, flags=LoadFlags.NO_HINTING)
        points = font.get_path()[0]
    except RuntimeError:
        return None
    return float(points[:, 1].max()) / font.units_per_EM if len(points) else 0.0


@cache
def opened_face(face: Face) -> "FT2Font":
    """A font at a size at which a pixel is one of its units. Raises RuntimeError, ValueError or OSError.

    In memory: processes that are forked share an open file's place in it, and would read each other's letters.
    """
    before_they_load()
    from matplotlib.ft2font import FT2Font

    font = FT2Font(BytesIO(_content(face.file or bundled_file("DejaVuSans.ttf"), face.number)))
    if font.units_per_EM not in _EMS:
        raise ValueError("no em")
    font.set_size(font.units_per_EM, 72)
    return font


def _content(file: str, number: int) -> bytes:
    """A file's font as a file of its own: of a collection one, for matplotlib's reader may know of the first alone."""
    with open(file, "rb") as stream:
        content = stream.read()
    if content[:4] != b"ttcf":
        return content
    from fontTools.ttLib import TTFont

    alone = BytesIO()
    with TTFont(BytesIO(content), fontNumber=number, lazy=True, recalcBBoxes=False, recalcTimestamp=False) as font:
        font.save(alone, reorderTables=None)
    return alone.getvalue()
