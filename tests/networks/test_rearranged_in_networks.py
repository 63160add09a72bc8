"""Shuffles, unfold and fold in networks: what their cells read, cell by cell, and fields that hold it."""

import random

import numpy as np
import pytest
from helpers.campaigns import campaign
from hypothesis import given
from hypothesis import strategies as st

from convanim import RequestError, network, receptive_field
from convanim.layers.geometry import Geometry
from convanim.layers.kinds.fold import Fold
from convanim.layers.layer import PixelShuffle, PixelUnshuffle, Rearranged, Unfold, input_shape, output_shape
from convanim.networks.dependence import NetworkDependence
from convanim.networks.moved_cells import moved_from
from convanim.networks.network import INPUT
from convanim.networks.network_fields import network_fields, reached


def random_layer(rng: random.Random) -> Rearranged:
    """A small layer of one or two axes."""
    dims = rng.choice([1, 2])

    def sizes(low: int, high: int) -> tuple[int, ...]:
        return tuple(rng.randint(low, high) for _ in range(dims))

    r, channels = sizes(1, 3), rng.randint(1, 3)
    match rng.randrange(4):
        case 0:
            return PixelShuffle(sizes(1, 3), r, channels * int(np.prod(r)), dims=dims)
        case 1:
            return PixelUnshuffle(tuple(n * k for n, k in zip(sizes(1, 3), r)), r, channels, dims=dims)
        case 2:
            return Unfold(sizes(4, 6), r, sizes(1, 2), rng.randint(0, 1), sizes(1, 3), channels, dims=dims)
    return Fold(sizes(5, 7), r, sizes(1, 2), rng.randint(0, 1), sizes(1, 3), channels * int(np.prod(r)), dims=dims)


@campaign(300)
@given(seed=st.integers(0, 2**32))
def test_what_is_read_is_what_each_cell_is_of(seed: int) -> None:
    """Of some cells of some channels: the union of what the geometry says of each."""
    rng = random.Random(seed)
    try:
        layer = random_layer(rng)
    except RequestError:
        return
    made, size = output_shape(layer)[0], output_shape(layer)[1:]
    mask = np.random.default_rng(seed).random(size) < 0.4
    channels = np.array(sorted(rng.sample(range(made), rng.randint(1, made))))
    found = np.zeros(input_shape(layer), dtype=bool)
    for own, cells in moved_from(layer, channels, mask):
        found[own] |= cells
    geometry, expected = Geometry(layer), np.zeros_like(found)
    for channel in channels:
        for place in np.argwhere(mask):
            for cell in geometry.cells_read((int(channel), *map(int, place))):
                expected[cell] = True
    assert (found == expected).all()


@pytest.mark.parametrize(
    "stages", ["conv 3x3 8 p1, pixel-shuffle 2, conv 3x3 2", "pixel-unshuffle 2, conv 3x3 2 s2 p1"]
)
def test_fields_hold_what_is_reached(stages: str) -> None:
    """The hull of the exact cells is what is reached on each axis at most, and lies in the bounded field."""
    net = network(stages, "2@12x8")
    name = net.output.name
    fields, ends = network_fields(net)[name], reached(net)[name]
    assert fields is not None
    for y in range(net.output.shape[1]):
        for x in range(net.output.shape[2]):
            box = NetworkDependence(net).cells((1, y, x))[INPUT].box
            assert box is not None
            for (first, last), field, (firsts, lasts), at in zip(box, fields, ends, (y, x)):
                assert firsts[at] <= first <= last <= lasts[at]
                start = field.start + at * field.stride
                assert start <= first <= last <= start + field.size - 1


def test_a_shuffle_reads_one_channel_of_its_group() -> None:
    """Of a cell of a pixel shuffle the channel that its place chooses, and there is one cell of it."""
    net = network("shuffle: pixel-shuffle 2", "8@3x3")
    cells = NetworkDependence(net).cells((1, 3, 4))[INPUT]
    assert cells.channels.tolist() == [4 + 2 * (3 % 2) + 4 % 2]
    assert cells.box == ((1, 1), (2, 2))
    assert receptive_field(net, cell=(3, 4)).exact.sum() == 1
