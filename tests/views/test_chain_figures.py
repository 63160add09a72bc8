"""Chains: what the current cell depends on in every map, the numbers in it, the lines between rows, the cost."""

from itertools import combinations, pairwise
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
    maps_shown,
    needed,
    places,
    run,
    some,
    steps_in_order,
)
from helpers.strategies import chains
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from convanim.errors import RequestError
from convanim.figures.recipes.recipes import load_recipe
from convanim.layers.geometry import Geometry
from convanim.layers.layer import AvgPool, Conv, ConvTranspose
from convanim.networks.chain import Chain
from convanim.networks.pointwise import Pointwise
from convanim.scene.scene import Blocks, Cells, Lines, Scene, Texts, series_at
from convanim.views.registry import VIEWS
from convanim.views.stacks.layer_stack import filters_on_window
from convanim.words.language import english
from convanim.words.numerals import numeral

every_view = pytest.mark.parametrize("view", list(VIEWS))
few = campaign(25)
WIDE: dict[str, Any] = {"width": 2400, "max_sheets": 99, "max_frames": 100_000}
ROLES = ("window", "window_hidden", "current")
KINDS = [text for name, text in english().phrases.items() if name.startswith("key_")]


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
    kept = maps_shown(chain)
    where, steps = places(scene, [names[number] for number in kept]), steps_of(chain, order)
    assert scene.steps == len(steps)
    assert sorted(where.values()) == sorted(
        (names[number], *channel, *cell)
        for number in kept
        for size, channels in [shape_of(chain, number)]
        for channel in channels
        for cell in np.ndindex(*size)
    )
    for step, cell in some(steps, 6):
        found = needed(chain, cell)
        expected = {number: [(names[number], *c) for c in found[number]] for number in kept}
        assert sorted(highlighted(scene, step, ROLES, where)) == sorted(
            key for keys in expected.values() for key in keys
        )
        assert sorted(scene.reads(step)) == sorted(expected[kept[-2]])
        assert sorted(scene.behind(step)) == sorted(key for number in kept[:-2] for key in expected[number])
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


def around(scene: Scene, map: str, role: str) -> set[tuple[int, ...]]:
    """The places at which cells of a role stand that belong to a map, but are not its own: padding, zeros, overhang."""
    of_map = "" if map == "input" else f" {map}"
    return {
        shape.key(element)[1:]  # type: ignore[misc]
        for shape in scene.shapes
        if isinstance(shape, Cells) and shape.role == role and shape.map == role + of_map
        for element in range(len(shape))
    }


@every_view
@few
@given(chain=chains())
def test_maps_have_around_them_what_their_stage_alone_would_have(view: str, chain: Chain) -> None:
    """Padding, overhang, inserted zeros and unread cells are drawn on every map as if its reader were the figure."""
    scene, names = drawn(chain, view=view, **WIDE).scene, map_names(chain)
    for name, stage in zip(names, chain.stages):
        if isinstance(stage, Pointwise):
            assert not any(around(scene, name, role) for role in ("padding", "zero", "overhang"))
            continue
        sheets = [()] if stage.in_channels is None else [(c,) for c in range(stage.in_channels)]
        single = drawn(bare(stage), view=view, **WIDE).scene
        for role in ("padding", "zero", "overhang"):
            expected = {(*c, *place) for place in around(single, "input", role) for c in sheets}
            assert around(scene, name, role) == expected
        unread = {key[1:] for key in keys_at(single, 0, "unread")}
        found = {key[1:] for key in keys_at(scene, 0, "unread") if key[0] == name}
        assert found == {(*c, *place) for place in unread for c in sheets}


def test_the_last_window_is_the_layers_own() -> None:
    """What the last stage reads in the padding is under its window, as it is where the stage is alone."""
    scene = drawn(Chain(4, ["relu", "conv 3 s2 p1"]), view="iso", width=900).scene
    alone = drawn(Conv(4, 3, stride=2, padding=1), view="iso", width=900).scene
    for step in range(4):
        expected = {key[1:] for key in keys_at(alone, step, "window_padding")}
        assert {key[1:] for key in keys_at(scene, step, "window_padding")} == expected
        assert expected or step == 3


@few
@given(numbers=st.lists(st.integers(-9, 9), min_size=64, max_size=64))
def test_pools_show_their_winners(numbers: list[int]) -> None:
    """In every map that a max pool reads, the largest numbers that the current cell comes from are marked."""
    given_ = np.array(numbers).reshape(8, 8)
    scene = drawn(Chain(8, ["max-pool 2", "relu", "max-pool 2"]), values=given_, view="flat", **WIDE).scene
    pooled = given_.reshape(4, 2, 4, 2).max(axis=(1, 3))
    for step, (y, x) in enumerate(np.ndindex(2, 2)):
        won = keys_at(scene, step, "winner")
        first = [key[1:] for key in won if key[0] == "winner"]
        assert sorted(given_[key] for key in first) == sorted(pooled[2 * y : 2 * y + 2, 2 * x : 2 * x + 2].ravel())  # type: ignore[index]
        ((name, *place),) = [key for key in won if key[0] != "winner"]
        assert name == "winner map 2"
        assert max(pooled[tuple(place)], 0) == max(pooled[2 * y : 2 * y + 2, 2 * x : 2 * x + 2].max(), 0)


ALEXNET = ["conv 11 64 s4 p2", "relu", "max-pool 3 s2", "conv 5 192 p2", "relu", "max-pool 3 s2", "conv 3 384 p1"]
ALEXNET += ["relu", "conv 3 256 p1", "relu", "conv 3 256 p1", "relu", "max-pool 3 s2"]


@every_view
def test_a_long_chain_is_drawn_without_the_maps_that_functions_read(view: str) -> None:
    """AlexNet's features find room: relu goes with the convolution before it, under one label."""
    scene = drawn(Chain("3@224x224", ALEXNET), view=view, max_frames=4, width=1440).scene
    names = {shape.map for shape in scene.shapes if isinstance(shape, Cells | Blocks)}
    wanted = {"input", "output", *(f"map {n}" for n in (2, 3, 5, 6, 8, 10, 12))}
    assert {name for name in names if name.startswith(("input", "map", "output"))} == wanted
    said = " ".join(text for text, _ in inks(scene, 0, ("label",)))
    assert said.count("relu") == 5
    assert scene.behind(0)


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
        decimals = 1 if op == "relu" else 2  # as many as the figure needs
        for step, x in enumerate([-2, -0.5, 0, 3]):
            y = float(function(x))
            sign, made = "=" if y == round(y, 2) else "≈", numeral(y, decimals, is_fixed=op != "relu")
            assert numbers_at(scene, step, "output")["output", step] == made
            assert scene.equation(step) == f"{op}({numeral(x, decimals, is_fixed=True)}) {sign} {made}"


def test_a_pointwise_step_is_equal_where_what_is_shown_is() -> None:
    """`relu` of a rounded negative number is 0, no more and no less; that of a rounded positive one is itself."""
    chain = Chain(2, ["relu"], dims=1)
    scene = drawn(chain, values=np.array([-0.4987, 1.234567]), view="flat", width=1200).scene
    assert scene.equation(0) == "relu(−0.50) = 0.00"
    assert scene.equation(1) == "relu(1.23) = 1.23"


def window_of(stage: Any, output: int) -> list[int]:
    """The places that an output cell of one axis reads, counted from the input's first cell, zeros between counted."""
    if isinstance(stage, Pointwise):
        return [output]
    kernel = range(stage.kernel_size[0])
    dilation = 1 if isinstance(stage, AvgPool) else stage.dilation[0]
    if isinstance(stage, ConvTranspose):  # it stamps from there
        return [output + stage.padding[0][0] - k * dilation for k in kernel]
    return [output * stage.stride[0] - stage.padding[0][0] + k * dilation for k in kernel]


@few
@given(chain=chains(dims=st.just(1), has_channels=False), width=st.sampled_from([300, 480, 1000]))
def test_lines_join_each_cell_to_its_readers(chain: Chain, width: int) -> None:
    """In one dimension lines go from the top of all that is read, padding too, to the foot of its reader."""
    scene, names = drawn(chain, view="flat", width=width).scene, map_names(chain)
    middles = {
        key: lattice.centres(np.array([(row, column)]))[0]
        for (lattice, row, column), key in places(scene, names).items()
    }
    cell = next(lattice.row[1] for lattice, *_ in places(scene, names))
    half, side = np.array([0, cell / 2]), np.array([cell / 2, 0])
    for step in {0, scene.steps // 2, scene.steps - 1}:
        expected = []
        found_in, kept = needed(chain, (step,)), maps_shown(chain)
        for number, over in pairwise(kept):
            stage, above = chain.stages[number], found_in[over]  # behind it are functions of single cells alone
            first = middles[names[number], 0]
            spread = stage.stride[0] if isinstance(stage, ConvTranspose) else 1
            assert middles.get((names[number], 1), first + 2 * spread * side)[0] == first[0] + 2 * spread * side[0]
            for cell in above:  # type: ignore[assignment]
                for position in window_of(stage, *cell):  # type: ignore[misc]
                    ends = first + 2 * position * side - half, middles[(names[over], *cell)] + half  # type: ignore[misc]
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
    # A map too large for a grid says so, and cells of other kinds are told.
    assert all(
        text.startswith("drawn without the grid") or text.endswith("steps shown") or text in KINDS
        for text, _ in without
    )


@every_view
@few
@given(chain=chains())
def test_labels_name_every_map_and_its_size(view: str, chain: Chain) -> None:
    """Beside or over every map stand what made it and its shape."""
    scene = drawn(chain, view=view, width=1600, max_frames=100_000).scene
    labels = [shape for shape in scene.shapes if isinstance(shape, Texts) and shape.role == "label"]
    said = [" ".join(shape.text) for shape in labels if isinstance(shape.text, tuple) and shape.text != ("→",)]
    kept = maps_shown(chain)
    for before, number, text in zip([0, *kept], kept, said, strict=False):
        size, channels = shape_of(chain, number)
        at = f"{len(channels)}@" if chain.has_channels else ""
        bare = len(size) == 1 and not chain.has_channels
        count = f"{size[0]} cell" + "s" * (size[0] != 1) if bare else at + "×".join(map(str, size))
        assert text.endswith(f" {count}")
        made_by = [stage.op.split("-")[0] for stage in chain.stages[before:number]] or ["input"]
        assert all(part in text for part in made_by)
    assert len(said) == len(kept)


def grids(scene: Scene, map: str) -> set[tuple[int, int]]:
    """The pixels on which a map's grids begin."""
    return {shape.lattice.origin for shape in scene.shapes if isinstance(shape, Cells) and shape.map == map}


@few
@given(chain=chains(), values=st.sampled_from([None, "random:1"]))
def test_maps_go_on_from_left_to_right_and_from_below(chain: Chain, values: str | None) -> None:
    """Flat, each map stands to the right of the one before, or above it as a row; iso, above or in a row of maps."""
    for view in VIEWS:
        scene = drawn(chain, view=view, values=values, heat_map=False if values else None, **WIDE).scene
        kept = maps_shown(chain) if values is None else range(len(chain.shapes))
        names = [map_names(chain)[number] for number in kept]
        for one, other in pairwise(names):
            (x, y), (right, up) = max(grids(scene, one)), min(grids(scene, other))
            is_beside = max(at for at, _ in grids(scene, one)) < min(at for at, _ in grids(scene, other))
            is_row = len(chain.input_size) == 1 and all(
                len(shape_of(chain, n)[1]) == 1 for n in range(len(chain.shapes))
            )
            if view == "iso":  # sheets that stand apart lie at several heights
                is_above = min(at for _, at in grids(scene, other)) < min(at for _, at in grids(scene, one))
                assert is_above or (len(chain.stages) > 2 and is_beside)
            else:
                assert up < y if is_row else x < right


@every_view
def test_a_chain_has_the_series_of_its_last_filters(view: str) -> None:
    """Sheets of the last map and the window that goes to them have the filter's; else maps have roles alone."""
    scene = drawn(Chain("2@4x4", ["conv 3x3 3", "relu", "conv 1x1 2"]), view=view).scene
    grids_ = [shape for shape in scene.shapes if isinstance(shape, Cells)]
    for step in (0, scene.steps - 1):
        at_work = step * 2 // scene.steps
        for shape in grids_:
            own = int(shape.index[0, 0]) if shape.map == "output" else at_work if shape.map == "window map 2" else None
            assert series_at(shape, step) == own
    roles = {shape.map: shape.role for shape in grids_ if shape.role in ("input", "hidden", "output_pending")}
    assert roles == {"input": "input", "map 1": "hidden", "map 2": "hidden", "output": "output_pending"}


@pytest.mark.parametrize("name", ["network_in_network", "one_by_one_with_max_pooling"])
def test_templates_of_chains(name: str) -> None:
    """The last step of the chains among the templates makes the last cell of the last map."""
    recipe = load_recipe(name)
    assert isinstance(recipe.figure, Chain)
    scene = recipe.animation().scene
    assert scene.writes(scene.steps - 1)[-1] == ("output", *(n - 1 for n in recipe.figure.shapes[-1]))
    said = inks(scene, 0, ("label", "caption", "equation"))
    for (one, a), (other, b) in combinations(said, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (one, other)


def test_rows_have_the_room_that_broken_labels_leave() -> None:
    """Long labels beside long rows are broken where words end: the cells of the rows are the larger for it."""
    stages = ["conv 2 padding=causal", *(f"conv 2 padding=causal d{n}" for n in (2, 4, 8))]
    scene = drawn(Chain(16, stages, dims=1), view="flat", width=520).scene
    row = next(s for s in scene.shapes if isinstance(s, Cells) and s.map == "input")
    longest = 16 + 8  # with the padding
    assert row.lattice.column[0] * longest > 0.7 * 520
    labels = [s for s in scene.shapes if isinstance(s, Texts) and s.role == "label"]
    boxes = np.concatenate([s.boxes(0, np.arange(len(s))) for s in labels])
    assert boxes[:, 2].max() < row.lattice.origin[0] - 8 * row.lattice.column[0]
    assert (boxes[1:, 1] > boxes[:-1, 1]).sum() >= len(boxes) - len(labels)


@pytest.mark.parametrize(
    ("size", "stages", "is_causal"),
    [
        (11, ["conv 3 s2", "conv 3"], False),
        (9, ["max-pool 2", "conv 3 p1"], False),  # the last cell is never read
        (9, ["conv 3 p2:0", "conv 2 d4 p4:0"], True),
    ],
)
def test_a_row_stands_over_the_middle_of_what_it_reads(size: int, stages: list[str], is_causal: bool) -> None:
    """So does each cell in the mean; of causal layers each stands over the last that it reads, which is of its time."""
    scene = drawn(Chain(size, stages, dims=1), view="flat").scene
    for lines in (shape for shape in scene.shapes if isinstance(shape, Lines) and shape.role == "ray"):
        from_first, from_last = lines.at(0)[..., 0], lines.at(scene.steps - 1)[..., 0]
        for ends in (from_first, from_last):
            assert not is_causal or abs(ends[:, 0].max() - ends[:, 1].max()) < 1e-6
        starts, tips = np.concatenate([from_first, from_last]).T
        assert is_causal or abs(starts.min() + starts.max() - tips.min() - tips.max()) <= 1


def test_lines_to_windows_of_their_own_sizes() -> None:
    """In one dimension an adaptive pool's cell has a line from each cell of its own window."""
    scene = drawn(Chain(8, ["relu", "adaptive-max-pool 3"], dims=1), view="flat").scene
    last = [shape for shape in scene.shapes if isinstance(shape, Lines) and shape.role == "ray"][-1]
    assert [len(last.at(step)) for step in range(3)] == [3, 4, 3]


@few
@given(chain=chains(), seed=st.integers(0, 99))
def test_weights_stand_between_the_maps_where_there_is_room(chain: Chain, seed: int) -> None:
    """All of a stage stand there, each filter as it lies on the window, channel by channel; else a note says so."""
    assume(len(chain.input_size) == 2 and len(chain.stages) > 1)
    kernels = kernels_of(chain, seed)
    assume(any(kernel is not None for kernel in kernels))
    try:
        animation = drawn(chain, view="flat", values="random:1", kernel_values=kernels, heat_map=False, width=2000)
    except RequestError:  # maps so large that their numbers have no room on any page
        reject()
    scene = animation.scene
    told = any("weights are not drawn" in note for note in animation.notes)
    grids: dict[str, dict[tuple[int, ...], tuple[float, str]]] = {}
    for cells_, texts in zip(scene.shapes, scene.shapes[1:]):
        if isinstance(cells_, Cells) and cells_.map.startswith("kernel"):
            assert isinstance(texts, Texts)
            for n, (x, _) in enumerate(cells_.lattice.centres(cells_.cells)):
                grids.setdefault(cells_.map, {})[cells_.key(n)[1:]] = (x, texts.string(0, n))  # type: ignore[index]
    assert told is not bool(grids)
    columns = {s.map: s.lattice.origin[0] for s in scene.shapes if isinstance(s, Cells) and s.role != "padding"}
    for number, (stage, kernel) in enumerate(zip(chain.stages, kernels)):
        found = grids.get(f"kernel {number + 1}")
        if found is None:
            assert kernel is None or kernel.size > 100 or told
            continue
        assert not isinstance(stage, Pointwise)
        names = map_names(chain)
        assert all(columns[names[number]] < x < columns[names[number + 1]] for x, _ in found.values())
        laid = filters_on_window(Geometry(stage), np.asarray(kernel))
        assert {key: text for key, (_, text) in found.items()} == {
            key: numeral(laid[key].item()) for key in np.ndindex(*laid.shape)
        }
