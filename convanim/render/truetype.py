"""Outlines of characters from a TrueType file: no more of the format than upright, unhinted text needs.

Source: the OpenType specification, tables `cmap` (format 4), `head`, `loca` and `glyf`.
"""

from struct import unpack_from

import numpy as np
from numpy.typing import NDArray

from convanim.scene import Floats

# How an outline goes on to a point, in the codes of matplotlib's paths.
MOVE, LINE, CURVE, CLOSE = 1, 2, 3, 79

_ON, _X_SHORT, _Y_SHORT, _REPEAT, _X_SAME, _Y_SAME = (1 << bit for bit in range(6))
_WORDS, _OFFSETS, _SCALE, _MORE, _TWO_SCALES, _MATRIX = 1, 2, 8, 32, 64, 128

_Contour = list[tuple[float, float, bool]]  # points, and whether the line passes through them


class TrueType:
    """A font, whose characters have outlines in font units, y up."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        count = unpack_from(">H", data, 4)[0]
        records = [unpack_from(">4s4xI4x", data, 12 + 16 * i) for i in range(count)]
        self._at = {name.decode("latin-1"): offset for name, offset in records}
        self._has_long_places = unpack_from(">h", data, self._at["head"] + 50)[0] == 1
        self._ranges = self._character_ranges()

    def outline(self, character: str) -> tuple[Floats, NDArray[np.uint8]]:
        """The vertices (N, 2) of a character's outline, and the code of each; curves are quadratic."""
        points: list[tuple[float, float]] = []
        codes: list[int] = []
        for contour in self._contours(self._glyph(ord(character))):
            _draw(contour, points, codes)
        return np.array(points, dtype=float).reshape(-1, 2), np.array(codes, dtype=np.uint8)

    def _character_ranges(self) -> list[tuple[int, int, int, int, int]]:
        """First and last character, what to add, an offset and where it counts from, of each range."""
        cmap, data = self._at["cmap"], self._data
        count = unpack_from(">H", data, cmap + 2)[0]
        tables = [cmap + unpack_from(">I", data, cmap + 8 + 8 * i)[0] for i in range(count)]
        table = next(table for table in tables if unpack_from(">H", data, table)[0] == 4)
        twice = unpack_from(">H", data, table + 6)[0]
        starts = [table + 14, table + 16 + twice, table + 16 + 2 * twice, table + 16 + 3 * twice]
        last, first, delta, offset = (unpack_from(f">{twice // 2}H", data, start) for start in starts)
        places = range(starts[3], starts[3] + twice, 2)
        return list(zip(first, last, delta, offset, places))

    def _glyph(self, character: int) -> int:
        for first, last, delta, offset, place in self._ranges:
            if first <= character <= last:
                if not offset:
                    return (character + delta) & 0xFFFF
                glyph: int = unpack_from(">H", self._data, place + offset + 2 * (character - first))[0]
                return (glyph + delta) & 0xFFFF if glyph else 0
        return 0

    def _contours(self, glyph: int) -> list[_Contour]:
        data, loca = self._data, self._at["loca"]
        if self._has_long_places:
            start, end = unpack_from(">2I", data, loca + 4 * glyph)
        else:
            start, end = (2 * place for place in unpack_from(">2H", data, loca + 2 * glyph))
        if start == end:
            return []
        at = self._at["glyf"] + start
        count = unpack_from(">h", data, at)[0]
        return self._simple(at + 10, count) if count >= 0 else self._composed(at + 10)

    def _simple(self, at: int, count: int) -> list[_Contour]:
        data = self._data
        ends = unpack_from(f">{count}H", data, at)
        at += 2 * count
        at += 2 + unpack_from(">H", data, at)[0]  # instructions
        flags: list[int] = []
        while len(flags) <= ends[-1]:
            flag, again = data[at], 1
            at += 1
            if flag & _REPEAT:
                again += data[at]
                at += 1
            flags += [flag] * again
        x, at = self._along(at, flags, _X_SHORT, _X_SAME)
        y, at = self._along(at, flags, _Y_SHORT, _Y_SAME)
        points = [(float(a), float(b), bool(flag & _ON)) for a, b, flag in zip(x, y, flags)]
        return [points[first:last] for first, last in zip((0, *(end + 1 for end in ends)), (end + 1 for end in ends))]

    def _along(self, at: int, flags: list[int], short: int, same: int) -> tuple[list[int], int]:
        """The coordinates of points on one axis, and where the data goes on."""
        found, now = [], 0
        for flag in flags:
            if flag & short:
                now += self._data[at] if flag & same else -self._data[at]
                at += 1
            elif not flag & same:
                now += unpack_from(">h", self._data, at)[0]
                at += 2
            found.append(now)
        return found, at

    def _composed(self, at: int) -> list[_Contour]:
        """Contours of other glyphs, each moved and scaled."""
        contours: list[_Contour] = []
        flags = _MORE
        while flags & _MORE:
            flags, glyph = unpack_from(">2H", self._data, at)
            if not flags & _OFFSETS:
                raise ValueError("parts that are put together point by point are not known")
            dx, dy = unpack_from(">2h" if flags & _WORDS else ">2b", self._data, at + 4)
            at += 8 if flags & _WORDS else 6
            size = 1 if flags & _SCALE else 2 if flags & _TWO_SCALES else 4 if flags & _MATRIX else 0
            scales = [number / (1 << 14) for number in unpack_from(f">{size}h", self._data, at)]
            at += 2 * size
            xx, xy, yx, yy = scales if size == 4 else [*(scales or [1.0])[:1], 0.0, 0.0, *(scales or [1.0])[-1:]]
            contours += [
                [(x * xx + y * yx + dx, x * xy + y * yy + dy, on) for x, y, on in contour]
                for contour in self._contours(glyph)
            ]
        return contours


def _draw(contour: _Contour, points: list[tuple[float, float]], codes: list[int]) -> None:
    """Add a contour to an outline: between two points that are off the line it passes through their middle."""
    if not contour:
        return
    if not contour[0][2]:
        last = contour[-1]
        x, y, _ = contour[0]
        start = last if last[2] else ((x + last[0]) / 2, (y + last[1]) / 2, True)
        contour = [start, *(contour[:-1] if last[2] else contour)]
    first = contour[0][:2]
    points.append(first)
    codes.append(MOVE)
    control: tuple[float, float] | None = None
    for x, y, on in contour[1:]:
        if control is not None:
            points += [control, (x, y) if on else ((control[0] + x) / 2, (control[1] + y) / 2)]
            codes += [CURVE, CURVE]
            control = None
        elif on:
            points.append((x, y))
            codes.append(LINE)
        if not on:
            control = (x, y)
    points += [first, first] if control is None else [control, first, first]
    codes += [LINE, CLOSE] if control is None else [CURVE, CURVE, CLOSE]
