"""Networks of live models of Keras: shapes and parameters are the model's."""

import os
from typing import Any

import pytest

from convanim import RequestError, network
from convanim.networks.cost import network_cost

torch: Any = pytest.importorskip("torch")
os.environ.setdefault("KERAS_BACKEND", "torch")
keras: Any = pytest.importorskip("keras")
layers = keras.layers


def functional() -> Any:
    """Branches, a separable convolution, what is cut off and put around."""
    start = keras.Input((32, 30, 3))
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(start)
    a, b = layers.Conv2D(16, 1)(x), layers.SeparableConv2D(16, 3, padding="same")(x)
    y = layers.Add()([layers.Concatenate()([a, b]), layers.Conv2D(32, 1, use_bias=False)(x)])
    y = layers.MaxPooling2D()(layers.BatchNormalization()(y))
    y = layers.Cropping2D(((1, 2), (0, 1)))(layers.ZeroPadding2D(2)(layers.Conv2DTranspose(8, 2, strides=2)(y)))
    y = layers.Multiply()([y, layers.Dense(8, activation="sigmoid")(layers.GlobalAveragePooling2D(keepdims=True)(y))])
    y = layers.DepthwiseConv2D(3, depth_multiplier=2)(y)
    return keras.Model(start, layers.Dense(10, activation="softmax")(layers.Flatten()(y)))


def sequential() -> Any:
    """One layer after another."""
    pools = [layers.MaxPooling2D(), layers.ReLU(max_value=6), layers.AveragePooling2D(3, 2, padding="same")]
    body = [layers.Conv2D(8, 3, strides=2), *pools, layers.Flatten(), layers.Dropout(0.5), layers.Dense(4)]
    return keras.Sequential([keras.Input((28, 28, 1)), *body])


@pytest.mark.parametrize("make", [functional, sequential])
def test_a_live_model_is_what_keras_says(make: Any) -> None:
    """Every layer's output, and the parameters that are trained."""
    model = make()
    net = network(model)
    assert network_cost(net).parameters == sum(int(weight.numpy().size) for weight in model.trainable_weights)
    for layer in model.layers:
        if layer.name in net.by_name:
            *size, channels = layer.output.shape[1:]
            assert net.shapes[layer.name] == (channels, *size), layer.name
    assert net.output.shape == (model.output_shape[-1],)


def test_what_is_not_known_is_named() -> None:
    """A layer of one's own is named, what comes before it shown; a model that does not tell its layers is refused."""
    start = keras.Input((9, 9, 3))
    model = keras.Model(start, layers.Permute((2, 1, 3))(layers.Conv2D(4, 3)(start)))
    with pytest.raises(RequestError, match="permute") as error:
        network(model)
    assert [node.op for node in error.value.before.nodes] == ["conv"]  # type: ignore[attr-defined]

    class Own(keras.Model):  # type: ignore[misc]
        """A model that has no config."""

    with pytest.raises(RequestError, match="Sequential"):
        network(Own(), "3@9x9")
