"""Text in and around the maps: how large it may be, and where its lines go."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from convanim.scene.font import Metrics
from convanim.scene.scene import ALWAYS, Lattice, Scene, Texts
from convanim.views.drawing import Page, TooNarrowError
from convanim.words.equations import Terms

LEADING = 1.5  # from one line of text to the next, in ems
_CLEAR = 0.84  # how much of a cell text may fill
_EQUATION_LINES = 3
_WORDS = re.compile(r"(?:stride|padding|dilation|groups) \d\S*|\S+")


def fits(lattice: Lattice, width: float, height: float) -> bool:
    """Whether a box of pixels fits into the middle of a cell."""
    (cx, cy), (rx, ry) = lattice.column, lattice.row
    area = abs(cx * ry - cy * rx)
    along_column = (abs(ry) * width + abs(rx) * height) / area
    along_row = (abs(cy) * width + abs(cx) * height) / area
    return max(along_column, along_row) <= _CLEAR


def widest(strings: Iterable[str], font: Metrics) -> float:
    """The width of the widest string, in ems."""
    return max((font.width(s, 1) for s in set(strings)), default=0.0)


def lines_needed(page: Page, widest_term: float, terms: int, rest: float) -> int:
    """How many lines the longest equation takes, at most three; widths in ems."""
    room = (page.width - 2 * page.margin) / page.label_em
    per_line = max(1, int(room / widest_term))
    lines = -(-terms // per_line)
    if lines * room < terms * widest_term + rest:
        lines += 1
    return min(lines, _EQUATION_LINES)


def broken(terms: Terms, room: float, lines: int, font: Metrics) -> tuple[str, ...]:
    """An equation on at most `lines` lines of `room` ems; terms that find no place there are left out as `…`."""
    before, parts, joint, behind = terms

    def lines_with(kept: int) -> list[str]:
        pieces = list(parts) if kept == len(parts) else [*parts[: kept - 1], "…", parts[-1]]
        pieces[0] = before + pieces[0]
        pieces[-1] += behind
        return _wrapped(pieces, joint, room, font)

    kept = bisect_right(range(2, len(parts) + 1), lines, key=lambda k: len(lines_with(k))) + 1
    return tuple(lines_with(min(max(kept, 1), len(parts)))[:lines])


def wrapped_lines(terms: Terms, room: float, font: Metrics) -> list[str]:
    """A whole equation on as many lines of `room` ems as it takes."""
    before, parts, joint, behind = terms
    pieces = list(parts)
    pieces[0] = before + pieces[0]
    pieces[-1] += behind
    return _wrapped(pieces, joint, room, font)


def _wrapped(pieces: list[str], joint: str, room: float, font: Metrics) -> list[str]:
    lines = [pieces[0]]
    for piece in pieces[1:]:
        longer = lines[-1] + joint + piece
        if font.width(longer, 1) <= room:
            lines[-1] = longer
        else:
            lines[-1] += joint.rstrip()
            lines.append(piece)
    return lines


@dataclass(frozen=True)
class Block:
    """Lines of text under one another, at one font size."""

    lines: tuple[str, ...]
    em: float
    font: Metrics

    @property
    def width(self) -> float:
        """The width of the widest line, in pixels."""
        return widest(self.lines, self.font) * self.em

    @property
    def height(self) -> float:
        """The height of all lines, in pixels."""
        return LEADING * self.em * len(self.lines)

    def from_left(self, left: float, top: float, role: str = "label") -> Texts:
        """The block, each line starting at `left`, the first one's top at `top`."""
        points = [(left, top + (i + 0.5) * LEADING * self.em) for i in range(len(self.lines))]
        return Texts(role, np.array(points), self.lines, self.em, "start", font=self.font)

    def at(self, middle: float, top: float, role: str = "label") -> Texts:
        """The block, each line centred on `middle`, the first starting at `top`."""
        points = [(middle, top + (i + 0.5) * LEADING * self.em) for i in range(len(self.lines))]
        return Texts(role, np.array(points), self.lines, self.em, font=self.font)


def text_block(page: Page, text: str, room: float) -> Block:
    """Text in `room` pixels: on one line, smaller where need be, else on several at the least size."""
    width = page.font.width(text, 1)
    em = page.label_em if width == 0 else max(page.least_em, min(page.label_em, room / width))
    return Block(wrapped(text, room / em, page.font), em, page.font)


def words_of(text: str) -> list[str]:
    """The words between which a text may be broken: a number stays with the argument that it is of."""
    return _WORDS.findall(text)


def wrapped(text: str, room: float, font: Metrics) -> tuple[str, ...]:
    """Text on lines of `room` ems, broken between words, and within those that are longer than a line."""
    lines = [""]
    for word in words_of(text):
        longer = f"{lines[-1]} {word}".strip()
        if font.width(longer, 1) <= room:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if lines[-1] and font.width(lines[-1] + character, 1) > room:
                lines.append("")
            lines[-1] += character
    return tuple(line for line in lines if line)


def refuse_crowded_text(scene: Scene) -> None:
    """Raise TooNarrowError where words around the maps reach past the page, or into one another.

    Text that may shrink finds its room; text of a size that is given may not.
    """
    said = [s for s in scene.shapes if isinstance(s, Texts) and s.role in ("label", "caption") and s.when == ALWAYS]
    boxes = np.array([_letters(texts, i) for texts in said for i in range(len(texts))]).reshape(-1, 4)
    left, top, right, bottom = boxes.T
    if (left < 0).any() or (right > scene.width).any():
        raise TooNarrowError("leaves no room for the words beside the maps")
    over = (left[:, None] < right) & (right[:, None] > left) & (top[:, None] < bottom) & (bottom[:, None] > top)
    if over.sum() > len(boxes):
        raise TooNarrowError("leaves no room between the words beside the maps")


def _letters(texts: Texts, element: int) -> tuple[float, float, float, float]:
    """The box that the capitals of a still text fill: left, top, right, bottom."""
    x, y = texts.start(0, element)
    width = texts.font.width(texts.string(0, element), texts.em)
    return x, y - texts.font.cap_height * texts.em, x + width, y
