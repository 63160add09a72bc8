"""Layers with channels and chains by brute force, and looking at the scenes that draw them."""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.figures.animation import Animation, compose
from convanim.figures.options import Options
from convanim.figures.subject import Subject
from convanim.layers.layer import ConvTranspose, Layer
from convanim.networks.chain import Chain
from convanim.networks.pointwise import Pointwise
from convanim.scene.scene import Cells, Key, Lattice, Scene, shown
from helpers.oracle import Cell, cells, oracle_of
from helpers.pixels import wider

Cellset = set[Cell]
Numbers = NDArray[Any]


def drawn(figure: Subject, **options: Any) -> Animation:
    """The animation of a figure; where the page is too narrow, as wide as the refusals suggest."""
    asked = Options(**options)
    while True:
        try:
            return compose(figure, asked)
        except RequestError as error:
            asked = wider(asked, error)


def bare(layer: Any) -> Layer:
    """A layer of one map in and one map out."""
    channels = {"in_channels": None, "out_channels": None, "groups": 1}
    made: Layer = replace(layer, **{name: value for name, value in channels.items() if hasattr(layer, name)})
    return made


def channel_counts(layer: Any) -> tuple[int, int]:
    """How many maps go in and how many come out; pools keep theirs."""
    return layer.in_channels, getattr(layer, "out_channels", layer.in_channels)


def read_by(layer: Any, output: int) -> list[int]:
    """The input channels that an output channel is made from, by the definition of groups."""
    inputs, outputs = channel_counts(layer)
    groups = getattr(layer, "groups", inputs)
    return [i for i in range(inputs) if i * groups // inputs == output * groups // outputs]


def weight_at(layer: Any, kernel: Numbers, output: int, source: int, at: Cell) -> Any:
    """The weight with which an input channel goes into an output channel, at one cell of the kernel."""
    inputs, outputs = channel_counts(layer)
    if isinstance(layer, ConvTranspose):
        return kernel[(source, output % (outputs // layer.groups), *at)]
    return kernel[(output, source % (inputs // layer.groups), *at)]


def partial_sums(layer: Any, numbers: Numbers, kernel: Numbers, output: int, cell: Cell) -> dict[int, Any]:
    """What each input channel adds to a cell of an output channel."""
    taps = oracle_of(bare(layer)).taps[cell]
    return {
        source: sum(
            weight_at(layer, kernel, output, source, at) * numbers[(source, *read)] for at, read in taps if read
        )
        for source in read_by(layer, output)
    }


def layer_output(layer: Any, numbers: Numbers, kernel: Numbers | None) -> Numbers:
    """What a layer with channels makes, cell by cell."""
    oracle = oracle_of(bare(layer))
    outputs = channel_counts(layer)[1]
    made = np.zeros((outputs, *oracle.output_size))
    for output, cell in product(range(outputs), cells(oracle.output_size)):
        if kernel is not None:
            made[(output, *cell)] = sum(partial_sums(layer, numbers, kernel, output, cell).values())
            continue
        seen = [numbers[(output, *read)] for _, read in oracle.taps[cell] if read is not None]
        made[(output, *cell)] = sum(seen) / oracle.divisors[cell] if oracle.divisors else max(seen, default=-np.inf)
    return made


def steps_in_order(sheets: list[int], size: Cell, order: str) -> list[tuple[int, Cell]]:
    """Which cell of which channel each step makes."""
    if order == "position":
        return [(sheet, cell) for cell in cells(size) for sheet in sheets]
    return [(sheet, cell) for sheet in sheets for cell in cells(size)]


def some(steps: list[Any], most: int = 10) -> list[tuple[int, Any]]:
    """Of many steps a few with their numbers, spread out, the first and the last among them."""
    every = list(enumerate(steps))
    return every[:: max(1, len(every) // most)] + every[-1:]


def needed(chain: Chain, cell: Cell) -> list[Cellset]:
    """The cells of every map, the input's first, that a cell of the last one comes from; channels in front, if any."""
    found = [{cell}]
    for stage in reversed(chain.stages):
        above = found[0]
        if isinstance(stage, Pointwise):
            found.insert(0, set(above))
            continue
        if stage.in_channels is None:
            taps = oracle_of(stage).taps
            found.insert(0, {read for c in above for _, read in taps[c] if read is not None})
            continue
        taps = oracle_of(bare(stage)).taps
        below: Cellset = set()
        for channel, *place in above:
            reads = [read for _, read in taps[tuple(place)] if read is not None]
            below |= {(source, *read) for source in read_by(stage, channel) for read in reads}
        found.insert(0, below)
    return found


def run(chain: Chain, numbers: Numbers, kernels: list[Numbers | None]) -> list[Numbers]:
    """The numbers of every map of a chain of convolutions, pools and relu."""
    maps = [numbers]
    for stage, kernel in zip(chain.stages, kernels):
        if isinstance(stage, Pointwise):
            assert stage.op == "relu"
            maps.append(np.where(maps[-1] > 0, maps[-1], 0))
        elif stage.in_channels is not None:
            maps.append(layer_output(stage, maps[-1], kernel))
        else:
            one = replace(stage, in_channels=1)
            lifted = None if kernel is None else kernel[None, None]
            maps.append(layer_output(one, maps[-1][None], lifted)[0])
    return maps


def map_names(chain: Chain) -> list[str]:
    """What the maps of a chain are called in keys."""
    return ["input", *(f"map {i}" for i in range(1, len(chain.stages))), "output"]


def maps_shown(chain: Chain) -> list[int]:
    """The numbers of the maps that a picture without numbers has: from four stages on none that a function reads."""
    last = len(chain.stages)
    has_function = [isinstance(stage, Pointwise) for stage in chain.stages] + [False]
    return [number for number in range(last + 1) if last < 4 or number == 0 or not has_function[number]]


Place = tuple[Lattice, int, int]


def places(scene: Scene, maps: list[str]) -> dict[Place, Key]:
    """Which cell of which map stands where; no two stand in one place."""
    found: dict[Place, Key] = {}
    for shape in scene.shapes:
        if isinstance(shape, Cells) and shape.map in maps and not shape.role.startswith(("window", "current")):
            for element, (row, column) in enumerate(shape.cells.tolist()):
                key = shape.key(element)
                assert found.setdefault((shape.lattice, row, column), key) == key
    return found


def highlighted(scene: Scene, step: int, roles: tuple[str, ...], where: dict[Place, Key]) -> list[Key]:
    """The cells, of those that stand in some places, over which cells of some roles are shown at a step."""
    found = []
    for shape in scene.shapes:
        if isinstance(shape, Cells) and shape.role in roles:
            for row, column in shape.cells[shown(shape.when, len(shape), step)].tolist():
                if (shape.lattice, row, column) in where:
                    found.append(where[shape.lattice, row, column])
    return found
