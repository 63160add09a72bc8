"""`convanim draw CODE` draws the picture, and prints the JSON, of the ordinary command that says the same layer."""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from click.testing import CliRunner, Result
from helpers.campaigns import listed
from helpers.pixels import decoded

from convanim.cli import main
from convanim.code.frameworks import FRAMEWORKS, from_code


class Pair(NamedTuple):
    """A layer as code, the input's size, the same layer as a command, and parts of the notes that are due."""

    framework: str
    code: str
    size: str
    command: str
    notes: tuple[str, ...] = ()


SAME = "padding same"
ONE = "the code does not say how many channels come in, so there is 1"
PAIRS = [
    Pair("pytorch", "nn.Conv2d(3, 8, 3, stride=2, padding=1)", "7x9", "conv -i 3@7x9 -k 3 -s 2 -p 1 --out-channels 8"),
    Pair(
        "pytorch",
        "torch.nn.Conv2d(2, 4, (3, 2), padding=(1, 0), groups=2, bias=True)",
        "2@5x4",
        "conv -i 2@5x4 -k 3x2 -p 1x0 --out-channels 4 --groups 2",
        ("not in the picture: bias",),
    ),
    Pair(
        "pytorch",
        "nn.Conv2d(1, 1, 3, padding=1, padding_mode='reflect')",
        "4x5",
        "conv -i 1@4x5 -k 3 -p 1 --padding-mode reflect --out-channels 1",
    ),
    Pair(
        "pytorch",
        "nn.Conv1d(2, 3, 3, padding='same', dilation=2, padding_mode='circular')",
        "7",
        "conv --dims 1 -i 2@7 -k 3 -p same -d 2 --out-channels 3 --padding-mode circular",
        (SAME,),
    ),
    Pair(
        "pytorch",
        "nn.ConvTranspose2d(1, 1, 3, stride=2, padding=1, output_padding=1)",
        "2x3",
        "conv-transpose -i 1@2x3 -k 3 -s 2 -p 1 --output-padding 1 --out-channels 1",
    ),
    Pair("pytorch", "nn.MaxPool2d(3, 2, 1, ceil_mode=True)", "5x6", "max-pool -i 5x6 -k 3 -s 2 -p 1 --ceil-mode"),
    Pair(
        "pytorch",
        "nn.AvgPool2d(2, divisor_override=3, count_include_pad=False)",
        "4",
        "avg-pool -i 4 -k 2 --divisor-override 3 --no-count-include-pad",
    ),
    Pair("keras", "layers.Conv2D(1, 3, strides=2, padding='same')", "6x5", "conv -i 6x5 -k 3 -s 2 -p same", (SAME,)),
    Pair(
        "keras",
        "keras.layers.Conv2D(4, 3, activation='relu')",
        "4x5",
        "conv -i 1@4x5 -k 3 --out-channels 4",
        ("not in the picture: activation", ONE),
    ),
    Pair(
        "keras",
        "layers.Conv1D(1, 3, padding='causal', dilation_rate=2)",
        "8",
        "conv --dims 1 -i 8 -k 3 -d 2 -p causal",
        ("causal",),
    ),
    Pair(
        "keras",
        "layers.DepthwiseConv2D(2, depth_multiplier=2)",
        "2@3x4",
        "conv -i 2@3x4 -k 2 --out-channels 4 --groups 2",
    ),
    Pair(
        "keras",
        "layers.Conv2DTranspose(1, 3, strides=2, padding='same')",
        "3",
        "conv-transpose -i 3 -k 3 -s 2 -p 0:1 --output-padding 0",
    ),
    Pair("keras", "layers.AveragePooling2D(2, strides=1, padding='same')", "3x4", "avg-pool -i 3x4 -k 2 -s 1 -p same"),
    Pair("onnx", "Conv kernel_shape: 3, 3 strides: 2, 2 pads: 0, 1, 2, 1", "5x6", "conv -i 5x6 -k 3 -s 2 -p 0:2x1:1"),
    Pair("onnx", "Conv(kernel_shape=[2], auto_pad='SAME_LOWER')", "5", "conv --dims 1 -i 5 -k 2 -p same-lower"),
    Pair(
        "onnx",
        "ConvTranspose kernel_shape: 3, 3 strides: 2, 2 pads: 1, 1, 1, 1",
        "3x2",
        "conv-transpose -i 3x2 -k 3 -s 2 -p 1",
    ),
    Pair("onnx", "MaxPool kernel_shape: 2, 2 strides: 2, 2 ceil_mode: 1", "5", "max-pool -i 5 -k 2 --ceil-mode"),
    Pair(
        "onnx",
        "{'op_type': 'AveragePool', 'kernel_shape': [3, 3], 'pads': [1, 1, 1, 1], 'strides': [2, 2]}",
        "5",
        "avg-pool -i 5 -k 3 -s 2 -p 1 --no-count-include-pad",
    ),
    Pair(
        "jax",
        "nn.Conv(features=1, kernel_size=(3, 3), padding='CIRCULAR')",
        "4x5",
        "conv -i 4x5 -k 3 -p 1 --padding-mode circular",
    ),
    Pair(
        "jax",
        "nn.Conv(features=2, kernel_size=(3, 3), strides=(2, 2), padding='VALID')",
        "2@5x6",
        "conv -i 2@5x6 -k 3 -s 2 --out-channels 2",
    ),
    Pair(
        "jax",
        "nn.ConvTranspose(features=1, kernel_size=(3, 3), strides=(2, 2), padding='VALID')",
        "2x3",
        "conv-transpose -i 2x3 -k 3 -s 2 --no-transpose-kernel",
    ),
    Pair("jax", "nn.max_pool(x, (2, 2), strides=(2, 2))", "4x6", "max-pool -i 4x6 -k 2"),
]
NAMES = [pair.code[:40] for pair in PAIRS]
every_pair = pytest.mark.parametrize("pair", PAIRS, ids=NAMES)


@pytest.fixture(autouse=True)
def in_a_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test runs in a folder of its own."""
    monkeypatch.chdir(tmp_path)


def done(*arguments: str) -> Result:
    """The answer of a command line that must succeed."""
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.usefixtures("no_betweens")
@listed("pair", PAIRS, ids=NAMES)
def test_the_picture_is_that_of_the_ordinary_command(pair: Pair) -> None:
    """Every frame is pixel for pixel the same, with numbers and a caption where there are no channels."""
    looks = ["--width", "260", "--steps", ":4", "--caption"]
    looks += [] if "@" in pair.command else ["--values", "random:5", "--heat-map"]
    result = done("draw", pair.code, "-i", pair.size, *looks, "-o", "drawn.gif")
    done(*pair.command.split(), *looks, "-o", "ordinary.gif")
    assert result.stdout == "drawn.gif\n"
    drawn, ordinary = (decoded(Path(name).read_bytes()) for name in ("drawn.gif", "ordinary.gif"))
    assert len(drawn.pictures) == len(ordinary.pictures)
    assert all(np.array_equal(a, b) for a, b in zip(drawn.pictures, ordinary.pictures))
    assert drawn.durations == ordinary.durations


@every_pair
def test_the_json_is_that_of_the_ordinary_command(pair: Pair) -> None:
    """`--json` prints the same text to the last letter, and takes numbers alike."""
    numbers = ["--values", "random:5", "--json"]
    drawn = done("draw", pair.code, "-i", pair.size, *numbers, "--quiet")
    assert drawn.stdout == done(*pair.command.split(), *numbers).stdout
    assert drawn.stderr == ""


@every_pair
def test_notes_are_printed_and_can_be_silenced(pair: Pair) -> None:
    """What the picture does not show, and the rule of a word, are said on standard error, one line each."""
    result = done("draw", pair.code, "-i", pair.size, "--json")
    json.loads(result.stdout)
    notes = result.stderr.splitlines()
    assert all(note.startswith("Note: ") for note in notes)
    for part in pair.notes:
        assert any(part in note for note in notes)
    assert bool(notes) or not pair.notes


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if not pair.code.startswith("{")])
def test_code_is_explained_as_the_layer_that_it_makes(pair: Pair) -> None:
    """`explain CODE` says what `explain` says of the ordinary layer, and gives code that makes the layer again."""
    result = done("explain", pair.code, "-i", pair.size)
    assert result.stderr == done("draw", pair.code, "-i", pair.size, "--json").stderr
    text = result.stdout
    operation, *rest = pair.command.split()
    assert text == done("explain", operation, *rest).stdout
    named = FRAMEWORKS[pair.framework].title
    (line,) = [line for line in text.splitlines() if line.startswith(f"  {named}: ")]
    code = line.removeprefix(f"  {named}: ")
    assert from_code(code, pair.size, pair.framework) == from_code(pair.code, pair.size, pair.framework)


def test_notes_are_printed_for_figures_of_a_comparison() -> None:
    """Each figure's, unless they are to be silenced."""
    codes = ["nn.Conv2d(1, 1, 3, bias=True)", "layers.Conv2D(1, 3, activation='relu')"]
    notes = done("compare", *codes, "-i", "1@5x5", "--json").stderr
    assert notes == "Note: not in the picture: bias\nNote: not in the picture: activation\n"
    assert done("compare", *codes, "-i", "1@5x5", "--json", "--quiet").stderr == ""


def test_a_dict_is_explained_as_it_is_drawn() -> None:
    """What `draw` takes, `explain` takes: also ONNX attributes as a dict."""
    done("explain", "{'op_type': 'AveragePool', 'kernel_shape': [3, 3]}", "-i", "5")


def test_the_framework_can_be_named_and_the_default_file_is_the_operation() -> None:
    """Where a bare name is in two frameworks `--framework` decides; without `-o` the GIF is named after the layer."""
    code = "Conv(kernel_shape=[2, 2])"
    assert done("draw", code, "-i", "3", "--framework", "onnx", "--width", "120").stdout == "conv.gif\n"
    assert Path("conv.gif").is_file()
    refused = CliRunner().invoke(main, ["draw", code, "-i", "3", "--framework", "keras"])
    assert refused.exit_code == 2
    assert refused.stderr.count("\n") == 1


def test_a_code_with_a_fault_draws_nothing() -> None:
    """A refusal names the code in one line, exit status 2, and leaves no file."""
    refused = CliRunner().invoke(main, ["draw", "nn.Conv2d(3, 8, 3, stride=0)", "-i", "7x9", "-o", "a.gif"])
    assert refused.exit_code == 2
    assert refused.stderr.startswith("Error: ")
    assert refused.stderr.count("\n") == 1
    assert not Path("a.gif").exists()
