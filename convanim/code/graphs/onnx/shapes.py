"""The arithmetic of shapes in graphs of ONNX: from the size of a map to that of another."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Numbers: TypeAlias = tuple[Any, ...]
Fold: TypeAlias = Callable[[list[Numbers], Mapping[str, Any]], Numbers | None]


def _same(read: list[Numbers], given: Mapping[str, Any]) -> Numbers | None:
    return read[0]


def _concat(read: list[Numbers], given: Mapping[str, Any]) -> Numbers | None:
    return tuple(value for values in read for value in values)


def _gather(read: list[Numbers], given: Mapping[str, Any]) -> Numbers | None:
    if len(read) < 2 or not all(-len(read[0]) <= at < len(read[0]) for at in read[1]):
        return None
    return tuple(read[0][int(at)] for at in read[1])


def _slice(read: list[Numbers], given: Mapping[str, Any]) -> Numbers | None:
    bounds = read[1:] or [given.get("starts") or (), given.get("ends") or ()]
    if len(bounds) < 2 or len(bounds[0]) != 1 or len(bounds[1]) != 1 or (len(bounds) > 3 and bounds[3] != (1,)):
        return None
    return read[0][int(bounds[0][0]) : int(bounds[1][0])]


def _each(function: Callable[[Any, Any], Any]) -> Fold:
    """An operation on each pair of numbers; one number counts for all of the other side's."""

    def folded(read: list[Numbers], given: Mapping[str, Any]) -> Numbers | None:
        if len(read) != 2 or (len(read[0]) != len(read[1]) and 1 not in (len(read[0]), len(read[1]))):
            return None
        most = max(map(len, read))
        pairs = zip(*(values * most if len(values) == 1 else values for values in read))
        try:
            return tuple(function(one, other) for one, other in pairs)
        except (ArithmeticError, TypeError):
            return None

    return folded


FOLDS: dict[str, Fold] = {
    **dict.fromkeys(("Unsqueeze", "Squeeze", "Reshape", "Floor"), _same),
    "Concat": _concat,
    "Gather": _gather,
    "Slice": _slice,
    "Add": _each(lambda one, other: one + other),
    "Sub": _each(lambda one, other: one - other),
    "Mul": _each(lambda one, other: one * other),
    "Div": _each(lambda one, other: one // other),
}
