"""Maps as stacks of sheets, one sheet a channel, and what each step shows on them; not yet placed on the page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from convanim.layers.axis import CellKind
from convanim.layers.geometry import Geometry
from convanim.layers.sizes import Cell, Sizes
from convanim.layers.step_order import cell_at, ravel, step_at
from convanim.numbers.scales import Scale
from convanim.numbers.sources import Numbers
from convanim.numbers.values import Values
from convanim.scene.font import BUNDLED, Metrics
from convanim.scene.picture_size import PictureSize
from convanim.scene.scene import Ints, Key, Series
from convanim.views.drawing import Page
from convanim.views.equation_line import Equation
from convanim.views.grids import Canvas, Mask
from convanim.words.language import Words, english

if TYPE_CHECKING:
    from convanim.numbers.as_matrix import LayerMatrix


@dataclass(frozen=True)
class SheetMap:
    """One map: a stack of sheets, of which some are drawn.

    `canvas` has the positions of a sheet, `kinds` what stands there. `label` is one string a line.

    A map of three axes is drawn in slices along the first of them: its sheets are slices, no channels, `drawn` are
    their positions, and keys name these. `kinds`, `copies`, `read` and `numbers` are then of all slices, one after
    another, those of channels of one sheet, as all are alike.
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
    read: Mask | None = None  # which of its own cells are read, sheet by sheet where not alike; None where all are
    series: tuple[int | None, ...] = ()  # of each drawn sheet
    cell_series: Ints | None = None  # of each cell of a sheet, where they are not alike
    group_size: int = 0  # channels that keep together; 0 where all do
    keeps_apart: bool = False  # whether each group is made of its own one of the map before alone
    numbers: Numbers | None = None  # (channels, *size)
    scale: Scale | None = None  # of its numbers as colours
    is_one_picture: bool = False  # whether its channels, red, green and blue, are one sheet in colour
    fillers: tuple[tuple[CellKind, str], ...] = ()  # numbers where there is no cell
    copies: Ints | None = None  # of each cell of the canvas the number of the one that it copies, or -1
    is_sliced: bool = False  # whether its sheets are slices of a map of three axes
    filled: str = ""  # what pads it, as `grids.filled` has it
    spread: int = 1  # from a slice of its own to the next: an inserted one stands between two

    @property
    def is_elided(self) -> bool:
        """Whether some sheets are left out."""
        return len(self.drawn) < self.channels and not self.is_one_picture

    def breaks_before(self, sheet: int) -> str:
        """What parts a drawn sheet from the one before: `elided` channels, another `group`, or nothing."""
        if sheet == 0:
            return ""
        before, own = self.drawn[sheet - 1], self.drawn[sheet]
        if own != before + 1:
            return "elided"
        return "group" if self.group_size and own % self.group_size == 0 else ""

    def series_of(self, channel: int, place: Sizes) -> int | None:
        """The series of a cell, of a drawn sheet or another."""
        if self.cell_series is not None:
            return int(self.cell_series[ravel(place, self.size)])
        return dict(zip(self.drawn, self.series)).get(channel)

    def sheet_series(self, sheet: int) -> int | None:
        """The series of a drawn sheet."""
        return self.series[sheet] if self.series else None

    @property
    def sheets(self) -> int:
        """How many sheets are drawn."""
        return len(self.drawn)

    def part(self, sheet: int) -> slice:
        """Which of all cells that `kinds` and `copies` have are those of a drawn sheet."""
        cells = len(self.canvas.cells)
        return slice(sheet * cells, (sheet + 1) * cells) if self.is_sliced else slice(0, cells)

    def kinds_on(self, sheet: int) -> dict[CellKind, Mask]:
        """What stands on a drawn sheet."""
        return {kind: mask[self.part(sheet)] for kind, mask in self.kinds.items()}

    def own_place(self, sheet: int) -> int:
        """Which channel, or slice, keys name on a drawn sheet that has cells of the map's own."""
        return self.drawn[sheet] // self.spread

    def read_on(self, sheet: int) -> Mask | None:
        """Which of the map's own cells on a drawn sheet are read; None where all are."""
        if self.read is not None and self.read.ndim > 1:
            own: Mask = self.read[sheet]
            return own
        if self.read is None or not self.is_sliced:
            return self.read
        cells, place = int(np.prod(self.size)), self.own_place(sheet)
        return self.read[place * cells : (place + 1) * cells]

    @property
    def drawn_numbers(self) -> Numbers:
        """The numbers of all own cells that are drawn, sheet by sheet."""
        assert self.numbers is not None
        return self.numbers if self.is_sliced else self.numbers[list(self.drawn)]

    @cached_property
    def shown_numbers(self) -> Ints:
        """Of each cell of each drawn sheet (sheets, cells) which of `drawn_numbers` it has or copies; -1 for none."""
        own = self.kinds[CellKind.INPUT]
        every = own if self.is_sliced else np.tile(own, self.sheets)
        found = np.where(every, np.cumsum(every) - 1, -1)
        if self.copies is not None:
            first = 0 if self.is_sliced else np.repeat(np.arange(self.sheets) * len(own), len(own))
            copies = self.copies if self.is_sliced else np.tile(self.copies, self.sheets)
            found = np.where(copies >= 0, found[np.where(copies >= 0, copies + first, 0)], found)
        return found.reshape(self.sheets, -1)


class MapShape(NamedTuple):
    """How many channels a map has, and its rows and columns with what pads them."""

    channels: int
    rows: int
    columns: int


TermPlace: TypeAlias = tuple[int, Cell | None]  # a channel, 0 without any, and a position; None for all that is read
Beside: TypeAlias = tuple[tuple[MapShape, ...], ...]  # of each figure of a picture


class Spot(NamedTuple):
    """What a step shows on one map: some drawn sheets, and positions of each axis, ascending.

    `made` are those positions of each axis that the stage before made for it, where there are more: padding, too, and
    inserted zeros are read, but not made. `own` are the positions on each sheet, where every sheet has others.
    """

    sheets: tuple[int, ...]
    axes: tuple[Ints, ...]
    made: tuple[Ints, ...] | None = None
    own: Mapping[int, tuple[Ints, ...]] | None = None

    def on(self, sheet: int) -> "Spot":
        """What the step shows on one of its sheets."""
        return self if self.own is None else Spot((sheet,), self.own[sheet])

    @property
    def is_empty(self) -> bool:
        """Whether there is no cell in it."""
        return not self.sheets or any(len(axis) == 0 for axis in self.axes)

    @property
    def core(self) -> "Spot":
        """The part of it that the stage before made."""
        return self if self.made is None else Spot(self.sheets, self.made)


class Single(NamedTuple):
    """Of the positions of a map that a step depends on one, in the middle, and what it reads of the map before."""

    read: Spot
    made: Spot


class Volume(NamedTuple):
    """A layer of three axes, and its numbers if there are any."""

    geometry: Geometry
    values: Values | None


class StageWeights(NamedTuple):
    """The weights [filters, channels, …] of a stage as they lie on the window, and how they are written."""

    numbers: Numbers
    texts: Mapping[float, str]


@dataclass(frozen=True)
class Stack(Page):
    """All maps of a figure, the input first; a step is one cell of a drawn sheet of the last.

    `beside` has the maps of every figure of the picture where stacks are drawn as slabs, all at one scale; it is empty
    where they are drawn as sheets.
    """

    size: PictureSize
    maps: tuple[SheetMap, ...]
    spots: Callable[[int], tuple[Spot, ...]]
    order: str
    labels: bool
    caption: tuple[str, ...]
    is_heat: bool
    reads: Callable[[int], tuple[Key, ...]]
    series: Callable[[int], int | None]  # of the filter at work
    remark: str = ""
    equation: Callable[["Stack"], Equation] | None = None
    spells_terms: bool = True  # whether the picture shows it
    winners: Callable[[int, int, int], list[Cell]] | None = None  # positions of maxima: of a step, a map, a sheet
    takes_one: bool = False  # whether these are cells that are taken as they are, in the hue of what is made
    kernels: Numbers | None = None  # [out, in/groups, …], where slices of it are to be shown
    kernel_texts: Mapping[float, str] = field(default_factory=dict)  # how its weights are written
    stage_weights: tuple[StageWeights | None, ...] = ()  # of a chain's stages, those that may be shown
    partial_sums: Callable[[], Numbers] | None = None  # what each input channel adds, as `values.channel_sums`
    terms_from: Callable[[int], list[TermPlace]] | None = None  # of the map before the last
    is_slow: bool = False  # whether steps are shown part by part, too
    most_cell: int = 0
    beside: Beside = ()
    decimals: int = 2
    least_decimals: int = 0
    behind: Callable[[int], tuple[Key, ...]] = lambda step: ()  # of a chain, what those that are read come from
    single: Callable[[int, int], "Single | None"] = lambda step, number: None  # of a chain, for a map
    links: Callable[[int], tuple[Ints, ...]] | None = None  # of one axis: (from, to) positions on neighbouring maps
    font: Metrics = BUNDLED
    words: Words = field(default_factory=english)
    matrix: "LayerMatrix | None" = None  # of a layer that is drawn as one product
    volume: Volume | None = None  # of a layer of three axes, which is drawn in slices

    @property
    def filled(self) -> Mapping[str, str]:
        """What the cells around maps are, by their names, and so for products with them and columns of them."""
        around = (f"padding {plan.name}" if number else "padding" for number, plan in enumerate(self.maps))
        found = {name: plan.filled for name, plan in zip(around, self.maps)}
        return {**found, **dict.fromkeys(("product", "columns"), self.maps[-2].filled)}

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

    @property
    def is_shuffled(self) -> bool:
        """Whether channels become cells, or cells channels, each in its hue."""
        return any(plan.cell_series is not None for plan in self.maps)

    def window_series(self, number: int, sheet: int) -> Series:
        """The series of what a step shows on a drawn sheet of map `number`: the sheet's own, or that of the filter."""
        plan = self.maps[number]
        own = plan.sheet_series(sheet)
        if plan.cell_series is not None:
            return self.series
        if own is not None or number != len(self.maps) - 2:
            return own
        return self.series if any(series is not None for series in self.output.series) else None

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
    words: Words = field(default_factory=english)
    most_cell: int = 0
    beside: Beside = ()  # as a stack has it
    font: Metrics = BUNDLED
    scales: tuple[Scale, ...] = ()  # of every map's numbers; empty without numbers
    is_slow: bool = False
