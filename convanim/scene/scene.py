"""The display list that a view makes and every renderer and exporter reads.

Units are device pixels, x to the right and y down. There are no colours: a shape has a *role*, which a theme dresses.
Besides, it may have a *series* (which filter it belongs to, for hues) and *levels* (numbers from -1 to 1, for heat).
Depth is list order. What is shown is a pure function of the step; a shape is still (`Always`), comes and stays
(`Since`), or is named anew at each step (`During`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import floor
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from convanim.scene.font import BUNDLED, Metrics

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Key: TypeAlias = tuple[str | int, ...]
Offset: TypeAlias = tuple[int, int]
Anchor: TypeAlias = Literal["start", "middle", "end"]
Levels: TypeAlias = Floats | Callable[[int], Floats]  # one for each element, still or as they are at a step
Series: TypeAlias = int | Callable[[int], int | None] | None  # of a moving shape, it may change from step to step


_BASE_WIDTH = 480  # the width of a picture at which sizes in pixels hold; they grow with it


def unit(width: int) -> float:
    """Pixels in a picture for one at the base width; they shrink to two thirds at most, so that text can be read."""
    return max(width / _BASE_WIDTH, 2 / 3)


@dataclass(frozen=True)
class Always:
    """Every element is shown at every step."""


@dataclass(frozen=True)
class Since:
    """Element i is shown from step `steps[i]` on; `steps` ascend."""

    steps: Ints


@dataclass(frozen=True)
class During:
    """`at(step)` gives the indices of the elements that are shown, in drawing order.

    What `stays` is still there when all steps are over: it tells what they made, not what one of them does.
    `of_part(step, part)` gives those that are shown when so many of a step's parts are done; left out, all of them.
    """

    at: Callable[[int], Ints]
    stays: bool = False
    of_part: Callable[[int, int], Ints] | None = None


When: TypeAlias = Always | Since | During
ALWAYS = Always()


def shown(when: When, count: int, step: int) -> Ints:
    """The indices of the elements, of `count`, that are shown at a step."""
    if isinstance(when, Since):
        return np.arange(np.searchsorted(when.steps, step, side="right"))
    return np.arange(count) if isinstance(when, Always) else when.at(step)


@dataclass(frozen=True)
class Lattice:
    """Where cells stand: cell (r, c) is the parallelogram that starts at origin + r·row + c·column."""

    origin: Offset
    column: Offset
    row: Offset

    @cached_property
    def _arrays(self) -> tuple[Floats, Floats]:
        return np.array([self.row, self.column], dtype=float), np.array(self.origin, dtype=float)

    def points(self, at: NDArray[np.floating | np.integer]) -> Floats:
        """Lattice coordinates (…, 2) as (row, column), to pixels (…, 2) as (x, y)."""
        basis, origin = self._arrays
        return np.asarray(at @ basis + origin)

    def corners(self, cells: Ints) -> Floats:
        """The four corners (N, 4, 2) of cells (N, 2), in drawing order."""
        steps = np.array([(0, 0), (0, 1), (1, 1), (1, 0)])
        return self.points(cells[:, None, :] + steps)

    def centres(self, cells: Ints) -> Floats:
        """The centres (N, 2) of cells (N, 2)."""
        return self.points(cells + 0.5)

    @property
    def is_upright(self) -> bool:
        """Whether the cells are upright rectangles."""
        return self.column[1] == 0 and self.row[0] == 0

    def shifted(self, dx: int, dy: int) -> "Lattice":
        """The same lattice, elsewhere."""
        return replace(self, origin=(self.origin[0] + dx, self.origin[1] + dy))


@dataclass(frozen=True)
class Cells:
    """A grid of cells, or some cells of one; all of one role. Element i has the key `(map, *index[i])`."""

    role: str
    map: str
    lattice: Lattice
    cells: Ints  # (N, 2): row and column in the lattice
    index: Ints  # (N, axes): what the key names within the map
    when: When = ALWAYS
    series: Series = None
    levels: Levels | None = None

    def key(self, element: int) -> Key:
        """What an element stands for."""
        return (self.map, *map(int, self.index[element]))

    def boxes(self, step: int, elements: Ints) -> Floats:
        """The bounding boxes (N, 4) of elements: left, top, right, bottom, without their lines' widths."""
        corners = self.lattice.corners(self.cells[elements])
        return np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)

    def shifted(self, dx: int, dy: int) -> "Cells":
        """The same cells, elsewhere."""
        return replace(self, lattice=self.lattice.shifted(dx, dy))

    def __len__(self) -> int:
        return len(self.cells)


def _nearest(number: float) -> int:
    """The nearest whole number, halves always up: the same wherever a text stands, unlike `round`'s."""
    return floor(number + 0.5 + 1e-6)


@dataclass(frozen=True)
class Texts:
    """Lines of text, each at a point: the middle of its height, and its start, middle or end.

    `role` is what the text stands on, whose text colour it takes; `text` is one string each, or a function
    of (step, element). `of_part(step, part, element)` is what it is when so many of the step's parts are done.
    """

    role: str
    points: Floats  # (N, 2)
    text: tuple[str, ...] | Callable[[int, int], str]
    em: float  # the font size in pixels
    anchor: Anchor = "middle"
    when: When = ALWAYS
    series: Series = None
    levels: Levels | None = None
    font: Metrics = BUNDLED
    of_part: Callable[[int, int, int], str] | None = None

    def string(self, step: int, element: int) -> str:
        """An element's text at a step."""
        return self.text[element] if isinstance(self.text, tuple) else self.text(step, element)

    def start(self, step: int, element: int) -> tuple[float, float]:
        """Where an element's base line starts, x on a whole pixel's quarter so that equal text is equal pixels."""
        width = self.font.width(self.string(step, element), self.em)
        x = self.points[element, 0] - {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        return _nearest(x * 4) / 4, float(self.base_line(element))

    def base_line(self, element: int) -> int:
        """The y of an element's base line."""
        return _nearest(self.points[element, 1] + self.font.cap_height * self.em / 2)

    def boxes(self, step: int, elements: Ints) -> Floats:
        """The bounding boxes (N, 4) of elements: left, top, right, bottom."""
        boxes = []
        for element in elements:
            x, y = self.start(step, int(element))
            text = self.string(step, int(element))
            left, top, right, bottom = (self.em * side for side in self.font.ink(text))
            right = max(right, self.font.width(text, self.em))
            bottom = max(bottom + 1, 1.5 * self.font.descent * self.em)
            boxes.append((x + left - 1, y + min(top - 1, -self.em), x + right + 1, y + bottom))
        return np.array(boxes, dtype=float).reshape(-1, 4)

    def shifted(self, dx: int, dy: int) -> "Texts":
        """The same text, elsewhere."""
        return replace(self, points=self.points + np.array([dx, dy], dtype=float))

    def __len__(self) -> int:
        return len(self.points)


@dataclass(frozen=True)
class Lines:
    """Straight lines of one role: still ones as an array (N, 2, 2) of ends, or a function of the step that gives it.

    Those between upright cells cover whole pixels, as the cells' own lines do. `of_part(step, part)` gives those that
    are shown when so many of a step's parts are done; left out, those of the step. What `stays` is still there when all
    steps are over. `strength` (0 to 1) says how much of them is seen at a step; left out, all. Some roles have the hue
    of a `series`.
    """

    role: str
    ends: Floats | Callable[[int], Floats]
    is_upright: bool = False
    of_part: Callable[[int, int], Floats] | None = None
    stays: bool = False
    strength: Callable[[int], float] | None = None
    series: Series = None

    @property
    def when(self) -> When:
        """Still lines are always shown; others are named anew at each step."""
        if isinstance(self.ends, np.ndarray):
            return ALWAYS
        return During(lambda step: np.arange(len(self.at(step))), self.stays)

    def at(self, step: int) -> Floats:
        """The ends (N, 2, 2) at a step."""
        return self.ends if isinstance(self.ends, np.ndarray) else self.ends(step)

    def strength_at(self, step: int) -> float:
        """How much of them is seen at a step, 0 to 1."""
        return 1.0 if self.strength is None else self.strength(step)

    def boxes(self, step: int, elements: Ints) -> Floats:
        """The bounding boxes (N, 4) of lines: left, top, right, bottom, without their widths."""
        ends = self.at(step)[elements]
        return np.concatenate([ends.min(axis=1), ends.max(axis=1)], axis=1)

    def shifted(self, dx: int, dy: int) -> "Lines":
        """The same lines, elsewhere."""
        move = np.array([dx, dy], dtype=float)
        ends = self.ends
        if isinstance(ends, np.ndarray):
            return replace(self, ends=ends + move)
        of_part = self.of_part
        moved = None if of_part is None else lambda step, part: of_part(step, part) + move
        return replace(self, ends=lambda step: ends(step) + move, of_part=moved)

    def __len__(self) -> int:
        return self._count

    @cached_property
    def _count(self) -> int:
        return len(self.at(0))  # it is asked at every step


@dataclass(frozen=True)
class Blocks:
    """Blocks of cells drawn as one each, without a grid inside: still ones as an array, or a function of the step.

    A block (N, 4) is first row, first column, last row, last column, the last ones not in it. What `stays` is still
    there when all steps are over.
    """

    role: str
    map: str
    lattice: Lattice
    blocks: Ints | Callable[[int], Ints]
    part: Literal["whole", "fill", "line"] = "whole"
    series: Series = None
    stays: bool = False

    @property
    def when(self) -> When:
        """Still blocks are always shown; others are named anew at each step."""
        if isinstance(self.blocks, np.ndarray):
            return ALWAYS
        return During(lambda step: np.arange(len(self.at(step))), self.stays)

    def at(self, step: int) -> Ints:
        """The blocks (N, 4) at a step."""
        return self.blocks if isinstance(self.blocks, np.ndarray) else self.blocks(step)

    def corners(self, step: int, elements: Ints) -> Floats:
        """The four corners (N, 4, 2) of elements, in drawing order."""
        top, left, bottom, right = self.at(step)[elements].T
        rows, columns = np.stack([top, top, bottom, bottom], axis=1), np.stack([left, right, right, left], axis=1)
        return self.lattice.points(np.stack([rows, columns], axis=2))

    def boxes(self, step: int, elements: Ints) -> Floats:
        """The bounding boxes (N, 4) of elements: left, top, right, bottom, without their lines' widths."""
        corners = self.corners(step, elements)
        return np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)

    def shifted(self, dx: int, dy: int) -> "Blocks":
        """The same blocks, elsewhere."""
        return replace(self, lattice=self.lattice.shifted(dx, dy))

    def __len__(self) -> int:
        return self._count

    @cached_property
    def _count(self) -> int:
        return len(self.at(0))  # it is asked at every step


Shape: TypeAlias = Cells | Texts | Lines | Blocks


def series_at(shape: Shape, step: int) -> int | None:
    """The series that a shape belongs to at a step, if any."""
    series = shape.series
    return series(step) if callable(series) else series


def levels_at(levels: Levels, step: int) -> Floats:
    """The level of every element at a step."""
    return levels if isinstance(levels, np.ndarray) else levels(step)


class KeyLine(NamedTuple):
    """What tells how cells are drawn and their kinds, where it is the last of a scene: its shapes, how high it is.

    Besides, what it says: notes, and for each kind its role and the name of the phrase for it.
    """

    shapes: int
    height: int
    notes: tuple[str, ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()


NO_KEY = KeyLine(0, 0)


@dataclass(frozen=True)
class Scene:
    """A display list of `width` by `height` pixels, and what each of its steps means."""

    width: int
    height: int
    steps: int
    shapes: tuple[Shape, ...]
    reads: Callable[[int], Sequence[Key]]  # the cells that a step reads, by key
    writes: Callable[[int], Sequence[Key]]  # the cells that it writes, by key
    equation: Callable[[int], str]  # what it computes; "" where there are no numbers
    unit: float  # pixels here for one pixel of a line's width or dash in a theme
    behind: Callable[[int], Sequence[Key]] = lambda step: ()  # of a chain, the cells of earlier maps that those read
    parts: Callable[[int], int] = lambda step: 0  # in how many parts a step can be taken, such as its products
    alike: Sequence[int] | None = None  # for each step a number: those of the same one differ in lines that glide alone
    lost_decimals: int = 0  # that its numbers would need and have no room for
    share: float = 1.0  # of their largest size that the blocks of an overview have
    key: KeyLine = NO_KEY

    def roles(self) -> tuple[str, ...]:
        """Every role in the scene, once, in drawing order."""
        return tuple(dict.fromkeys(shape.role for shape in self.shapes))

    def dresses(self) -> tuple[tuple[str, int | None], ...]:
        """Every role with each series that it may be in, once, in drawing order."""
        known = tuple(dict.fromkeys(series_at(shape, 0) for shape in self.shapes))
        dressed: dict[tuple[str, int | None], None] = {}
        for shape in self.shapes:
            of = known if callable(shape.series) else [series_at(shape, 0)]
            dressed |= dict.fromkeys((shape.role, series) for series in of)
        return tuple(dressed)

    def shifted(self, dx: int, dy: int) -> "Scene":
        """The same scene `dx` to the right and `dy` down, on the same page."""
        return replace(self, shapes=tuple(shape.shifted(dx, dy) for shape in self.shapes))
