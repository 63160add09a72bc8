"""Areas and lines as pixels. Each is a function of where it stands within a pixel alone: equal ones are equal pixels.

A line is spans of pixels across it, one for each row where it is steep and for each column where it is flat, that start
and end on whole parts of a pixel: it is as thick everywhere, and few colours draw it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from convanim.drawn import Areas, Strokes
from convanim.render.boxes import Box
from convanim.scene import Floats, Ints

_Dash = tuple[float, tuple[float, float]] | None
_THIN = 2
_NEAR = 1e-9  # what is this near to half a pixel is half a pixel, wherever it stands
_AT_ONCE = 1 << 18  # pixels that are looked at together


@dataclass(frozen=True)
class Dots:
    """Runs of pixels in a row, the first of each, and how many parts of them are covered; `runs` are 1 where None."""

    x: Ints
    y: Ints
    parts: NDArray[np.uint8]
    runs: Ints | None = None

    @cached_property
    def bounds(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom, the last ones not in it."""
        last = self.x if self.runs is None else self.x + self.runs - 1
        return int(self.x.min()), int(self.y.min()), int(last.max()) + 1, int(self.y.max()) + 1

    def flat(self, where: NDArray[np.bool_], width: int) -> Ints:
        """The pixels of some runs, in a picture of this width from (0, 0) taken row by row."""
        firsts: Ints = self.y[where] * width + self.x[where]
        if self.runs is None:
            return firsts
        runs = self.runs[where]
        ends = np.cumsum(runs)
        return np.repeat(firsts - ends + runs, runs) + np.arange(ends[-1] if len(ends) else 0)


@dataclass(frozen=True)
class Stamped:
    """The same dots around each of some places (N, 2)."""

    places: Ints
    dots: Dots

    @cached_property
    def bounds(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of all dots, the last ones not in it."""
        (first_x, first_y), (last_x, last_y) = self.places.min(axis=0).tolist(), self.places.max(axis=0).tolist()
        left, top, right, bottom = self.dots.bounds
        return first_x + left, first_y + top, last_x + right, last_y + bottom

    def flat(self, box: Box, covered: int) -> Ints:
        """The dots of which so many parts are covered, in a picture of a box, as wide as they are, row by row."""
        width = box.right - box.left
        kept = self.dots.parts == covered
        starts: Ints = (self.places[:, 1] - box.top) * width + (self.places[:, 0] - box.left)
        if box.top <= self.bounds[1] and self.bounds[3] <= box.bottom:
            return np.asarray(starts[:, None] + self.dots.flat(kept, width))
        down, (_, top, _, bottom) = self.places[:, 1], self.dots.bounds
        near = np.flatnonzero((down + top < box.bottom) & (down + bottom > box.top))
        if bottom - top <= box.bottom - box.top:
            found = (starts[near][:, None] + self.dots.flat(kept, width)).ravel()
            return found[(found >= 0) & (found < box.area)]
        parts = [np.zeros(0, dtype=np.int64)]
        for place in near:
            within = kept & (self.dots.y + down[place] >= box.top) & (self.dots.y + down[place] < box.bottom)
            parts.append(starts[place] + self.dots.flat(within, width))
        return np.concatenate(parts)


def areas(mark: Areas) -> list[Stamped]:
    """The pixels whose middles are in areas."""
    return [
        Stamped(places, dots)
        for shape, places in _alike(mark.corners)
        if len((dots := _inside(tuple(shape.ravel().tolist()))).x)
    ]


def strokes(mark: Strokes, parts: int) -> list[Stamped]:
    """The pixels under lines, in `parts` parts each."""
    return [
        Stamped(places, dots)
        for shape, places in _alike(mark.ends)
        if len((dots := _line(tuple(shape.ravel().tolist()), mark.width, mark.dash, parts)).x)
    ]


def _alike(shapes: Floats) -> Iterator[tuple[Floats, Ints]]:
    """The different ones of shapes (N, points, 2), and the places (M, 2) where each is found."""
    if not len(shapes):
        return
    places = np.floor(shapes[:, 0])
    shapes, places = shapes - places[:, None], places.astype(np.int64)
    while len(shapes):
        same = (shapes == shapes[0]).all(axis=(1, 2))
        yield shapes[0], places[same]
        shapes, places = shapes[~same], places[~same]


@lru_cache(maxsize=256)
def _inside(flat: tuple[float, ...]) -> Dots:
    """The pixels whose middles are in one convex area."""
    corners = np.array(flat).reshape(-1, 2)
    left, top = np.floor(corners.min(axis=0)).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    edges = list(zip(corners.tolist(), np.roll(corners, -1, axis=0).tolist()))
    rows, first, runs = [], [], []
    x, height = np.arange(left, right), max(1, _AT_ONCE // max(right - left, 1))
    for start in range(top, bottom, height):
        y = np.arange(start, min(start + height, bottom))[:, None]
        turns = [(bx - ax) * (y + 0.5 - ay) - (by - ay) * (x + 0.5 - ax) for (ax, ay), (bx, by) in edges]
        inside = np.all([turn >= 0 for turn in turns], axis=0) | np.all([turn <= 0 for turn in turns], axis=0)
        counts = inside.sum(axis=1)  # a row's pixels follow each other, since the area is convex
        some = np.flatnonzero(counts)
        rows.append(some + start)
        first.append(inside[some].argmax(axis=1) + left)
        runs.append(counts[some])
    if not rows:
        return Dots(*(np.zeros(0, dtype=np.int64),) * 2, np.zeros(0, dtype=np.uint8))
    down = np.concatenate(rows)
    return Dots(np.concatenate(first), down, np.ones(len(down), dtype=np.uint8), np.concatenate(runs))


@lru_cache(maxsize=1024)
def _line(flat: tuple[float, ...], width: float, dash: _Dash, parts: int) -> Dots:
    """One line, or its dashes."""
    start, end = np.array(flat).reshape(2, 2)
    along = end - start
    length = float(np.hypot(*along))
    if not length:
        return Dots(*(np.zeros(0, dtype=np.int64),) * 2, np.zeros(0, dtype=np.uint8))
    across = 0 if abs(along[0]) < abs(along[1]) else 1  # the axis of its spans: x where it is steep
    on = 1 - across
    is_straight = not along[across]
    grain = 1 if is_straight else parts  # upright and level lines cover whole pixels
    # Thin lines in whole pixels are as many of them whichever way they run, so that those of a grid are alike.
    leaning = 1.0 if parts == 1 and width < _THIN else length / abs(along[on])
    spread = max(grain, round(width * grain * leaning))
    cap = spread / 2 if is_straight else width / 2 * abs(along[on]) / length
    runs = [start[on] + along[on] / length * np.array(run) for run in _drawn(length, dash)]
    lines = np.concatenate([_lines(run.min(), run.max(), 0.0 if dash else cap) for run in runs])
    middle = start[across] + (lines + 0.5 - start[on]) * along[across] / along[on]
    first = np.floor(middle * grain - spread / 2 + 0.5 + _NEAR).astype(np.int64)[:, None]
    pixels = first // grain + np.arange(spread // grain + 2)
    covered = np.minimum(first + spread, (pixels + 1) * grain) - np.maximum(first, pixels * grain)
    kept = covered > 0
    spans, lines = pixels[kept], np.broadcast_to(lines[:, None], pixels.shape)[kept]
    x, y = (spans, lines) if across == 0 else (lines, spans)
    return Dots(x, y, (covered[kept] * (parts // grain)).astype(np.uint8))


def _lines(first: float, last: float, cap: float) -> Ints:
    """The rows or columns of pixels from one place to another and a cap beyond both; at least one.

    Ends are rounded as a line's sides are: where lines meet at a corner, none reaches past the other.
    """
    begin, end = np.floor(first - cap + 0.5 + _NEAR), np.floor(last - cap + 0.5 + _NEAR) + np.round(2 * cap)
    return np.arange(begin, max(end, begin + 1), dtype=np.int64)


def _drawn(length: float, dash: _Dash) -> list[tuple[float, float]]:
    """What is drawn of a line of some length: from where to where."""
    if dash is None:
        return [(0.0, length)]
    offset, (on, off) = dash
    starts = np.arange(-offset, length, on + off).tolist()
    return [(max(start, 0.0), min(start + on, length)) for start in starts if min(start + on, length) > max(start, 0)]
