"""Layers of another framework that equal a given one: what is proposed reads back as what was checked, and equals."""

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, together
from helpers.layer_pairs import KINDS, random_pairs
from hypothesis import given
from hypothesis import strategies as st

from convanim.code.canonical import canonical
from convanim.code.frameworks import FRAMEWORKS, read_code
from convanim.code.mends import Mend, mend_of, run
from convanim.code.weight_orders import Order, conversion, order_of
from convanim.layers.geometry import Geometry
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, input_shape, kernel_shape
from convanim.numbers.values import values_of


def proposed(layer: Layer, framework: str) -> Mend:
    """What equals a layer in a framework."""
    mend, why = mend_of(layer, framework)
    assert mend is not None, why
    assert why == ""
    return mend


@pytest.mark.parametrize("kind", KINDS)
@campaign(100)
@given(seed=st.integers(0, 2**32))
def test_what_is_proposed_reads_back_and_equals(kind: Any, seed: int) -> None:
    """The code makes the layer that was checked; with pads and slices its numbers are the other's; or why is said."""
    draw = np.random.default_rng(seed)
    for layer, _ in random_pairs(kind, random.Random(seed), 2):
        for framework in FRAMEWORKS:
            mend, why = mend_of(layer, framework)
            if mend is None:
                assert why
                continue
            arranged = mend.arranged
            size = "x".join(map(str, arranged.layer.input_size))
            size = size if layer.in_channels is None else f"{layer.in_channels}@{size}"
            read = read_code(mend.layer, size, framework).layer
            if layer.in_channels is None and read.in_channels == 1:
                bare: dict[str, Any] = {"in_channels": None} | (
                    {"out_channels": None} if hasattr(read, "groups") else {}
                )
                read = replace(read, **bare)
            assert canonical(read) == canonical(arranged.layer), mend
            numbers = draw.integers(-50, 50, input_shape(layer))
            kernel = draw.integers(-50, 50, kernel_shape(layer)) if isinstance(layer, Conv | ConvTranspose) else None
            expected = values_of(Geometry(layer), numbers, kernel).output
            assert np.array_equal(run(arranged, numbers, kernel), expected), mend


@together(
    "layer, framework, before, code, after",
    [
        (Conv(6, 3, 2, "same"), "pytorch", "nn.ZeroPad2d((0, 1, 0, 1))", "nn.Conv2d(1, 1, 3, stride=2)", ""),
        (Conv(7, 3, 2, "same"), "pytorch", "", "nn.Conv2d(1, 1, 3, stride=2, padding=1)", ""),
        (Conv(9, 3, 1, "causal", dims=1), "pytorch", "nn.ZeroPad1d((2, 0))", "nn.Conv1d(1, 1, 3)", ""),
        (
            Conv((9, 8), (3, 2), 2, ((1, 0), (0, 2))),
            "keras",
            "keras.layers.ZeroPadding2D(((1, 0), (0, 2)))",
            "keras.layers.Conv2D(1, (3, 2), strides=2)",
            "",
        ),
        (Conv(6, 3, 2, "same"), "onnx", "", "Conv(kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1])", ""),
        (
            Conv(6, 3, 1, 1, padding_mode="reflect"),
            "onnx",
            "Pad(pads=[0, 0, 1, 1, 0, 0, 1, 1], mode='reflect')",
            "Conv(kernel_shape=[3, 3])",
            "",
        ),
        (
            Conv(9, 3, 1, ((1, 2), (0, 1)), padding_mode="circular"),
            "pytorch",
            "nn.CircularPad2d((0, 1, 1, 2))",
            "nn.Conv2d(1, 1, 3)",
            "",
        ),
        (
            Conv("2@11", 3, 2, 0, 2, out_channels=3),
            "keras",
            "",
            "keras.layers.Conv2D(3, 3, dilation_rate=2)",
            "y[:, ::2, ::2, :]",
        ),
        (ConvTranspose(4, 3, 2, "same"), "pytorch", "", "nn.ConvTranspose2d(1, 1, 3, stride=2)", "y[..., :8, :8]"),
        (
            ConvTranspose(4, 5, 2, "same"),
            "pytorch",
            "",
            "nn.ConvTranspose2d(1, 1, 5, stride=2, padding=1)",
            "y[..., :8, :8]",
        ),
        (
            ConvTranspose(4, 3, 2, 1, 1),
            "keras",
            "",
            "keras.layers.Conv2DTranspose(1, 3, strides=2)",
            "keras.layers.Cropping2D(((1, 0), (1, 0)))",
        ),
        (
            MaxPool(6, 3, 2, 1),
            "keras",
            "keras.ops.pad(x, ((0, 0), (1, 0), (1, 0), (0, 0)), constant_values=float('-inf'))",
            "keras.layers.MaxPooling2D(3, strides=2)",
            "",
        ),
        (MaxPool(7, 2, ceil_mode=True), "keras", "", "keras.layers.MaxPooling2D(2, padding='same')", ""),
        (
            AvgPool(6, 3, 2, "same"),
            "pytorch",
            "",
            "nn.AvgPool2d(3, stride=2, ceil_mode=True, count_include_pad=False)",
            "",
        ),
        (
            AvgPool(6, 2, 1, "same"),
            "pytorch",
            "",
            "nn.AvgPool2d(2, stride=1, padding=1, count_include_pad=False)",
            "y[..., 1:, 1:]",
        ),
        (Conv((6, 7), 3, 2, "same"), "", "", "conv -i 6x7 -k 3 -s 2 -p 0:1x1", ""),
    ],
)
def test_pads_and_slices_are_those_that_a_person_would_write(
    layer: Layer, framework: str, before: str, code: str, after: str
) -> None:
    """The plainest that equals is proposed, in the framework's own words."""
    mend = proposed(layer, framework)
    assert (mend.before, mend.layer, mend.after, mend.checked) == (before, code, after, "values")


@together(
    "layer, framework, why",
    [
        (MaxPool(9, 3, 1, dilation=2), "keras", "Keras's pools have no dilation"),
        (AvgPool(7, 3, 2, 1, divisor_override=5), "onnx", "ONNX's AveragePool has no divisor of its own"),
        (ConvTranspose("4@5", 3, out_channels=4, groups=2), "jax", "Flax's ConvTranspose has no groups"),
        (Conv(9, 3, 1, 1, padding_mode="circular"), "keras", "keras.ops.pad has no circular on every backend"),
        (AvgPool(5, 3, 2, 1, count_include_pad=False), "keras", ""),
    ],
)
def test_where_there_is_none_it_is_said_why(layer: Layer, framework: str, why: str) -> None:
    """The reason is the framework's own lack; where it has no lack there is a layer."""
    mend, said = mend_of(layer, framework)
    assert said == why
    assert (mend is None) == bool(why)


def test_a_kernel_that_lies_the_other_way_is_turned_around() -> None:
    """Flax's transposed convolution in ONNX has flipped weights, its own order besides."""
    layer = ConvTranspose("2@4", 3, 2, out_channels=3, transpose_kernel=False)
    mend = proposed(layer, "onnx")
    assert mend.arranged.flips
    source = order_of(layer, "jax", "nn.ConvTranspose(…)")
    target = order_of(mend.arranged.layer, "onnx", mend.layer)
    assert source is not None
    assert target is not None
    assert conversion(layer, source, target, flips=True) == "w.transpose(2, 3, 0, 1)[:, :, ::-1, ::-1]"


def test_large_layers_are_checked_by_their_windows() -> None:
    """A layer of more products than can be waited for is checked on fewer channels, or by its windows alone."""
    assert proposed(Conv("512@56", 3, 2, "same", out_channels=512), "pytorch").checked == "values"
    assert proposed(Conv(9000, 3, 2, "same"), "pytorch").checked == "windows"


@together(
    "layer, framework, code, axes",
    [
        (Conv("4@5", 3, out_channels=2), "pytorch", "", ("out", "in", "ky", "kx")),
        (ConvTranspose("4@5", 3, out_channels=2), "onnx", "", ("in", "out", "ky", "kx")),
        (Conv("4@5", 3, out_channels=2), "keras", "Conv2D", ("ky", "kx", "in", "out")),
        (ConvTranspose("4@5", 3, out_channels=2), "keras", "", ("ky", "kx", "out", "in")),
        (ConvTranspose("4@5", 3, out_channels=2, transpose_kernel=False), "jax", "", ("ky", "kx", "in", "out")),
        (ConvTranspose("4@5", 3, out_channels=2), "jax", "", ("ky", "kx", "out", "in")),
        (Conv(5, 3, dims=1), "", "", ("out", "in", "k")),
    ],
)
def test_weights_are_stored_as_each_framework_stores_them(
    layer: Layer, framework: str, code: str, axes: tuple[str, ...]
) -> None:
    """The orders of weights, by framework and operation."""
    assert order_of(layer, framework, code) == Order(axes)
    assert order_of(MaxPool(5, 2), framework, code) is None


def test_weights_of_keras_become_those_of_pytorch() -> None:
    """Every weight is where the other framework looks for it, of a convolution and of a transposed one."""
    w = np.arange(3 * 2 * 4 * 5).reshape(3, 2, 4, 5)  # [ky, kx, in, out], transposed [ky, kx, out, in]
    plain, up = Conv("4@9", (3, 2), out_channels=5), ConvTranspose("5@9", (3, 2), out_channels=4)
    for layer in (plain, up):
        source, target = order_of(layer, "keras", "Conv2D"), order_of(layer, "pytorch", "")
        assert source is not None
        assert target is not None
        made = eval(conversion(layer, source, target, flips=False), {"w": w})
        assert made.shape == kernel_shape(layer)
        assert all(made[o, i, y, x] == w[y, x, i, o] for o, i, y, x in np.ndindex(made.shape))
        back = eval(conversion(layer, target, source, flips=False), {"w": made})
        assert np.array_equal(back, w)


def test_depthwise_weights_of_keras_are_split_and_joined() -> None:
    """[ky, kx, in, multiplier] becomes [out, 1, ky, kx] and back, filter by filter."""
    layer = Conv("2@5", (3, 2), out_channels=6, groups=2)
    deep = order_of(layer, "keras", "keras.layers.DepthwiseConv2D(3)")
    plain = order_of(layer, "pytorch", "")
    assert deep is not None
    assert plain is not None
    assert str(deep) == "[ky, kx, in, multiplier]"
    w = np.arange(3 * 2 * 2 * 3).reshape(3, 2, 2, 3)
    there = eval(conversion(layer, deep, plain, flips=False), {"w": w})
    assert there.shape == (6, 1, 3, 2)
    assert all(np.array_equal(there[3 * c + m, 0], w[:, :, c, m]) for c in range(2) for m in range(3))
    assert np.array_equal(eval(conversion(layer, plain, deep, flips=False), {"w": there}), w)
