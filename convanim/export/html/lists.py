"""Compact lists for the page: numbers as progressions, cells as products of them, values by their place in a table."""

from collections.abc import Iterable, Sequence
from itertools import groupby, product
from typing import Any, TypeAlias

import numpy as np

from convanim.scene.key_boxes import KeyBoxes
from convanim.scene.scene import Ints, Key

Box: TypeAlias = list[int]  # start, count, step, rows, row step; ones at the end are left out
Rectangle: TypeAlias = list[int]  # row, column, rows, columns; ones at the end are left out
Progression: TypeAlias = list[int]  # start, count, step; ones at the end are left out
Block: TypeAlias = list[Progression]  # one for each axis

_LEAST_RUN = 3  # two numbers are no progression worth a name: the second may begin one


def boxes(numbers: Sequence[int]) -> list[Box]:
    """Numbers in order, as rows of progressions: 1 2 3 8 9 10 is the box [1, 3, 1, 2, 7]."""
    found: list[Box] = []
    for (count, step), alike in groupby(_progressions(numbers), key=lambda run: (run[1], run[2])):
        starts = [start for start, _, _ in alike]
        for start, rows, down in _progressions(starts):
            found.append(_trimmed([start, count, step, rows, down], 1))
    return found


def _progressions(numbers: Sequence[int]) -> list[tuple[int, int, int]]:
    """Numbers in order as (start, count, step); single ones have step 1."""
    found: list[tuple[int, int, int]] = []
    place = 0
    while place < len(numbers):
        end = place + 1
        step = numbers[end] - numbers[place] if end < len(numbers) else 1
        while end < len(numbers) and numbers[end] - numbers[end - 1] == step:
            end += 1
        if end - place < _LEAST_RUN and step != 1:
            end, step = place + 1, 1
        found.append((numbers[place], end - place, step))
        place = end
    return found


def rectangles(cells: Ints) -> list[Rectangle]:
    """Cells (N, 2) in order, as blocks that are read row by row."""
    if not len(cells):
        return []
    jumps = np.diff(cells, axis=0)
    breaks = np.flatnonzero((jumps[:, 0] != 0) | (jumps[:, 1] != 1)) + 1
    starts, ends = np.concatenate([[0], breaks]), np.concatenate([breaks, [len(cells)]])
    found: list[Rectangle] = []
    for start, end in zip(starts.tolist(), ends.tolist()):
        row, column = cells[start].tolist()
        last = found[-1] if found else None
        if last is not None and [row, column, end - start] == [last[0] + last[2], last[1], last[3]]:
            last[2] += 1
        else:
            found.append([row, column, 1, end - start])
    return [_trimmed(rectangle, 2) for rectangle in found]


def _trimmed(numbers: Sequence[int], least: int) -> list[int]:
    """Numbers without the ones at their end; `least` of them are kept."""
    end = len(numbers)
    while end > least and numbers[end - 1] == 1:
        end -= 1
    return list(numbers[:end])


def key_blocks(keys: Iterable[Key]) -> dict[str, list[Block]]:
    """The cells that keys name, for each map as blocks: products of one progression for each axis of its cells."""
    if isinstance(keys, KeyBoxes) and len({name for name, _ in keys.boxes}) == len(keys.boxes):
        return {name: _products(axes) for name, axes in keys.boxes if all(axes)}
    places: dict[str | int, list[tuple[str | int, ...]]] = {}
    for name, *place in keys:
        places.setdefault(name, []).append(tuple(place))
    return {str(name): _blocks(_different(np.array(found, dtype=np.int64))) for name, found in places.items()}


def _different(places: Ints) -> Ints:
    """Places (N, axes), doubles dropped, ascending."""
    least = places.min(axis=0)
    sizes = tuple((places.max(axis=0) - least + 1).tolist())
    codes = np.unique(np.ravel_multi_index(tuple((places - least).T), sizes))
    different: Ints = np.stack(np.unravel_index(codes, sizes), axis=1) + least
    return different


def _blocks(places: Ints) -> list[Block]:
    """Different places (N, axes), ascending."""
    axes = [np.unique(places[:, axis]) for axis in range(places.shape[1])]
    if np.prod([len(axis) for axis in axes], dtype=float) == len(places):
        return _products([axis.tolist() for axis in axes])
    found: list[Block] = []
    for first in axes[0].tolist():
        rest = _blocks(places[places[:, 0] == first, 1:])
        found += [[[first], *block] for block in rest]
    return found


def _products(axes: Sequence[Sequence[int]]) -> list[Block]:
    """All cells of some places along each axis, ascending."""
    parts = [[_trimmed(run, 1) for run in _progressions(axis)] for axis in axes]
    return [list(block) for block in product(*parts)]


class Table:
    """Values that are held once, and named by their number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.values: list[Any] = []

    def number(self, value: Any) -> int:
        """The number of a value, which is made of lists, numbers and texts."""
        name = repr(value)
        if name not in self._numbers:
            self._numbers[name] = len(self.values)
            self.values.append(value)
        return self._numbers[name]


def track(values: Sequence[Any]) -> dict[str, Any]:
    """One value for each state: the different ones under `of`; `at` says which, unless each has its own or all one."""
    table = Table()
    places = [table.number(value) for value in values]
    if len(table.values) in (1, len(values)):
        return {"of": table.values}
    return {"of": table.values, "at": places}
