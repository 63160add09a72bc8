"""Live layers of PyTorch and Keras, read by their attributes; neither framework is imported."""

from typing import Any

import numpy as np

from convanim.code.frameworks import FRAMEWORKS, Coded, layer_of_call
from convanim.code.text.parsing import Call, Literal, plain_literal
from convanim.errors import RequestError
from convanim.layers.layer import Layer
from convanim.layers.sizes import SizeLike
from convanim.numbers.sources import Numbers

_PACKAGES = {"torch": "pytorch", "keras": "keras", "tensorflow": "keras", "tf_keras": "keras"}


def from_module(module: object, input_size: SizeLike | None = None) -> Layer:
    """The layer that a live `torch.nn` module or Keras layer is, read by its attributes.

    Raises RequestError for any other object, or one that has no figure.
    """
    return read_module(module, input_size).layer


def read_module(module: object, input_size: SizeLike | None = None) -> Coded:
    """The layer that `from_module` gives, with its framework and notes; raises RequestError."""
    framework, name = _known(module)
    form = FRAMEWORKS[framework].forms[name]
    given: dict[str, Literal] = {}
    for argument in form.arguments:
        if argument not in form.silent and hasattr(module, argument):
            given[argument] = plain_literal(argument, _plain(getattr(module, argument)))
    inputs = _keras_inputs(module, form.name) if framework == "keras" else None
    return layer_of_call(Call((), name, (), given), _with_channels(input_size, inputs), framework, name)


def kernel_of(module: object) -> Numbers:
    """A live module's weights as an array in our order: `[out, in/groups, …]`, transposed `[in, out/groups, …]`.

    It fits the layer that `from_module` makes. Raises RequestError when the module has none, or none yet.
    """
    framework, name = _known(module)
    if framework == "pytorch":
        weights = getattr(module, "weight", None)
        if weights is None:
            raise RequestError("module", name, "has no weights", "leave the kernel's values out")
        return _array(weights, name)
    weights = _keras_weights(module)
    if weights is None:
        fix = "build it first, with layer.build(shape), or leave the kernel's values out"
        raise RequestError("module", name, "has no weights, or none yet", fix)
    numbers = _array(weights, name)
    axes = tuple(range(numbers.ndim - 2))
    if "Depthwise" in name:  # [*size, in, multiplier]
        filters = numbers.transpose(-2, -1, *axes)
        return filters.reshape(-1, 1, *filters.shape[2:])
    # Conv [*size, in/groups, out]; transposed [*size, out, in]: for both, the last axis comes first.
    return numbers.transpose(-1, -2, *axes)


def _known(module: object) -> tuple[str, str]:
    """The framework and the name of the layer that an object is, or derives from."""
    for kind in type(module).__mro__:
        framework = _PACKAGES.get(kind.__module__.partition(".")[0])
        if framework is not None and kind.__name__ in FRAMEWORKS[framework].forms:
            return framework, kind.__name__
    rule = "not a layer of PyTorch or Keras that is known"
    raise RequestError("module", type(module).__name__, rule, "give an nn.Conv2d, a keras.layers.Conv2D or the like")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | list) else value


def _keras_weights(module: object) -> Any:
    """What a Keras layer calls its kernel; None for pools, and before it is built."""
    if not getattr(module, "built", False):
        return None
    kernel = getattr(module, "kernel", None)
    return getattr(module, "depthwise_kernel", None) if kernel is None else kernel


def _keras_inputs(module: object, name: str) -> int | None:
    """The channels that a Keras layer reads, once it is built."""
    weights = _keras_weights(module)
    if weights is None:
        return None
    shape = tuple(weights.shape)
    if name.endswith("Transpose"):
        return int(shape[-1])
    return int(shape[-2]) * int(getattr(module, "groups", 1) if "Depthwise" not in name else 1)


def _with_channels(input_size: SizeLike | None, channels: int | None) -> SizeLike | None:
    """An input size with the channels that are known beside it, unless it names its own."""
    if input_size is None or channels is None:
        return input_size
    said = input_size if isinstance(input_size, str) else _spelled(input_size)
    if "@" not in said:
        return f"{channels}@{said}"
    if said.partition("@")[0].strip() != str(channels):
        fix = "give the size alone, or the same channels"
        raise RequestError("input_size", input_size, f"the layer reads {channels} channels", fix)
    return said


def _spelled(input_size: Any) -> str:
    value = input_size.tolist() if hasattr(input_size, "tolist") else input_size
    return "x".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def _array(weights: Any, name: str) -> Numbers:
    """A tensor or variable as an array of doubles."""
    try:
        for step in ("detach", "cpu", "numpy"):
            if hasattr(weights, step):
                weights = getattr(weights, step)()
        return np.asarray(weights).astype(np.float64)
    except (RuntimeError, TypeError, ValueError):
        rule = "its weights cannot be read as numbers"
        raise RequestError("module", name, rule, "run it once, and convert them to float") from None
