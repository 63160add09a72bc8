"""Padding modes: taps, numbers and regions against numpy's padding and PyTorch, JSON, words, refusals."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from helpers.campaigns import campaign
from helpers.copies import NUMPY, Padded, padded
from hypothesis import given
from hypothesis import strategies as st

from convanim.cli import main
from convanim.errors import RequestError
from convanim.explain.figure_text import explained
from convanim.explain.layer_json import geometry_json
from convanim.figures.alt_text import alt_text
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Conv, input_shape, kernel_shape, output_size
from convanim.networks.chain import Chain
from convanim.networks.receptive_fields import Dependence
from convanim.numbers.values import values_of
from convanim.words.captions import caption_lines

every_mode = pytest.mark.parametrize("mode", sorted(NUMPY))


@campaign(150)
@given(layer=padded(channels=False))
def test_taps_are_the_cells_that_numpy_pads_with(layer: Conv) -> None:
    """Each tap names the real cell that numpy's padding puts there, and is a copy exactly outside of the input."""
    geometry, oracle = Geometry(layer), Padded(layer)
    outputs = oracle.outputs()
    assert outputs == list(np.ndindex(*output_size(layer)))
    for output in outputs:
        expected = [(kernel, oracle.real(place), oracle.is_padding(place)) for kernel, place in oracle.window(output)]
        assert [(tap.kernel, tap.input, tap.is_copy) for tap in geometry.taps(output)] == expected


@campaign(80)
@given(layer=padded(channels=True), seed=st.integers(0, 999))
def test_numbers_are_those_of_the_padded_input(layer: Conv, seed: int) -> None:
    """Channels are padded alike and groups kept apart: the output is the unpadded layer's over numpy's padded input."""
    rng = np.random.default_rng(seed)
    numbers, kernel = rng.integers(-9, 10, input_shape(layer)), rng.integers(-9, 10, kernel_shape(layer))
    wide = np.pad(numbers, ((0, 0), *layer.padding), mode=NUMPY[layer.padding_mode])
    made = values_of(Geometry(layer), numbers, kernel).output
    read, filters = kernel.shape[1], kernel.shape[0] // layer.groups
    for output in Padded(layer).outputs():
        for channel in range(kernel.shape[0]):
            first = channel // filters * read
            met = sum(
                int(kernel[(channel, c, *b)] * wide[(first + c, *at)])
                for b, at in Padded(layer).window(output)
                for c in range(read)
            )
            assert made[(channel, *output)] == met


@campaign(60)
@given(layer=padded(), seed=st.integers(0, 99))
def test_json_says_which_taps_are_copies_and_adds_up(layer: Conv, seed: int) -> None:
    """Taps in the padding, and no others, have `"pad": true` and name a cell; `y = sum(w·x)` needs no further rule."""
    rng = np.random.default_rng(seed)
    numbers, kernel = rng.integers(-9, 10, input_shape(layer)), rng.integers(-9, 10, kernel_shape(layer))
    values, oracle = values_of(Geometry(layer), numbers, kernel), Padded(layer)
    table = json.loads("".join(geometry_json(Geometry(layer), values, range(Geometry(layer).steps), taps=True)))
    assert table["layer"]["padding_mode"] == layer.padding_mode
    for step in table["steps"]:
        output = tuple(step["output"])
        taps, times = step["taps"], 1 if layer.in_channels is None else kernel.shape[1]
        window = oracle.window(output[-len(layer.input_size) :]) * times
        assert [tap.get("pad", "absent") for tap in taps] == [
            True if oracle.is_padding(place) else "absent" for _, place in window
        ]
        met = sum(kernel[tuple(tap["kernel"])] * numbers[tuple(tap["input"])] for tap in taps)
        assert met == np.array(table["values"]["output"])[output]


@campaign(80)
@given(layer=padded(channels=False))
def test_cells_that_only_padding_copies_count_as_read(layer: Conv) -> None:
    """What no window reads, itself or as a copy, is unread, and nothing else."""
    geometry, oracle = Geometry(layer), Padded(layer)
    read = {oracle.real(place) for output in oracle.outputs() for _, place in oracle.window(output)}
    assert {tuple(cell) for cell in np.argwhere(geometry.read).tolist()} == read
    assert geometry.unread == np.prod(layer.input_size) - len(read)


@campaign(60)
@given(layer=padded(channels=False), k=st.integers(1, 3))
def test_regions_of_a_chain_hold_copied_cells_and_no_others(layer: Conv, k: int) -> None:
    """A cell's region in each map is what its taps reach, a circular layer's in parts; the box goes around all."""
    size = output_size(layer)
    behind = Conv(size, tuple(min(k, n) for n in size), padding_mode=layer.padding_mode)
    stages = [{name: getattr(stage, name) for name in FIELDS} | {"op": "conv"} for stage in (layer, behind)]
    dependence = Dependence(Chain(layer.input_size, stages))
    for cell in Padded(behind).outputs():
        below = {Padded(behind).real(place) for _, place in Padded(behind).window(cell)}
        input_cells = {Padded(layer).real(place) for one in below for _, place in Padded(layer).window(one)}
        for region, cells in zip(dependence.regions(cell), (input_cells, below, {cell})):
            assert set(product(*(axis.tolist() for axis in region.axes))) == cells
            assert all(low < high for axis in region.axes for low, high in pairwise(axis.tolist()))
            assert region.box == tuple((min(axis), max(axis)) for axis in zip(*cells))


FIELDS = ("kernel_size", "stride", "padding", "dilation", "padding_mode")


@every_mode
def test_the_mode_is_said_in_words(mode: str) -> None:
    """Caption, explanation and alternative text name the mode where there is padding, and only there."""
    layer = Conv("7x9", 3, padding="1x2", padding_mode=mode)
    chain = Chain(9, [{"op": "conv", "kernel_size": 3, "padding": 1, "padding_mode": mode}])
    for text in (caption_lines(layer)[0], explained(layer), alt_text(layer), explained(chain)):
        assert f"({mode})" in text.split("as code")[0]
    bare = replace(layer, padding=((0, 0), (0, 0)))
    zeros = replace(layer, padding_mode="zeros")
    assert not any(word in explained(quiet).split("as code")[0] for quiet in (bare, zeros) for word in (mode, "zeros"))


@pytest.mark.parametrize(("mode", "n", "most"), [("reflect", 4, 3), ("circular", 4, 4), ("replicate", 4, None)])
def test_the_command_line_says_how_many_cells_there_are_to_copy(mode: str, n: int, most: int | None) -> None:
    """Padding up to what a mode can copy is drawn; one more is refused in a line that says how many there are."""
    asked = ["conv", "-i", str(n), "-k", "1", "--padding-mode", mode, "--json", "-p"]
    assert CliRunner().invoke(main, [*asked, str(n if most is None else most)]).exit_code == 0
    more = CliRunner().invoke(main, [*asked, str(9 if most is None else most + 1)])
    assert more.exit_code == (0 if most is None else 2)
    if most is not None:
        assert f"{mode} has {most} cells to copy on an axis of {n}" in more.stderr
        assert more.stderr.count("\n") == 1


@pytest.fixture
def torch() -> Iterator[Any]:
    """PyTorch on one thread: these layers are too small for several."""
    found = pytest.importorskip("torch")
    threads = found.get_num_threads()
    found.set_num_threads(1)
    yield found
    found.set_num_threads(threads)


def test_pytorch_makes_the_same_numbers_and_refuses_the_same_padding(torch: Any) -> None:
    """Of 400 random layers in all modes PyTorch runs those that can be built here, with the same numbers."""
    rng, outcomes = np.random.default_rng(11), {"made": 0, "refused": 0}
    for seed in range(400):
        dims, (groups, read, made) = int(rng.integers(1, 3)), rng.integers(1, 3, 3).tolist()
        n, k, s, d, p = (tuple(rng.integers(*ends, dims).tolist()) for ends in ((1, 6), (1, 4), (1, 4), (1, 3), (0, 6)))
        padding: Any = "same" if max(s) == 1 and rng.random() < 0.7 else p
        mode = ("reflect", "replicate", "circular")[seed % 3]
        fields = {"stride": s, "padding": padding, "dilation": d, "groups": groups, "padding_mode": mode}
        kind = (torch.nn.Conv1d, torch.nn.Conv2d)[dims - 1]
        theirs = kind(groups * read, groups * made, k, **fields, bias=False, dtype=torch.float64)
        kernel = rng.integers(-9, 10, tuple(theirs.weight.shape))
        numbers = rng.integers(-9, 10, (groups * read, *n))
        theirs.weight.data = torch.tensor(kernel, dtype=torch.float64)
        try:
            layer = Conv(n, k, in_channels=groups * read, out_channels=groups * made, **fields)
        except RequestError:
            outcomes["refused"] += 1
            with pytest.raises(RuntimeError):
                theirs(torch.tensor(numbers, dtype=torch.float64)[None])
            continue
        outcomes["made"] += 1
        output = theirs(torch.tensor(numbers, dtype=torch.float64)[None])[0].detach().numpy()
        assert np.array_equal(output, values_of(Geometry(layer), numbers, kernel).output)
    assert min(outcomes.values()) > 80


@pytest.mark.parametrize(("mode", "most"), [("reflect", 3), ("circular", 4), ("replicate", 9)])
def test_pytorch_copies_as_far_as_is_said_here(torch: Any, mode: str, most: int) -> None:
    """On an axis of 4, reflect has 3 cells to copy and circular 4, here and in PyTorch; replicate has no end."""
    for padding in range(10):
        theirs = torch.nn.Conv1d(1, 1, 1, padding=padding, padding_mode=mode)
        if padding <= most:
            assert output_size(Conv(4, 1, padding=padding, padding_mode=mode, dims=1)) == (4 + 2 * padding,)
            assert theirs(torch.zeros(1, 1, 4)).shape == (1, 1, 4 + 2 * padding)
            continue
        with pytest.raises(RequestError, match=f"{mode} has {most} cells"):
            Conv(4, 1, padding=padding, padding_mode=mode, dims=1)
        with pytest.raises(RuntimeError, match=r"less than the corresponding input|wrapping around more than once"):
            theirs(torch.zeros(1, 1, 4))
