"""`explain` of channels, chains and comparisons: sizes, receptive fields, costs and ratios."""

import re
from pathlib import Path

import pytest
from helpers.campaigns import campaign
from helpers.command_lines import done, in_a_new_folder, run
from helpers.english import explained, explained_against
from helpers.formulas import worked_out
from helpers.json_text import chains
from hypothesis import given

from convanim.errors import RequestError
from convanim.figures.options import Options
from convanim.figures.subject import Comparison, Part
from convanim.layers.layer import Conv, ConvTranspose, Layer, MaxPool
from convanim.networks.chain import Chain
from convanim.networks.cost import cost_of, stage_cost

__all__ = ["in_a_new_folder"]

DIRECT = Chain("192@28x28", ["conv 5x5 32 p2"])
REDUCED = Chain("192@28x28", ["conv 1x1 16", "relu", "conv 5x5 32 p2"])


def test_the_inception_reduction_is_spelled_out() -> None:
    """Input, stages with their numbers, receptive fields and costs, and the totals."""
    assert explained(REDUCED).splitlines() == [
        "chain of 3 stages",
        "input 192@28×28",
        "",
        "1. conv, kernel 1×1, 16 filters -> 16@28×28",
        "   output height and width: ⌊(28 + 0 + 0 − 1)/1⌋ + 1 = 28",
        "   receptive field 1×1, stride 1, start 0; truly reached: 1×1",
        "   3,072 weights, 2,408,448 multiply–accumulates, 12,544 activations",
        "2. relu -> 16@28×28",
        "   receptive field 1×1, stride 1, start 0; truly reached: 1×1",
        "   0 weights, 0 multiply–accumulates, 12,544 activations",
        "3. conv, kernel 5×5, 32 filters, padding 2 -> 32@28×28",
        "   output height and width: ⌊(28 + 2 + 2 − 5)/1⌋ + 1 = 28",
        "   receptive field 5×5, stride 1, start −2; truly reached: 5×5",
        "   12,800 weights, 10,035,200 multiply–accumulates, 25,088 activations",
        "",
        "in all",
        "weights: 15,872",
        "multiply–accumulates: 12,443,648",
        "activations: 50,176",
    ]


@given(chain=chains())
@campaign(60)
def test_every_stage_is_there_and_its_formulas_come_right(chain: Chain) -> None:
    """Stages are numbered, formulas come to their sizes, costs add up."""
    text = explained(chain)
    for number, stage in enumerate(chain.stages, start=1):
        assert f"\n{number}. {stage.op.replace('-', ' ')}" in text
        assert f"{stage_cost(stage).activations:,} activation" in text
    for formula in re.findall(r"output .*: (.* = .*)", text):
        left, right = formula.split(" = ")
        assert worked_out(left) == int(right)
    total = cost_of(chain)
    assert text.endswith(f"weights: {total.weights:,}\nmultiply–accumulates: {total.macs:,}\nactivations: "
                         f"{total.activations:,}\n")  # fmt: skip
    assert "None" not in text
    assert "Fraction" not in text


@pytest.mark.parametrize(
    ("chain", "said"),
    [
        (Chain(9, ["conv 3", "conv 3", "conv 3"]), "receptive field 7×7, stride 1, start 0; truly reached: 7×7"),
        (Chain(9, ["conv 3 s2 p1", "conv 3"]), "receptive field 7×7, stride 2, start −1; truly reached: 7×7"),
        (Chain(3, ["conv 3 p1", "conv 3 p1"]), "receptive field 5×5, stride 1, start −2; truly reached: 3×3"),
        (Chain(4, ["conv-transpose 3 s2", "conv 2"]), "receptive field 2.5×2.5, stride 0.5, start −1; truly"),
        (Chain("9x7", ["conv 3x1 s1x2 p1x0"]), "receptive field 3×1, stride 1 and 2, start −1 and 0; truly"),
        (
            Chain(8, ["conv 2 p1:0", "conv 2 d2 p2:0"], dims=1),
            "receptive field 4, stride 1, start −3; truly reached: 4",
        ),
    ],
)
def test_receptive_fields_stand_beside_what_is_reached(chain: Chain, said: str) -> None:
    """The last stage's field by formula, fractions as such, equal axes once, and the largest rectangle of cells."""
    assert said in explained(chain)


@pytest.mark.parametrize(
    ("layer", "lines"),
    [
        (
            Conv("50@200x200", 1, out_channels=20),
            [
                "conv, kernel 1×1, 20 filters",
                "input 50@200×200 -> output 20@200×200",
                "channels: each filter reads all 50",
                "unread input cells: 0 of 40,000 in every channel",
                "weights: 1,000",
                "multiply–accumulates: 40,000,000",
                "activations: 800,000",
            ],
        ),
        (
            Conv("4@5", 3, out_channels=8, groups=2),
            ["conv, kernel 3×3, 8 filters, groups 2", "channels: 2 groups; in each, 4 filters read 2 of the 4"],
        ),
        (
            Conv("3@5", 3, groups=3),
            ["conv, kernel 3×3, 3 filters, groups 3", "channels: 3 groups; in each, 1 filter reads 1 of the 3"],
        ),
        (
            ConvTranspose("2@3", 3, 2, out_channels=1),
            ["conv transpose, kernel 3×3, 1 filter, stride 2", "input 2@3×3 -> output 1@7×7", "weights: 18"],
        ),
        (MaxPool("3@4", 2), ["input 3@4×4 -> output 3@2×2", "weights: 0", "activations: 12"]),
        (Conv(5, 3), ["input 5×5 -> output 3×3", "activations: 9"]),
    ],
)
def test_channels_are_told(layer: Layer, lines: list[str]) -> None:
    """Shapes in LeCun's notation, filters, groups and who reads whom; and what it costs."""
    said = explained(layer).splitlines()
    assert [line for line in lines if line not in said] == []


def test_a_comparison_is_each_figure_and_the_ratios() -> None:
    """Each part under its title, or its layers in short; each later one measured by the first."""
    parts = Part(DIRECT, Options(), "Direct"), Part(REDUCED, Options(), "Reduced"), Part(Conv(5, 3), Options())
    text = explained(Comparison(parts))
    for part, title in zip(parts, ("Direct", "Reduced", "conv 3×3")):
        assert f"{title}\n{'=' * len(title)}\n{explained(part.figure)}\n" in text
    *_, one, other = text.splitlines()
    assert one == "Reduced against Direct: 1/9.68 of the weights · 1/9.68 of the MACs · 2 times the activations"
    assert other.startswith("conv 3×3 against Direct: 1/17,067 of the weights · ")


def test_against_measures_the_first_by_the_second() -> None:
    """`A --against B` says what A costs in B's measure; what is equal is said to be."""
    text = explained_against(Part(DIRECT, Options()), Part(REDUCED, Options(), "reduced"))
    assert text.splitlines()[-1] == (
        "conv 5×5, padding 2 against reduced: 9.68 times the weights · 9.68 times the MACs · 1/2 of the activations"
    )
    same = explained_against(Part(Conv(5, 3), Options()), Part(Conv(5, 3), Options()))
    assert same.endswith(": as many weights · as many MACs · as many activations\n")


def test_the_command_explains_chains() -> None:
    """`explain chain`, quoted stages and a recipe say the same of the same chain."""
    by_words = done("explain", "chain", "conv 1x1 16", "relu", "conv 5x5 32 p2", "-i", "192@28x28").stdout
    assert by_words == explained(REDUCED)
    assert done("explain", "conv 1x1 16, relu, conv 5x5 32 p2", "-i", "192@28x28").stdout == by_words
    Path("chain.toml").write_text(
        '[[layer]]\nop = "conv"\ninput_size = "192@28x28"\nkernel_size = 1\nout_channels = 16\n'
        '[[layer]]\nop = "relu"\n[[layer]]\nop = "conv"\nkernel_size = 5\nout_channels = 32\npadding = 2\n',
        encoding="utf-8",
    )
    assert done("explain", "chain.toml").stdout == by_words


@pytest.mark.parametrize(
    "first",
    [
        ("conv", "-i", "192@28x28", "-k", "5", "-p", "2", "--out-channels", "32"),
        ("chain", "conv 5x5 32 p2", "-i", "192@28x28"),
        ("conv 5x5 32 p2", "-i", "192@28x28"),
        ("conv -i 192@28x28 -k 5 -p 2 --out-channels 32",),
    ],
)
def test_the_command_explains_one_against_another(first: tuple[str, ...]) -> None:
    """Either may be an operation, quoted layers or a recipe; stages read the first one's input."""
    text = done("explain", *first, "--against", "conv 1x1 16, relu, conv 5x5 32 p2").stdout
    assert "conv 1x1 16, relu, conv 5x5 32 p2\n=====" in text
    assert explained(REDUCED) in text
    assert text.endswith(": 9.68 times the weights · 9.68 times the MACs · 1/2 of the activations\n")
    assert "A 1×1 convolution\n====" in done("explain", *first, "--against", "one_by_one").stdout


def test_long_axes_of_a_chain_are_refused() -> None:
    """A chain whose table of reads would be enormous is refused at once."""
    with pytest.raises(RequestError, match="an axis has more than"):
        explained(Chain("9000000x3", ["relu", "conv 3x3 p5000000x1"]))
    with pytest.raises(RequestError, match="reads more than"):
        explained(Chain(3_000_000, ["conv 1500000"], dims=1))
    assert run("explain", "relu", "-i", "99999999999").exit_code == 2
