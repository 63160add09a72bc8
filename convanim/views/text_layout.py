"""Text in and around the maps: how large it may be, and where its lines go."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import TypeGuard

import numpy as np

from convanim.scene.font import Metrics
from convanim.scene.scene import ALWAYS, Lattice, Scene, Shape, Texts
from convanim.views.drawing import Page, TooNarrowError
from convanim.words.language import PUNCTUATION, Words

LEADING = 1.5  # from one line of text to the next, in ems
_ROUNDED = 1e-9
_PARTS = re.compile(r"\d(?:[\d.,\u00a0\u202f]*\d)?|.")  # of a word: numbers, and other characters
CLEAR = 0.84  # how much of a cell text may fill


def fits(lattice: Lattice, width: float, height: float, most: float = CLEAR) -> bool:
    """Whether a box of pixels fits into the middle of a cell, of which it may fill so much."""
    (cx, cy), (rx, ry) = lattice.column, lattice.row
    area = abs(cx * ry - cy * rx)
    along_column = (abs(ry) * width + abs(rx) * height) / area
    along_row = (abs(cy) * width + abs(cx) * height) / area
    return max(along_column, along_row) <= most


def widest(strings: Iterable[str], font: Metrics) -> float:
    """The width of the widest string, in ems."""
    return max((font.width(s, 1) for s in set(strings)), default=0.0)


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
    # At a size made to fit, the text is as wide as its room but for what division rounds off.
    return Block(wrapped(text, room / em * (1 + _ROUNDED), page), em, page.font)


def words_of(text: str, language: Words) -> list[str]:
    """The words between which a text may be broken: a number stays with the argument that it is of."""
    return language.word.findall(text)


def wrapped(text: str, room: float, page: Page) -> tuple[str, ...]:
    """Text on lines of `room` ems, broken between words, and within those that are longer than a line.

    A number is never broken.
    """
    lines, font = [""], page.font
    for word in words_of(text, page.words):
        blank = "" if lines[-1].endswith(tuple(PUNCTUATION)) else " "
        longer = f"{lines[-1]}{blank}{word}".strip()
        if font.width(longer, 1) <= room:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for part in _PARTS.findall(word):
            if lines[-1] and font.width(lines[-1] + part, 1) > room:
                lines.append("")
            lines[-1] += part
    return tuple(line for line in lines if line)


def is_number(shape: Shape) -> TypeGuard[Texts]:
    """Whether a shape is of numbers in cells, and no words, equation or sign beside them."""
    return isinstance(shape, Texts) and shape.role not in ("label", "equation", "faint", "caption")


def numbers_alike(shapes: Sequence[Shape], em: float = inf) -> list[Shape]:
    """Shapes with the numbers in their cells at one font size: the smallest of theirs, and `em` at most."""
    least = min((shape.em for shape in shapes if is_number(shape)), default=em)
    return [replace(shape, em=min(least, em)) if is_number(shape) else shape for shape in shapes]


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
