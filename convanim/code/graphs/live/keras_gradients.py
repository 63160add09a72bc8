"""How strongly a cell of a live model of Keras answers to each number of the input: its gradient, by Keras's backend.

Source of the measure: as in `torch_gradients.py`.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np

from convanim.code.graphs.live.keras_model import LayeredNetwork, Made
from convanim.code.graphs.live.torch_model import placed_as, quiet
from convanim.code.graphs.random_inputs import inputs_of
from convanim.errors import RequestError, either, shown
from convanim.layers.sizes import Cell
from convanim.numbers.maps import Numbers

Value: TypeAlias = Callable[[Any], Any]  # of an input, one number
Gradient: TypeAlias = Callable[[Any, Value, Numbers], Any]


def keras_gradient(
    model: Any, read: LayeredNetwork, node: str, cell: Cell, images: object = None
) -> tuple[Numbers, int]:
    """The mean magnitude of the gradient of a cell, the input's channels first, and over how many inputs it is.

    A cell without a channel is the sum of all channels there. `images` are inputs `(N, channels, height, width)` or one
    without N; left out, they are normally distributed, always the same. Raises RequestError.
    """
    made = read.makers.get(node)
    if made is None:
        fix = f"try {list(read.makers)[-1]}"
        raise RequestError("node", node, "it is a part of a layer, whose gradient is not told", fix)
    gradient_of = _gradient_of(model)
    inputs = inputs_of(read.network.input_shape, images)
    has_channel = len(cell) == len(read.network.shapes[node])
    at = (0, *cell[1:], cell[0]) if has_channel else (0, *cell, slice(None))
    total: Any = 0.0
    with quiet(), _bare(model, made):
        try:
            part = _up_to(model, made.layer)
            for image in inputs:
                gradient = gradient_of(model, lambda x: part(x, training=False)[at], np.moveaxis(image, 0, -1)[None])
                total = total + np.abs(np.moveaxis(np.asarray(gradient, dtype=np.float64)[0], -1, 0))
        except Exception as error:  # layers of the user's own, or without a gradient; weights that there are not yet
            rule = f"it has no gradient in the input ({shown(error)})"
            raise RequestError("node", node, rule, "leave out effective") from None
    return np.asarray(total / len(inputs), dtype=np.float64), len(inputs)


def _up_to(model: Any, layer: str) -> Any:
    """The part of a model that ends in a layer."""
    whole = next(kind for kind in type(model).__mro__ if kind.__name__ == "Model")
    return whole(model.inputs[0], model.get_layer(layer).output)


@contextmanager
def _bare(model: Any, made: Made) -> Iterator[None]:
    """The layer without its activation, if that is asked for; afterwards it is as it was."""
    layer = model.get_layer(made.layer)
    before = getattr(layer, "activation", None)
    if not made.is_bare or before is None:
        yield
        return
    layer.activation = _unchanged
    try:
        yield
    finally:
        layer.activation = before


def _unchanged(x: Any) -> Any:
    return x


def _gradient_of(model: Any) -> Gradient:
    """The function that gives gradients in what a model computes with. Raises RequestError for what gives none."""
    package = sys.modules[type(model).__module__.partition(".")[0]]
    backend: Any = getattr(package, "backend", None)
    name = backend.backend() if hasattr(backend, "backend") else "tensorflow"
    if name not in _GRADIENTS:
        rule = f"Keras computes with {shown(name)} here, which gives no gradients"
        fix = f"load the model with KERAS_BACKEND={either(tuple(_GRADIENTS))}"
        raise RequestError("effective", None, rule, fix)
    return _GRADIENTS[name]


def _by_torch(model: Any, value: Value, image: Numbers) -> Any:
    torch = sys.modules["torch"]
    with torch.enable_grad():
        x = torch.as_tensor(image, **placed_as(model)).requires_grad_()
        return torch.autograd.grad(value(x).sum(), x)[0].cpu()


def _by_jax(model: Any, value: Value, image: Numbers) -> Any:
    x = sys.modules["jax"].numpy.asarray(image, dtype=model.inputs[0].dtype)
    return sys.modules["jax"].grad(lambda x: value(x).sum())(x)


def _by_tensorflow(model: Any, value: Value, image: Numbers) -> Any:
    tensorflow = sys.modules["tensorflow"]
    x = tensorflow.convert_to_tensor(image, dtype=model.inputs[0].dtype)
    with tensorflow.GradientTape() as tape:
        tape.watch(x)
        made = tensorflow.reduce_sum(value(x))
    return tape.gradient(made, x)


_GRADIENTS: dict[str, Gradient] = {"jax": _by_jax, "torch": _by_torch, "tensorflow": _by_tensorflow}
