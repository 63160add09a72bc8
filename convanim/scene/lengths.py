"""Lengths as people write them: `480` and `480px` in pixels, `8.5cm`, `85mm`, `3.35in` and `241pt` on paper."""

import re
from dataclasses import dataclass
from math import ceil

from convanim.errors import RequestError, either, suggestion

PIXELS = "px"
_INCHES = {"cm": 1 / 2.54, "mm": 1 / 25.4, "in": 1.0, "pt": 1 / 72, PIXELS: 1 / 96}  # as CSS has them
PAPER = tuple(unit for unit in _INCHES if unit != PIXELS)
_STEP = {"cm": 0.1, "mm": 1.0, "in": 0.1, "pt": 1.0, PIXELS: 1.0}  # what a length is rounded to when one is proposed
_LENGTH = re.compile(r"\s*([+-]?)([0-9]+\.?[0-9]*|\.[0-9]+)\s*([^\s0-9.,+-]*)\s*")
_COMMA = re.compile(r"\s*[0-9]+,[0-9]+\s*[a-zA-Z]*\s*")
_MOST = 1e6  # of any unit; far more than is drawn


@dataclass(frozen=True)
class Length:
    """A positive number of a unit."""

    number: float
    unit: str

    @property
    def inches(self) -> float:
        """The length in inches, of which a pixel is a 96th."""
        return self.number * _INCHES[self.unit]

    @property
    def is_on_paper(self) -> bool:
        """Whether it is a length of the world, not of a screen."""
        return self.unit != PIXELS

    def rounded_up(self) -> "Length":
        """The next length that is easily said."""
        steps = ceil(round(self.number / _STEP[self.unit], 6))
        return Length(round(steps * _STEP[self.unit], 6), self.unit)

    def rounded_down(self) -> "Length":
        """The last one before it that is easily said."""
        steps = int(round(self.number / _STEP[self.unit], 6))
        return Length(round(steps * _STEP[self.unit], 6), self.unit)

    def __str__(self) -> str:
        return f"{self.number:.6f}".rstrip("0").rstrip(".") + self.unit


def length_of(field: str, value: object, such: str) -> Length:
    """The length that a whole number of pixels, or a text with a unit, says; `such` are examples of what would do.

    Raises RequestError, with `field` in it, for what is no length, or none that is larger than 0.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        text = f"{value}" if abs(value) < _MOST else f"{'-' if value < 0 else ''}{_MOST:.0f}"
    elif isinstance(value, str):
        text = value
    else:
        raise RequestError(field, value, "not a length", f"give such as {such}")
    found = _LENGTH.fullmatch(text)
    if found is None:
        if _COMMA.fullmatch(text):
            raise RequestError(field, value, "a decimal comma", f"write a point: {text.strip().replace(',', '.')}")
        raise RequestError(field, value, "not a length", f"give such as {such}")
    if not found[3] and isinstance(value, str):
        raise RequestError(field, value, "it has no unit", f"give such as {such}")
    unit, number = found[3].lower() or PIXELS, float(found[2])
    if unit not in _INCHES:
        fix = suggestion(unit, _INCHES, f"units are {either(tuple(_INCHES))}")
        raise RequestError(field, value, f"there is no unit {found[3]}", f"{fix}, as in {such}")
    if found[1] == "-" or number <= 0:
        raise RequestError(field, value, "not more than 0", f"give such as {such}")
    return Length(min(number, _MOST), unit)
