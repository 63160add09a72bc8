"""Chains in which cells become channels, or channels cells: what each cell depends on, to the cell."""

import json
from contextlib import suppress
from itertools import product
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, together
from hypothesis import assume, given
from hypothesis import strategies as st

from convanim import animate
from convanim.errors import RequestError
from convanim.explain.figure_json import figure_json
from convanim.figures.options import Options
from convanim.layers.geometry import Geometry
from convanim.layers.layer import PixelShuffle
from convanim.networks.chain import Chain
from convanim.networks.pointwise import Pointwise
from convanim.networks.receptive_fields import Dependence
from convanim.scene.scene import Cells, shown

Cell = tuple[int, ...]


@st.composite
def moving_chains(draw: st.DrawFn) -> Chain:
    """Chains that move cells into channels at their start, or out of them at their end, or both; on one axis or two."""
    dims, channels = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    stages: list[dict[str, Any]] = []
    size = 6
    if draw(st.booleans()):
        if draw(st.booleans()):
            stages.append({"op": "pixel-unshuffle", "downscale_factor": draw(st.sampled_from([1, 2, 3]))})
        else:
            fields = {name: draw(st.integers(1, 2)) for name in ("kernel_size", "stride", "dilation")}
            stages.append({"op": "unfold", **fields, "padding": draw(st.integers(0, 1))})
        stages += [{"op": "relu"}] * draw(st.integers(0, 1))
    kernel = draw(st.integers(1, 2))
    made = draw(st.sampled_from([1, 4]))
    conv = {"op": "conv", "kernel_size": kernel, "padding": draw(st.integers(0, 1)), "out_channels": 2**dims * made}
    stages.append(conv)
    stages += [{"op": "max-pool", "kernel_size": 2, "stride": 1}] * draw(st.integers(0, 1)) if size > 4 else []
    if draw(st.booleans()):
        stages.append({"op": "pixel-shuffle", "upscale_factor": 2})
        stages += [{"op": "relu"}] * draw(st.integers(0, 1))
    chain: Chain | None = None
    with suppress(RequestError):
        chain = Chain((size,) * dims, stages, in_channels=channels)
    assume(chain is not None)  # so little may be left that no window fits
    assert chain is not None
    return chain


def walked(chain: Chain, cell: Cell, count: int | None = None) -> list[set[Cell]]:
    """The cells of every map that a cell of the last one, or behind so many stages, depends on, by their taps."""
    found = [{cell}]
    for stage in reversed(chain.stages[:count]):
        above = found[-1]
        if not isinstance(stage, Pointwise):
            geometry = Geometry(stage)
            above = {tap.input for each in above for tap in geometry.taps(each) if tap.input is not None}
        found.append(above)
    return found[::-1]


@campaign(60)
@given(chain=moving_chains(), data=st.data())
def test_boxes_are_what_cells_depend_on(chain: Chain, data: st.DataObject) -> None:
    """On every map, no cell more and none less, of cells of the last map and of those before it."""
    stage = data.draw(st.integers(1, len(chain.stages)))
    if data.draw(st.booleans()):
        stage = len(chain.stages)
    cell = tuple(data.draw(st.integers(0, size - 1)) for size in chain.shapes[stage])
    for region, cells in zip(Dependence(chain).regions(cell, stage), walked(chain, cell, stage)):
        assert region.channels is not None
        box = set(product(region.channels, *(axis.tolist() for axis in region.axes)))
        assert box == cells


@campaign(30)
@given(chain=moving_chains())
def test_what_is_reached_is_the_most_that_any_cell_reaches(chain: Chain) -> None:
    """By each stage, of every channel, along each axis."""
    reached = Dependence(chain).largest_reached
    for number in range(1, len(chain.stages) + 1):
        most = [0] * len(chain.input_size)
        channels, *size = chain.shapes[number]
        for channel in range(channels):
            for place in product(*map(range, size)):
                cells = {(channel, *place)}
                for stage in reversed(chain.stages[:number]):
                    if not isinstance(stage, Pointwise):
                        geometry = Geometry(stage)
                        cells = {tap.input for each in cells for tap in geometry.taps(each) if tap.input is not None}
                for axis in range(len(most)):
                    along = [each[1 + axis] for each in cells]
                    most[axis] = max(most[axis], max(along) - min(along) + 1 if along else 0)
        assert list(reached[number - 1]) == most


@campaign(20)
@given(chain=moving_chains())
def test_the_json_alone_says_it(chain: Chain) -> None:
    """Ranges of axes and channels, the latter behind a shuffle by its steps, are the ends of the boxes."""
    told = json.loads("".join(figure_json(chain, Options(), taps=True)))
    shuffles = [stage for stage in chain.stages if isinstance(stage, PixelShuffle)]
    for step in told["steps"]:
        channel, *place = step["output"]
        if shuffles:
            channel *= int(np.prod(shuffles[0].upscale_factor))
            channel += sum(axis["channel_steps"][o] for axis, o in zip(told["axes"], place))
        assert ("channel_steps" in told["axes"][0]) == bool(shuffles)
        for number, region in enumerate(step["regions"]):
            ends = [axis["regions"][o][number] for axis, o in zip(told["axes"], place)]
            cells = walked(chain, tuple(step["output"]))[number]
            if None in ends:
                assert region is None
                assert not cells
                continue
            assert region["channels"] == sorted({cell[0] for cell in cells})
            read = told["channels"][channel][number]
            assert [region["channels"][0], region["channels"][-1] + 1] == read
            assert [region["first"], region["last"]] == [[a for a, _ in ends], [b - 1 for _, b in ends]]
            assert region["first"] == [min(cell[1 + axis] for cell in cells) for axis in range(len(ends))]


def test_a_shuffle_takes_from_its_channels_in_turn() -> None:
    """In the figure one sheet is lit at a step, in the hue of what it becomes."""
    scene = animate(Chain(4, ["conv 3 4", "pixel-shuffle 2"])).animation.scene
    for step, channel in ((0, 0), (1, 1), (4, 2), (5, 3), (15, 3)):
        lit = [
            (shape, element)
            for shape in scene.shapes
            if isinstance(shape, Cells) and shape.role == "window_hidden"
            for element in shown(shape.when, len(shape), step).tolist()
        ]
        assert [shape.series for shape, _ in lit] == [channel]
        assert [shape.index[element][0] for shape, element in lit] == [channel]
        (current,) = [s for s in scene.shapes if isinstance(s, Cells) and s.role == "current"]
        assert callable(current.series)
        assert current.series(step) == channel


REFUSED = [
    ("4@4", ["pixel-shuffle 2", "conv 3"], "stage 1 pixel-shuffle: conv behind it would read other places"),
    ("6", ["pixel-unshuffle 2"], "stage 1 pixel-unshuffle: a convolution of all its channels must follow"),
    ("6", ["pixel-unshuffle 2", "conv 3 4 g4"], "a convolution of all its channels must follow"),
    ("6", ["unfold 3", "relu", "max-pool 2"], "stage 1 unfold: a convolution of all its channels must follow"),
    ("4@3", ["conv 1 4", "fold 4 kernel_size=2"], "stage 2 fold: it adds up cells from another place of each channel"),
]


@together("size, stages, line", REFUSED)
def test_what_is_no_box_is_refused(size: str, stages: list[str], line: str) -> None:
    """With what tells it."""
    with pytest.raises(RequestError, match=line) as refused:
        Chain(size, stages)
    assert "a figure of its own; network tells the whole" in str(refused.value)


def test_channels_that_are_not_drawn_are_asked_for() -> None:
    """A shuffle reads all of them in turn."""
    chain = Chain(5, ["conv 3 9", "pixel-shuffle 3"])
    with pytest.raises(RequestError, match="reads in turn its 9 channels, which must all be drawn; try max_sheets=9"):
        animate(chain, values="random:1")
    assert animate(chain, values="random:1", max_sheets=9).animation.scene.steps == 81
