"""Chains: what the current cell depends on in every map, the numbers in it, the lines between rows, the cost."""

from itertools import combinations
from math import prod
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign
from helpers.oracle import oracle_of
from helpers.pixels import inks, keys_at, numbers_at
from helpers.stacks import (
    bare,
    channel_counts,
    drawn,
    highlighted,
    map_names,
    needed,
    places,
    run,
    some,
    steps_in_order,
)
from helpers.strategies import chains
from hypothesis import assume, given
from hypothesis import strategies as st

from convanim.figures.recipes import load_recipe
from convanim.networks.chain import Chain
from convanim.networks.pointwise import Pointwise
from convanim.scene.scene import Cells, Lines, Scene, Texts, series_at
from convanim.views.registry import VIEWS
from convanim.words.numerals import numeral

every_view = pytest.mark.parametrize("view", list(VIEWS))
few = campaign(25)
WIDE: dict[str, Any] = {"width": 2400, "max_sheets": 99, "max_frames": 100_000}
ROLES = ("window", "window_hidden", "current")


def shape_of(chain: Chain, number: int) -> tuple[tuple[int, ...], list[tuple[int, ...]]]:
    """A map's size, and its channels as the first parts of keys."""
    shape = chain.shapes[number]
    if not chain.has_channels:
        return shape, [()]
    return shape[1:], [(channel,) for channel in range(shape[0])]


def steps_of(chain: Chain, order: str) -> list[tuple[int, ...]]:
    """The cell of the last map that each step makes."""
    size, channels = shape_of(chain, len(chain.stages))
    sheets = list(range(len(channels)))
    return [(*channels[sheet], *cell) for sheet, cell in steps_in_order(sheets, size, order)]


@every_view
@few
@given(chain=chains(), order=st.sampled_from(["filter", "position"]))
def test_every_map_shows_what_the_current_cell_depends_on(view: str, chain: Chain, order: str) -> None:
    """At each step the highlighted cells of every map are those that the cell being made comes from, and no others."""
    scene, names = drawn(chain, view=view, order=order, labels=False, **WIDE).scene, map_names(chain)
    where, steps = places(scene, names), steps_of(chain, order)
    assert scene.steps == len(steps)
    assert sorted(where.values()) == sorted(
        (name, *channel, *cell)
        for number, name in enumerate(names)
        for size, channels in [shape_of(chain, number)]
        for channel in channels
        for cell in np.ndindex(*size)
    )
    for step, cell in some(steps, 6):
        expected = [(name, *c) for name, found in zip(names, needed(chain, cell)) for c in found]
        assert sorted(highlighted(scene, step, ROLES, where)) == sorted(expected)
        assert sorted(scene.reads(step)) == sorted(key for key in expected if key[0] == names[-2])
        assert sorted(scene.behind(step)) == sorted(key for key in expected if key[0] in names[:-2])
        assert scene.writes(step) == (("output", *cell),)
        assert keys_at(scene, step, "current") == [("output", *cell)]
        assert sorted(keys_at(scene, step, "output")) == sorted(("output", *c) for c in steps[: step + 1])


@every_view
@few
@given(chain=chains())
def test_no_key_stands_in_two_places(view: str, chain: Chain) -> None:
    """Whatever stands in two places of a chain's figure has two keys."""
    found: dict[Any, Any] = {}
    for shape in drawn(chain, view=view, **WIDE).scene.shapes:
        if isinstance(shape, Cells):
            for element, cell in enumerate(shape.cells.tolist()):
                place = (shape.lattice, *cell)
                assert found.setdefault(shape.key(element), place) == place


def kernels_of(chain: Chain, seed: int) -> list[Any]:
    """Small whole weights for the stages that have some."""
    random = np.random.default_rng(seed)
    kernels: list[Any] = []
    stages: tuple[Any, ...] = chain.stages
    for stage in stages:
        if isinstance(stage, Pointwise) or not stage.op.startswith("conv"):
            kernels.append(None)
        elif stage.in_channels is None:
            kernels.append(random.integers(-2, 3, stage.kernel_size))
        else:
            inputs, outputs = channel_counts(stage)
            per = (outputs, inputs // stage.groups) if stage.op == "conv" else (inputs, outputs // stage.groups)
            kernels.append(random.integers(-2, 3, (*per, *stage.kernel_size)))
    return kernels


@few
@given(chain=chains(), seed=st.integers(0, 999))
def test_numbers_run_through(chain: Chain, seed: int) -> None:
    """The numbers in every map are those of the stages one after the other; the last map's come with their steps."""
    assume(not any(stage.op == "avg-pool" for stage in chain.stages))
    numbers, kernels = np.random.default_rng(seed).integers(-5, 6, chain.shapes[0]), kernels_of(chain, seed)
    maps = run(chain, numbers, kernels)
    assume(all(np.isfinite(map_).all() for map_ in maps))
    has_weights = any(kernel is not None for kernel in kernels)
    options = {"values": numbers, "heat_map": False} | ({"kernel_values": kernels} if has_weights else {})
    scene = drawn(chain, view="flat", **options, **WIDE).scene
    steps = steps_of(chain, "filter")
    for step, cell in some(steps, 4):
        for name, map_ in zip(map_names(chain)[:-1], maps):
            expected = {(name, *c): numeral(map_[c].item()) for c in np.ndindex(*map_.shape)}
            assert numbers_at(scene, step, name) == expected
        made = {("output", *c): numeral(maps[-1][c].item()) for c in steps[: step + 1]}
        assert numbers_at(scene, step, "output") == made
        assert scene.equation(step).endswith(f" = {numeral(maps[-1][cell].item())}")


def test_the_functions_of_every_pointwise_step() -> None:
    """The last map of `relu`, `sigmoid` and `tanh` holds their numbers, and the equation says which it is."""
    for op, function in (("relu", lambda x: max(x, 0)), ("sigmoid", lambda x: 1 / (1 + np.exp(-x))), ("tanh", np.tanh)):
        scene = drawn(Chain(4, [op], dims=1), values=np.array([-2, -0.5, 0, 3]), view="flat", width=1200).scene
        for step, x in enumerate([-2, -0.5, 0, 3]):
            y = float(function(x))
            sign = "=" if y == round(y, 2) else "≈"
            assert numbers_at(scene, step, "output")["output", step] == numeral(y)
            assert scene.equation(step) == f"{op}({numeral(x)}) {sign} {numeral(y)}"


@few
@given(chain=chains(dims=st.just(1), has_channels=False), width=st.sampled_from([300, 480, 1000]))
def test_lines_join_each_cell_to_its_readers(chain: Chain, width: int) -> None:
    """In one dimension lines go from the top of every cell that is read to the foot of the cell that reads it."""
    scene, names = drawn(chain, view="flat", width=width).scene, map_names(chain)
    middles = {
        key: lattice.centres(np.array([(row, column)]))[0]
        for (lattice, row, column), key in places(scene, names).items()
    }
    half = np.array([0, next(lattice.row[1] for lattice, *_ in places(scene, names)) / 2])
    for step in {0, scene.steps // 2, scene.steps - 1}:
        expected = []
        for number, (stage, above) in enumerate(zip(chain.stages, needed(chain, (step,))[1:])):
            for cell in above:
                reads = (
                    [cell] if isinstance(stage, Pointwise) else [c for _, c in oracle_of(bare(stage)).taps[cell] if c]
                )
                for read in reads:
                    ends = middles[(names[number], *read)] - half, middles[(names[number + 1], *cell)] + half
                    expected.append([*ends[0].tolist(), *ends[1].tolist()])
        found = [
            line
            for shape in scene.shapes
            if isinstance(shape, Lines) and shape.role == "ray"
            for line in shape.at(step).reshape(-1, 4).tolist()
        ]
        assert sorted(found) == sorted(expected)


def cost(chain: Chain) -> tuple[int, int]:
    """Weights and multiply–accumulates: a kernel in every output cell, a transposed one in every input cell."""
    weights = macs = 0
    stages: tuple[Any, ...] = chain.stages
    for stage in stages:
        if isinstance(stage, Pointwise) or not stage.op.startswith("conv"):
            continue
        inputs, outputs = channel_counts(stage) if stage.in_channels else (1, 1)
        own = outputs * inputs // (stage.groups or 1) * prod(stage.kernel_size)
        weights += own
        macs += own * prod(stage.input_size if stage.op == "conv-transpose" else oracle_of(bare(stage)).output_size)
    return weights, macs


@every_view
@few
@given(chain=chains(), width=st.sampled_from([480, 900]))
def test_captions_hold_the_stages_and_the_cost(view: str, chain: Chain, width: int) -> None:
    """Under a chain stand its stages in order and, where there are weights, how many and how often they multiply.

    Without a caption nothing of this is said.
    """
    assume(cost(chain)[1] < 10_000)
    scene = drawn(chain, view=view, caption=True, width=width).scene
    said = " ".join(text for text, _ in inks(scene, 0, ("caption",)))
    weights, macs = cost(chain)
    spelled = f"{weights:,} weight{'s' if weights > 1 else ''} · {macs:,} MAC{'s' if macs > 1 else ''}"
    assert said.endswith(spelled) if weights else "weight" not in said
    rest = said
    for stage in chain.stages:
        word = "transpose" if stage.op == "conv-transpose" else stage.op.split("-")[0]
        assert word in rest
        rest = rest[rest.index(word) + len(word) :]
    without = inks(drawn(chain, view=view, width=width).scene, 0, ("caption",))
    assert all(text.startswith("drawn without the grid") for text, _ in without)  # a map too large for one says so


@every_view
@few
@given(chain=chains())
def test_labels_name_every_map_and_its_size(view: str, chain: Chain) -> None:
    """Beside or over every map stand what made it and its shape."""
    scene = drawn(chain, view=view, width=1600, max_frames=100_000).scene
    labels = [shape for shape in scene.shapes if isinstance(shape, Texts) and shape.role == "label"]
    said = [" ".join(shape.text) for shape in labels if isinstance(shape.text, tuple) and shape.text != ("→",)]
    assert len(said) == len(chain.shapes)
    for number, text in enumerate(said):
        size, channels = shape_of(chain, number)
        at = f"{len(channels)}@" if chain.has_channels else ""
        assert text.endswith(at + "×".join(map(str, size)))
        first = "input" if number == 0 else chain.stages[number - 1].op.split("-")[0]
        assert first in text


def grids(scene: Scene, map: str) -> set[tuple[int, int]]:
    """The pixels on which a map's grids begin."""
    return {shape.lattice.origin for shape in scene.shapes if isinstance(shape, Cells) and shape.map == map}


@few
@given(chain=chains(), values=st.sampled_from([None, "random:1"]))
def test_maps_go_on_from_left_to_right_and_from_below(chain: Chain, values: str | None) -> None:
    """Flat, each map stands to the right of the one before, or above it as a row; iso, it is above."""
    for view in VIEWS:
        scene = drawn(chain, view=view, values=values, heat_map=False if values else None, **WIDE).scene
        for one, other in zip(map_names(chain), map_names(chain)[1:]):
            (x, y), (right, up) = max(grids(scene, one)), min(grids(scene, other))
            is_row = len(chain.input_size) == 1 and all(
                len(shape_of(chain, n)[1]) == 1 for n in range(len(chain.shapes))
            )
            assert up < y if view == "iso" or is_row else x < right


@every_view
def test_a_chain_has_no_series(view: str) -> None:
    """The maps of a chain are told apart by their roles: input, hidden, output."""
    scene = drawn(Chain("2@4x4", ["conv 3x3 3", "relu", "conv 1x1 2"]), view=view).scene
    grids_ = [shape for shape in scene.shapes if isinstance(shape, Cells)]
    assert {series_at(shape, 0) for shape in grids_} == {None}
    roles = {shape.map: shape.role for shape in grids_ if shape.role in ("input", "hidden", "output_pending")}
    assert roles == {"input": "input", "map 1": "hidden", "map 2": "hidden", "output": "output_pending"}


@pytest.mark.parametrize("name", ["network_in_network", "one_by_one_with_max_pooling"])
def test_templates_of_chains(name: str) -> None:
    """The last step of the chains among the templates makes the last cell of the last map."""
    recipe = load_recipe(name)
    assert isinstance(recipe.figure, Chain)
    scene = recipe.animation().scene
    assert scene.writes(scene.steps - 1) == (("output", *(n - 1 for n in recipe.figure.shapes[-1])),)
    said = inks(scene, 0, ("label", "caption", "equation"))
    for (one, a), (other, b) in combinations(said, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (one, other)
