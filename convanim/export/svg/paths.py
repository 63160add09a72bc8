"""Areas and lines as the short data of SVG paths; numbers are hundredths of a pixel.

Source: Scalable Vector Graphics 2 (W3C), chapter "Paths". Lower-case commands count from where the pen is.
"""

from convanim.export.joined_shapes import PER_PIXEL, joined_areas, joined_lines
from convanim.scene.scene import Floats


def number(hundredths: int) -> str:
    """A number of hundredths as briefly as SVG allows: `1.5`, `-.25`, `12`."""
    sign, (whole, rest) = "-" if hundredths < 0 else "", divmod(abs(hundredths), PER_PIXEL)
    if not rest:
        return f"{sign}{whole}"
    return f"{sign}{whole or ''}.{rest:02}".rstrip("0")


def area_data(corners: Floats) -> str:
    """The path of areas (N, 4, 2), parallelograms; those that share a whole side as one."""
    pen = _Pen()
    for start, first, second in zip(*(part.tolist() for part in joined_areas(corners))):
        pen.move(start)
        pen.line(first)
        pen.line(second)
        pen.line([-first[0], -first[1]])
        pen.close(start)
    return pen.data()


def line_data(ends: Floats) -> str:
    """The path of lines (N, 2, 2); those that go on where another ends as one."""
    pen = _Pen()
    for start, step in zip(*(part.tolist() for part in joined_lines(ends))):
        end = [start[0] + step[0], start[1] + step[1]]
        if pen.distance(end) < pen.distance(start):
            start, step = end, [-step[0], -step[1]]
        pen.move(start)
        pen.line(step)
    return pen.data()


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
