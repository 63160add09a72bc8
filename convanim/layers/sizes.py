"""One number per axis, from any way of writing it: 5, (5, 7), "5x7", "1:0x2:2"."""

import operator
import re
from collections.abc import Sequence
from typing import SupportsIndex, TypeAlias

from convanim.errors import RequestError, shown

Sizes: TypeAlias = tuple[int, ...]
Sides: TypeAlias = tuple[tuple[int, int], ...]
SizeLike: TypeAlias = SupportsIndex | str | Sequence[SupportsIndex]
PaddingLike: TypeAlias = SupportsIndex | str | Sequence[SupportsIndex | Sequence[SupportsIndex]]

AXIS_NAMES = {1: ("width",), 2: ("height", "width"), 3: ("depth", "height", "width")}
LARGEST = 10**18
_TIMES = re.compile("[x×X]")
_NUMBER = re.compile("[0-9]{1,18}")
_SIZES_FIX = "give one whole number, or one per axis such as 5x7 (height x width)"
_PADDING_FIX = "give one whole number, one per axis such as 1x2, or before:after such as 1:0x2:2"


def count_axes(field_values: dict[str, object], dims: object = None) -> int:
    """How many axes a layer has: `dims` if given, else what its sizes say, else 2.

    Raises RequestError when the sizes disagree or there are not one to three axes.
    """
    said: dict[str, tuple[int, object]] = {}
    if dims is not None:
        if isinstance(dims, bool) or not isinstance(dims, int) or dims not in AXIS_NAMES:
            raise RequestError("dims", dims, "not a number of axes", "give 1, 2 or 3")
        said["dims"] = (dims, dims)
    for field, value in field_values.items():
        parts = _parts(value)
        if parts is not None:
            said[field] = (len(parts), value)
    for field, (axes, value) in said.items():
        if axes not in AXIS_NAMES:
            raise RequestError(field, value, f"that is {axes} axes", _fewer_axes(field, value))
    counts = {axes for axes, _ in said.values()}
    if len(counts) > 1:
        (first, (axes, value)), *others = said.items()
        other, (other_axes, other_value) = next(item for item in others if item[1][0] != axes)
        raise RequestError(
            other,
            other_value,
            f"that is {axes_in_words(other_axes)}, but {first} {shown(value)} has {axes}",
            "give one number, or as many as there are axes" + _channels_before(other, other_value, axes),
        )
    return counts.pop() if counts else 2


def _channels_before(field: str, value: object, axes: int) -> str:
    """The size of an input whose channels were given as one more axis, first or last, as it is written."""
    words = [str(part).strip() for part in _parts(value) or ()]
    if field != "input_size" or len(words) != axes + 1 or not all(_NUMBER.fullmatch(word) for word in words):
        return ""
    is_last = int(words[-1]) < int(words[0])
    channels, sides = (words[-1], words[:-1]) if is_last else (words[0], words[1:])
    return f"; channels stand before an @: {channels}@{'x'.join(sides)}"


def _fewer_axes(field: str, value: object) -> str:
    parts = _parts(value) or ()
    fix = "a layer has 1 to 3: give so many numbers"
    words = [str(part).strip() for part in parts]
    has_channels = field == "input_size" and len(words) == 4
    if has_channels and all(word.isascii() and word.isdecimal() and len(word) < 7 for word in words):
        fix += f"; channels stand before an @: {words[0]}@{'x'.join(words[1:])}"
    return fix


def axes_in_words(count: int) -> str:
    """`one axis`, `2 axes`."""
    return "one axis" if count == 1 else f"{count} axes"


def _parts(value: object) -> Sequence[object] | None:
    """The entries of a value that says one per axis; None for a single one."""
    value = _plain(value)
    if isinstance(value, str):
        return _TIMES.split(value) if _TIMES.search(value) else None
    return value if isinstance(value, Sequence) and not isinstance(value, bytes) else None


def _plain(value: object) -> object:
    """numpy's arrays and numbers as Python's own."""
    return value.tolist() if hasattr(value, "tolist") else value


def per_axis(field: str, value: SizeLike, dims: int, minimum: int) -> Sizes:
    """`value` as `dims` whole numbers of at least `minimum`; raises RequestError."""
    if isinstance(value, str) and "@" in value:
        raise RequestError(field, value, "only an input has channels before an @", "give the size alone, such as 3x3")
    parts = _parts(value)
    numbers = tuple(_whole(field, value, part, _SIZES_FIX) for part in ((value,) if parts is None else parts))
    if len(numbers) == 1:
        numbers *= dims
    for number in numbers:
        if number < minimum:
            raise RequestError(field, value, f"must be at least {minimum}", f"try {minimum} or more")
    return numbers


def per_side(field: str, value: PaddingLike, dims: int, *, may_crop: bool = False) -> Sides:
    """`value` as `dims` pairs (before, after) of whole numbers, negative ones if `may_crop`; raises RequestError."""
    parts = _parts(value)
    sides = tuple(_pair(field, value, part) for part in ((value,) if parts is None else parts))
    if len(sides) == 1:
        sides *= dims
    for number in (n for pair in sides for n in pair):
        if number < 0 and not may_crop:
            raise RequestError(field, value, "must not be negative", "try 0 or more")
    return sides


def _pair(field: str, value: object, part: object) -> tuple[int, int]:
    part = _plain(part)
    ends = part.split(":") if isinstance(part, str) else part
    if not isinstance(ends, list | tuple):
        ends = [part]
    if len(ends) not in (1, 2) or (len(ends) == 1 and ends is part):
        raise RequestError(field, value, "each axis has two sides", _PADDING_FIX)
    numbers = [_whole(field, value, end, _PADDING_FIX) for end in ends]
    return numbers[0], numbers[-1]


def _whole(field: str, value: object, part: object, fix: str) -> int:
    part = _plain(part)
    number = None
    if isinstance(part, str):
        text = part.strip()
        number = int(text) if _NUMBER.fullmatch(text.removeprefix("-")) else None
    elif isinstance(part, SupportsIndex) and not isinstance(part, bool):
        number = operator.index(part)
    if number is None:
        rule = "not a whole number" + (" per axis" if part is not value else "")
        raise RequestError(field, value, rule, fix)
    if abs(number) >= LARGEST:
        raise RequestError(field, value, "has more than 18 digits", "give a smaller number")
    return number


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


def spelled_shape(shape: Sizes, *, has_channels: bool) -> str:
    """A map's shape as pictures and messages show it: `16@28×28`, `28×28`, `28`."""
    return f"{shape[0]}@{spelled(shape[1:])}" if has_channels else spelled(shape)


Cell: TypeAlias = tuple[int, ...]
