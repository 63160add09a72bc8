"""Layers that stand for their kinds."""

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

EXAMPLES: dict[str, dict[int, Layer]] = {
    "conv": {1: Conv(9, 3, 2, 1, dims=1), 2: Conv((5, 7), (3, 2), 2, 1, 2)},
    "conv-transpose": {1: ConvTranspose(4, 3, 2, 1, 1, dims=1), 2: ConvTranspose((2, 3), 3, 2, 1, 1)},
    "max-pool": {1: MaxPool(8, 3, 2, ceil_mode=True, dims=1), 2: MaxPool((5, 6), 2, ceil_mode=True)},
    "avg-pool": {1: AvgPool(7, 3, 2, 1, dims=1), 2: AvgPool((4, 5), 3, 2, 1, count_include_pad=False)},
    "max-unpool": {1: MaxUnpool(3, 3, 2, 1, dims=1), 2: MaxUnpool((2, 3), 2, output_size=(5, 6))},
    "adaptive-max-pool": {1: AdaptiveMaxPool(7, 3, dims=1), 2: AdaptiveMaxPool((5, 6), (3, 4))},
    "lp-pool": {1: LPPool(7, 2, 3, 2, ceil_mode=True, dims=1), 2: LPPool((5, 4), 1, (2, 3), 1)},
    "upsample": {1: Upsample(3, 5, mode="linear", dims=1), 2: Upsample((3, 4), (4, 7), mode="bilinear")},
    "pad": {1: Pad(5, "2:-1", "circular", dims=1), 2: Pad((4, 5), "1:2x-1:1", value=3)},
    "pixel-shuffle": {1: PixelShuffle("2@4", 2, dims=1), 2: PixelShuffle((3, 2), (1, 2))},
    "pixel-unshuffle": {1: PixelUnshuffle(6, 3, dims=1), 2: PixelUnshuffle((4, 6), (1, 2))},
    "unfold": {1: Unfold(6, 3, 1, 1, 2, dims=1), 2: Unfold((4, 5), 2, stride=2)},
    "fold": {1: Fold(3, 6, 3, 1, 1, 2, dims=1), 2: Fold((2, 3), (3, 4), 2)},
    "adaptive-avg-pool": {1: AdaptiveAvgPool(8, 5, dims=1), 2: AdaptiveAvgPool((5, 4), 3)},
}
