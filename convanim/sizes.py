"""One number per axis, from any way of writing it: 5, (5, 7), "5x7", "1:0x2:2"."""

import operator
import re
from collections.abc import Sequence
from typing import SupportsIndex, TypeAlias

from convanim.errors import RequestError

Sizes: TypeAlias = tuple[int, ...]
Sides: TypeAlias = tuple[tuple[int, int], ...]
SizeLike: TypeAlias = SupportsIndex | str | Sequence[SupportsIndex]
PaddingLike: TypeAlias = SupportsIndex | str | Sequence[SupportsIndex | Sequence[SupportsIndex]]

AXIS_NAMES = {1: ("width",), 2: ("height", "width")}
_TIMES = re.compile("[x×X]")
_NUMBER = re.compile("[0-9]{1,18}")
_SIZES_FIX = "give one whole number, or one per axis such as 5x7 (height x width)"
_PADDING_FIX = "give one whole number, one per axis such as 1x2, or before:after such as 1:0x2:2"


def is_single(value: object) -> bool:
    """Whether a size is one number for every axis rather than one per axis."""
    return isinstance(value, SupportsIndex) or (isinstance(value, str) and not _TIMES.search(value))


def count_axes(field_values: dict[str, object], dims: int | None = None) -> int:
    """How many axes a layer has: `dims` if given, else what its sizes say, else 2.

    Raises RequestError when the sizes disagree or there are neither one nor two axes.
    """
    said: dict[str, tuple[int, object]] = {} if dims is None else {"dims": (dims, dims)}
    for field, value in field_values.items():
        if value is None or is_single(value):
            continue
        if isinstance(value, str):
            said[field] = (len(_TIMES.split(value)), value)
        elif isinstance(value, Sequence):
            said[field] = (len(value), tuple(value))
    for field, (axes, value) in said.items():
        if axes not in AXIS_NAMES:
            raise RequestError(field, value, f"that is {axes} axes", "a layer has 1 or 2: give one or two numbers")
    counts = {axes for axes, _ in said.values()}
    if len(counts) > 1:
        (first, (axes, value)), *others = said.items()
        other, (other_axes, other_value) = next(item for item in others if item[1][0] != axes)
        raise RequestError(
            other,
            other_value,
            f"{_axes(other_axes)}, but {first} {value} has {axes}",
            "give one number, or as many as there are axes",
        )
    return counts.pop() if counts else 2


def _axes(count: int) -> str:
    return "that is one axis" if count == 1 else f"that is {count} axes"


def per_axis(field: str, value: SizeLike, dims: int, minimum: int) -> Sizes:
    """`value` as `dims` whole numbers of at least `minimum`; raises RequestError."""
    if isinstance(value, str):
        numbers = tuple(_whole(field, value, part, _SIZES_FIX) for part in _TIMES.split(value))
    elif isinstance(value, Sequence):
        numbers = tuple(_whole(field, tuple(value), part, _SIZES_FIX) for part in value)
    else:
        numbers = (_whole(field, value, value, _SIZES_FIX),)
    if len(numbers) == 1:
        numbers *= dims
    for number in numbers:
        if number < minimum:
            raise RequestError(field, value, f"must be at least {minimum}", f"try {minimum} or more")
    return numbers


def per_side(field: str, value: PaddingLike, dims: int) -> Sides:
    """`value` as `dims` pairs (before, after) of whole numbers; raises RequestError."""
    parts: Sequence[object]
    if isinstance(value, str):
        parts = [part.split(":") if ":" in part else part for part in _TIMES.split(value)]
    elif isinstance(value, Sequence):
        parts = value
    else:
        parts = [value]
    sides = tuple(_pair(field, value, part) for part in parts)
    if len(sides) == 1:
        sides *= dims
    for number in (n for pair in sides for n in pair):
        if number < 0:
            raise RequestError(field, value, "must not be negative", "try 0 or more")
    return sides


def _pair(field: str, value: object, part: object) -> tuple[int, int]:
    if isinstance(part, Sequence) and not isinstance(part, str):
        if len(part) != 2:
            raise RequestError(field, value, "each axis has two sides", _PADDING_FIX)
        return (_whole(field, value, part[0], _PADDING_FIX), _whole(field, value, part[1], _PADDING_FIX))
    number = _whole(field, value, part, _PADDING_FIX)
    return (number, number)


def _whole(field: str, value: object, part: object, fix: str) -> int:
    text = part.strip() if isinstance(part, str) else ""
    if text and _NUMBER.fullmatch(text.removeprefix("-")):
        return int(text)
    if isinstance(part, SupportsIndex) and not isinstance(part, (bool, str)):
        return operator.index(part)
    raise RequestError(field, value, "not a whole number" + (" per axis" if part is not value else ""), fix)


def spelled(sizes: Sizes) -> str:
    """Sizes as pictures and messages show them: `5×7`."""
    return "×".join(map(str, sizes))


def spelled_sides(sides: Sides) -> str:
    """Padding as pictures and messages show it: `1`, `1×2`, `1:0×2:2`."""
    if len(set(sides)) == 1 and len(set(sides[0])) == 1:
        return str(sides[0][0])
    return "×".join(str(a) if a == b else f"{a}:{b}" for a, b in sides)


def spelled_short(sizes: Sizes) -> str:
    """Like `spelled`, but one number when all axes agree: `2`, `1×3`."""
    return str(sizes[0]) if len(set(sizes)) == 1 else spelled(sizes)
