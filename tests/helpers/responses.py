"""What a layer's taps say it gives for inputs with a single one each: every tap shows, and none hides another."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convanim.layers.geometry import Geometry
from convanim.layers.layer import Layer, MaxPool, input_shape, output_shape
from convanim.layers.step_order import ravel
from helpers.oracle import cells


def one_hot(layer: Layer) -> NDArray[np.float64]:
    """A batch of inputs with a single one each, in the order of the input's cells."""
    count = int(np.prod(input_shape(layer)))
    return np.eye(count).reshape(count, *input_shape(layer))


def expected_responses(layer: Layer, weights: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """What the taps say the one-hot inputs give: the weights by which each input cell counts in each output cell."""
    geometry, shape = Geometry(layer), input_shape(layer)
    found = np.zeros((int(np.prod(shape)), *output_shape(layer)))
    for output in cells(output_shape(layer)):
        met = [tap for tap in geometry.taps(output) if tap.input is not None]
        for tap in met:
            assert tap.input is not None
            there = (ravel(tap.input, shape), *output)
            if weights is not None:
                found[there] += weights[tap.kernel]
            elif isinstance(layer, MaxPool):
                found[there] = 1
            else:
                found[there] += 1 / (geometry.divisor(output) or 1)
        if isinstance(layer, MaxPool) and not met:
            everywhere: Any = (slice(None), *output)
            found[everywhere] = -np.inf
    return found
