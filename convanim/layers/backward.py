"""The backward pass of a layer: how the gradient of its output becomes that of its input, or of its weights.

Either is a layer again, whose taps are the same pairs of cells, gathered from the other side:

- by the input a convolution becomes the transposed convolution of the same kernel, stride, padding and dilation, whose
  output_padding gives back what the stride rounded off; a transposed convolution becomes the convolution;
- by the weights either becomes a convolution whose kernel is the other map, its stride the layer's dilation and its
  dilation the layer's stride;
- a pool's gradient goes back along the same cells as that of a convolution of every channel by itself.

Source: Dumoulin & Visin, arXiv:1603.07285, section 4; `torch.nn.grad`; `aten/src/ATen/native/DilatedMaxPool2d.cpp`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import get_args

from convanim.errors import RequestError, suggestion
from convanim.layers.arguments import set_fields
from convanim.layers.layer import (
    AvgPool,
    Conv,
    ConvTranspose,
    Layer,
    MaxPool,
    Sliding,
    channels_of,
    dilation_of,
    output_size,
)
from convanim.layers.sizes import Sides, Sizes

BOTH = "both"
_EITHER = ("input", "weight")
WAYS = (*_EITHER, BOTH)
FLOWS_BACK = tuple(each.op for each in get_args(Sliding))  # the operations whose backward pass is drawn


@dataclass(frozen=True)
class Backward:
    """The backward pass of a layer by its `input` or its `weight`.

    Raises RequestError for another word, and for a layer whose gradient is no layer that is drawn.
    """

    layer: Layer
    by: str

    def __post_init__(self) -> None:
        refuse_no_way(self.by, _EITHER)
        if not isinstance(self.layer, Sliding):
            fix = f"it is drawn of {', '.join(FLOWS_BACK[:-1])} and {FLOWS_BACK[-1]}"
            raise RequestError("backward", self.by, f"there is no picture of {self.layer.op}'s", fix)
        if self.by == "weight" and not isinstance(self.layer, Conv | ConvTranspose):
            raise RequestError("backward", self.by, f"{self.layer.op} has no weights", "try input")
        if isinstance(self.layer, ConvTranspose) and not self.layer.transpose_kernel:
            rule = "a kernel that is stamped flipped has no layer that is its gradient"
            raise RequestError("backward", self.by, rule, "leave transpose_kernel on")
        if self.by == "input" and isinstance(self.layer, Conv) and self.layer.padding_mode != "zeros":
            rule = f"with padding_mode {self.layer.padding_mode} a cell's gradient comes back from its copies, too"
            raise RequestError("backward", self.by, rule, "try weight, or padding_mode zeros")

    @property
    def input_size(self) -> Sizes:
        """The size of the map that is read."""
        return self.drawn.input_size

    @property
    def gradient_shape(self) -> Sizes:
        """The shape of the output's gradient: its channels, if any, and its size."""
        channels = channels_of(self.layer)
        size = output_size(self.layer)
        return size if channels is None else (channels.outputs, *size)

    @cached_property
    def drawn(self) -> Conv | ConvTranspose:
        """The layer that the gradient is; of a pool that whose cells meet, its weights left to numbers.

        Its padding behind, or its output_padding, may be below zero: what no window of the layer read is cut off.
        """
        layer = self.layer
        assert isinstance(layer, Sliding)
        if self.by == "weight":
            assert isinstance(layer, Conv | ConvTranspose)
            return _weight_gradient(layer)
        return _gathered(layer) if isinstance(layer, ConvTranspose) else _transposed(layer)


def reading_asked(backward: Backward, asked: str | None) -> str | None:
    """How it is read: where that is not asked for a pool's gradient, in one channel, is sent to its window.

    In three axes, or several channels, it is gathered, as all others are.
    """
    layer = backward.layer
    is_sent = isinstance(layer, MaxPool | AvgPool) and layer.in_channels in (None, 1) and len(layer.input_size) < 3
    return "scatter" if is_sent and asked is None else asked


def refuse_no_way(by: str, ways: Sequence[str] = WAYS) -> None:
    """Raise RequestError for a word that is none of those that name a backward pass, or both of them."""
    if by not in ways:
        fix = suggestion(str(by), ways, f"try {', '.join(ways[:-1])} or {ways[-1]}")
        raise RequestError("backward", by, "a gradient is by the input or by the weight", fix)


def rounded_off(layer: Conv | MaxPool | AvgPool) -> Sizes:
    """How many cells of the padded input lie behind the last window, on each axis; below zero what that hangs over."""
    return tuple(
        n + before + after - (axis.output_size - 1) * s - axis.footprint
        for n, s, (before, after), axis in zip(layer.input_size, layer.stride, layer.padding, layer.axes)
    )


def _gathered(layer: ConvTranspose) -> Conv:
    """The convolution that gathers what lies under each stamp."""
    # Past whole strides there are output cells for more windows than there are input cells.
    more = [extra - extra % s for extra, s in zip(layer.output_padding, layer.stride)]
    return _made_conv(
        input_size=output_size(layer),
        kernel_size=layer.kernel_size,
        stride=layer.stride,
        padding=_shortened(layer.padding, more),
        dilation=layer.dilation,
        channels=(layer.out_channels, layer.in_channels, layer.groups),
    )


def _transposed(layer: Conv | MaxPool | AvgPool) -> ConvTranspose:
    """The transposed convolution that leads back from each output cell to its window."""
    channels = channels_of(layer)
    made = object.__new__(ConvTranspose)
    set_fields(
        made,
        input_size=output_size(layer),
        kernel_size=layer.kernel_size,
        stride=layer.stride,
        padding=layer.padding,
        output_padding=rounded_off(layer),
        dilation=dilation_of(layer),
        in_channels=None if channels is None else channels.outputs,
        out_channels=None if channels is None else channels.inputs,
        groups=1 if channels is None else channels.groups,
        transpose_kernel=True,
    )
    return made


def _weight_gradient(layer: Conv | ConvTranspose) -> Conv:
    """The convolution of the larger map by the smaller one, every pair of channels by itself."""
    channels = channels_of(layer)
    more: Sequence[int]
    if isinstance(layer, Conv):
        read, kernel, more = layer.input_size, output_size(layer), rounded_off(layer)
        many = None if channels is None else (channels.inputs, channels.inputs * channels.made)
    else:
        read, kernel, more = output_size(layer), layer.input_size, layer.output_padding
        many = None if channels is None else (channels.outputs, channels.outputs * channels.read)
    return _made_conv(
        input_size=read,
        kernel_size=kernel,
        stride=layer.dilation,
        padding=_shortened(layer.padding, more),
        dilation=layer.stride,
        channels=(None, None, 1) if many is None else (*many, many[0]),
        padding_mode=getattr(layer, "padding_mode", "zeros"),
    )


def _shortened(sides: Sides, by: Sequence[int]) -> Sides:
    """Padding, less of it behind."""
    return tuple((before, after - less) for (before, after), less in zip(sides, by))


def _made_conv(
    *,
    input_size: Sizes,
    kernel_size: Sizes,
    stride: Sizes,
    padding: Sides,
    dilation: Sizes,
    channels: tuple[int | None, int | None, int],
    padding_mode: str = "zeros",
) -> Conv:
    """A convolution whose padding may be below zero, which no user can ask for."""
    made = object.__new__(Conv)
    inputs, outputs, groups = channels
    set_fields(made, input_size=input_size, kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation)
    set_fields(made, in_channels=inputs, out_channels=outputs, groups=groups, padding_mode=padding_mode)
    return made
