"""Areas and lines as the short data of SVG paths: what adjoins is joined, and numbers are hundredths of a pixel.

Source: Scalable Vector Graphics 2 (W3C), chapter "Paths". Lower-case commands count from where the pen is.
"""

import numpy as np

from convanim.scene.scene import Floats, Ints

_PER_PIXEL = 100


def number(hundredths: int) -> str:
    """A number of hundredths as briefly as SVG allows: `1.5`, `-.25`, `12`."""
    sign, (whole, rest) = "-" if hundredths < 0 else "", divmod(abs(hundredths), _PER_PIXEL)
    if not rest:
        return f"{sign}{whole}"
    return f"{sign}{whole or ''}.{rest:02}".rstrip("0")


def hundredths(points: Floats) -> Ints:
    """Pixels as whole hundredths."""
    return np.asarray(np.rint(points * _PER_PIXEL), dtype=np.int64)


def area_data(corners: Floats) -> str:
    """The path of areas (N, 4, 2), parallelograms; those that share a whole side as one."""
    at = hundredths(corners)
    starts, across, down = at[:, 0], at[:, 1] - at[:, 0], at[:, 3] - at[:, 0]
    starts, across, down = _joined(starts, across, down)
    starts, down, across = _joined(starts, down, across)
    pen = _Pen()
    for start, first, second in zip(starts.tolist(), across.tolist(), down.tolist()):
        pen.move(start)
        pen.line(first)
        pen.line(second)
        pen.line([-first[0], -first[1]])
        pen.close(start)
    return pen.data()


def line_data(ends: Floats) -> str:
    """The path of lines (N, 2, 2); those that go on where another ends as one."""
    at = hundredths(ends)
    backwards = (at[:, 1, 0] < at[:, 0, 0]) | ((at[:, 1, 0] == at[:, 0, 0]) & (at[:, 1, 1] < at[:, 0, 1]))
    at[backwards] = at[backwards, ::-1]
    starts, along, _ = _joined(at[:, 0], at[:, 1] - at[:, 0], np.zeros_like(at[:, 0]))
    pen = _Pen()
    for start, step in zip(starts.tolist(), along.tolist()):
        end = [start[0] + step[0], start[1] + step[1]]
        if pen.distance(end) < pen.distance(start):
            start, step = end, [-step[0], -step[1]]
        pen.move(start)
        pen.line(step)
    return pen.data()


def _joined(starts: Ints, along: Ints, beside: Ints) -> tuple[Ints, Ints, Ints]:
    """Spans (N, 2) from their starts along a vector, and a vector beside; those that go on each other as one.

    They go on where one ends as the next starts, in the same direction and with the same vector beside.
    """
    unit = np.maximum(np.gcd(along[:, 0], along[:, 1]), 1)[:, None]
    way = along // unit
    offset = starts[:, 0] * way[:, 1] - starts[:, 1] * way[:, 0]  # the same for all that lie on one line
    place = (starts * way).sum(axis=1)
    order = np.lexsort((place, offset, way[:, 1], way[:, 0], beside[:, 1], beside[:, 0]))
    starts, along, beside, way = starts[order], along[order], beside[order], way[order]
    goes_on = (starts[1:] == starts[:-1] + along[:-1]).all(axis=1)
    goes_on &= (way[1:] == way[:-1]).all(axis=1) & (beside[1:] == beside[:-1]).all(axis=1)
    firsts = np.flatnonzero(np.append(True, ~goes_on))
    lasts = np.append(firsts[1:], len(starts)) - 1
    return starts[firsts], starts[lasts] + along[lasts] - starts[firsts], beside[firsts]


class _Pen:
    """Writes a path, remembering where it is and which command came last."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._at = [0, 0]
        self._last = ""

    def distance(self, point: list[int]) -> int:
        """How far a point is, along both axes."""
        return abs(point[0] - self._at[0]) + abs(point[1] - self._at[1])

    def move(self, point: list[int]) -> None:
        """Go to a point without a line."""
        if self._parts:
            self._write("m", point[0] - self._at[0], point[1] - self._at[1])
        else:
            self._write("M", *point)
        self._at = point

    def line(self, step: list[int]) -> None:
        """Draw a line by a step from here."""
        if step[1] == 0:
            self._write("h", step[0])
        elif step[0] == 0:
            self._write("v", step[1])
        else:
            self._write("l", *step)
        self._at = [self._at[0] + step[0], self._at[1] + step[1]]

    def close(self, start: list[int]) -> None:
        """Draw a line back to where the path started."""
        self._parts.append("z")
        self._at, self._last = start, "z"

    def _write(self, command: str, *numbers: int) -> None:
        text = "" if command == self._last else command
        for n in numbers:
            written = number(n)
            text += written if text == command or written[0] == "-" else f" {written}"
        self._parts.append(text)
        self._last = command

    def data(self) -> str:
        """All that was drawn."""
        return "".join(self._parts)
