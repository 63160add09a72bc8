"""How CSS is told of a figure's fonts, in SVG and HTML: by their names, with others for those who lack them."""

import re

from convanim.scene.font import BUNDLED, Metrics

_OTHERS = "DejaVu Sans,Verdana,sans-serif"  # the second is as wide as the first
_PLAIN = re.compile("[A-Za-z][A-Za-z-]*( [A-Za-z][A-Za-z-]*)*")
_UNSAFE = re.compile("[^A-Za-z0-9 _\u00a0-\ud7ff\ue000-\U0010ffff-]")


def css_fonts(font: Metrics) -> str:
    """The fonts in order, as CSS's `font-family` has them; no sign in it means anything to HTML or XML but `'`."""
    return ",".join([*(_named(face.family) for face in font.faces), _OTHERS])


def css_style(font: Metrics) -> dict[str, str]:
    """`font-weight` and `font-style` of the first font, where they are not those of plain text."""
    if font == BUNDLED:
        return {}
    first, found = font.faces[0], {}
    if first.weight != 400:
        found["font-weight"] = str(first.weight)
    if first.is_italic:
        found["font-style"] = "italic"
    return found


def _named(family: str) -> str:
    if _PLAIN.fullmatch(family):
        return family
    escaped = _UNSAFE.sub(lambda sign: f"\\{ord(sign[0]):x} ", family)
    return f"'{escaped}'"
