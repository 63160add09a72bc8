"""Rows of numbers in CSV, as people and spreadsheets write them: what can be meant in one way alone is read.

Semicolons or tabs may stand between the numbers, whose decimals then may have commas; a first line of words is a
header; columns at the end and lines without any number are none.
"""

from array import array
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import chain

import numpy as np

from convanim.errors import RequestError, shown
from convanim.files.user_files import MIB, read_text
from convanim.numbers.maps import Numbers, checked

_LARGEST = 2 * MIB  # a million numbers, which take seconds
_LONGEST = 400  # digits; longer numbers no float holds, and Python takes its time over
_FIX = "give numbers between commas"
_NAMES = {";": "semicolons", "\t": "tabs"}  # of separators that leave commas to decimals


def csv_numbers(field: str, name: str) -> Numbers:
    """The numbers of a file, one row alone as a line; raises RequestError where it is not clear what is meant."""
    text = read_text(field, name, _LARGEST, kind="CSV", smaller="give it as a .npy, saved with numpy.save")
    try:
        cells = _Reader(_separator(text.lstrip().partition("\n")[0])).numbers(text)
    except _WrongLineError as error:
        raise RequestError(field, name, *error.args) from None
    return checked(field, name, cells)


def _separator(line: str) -> str:
    """What stands between the numbers of a first line."""
    if ";" in line:
        return ";"
    cells = [cell.strip() for cell in line.strip().split("\t")]
    # A tab beside a comma is a blank.
    return "\t" if len(cells) > 1 and not any(cell.startswith(",") or cell.endswith(",") for cell in cells) else ","


class _WrongLineError(Exception):
    """The rule that a line breaks, and a way out."""


class _Reader:
    """What reads the rows of one file. Lines are counted as editors do; blanks around cells are none."""

    def __init__(self, separator: str) -> None:
        self._separator = separator
        self._points: set[str] = set()  # signs of decimals that were met, where commas may be some

    def numbers(self, text: str) -> Numbers:
        """The numbers of all rows; raises _WrongLineError."""
        rows = self._rows(text)
        top = next(rows, None)
        if top is not None and self._is_header(*top):
            top = next(rows, None)
        if top is None:
            raise _WrongLineError("holds no numbers", _FIX)
        blanks = _blanks(top[1])
        width = len(top[1]) - blanks
        whole, numbers = array("q"), array("d")
        is_whole, is_long = True, False
        for line, cells in chain([top], rows):
            if len(cells) != width + blanks:
                rule = f"line {line} has {len(cells)} numbers, line {top[0]} has {width + blanks}"
                raise _WrongLineError(rule, "even them out")
            if any(cells[width:]):
                raise _no_number(top[0], "")
            found = self._row(line, cells[:width])
            if is_whole:
                is_whole = all(type(number) is int for number in found)
            try:
                if is_whole and not is_long:
                    whole.extend(found)  # type: ignore[arg-type]
            except OverflowError:
                is_long = True
            try:
                numbers.extend(found)
            except OverflowError:
                raise _TOO_LONG from None
        if is_whole and is_long:
            raise _TOO_LONG
        every = np.array(whole if is_whole else numbers)
        return every if len(every) == width else every.reshape(-1, width)

    def _rows(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """The lines that hold anything, each with its number."""
        import csv  # late, for whoever reads no file waits for it too

        reader = csv.reader(StringIO(text, newline=None), delimiter=self._separator)
        line = 1
        try:
            for row in reader:
                if row:
                    cells = [cell.strip() for cell in row]
                    if any(cells):
                        yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise _WrongLineError(f"line {line} is not CSV: {error}", _FIX) from None

    def _is_header(self, line: int, cells: Sequence[str]) -> bool:
        """Whether a line holds words alone; raises _WrongLineError for one of which that is not clear."""
        words = [cell for cell in cells if cell and self._number(cell) is None]
        if not words:
            return False
        if not all(word[0].isalpha() for word in words):
            raise _no_number(line, next(word for word in words if not word[0].isalpha()))
        if len(words) < len(cells) - _blanks(cells):
            what = "a blank cell" if "" in cells else "a number"
            raise _WrongLineError(f"line {line} may be a header, but has {what} in it", "leave out what names the rows")
        return True

    def _row(self, line: int, cells: Sequence[str]) -> list[int | float]:
        """The numbers of a line; raises _WrongLineError."""
        found = []
        for cell in cells:
            number = self._number(cell)
            if number is None:
                raise _no_number(line, cell)
            found.append(number)
        if self._separator in _NAMES:
            self._points |= {sign for cell in cells for sign in ",." if sign in cell}
            if len(self._points) > 1:
                between = _NAMES[self._separator]
                rule = f"line {line}: with {between} between numbers, commas and points in them may both be decimals"
                raise _WrongLineError(rule, "write decimals in one way, and nothing between thousands")
        return found

    def _number(self, cell: str) -> int | float | None:
        if "_" in cell or not cell.isascii():
            return None
        digits = cell[1:] if cell[:1] in ("+", "-") else cell
        if digits.isdecimal() and len(digits) < _LONGEST:
            return int(cell)
        try:
            return float(cell.replace(",", ".") if self._separator in _NAMES else cell)
        except ValueError:
            return None


_TOO_LONG = _WrongLineError("holds a whole number of more than 64 bits", "give smaller ones")


def _blanks(cells: Sequence[str]) -> int:
    """How many blank cells stand at the end."""
    count = 0
    while not cells[-1 - count]:
        count += 1
    return count


def _no_number(line: int, cell: str) -> _WrongLineError:
    if not cell:
        return _WrongLineError(f"line {line} has a blank cell", "write 0 where there is nothing")
    return _WrongLineError(f"line {line} has {shown(cell, 20)}, which is no number", _FIX)
