"""What was asked: a layer, with PyTorch's argument names, normalised per axis and validated on construction.

Sizes may be given as one number for all axes, one per axis, or text (`"5x7"`); the attributes always hold one entry
per axis. Padding may also be one (before, after) pair per axis, or a word (`convanim.layers.padding`).
"""

from copy import copy
from math import prod
from typing import TypeAlias

from convanim.layers.arguments import set_fields
from convanim.layers.channels import Channels
from convanim.layers.conv import Conv
from convanim.layers.conv_transpose import ConvTranspose
from convanim.layers.pools import AvgPool, MaxPool
from convanim.layers.sizes import Sizes

__all__ = [
    "AvgPool",
    "Conv",
    "ConvTranspose",
    "Layer",
    "MaxPool",
    "cell_count",
    "channels_of",
    "dilation_of",
    "input_shape",
    "kernel_shape",
    "output_shape",
    "output_size",
    "with_channels",
]


Layer: TypeAlias = Conv | ConvTranspose | MaxPool | AvgPool


def output_size(layer: Layer) -> Sizes:
    """The output's size, one number per axis."""
    return tuple(axis.output_size for axis in layer.axes)


def channels_of(layer: Layer) -> Channels | None:
    """The layer's channels; None where none were asked for."""
    if layer.in_channels is None:
        return None
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


def kernel_shape(layer: Layer) -> Sizes:
    """The kernel's shape as the layer stores it: `[out, in/groups, …]`, transposed `[in, out/groups, …]`."""
    channels = channels_of(layer)
    if channels is None:
        return layer.kernel_size
    if isinstance(layer, ConvTranspose):
        return (channels.inputs, channels.made, *layer.kernel_size)
    if isinstance(layer, Conv):
        return (channels.outputs, channels.read, *layer.kernel_size)
    return (channels.inputs, *layer.kernel_size)


def with_channels(layer: Layer, channels: Channels | None) -> Layer:
    """The same layer with other channels, or with none; those of a pool are as many in as out."""
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
    """The layer's dilation; a mean has none, which is 1."""
    return (1,) * len(layer.input_size) if isinstance(layer, AvgPool) else layer.dilation
