"""Shapes as plain data: what stands where, when, and how it is painted."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from convanim.export.html.lists import Table, boxes, rectangles, track
from convanim.export.html.paints import ShapePaints
from convanim.scene.gliding import is_gliding
from convanim.scene.scene import Always, Blocks, Cells, Floats, Ints, Lattice, Levels, Lines, Shape, Since, Texts, shown
from convanim.style.theme import Theme

_T = TypeVar("_T")


class Shapes:
    """Describes shapes as they are in some states, with tables of what they have in common."""

    def __init__(self, steps: Sequence[int], paints: ShapePaints, theme: Theme, *, glides: bool) -> None:
        self._steps = steps
        self._paints = paints
        self._theme = theme
        self._glides = glides
        self._lattices, self._cells, self._whens = Table(), Table(), Table()
        self._texts, self._points = Table(), Table()
        self.maps = Table()
        self.levels: set[tuple[str, int]] = set()

    def described(self, shape: Shape) -> dict[str, Any]:
        """One shape."""
        paints = self._paints.at(shape, self._steps)
        described: dict[str, Any] = {"type": type(shape).__name__.lower(), "role": shape.role, "paint": track(paints)}
        if isinstance(shape, Cells):
            described |= self._of_cells(shape)
            if not any(self._paints.has_lines(paint) for paint in set(paints)):
                described["bare"] = 1
        elif isinstance(shape, Texts):
            described |= self._of_texts(shape)
        elif isinstance(shape, Lines):
            described |= self._of_lines(shape)
        else:
            described |= self._of_blocks(shape)
        return described

    def tables(self) -> dict[str, Any]:
        """What the shapes refer to by number."""
        return {
            "lattices": self._lattices.values,
            "cells": self._cells.values,
            "texts": self._texts.values,
            "points": self._points.values,
            "whens": self._whens.values,
            "maps": self.maps.values,
        }

    def _of_cells(self, shape: Cells) -> dict[str, Any]:
        described = self._when(shape) | self._levels(shape)
        described["map"] = self.maps.number(shape.map)
        described["lattice"] = self._lattice(shape.lattice)
        described["cells"] = self._cells.number(rectangles(shape.cells))
        described["keys"] = _keys(shape.cells, shape.index)
        dashes = self._paints.cell_dashes(shape)
        return described | ({"dash": dashes} if dashes else {})

    def _of_texts(self, shape: Texts) -> dict[str, Any]:
        described = self._when(shape) | self._levels(shape)
        if isinstance(shape.text, tuple):
            described["text"] = self._texts.number(list(shape.text))
        else:
            described["changes"] = self._changes(shape, shape.text)
        points = [[_short(x), shape.base_line(i)] for i, (x, _) in enumerate(shape.points.tolist())]
        described["points"] = self._points.number(points)
        return described | {"em": _short(shape.em), "anchor": shape.anchor}

    def _of_lines(self, shape: Lines) -> dict[str, Any]:
        ends = [shape.ends] if isinstance(shape.ends, np.ndarray) else [shape.at(step) for step in self._steps]
        dashes = self._paints.dashes(shape, np.concatenate(ends))
        described = {"ends": track([_flat(each) for each in ends])} | ({"dash": dashes} if dashes else {})
        return described | ({"glides": 1} if self._glides and is_gliding(shape) else {})

    def _of_blocks(self, shape: Blocks) -> dict[str, Any]:
        still = isinstance(shape.blocks, np.ndarray)
        at = [shape.at(step) for step in (self._steps[:1] if still else self._steps)]
        described: dict[str, Any] = {"blocks": track([blocks.tolist() for blocks in at]), "part": shape.part}
        described |= {"map": self.maps.number(shape.map), "lattice": self._lattice(shape.lattice)}
        corners = [shape.corners(step, np.arange(len(blocks))) for step, blocks in zip(self._steps, at)]
        sides = [np.stack([each, np.roll(each, -1, axis=1)], axis=2).reshape(-1, 2, 2) for each in corners]
        dashes = self._paints.dashes(shape, np.concatenate(sides))
        return described | ({"dash": dashes} if dashes else {})

    def _when(self, shape: Cells | Texts) -> dict[str, Any]:
        """In which states elements are shown: `since`, how many in each; `during`, which in each."""
        if isinstance(shape.when, Always):
            return {}
        if isinstance(shape.when, Since):
            counts = np.searchsorted(shape.when.steps, np.array(self._steps), side="right")
            return {"when": self._whens.number({"since": counts.tolist()})}
        found = [boxes(shape.when.at(step).tolist()) for step in self._steps]
        return {"when": self._whens.number({"during": track(found)})}

    def _levels(self, shape: Cells | Texts) -> dict[str, Any]:
        """The steps of level of all elements, or what changes of those that are shown."""
        levels: Levels | None = shape.levels
        if levels is None:
            return {}
        if isinstance(levels, np.ndarray):
            steps = self._theme.level_steps(shape.role, levels).tolist()
            self.levels.update((shape.role, step) for step in steps)
            return {"levels": self._texts.number(steps)}
        of_step: Callable[[int], Floats] = levels
        tables = {step: self._theme.level_steps(shape.role, of_step(step)).tolist() for step in self._steps}
        changes = self._changes(shape, lambda step, element: tables[step][element])
        self.levels.update((shape.role, level) for state in changes for level in state[1::2])
        return {"levelChanges": changes}

    def _changes(self, shape: Cells | Texts, of: Callable[[int, int], _T]) -> list[list[Any]]:
        """For each state the elements that are shown otherwise than in the last one before, each with what they are."""
        last: dict[int, _T] = {}
        changes: list[list[Any]] = []
        for step in self._steps:
            changed: list[Any] = []
            for element in shown(shape.when, len(shape), step).tolist():
                value = of(step, element)
                if last.get(element) != value:
                    last[element] = value
                    changed += [element, value]
            changes.append(changed)
        return changes

    def _lattice(self, lattice: Lattice) -> int:
        return self._lattices.number([*lattice.origin, *lattice.column, *lattice.row])


def _keys(cells: Ints, index: Ints) -> list[Any]:
    """What keys name along each axis: `[number]`; `[0 or 1, start, step]`, from the row or the column; or a list.

    A row r stands for (r - start) / step.
    """
    return [_along(cells, index[:, axis]) for axis in range(index.shape[1])]


def _along(cells: Ints, index: Ints) -> list[Any]:
    if not len(index) or (index == index[0]).all():
        return [int(index[0]) if len(index) else 0]
    for side in (0, 1):
        places = cells[:, side]
        low, high = int(index.argmin()), int(index.argmax())
        step, rest = divmod(int(places[high] - places[low]), int(index[high] - index[low]))
        start = int(places[low] - index[low] * step)
        if not rest and step > 0 and np.array_equal(start + step * index, places):
            return [side, start, step]
    return [index.tolist()]


def _flat(ends: Floats) -> list[float]:
    return [_short(number) for number in ends.ravel().tolist()]


def _short(number: float) -> float:
    """Hundredths, whole numbers as such."""
    rounded = round(number, 2)
    return int(rounded) if rounded == int(rounded) else rounded
