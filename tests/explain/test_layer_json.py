"""The geometry as JSON: its form, its numbers, and that printing it draws nothing."""

import os
import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, together
from helpers.json_rule import divisor_of, from_the_json_alone, taps_of
from helpers.json_text import printed, run, strict
from helpers.strategies import MOVING, NUMBERED, channelled, layers
from hypothesis import given
from hypothesis import strategies as st

import convanim
from convanim.explain.figure_json import figure_json
from convanim.explain.layer_json import geometry_json
from convanim.figures.options import Options
from convanim.layers.geometry import Geometry
from convanim.layers.operations import OPERATIONS
from convanim.networks.chain import Chain

EXAMPLE = """
{"version": 2,
 "layer": {"op": "conv", "input_size": [3], "kernel_size": [2], "stride": [1], "padding": [[1, 0]], "dilation": [1],
           "padding_mode": "zeros", "groups": 1, "in_channels": null, "out_channels": null},
 "output_size": [3],
 "code": {"pytorch": null, "keras": "keras.layers.Conv1D(1, 2, padding='causal')",
          "onnx": "Conv(kernel_shape=[2], pads=[1, 0])",
          "jax": "nn.Conv(features=1, kernel_size=(2,), padding=((1, 0),))",
          "why": {"pytorch": "PyTorch pads both sides alike; another layer, such as nn.ZeroPad1d, would come first"}},
 "cost": {"weights": 2, "macs": 6, "activations": 3},
 "axes": [{"windows": [[null, 0], [0, 1], [1, 2]]}],
 "channels": null,
 "step_count": 3,
 "order": "filter"}
"""
LISTED = """
 "steps": [{"step": 1, "output": [1], "taps": [{"kernel": [0], "input": [0]}, {"kernel": [1], "input": [1]}]},
           {"step": 2, "output": [2], "taps": [{"kernel": [0], "input": [1]}, {"kernel": [1], "input": [2]}]}]}
"""


def test_the_example_is_printed_to_the_letter() -> None:
    """The documented example comes out key for key, in order."""
    text = run("conv -i 3 -k 2 -p 1:0 --dims 1 --json").stdout
    assert strict(text) == strict(EXAMPLE)
    assert " ".join(text.split()) == " ".join(EXAMPLE.split())


@pytest.mark.parametrize(
    ("line", "own"),
    [
        ("conv -i 5 -k 3", set()),
        ("conv-transpose -i 2 -k 3 -s 2 --output-padding 1", {"output_padding"}),
    ],
)
def test_layers_with_weights_say_how_their_channels_go(line: str, own: set[str]) -> None:
    """A convolution's layer has padding_mode, groups and channels; a transposed one its output_padding too."""
    shared = {"op", "input_size", "kernel_size", "stride", "padding", "dilation"}
    weighted = {"padding_mode", "groups", "in_channels", "out_channels"}
    assert set(printed(line)["layer"]) == shared | weighted | own


def test_pools_say_their_own_arguments() -> None:
    """Max pooling has ceil_mode and dilation, average pooling ceil_mode, count_include_pad and divisor_override."""
    shared = {"op", "input_size", "kernel_size", "stride", "padding", "ceil_mode"}
    assert set(printed("max-pool -i 5 -k 2")["layer"]) == shared | {"dilation"}
    average = printed("avg-pool -i 5 -k 2 --taps")
    assert set(average["layer"]) == shared | {"count_include_pad", "divisor_override"}
    assert {frozenset(step) for step in average["steps"]} == {frozenset({"step", "output", "taps", "divisor"})}
    assert "values" not in average


def test_a_mean_says_its_divisor_at_each_step() -> None:
    """Divisors are those of PyTorch's rule: ceil_mode's overhang is not counted, padding is."""
    told = printed("avg-pool -i 4 -k 3 -s 2 -p 1 --ceil-mode --values arange --taps")
    assert [step["divisor"] for step in told["steps"]] == [9, 9, 6, 9, 9, 6, 6, 6, 4]
    sums = np.array(told["values"]["output"]) * np.array([step["divisor"] for step in told["steps"]]).reshape(3, 3)
    np.testing.assert_allclose(sums, [[10, 24, 10], [51, 90, 33], [25, 42, 15]])


def test_a_maximum_of_nothing_is_null() -> None:
    """-inf, which JSON lacks, is null: a dilated window that sees padding alone."""
    told = printed("max-pool -i 1 -k 2 -s 1 -p 1 -d 2 --values arange --taps")
    assert told["values"]["output"] == [[None]]
    assert all(tap["input"] is None for tap in told["steps"][0]["taps"])


def test_values_are_there_when_they_were_asked_for() -> None:
    """`--values` adds nested lists of numbers; a pool's kernel is null."""
    told = printed("conv -i 3 -k 2 --values arange --kernel-values arange")
    assert told["values"]["input"] == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert told["values"]["kernel"] == [[0, 1], [2, 3]]
    assert told["values"]["output"] == [[19, 25], [37, 43]]
    assert printed("max-pool -i 4 -k 2 --values arange")["values"]["kernel"] is None
    assert "values" not in printed("conv -i 3 -k 2")


@st.composite
def any_layers(draw: st.DrawFn, op: str) -> Any:
    """Layers with channels and without, and convolutions whose padding copies cells."""
    layer = draw(channelled(op)) if draw(st.booleans()) else draw(layers(op))
    if (
        op == "conv"
        and max(*(max(sides) for sides in layer.padding), 0) < min(layer.input_size)  # type: ignore[union-attr]
        and draw(st.booleans())
    ):
        layer = replace(layer, padding_mode=draw(st.sampled_from(["reflect", "replicate", "circular"])))
    return layer


@pytest.mark.parametrize("op", [*NUMBERED, *MOVING])
@given(data=st.data())
@campaign(60)
def test_the_values_and_taps_follow_from_the_json_alone(op: str, data: st.DataObject) -> None:
    """Windows of axes and ranges of channels give the numbers of the output, and the very taps that `taps` lists."""
    layer = data.draw(any_layers(op))
    seed = data.draw(st.integers(0, 9))
    order = data.draw(st.sampled_from(["filter", "position"]))
    text = "".join(figure_json(layer, Options(values=f"random:{seed}", order=order)))
    told = strict(text)
    output = np.array(told["values"]["output"], float)  # null becomes nan
    np.testing.assert_allclose(
        np.where(np.isnan(output), -np.inf, output), from_the_json_alone(told), rtol=1e-12, atol=1e-12
    )
    listed = strict("".join(figure_json(layer, Options(values=f"random:{seed}", order=order), taps=True)))
    steps = listed.pop("steps")
    assert listed == told
    assert [step["step"] for step in steps] == list(range(told["step_count"]))
    sizes = [*([] if told["channels"] is None else [len(told["channels"])]), *told["output_size"]]
    cells = [list(cell) for cell in product(*map(range, sizes))]
    if order == "position" and told["channels"] is not None:
        cells.sort(key=lambda cell: (*cell[1:], cell[0]))
    assert [step["output"] for step in steps] == cells
    for step in steps:
        assert step["taps"] == taps_of(told, step["output"])
        assert step.get("divisor") == divisor_of(told, step["output"])


def test_large_layers_are_short() -> None:
    """Neither channels nor positions multiply: all that a layer of millions of taps reads is some thousand letters."""
    assert len(run("conv -i 3@224x224 -k 7 -s 2 -p 3 --out-channels 64 --json").stdout) < 20_000
    assert len(run("conv -i 64@14x14 -k 3 -p 1 --out-channels 64 --json").stdout) < 20_000
    chain = Chain("64@14x14", ["conv 3x3 64 p1", "relu", "max-pool 2"])
    assert len("".join(figure_json(chain, Options()))) < 20_000


def test_steps_are_listed_where_they_are_asked_for() -> None:
    """A slice, a largest number, and both with taps; each step says its number."""
    text = run("conv -i 3 -k 2 -p 1:0 --dims 1 --json --taps --steps 1:").stdout
    assert " ".join(text.split()).endswith(" ".join(LISTED.split()))
    assert "steps" not in printed("conv -i 9 -k 3")
    listed = printed("conv -i 2@9 -k 3 --steps 5:7")["steps"]
    assert listed == [{"step": 5, "output": [0, 0, 5]}, {"step": 6, "output": [0, 0, 6]}]
    sampled = printed("max-pool -i 40 -k 3 -s 1 --max-frames 3 --taps")["steps"]
    assert [step["step"] for step in sampled] == [0, 722, 1443]
    assert len(printed("conv -i 30 -k 1 --taps")["steps"]) == 900
    assert run("conv -i 3 -k 2 --json --steps 9:").exit_code == 2


def test_taps_without_json_are_refused() -> None:
    """`--taps` is of `--json`; alone it is refused in one line."""
    for line in ("conv -i 3 -k 2 --taps", "render one_by_one --taps", "render one_by_one dilation --taps"):
        refused = run(line)
        assert refused.exit_code == 2
        assert "--taps" in refused.stderr
        assert refused.stderr.count("\n") == 1


@together(
    "line, kernel",
    [
        ("conv -i 4@3x4 -k 2 --out-channels 6 --groups 2", (6, 2, 2, 2)),
        ("conv-transpose -i 4@2 -k 2 -s 2 -p 1 --out-channels 6 --groups 2", (4, 3, 2, 2)),
        ("conv -i 1@3 -k 2 --dims 1", (1, 1, 2)),
        ("max-pool -i 3@4 -k 2", None),
        ("avg-pool -i 3@4 -k 3 -s 2 -p 1", None),
    ],
)
@together("order", ["filter", "position"])
def test_every_index_names_its_channel(line: str, kernel: tuple[int, ...] | None, order: str) -> None:
    """With channels input, kernel and output indices begin with theirs, and the rule holds as it stands."""
    told = printed(f"{line} --values random:4 --order {order} --taps")
    assert told["values"]["kernel"] is None or np.shape(told["values"]["kernel"]) == kernel
    np.testing.assert_allclose(from_the_json_alone(told), np.array(told["values"]["output"], float))
    axes = len(told["layer"]["input_size"])
    for step in told["steps"]:
        assert len(step["output"]) == axes + 1
        for tap in step["taps"]:
            assert len(tap["kernel"]) == axes + (2 if kernel else 1)
            assert tap["input"] is None or len(tap["input"]) == axes + 1
    outputs = [step["output"] for step in told["steps"]]
    key = (lambda cell: (*cell[1:], cell[0])) if order == "position" else tuple
    assert outputs == sorted(outputs, key=key)


def test_a_layer_says_what_it_costs() -> None:
    """Weights, multiply–accumulates and activations; a pool's are numbers made alone."""
    told = printed("conv -i 5@6x6 -k 1 --out-channels 2")
    assert told["cost"] == {"weights": 10, "macs": 360, "activations": 72}
    assert list(told)[-5:] == ["cost", "axes", "channels", "step_count", "order"]
    assert printed("max-pool -i 4 -k 2")["cost"] == {"weights": 0, "macs": 0, "activations": 4}


def test_every_template_can_be_told() -> None:
    """`render NAME --json` prints the geometry of the template's layer, with its values if it has any."""
    told = printed("render padding_strides_odd_transposed")
    assert (told["layer"]["op"], told["output_size"]) == ("conv-transpose", [6, 6])
    assert len(printed("render numerical_max_pooling")["values"]["output"]) == 3


def test_it_is_written_step_by_step() -> None:
    """The text is a stream: its first piece comes before any step is computed, one piece a step follows."""
    layer = OPERATIONS["conv"].layer(input_size=3000, kernel_size=3)
    pieces = geometry_json(Geometry(layer), None, range(9_000_000), taps=True)
    assert next(pieces).startswith('{"version": 2,')
    for _ in range(50):
        assert len(next(pieces)) < 40_000


def test_looks_that_json_has_not_are_told() -> None:
    """By their names, in a note; a recipe's own are none, nor is what JSON tells."""
    line = "conv -i 3 -k 2 --json"
    assert run(f"{line} --values arange --order position --steps 0:2").stderr == ""
    told = run(f"{line} --theme dark")
    assert (told.exit_code, told.stdout) == (0, run(line).stdout)
    assert told.stderr == "Note: --theme changes nothing in JSON\n"
    assert "--width, --lang and --hold change nothing" in run(f"{line} --hold 1 --width 200 --lang de").stderr
    assert run(f"{line} --theme dark --quiet").stderr == ""
    assert run("render inception_reduction --json --lang de").stderr == ""
    assert "--steps changes nothing" in run("render unet --json --steps 0:2").stderr


def test_json_and_files_exclude_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--json` with `-o` is refused, and `--json` alone writes no file."""
    monkeypatch.chdir(tmp_path)
    for line in ("conv -i 3 -k 2 --json -o a.gif", "render one_by_one --json -o a.gif"):
        refused = run(line)
        assert refused.exit_code == 2
        assert "--json" in refused.stderr
        assert "-o" in refused.stderr
    printed("conv -i 3 -k 2")
    assert list(tmp_path.iterdir()) == []


HELP = ["--help", "conv --help", "render --help", "chain --help", "compare --help", "explain chain --help"]
TEXT = [
    *("conv -i 3 -k 2 --json", "conv -i 3 -k 2 --values random:1 --json", "explain conv -i 3 -k 2", "templates"),
    *("chain relu -i 3 --json", "render no_padding_strides --json", "compare relu one_by_one -i 3 --json"),
    "explain chain relu -i 3 --against one_by_one",
]
JSON_NEEDS_NO = ("tomllib", "pathlib", "random", "csv", "fractions", "convanim.networks.receptive_fields")


@pytest.mark.parametrize(
    ("lines", "absent"),
    [(HELP, ("numpy", "matplotlib", "PIL")), (TEXT, ("matplotlib", "PIL")), (TEXT[:1], JSON_NEEDS_NO)],
    ids=["help", "text", "json"],
)
def test_what_is_not_needed_is_not_imported(lines: list[str], absent: tuple[str, ...]) -> None:
    """Help needs no numpy, and text needs no drawing library; one line after another in a process of their own."""
    numpys_own = "" if "numpy" in absent else "import numpy; "  # older ones import more
    code = (
        f"import sys; {numpys_own}there = set(sys.modules); from convanim.cli import main\n"
        "for line in sys.argv[1:]:\n"
        "    try: main(line.split())\n"
        "    except SystemExit as end: status = end.code\n"
        f"    print(line, status or 0, [m for m in {absent!r} if m in {{*sys.modules}} - there], file=sys.stderr)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(convanim.__file__).parent.parent)}
    command = [sys.executable, "-c", code, *lines]
    result = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment)
    assert result.stderr.splitlines() == [f"{line} 0 []" for line in lines]
