"""Three axes, (depth, height, width): all that two have; their pictures are tested in `tests/views`."""

import json
import tracemalloc
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from helpers.campaigns import campaign
from helpers.json_rule import from_the_json_alone
from helpers.oracle import cells, oracle_of
from helpers.strategies import LAYERS, NUMBERED
from hypothesis import given
from hypothesis import strategies as st

from convanim.cli import main
from convanim.errors import RequestError
from convanim.explain.figure_json import figure_json
from convanim.figures.options import Options
from convanim.layers.geometry import Geometry
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, MaxPool, Upsample, output_size

THREE = st.just(3)


@pytest.mark.parametrize("op", list(LAYERS))
@campaign(20)
@given(data=st.data())
def test_all_laws_hold_on_three_axes(op: str, data: st.DataObject) -> None:
    """Sizes, taps, divisors and masks are those of the definition, and the JSON alone gives the output."""
    layer: Any = data.draw(LAYERS[op](THREE).filter(lambda layer: np.prod(output_size(layer)) < 150))
    geometry, oracle = Geometry(layer), oracle_of(layer)
    assert geometry.output_size == oracle.output_size
    taps = {o: [(tap.kernel, tap.input) for tap in geometry.taps(o)] for o in cells(oracle.output_size)}
    assert taps == oracle.taps
    assert {o: geometry.divisor(o) for o in taps} == {o: oracle.divisors.get(o) for o in taps}
    np.testing.assert_array_equal(geometry.read, oracle.read(layer.input_size))
    np.testing.assert_array_equal(geometry.reached, oracle.reached())
    if op not in NUMBERED:
        return
    told = json.loads("".join(figure_json(layer, Options(values="random:1"))))
    output = np.array(told["values"]["output"], float)
    given_by_json = from_the_json_alone(told)
    np.testing.assert_allclose(np.where(np.isnan(output), -np.inf, output), given_by_json, rtol=1e-12, atol=1e-12)


def test_numbers_on_three_axes_are_those_of_pytorch() -> None:
    """Convolutions with groups, transposed ones, pools with ceil_mode and trilinear interpolation, with channels."""
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    rng = np.random.default_rng(3)
    x = rng.integers(-9, 10, (4, 5, 4, 6))
    batch = torch.tensor(x[None], dtype=torch.float64)
    w, v = rng.integers(-9, 10, (6, 2, 2, 3, 2)), rng.integers(-9, 10, (4, 3, 2, 3, 2))
    how: dict[str, Any] = {"stride": (2, 1, 2), "padding": (1, 1, 0)}
    cases = [
        (Conv("4@5x4x6", (2, 3, 2), out_channels=6, groups=2, **how), w, "conv3d", {**how, "groups": 2}),
        (ConvTranspose("4@5x4x6", (2, 3, 2), out_channels=3, **how), v, "conv_transpose3d", how),
        (MaxPool("4@5x4x6", 3, 2, 1, ceil_mode=True), None, "max_pool3d", {"padding": 1, "ceil_mode": True}),
        (AvgPool("4@5x4x6", 3, 2, 1, divisor_override=5), None, "avg_pool3d", {"padding": 1, "divisor_override": 5}),
        (Upsample("4@5x4x6", "3x7x9", mode="trilinear"), None, "interpolate", {"size": (3, 7, 9), "mode": "trilinear"}),
    ]
    for layer, kernel, name, arguments in cases:
        function = getattr(functional, name)
        if kernel is not None:
            theirs = function(batch, torch.tensor(kernel, dtype=torch.float64), **arguments)
        else:
            theirs = function(batch, *(() if name == "interpolate" else (3, 2)), **arguments)
        options = Options(values=x, kernel_values=kernel)
        told = json.loads("".join(figure_json(layer, options)))  # type: ignore[arg-type]
        np.testing.assert_allclose(told["values"]["output"], theirs[0].numpy(), rtol=1e-12, atol=1e-12, err_msg=name)


def test_axes_have_names() -> None:
    """`explain` names the depth."""
    told = CliRunner().invoke(main, ["explain", "conv", "-i", "5x6x7", "-k", "3"])
    assert told.exit_code == 0
    assert "depth: ⌊(5 + 0 + 0 − 3)/1⌋ + 1 = 3\nheight:" in told.stdout


def test_large_inputs_are_refused_at_once() -> None:
    """200³ cells are more than are looked at, with numbers and without, or drawn; nothing of their size is made."""
    for more in ([], ["--json", "--values", "arange"], ["--max-cells", "99000000"]):
        tracemalloc.start()
        refused = CliRunner().invoke(main, ["conv", "-i", "200x200x200", "-k", "3", *more])
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert refused.exit_code == 2
        assert "aps have 15,762,392 cells" in refused.stderr or "maps of 15,762,392 cells" in refused.stderr
        assert held < 7_000_000  # a byte for each cell would be twice as much


def test_what_may_have_been_channels_says_how_these_are_written() -> None:
    """A picture's 3x224x224 is too large for slices, and told how channels are asked for."""
    refused = CliRunner().invoke(main, ["conv", "-i", "3x224x224", "-k", "3", "-o", "-", "--format", "svg"])
    assert refused.exit_code == 2
    assert "channels stand before an @: 3@224x224" in refused.stderr


def test_four_axes_are_refused() -> None:
    """A layer has three at most; four numbers may be channels and three axes."""
    with pytest.raises(RequestError, match=r"that is 4 axes; a layer has 1 to 3.*3@4x5x6"):
        Conv("3x4x5x6", 2)
