"""SVG: one file without a script. Each thing is drawn once, and CSS key frames say when it is shown and where.

Without its key frames (reduced motion, rasterisers) a file is the frame that stills show. Every name in it begins with
the figure's own, so that several may stand in one page. Source: Scalable Vector Graphics 2 (W3C).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import BinaryIO, TypeAlias
from xml.sax.saxutils import escape

import numpy as np

from convanim.export.font_names import css_fonts, css_style
from convanim.export.joined_shapes import hundredths
from convanim.export.stamp import stamp
from convanim.export.svg.frames import Clock, Staged
from convanim.export.svg.parts import Paint, Piece, parts
from convanim.export.svg.paths import area_data, line_data, number
from convanim.export.svg.style import StyleSheet, short
from convanim.export.writer import Progress
from convanim.figures.animation import Animation
from convanim.figures.film import film
from convanim.scene.font import BUNDLED, Metrics

_NAMES = range(26 + 26**2 + 26**3, 26 + 26**2 + 26**3 + 26**4)  # whose short names have four letters
_HIDDEN, _SHOWN = ' visibility="hidden"', ' visibility="visible"'
_ALONG = {"start": 0.0, "middle": 0.5, "end": 1.0}
# What XML cannot hold at all: controls, halves of surrogate pairs, and two that are no characters.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_Element: TypeAlias = tuple[str, bool, tuple[Piece, ...]]  # key frames, whether the still shows it, what is drawn


def write_svg(animation: Animation, stream: BinaryIO, progress: Progress) -> None:
    """Write an animation as an SVG; one of a single frame has no key frames."""
    animation = film(animation)
    scene, timing, clock = animation.scene, animation.timing, Clock(animation)
    themes = [animation.theme]
    if animation.is_auto and animation.dark is not None:
        themes.append(animation.dark)
    name = short(_NAMES[int(stamp(animation)[-8:], 16) % len(_NAMES)])
    sheet = StyleSheet(name)
    body: list[str] = []
    if not animation.theme.transparent:
        ground = sheet.ground(Paint(tuple(theme.background for theme in themes)))
        body.append(f'<path{ground} d="M0 0h{scene.width}v{scene.height}H0z"/>')
    drawn = parts(scene, clock.steps, themes, progress)
    body += _markup(map(clock.staged, drawn), sheet)
    for _ in range(len(timing.steps) - len(clock.steps)):
        progress()
    size = f'{_sides(animation)} viewBox="0 0 {scene.width} {scene.height}"'
    # Which signs a font shows, and how a text is read out, may depend on it.
    language = "" if animation.words.is_english else f' xml:lang="{animation.words.tag}"'
    for line in (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} id="{name}" role="img"{language} '
        f'aria-labelledby="{name}1" aria-describedby="{name}2" '
        f'{_fonts(animation.font)} text-rendering="geometricPrecision" fill="none">',
        f"<!--{stamp(animation).decode()}-->",
        f'<title id="{name}1">{_escaped(animation.title)}</title>',
        f'<desc id="{name}2">{_escaped(animation.alt)}</desc>',
        "<style>",
        *sheet.rules(clock.total, timing.loop),
        "</style>",
        *body,
        "</svg>",
    ):
        stream.write(line.encode() + b"\n")


def _sides(animation: Animation) -> str:
    """The picture's width and height: pixels, or lengths on paper."""
    scene, asked = animation.scene, animation.size.width
    if not asked.is_on_paper:
        return f'width="{scene.width}" height="{scene.height}"'
    return f'width="{asked}" height="{replace(asked, number=asked.number * scene.height / scene.width)}"'


def _markup(staged: Iterable[Staged], sheet: StyleSheet) -> Iterator[str]:
    """The elements of all parts, in order; neighbours of one paint in a group that has it."""
    for paint, alike in groupby(_elements(staged), key=_shared_paint):
        elements = list(alike)
        if paint is None or len(elements) == 1:
            for element in elements:
                yield _drawn(element, sheet, is_painted=False, hidden=False)
            continue
        hidden = not all(is_shown for _, is_shown, _ in elements)
        yield f"<g{sheet.paint(paint)}{_HIDDEN if hidden else ''}>"
        for element in elements:
            yield _drawn(element, sheet, is_painted=True, hidden=hidden)
        yield "</g>"


def _elements(staged: Iterable[Staged]) -> Iterator[_Element]:
    """Parts as elements: those that follow each other and share their key frames are one."""
    for (key_frames, is_shown), alike in groupby(staged, key=lambda part: (part.key_frames, part.is_shown)):
        pieces = tuple(piece for part in alike for piece in part.pieces)
        if key_frames:
            yield key_frames, is_shown, pieces
        else:
            yield from (("", True, (piece,)) for piece in pieces)


def _shared_paint(element: _Element) -> Paint | None:
    """The paint of an element that moves and has no other."""
    key_frames, _, pieces = element
    return pieces[0].paint if key_frames and len(pieces) == 1 else None


def _drawn(element: _Element, sheet: StyleSheet, *, is_painted: bool, hidden: bool) -> str:
    """An element's markup, in a group that is `hidden` and paints it, or by itself."""
    key_frames, is_shown, pieces = element
    attributes = sheet.motion(key_frames) if key_frames else ""
    if is_shown == hidden:
        attributes += _SHOWN if is_shown else _HIDDEN
    if len(pieces) == 1:
        return _piece(pieces[0], attributes if is_painted else sheet.paint(pieces[0].paint) + attributes)
    return f"<g{attributes}>{''.join(_piece(piece, sheet.paint(piece.paint)) for piece in pieces)}</g>"


def _piece(piece: Piece, attributes: str) -> str:
    paint = piece.paint
    if paint.em is None:
        data = area_data(piece.points) if paint.width is None else line_data(piece.points)
        return f'<path{attributes} d="{data}"/>'
    if len(piece.texts) == 1:
        return _line(piece, 0, attributes)
    return f"<g{attributes}>{''.join(_line(piece, i, '') for i in range(len(piece.texts)))}</g>"


def _line(piece: Piece, place: int, attributes: str) -> str:
    """One line of text, at the part of it that stays where it is whatever font there is.

    Blanks at its ends, which viewers drop, are left out: it begins where its first sign does.
    """
    em, whole = piece.paint.em or 0.0, piece.texts[place]
    x, y = piece.points[place, 0]
    font, text = piece.paint.font, whole.strip(" ")
    width = font.width(text, em)
    x += font.width(whole, em) - font.width(whole.lstrip(" "), em)
    x += _ALONG[piece.paint.anchor] * width
    at_x, at_y = (number(n) for n in hundredths(np.round([x, y], 1)).tolist())
    if font != BUNDLED and text and not font.legible(text)[1]:
        # Kept for those who lack the font, too.
        attributes += f' textLength="{number(int(hundredths(np.array([width]))[0]))}" lengthAdjust="spacingAndGlyphs"'
    return f'<text{attributes} x="{at_x}" y="{at_y}">{_escaped(text)}</text>'


def _fonts(font: Metrics) -> str:
    styles = {"font-family": css_fonts(font), **css_style(font)}
    return " ".join(f'{name}="{escape(style)}"' for name, style in styles.items())


def _escaped(text: str) -> str:
    return escape(_NO_XML.sub("\ufffd", text))
