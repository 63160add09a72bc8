"""Live layers, read by their attributes."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import together

from convanim import from_module as public_from_module
from convanim.code.frameworks import from_code
from convanim.code.live_layers import from_module, kernel_of, read_module
from convanim.errors import RequestError
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Conv, Layer, MaxPool, kernel_shape
from convanim.numbers.values import values_of

TORCH = [
    "nn.Conv1d(3, 6, 2, 2, 1, 2, 3)",
    "nn.Conv2d(3, 8, (3, 2), stride=(2, 1), padding=(0, 2), bias=False)",
    "nn.Conv2d(3, 3, 3, padding='same', dilation=2)",
    "nn.Conv2d(3, 3, 3, padding=1, padding_mode='circular')",
    "nn.ConvTranspose1d(3, 6, 3, 2, 1, 1, 3)",
    "nn.ConvTranspose2d(3, 4, (3, 2), stride=2, padding=1, output_padding=1)",
    "nn.MaxPool1d(3)",
    "nn.MaxPool2d(3, 2, 1, 1, ceil_mode=True)",
    "nn.AvgPool1d(3, 1, 1)",
    "nn.AvgPool2d(3, padding=1, count_include_pad=False, divisor_override=2)",
]


@pytest.mark.parametrize("text", TORCH)
def test_a_module_is_the_layer_that_its_code_makes(text: str) -> None:
    """Read from attributes or from text, it is the same; its weights have the layer's shape and give its numbers."""
    torch = pytest.importorskip("torch")
    module = eval(text, {"nn": torch.nn})
    size = (3, 7) if "1d" in text else (3, 7, 9)
    shape = f"3@{'x'.join(map(str, size[1:]))}"
    layer = from_module(module, shape)
    assert layer == from_code(text, shape)
    if "Pool" in text:
        with pytest.raises(RequestError, match="has no weights"):
            kernel_of(module)
        return
    kernel = kernel_of(module)
    assert kernel.shape == kernel_shape(layer)
    numbers = np.arange(float(np.prod(size))).reshape(size)
    with torch.no_grad():
        theirs = module(torch.tensor(numbers[None], dtype=torch.float32))[0]
        if module.bias is not None:
            theirs -= module.bias.reshape(-1, *[1] * (len(size) - 1))
    np.testing.assert_allclose(values_of(Geometry(layer), numbers, kernel).output, theirs.numpy(), rtol=1e-3, atol=1e-3)


def test_modules_of_ones_own() -> None:
    """What derives from a layer is that layer; what is none is refused, and so is one that is not made up yet."""
    torch = pytest.importorskip("torch")

    class Own(torch.nn.Conv2d):  # type: ignore[misc, name-defined]
        """A user's own."""

    assert from_module(Own(3, 8, 3), "7x9") == Conv("3@7x9", 3, out_channels=8)
    with pytest.raises(RequestError, match="module Linear: not a layer of PyTorch or Keras that is known"):
        from_module(torch.nn.Linear(3, 8), 7)
    with pytest.raises(RequestError, match="input_size"):
        from_module(Own(3, 8, 3))
    assert from_module(torch.nn.LazyConv2d(8, 3), "3@7x9") == Conv("3@7x9", 3, out_channels=8)
    with pytest.raises(RequestError, match="cannot be read as numbers"):
        kernel_of(torch.nn.LazyConv2d(8, 3))
    with pytest.raises(RequestError, match="module str"):
        from_module("nn.Conv2d(3, 8, 3)", 7)


class Variable:
    """A Keras variable, as far as anyone looks at it."""

    def __init__(self, *shape: int) -> None:
        self.numbers = np.arange(float(np.prod(shape))).reshape(shape)
        self.shape = shape

    def numpy(self) -> Any:
        """The numbers."""
        return self.numbers


def keras_layer(name: str, **attributes: Any) -> object:
    """An object that looks like a Keras layer of that name."""
    kind = type(name, (), {"__module__": "keras.src.layers.anything"})
    module = kind()
    for key, value in {"data_format": "channels_last", "use_bias": True, **attributes}.items():
        setattr(module, key, value)
    return module


CONV = {"filters": 8, "kernel_size": (3, 3), "strides": (2, 2), "padding": "same", "dilation_rate": (1, 1), "groups": 1}


def test_keras_layers_by_their_attributes() -> None:
    """Before they are built the input says its channels; afterwards the kernel does."""
    assert from_module(keras_layer("Conv2D", built=False, **CONV), "3@7x9") == Conv(
        "3@7x9", 3, 2, "same", out_channels=8
    )
    built = keras_layer("Conv2D", built=True, kernel=Variable(3, 3, 4, 8), **CONV)
    layer = from_module(built, "7x9")
    assert layer == from_module(built, (7, 9)) == from_module(built, "4@7x9")
    assert layer == Conv("4@7x9", 3, 2, "same", out_channels=8)
    assert read_module(built, "7x9").framework == "keras"
    with pytest.raises(RequestError, match="input_size 3@7x9: the layer reads 4 channels"):
        from_module(built, "3@7x9")
    pool = keras_layer("MaxPooling2D", pool_size=(2, 2), strides=(2, 2), padding="valid")
    assert from_module(pool, "3@6x6") == MaxPool("3@6x6", 2)


KERNELS: list[tuple[str, dict[str, Any], tuple[int, ...], tuple[int, ...], int]] = [
    ("Conv2D", CONV, (3, 3, 4, 8), (8, 4, 3, 3), 4),
    ("Conv2D", {**CONV, "groups": 2}, (3, 3, 2, 8), (8, 2, 3, 3), 4),
    ("Conv1D", {**CONV, "kernel_size": (3,), "strides": (1,), "dilation_rate": (2,)}, (3, 4, 8), (8, 4, 3), 4),
    ("Conv2DTranspose", {**CONV, "output_padding": None}, (3, 3, 8, 4), (4, 8, 3, 3), 4),
    ("DepthwiseConv2D", {**CONV, "filters": None, "depth_multiplier": 2}, (3, 3, 4, 2), (8, 1, 3, 3), 4),
]


@together("name, attributes, theirs, ours, inputs", KERNELS)
def test_keras_kernels_in_our_order(
    name: str, attributes: dict[str, Any], theirs: tuple[int, ...], ours: tuple[int, ...], inputs: int
) -> None:
    """Keras keeps its channels last; ours come first, and the kernel fits the layer."""
    variable = Variable(*theirs)
    which = "depthwise_kernel" if "Depthwise" in name else "kernel"
    module = keras_layer(name, built=True, **{which: variable}, **attributes)
    layer: Layer = from_module(module, "9x9" if len(theirs) == 4 else 9)
    kernel = kernel_of(module)
    assert kernel.shape == kernel_shape(layer) == ours
    assert layer.in_channels == inputs
    if "Depthwise" in name:
        assert kernel[5, 0, 1, 2] == variable.numbers[1, 2, 2, 1]
    else:
        first, second, *cell = (3, 1, 1, 2) if len(theirs) == 4 else (3, 1, 1)
        assert kernel[(first, second, *cell)] == variable.numbers[(*cell, second, first)]


def test_weights_that_are_not_there() -> None:
    """An unbuilt Keras layer and a pool have none."""
    for name in ("Conv2D", "MaxPooling2D"):
        with pytest.raises(RequestError, match="has no weights, or none yet"):
            kernel_of(keras_layer(name, built=False))


def test_no_framework_is_imported() -> None:
    """Reading modules needs neither PyTorch nor Keras."""
    check = "import sys, convanim.code.live_layers; assert not {'torch', 'keras', 'jax'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)


def test_it_is_there_for_users() -> None:
    """The package offers it by name."""
    assert public_from_module is from_module
