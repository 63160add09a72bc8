"""The gradients of a layer by the chain rule, product by product, from the taps of the oracle."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool
from helpers.oracle import cells, oracle_of

Array = NDArray[Any]


def gradients(layer: Layer, x: Array, w: Array | None, g: Array) -> tuple[Array, Array | None]:
    """What flows back to the input and to the weights, of the layer's own shapes; weights as PyTorch stores them."""
    axes = len(layer.input_size)
    inputs = x.reshape(-1, *x.shape[x.ndim - axes :])
    outputs = g.reshape(-1, *g.shape[g.ndim - axes :])
    kernel = None if w is None else w.reshape(*(w.shape[: w.ndim - axes] or (1, 1)), *w.shape[w.ndim - axes :])
    dx, dw = np.zeros(inputs.shape), None if kernel is None else np.zeros(kernel.shape)
    oracle = oracle_of(layer)
    for place in cells(oracle.output_size):
        taps = [(k, i) for k, i in oracle.taps[place] if i is not None]
        for channel in range(len(outputs)):
            flow = outputs[(channel, *place)]
            if isinstance(layer, MaxPool):
                if taps:
                    most = max(inputs[(channel, *i)] for _, i in taps)
                    won = next(i for _, i in taps if inputs[(channel, *i)] == most)
                    dx[(channel, *won)] += flow
            elif isinstance(layer, AvgPool):
                for _, i in taps:
                    dx[(channel, *i)] += flow / oracle.divisors[place]
            else:
                assert isinstance(layer, Conv | ConvTranspose)
                assert kernel is not None
                assert dw is not None
                read, made = len(inputs) // layer.groups, len(outputs) // layer.groups
                group = channel // made
                for source in range(group * read, (group + 1) * read):
                    is_conv = isinstance(layer, Conv)
                    slot = (channel, source % read) if is_conv else (source, channel % made)
                    for k, i in taps:
                        dx[(source, *i)] += kernel[(*slot, *k)] * flow
                        dw[(*slot, *k)] += inputs[(source, *i)] * flow
    return dx.reshape(x.shape), None if dw is None or w is None else dw.reshape(w.shape)
