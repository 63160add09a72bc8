"""Effective receptive fields of live models of Keras, by whichever backend there is, against its own gradients."""

import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from convanim import RequestError, receptive_field

os.environ.setdefault("KERAS_BACKEND", "torch" if find_spec("torch") else "jax" if find_spec("jax") else "tensorflow")
keras: Any = pytest.importorskip("keras", reason="needs the module keras: pip install keras")
layers = keras.layers
SHAPE = (3, 12, 10)
NODES = [("a", False), ("a.relu", False), ("s", True), ("add", True), ("bn", False), ("pool", True), ("d", False)]


def model_of() -> Any:
    """Branches, a norm, a dropout that must not count, an activation of its own, and vectors in the end."""
    keras.utils.set_random_seed(3)
    start = keras.Input((12, 10, 3))
    x = layers.Conv2D(4, 3, padding="same", activation="relu", name="a")(start)
    y = layers.Add(name="add")([layers.Conv2D(4, 1)(x), layers.SeparableConv2D(4, 3, padding="same", name="s")(x)])
    y = layers.Dropout(0.9)(layers.BatchNormalization(name="bn")(y))
    y = layers.Flatten(name="flat")(layers.AveragePooling2D(3, 2, name="pool")(y))
    return keras.Model(start, layers.Dense(5, activation="softmax", name="d")(y))


def difference(value: Callable[[Any], float], image: Any, at: tuple[int, ...]) -> float:
    """How much a value changes with one number of the input, by two runs of the model."""
    found = []
    for step in (1e-2, -1e-2):
        other = image.copy()
        other[at] += step
        found.append(value(other))
    return abs(found[0] - found[1]) / 2e-2


@pytest.mark.parametrize(("node", "has_channel"), NODES)
def test_the_gradient_is_the_models(node: str, has_channel: bool) -> None:
    """Of what a layer makes, before its activation and after; nothing is left changed in the model."""
    model = model_of()
    images = np.random.default_rng(1).standard_normal((2, *SHAPE)).astype(np.float32)
    field = receptive_field(model, node=node, effective=True, images=images)
    cell = (1, *field.cell) if has_channel else field.cell
    if has_channel:
        field = receptive_field(model, node=node, cell=cell, effective=True, images=images)
    assert field.images == 2
    assert field.effective is not None
    assert field.effective.shape == SHAPE
    assert field.effective.any()
    assert not field.effective[:, ~field.exact].any()
    layer = model.get_layer(node.removesuffix(".relu"))
    before = layer.activation if node in ("a", "d") else None
    part = keras.Model(model.inputs[0], layer.output)

    def value(image: Any) -> float:
        if node in ("a", "d"):
            layer.activation = None
        made = keras.ops.convert_to_numpy(part(np.moveaxis(image, 0, -1)[None], training=False))
        if node in ("a", "d"):
            layer.activation = before
        return float(made[(0, *cell[1:], 1)] if has_channel else made[(0, *cell)].sum())

    assert layer.activation is before if before else True
    strongest = np.unravel_index(int(field.effective.argmax()), SHAPE)
    for at in {tuple(map(int, strongest)), (0, 3, 2), (2, 11, 9), (1, 5, 5)}:
        slopes = [difference(value, image, at) for image in images]
        assert np.isclose(field.effective[at], np.mean(slopes), rtol=2e-2, atol=2e-3), at


def test_a_flattened_map_is_keras_own() -> None:
    """Place after place, so that the cells with a tap are those with a gradient."""
    model = model_of()
    for feature in (0, 6, 27, 79):
        field = receptive_field(model, node="flat", cell=(feature,), effective=True)
        assert field.effective is not None
        row, column = feature // 4 // 4, feature // 4 % 4
        pool = receptive_field(model, node="pool", cell=(feature % 4, row, column), effective=True)
        assert (field.exact == pool.exact).all()
        assert np.allclose(field.effective, np.asarray(pool.effective))
        assert not field.effective[:, ~field.exact].any()


def test_a_sequential_model_and_another_size() -> None:
    """Its input may be left open; a part of a layer, and what cannot be weighed, are refused in one line."""
    model = keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(4, 3, strides=2), layers.ReLU()])
    field = receptive_field(model, "3@9x11", effective=True)
    assert field.effective is not None
    assert field.effective.shape == (3, 9, 11)
    assert not field.effective[:, ~field.exact].any()
    unbuilt = keras.Sequential([layers.Conv2D(4, 3)])
    with pytest.raises(RequestError, match="it has no gradient in the input") as refused:
        receptive_field(unbuilt, "3@9x9", effective=True)
    assert "\n" not in str(refused.value)
    with pytest.raises(RequestError, match="part of a layer"):
        receptive_field(model_of(), node="s.1", effective=True)
    with pytest.raises(RequestError, match="images"):
        receptive_field(model, "3@9x11", effective=True, images=np.zeros((1, 9, 11, 3)))


def test_what_computes_without_gradients_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to load the model with."""
    monkeypatch.setattr(keras.backend, "backend", lambda: "numpy")
    with pytest.raises(RequestError, match=r"computes with numpy here, which gives no gradients.*KERAS_BACKEND"):
        receptive_field(model_of(), effective=True)


def test_channels_are_read_last() -> None:
    """Models that have them first are refused, and so are maps that are joined by their rows."""
    first = keras.Sequential([keras.Input((3, 9, 9)), layers.Conv2D(4, 3, data_format="channels_first")])
    with pytest.raises(RequestError, match="channels first"):
        receptive_field(first)
    start = keras.Input((9, 9, 3))
    rows = keras.Model(start, layers.Concatenate(axis=1)([start, start]))
    with pytest.raises(RequestError, match="Concatenate on axis 1"):
        receptive_field(rows)
    last = keras.Model(start, layers.Concatenate(axis=3)([start, start]))
    assert receptive_field(last).network.output.shape == (6, 9, 9)
