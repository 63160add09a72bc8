"""Layers that stand for their kinds."""

from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool

EXAMPLES: dict[str, dict[int, Layer]] = {
    "conv": {1: Conv(9, 3, 2, 1, dims=1), 2: Conv((5, 7), (3, 2), 2, 1, 2)},
    "conv-transpose": {1: ConvTranspose(4, 3, 2, 1, 1, dims=1), 2: ConvTranspose((2, 3), 3, 2, 1, 1)},
    "max-pool": {1: MaxPool(8, 3, 2, ceil_mode=True, dims=1), 2: MaxPool((5, 6), 2, ceil_mode=True)},
    "avg-pool": {1: AvgPool(7, 3, 2, 1, dims=1), 2: AvgPool((4, 5), 3, 2, 1, count_include_pad=False)},
}
