"""What the cells of a figure are that are neither input nor output nor window: a line with one of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from convanim.scene.scene import Blocks, Cells, Lattice, Lines, Shape, Texts
from convanim.views.drawing import Page
from convanim.views.source_point import dot, ring
from convanim.views.text_layout import LEADING, Block, wrapped

Kinds: TypeAlias = tuple[tuple[str, str], ...]  # of each the role, and the phrase

# By role, and by map where it says more than the role: the phrase, in the order of the line.
_TOLD = {
    ("padding", ""): "key_padding",
    ("padding", "zeros"): "key_padding_zeros",
    ("padding", "border"): "key_border",
    ("padding", "border_padding"): "key_border_padding",
    ("padding", "border_padding_dilated"): "key_border_padding_dilated",
    ("padding", "cropped"): "key_cropped",
    ("zero", ""): "key_zero",
    ("overhang", ""): "key_overhang",
    ("source", ""): "key_source",
    ("point", ""): "key_point",
    ("ring", ""): "key_point",
    ("unread", ""): "key_unread",
    ("unread", "output"): "key_unreached",
    ("output_partial", "output"): "key_partial",
    ("winner", ""): "key_winner",
    ("block_cell", ""): "key_cell",
    ("block_seen", ""): "key_seen",
    ("link_plus", ""): "key_plus",
    ("link_minus", ""): "key_minus",
}
_LINES = ("source", "point", "ring", "link_plus", "link_minus")  # kinds that are lines
_BORDER = "key_border"  # the phrase, and how those begin that tell how large it is
_OF_LABELS = 0.95  # the font size
_OF_RINGS = 1.4  # ems of the side of a cell with a ring
_BESIDE = 0.45  # between a cell and its words, in ems
_APART = 1.6  # from one to the next
_STROKE = np.array([[(0.2, 0.2), (0.8, 0.8)]])


@dataclass(frozen=True)
class _Entry:
    roles: tuple[str, ...]  # that are told alike, each with a cell
    side: int  # of a cell, in pixels
    words: Block

    @property
    def step(self) -> float:
        """From the left of a cell to what is behind it, in pixels."""
        return self.side + _BESIDE * self.words.em

    @property
    def before(self) -> float:
        """From the left of the first cell to the words, in pixels."""
        return len(self.roles) * self.step

    @property
    def width(self) -> float:
        return self.before + self.words.width


def key_line(page: Page, kinds: Kinds, top: int, width: int) -> tuple[list[Shape], int]:
    """A cell and its meaning for every kind, in a picture so wide, and where the lines that start at `top` end."""
    if not kinds:
        return [], top
    em = max(page.least_em, _OF_LABELS * page.label_em)
    room = width - 2 * page.margin
    entries = []
    for phrase in dict.fromkeys(phrase for _, phrase in kinds):
        roles = tuple(role for role, other in kinds if other == phrase)
        side = round(_OF_RINGS * em if "ring" in roles else em)
        for_words = room / em - len(roles) * (side / em + _BESIDE)  # in ems
        entries.append(_Entry(roles, side, Block(_words(phrase, for_words, page), em, page.font)))
    top += round(0.5 * round(LEADING * em))
    told: list[Shape] = []
    for line in _lines(entries, room, _APART * em):
        x = width / 2 - (sum(entry.width for entry in line) + _APART * em * (len(line) - 1)) / 2
        height = round(max(entry.words.height for entry in line))
        for entry in line:
            side, middle = entry.side, top + height / 2
            for number, role in enumerate(entry.roles):
                left = round(x + number * entry.step)
                told += _cell(role, Lattice((left, top + (height - side) // 2), (side, 0), (0, side)), page.unit)
            told.append(entry.words.from_left(x + entry.before, middle - entry.words.height / 2, "caption"))
            x += entry.width + _APART * em
        top += height
    return told, top


def united(every: Sequence[Kinds]) -> Kinds | None:
    """The kinds of several figures in one line; None where cells that look alike are told otherwise in one of them.

    Borders of different sizes are borders.
    """
    if len({phrase for kinds in every for _, phrase in kinds if phrase.startswith(_BORDER)}) > 1:
        plain = [tuple((role, _BORDER if of.startswith(_BORDER) else of) for role, of in kinds) for kinds in every]
        every = [tuple(dict.fromkeys(kinds)) for kinds in plain]
    found = {kind for kinds in every for kind in kinds}
    for role in {role for role, _ in found}:
        told = {frozenset(kind for kind in kinds if kind[0] == role) for kinds in every}
        if len(told - {frozenset()}) > 1:
            return None
    return tuple((role, phrase) for (role, _), phrase in _TOLD.items() if (role, phrase) in found)


def _words(phrase: str, room: float, page: Page) -> tuple[str, ...]:
    """A phrase on lines of `room` ems; how large a border is, is told where it fits on one."""
    lines = wrapped(page.words(phrase), room, page)
    is_border = phrase.startswith(_BORDER)
    return wrapped(page.words(_BORDER), room, page) if is_border and len(lines) > 1 else lines


def kinds_among(shapes: Iterable[Shape], filled: Mapping[str, str]) -> Kinds:
    """The kinds of cells among shapes, in the order of the line.

    Padding is one kind where not all of it is zeros, and borders are where they come from different sizes.
    """
    roles = set()
    for shape in shapes:
        of = shape.map if isinstance(shape, Cells | Blocks) else ""
        of = filled.get(of) or of
        if not isinstance(shape, Texts) and (of or _is_told(shape)):
            roles.add((shape.role, of if (shape.role, of) in _TOLD else ""))
    if ("padding", "") in roles:
        roles.discard(("padding", "zeros"))
    borders = {each for each in roles if each[1].startswith("border")}
    if len(borders) > 1:
        roles = (roles - borders) | {("padding", "border")}
    return tuple((role, phrase) for (role, of), phrase in _TOLD.items() if (role, of) in roles)


def _is_told(shape: Shape) -> bool:
    """Whether a shape frames what padding copies, or marks the point that is interpolated.

    What a part of a step is about is framed alike, and needs no word.
    """
    return isinstance(shape, Lines) and shape.role in _LINES and shape.of_part is None


def _lines(entries: list[_Entry], room: float, apart: float) -> list[list[_Entry]]:
    lines: list[list[_Entry]] = [[]]
    for entry in entries:
        if lines[-1] and sum(each.width + apart for each in lines[-1]) + entry.width > room:
            lines.append([])
        lines[-1].append(entry)
    return lines


def _cell(role: str, at: Lattice, unit: float) -> list[Shape]:
    """A cell of a role."""
    if role in ("point", "ring"):
        middle = at.points(np.array((0.5, 0.5)))
        window: list[Shape] = [Blocks("window", "key", at, np.array([(0, 0, 1, 1)]))]
        return [*window, *(dot(middle, unit) if role == "point" else ring(middle, at.column[0], unit))]
    roles = ("source_edge", "source") if role == "source" else (role,)
    cell: list[Shape] = [Blocks(each, "key", at, np.array([(0, 0, 1, 1)])) for each in roles]
    if role == "unread":
        cell.append(Lines("unread", at.points(_STROKE)))
    return cell
