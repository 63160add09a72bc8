"""Pads: what stands around an input, what is cut off, what is refused; alone, in chains, against each other."""

import math
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import together
from helpers.oracle import cells, oracle_of
from helpers.pixels import keys_at, roles_at

from convanim import Chain, Conv, Pad, differ, network, to_code
from convanim.code.operations.padding_written import pad_written
from convanim.code.read_code import read_code
from convanim.errors import RequestError
from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.figures.recipes.command_line import read_command
from convanim.layers.axis import PaddingMode
from convanim.layers.geometry import Geometry
from convanim.layers.layer import output_size
from convanim.layers.operations import OPERATIONS
from convanim.numbers.as_matrix import LayerMatrix
from convanim.numbers.values import values_of
from convanim.words.language import english
from convanim.words.layer_names import brief, parameters

ROW = np.array([1, 2, 3, 4])


@together(
    "padding, mode, made",
    [
        ("2", "constant", [7, 7, 1, 2, 3, 4, 7, 7]),
        ("2:3", "reflect", [3, 2, 1, 2, 3, 4, 3, 2, 1]),
        ("2", "replicate", [1, 1, 1, 2, 3, 4, 4, 4]),
        ("2:4", "circular", [3, 4, 1, 2, 3, 4, 1, 2, 3, 4]),
        ("-1:2", "constant", [2, 3, 4, 7, 7]),
        ("3:-2", "reflect", [4, 3, 2, 1, 2]),  # what is cut off is mirrored all the same
        ("2:-1", "replicate", [1, 1, 1, 2, 3]),
        ("2:-1", "circular", [2, 3, 1, 2, 3]),  # what is cut off does not come round
        ("-1", "constant", [2, 3]),
    ],
)
def test_a_row_is_padded_as_pytorch_pads_it(padding: str, mode: str, made: list[int]) -> None:
    """In every mode, with what negative numbers cut off."""
    layer = Pad(4, padding, mode, 7 if mode == "constant" else 0, dims=1)
    assert values_of(Geometry(layer), ROW, None).output.tolist() == made


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"padding": -3}, "it leaves no cell of the height 5; cut off at most 4 of both sides together, such as 0:-4$"),
    ({"padding": "0x-1:0", "input_size": "5x1"}, "it leaves no cell of the width 1; try 0 or more$"),
    ({"padding": "0x1", "mode": "reflect", "input_size": "5x1"}, "the width 1 has 0; try mode replicate$"),
    ({"padding": "0x2", "mode": "circular", "input_size": "5x1"}, "the width has 1 cell; try 1 or less, or mode"),
    ({"padding": "5x1", "mode": "reflect"}, "the height 5 has 4; try 4 or less, or mode replicate"),
    ({"padding": "0x-2:4", "mode": "circular"}, "goes round once, and the width has 3 cells; try 3 or less"),
    ({"padding": 1, "mode": "symmetric"}, "no such mode; try constant, reflect, replicate, circular"),
    ({"padding": 1, "mode": "edge"}, "no such mode"),
    ({"padding": 1, "mode": "reflect", "value": 1}, "value 1: mode reflect copies cells"),
    ({"padding": 1, "value": "1e400"}, "not a finite number"),
    ({"padding": 1, "value": float("nan")}, "not a finite number"),
    ({"padding": 1, "value": "x"}, "not a number"),
    ({"padding": 1, "value": True}, "not a number"),
    ({"padding": "same"}, "no padding words"),
    ({}, "padding: missing"),
]


@together("fields, line", REFUSED)
def test_what_does_not_fit_is_refused(fields: dict[str, Any], line: str) -> None:
    """With what would do."""
    with pytest.raises(RequestError, match=line):
        OPERATIONS["pad"].made({"input_size": 5, **fields})


def test_a_pad_before_a_convolution_is_its_padding() -> None:
    """As stages of a chain, from texts: sizes, and numbers with the same weights."""
    chain = Chain(5, ["pad 1:2x0 reflect", "conv 3"])
    assert chain.shapes == ((5, 5), (8, 5), (6, 3))
    assert chain.stages[0] == Pad(5, "1:2x0", "reflect")
    assert Chain(5, ["pad -1:1"]).stages == (Pad(5, "-1:1"),)
    assert network("pad 1 reflect, conv 3 8, lp-pool 2 n2", "3@6").nodes[0].operation == Pad("3@6", 1, "reflect")
    numbers, kernel = np.arange(25).reshape(5, 5), np.arange(9).reshape(3, 3)
    padded = values_of(Geometry(Pad(5, 1, "circular")), numbers, None).output
    one = values_of(Geometry(Conv(7, 3)), padded, kernel).output
    other = values_of(Geometry(Conv(5, 3, padding=1, padding_mode="circular")), numbers, kernel).output
    np.testing.assert_array_equal(one, other)


@together(
    "a, b, differing",
    [
        (Pad(3, 1, "reflect"), Pad(3, 1, "replicate"), 16),
        (Pad(3, 1), Pad(3, 1, value=2), 16),
        (Pad(3, -1), Pad(3, -1, "circular"), 0),
        (Pad(3, 1, value=2), Pad(3, 1, value=2), 0),
        (Pad("3x1", "1x0", "circular"), Pad("3x1", "1x0", "reflect"), 2),
        (Pad(2, 1, "reflect"), Pad(2, 1, "circular"), 0),  # of two cells both take the other one
    ],
)
def test_two_pads_differ_where_their_cells_do(a: Pad, b: Pad, differing: int) -> None:
    """Counted by the brute-force taps of both."""
    found = differ(a, b).difference
    assert found.differing == differing
    one, other = oracle_of(a), oracle_of(b)
    held = [[(one.taps[cell], a.value), (other.taps[cell], b.value)] for cell in cells(output_size(a))]
    own = [{(taps[0][1], None if taps[0][1] else value) for taps, value in pair} for pair in held]
    assert sum(len(each) > 1 for each in own) == differing


def test_a_pad_is_a_matrix_unless_it_adds_a_number() -> None:
    """Of ones and zeros; a constant that is not 0 is refused, as is a product of columns."""
    layer = Pad((3, 2), "1:-1x1", "replicate")
    numbers = np.arange(6).reshape(3, 2)
    made = LayerMatrix(Geometry(layer)).dense() @ numbers.ravel()
    np.testing.assert_array_equal(made, values_of(Geometry(layer), numbers, None).output.ravel())
    compose(layer, Options(view="matrix"))
    for view, line in (("matrix", "adds no 2, .*try value=0"), ("im2col", "no filters")):
        with pytest.raises(RequestError, match=line):
            compose(Pad(3, 1, value=2), Options(view=view))
    with pytest.raises(RequestError, match=r"adds no 1234567\.5,"):
        compose(Pad(3, 1, value=1234567.5), Options(view="matrix"))


@together("value", [1234567.5, 0.12345678, -1e-7, 123456789012345, 3])
def test_constants_are_written_with_all_digits(value: float) -> None:
    """By every framework that has constants; what is read back pads with the same."""
    pad = Pad("4x4", 1, value=value)
    for framework in ("pytorch", "onnx", "jax", "keras"):
        assert read_code(to_code(pad, framework), "4x4").layer == pad


def test_what_a_maximum_is_padded_with_is_written() -> None:
    """Less than every number, as ONNX has it."""
    code = pad_written(((1, 0),), PaddingMode.ZEROS, -math.inf, "onnx")
    assert code == "Pad(pads=[0, 0, 1, 0, 0, 0], constant_value=-inf)"


def test_pads_are_named_by_their_sides() -> None:
    """In full, and in the fewest words, as stages are written; a pad that only cuts off is a crop."""
    words = english()
    assert parameters(Pad(5, "1:-2", "circular"), words) == "pad, padding 1 before and −2 after, circular"
    assert brief(Pad(5, 2, value=1.5), words) == "pad 2 value 1.5"
    assert parameters(Pad(5, -1), words) == "crop, padding −1"


def test_negative_sides_go_through_a_quoted_command_line() -> None:
    """Which no option may be taken for."""
    assert read_command(["pad", "-i", "5", "-p", "-1:2"], (), "figure", "")["padding"] == "-1:2"
    assert read_command(["pad", "-i", "5", "--padding", "-1x0"], (), "figure", "")["padding"] == "-1x0"


READ = [
    ("nn.ZeroPad2d((1, 2, 3, 4))", Pad(5, "3:4x1:2")),
    ("nn.ReflectionPad1d(2)", Pad(5, 2, "reflect", dims=1)),
    ("F.pad(x, (1, -1), mode='replicate')", Pad(5, "1:-1", "replicate", dims=1)),
    ("F.pad(x, (1, 1, 0, 2), 'constant', 0.5)", Pad(5, "0:2x1", value=0.5)),
    ("keras.layers.ZeroPadding2D(((1, 0), (2, 2)))", Pad(5, "1:0x2")),
    ("ZeroPadding1D(3)", Pad(5, 3, dims=1)),
    ("Cropping2D(((1, 0), (0, 2)))", Pad(5, "-1:0x0:-2")),
    ("Cropping1D()", Pad(5, -1, dims=1)),
    ("Pad(pads=[0, 0, 1, 2, 0, 0, 0, 1], mode='edge')", Pad(5, "1:0x2:1", "replicate")),
    ("Pad(pads=[1, 2], axes=[3])", Pad("5x5", "0x1:2")),
    ("jnp.pad(x, ((0, 0), (1, 1), (2, 0), (0, 0)), mode='wrap')", Pad(5, "1x2:0", "circular")),
    ("np.pad(x, 1, 'reflect')", Pad(5, 1, "reflect")),
    ("np.pad(x, ((1, 2),))", Pad(5, "1:2x1:2")),  # one pair is that of every axis
    ("jnp.pad(x, (1, 2))", Pad(5, "1:2x1:2")),
    ("keras.ops.pad(x, (2,))", Pad(5, 2)),
    ("np.pad(x, ((1, 2),))", Pad(5, "1:2", dims=1)),
    ("F.pad(x, (1, 2))", Pad("5x5", "0x1:2")),  # PyTorch's first axes may be left out
    ("jax.lax.pad(x, 2.0, ((0, 0, 0), (1, -1, 0), (0, 0, 0), (0, 0, 0)))", Pad(5, "1:-1x0", value=2)),
    ("tf.pad(x, [[0, 0], [1, 1], [2, 2], [0, 0]], 'REFLECT')", Pad(5, "1x2", "reflect")),
    ("keras.ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=3)", Pad(5, 1, value=3)),
]


@together("code, layer", READ)
def test_every_frameworks_code_is_read(code: str, layer: Pad) -> None:
    """PyTorch's sides come from the last axis; others' with those of batch and channels, which are left out."""
    size = "5x5" if len(layer.input_size) == 2 else 5
    assert read_code(code, size).layer == layer


@together(
    "code",
    [
        "jnp.pad(x, ((1, 2), (0, 0)))",
        "keras.ops.pad(x, ((1, 2), (0, 0)))",
        "tf.pad(x, [[1, 2]])",
        "jax.lax.pad(x, 0., ((1, 1, 0), (1, 1, 0)))",
        "Pad(pads=[1, 2, 0, 0])",
    ],
)
def test_too_few_pairs_are_refused_where_frameworks_refuse_them(code: str) -> None:
    """A pair for each axis; PyTorch alone leaves the first axes as they are."""
    with pytest.raises(RequestError, match=r"that is [12] ax[ie]s, and the input has 3; give two for each"):
        read_code(code, "5x5x5")
    assert read_code("F.pad(x, (0, 0, 1, 2))", "5x5x5").layer == Pad("5x5x5", "0x1:2x0")


@together(
    "code, line",
    [
        ("tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], 'SYMMETRIC')", "repeats the border cell, which is not drawn"),
        ("F.pad(x, (1, 1, 1))", "not two numbers for each axis; name those of the last axis first"),
        ("nn.ZeroPad2d((1, 1))", "not two numbers for each of 2 axes"),
        ("nn.ConstantPad2d(1, float('-inf'))", "not a literal"),
        ("jax.lax.pad(x, 0., ((1, 1, 1), (1, 1, 0)))", "cells between those of the input are not drawn"),
        ("jnp.pad(x, ((1, 1), (1, 1), (1, 1), (0, 0)))", "pads batch or channels"),
        ("Pad(pads=[0, 0, -1, 0, 0, 0, 1, 0], mode='reflect')", "runtimes do not agree"),
        ("Pad(pads=[1, 0, 1])", "all starts before all ends"),
        ("Cropping2D(-1)", "must not be negative"),
    ],
)
def test_code_that_no_pad_is_of_is_refused(code: str, line: str) -> None:
    """In one line."""
    with pytest.raises(RequestError, match=line):
        read_code(code, "5x5")


@together("view", ["iso", "flat"])
@together("size, padding, channels", [("4x5", "1:-1x-1:2", 1), ("2@4x5", "1:-1x-1:2", 2), ("1x4x5", "0x1:-1x-1:2", 1)])
def test_beside_what_is_cut_off_nothing_is_drawn(size: str, padding: str, channels: int, view: str) -> None:
    """Cells that are kept and padding are as many as output cells, so that who counts them finds the output."""
    scene = compose(Pad(size, padding), Options(view=view)).scene
    kept = [role for role in roles_at(scene, 0, "input").values() if role != "unread"]
    around = keys_at(scene, 0, "padding")
    assert (len(kept), len(around)) == (3 * 4 * channels, 12 * channels)
