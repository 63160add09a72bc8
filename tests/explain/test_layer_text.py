"""`explain`: formulas that come out right when they are worked out."""

import pytest
from click.testing import CliRunner
from helpers.campaigns import campaign, together
from helpers.english import explained, size_formulas
from helpers.formulas import worked_out
from helpers.strategies import LAYERS, layers
from hypothesis import given
from hypothesis import strategies as st

from convanim.cli import main
from convanim.layers.geometry import Geometry
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, Sliding, output_size
from convanim.layers.operations import OPERATIONS
from convanim.words.formulas import footprint_formula, size_formula


@pytest.mark.parametrize("op", LAYERS)
@given(data=st.data())
@campaign(60)
def test_formulas_come_to_the_size(op: str, data: st.DataObject) -> None:
    """Each axis's formula has every number in it, and both its sides are the output size."""
    layer = data.draw(layers(op))
    for axis, size in enumerate(output_size(layer)):
        left, right = size_formula(layer, axis).split(" = ") if isinstance(layer, Sliding) else [str(size)] * 2
        assert worked_out(left) == int(right) == size
        spanned = footprint_formula(layer, axis)
        if spanned:
            left, right = spanned.split(" = ")
            assert worked_out(left) == int(right)


@pytest.mark.parametrize("op", LAYERS)
@given(data=st.data())
@campaign(30)
def test_what_is_said_is_what_is_there(op: str, data: st.DataObject) -> None:
    """Sizes, unread cells and weights agree with the geometry, and no line is empty of words."""
    layer = data.draw(layers(op))
    text = explained(layer)
    geometry = Geometry(layer)
    read = {tap.input for step in range(geometry.steps) for tap in geometry.taps(geometry.output(step))} - {None}
    total = geometry.read.size
    assert f"unread input cells: {total - len(read)} of {total}\n" in text
    weights = 0
    if OPERATIONS[op].has_weights:
        weights = 1
        for k in layer.kernel_size:  # type: ignore[union-attr]
            weights *= k
    assert f"weights: {weights}\n" in text
    assert text.endswith("\n")
    assert "None" not in text


def test_the_dumoulin_example_is_spelled_out() -> None:
    """Input 5, kernel 3, stride 2, padding 1."""
    lines = explained(Conv(5, 3, 2, 1)).splitlines()
    assert lines[0] == "conv, kernel 3×3, stride 2, padding 1"
    assert lines[1] == "input 5×5 -> output 3×3"
    assert "height: ⌊(5 + 1 + 1 − 3)/2⌋ + 1 = 3" in lines
    assert "width: ⌊(5 + 1 + 1 − 3)/2⌋ + 1 = 3" in lines
    assert "unread input cells: 0 of 25" in lines
    assert "weights: 9" in lines
    assert "multiply–accumulates: 81" in lines


@together(
    "layer, rule, source",
    [
        (Conv(5, 3), "size: as many windows as fit into the padded input", "torch.nn.Conv2d, Shape"),
        (ConvTranspose(5, 3), "size: a stamp of the kernel every stride cells", "torch.nn.ConvTranspose2d, Shape"),
        (MaxPool(5, 3), "size: as many windows as fit into the padded input", "torch.nn.MaxPool2d, Shape"),
        (MaxPool(5, 2, ceil_mode=True), "ceil_mode: a last window may hang over", "pooling_output_shape"),
        (AvgPool(5, 3, padding=1), "mean: padded cells are counted", "PyTorch and Flax have on"),
        (AvgPool(5, 3, padding="same"), "mean: padded cells are not counted", "ONNX has off"),
    ],
)
def test_rules_are_named_with_their_sources(layer: Layer, rule: str, source: str) -> None:
    """The size's rule, and how a mean over padding is divided; of a mean without padding nothing is said."""
    line = next(line for line in explained(layer).splitlines() if line.startswith(rule))
    assert source in line
    assert line.endswith(")")
    assert "mean:" not in explained(AvgPool(5, 3))
    assert "mean:" not in explained(AvgPool(5, 3, padding=1, divisor_override=2))


def test_a_strided_one_by_one_leaves_cells_unread() -> None:
    """16 of 25 cells are never read."""
    assert "unread input cells: 16 of 25" in explained(Conv(5, 1, 2))


def test_a_transposed_convolution_is_seen_as_a_convolution() -> None:
    """Zeros between cells and the border on both sides are told."""
    text = explained(ConvTranspose(3, 3, 2, 1, 1))
    assert "(3 − 1)·2 − 1 − 1 + 3 + 1 = 6" in text
    assert "1 zero between input cells, border 1 before and 2 after" in text
    assert "multiply–accumulates: 81" in text


def test_ceil_mode_is_in_the_formula() -> None:
    """ceil_mode adds stride − 1, takes one off where the last window would start outside, and tells the overhang."""
    text = explained(MaxPool(5, 2, ceil_mode=True))
    assert "⌊(5 + 0 + 0 − 2 + 2 − 1)/2⌋ + 1 = 3" in text
    assert "the last window hangs 1 cell over the padded input" in text
    assert "⌊(2 + 1 + 1 − 2 + 3 − 1)/3⌋ + 1 − 1 = 1" in explained(AvgPool(2, 2, 3, 1, ceil_mode=True))


def test_axes_that_say_the_same_share_a_line() -> None:
    """Captions have one line for equal axes, else one each; a single axis is the width."""
    assert size_formulas(Conv(5, 3)) == ["output height and width: ⌊(5 + 0 + 0 − 3)/1⌋ + 1 = 3"]
    assert len(size_formulas(Conv((5, 7), 3))) == 2
    assert size_formulas(Conv(5, 3, dims=1))[0].startswith("output width: ")


def test_the_command_explains_layers_and_templates() -> None:
    """`explain OP …` and `explain NAME` print the same lines for the same layer."""
    by_sizes = CliRunner().invoke(main, ["explain", "conv", "-i", "5", "-k", "3", "-s", "2", "-p", "1"])
    by_name = CliRunner().invoke(main, ["explain", "padding_strides"])
    assert by_sizes.exit_code == by_name.exit_code == 0
    assert by_sizes.stdout == by_name.stdout == explained(Conv(5, 3, 2, 1))


def test_a_large_layer_is_explained_at_once() -> None:
    """A million cells along an axis cost no more than a formula."""
    layer = Conv((4000, 3000), 3, 2)
    assert "unread input cells: 6,999 of 12,000,000" in explained(layer)
