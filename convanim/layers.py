"""What was asked: a layer, with PyTorch's argument names, normalised per axis and validated on construction.

Sizes may be given as one number for all axes, one per axis, or text (`"5x7"`); the attributes always hold one entry
per axis. Padding may also be one (before, after) pair per axis, or a word (`convanim.padding`).
"""

from copy import copy
from dataclasses import dataclass
from math import prod
from typing import ClassVar, TypeAlias

from convanim import axes
from convanim import padding as words
from convanim.arguments import flag, layer_dims, padding_word, refuse_large_kernel, set_fields
from convanim.axes import Axis, PaddingMode
from convanim.channels import Channels, all_channels, split_channels
from convanim.errors import RequestError
from convanim.pools import AvgPool, MaxPool
from convanim.sizes import AXIS_NAMES, PaddingLike, Sides, SizeLike, Sizes, per_axis, per_side

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


@dataclass(frozen=True, init=False)
class Conv:
    """A convolution, that is a cross-correlation: the kernel is not flipped (`nn.Conv1d`, `nn.Conv2d`).

    Padding words: valid, same, same-lower, half, full, causal. Channels may be left out: the layer is then one map in
    and one map out, and no index names a channel. Where some are given, those left out are as many as the groups.
    `padding_mode` says what padding holds: zeros, or copies of the input's cells (reflect, replicate, circular).
    Raises RequestError when a size is no positive whole number, the kernel does not fit the padded input or the groups
    do not divide the channels.
    """

    input_size: Sizes
    kernel_size: Sizes
    stride: Sizes
    padding: Sides
    dilation: Sizes
    in_channels: int | None
    out_channels: int | None
    groups: int
    padding_mode: str
    op: ClassVar[str] = "conv"

    def __init__(
        self,
        input_size: SizeLike,
        kernel_size: SizeLike,
        stride: SizeLike = 1,
        padding: PaddingLike = 0,
        dilation: SizeLike = 1,
        in_channels: int | None = None,
        out_channels: int | None = None,
        groups: int = 1,
        padding_mode: str = "zeros",
        *,
        dims: int | None = None,
    ) -> None:
        input_size, in_channels = split_channels(input_size, in_channels)
        inputs, outputs, groups = all_channels(in_channels, out_channels, groups)
        mode = _padding_mode(padding_mode)
        dims = layer_dims(input_size, kernel_size, stride, padding, dilation, dims)
        n = per_axis("input_size", input_size, dims, 1)
        k = per_axis("kernel_size", kernel_size, dims, 1)
        s = per_axis("stride", stride, dims, 1)
        d = per_axis("dilation", dilation, dims, 1)
        word = padding_word(padding, tuple(words.CONV_WORDS), "conv")
        if word:
            sides = tuple(words.CONV_WORDS[word](*sizes) for sizes in zip(n, k, s, d))
        else:
            sides = per_side("padding", padding, dims)
        set_fields(self, input_size=n, kernel_size=k, stride=s, padding=sides, dilation=d)
        set_fields(self, in_channels=inputs, out_channels=outputs, groups=groups, padding_mode=mode.value)
        _refuse_far_copies(padding, mode, n, sides)
        for axis, name in zip(self.axes, AXIS_NAMES[dims]):
            if axis.output_size < 1:
                refuse_large_kernel(axis, name, k)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Each axis of the layer in its gather reading."""
        mode = PaddingMode(self.padding_mode)
        return tuple(
            Axis(n, k, axes.conv_output_size(n, k, s, before, after, d), s, d, before, after, mode=mode)
            for n, k, s, (before, after), d in zip(
                self.input_size, self.kernel_size, self.stride, self.padding, self.dilation
            )
        )


@dataclass(frozen=True, init=False)
class ConvTranspose:
    """A transposed convolution in its own arguments (`nn.ConvTranspose1d`, `nn.ConvTranspose2d`).

    Input cell `a` and kernel cell `b` meet in output cell `a*stride - before + b*dilation`. Padding *crops* the
    output. Padding words: valid, same (which sets output_padding too). With `transpose_kernel` false the kernel is
    flipped before it is stamped, as `jax.lax.conv_transpose` does by default.
    Raises RequestError when output_padding reaches both stride and dilation, or everything is cropped away.
    """

    input_size: Sizes
    kernel_size: Sizes
    stride: Sizes
    padding: Sides
    output_padding: Sizes
    dilation: Sizes
    in_channels: int | None
    out_channels: int | None
    groups: int
    transpose_kernel: bool
    op: ClassVar[str] = "conv-transpose"

    def __init__(
        self,
        input_size: SizeLike,
        kernel_size: SizeLike,
        stride: SizeLike = 1,
        padding: PaddingLike = 0,
        output_padding: SizeLike | None = None,
        dilation: SizeLike = 1,
        in_channels: int | None = None,
        out_channels: int | None = None,
        groups: int = 1,
        transpose_kernel: bool = True,
        *,
        dims: int | None = None,
    ) -> None:
        input_size, in_channels = split_channels(input_size, in_channels)
        inputs, outputs, groups = all_channels(in_channels, out_channels, groups)
        dims = layer_dims(input_size, kernel_size, stride, padding, dilation, dims, output_padding=output_padding)
        n = per_axis("input_size", input_size, dims, 1)
        k = per_axis("kernel_size", kernel_size, dims, 1)
        s = per_axis("stride", stride, dims, 1)
        d = per_axis("dilation", dilation, dims, 1)
        word = padding_word(padding, words.TRANSPOSED_WORDS, "conv-transpose")
        if word == "same":
            if output_padding is not None:
                raise RequestError(
                    "output_padding",
                    output_padding,
                    "padding same works it out itself",
                    "leave it out, or give numbers",
                )
            rules = [words.transposed_same(*sizes) for sizes in zip(k, s, d)]
            sides = tuple((before, after) for before, after, _ in rules)
            extra = tuple(extra for *_, extra in rules)
        else:
            sides = per_side("padding", 0 if word else padding, dims)
            extra = per_axis("output_padding", 0 if output_padding is None else output_padding, dims, 0)
        for op, stride_, dilation_ in zip(extra, s, d):
            limit = max(stride_, dilation_) - 1
            if op > limit:
                raise RequestError(
                    "output_padding",
                    extra if output_padding is None else output_padding,
                    f"must be smaller than the stride ({stride_}) or the dilation ({dilation_}) on its axis",
                    f"try {limit}" if limit == 0 else f"try {limit} or less",
                )
        set_fields(self, input_size=n, kernel_size=k, stride=s, padding=sides, output_padding=extra, dilation=d)
        flipped = flag("transpose_kernel", transpose_kernel)
        set_fields(self, in_channels=inputs, out_channels=outputs, groups=groups, transpose_kernel=flipped)
        for axis, name, (before, after) in zip(self.axes, AXIS_NAMES[dims], sides):
            if axis.output_size < 1:
                raise RequestError(
                    "padding",
                    padding,
                    f"crops {before} + {after} cells of the {before + after + axis.output_size} that the {name} has",
                    "try less padding or a larger kernel",
                )

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Each axis of the layer in its gather reading: as a convolution over the zero-stuffed input."""
        return tuple(
            axes.transposed_axis(n, k, s, before, after, d, extra, self.transpose_kernel)
            for n, k, s, (before, after), extra, d in zip(
                self.input_size, self.kernel_size, self.stride, self.padding, self.output_padding, self.dilation
            )
        )


def _padding_mode(mode: object) -> PaddingMode:
    try:
        return PaddingMode(str(mode))
    except ValueError:
        raise RequestError("padding_mode", mode, "no such mode", f"try {', '.join(PaddingMode)}") from None


def _refuse_far_copies(padding: PaddingLike, mode: PaddingMode, sizes: Sizes, sides: Sides) -> None:
    """Raise RequestError for padding that would copy cells twice, as PyTorch does."""
    for n, side in zip(sizes, sides):
        most = n - 1 if mode is PaddingMode.REFLECT else n
        if mode in (PaddingMode.REFLECT, PaddingMode.CIRCULAR) and max(side) > most:
            rule = f"{mode} has {most} cells to copy on an axis of {n}"
            less = f"{most} or less" if most else "0"
            raise RequestError("padding", padding, rule, f"try {less}, or another padding_mode")


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
