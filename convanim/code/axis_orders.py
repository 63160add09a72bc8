"""In which orders frameworks write the numbers of axes and of their sides."""

from collections.abc import Sequence
from typing import TypeVar

from convanim.code.signatures import Given, shown_literal
from convanim.errors import RequestError
from convanim.layers.sizes import Sides, axes_in_words

Entry = TypeVar("Entry")


def beginnings_first(sides: Sides) -> list[int]:
    """All beginnings, then all ends, as ONNX's `pads` has them."""
    return [before for before, _ in sides] + [after for _, after in sides]


def from_beginnings(ends: Sequence[Entry]) -> tuple[tuple[Entry, Entry], ...]:
    """(before, after) of each axis, of all beginnings and then all ends."""
    half = len(ends) // 2
    return tuple(zip(ends[:half], ends[half:]))


def from_last_axis(ends: Sequence[Entry]) -> tuple[tuple[Entry, Entry], ...]:
    """(before, after) of each axis, of both of the last one, then both of the one before it, as PyTorch's `F.pad`."""
    return tuple(zip(ends[::2], ends[1::2]))[::-1]


def listed(given: Given, name: str, default: tuple[int, ...] = ()) -> tuple[int, ...]:
    """A list of ONNX's, of which a single number is one of one; raises RequestError."""
    if name not in given:
        return default
    value = given.sizes(name)
    return (value,) if isinstance(value, int) else value


def onnx_pads(given: Given, dims: int) -> Sides:
    """ONNX's `pads`, none where they are left out; raises RequestError for pads of another number of axes."""
    pads = listed(given, "pads", (0,) * 2 * dims)
    if len(pads) != 2 * dims:
        many = f"{axes_in_words(dims)} {'has' if dims == 1 else 'have'} {2 * dims}"
        rule = f"that is {len(pads)} number{'s' * (len(pads) > 1)} where {many}"
        raise RequestError("pads", list(pads), rule, "give all beginnings, then all ends")
    return from_beginnings(pads)


def spelled_pads(padding: Sides) -> str:
    """`pads` as code has it; "" where there are none."""
    return f"pads={beginnings_first(padding)}" if any(map(any, padding)) else ""


def on_axes(values: Sequence[Entry], named: object, others: Sequence[Entry]) -> list[Entry]:
    """Entries put to the axes that are named, batch and channels counted, and `others` on those that are not.

    Raises RequestError for what are no axes of a map, and for more or fewer of them than entries.
    """
    axes = named if isinstance(named, tuple) else (named,)
    found, rank = list(others), len(others) + 2
    fits = len(axes) == len(values)
    for axis, value in zip(axes, values):
        place = axis % rank - 2 if isinstance(axis, int) and -rank <= axis < rank else -1
        if place < 0 or not fits:
            raise RequestError("axes", shown_literal(named), "not axes of the map", "batch and channels are 0 and 1")
        found[place] = value
    return found
