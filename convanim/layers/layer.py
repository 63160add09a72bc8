"""What was asked: a layer, with PyTorch's argument names, normalised per axis and validated on construction.

Sizes may be given as one number for all axes, one per axis, or text (`"5x7"`); the attributes always hold one entry
per axis. Padding may also be one (before, after) pair per axis, or a word (`convanim.layers.padding`).
"""

from copy import copy
from math import prod
from typing import TypeAlias

from convanim.layers.arguments import set_fields
from convanim.layers.channels import Channels
from convanim.layers.kinds.adaptive_pools import AdaptiveAvgPool, AdaptiveMaxPool
from convanim.layers.kinds.conv import Conv
from convanim.layers.kinds.conv_transpose import ConvTranspose
from convanim.layers.kinds.fold import Fold
from convanim.layers.kinds.lp_pool import LPPool
from convanim.layers.kinds.max_unpool import MaxUnpool
from convanim.layers.kinds.pad import Pad
from convanim.layers.kinds.pools import AvgPool, MaxPool
from convanim.layers.kinds.rearranged import PixelShuffle, PixelUnshuffle, Rearranged, Unfold, rearranged_channels
from convanim.layers.kinds.upsample import Upsample
from convanim.layers.sizes import Sides, Sizes

__all__ = [
    "AdaptiveAvgPool",
    "AdaptiveMaxPool",
    "AvgPool",
    "Conv",
    "ConvTranspose",
    "Fold",
    "LPPool",
    "Layer",
    "MaxPool",
    "MaxUnpool",
    "Pad",
    "PixelShuffle",
    "PixelUnshuffle",
    "Rearranged",
    "Sliding",
    "Unfold",
    "Upsample",
    "cell_count",
    "channels_of",
    "counts_padding",
    "dilation_of",
    "divisor_override",
    "filling_of",
    "input_shape",
    "kernel_shape",
    "output_shape",
    "output_size",
    "padding_of",
    "window_size",
    "with_channels",
]


# A kernel that slides over the input: with its size, stride and padding.
Sliding: TypeAlias = Conv | ConvTranspose | MaxPool | AvgPool
Layer: TypeAlias = Sliding | AdaptiveMaxPool | AdaptiveAvgPool | LPPool | Upsample | Pad | MaxUnpool | Rearranged


def output_size(layer: Layer) -> Sizes:
    """The output's size, one number per axis."""
    return tuple(axis.output_size for axis in layer.axes)


def channels_of(layer: Layer) -> Channels | None:
    """The layer's channels; None where none were asked for."""
    if layer.in_channels is None:
        return None
    if isinstance(layer, Rearranged):
        return rearranged_channels(layer)
    if isinstance(layer, Conv | ConvTranspose):
        assert layer.out_channels is not None
        return Channels(layer.in_channels, layer.out_channels, layer.groups)
    return Channels(layer.in_channels, layer.in_channels, layer.in_channels)


def input_shape(layer: Layer) -> Sizes:
    """The input's shape: its channels, if any, and its size."""
    channels = channels_of(layer)
    return layer.input_size if channels is None else (channels.inputs, *layer.input_size)


def output_shape(layer: Layer) -> Sizes:
    """The output's shape: its channels, if any, and its size."""
    channels = channels_of(layer)
    return output_size(layer) if channels is None else (channels.outputs, *output_size(layer))


def window_size(layer: Layer) -> Sizes:
    """How many cells a window has, one number per axis; where they are not alike the most."""
    return tuple(axis.kernel_size for axis in layer.axes)


def kernel_shape(layer: Layer) -> Sizes:
    """The kernel's shape as the layer stores it: `[out, in/groups, …]`, transposed `[in, out/groups, …]`."""
    channels, size = channels_of(layer), window_size(layer)
    if channels is None:
        return size
    if isinstance(layer, ConvTranspose):
        return (channels.inputs, channels.made, *size)
    if isinstance(layer, Conv):
        return (channels.outputs, channels.read, *size)
    return (channels.outputs, *size)


def with_channels(layer: Layer, channels: Channels | None) -> Layer:
    """The same layer with other channels, or with none; those of a pool are as many in as out.

    What puts cells into other channels keeps its own.
    """
    if isinstance(layer, Rearranged):
        return layer
    changed = copy(layer)
    set_fields(changed, in_channels=None if channels is None else channels.inputs)
    if isinstance(layer, Conv | ConvTranspose):
        outputs, groups = (None, 1) if channels is None else (channels.outputs, channels.groups)
        set_fields(changed, out_channels=outputs, groups=groups)
    return changed


def cell_count(layer: Layer) -> int:
    """Cells in all maps of the layer's picture: the padded (and zero-stuffed) input and the output."""
    channels = channels_of(layer) or Channels(1, 1, 1)
    padded = prod(axis.last + 1 - axis.first for axis in layer.axes)
    return channels.inputs * padded + channels.outputs * prod(output_size(layer))


def dilation_of(layer: Layer) -> Sizes:
    """The layer's dilation; 1 where it has none, as a mean."""
    return tuple(axis.dilation for axis in layer.axes)


def padding_of(layer: Layer) -> Sides:
    """The layer's padding, before and after on each axis; none where it has none to give."""
    if isinstance(layer, Sliding | MaxUnpool | Unfold | Fold | Pad):
        return layer.padding
    return ((0, 0),) * len(layer.input_size)


def filling_of(layer: Layer) -> float:
    """The number that padding holds where it copies no cells."""
    return layer.value if isinstance(layer, Pad) else 0


def counts_padding(layer: Layer) -> bool | None:
    """Whether a mean, or a norm, counts padded cells; None for what is neither, or divided by a number of its own."""
    if isinstance(layer, AdaptiveAvgPool | LPPool):
        return True  # they see none
    return None if not isinstance(layer, AvgPool) or layer.divisor_override is not None else layer.count_include_pad


def divisor_override(layer: Layer) -> int | None:
    """What every mean is divided by, whatever its window; None where that is the window's own cells, or no mean."""
    return layer.divisor_override if isinstance(layer, AvgPool) else None
