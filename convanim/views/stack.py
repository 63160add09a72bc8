"""Maps as stacks of sheets, one sheet a channel, and what each step shows on them; not yet placed on the page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from convanim.layers.axis import CellKind
from convanim.layers.sizes import Sizes
from convanim.layers.step_order import cell_at, step_at
from convanim.numbers.sources import Numbers
from convanim.scene.font import BUNDLED, Metrics
from convanim.scene.picture_size import PictureSize
from convanim.scene.scene import Ints, Key
from convanim.views.drawing import Page
from convanim.views.grids import Canvas, Mask
from convanim.words.equations import Terms
from convanim.words.language import Words, english


@dataclass(frozen=True)
class SheetMap:
    """One map: a stack of sheets, of which some are drawn.

    `canvas` has the positions that are drawn, `kinds` what stands there. `label` is one string a line.
    """

    name: str  # of the map in keys
    role: str  # of its cells
    window: str  # of its cells that a step reads or makes
    size: Sizes
    channels: int
    has_channels: bool  # whether keys and labels name them
    drawn: tuple[int, ...]
    canvas: Canvas
    kinds: dict[CellKind, Mask]
    label: tuple[str, ...]
    read: Mask | None = None  # which of its own cells are read; None where all are
    series: tuple[int | None, ...] = ()  # of each drawn sheet
    group_size: int = 0  # channels that keep together; 0 where all do
    numbers: Numbers | None = None  # (channels, *size)
    noise: float = 0.0  # what numbers this small are: rounding, drawn as 0 in a heat map
    fillers: tuple[tuple[CellKind, str], ...] = ()  # numbers where there is no cell
    copies: Ints | None = None  # of each cell of the canvas the number of the one that it copies, or -1

    @property
    def is_elided(self) -> bool:
        """Whether some sheets are left out."""
        return len(self.drawn) < self.channels

    def breaks_before(self, sheet: int) -> str:
        """What parts a drawn sheet from the one before: `elided` channels, another `group`, or nothing."""
        if sheet == 0:
            return ""
        before, own = self.drawn[sheet - 1], self.drawn[sheet]
        if own != before + 1:
            return "elided"
        return "group" if self.group_size and own % self.group_size == 0 else ""

    def sheet_series(self, sheet: int) -> int | None:
        """The series of a drawn sheet."""
        return self.series[sheet] if self.series else None

    @property
    def sheets(self) -> int:
        """How many sheets are drawn."""
        return len(self.drawn)


class Spot(NamedTuple):
    """What a step shows on one map: some drawn sheets, and positions of each axis, ascending."""

    sheets: tuple[int, ...]
    axes: tuple[Ints, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is no cell in it."""
        return not self.sheets or any(len(axis) == 0 for axis in self.axes)


@dataclass(frozen=True)
class Stack(Page):
    """All maps of a figure, the input first; a step is one cell of a drawn sheet of the last."""

    size: PictureSize
    maps: tuple[SheetMap, ...]
    spots: Callable[[int], tuple[Spot, ...]]
    order: str
    labels: bool
    caption: tuple[str, ...]
    is_heat: bool
    reads: Callable[[int], tuple[Key, ...]]
    series: Callable[[int], int | None]  # of the filter at work
    terms: Callable[[int], Terms] | None = None
    spells_terms: bool = True  # whether the picture shows them
    winner: Callable[[int], tuple[int, ...] | None] | None = None  # the input position of a maximum
    kernels: Numbers | None = None  # [out, in/groups, …], where slices of it are to be shown
    kernel_texts: Mapping[float, str] = field(default_factory=dict)  # how its weights are written
    partial_sums: Callable[[], Numbers] | None = None  # what each input channel adds, as `values.channel_sums`
    parts: int = 1
    most_cell: int = 0
    behind: Callable[[int], tuple[Key, ...]] = lambda step: ()  # of a chain, what those that are read come from
    links: Callable[[int], tuple[Ints, ...]] | None = None  # of one axis: (from, to) cells between neighbouring maps
    font: Metrics = BUNDLED
    words: Words = field(default_factory=english)

    @property
    def output(self) -> SheetMap:
        """The last map, which the steps make."""
        return self.maps[-1]

    @cached_property
    def positions(self) -> int:
        """Cells in one sheet of the last map."""
        return int(np.prod(self.output.size))

    @property
    def steps(self) -> int:
        """One for each cell of a drawn sheet of the last map."""
        return self.positions * self.output.sheets

    def made(self, step: int) -> tuple[int, tuple[int, ...]]:
        """The drawn sheet of the last map, and the cell on it, that a step makes."""
        return made_at(step, self.output.sheets, self.output.size, self.order)

    def cell(self, step: int) -> tuple[int, ...]:
        """The cell that a step makes as keys and geometries name it: its channel first, if there are any."""
        sheet, place = self.made(step)
        return (self.output.drawn[sheet], *place) if self.output.has_channels else place

    def done(self, sheet: int) -> Ints:
        """For each cell of a drawn sheet of the last map the step that makes it; ascending."""
        return step_at(sheet, np.arange(self.positions), self.output.sheets, self.positions, self.order)


def made_at(step: int, sheets: int, size: Sizes, order: str) -> tuple[int, tuple[int, ...]]:
    """Which of some sheets, and which cell on it, a step makes."""
    sheet, *place = cell_at(step, sheets, size, order)
    return sheet, tuple(place)


def drawn_channels(count: int, most: int) -> tuple[int, ...]:
    """The channels that are drawn: all up to `most`, else the first three and the last, or fewer."""
    if count <= most:
        return tuple(range(count))
    first = max(1, min(3, most - 1))
    return (*range(first), count - 1)


@dataclass(frozen=True)
class StackOptions:
    """What is asked of a stack besides its maps."""

    size: PictureSize
    order: str
    max_sheets: int
    labels: bool
    caption: tuple[str, ...]
    input_label: str | None  # left out: the language's word
    output_label: str | None
    remark: str
    is_heat: bool
    parts: int = 1
    words: Words = field(default_factory=english)
    most_cell: int = 0
    font: Metrics = BUNDLED
