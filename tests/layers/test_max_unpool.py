"""Max unpools: numbers go back to where their max pool found them, which the figure shows with its pool."""

import json
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from helpers.campaigns import campaign, together
from helpers.oracle import cells, oracle_of
from helpers.strategies import unpools
from hypothesis import assume, given
from hypothesis import strategies as st

from convanim import Chain, Comparison, Options, Part, animate, differ
from convanim.cli import main
from convanim.errors import RequestError
from convanim.explain.figure_json import figure_json
from convanim.figures.subject import with_its_pool
from convanim.layers.geometry import Geometry
from convanim.layers.layer import MaxPool, MaxUnpool, input_shape
from convanim.layers.operations import OPERATIONS
from convanim.numbers.figure_values import figure_values
from convanim.scene.scene import Cells


def drawn(unpool: MaxUnpool) -> Chain:
    """An unpool with its pool; those outputs are left out of which no pool makes so much."""
    chain = with_its_pool(unpool)
    assume(isinstance(chain, Chain))
    assert isinstance(chain, Chain)
    return chain


def definition(pool: MaxPool, numbers: Any) -> Any:
    """What a pool and its unpool make of numbers `[c, …]`, window by window."""
    made = np.zeros_like(numbers)
    for channel, sheet in enumerate(numbers):
        for taps in oracle_of(pool).taps.values():
            there = [cell for _, cell in taps if cell is not None]
            best = max(there, key=lambda cell: (sheet[cell], [-i for i in cell]))
            made[(channel, *best)] = sheet[best]
    return made


@campaign(40)
@given(data=st.data())
def test_numbers_go_back_to_where_they_came_from(data: st.DataObject) -> None:
    """On one axis to three, with overlapping windows, gaps and padding: each winner in its place, 0 elsewhere."""
    unpool = data.draw(unpools(st.sampled_from([1, 2, 3]), may_be_small=True))
    taps = {
        output: [(t.kernel, t.input) for t in Geometry(unpool).taps(output)] for output in cells(unpool.output_size)
    }
    assert taps == oracle_of(unpool).taps
    channels = data.draw(st.integers(1, 2))
    dims = len(unpool.input_size)
    fields = (unpool.kernel_size, unpool.stride, unpool.padding, unpool.output_size)
    unpool = MaxUnpool(unpool.input_size, *fields, channels, dims=dims)
    chain = drawn(unpool)
    pool = chain.stages[0]
    assert isinstance(pool, MaxPool)
    assert (chain.shapes[0], chain.shapes[2]) == ((channels, *unpool.output_size),) * 2
    assert chain.shapes[1] == input_shape(unpool)
    values = figure_values(chain, Options(values=f"random:{data.draw(st.integers(0, 9))}"))
    assert values is not None
    np.testing.assert_array_equal(values.maps[2], definition(pool, values.maps[0]))


@campaign(20)
@given(unpool=unpools(may_be_small=True), seed=st.integers(0, 9))
def test_the_numbers_follow_from_the_json_alone(unpool: MaxUnpool, seed: int) -> None:
    """Each cell is the one of its region whose index it is, else 0."""
    drawn(unpool)
    told = json.loads("".join(figure_json(unpool, Options(values=f"random:{seed}"))))
    read, made = (np.array(told["values"]["maps"][number]) for number in (1, 2))
    indices = np.array(told["values"]["indices"][1])
    for place, cell in enumerate(cells(made.shape)):
        ranges = [axis["regions"][o][1] or (0, 0) for axis, o in zip(told["axes"], cell)]
        region = tuple(slice(*ends) for ends in ranges)
        found = read[region][indices[region] == place]
        assert made[cell] == (found[-1] if len(found) else 0)


def test_equal_maxima_go_to_the_first() -> None:
    """As PyTorch's pool takes the first of equal ones."""
    values = figure_values(Chain(4, ["max-pool 2", "max-unpool 2"]), Options(values=np.ones((4, 4), dtype=int)))
    assert values is not None
    assert values.maps[2].tolist() == [[1, 0, 1, 0], [0, 0, 0, 0]] * 2


def test_decoders_undo_encoders() -> None:
    """Two pools are undone from the last to the first; what stands between may reckon."""
    stages = ["max-pool 2", "relu", "max-pool 2", "conv 1x1", "max-unpool 2", "max-unpool 2"]
    numbers = 1 + np.arange(64).reshape(8, 8)
    values = figure_values(Chain(8, stages), Options(values=numbers, kernel_values=[None] * 3 + [[[2]]] + [None] * 2))
    assert values is not None
    kept = (np.arange(64).reshape(8, 8) % 4 == 3) & (np.arange(8)[:, None] % 4 == 3)
    np.testing.assert_array_equal(values.maps[-1], np.where(kept, 2 * numbers, 0))


REFUSED: list[tuple[str, list[str], str]] = [
    (
        "4",
        ["max-unpool 2"],
        "stage 1 max-unpool: there is no max pool before it.*put one there, such as 'max-pool 2x2'",
    ),
    ("8", ["max-pool 2", "max-unpool 2", "max-unpool 2"], "stage 3 max-unpool: there is no max pool before it"),
    ("5", ["max-pool 2", "max-unpool 2"], "it makes 4×4, but its max pool, stage 1, read 5×5.*try output_size=5x5"),
    ("6", ["max-pool 2", "max-unpool 3"], "has kernel 2×2, stride 2×2, so that its winners lie elsewhere"),
    ("6", ["max-pool 2 s2 d2", "max-unpool 2"], "has dilation 2×2, which an unpool has not"),
    ("8", ["max-pool 2", "conv 3", "max-unpool 2"], "stage 1, made 4×4, and it gets 2×2"),
    ("2@4", ["max-pool 2", "conv 1 3", "max-unpool 2"], "made 2@2×2, and it gets 3@2×2"),
]


@together("size, stages, line", REFUSED)
def test_an_unpool_needs_its_own_pool(size: str, stages: list[str], line: str) -> None:
    """One with the same windows, of a map of the size that it makes."""
    with pytest.raises(RequestError, match=line):
        Chain(size, stages)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"output_size": 7}, "output_size 7: pools of this kernel and stride read a height of 3 to 5 for it; try 4×4"),
    ({"output_size": (4, 2)}, "a width of 3 to 5"),
    ({"padding": 3}, "padding 3: it leaves no cell of the height"),
    ({"padding": "same"}, "no padding words"),
]


@pytest.mark.parametrize(("fields", "line"), WRONG)
def test_what_no_pool_read_is_refused(fields: dict[str, Any], line: str) -> None:
    """With the sizes that would do."""
    with pytest.raises(RequestError, match=line):
        OPERATIONS["max-unpool"].made({"input_size": 2, "kernel_size": 2, **fields})


def test_it_is_drawn_with_its_pool() -> None:
    """The command makes three maps, and the winner is seen on the first; without numbers there is none."""
    result = CliRunner().invoke(main, ["max-unpool", "-i", "2", "-k", "2", "--values", "random:7", "--json"])
    assert [stage["op"] for stage in json.loads(result.stdout)["chain"]] == ["max-pool", "max-unpool"]
    scene = animate(MaxUnpool(2, 2), values="random:7").animation.scene
    maps = {
        shape.map for shape in scene.shapes if isinstance(shape, Cells) and shape.map in ("input", "map 1", "output")
    }
    assert maps == {"input", "map 1", "output"}
    winners = [shape for shape in scene.shapes if isinstance(shape, Cells) and shape.role == "winner"]
    # 0 2 | 2 3: the 2 of the first window is in its second cell, and so is what the second step makes.
    shown = [[shape.index[shape.when.at(step)].tolist() for shape in winners] for step in (0, 1)]  # type: ignore[union-attr]
    assert shown == [[[[0, 1]], []], [[[0, 1]], [[0, 0]]]]
    assert [scene.equation(step) for step in (0, 1)] == ["no maximum came from here: 0", "2 goes back to its place"]


def test_others_say_what_draws_it() -> None:
    """Neither a matrix nor a difference can be made of what goes by where maxima are."""
    unpool = MaxUnpool(2, 2)
    with pytest.raises(RequestError, match="goes by where maxima were, which no matrix does; try flat"):
        animate(unpool, view="matrix")
    with pytest.raises(RequestError, match="puts cells where its pool found them, which is not compared"):
        differ(unpool, unpool)
    both = Comparison((Part(unpool, Options(values="arange")), Part(MaxPool(4, 2), Options(values="arange"))))
    assert animate(both).animation.scene.steps == 16


def test_three_axes_are_drawn_without_numbers() -> None:
    """In slices, as other layers of three axes; its numbers JSON tells."""
    unpool = MaxUnpool("2x2x2", 2)
    assert animate(unpool).animation.scene.steps == 64
    with pytest.raises(RequestError, match=r"come from its pool.*leave them out; --json tells them"):
        animate(unpool, values="arange")
    assert np.shape(json.loads("".join(figure_json(unpool, Options(values="arange"))))["values"]["maps"][2]) == (
        4,
        4,
        4,
    )


def test_one_without_a_pool_is_drawn_by_itself() -> None:
    """PyTorch takes outputs so small that no pool makes its input of them; there is no winner then."""
    unpool = MaxUnpool(2, 1, stride=2, output_size=2)
    scene = animate(unpool).animation.scene
    assert {shape.map for shape in scene.shapes if isinstance(shape, Cells)} >= {"input", "output"}
    assert scene.steps == 4
    with pytest.raises(RequestError, match="no max pool makes its input, whose winners it would take; leave them out"):
        animate(unpool, values="arange")
