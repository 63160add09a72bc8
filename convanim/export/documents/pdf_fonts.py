"""The fonts of a PDF: of each a TrueType font of the characters that are written, made of the outlines that are drawn.

So fonts of all kinds are embedded alike, and text can be found and copied. Source: ISO 32000-1, 9.7 and 9.10.
"""

import io
from itertools import groupby
from typing import Any

import numpy as np
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib.backends import backend_pdf
from matplotlib.backends.backend_pdf import PdfFile
from matplotlib.path import Path

from convanim.files.font_files import Face, opened_face
from convanim.render.glyphs import glyph
from convanim.scene.font import Metrics

_Name: Any = backend_pdf.Name
_UNITS = 2048  # of an em; outlines are rounded to them
_PARTS = 4  # curves of the second degree for one of the third
_SYMBOLIC = 4  # a font whose codes are its own
_NO_DATE = 2082844800  # 1970, counted from 1904
_AT_ONCE = 100  # characters that a map may list in one go


class PdfFonts:
    """Gives characters their codes as they are written; `write` puts what was written into the file."""

    def __init__(self) -> None:
        self._codes: dict[Face, dict[str, int]] = {}

    def text(self, font: Metrics, text: str, size: float) -> bytes:
        """What a page's stream gets for a line of text whose base line starts at its origin, `size` points large."""
        drawn = [b"BT"]
        for face, run in groupby(font.placed(text), key=lambda placed: font.face_of(placed[0])):
            placed = list(run)
            drawn.append(b"/%s %.4f Tf 1 0 0 1 %.4f 0 Tm" % (self._name(face), size, placed[0][1] * size))
            pen, shown = placed[0][1], b"[<"
            for character, start in placed:
                moved = round(1000 * (pen - start))
                if moved:
                    shown += b">%d<" % moved
                shown += b"%04x" % self._code(face, character)
                pen += -moved / 1000 + _advance(face, character)
            drawn.append(shown + b">] TJ")
        return b"\n".join([*drawn, b"ET\n"])

    def write(self, file: "PdfFile") -> dict[Any, Any]:
        """Write all fonts; their objects by their names."""
        return {_Name(self._name(face).decode()): _written(file, face, codes) for face, codes in self._codes.items()}

    def _name(self, face: Face) -> bytes:
        self._codes.setdefault(face, {})
        return b"F%d" % (list(self._codes).index(face) + 1)

    def _code(self, face: Face, character: str) -> int:
        codes = self._codes[face]
        return codes.setdefault(character, len(codes) + 1)


class PdfFileWithFonts(PdfFile):
    """A file of matplotlib's with fonts of our own."""

    def __init__(self, *arguments: Any) -> None:
        self.own_fonts = PdfFonts()
        super().__init__(*arguments)  # type: ignore[no-untyped-call]

    def writeFonts(self) -> None:  # noqa: N802, the name is matplotlib's
        """Write the fonts, as the file is finished."""
        file: Any = self
        file.writeObject(file.fontObject, self.own_fonts.write(self))


def _advance(face: Face, character: str) -> float:
    """In ems, in whole thousandths as the file has it."""
    return round(1000 * Metrics((face,) if face.file else ()).width(character, 1)) / 1000


def _written(file: Any, face: Face, codes: dict[str, int]) -> Any:
    font = opened_face(face)
    ascent, descent = (1000 * height / font.units_per_EM for height in (font.ascender, font.descender))
    content = _true_type(face, codes)
    name = _Name(f"{_tag(codes)}+{''.join(c for c in face.family if c.isascii() and c.isalnum()) or 'Font'}")
    whole, below, described, program, unicode = (file.reserveObject("font") for _ in range(5))
    file.outputStream(program, content, extra={"Length1": len(content)})
    file.outputStream(unicode, _unicode_map(codes))
    descriptor = {
        "Type": _Name("FontDescriptor"),
        "FontName": name,
        "Flags": _SYMBOLIC,
        "FontBBox": [-1000, min(-1000, round(descent)), 3000, max(1000, round(ascent))],
        "ItalicAngle": 0,
        "Ascent": round(ascent),
        "Descent": round(descent),
        "CapHeight": round(ascent),
        "StemV": 80,
        "FontFile2": program,
    }
    file.writeObject(described, descriptor)
    descendant = {
        "Type": _Name("Font"),
        "Subtype": _Name("CIDFontType2"),
        "BaseFont": name,
        "CIDSystemInfo": {"Registry": b"Adobe", "Ordering": b"Identity", "Supplement": 0},
        "FontDescriptor": described,
        "W": [1, [round(1000 * _advance(face, character)) for character in codes]],
        "CIDToGIDMap": _Name("Identity"),
    }
    file.writeObject(below, descendant)
    composite = {
        "Type": _Name("Font"),
        "Subtype": _Name("Type0"),
        "BaseFont": name,
        "Encoding": _Name("Identity-H"),
        "DescendantFonts": [below],
        "ToUnicode": unicode,
    }
    file.writeObject(whole, composite)
    return whole


def _tag(codes: dict[str, int]) -> str:
    """Six capitals that say that a font is a part of another, and which."""
    number = sum(code * ord(character) for character, code in codes.items())
    return "".join(chr(ord("A") + number // 26**place % 26) for place in range(6))


def _true_type(face: Face, codes: dict[str, int]) -> bytes:
    """A font of some characters, whose glyphs are numbered as their codes."""
    names = [".notdef", *(f"g{code}" for code in codes.values())]
    outlines = [_glyph(face, character) for character in codes]
    font = FontBuilder(_UNITS, isTTF=True)
    font.setupGlyphOrder(names)
    font.setupCharacterMap({ord(character): f"g{code}" for character, code in codes.items()})
    font.setupGlyf(dict(zip(names, [TTGlyphPen(None).glyph(), *outlines])))
    widths = [0, *(round(_UNITS * _advance(face, character)) for character in codes)]
    glyphs = font.font["glyf"]
    font.setupHorizontalMetrics({name: (w, getattr(glyphs[name], "xMin", 0)) for name, w in zip(names, widths)})
    font.setupHorizontalHeader(ascent=_UNITS, descent=-_UNITS // 4)
    font.setupPost(keepGlyphNames=False)
    font.updateHead(created=_NO_DATE, modified=_NO_DATE)  # the same figure is the same bytes
    font.font.recalcTimestamp = False
    made = io.BytesIO()
    font.save(made)
    return made.getvalue()


def _glyph(face: Face, character: str) -> Any:
    """A character's outline as TrueType has it, in whole units and curves of the second degree."""
    vertices, codes = glyph(face, character)
    points = np.rint(vertices * (_UNITS, -_UNITS)).astype(int).tolist()
    exact = (vertices * (_UNITS, -_UNITS)).tolist()
    pen, place = TTGlyphPen(None), 0
    while place < len(codes):
        code = codes[place]
        if code == Path.MOVETO:
            pen.moveTo(tuple(points[place]))
        elif code == Path.LINETO:
            pen.lineTo(tuple(points[place]))
        elif code == Path.CURVE3:
            pen.qCurveTo(tuple(points[place]), tuple(points[place + 1]))
            place += 1
        elif code == Path.CURVE4:
            for control, end in _halved(np.array(exact[place - 1 : place + 3])):
                pen.qCurveTo(control, end)
            place += 2
        elif code == Path.CLOSEPOLY:
            pen.closePath()
        place += 1
    return pen.glyph()


def _halved(cubic: Any) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """A curve of the third degree (4, 2) as a few of the second: control point and end of each."""
    start, first, second, end = cubic
    found = []
    for part in range(_PARTS):
        t, u = part / _PARTS, (part + 1) / _PARTS
        ends = [
            (1 - s) ** 3 * start + 3 * s * (1 - s) ** 2 * first + 3 * s**2 * (1 - s) * second + s**3 * end
            for s in (t, u)
        ]
        slopes = [
            3 * ((1 - s) ** 2 * (first - start) + 2 * s * (1 - s) * (second - first) + s**2 * (end - second))
            for s in (t, u)
        ]
        # The inner points of that part of the curve lie a third of its slopes from its ends.
        inner = (ends[0] + slopes[0] * (u - t) / 3) + (ends[1] - slopes[1] * (u - t) / 3)
        control = (3 * inner - ends[0] - ends[1]) / 4
        found.append(tuple(tuple(np.rint(point).astype(int).tolist()) for point in (control, ends[1])))
    return found  # type: ignore[return-value]


def _unicode_map(codes: dict[str, int]) -> bytes:
    """Which characters the codes are, for those who search and copy."""
    pairs = [f"<{code:04x}> <{character.encode('utf-16-be').hex()}>" for character, code in codes.items()]
    groups = [pairs[first : first + _AT_ONCE] for first in range(0, len(pairs), _AT_ONCE)]
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <ffff> endcodespacerange",
        *(f"{len(group)} beginbfchar\n" + "\n".join(group) + "\nendbfchar" for group in groups),
        "endcmap CMapName currentdict /CMap defineresource pop end end",
    ]
    return "\n".join(lines).encode()
