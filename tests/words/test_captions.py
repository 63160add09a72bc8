"""Captions: what a layer costs is told where the figure shows it."""

import pytest
from helpers.english import caption_lines

from convanim.layers.layer import Conv, ConvTranspose, MaxPool


@pytest.mark.parametrize(
    ("layer", "cost"),
    [
        (Conv(5, 3), "9 weights · 81 MACs"),
        (ConvTranspose(3, 3, 2, 1), "9 weights"),
        (ConvTranspose("2@3x3", 3, out_channels=4), "72 weights"),
    ],
)
def test_a_transposed_convolution_has_no_macs_in_its_caption(layer: Conv | ConvTranspose, cost: str) -> None:
    """Those of its stamps, cropped ones too, are not those of the windows that are seen."""
    assert caption_lines(layer)[-1] == cost


def test_what_has_no_weights_costs_nothing() -> None:
    """A pool's caption ends with its sizes."""
    assert not any("weights" in line for line in caption_lines(MaxPool(4, 2)))
