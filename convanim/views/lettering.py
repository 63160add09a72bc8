"""Text in and around the maps: how large it may be, and where its lines go."""

from bisect import bisect_right
from collections.abc import Iterable

import numpy as np

from convanim.errors import RequestError
from convanim.font import CAP_HEIGHT, text_width
from convanim.numerals import Terms
from convanim.scene import Lattice, Texts
from convanim.views.drawing import Drawing

LEADING = 1.5  # from one line of text to the next, in ems
_CLEAR = 0.84  # how much of a cell text may fill
_EQUATION_LINES = 3


def fits(lattice: Lattice, width: float, height: float) -> bool:
    """Whether a box of pixels fits into the middle of a cell."""
    (cx, cy), (rx, ry) = lattice.column, lattice.row
    area = abs(cx * ry - cy * rx)
    along_column = (abs(ry) * width + abs(rx) * height) / area
    along_row = (abs(cy) * width + abs(cx) * height) / area
    return max(along_column, along_row) <= _CLEAR


def widest(strings: Iterable[str]) -> float:
    """The width of the widest string, in ems."""
    return max((text_width(s, 1) for s in set(strings)), default=0.0)


def refuse_numbers(drawing: Drawing, lattice: Lattice, width_at_one_em: float) -> RequestError:
    """The error for numbers that are too wide for their cells, with a picture width that is enough."""
    em, wider = drawing.least_em, 1.0
    while not fits(_scaled(lattice, wider), width_at_one_em * em, CAP_HEIGHT * em):
        wider *= 1.05
    return RequestError(
        "width",
        drawing.width,
        f"the longest number does not fit into a cell of {lattice.column[0]} pixels",
        f"try {-(-int(drawing.width * wider) // 10) * 10 + 10} or more, or a smaller input",
    )


def _scaled(lattice: Lattice, factor: float) -> Lattice:
    (cx, cy), (rx, ry) = lattice.column, lattice.row
    return Lattice((0, 0), (int(cx * factor), int(cy * factor)), (int(rx * factor), int(ry * factor)))


def lines_needed(drawing: Drawing, widest_term: float, terms: int, rest: float) -> int:
    """How many lines the longest equation takes, at most three; widths in ems."""
    room = (drawing.width - 2 * drawing.margin) / drawing.label_em
    per_line = max(1, int(room / widest_term))
    lines = -(-terms // per_line)
    if lines * room < terms * widest_term + rest:
        lines += 1
    return min(lines, _EQUATION_LINES)


def broken(terms: Terms, room: float, lines: int) -> tuple[str, ...]:
    """An equation on at most `lines` lines of `room` ems; terms that find no place there are left out as `…`."""
    before, parts, joint, behind = terms

    def lines_with(kept: int) -> list[str]:
        pieces = list(parts) if kept == len(parts) else [*parts[: kept - 1], "…", parts[-1]]
        pieces[0] = before + pieces[0]
        pieces[-1] += behind
        return _wrapped(pieces, joint, room)

    kept = bisect_right(range(2, len(parts) + 1), lines, key=lambda k: len(lines_with(k))) + 1
    return tuple(lines_with(min(max(kept, 1), len(parts)))[:lines])


def _wrapped(pieces: list[str], joint: str, room: float) -> list[str]:
    lines = [pieces[0]]
    for piece in pieces[1:]:
        longer = lines[-1] + joint + piece
        if text_width(longer, 1) <= room:
            lines[-1] = longer
        else:
            lines[-1] += joint.rstrip()
            lines.append(piece)
    return lines


def stacked_lines(role: str, lines: list[str], em: float, middle: float, top: float) -> Texts:
    """Lines of text under one another, centred, the first line's top at `top`."""
    points = np.array([(middle, top + (i + 0.5) * LEADING * em) for i in range(len(lines))], dtype=float)
    return Texts(role, points.reshape(-1, 2), tuple(lines), em)
