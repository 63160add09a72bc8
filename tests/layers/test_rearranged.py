"""Layers that put cells into other channels: what each output cell is, and what is refused."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, together
from helpers.oracle import cells, moved
from helpers.strategies import MOVING
from hypothesis import given
from hypothesis import strategies as st

from convanim import Options, differ
from convanim.errors import RequestError
from convanim.layers.geometry import Geometry
from convanim.layers.kinds.rearranged import columns_placed, columns_read
from convanim.layers.layer import Fold, PixelShuffle, PixelUnshuffle, Unfold, input_shape
from convanim.layers.operations import OPERATIONS
from convanim.networks.building import Asked, network
from convanim.networks.dependence import Cells, NetworkDependence
from convanim.numbers.figure_values import figure_values
from convanim.numbers.scales import scales_of
from convanim.numbers.values import values_of


@pytest.mark.parametrize("op", MOVING)
@campaign(40)
@given(data=st.data())
def test_each_cell_is_the_one_of_the_definition(op: str, data: st.DataObject) -> None:
    """On one axis to three: shape, the one tap of every cell, what is read, and numbers."""
    layer = data.draw(MOVING[op](st.sampled_from([1, 2, 3])))
    geometry, definition = Geometry(layer), moved(layer)  # type: ignore[arg-type]
    assert sorted(definition) == cells(geometry.output_shape)
    numbers = 1 + np.arange(np.prod(input_shape(layer))).reshape(input_shape(layer))
    made = values_of(geometry, numbers, None).output
    read = np.zeros(input_shape(layer), dtype=bool)
    for output, sources in definition.items():
        assert [tap.input for tap in geometry.taps(output)] == sources
        there = [source for source in sources if source is not None]
        assert list(geometry.cells_read(output)) == there
        assert None in sources or geometry.sources(output) == sorted({source[0] for source in there})
        assert made[output] == sum(numbers[source] for source in there)
        for source in there:
            read[source] = True
    assert (read.any(axis=0) == geometry.read).all()
    if isinstance(layer, Fold):
        own = columns_read(layer)
        assert columns_placed(layer) == int(read.sum())
        assert (read == np.tile(own, (layer.in_channels // len(own), *[1] * len(layer.input_size)))).all()
    else:
        assert (read == geometry.read).all()


@pytest.mark.parametrize("op", MOVING)
@campaign(40)
@given(data=st.data())
def test_networks_know_which_cells_they_move(op: str, data: st.DataObject) -> None:
    """Behind such a layer a pool and a convolution: a cell depends on those that its own are of, and on no others."""
    layer = data.draw(MOVING[op]())
    definition = moved(layer)  # type: ignore[arg-type]
    size = "x".join(map(str, layer.input_size))
    nodes = [Asked("moved", layer, ("input",))]
    alone = network(f"{layer.in_channels}@{size}", nodes, dims=len(layer.input_size))
    channel, *place = data.draw(st.sampled_from(sorted(definition)))
    found = NetworkDependence(alone).cells((channel, *place))
    assert seen(found) == {source for source in definition[(channel, *place)] if source is not None}
    behind = [*nodes, Asked("pooled", {"op": "max-pool", "kernel_size": 2, "stride": 1, "padding": 1}, ("moved",))]
    pooled = network(f"{layer.in_channels}@{size}", behind, dims=len(layer.input_size))
    around = list(product([channel], *([o for o in (i - 1, i) if o >= 0] for i in place)))
    sources = {source for cell in around for source in definition.get(cell, ()) if source is not None}
    assert seen(NetworkDependence(pooled).cells((channel, *place))) == sources


def seen(found: dict[str, Cells]) -> set[tuple[int, ...]]:
    """The input cells that something depends on."""
    parts = found["input"].parts if "input" in found else ()
    return {(int(c), *map(int, at)) for channels, mask in parts for c in channels for at in np.argwhere(mask)}


def test_an_unshuffle_undoes_a_shuffle() -> None:
    """And an unfold whose windows lie side by side is an unshuffle."""
    numbers = np.arange(72).reshape(8, 3, 3)
    shuffled = values_of(Geometry(PixelShuffle("8@3", 2)), numbers, None).output
    back = values_of(Geometry(PixelUnshuffle("2@6", 2)), shuffled, None).output
    np.testing.assert_array_equal(back, numbers)
    np.testing.assert_array_equal(values_of(Geometry(Unfold("2@6", 2, stride=2)), shuffled, None).output, numbers)
    fold = Fold("8@9", 6, 2, stride=2)
    np.testing.assert_array_equal(values_of(Geometry(fold), numbers, None).output, shuffled)


def test_a_fold_takes_its_columns_in_both_spellings() -> None:
    """As many as `nn.Fold` has of them, or the windows of each axis."""
    assert Fold("4@9", 4, 2) == Fold("4@3x3", 4, 2) == Fold("4@3", 4, 2) == Fold((3, 3), 4, 2)
    assert Fold(5, (2, 7), (2, 3), stride=(1, 2), padding=(0, 2)).input_size == (1, 5)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("pixel-shuffle", {"input_size": "5@4", "upscale_factor": 2}, "in_channels 5: .*takes 4 channels.*try 4"),
    ("pixel-shuffle", {"input_size": 4, "upscale_factor": 0}, "must be at least 1"),
    ("pixel-unshuffle", {"input_size": "5x4", "downscale_factor": 2}, "height 5; try an input of 6"),
    ("unfold", {"input_size": 3, "kernel_size": 4}, "more than the padded input's 3"),
    ("unfold", {"input_size": 3, "kernel_size": 2, "padding": "same"}, "no padding words"),
    (
        "fold",
        {"input_size": "4@8", "output_size": 4, "kernel_size": 2},
        "input_size 4@8: output_size 4×4 has 3×3 = 9 windows.*try an input of 4@9 columns",
    ),
    ("fold", {"input_size": "4@2x3", "output_size": 4, "kernel_size": 2}, "3×3 = 9 windows"),
    ("fold", {"input_size": "5@9", "output_size": 4, "kernel_size": 2}, "in_channels 5: .*takes 4 channels.*try 4"),
    (
        "fold",
        {"input_size": 1, "output_size": 2, "kernel_size": 3},
        "output_size 2: its kernel spans 3 cells.*padded 2",
    ),
    ("fold", {"input_size": 9, "output_size": 4, "kernel_size": 2, "padding": "same"}, "no padding words"),
    ("fold", {"input_size": 9, "output_size": 0, "kernel_size": 2}, "must be at least 1"),
]


@together("op, fields, line", REFUSED)
def test_what_does_not_fit_is_refused(op: str, fields: dict[str, Any], line: str) -> None:
    """With what would do."""
    with pytest.raises(RequestError, match=line):
        OPERATIONS[op].made(fields)


def test_differences_refuse_them() -> None:
    """They reckon with windows of one channel, which these have not; chains are tested by themselves."""
    with pytest.raises(RequestError, match="not compared"):
        differ(PixelShuffle("4@4", 2), PixelShuffle("4@4", 2))


def test_colours_reach_as_far_as_sums() -> None:
    """Where windows overlap the output of a fold is larger than what it adds up, and so is its scale."""
    fold = Fold("4@9", 4, 2)
    values = figure_values(fold, Options(values=np.full((4, 3, 3), 3)))
    assert values is not None
    assert [scale.end for scale in scales_of((fold,), values, None)] == [3, 12]
