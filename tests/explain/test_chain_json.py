"""Chains and comparisons as JSON: the form, the regions, the numbers, and that it is a stream."""

from itertools import product
from math import prod
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign
from helpers.json_text import chains, printed, run, strict
from hypothesis import given

from convanim.errors import RequestError
from convanim.explain.figure_json import figure_json
from convanim.figures.options import Options
from convanim.figures.subject import Comparison, Part
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Conv
from convanim.layers.sizes import Cell
from convanim.networks.chain import Chain
from convanim.networks.pointwise import Pointwise, Stage


def told(figure: Chain | Conv | Comparison, *, taps: bool = True, **options: Any) -> Any:
    """The JSON of a figure."""
    return strict("".join(figure_json(figure, Options(**options), taps=taps)))


def cells_read(stage: Stage, cells: set[Cell]) -> set[Cell]:
    """The cells that a stage reads to make some cells, tap by tap."""
    if isinstance(stage, Pointwise):
        return cells
    geometry = Geometry(stage)
    return {tap.input for cell in cells for tap in geometry.taps(cell) if tap.input is not None}


def box(cells: set[Cell], has_channels: bool) -> dict[str, Any] | None:
    """The region that holds some cells, as JSON has it."""
    if not cells:
        return None
    places = [cell[1:] if has_channels else cell for cell in cells]
    return {
        "channels": sorted({cell[0] for cell in cells}) if has_channels else None,
        "first": [min(axis) for axis in zip(*places)],
        "last": [max(axis) for axis in zip(*places)],
    }


def test_a_chain_has_this_form() -> None:
    """A chain's JSON to the letter."""
    assert told(Chain(3, ["conv 2", "relu"], dims=1), order="filter") == strict("""
{"version": 2,
 "chain": [{"op": "conv", "input_size": [3], "kernel_size": [2], "stride": [1], "padding": [[0, 0]], "dilation": [1],
            "padding_mode": "zeros", "groups": 1, "in_channels": null, "out_channels": null}, {"op": "relu"}],
 "maps": [[3], [2], [2]],
 "stages": [{"output_shape": [2], "receptive_field": {"size": [2], "stride": [1], "start": [0]},
             "reached": {"size": [2]}, "cost": {"weights": 2, "macs": 4, "activations": 2}},
            {"output_shape": [2], "receptive_field": {"size": [2], "stride": [1], "start": [0]},
             "reached": {"size": [2]}, "cost": {"weights": 0, "macs": 0, "activations": 2}}],
 "cost": {"weights": 2, "macs": 4, "activations": 4},
 "axes": [{"regions": [[[0, 2], [0, 1], [0, 1]], [[1, 3], [1, 2], [1, 2]]]}],
 "channels": null,
 "step_count": 2,
 "order": "filter",
 "steps": [{"step": 0, "output": [0], "regions": [{"channels": null, "first": [0], "last": [1]},
                                       {"channels": null, "first": [0], "last": [0]},
                                       {"channels": null, "first": [0], "last": [0]}]},
           {"step": 1, "output": [1], "regions": [{"channels": null, "first": [1], "last": [2]},
                                       {"channels": null, "first": [1], "last": [1]},
                                       {"channels": null, "first": [1], "last": [1]}]}]}
""")


@given(chain=chains())
@campaign(80)
def test_regions_hold_the_cells_that_taps_reach(chain: Chain) -> None:
    """Every step's regions are those found tap by tap, and there is a step for each cell of the last map."""
    steps = told(chain)["steps"]
    assert [step["output"] for step in steps] == [list(o) for o in product(*(range(n) for n in chain.shapes[-1]))]
    for step in steps:
        cells = {tuple(step["output"])}
        expected = [box(cells, chain.has_channels)]
        for stage in reversed(chain.stages):
            cells = cells_read(stage, cells)
            expected.append(box(cells, chain.has_channels))
        assert step["regions"] == expected[::-1]
        assert by_the_rule(told(chain, taps=False), step["output"]) == expected[::-1]


def by_the_rule(short: Any, cell: list[int]) -> list[Any]:
    """The regions of every map, from the ranges of axes and channels alone."""
    axes = [axis["regions"][o] for axis, o in zip(short["axes"], cell[-len(short["axes"]) :])]
    found: list[Any] = []
    for number, ranges in enumerate(zip(*axes)):
        channels = None if short["channels"] is None else list(range(*short["channels"][cell[0]][number]))
        first, last = [r and r[0] for r in ranges], [r and r[1] - 1 for r in ranges]
        found.append(None if None in ranges else {"channels": channels, "first": first, "last": last})
    return found


def test_steps_of_a_comparison_are_those_of_each_figure() -> None:
    """A slice that the page has is taken of every figure."""
    found = told(
        Comparison((Part(Conv(3, 2), Options()), Part(Chain(5, ["conv 2"]), Options()))), steps="1:3", taps=False
    )
    assert [[step["step"] for step in figure["steps"]] for figure in found["figures"]] == [[1, 2], [1, 2]]


@given(chain=chains())
@campaign(40)
def test_what_is_reached_is_the_largest_region_of_a_stage(chain: Chain) -> None:
    """`reached` is the largest extent, per axis, of the input's cells that any cell of the stage depends on."""
    for number, stage in enumerate(told(chain)["stages"], start=1):
        part = Chain(chain.shapes[0][-len(chain.input_size) :], chain.stages[:number], in_channels=_channels(chain))
        regions = [step["regions"][0] for step in told(part)["steps"]]
        extents = [[b - a + 1 for a, b in zip(r["first"], r["last"])] for r in regions if r is not None]
        largest = [max(axis) for axis in zip(*extents)] if extents else None
        if largest is not None:
            # One axis may reach something where the other reaches nothing, and no region is left.
            assert all(a <= b for a, b in zip(largest, stage["reached"]["size"]))
        if None not in regions:
            assert stage["reached"]["size"] == largest


def _channels(chain: Chain) -> int | None:
    return chain.shapes[0][0] if chain.has_channels else None


def test_fractions_are_text() -> None:
    """Past a transposed layer a receptive field's numbers can be fractions: `1/2`."""
    field = told(Chain(4, ["conv-transpose 3 s2", "conv 2"]))["stages"][1]["receptive_field"]
    assert field == {"size": ["5/2", "5/2"], "stride": ["1/2", "1/2"], "start": [-1, -1]}


@pytest.mark.parametrize("order", ["filter", "position"])
def test_steps_go_as_the_order_says(order: str) -> None:
    """All positions of a filter, or all filters at a position, come first."""
    chain = Chain("2@3x3", ["conv 2 3"])
    outputs = [step["output"] for step in told(chain, order=order)["steps"]]
    expected = [[c, y, x] for c, y, x in product(range(3), range(2), range(2))]
    if order == "position":
        expected = [[c, y, x] for y, x, c in product(range(2), range(2), range(3))]
    assert outputs == expected


def test_numbers_run_through() -> None:
    """Each map follows from the one before it with the stage's kernel; a pointwise step's kernel is null."""
    values = told(Chain("2@4x4", ["conv 3 2", "relu", "max-pool 2"]), values="random:3", kernel_values="random:5")[
        "values"
    ]
    first, summed, kept, most = (np.array(numbers) for numbers in values["maps"])
    kernel, *others = values["kernels"]
    assert others == [None, None]
    windows = np.lib.stride_tricks.sliding_window_view(first, (3, 3), axis=(1, 2))
    np.testing.assert_array_equal(np.einsum("cyxij,ocij->oyx", windows, np.array(kernel)), summed)
    np.testing.assert_array_equal(np.maximum(summed, 0), kept)
    np.testing.assert_array_equal(kept.max(axis=(1, 2)), most.ravel())


def test_functions_of_minus_infinity_are_numbers() -> None:
    """What a window of padding alone leaves behind does not become a NaN, which JSON lacks."""
    for function in ("relu", "sigmoid", "tanh", "gelu", "silu", "leaky-relu"):
        maps = told(Chain(1, ["max-pool 2 s1 p1 d2", function]), values="arange")["values"]["maps"]
        assert maps[1] == [[None]]
        assert maps[2] == [[{"sigmoid": 0.0, "tanh": -1.0, "leaky-relu": None}.get(function, 0)]]


def test_a_layer_alone_is_told_as_ever() -> None:
    """A layer's JSON is that of its geometry, its steps in the order that was asked for."""
    told_by_position = told(Conv("2@2x2", 1, out_channels=2), order="position")
    assert set(told_by_position) == {
        *("version", "layer", "output_size", "code", "cost", "axes", "channels", "step_count", "order", "steps")
    }
    assert [step["output"] for step in told_by_position["steps"]][:3] == [[0, 0, 0], [1, 0, 0], [0, 0, 1]]


def test_a_comparison_lists_its_figures() -> None:
    """Each figure stands with its title, as it would alone, and with the options of its own."""
    one, other = Conv(3, 2), Chain("2@3x3", ["conv 1 2", "relu"])
    parts = Part(one, Options(values="arange"), 'a "quoted" title'), Part(other, Options(order="position"))
    found = told(Comparison(parts))
    assert found["version"] == 2
    first, second = found["figures"]
    assert first.pop("title") == 'a "quoted" title'
    assert second.pop("title") == ""
    assert {"version": 2, **first} == told(one, values="arange")
    assert {"version": 2, **second} == told(other, order="position")


def test_it_is_written_step_by_step() -> None:
    """A chain's text is a stream: no step is computed before its piece is asked for."""
    pieces = figure_json(Chain(1000, ["conv 3", "relu", "max-pool 2"]), Options())
    for _ in range(12):
        assert len(next(pieces)) < 6000


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"order": "up"}, "order"),
        ({"max_cells": 3}, "input_size"),
        ({"values": "nonsense"}, "values"),
        ({"kernel_values": "sobel-x"}, "kernel_values"),
    ],
)
def test_what_is_wrong_is_known_before_the_first_piece(options: dict[str, Any], field: str) -> None:
    """Options that do not fit a part are refused before anything is written."""
    parts = Part(Conv(3, 2), Options()), Part(Chain(9, ["conv 2", "relu"]), Options(**options))
    with pytest.raises(RequestError) as refused:
        figure_json(Comparison(parts), Options())
    assert refused.value.field == field


def test_the_command_prints_it() -> None:
    """`chain … --json` prints a chain, `compare … --json` a comparison."""
    assert run("chain conv=1 relu -i 3@4x4 --json").exit_code == 2
    found = printed("chain relu relu -i 3@4x4 --values random:1")
    assert found["maps"] == [[3, 4, 4]] * 3
    assert found["step_count"] == prod([3, 4, 4])
    titles = [figure["title"] for figure in printed("compare relu one_by_one -i 3")["figures"]]
    assert titles == ["relu", "A 1×1 convolution"]


def test_recipes_of_chains_and_comparisons_are_told(tmp_path: Any) -> None:
    """`render FILE --json` prints whatever the recipe is of; options replace those of every part."""
    chain = tmp_path / "chain.toml"
    stage = '[[{0}layer]]\nop = "conv"\ninput_size = "2@3x3"\nkernel_size = 1\nout_channels = 2\n'
    relu = '[[{0}layer]]\nop = "relu"\n'
    chain.write_text(stage.format("") + relu.format(""), encoding="utf-8")
    found = printed(f"render {chain} --values arange --order position --steps 0:2")
    assert found["values"]["maps"][0] == np.arange(18).reshape(2, 3, 3).tolist()
    assert found["steps"][1]["output"] == [1, 0, 0]
    both = tmp_path / "both.toml"
    figure = '[[figure]]\ntitle = "{1}"\n' + stage + relu
    both.write_text(figure.format("figure.", "A") + figure.format("figure.", "B"), encoding="utf-8")
    figures = printed(f"render {both} --values arange")["figures"]
    assert [figure["title"] for figure in figures] == ["A", "B"]
    assert all(figure["values"]["maps"][0][0][0] == [0, 1, 2] for figure in figures)
