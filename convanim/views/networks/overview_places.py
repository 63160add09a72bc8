"""Where the blocks of an overview stand: in rows of ranks from left to right, or on levels where a network is a U."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import inf
from typing import TypeAlias

from convanim.views.networks.layered import Inputs, Place, Ranked, heights

_EVENER = 0.96  # from one width that is tried for rows to the next

Point: TypeAlias = tuple[float, float]
Line: TypeAlias = tuple[int, int | None, tuple[Point, ...]]  # a source; a target, or None on the way; and the points


@dataclass(frozen=True)
class Extent:
    """How far a block with its label reaches from the line that goes through it, and how wide its column must be.

    The block itself, without its label, is `block` wide, in the middle of its column.
    """

    above: float
    below: float
    width: float
    block: float


@dataclass(frozen=True)
class Gaps:
    """Pixels between columns, between what stands above one another, and beside lines that pass."""

    columns: float
    rows: float
    lines: float


@dataclass(frozen=True)
class Places:
    """The middle of every block's column on the line through it, all lines between blocks, and the size of it all."""

    points: tuple[Point, ...]
    lines: tuple[Line, ...]
    width: float
    height: float
    rows: int


@lru_cache(maxsize=8)  # the same for every width that is tried
def _heights(found: Ranked, inputs: Inputs, extents: tuple[Extent, ...], gaps: Gaps) -> dict[Place, float]:
    return heights(found, inputs, _apart(found, extents, gaps))


def _apart(found: Ranked, extents: Sequence[Extent], gaps: Gaps) -> Callable[[Place, Place], float]:
    def apart(one: Place, other: Place) -> float:
        nodes = found.is_node(one), found.is_node(other)
        below = extents[one[0]].below if nodes[0] else 0.0
        above = extents[other[0]].above if nodes[1] else 0.0
        return below + above + (gaps.rows if any(nodes) else gaps.lines)

    return apart


def in_rows(found: Ranked, inputs: Inputs, extents: tuple[Extent, ...], gaps: Gaps, room: float) -> Places | None:
    """All ranks in as few rows as there is room for, which end where fewest lines go on; None where there is none."""
    widths = [max([extents[p[0]].width for p in rank if found.is_node(p)], default=0.0) for rank in found.order]
    steps = list(found.pieces(inputs))
    going = {one for one, _ in steps}
    tracks = [[place for place in rank if place in going] for rank in found.order]
    for most in sorted({len(places) for places in tracks}):
        turn = gaps.columns + (most - 1) * gaps.lines / 2
        ends = [rank for rank, places in enumerate(tracks) if len(places) <= most]
        rows = _evened(widths, ends, gaps.columns, room, turn)
        if rows is not None:
            break
    else:
        return None
    at = _heights(found, inputs, extents, gaps)
    page = _Rows(found, extents, gaps, at, widths, rows, tracks)
    lines = tuple(page.line(one, other) for one, other in steps)
    points = tuple((page.middle(rank), page.y((node, rank), rank)) for node, rank in enumerate(found.ranks))
    return Places(points, lines, page.width, page.tops[-1] - 2 * gaps.rows, len(rows))


class _Rows:
    """Rows of ranks in their places: where columns begin, how far down each rank is, where rows begin and end.

    `tracks` are for each rank the places that lines go on from; where a row ends there, each goes around by itself.
    """

    def __init__(
        self,
        found: Ranked,
        extents: Sequence[Extent],
        gaps: Gaps,
        at: dict[Place, float],
        widths: Sequence[float],
        rows: Sequence[range],
        tracks: Sequence[Sequence[Place]],
    ) -> None:
        self._found, self._extents, self._gaps, self._at, self._widths = found, extents, gaps, at, widths
        self._tracks, self._track = tracks, gaps.lines / 2
        most = max((len(tracks[row[-1]]) for row in rows[:-1]), default=0)
        self._turn = gaps.columns + (most - 1) * self._track if most else 0.0  # room for lines to the next row
        self._row = [number for number, row in enumerate(rows) for _ in row]
        self._lefts: list[float] = []
        self._downs: list[float] = []
        self.tops = [0.0]
        self.width = 0.0
        for row in rows:
            highest, lowest = self._reach(row)
            x = self._turn
            for rank in row:
                self._lefts.append(x)
                self._downs.append(self.tops[-1] - highest)
                x += widths[rank] + gaps.columns
            self.width = max(self.width, x - gaps.columns + self._turn)
            around = max(len(tracks[row[-1]]) - 1, 0) * self._track
            self.tops.append(self.tops[-1] + lowest - highest + 2 * gaps.rows + around)

    def _reach(self, row: range) -> tuple[float, float]:
        """How far up and down a row reaches."""
        entries = [self._at[place] for place in self._tracks[row[0] - 1]] if row[0] else []
        highest, lowest = min(entries, default=inf), max(entries, default=-inf)
        for place in (place for rank in row for place in self._found.order[rank]):
            extent = self._extents[place[0]] if self._found.is_node(place) else None
            highest = min(highest, self._at[place] - (extent.above if extent else 0.0))
            lowest = max(lowest, self._at[place] + (extent.below if extent else 0.0))
        return highest, lowest

    def middle(self, rank: int) -> float:
        """The middle of a column."""
        return self._lefts[rank] + self._widths[rank] / 2

    def y(self, place: Place, rank: int) -> float:
        """How far down a place is, or would be in the row of another rank."""
        return self._at[place] + self._downs[rank]

    def line(self, one: Place, other: Place) -> Line:
        """The line from a place to one in the next rank, from block to block or along its own column."""
        source, rank = one
        here, there = self.y(one, rank), self.y(other, other[1])
        begin = self._lefts[rank] + self._widths[rank]
        points = [(begin, here)]
        if self._found.is_node(one):
            points.insert(0, (self.middle(rank) + self._extents[source].block / 2, here))
        if self._row[rank] != self._row[other[1]]:
            # The topmost line goes around all others, and comes in first: so none crosses another.
            tracks = self._tracks[rank]
            nth, half = tracks.index(one), self._gaps.columns / 2
            x, entry = begin + half + (len(tracks) - 1 - nth) * self._track, self.y(one, other[1])
            between = self.tops[self._row[other[1]]] - self._gaps.rows - nth * self._track
            back = self._turn - 1.5 * half - nth * self._track
            points += [(x, here), (x, between), (back, between), (back, entry), (self._turn - half, entry)]
        points.append((self._lefts[other[1]], there))
        if not self._found.is_node(other):
            return source, None, (*points, (self._lefts[other[1]] + self._widths[other[1]], there))
        return source, other[0], (*points, (self.middle(other[1]) - self._extents[other[0]].block / 2, there))


def _evened(widths: Sequence[float], ends: Sequence[int], gap: float, room: float, turn: float) -> list[range] | None:
    """Ranks in as few rows as may be, these about as wide as each other; None where there is no room."""
    rows = _broken(widths, ends, gap, room, turn)
    narrower = rows
    while rows is not None and narrower is not None and len(narrower) == len(rows) > 1:
        rows, room = narrower, _EVENER * room
        narrower = _broken(widths, ends, gap, room, turn)
    return rows


def _broken(widths: Sequence[float], ends: Sequence[int], gap: float, room: float, turn: float) -> list[range] | None:
    """Ranks in rows that are at most so wide, broken behind some of them; None where that cannot be.

    Where there are several, lines turn at both ends.
    """
    if sum(widths) + gap * (len(widths) - 1) <= room:
        return [range(len(widths))]
    room -= 2 * turn
    rows: list[range] = []
    first, end, width = 0, -1, 0.0
    possible = set(ends)
    for rank, own in enumerate(widths):
        width += own + (gap if rank > first else 0.0)
        if width > room:
            if end < first:
                return None
            rows.append(range(first, end + 1))
            first = end + 1
            width = sum(widths[first : rank + 1]) + gap * (rank - first)
            if width > room:
                return None
        if rank in possible:
            end = rank
    return [*rows, range(first, len(widths))]


def levels_of(inputs: Inputs, jumps: Sequence[Fraction | None]) -> tuple[Sequence[int], Sequence[int]] | None:
    """The level and the column of every block of a network whose maps become coarser and then finer again.

    `jumps` is for each block how many input cells lie between the receptive fields of two cells side by side.
    A block that changes the level stands under or above what it reads. None where there is no way back up, or no such
    arrangement.
    """
    known = [jump for jump in jumps if jump is not None]
    if len(known) < len(jumps):
        return None
    every = sorted(set(known))
    levels = [every.index(jump) for jump in known]
    if not any(levels[node] < levels[source] for node, read in enumerate(inputs) for source in read):
        return None
    columns = _columns(inputs, levels)
    return None if columns is None else (levels, columns)


def _columns(inputs: Inputs, levels: Sequence[int]) -> list[int] | None:
    """The column of every block on its level: behind what it reads there, and under or above what it reads elsewhere.

    None where two would stand in one place, and where one reads what is two levels away.
    """
    lines = [(source, node) for node, read in enumerate(inputs) for source in read]
    if any(abs(levels[source] - levels[node]) > 1 for source, node in lines):
        return None
    least = [0] * len(levels)
    for _ in range(2 * len(levels)):
        columns: list[int] = []
        for node, read in enumerate(inputs):
            columns.append(max([least[node], *(columns[s] + (levels[s] == levels[node]) for s in read)]))
        behind = [(source, node) for source, node in lines if levels[source] != levels[node]]
        behind = [(source, node) for source, node in behind if columns[source] < columns[node]]
        for source, node in behind:
            least[source] = columns[node]
        held: set[tuple[int, int]] = set()
        for node, place in enumerate(zip(levels, columns)):
            if place in held:
                least[node] = place[1] + 1
            held.add(place)
        if not behind and len(held) == len(columns):
            return columns
    return None


def on_levels(
    inputs: Inputs, extents: Sequence[Extent], gaps: Gaps, levels: Sequence[int], columns: Sequence[int]
) -> Places:
    """Blocks on their levels, the finest maps on top; lines past others of their level go above these."""
    widths = [0.0] * (max(columns) + 1)
    above, below = [0.0] * (max(levels) + 1), [0.0] * (max(levels) + 1)
    for extent, level, column in zip(extents, levels, columns):
        widths[column] = max(widths[column], extent.width)
        above[level], below[level] = max(above[level], extent.above), max(below[level], extent.below)
    lefts = [sum(widths[:column]) + gaps.columns * column for column in range(len(widths))]
    lanes = [0] * len(above)
    lane_of: dict[tuple[int, int], int] = {}
    for source, node in _past(inputs, levels, columns):
        lanes[levels[source]] += 1
        lane_of[source, node] = lanes[levels[source]]
    y: list[float] = []
    bottom = 0.0
    for level in range(len(above)):
        top = bottom + (2 * gaps.rows if level else 0.0) + gaps.lines * lanes[level]
        y.append(top + above[level])
        bottom = y[-1] + below[level]

    def middle(column: int) -> float:
        return lefts[column] + widths[column] / 2

    lines: list[Line] = []
    for node, read in enumerate(inputs):
        x = middle(columns[node])
        for source in read:
            here, there = y[levels[source]], y[levels[node]]
            start, end = lefts[columns[source]] + widths[columns[source]], lefts[columns[node]]
            out, into = middle(columns[source]) + extents[source].block / 2, x - extents[node].block / 2
            if here < there:
                points: tuple[Point, ...] = ((x, here + extents[source].below), (x, there - extents[node].above))
            elif here > there:
                points = ((x, here - extents[source].above), (x, there + extents[node].below))
            elif (source, node) in lane_of:
                up = here - above[levels[node]] - gaps.lines * lane_of[source, node]
                half = gaps.columns / 2
                points = ((out, here), (start, here), (start + half, up), (end - half, up), (end, there), (into, there))
            else:
                points = ((out, here), (into, there))
            lines.append((source, node, points))
    points_of = tuple((middle(c), y[level]) for c, level in zip(columns, levels))
    return Places(points_of, tuple(lines), lefts[-1] + widths[-1], bottom, 1)


def _past(inputs: Inputs, levels: Sequence[int], columns: Sequence[int]) -> list[tuple[int, int]]:
    """The lines that go past other columns of their level."""
    return [
        (source, node)
        for node, read in enumerate(inputs)
        for source in read
        if levels[source] == levels[node] and columns[node] > columns[source] + 1
    ]
