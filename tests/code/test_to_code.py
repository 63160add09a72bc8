"""Layers as code, as people write it; and which layers a framework cannot say."""

import json
from typing import Any

import pytest
from click.testing import CliRunner
from helpers.campaigns import together
from helpers.english import explained

from convanim import to_code as public_to_code
from convanim.cli import main
from convanim.code.frameworks import FRAMEWORKS, code_of, code_table, from_code, to_code
from convanim.errors import RequestError
from convanim.explain.layer_json import code_entry
from convanim.layers.kinds.pad import PAD_MODES
from convanim.layers.layer import (
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    AvgPool,
    Conv,
    ConvTranspose,
    Fold,
    Layer,
    LPPool,
    MaxPool,
    MaxUnpool,
    Pad,
    PixelShuffle,
    PixelUnshuffle,
    Unfold,
    Upsample,
)
from convanim.layers.sizes import Sides

SAID: list[tuple[Layer, dict[str, str]]] = [
    (
        Conv("3@7x9", 3, 2, 1, out_channels=8),
        {
            "pytorch": "nn.Conv2d(3, 8, 3, stride=2, padding=1)",
            "keras": "keras.layers.Conv2D(8, 3, strides=2, padding='same')",
            "onnx": "Conv(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], W=[8, 3, 3, 3])",
            "jax": "nn.Conv(features=8, kernel_size=(3, 3), strides=(2, 2), padding='SAME')",
        },
    ),
    (
        Conv("2@6", 3, 1, "causal", 2, out_channels=2, groups=2, dims=1),
        {
            "pytorch": "none: PyTorch pads both sides alike; another layer, such as nn.ZeroPad1d, would come first",
            "keras": "keras.layers.Conv1D(2, 3, padding='causal', dilation_rate=2, groups=2)",
            "onnx": "Conv(kernel_shape=[3], pads=[4, 0], dilations=[2], group=2, W=[2, 1, 3])",
            "jax": "nn.Conv(features=2, kernel_size=(3,), padding=((4, 0),), kernel_dilation=(2,), "
            "feature_group_count=2)",
        },
    ),
    (
        ConvTranspose(4, 3, 2, 1, 1),
        {
            "pytorch": "nn.ConvTranspose2d(1, 1, 3, stride=2, padding=1, output_padding=1)",
            "keras": "none: Keras crops in words, and neither valid nor same crops this way, with any output_padding",
            "onnx": "ConvTranspose(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])",
            "jax": "nn.ConvTranspose(features=1, kernel_size=(3, 3), strides=(2, 2), padding=((1, 2), (1, 2)), "
            "transpose_kernel=True)",
        },
    ),
    (
        AvgPool((6, 9), (2, 3), padding=((1, 0), (0, 0)), count_include_pad=True),
        {
            "pytorch": "none: PyTorch pads both sides of a pool alike; another layer would come first",
            "keras": "none: Keras never counts padded cells in a mean",
            "onnx": "AveragePool(kernel_shape=[2, 3], strides=[2, 3], pads=[1, 0, 0, 0], count_include_pad=1)",
            "jax": "nn.avg_pool(x, (2, 3), strides=(2, 3), padding=((1, 0), (0, 0)))",
        },
    ),
    (
        MaxPool(7, 2, ceil_mode=True),
        {
            "pytorch": "nn.MaxPool2d(2, ceil_mode=True)",
            "keras": "none: Keras has no ceil_mode; padding='same' hangs windows over both sides",
            "onnx": "MaxPool(kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)",
            "jax": "none: JAX's pools have no ceil_mode; padding='SAME' hangs windows over both sides",
        },
    ),
]


@together("layer, codes", SAID)
def test_code_reads_as_people_write_it(layer: Layer, codes: dict[str, str]) -> None:
    """Defaults left out, one number where axes agree; or the reason why there is none."""
    assert code_of(layer) == codes


def test_every_form_is_said_by_some_layer() -> None:
    """Each framework has code for convolutions, transposed ones, depthwise ones and both pools in its own names."""
    examples: list[Layer] = [
        *(Conv("3@8", 3, out_channels=6, dims=dims) for dims in (1, 2, 3)),
        *(Conv("3@8", 3, out_channels=6, groups=3, dims=dims) for dims in (1, 2, 3)),
        *(ConvTranspose("3@8", 3, 2, out_channels=6, dims=dims) for dims in (1, 2, 3)),
        *(make(8, 2, dims=dims) for make in (MaxPool, AvgPool) for dims in (1, 2, 3)),
        *(
            make(8, out, dims=dims)
            for make in (AdaptiveMaxPool, AdaptiveAvgPool)
            for dims in (1, 2, 3)
            for out in (1, 3)
        ),
        *(PixelShuffle(2, 2), PixelUnshuffle(4, 2), Unfold(4, 2), Fold(9, 4, 2)),
        *(MaxUnpool(2, 2, dims=dims) for dims in (1, 2, 3)),
        *(Upsample(4, scale_factor=2, dims=dims) for dims in (1, 2, 3)),
        Upsample(4, 5, mode="bilinear"),
        *(LPPool(4, 2, 2, dims=dims) for dims in (1, 2, 3)),
        *(Pad(4, 1, mode, dims=dims) for mode in PAD_MODES for dims in (1, 2, 3)),
        *(Pad(4, sides, value=value, dims=dims) for sides, value in ((1, 2), (-1, 0)) for dims in (1, 2, 3)),
    ]
    said = {code.split("(")[0].split(".")[-1] for layer in examples for code in code_of(layer).values()}
    aliases = {
        "Convolution",
        "MaxPool1D",
        "MaxPool2D",
        "AvgPool1D",
        "AvgPool2D",
        "MaxPool3D",
        "AvgPool3D",
        "Lazy",
        "Separable",
        "GlobalMaxPooling",
        "GlobalAveragePooling",
    }
    aliases |= {*(f"GlobalMaxPool{dims}D" for dims in (1, 2, 3)), "GlobalAvgPool", "GlobalLpPool", "Upsampling"}
    known = {name for framework in FRAMEWORKS.values() for name in framework.forms}
    assert {name for name in known - said if not name.startswith(tuple(aliases))} == set()


def test_a_refusal_says_who_can() -> None:
    """Asked for code that there is none of, the way out names the frameworks that have some."""
    with pytest.raises(RequestError, match=r"PyTorch has no transposed convolution that flips.*; jax can say it"):
        to_code(ConvTranspose(4, 3, transpose_kernel=False), "torch")
    with pytest.raises(RequestError, match="framework numpy: not known"):
        to_code(Conv(5, 3), "numpy")
    assert public_to_code is to_code


def test_json_has_the_code() -> None:
    """Null where there is none, and `why` says why for those alone."""
    layer = MaxPool(7, 2, ceil_mode=True)
    entry = code_entry(layer)
    assert list(entry) == [*FRAMEWORKS, "why"]
    assert [name for name in FRAMEWORKS if entry[name] is None] == list(entry["why"]) == ["keras", "jax"]
    result = CliRunner().invoke(main, ["max-pool", "-i", "7", "-k", "2", "--ceil-mode", "--json"])
    assert json.loads(result.stdout)["code"] == entry


def test_explained_as_code() -> None:
    """`explain` ends with the layer as code of each framework, and names what the padding is called."""
    text = explained(Conv(6, 3, 2, "same"))
    assert "this is 'same' padding: ⌈input/stride⌉ output cells, the odd cell behind (TensorFlow" in text
    assert text.endswith(
        "as code:\n"
        "  PyTorch: none: PyTorch pads both sides alike; another layer, such as nn.ZeroPad2d, would come first\n"
        "  Keras: keras.layers.Conv2D(1, 3, strides=2, padding='same')\n"
        "  ONNX: Conv(kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1])\n"
        "  JAX (Flax): nn.Conv(features=1, kernel_size=(3, 3), strides=(2, 2), padding='SAME')\n"
    )
    assert "this padding" not in explained(Conv(6, 3))
    assert "this is 'valid' padding: (input − 1)·stride + max(span, stride)" in explained(ConvTranspose(4, 2, 3, 0, 1))


def test_strides_with_dilation_are_depthwise_in_keras() -> None:
    """Keras refuses them together but in DepthwiseConv, which one channel in makes of any convolution."""
    alone = Conv("1@9x9", 3, 2, 0, 2, out_channels=4)
    assert to_code(alone, "keras") == "keras.layers.DepthwiseConv2D(3, strides=2, depth_multiplier=4, dilation_rate=2)"
    assert from_code(to_code(alone, "keras"), "1@9x9") == alone
    with pytest.raises(RequestError, match="refuses strides together with dilation_rate, except in DepthwiseConv2D"):
        to_code(Conv("2@9x9", 3, 2, 0, 2, out_channels=4), "keras")
    with pytest.raises(RequestError, match="refuses strides together with dilation_rate, except in DepthwiseConv1D"):
        to_code(Conv(9, 3, 2, "causal", 2, dims=1), "keras")
    with pytest.raises(RequestError, match="refuses strides together with dilation_rate;"):
        to_code(ConvTranspose(9, 3, 2, 0, 0, 2), "keras")


@pytest.mark.parametrize("make", [MaxPool, AvgPool])
def test_padding_past_half_a_kernel_is_no_layer_of_pytorch(make: Any) -> None:
    """ONNX and Flax say it in numbers; PyTorch's limit is the reason why there is no code for it."""
    layer = make(7, 3, 1, padding=2)
    codes, why = code_table(layer)
    assert "pads=[2, 2, 2, 2]" in str(codes["onnx"])
    assert "padding=((2, 2), (2, 2))" in str(codes["jax"])
    assert why["pytorch"] == "PyTorch pads a pool by at most half its kernel (3//2), not by 2"
    assert codes["pytorch"] is codes["keras"] is None
    with pytest.raises(RequestError, match=r"at most half its kernel \(3//2\), not by 2; onnx and jax can say it"):
        to_code(layer, "pytorch")


def test_padding_past_a_kernel_is_said_in_words() -> None:
    """A dilated pool's `same` may reach farther than pads allow; auto_pad still says it."""
    layer = MaxPool(7, 3, 1, "same", 3)
    sides: Sides = ((3, 3), (3, 3))
    assert layer.padding == sides
    assert to_code(layer, "onnx") == "MaxPool(kernel_shape=[3, 3], auto_pad='SAME_UPPER', dilations=[3, 3])"
    assert "at most half its kernel" in code_of(layer)["pytorch"]
