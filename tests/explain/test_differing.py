"""Two layers held against each other in text and as JSON: code, command lines, layers, live modules."""

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import together

from convanim import AvgPool, Conv, ConvTranspose, MaxPool, differ
from convanim.errors import RequestError
from convanim.explain.difference_json import difference_json
from convanim.explain.differing import Differing
from convanim.words.language import english

KERAS = 'keras.layers.Conv2D(8, 3, strides=2, padding="same")'
TORCH = "nn.Conv2d(3, 8, 3, stride=2, padding=1)"


def lines(found: Differing) -> list[str]:
    """The explanation, line by line."""
    return str(found).splitlines()


def test_a_shifted_layer_and_its_mend_are_found_at_once() -> None:
    """Who ports a Keras layer to PyTorch is told of the shift, the zeros, the order of weights, and what to write."""
    found = differ(KERAS, TORCH, "3@8x8")
    text = lines(found)
    assert "sizes: both make 8@4×4" in text
    assert "B's windows start one row and one column earlier: padding 1 against 0 before and 1 after" in text
    taps = "100 another one in B, 21 a cell in A and a zero in B, 21 a zero in A and a cell in B, 2 a zero in both"
    assert f"taps: of 144, 0 read the same cell in both, {taps}" in text
    order = "weights: A stores [ky, kx, in, out], B [out, in, ky, kx]; A's become B's by w.transpose(3, 2, 0, 1)"
    assert order in text
    assert "all 128 output cells differ" in text
    assert "the first that differs is (0, 0, 0):" in text
    assert text[-4:] == [
        "equal to A in PyTorch (checked on random whole numbers):",
        "  nn.ZeroPad2d((0, 1, 0, 1))  # before it, x is the input",
        "  nn.Conv2d(3, 8, 3, stride=2)",
        "  w.transpose(3, 2, 0, 1)     # for its weights, w are A's",
    ]
    later = str(differ(TORCH, KERAS, "3@8x8"))
    assert "B's windows start one row and one column later: padding 0 before and 1 after against 1" in later


def test_the_first_cell_that_differs_has_both_equations() -> None:
    """In letters, zeros shown as such; with numbers in numbers, too."""
    found = differ("conv -k 2 -p same", "conv -k 2 -p same-lower", "2x2", values=[[1, 2], [3, 4]], kernel_values="box")
    text = lines(found)
    at = text.index("the first that differs is (0, 0):")
    assert text[at + 1] == "  A = w[0, 0]·x[0, 0] + w[0, 1]·x[0, 1] + w[1, 0]·x[1, 0] + w[1, 1]·x[1, 1]"
    assert text[at + 3] == "  B = w[0, 0]·0 + w[0, 1]·0 + w[1, 0]·0 + w[1, 1]·x[0, 0]"
    assert text[at + 2] == "    = 1·0.25 + 2·0.25 + 3·0.25 + 4·0.25 = 2.5"
    assert found.values is not None
    assert (found.values.most, found.values.at, found.values.differing) == (2.25, (0, 0), 4)
    assert "with these numbers 4 of 4 output cells differ, by 2.25 at most: at (0, 0) A has 2.5, B 0.25" in text


@together(
    "a, b, size, said",
    [
        ("conv -k 3", "conv -k 5", "9", "A's kernel is 3×3, B's 5×5: no weights fit both"),
        ("conv -k 3 -s 2", "conv -k 3", "9", "B's windows are 1 apart, A's 2"),
        ("conv -k 3 -d 2", "conv -k 3", "9", "B's cells of the kernel are 1 apart, A's 2"),
        (
            "conv -k 3 -p 1",
            "conv -k 3 -p 1 --padding-mode reflect",
            "9",
            "A's padding holds zeros, B's copies (reflect)",
        ),
        ("conv -k 3", "conv-transpose -k 3 -p 2", "9", "B's kernel lies flipped over the input, its last cell first"),
        (
            "conv-transpose -k 3 -s 2",
            "conv-transpose -k 3 -s 3",
            "4",
            "B's input cells are 3 apart, with zeros between",
        ),
        (
            "conv-transpose -k 3 -s 2",
            "conv-transpose -k 3 -s 2 -p 1 --output-padding 1",
            "4",
            "adds 0 behind A, 1 behind",
        ),
        ("max-pool -k 2", "max-pool -k 2 --ceil-mode", "5", "B rounds its size up, so that windows may hang over"),
        ("max-pool -k 2", "max-pool -k 2 --ceil-mode", "5", "sizes: A makes 2×2, B 3×3"),
        (
            "avg-pool -k 3 -p 1",
            "avg-pool -k 3 -p 1 --no-count-include-pad",
            "6",
            "A divides by all cells of the window",
        ),
        ("avg-pool -k 2", "avg-pool -k 2 --divisor-override 3", "6", "divided by another number: 9"),
        (
            "avg-pool -k 3 -s 1 -p 1",
            "avg-pool -k 3 -s 1 -p 1 --no-count-include-pad",
            "4",
            "the other 4 agree, the first at",
        ),
        (
            "max-pool -k 2",
            "max-pool -k 2 -p 0:1",
            "5",
            "what is behind the input differs: padding 0 before and 1 after against 0",
        ),
        (
            "nn.Conv2d(4, 4, 3, groups=2)",
            "nn.Conv2d(4, 4, 3)",
            "9",
            "A's filters read 2 of 4 channels (groups 2), B's 4",
        ),
        ("nn.Conv2d(4, 6, 3)", "nn.Conv2d(4, 4, 3)", "9", "A has 6 filters, B 4"),
        ("conv -k 3x1 -p 1x0", "conv -k 3x1", "9", "B's windows start one row later: padding 0 against 1×0"),
        ("conv -k 3 --dims 1 -p 2:0", "conv -k 3 --dims 1 -p 0:2", "9", "B's windows start two cells later"),
        ("conv -k 3 -p 1:0x0:2", "conv -k 3 -p 0:1x2:0", "9", "start one row later and two columns earlier"),
    ],
)
def test_every_kind_of_difference_is_named(a: str, b: str, size: str, said: str) -> None:
    """Kernels, strides, dilations, padding and what it holds, directions, rounding, divisors, channels."""
    assert said in str(differ(a, b, size))


@together(
    "a, b, size",
    [
        (KERAS, "nn.Conv2d(3, 8, 3, stride=2, padding=1)", "3@7x7"),
        ("nn.MaxPool2d(3, 2, ceil_mode=True)", 'keras.layers.MaxPooling2D(3, strides=2, padding="same")', "6"),
        ("conv -k 3 -s 2 -p 0:1", "conv -k 3 -s 2", "7"),
        ("nn.Conv2d(2, 2, 3, groups=2)", "keras.layers.DepthwiseConv2D(3)", "5"),
        ("nn.Conv2d(3, 8, 3, padding=1)", "onnx", "5"),
        ("conv -k 1", "conv-transpose -k 1", "5"),
        (Conv(5, 3, 1, 1), {"op_type": "Conv", "kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}, 5),
        (Conv("3@5", 3, out_channels=2), ConvTranspose("3@5", 3, 1, 2, out_channels=2, transpose_kernel=False), None),
    ],
)
def test_layers_that_are_equal_are_said_to_be(a: Any, b: Any, size: Any) -> None:
    """Whatever their arguments are: windows that nobody sees apart make no difference, and need no mend."""
    found = differ(a, b, size)
    assert found.is_equal
    assert (found.mend, found.why_not(english()), found.first) == (None, "", None)
    assert any(line.startswith("equal: outputs agree for all numbers") for line in lines(found))
    assert "taps" not in str(found)


def test_an_input_size_is_that_of_the_one_that_says_it() -> None:
    """A command line's own, a layer's, on either side; channels that only one names are the other's, too."""
    for pair in (("conv -i 5 -k 3", "nn.Conv2d(2, 4, 3)"), ("nn.Conv2d(2, 4, 3)", "conv -i 5 -k 3")):
        found = differ(*pair)
        assert {side.layer.input_size for side in (found.a, found.b)} == {(5, 5)}
        assert {side.layer.in_channels for side in (found.a, found.b)} == {2}
        assert found.is_equal
    found = differ("keras.layers.Conv2D(4, 3)", "nn.Conv2d(2, 4, 3)", 5)
    assert found.a.layer == found.b.layer
    assert not any("does not say how many channels" in note for note in found.a.notes)
    with pytest.raises(RequestError, match="input_size: missing"):
        differ("nn.Conv2d(2, 4, 3)", "keras.layers.Conv2D(4, 3)")


def test_live_layers_are_compared_with_what_they_became() -> None:
    """A live module and the code that somebody ported it to."""
    torch = pytest.importorskip("torch")
    found = differ(torch.nn.MaxPool2d(3, 2, padding=1), 'keras.layers.MaxPooling2D(3, strides=2, padding="same")', 8)
    assert (found.a.framework, found.b.framework) == ("pytorch", "keras")
    assert not found.is_equal
    assert found.mend is not None


@together(
    "a, b, words",
    [
        ("conv -k 3", "max-pool -k 3", "give two layers that do the same"),
        ("conv -k 3 --dims 1", "conv -k 3 --dims 2", "A has 1 axis, B 2 axes"),
        ("nn.Conv2d(3, 8, 3)", "nn.Conv2d(4, 8, 3)", "A reads 3@5x5, B 4@5x5"),
        ("conv 3x3 4, relu", "conv -k 3", "it is no single layer"),
        ("count_include_pad", "conv -k 3", "it is a comparison itself"),
        ("nn.Conv2d(__import__('os').system('x'), 1, 3)", "conv -k 3", "code"),
        ("conv -k 3 \x1b[31m\n", "conv -k 3 --evil", "no option"),
        ("nn.MaxPool2d(3, dilation=2)", "keras", "Keras's pools have no dilation"),
        (3, "conv -k 3", "not a layer of PyTorch or Keras"),
    ],
)
def test_what_is_no_pair_is_refused_in_one_line(a: Any, b: Any, words: str) -> None:
    """Other operations, axes, channels; chains; hostile text; a framework that has no such layer."""
    with pytest.raises(RequestError, match=words) as caught:
        differ(a, b, "5" if "dims" not in str(b) else None if isinstance(a, int) else "5")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1300


def test_numbers_need_weights_that_fit_both() -> None:
    """Where none do it is said, and there are no numbers; a pool has no weights at all."""
    found = differ("conv -k 3", "conv -k 2", 5, values="random")
    assert found.values is None
    assert "no weights fit both, so that there are no numbers to compare" in lines(found)
    with pytest.raises(RequestError, match="max-pool has no weights"):
        differ("max-pool -k 3", "max-pool -k 2", 5, kernel_values="box")
    with pytest.raises(RequestError, match="more than"):
        differ("conv -k 3", "conv -k 3 -p 1", 5, values="random", max_cells=10)


def test_a_maximum_over_padding_alone_is_infinitely_far() -> None:
    """-inf in one and a number in the other; JSON says null for what it cannot say."""
    a, b = MaxPool(2, 2, 2, ((1, 1), (1, 1)), 2), MaxPool(2, 1, 2, 0, 1)
    found = differ(a, b, values=[[1, 2], [3, 4]])
    assert found.values is not None
    assert found.values.most in (float("inf"), 0.0) or np.isfinite(found.values.most)
    json.loads(difference_json(found), parse_constant=lambda name: pytest.fail(name))


def test_json_says_what_the_text_does() -> None:
    """Strict JSON with sizes, windows, taps, the first cell, numbers, what equals A; small for layers of any size."""
    told = json.loads(difference_json(differ(KERAS, TORCH, "3@8x8", values="random")))
    assert told["version"] == 1
    assert (told["equal"], told["same_size"], told["cells"], told["differing"]) == (False, True, 128, 128)
    assert told["a"]["framework"] == "keras"
    assert told["b"]["layer"]["padding"] == [[1, 1], [1, 1]]
    assert [axis["first_window"] for axis in told["axes"]] == [{"a": 0, "b": -1}] * 2
    assert told["taps"] == {"same": 0, "other": 100, "only_a": 21, "only_b": 21, "neither": 2}
    assert told["first"]["output"] == [0, 0, 0]
    assert told["first"]["b"]["taps"][4] == {"kernel": [0, 0, 1, 1], "input": [0, 0, 0]}
    assert told["first"]["b"]["taps"][0] == {"kernel": [0, 0, 0, 0], "input": None}
    assert told["weights"] == "w.transpose(3, 2, 0, 1)"
    assert told["values"]["largest"] == abs(told["values"]["a"] - told["values"]["b"])
    assert told["equal_layer"] == {
        "before": "nn.ZeroPad2d((0, 1, 0, 1))",
        "layer": "nn.Conv2d(3, 8, 3, stride=2)",
        "after": None,
        "weights": "w.transpose(3, 2, 0, 1)",
        "checked": "values",
    }
    assert told["why"] is None
    large = difference_json(differ(KERAS, TORCH, "3@1000x1000"))
    assert len(large) < 6000
    none = json.loads(difference_json(differ("nn.MaxPool2d(3, dilation=2)", "keras.layers.MaxPooling2D(3)", 9)))
    assert (none["equal_layer"], none["why"]) == (None, "Keras's pools have no dilation")
    assert (
        json.loads(difference_json(differ("avg-pool -k 2 -p 1", "avg-pool -k 3 -p 1", 5)))["first"]["a"]["divisor"] == 4
    )


def test_weights_go_into_a_transposed_layer_with_its_channels_in_front() -> None:
    """A convolution and the transposed one that equals it give the same numbers, groups and all."""
    for groups in (1, 2):
        a = Conv("4@5", 3, out_channels=2, groups=groups)
        b = ConvTranspose("4@5", 3, 1, 2, out_channels=2, groups=groups, transpose_kernel=False)
        found = differ(a, b, values="random:3")
        assert found.is_equal
        assert found.values is not None
        assert found.values.at is None
        assert "with these numbers no output cell differs" in lines(found)


def test_means_are_told_with_their_divisors() -> None:
    """The equations of two means end in what each is divided by."""
    found = differ(AvgPool(4, 3, 1, 1), AvgPool(4, 3, 1, 1, count_include_pad=False))
    text = lines(found)
    at = text.index("the first that differs is (0, 0):")
    assert [line[-2:] for line in text[at + 1 : at + 3]] == ["/9", "/4"]
    assert "cells in windows: 100 in both, 0 in A's alone, 0 in B's alone" in text


def test_equations_of_large_windows_are_cut_and_true() -> None:
    """The first terms are written out, the others counted, in windows that begin with padding, too."""
    found = differ(MaxPool(4000, 1000, 1), MaxPool(4000, 1000, 1, "same"))
    text = lines(found)
    at = text.index("the first that differs is (0, 0):")
    assert text[at + 1].endswith("x[0, 8], … (999,991 more))")
    assert text[at + 2].startswith("  B = max(x[0, 0], x[0, 1], ")
    assert text[at + 2].endswith(f"… ({501 * 501 - 9:,} more))")
    told = json.loads(difference_json(differ("nn.Conv2d(2, 1, 200)", "nn.Conv2d(2, 1, 200, padding=1)", "2@300")))
    first = told["first"]["a"]
    assert (len(first["taps"]), first["taps_left_out"]) == (10_000, 70_000)


def test_neither_text_nor_json_needs_matplotlib() -> None:
    """Held against each other without what draws."""
    code = (
        "import sys\nfrom convanim.cli import main\n"
        "main(['differ', 'conv -k 3', 'conv -k 3 -p 1', '-i', '5', *sys.argv[1:]], standalone_mode=False)\n"
        "assert 'matplotlib' not in sys.modules\n"
    )
    for more in ([], ["--json"]):
        assert subprocess.run([sys.executable, "-c", code, *more], check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (MaxPool(6, 3, 2, 1), "the windows of all 9 output cells differ"),
        (MaxPool(6, 2, 2, 1), "outputs differ in size; the windows of all 9 cells that both have differ, too"),
    ],
)
def test_of_maxima_windows_differ(layer: MaxPool, said: str) -> None:
    """Maxima of windows that are not alike may still be equal, so that it is the windows that are said to differ."""
    other = MaxPool(6, 3, 2, padding=((0, 1), (0, 1)))
    assert said in lines(differ(other, layer))
