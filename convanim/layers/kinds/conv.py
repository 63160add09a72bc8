"""Convolution: its arguments, its output size, its axes."""

from dataclasses import dataclass
from typing import ClassVar

from convanim.errors import RequestError
from convanim.layers import padding as words
from convanim.layers.arguments import layer_dims, padding_word, refuse_large_kernels, set_fields
from convanim.layers.axis import Axis, PaddingMode, footprint
from convanim.layers.channels import all_channels, split_channels
from convanim.layers.sizes import PaddingLike, Sides, SizeLike, Sizes, per_axis, per_side


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
        refuse_large_kernels(self.axes, k)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Each axis of the layer in its gather reading."""
        mode = PaddingMode(self.padding_mode)
        return conv_axes(self.input_size, self.kernel_size, self.stride, self.padding, self.dilation, mode)


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


def conv_axes(
    n: Sizes, k: Sizes, s: Sizes, padding: Sides, d: Sizes, mode: PaddingMode = PaddingMode.ZEROS
) -> tuple[Axis, ...]:
    """The axes of windows that slide as a convolution's do."""
    return tuple(
        Axis(size, kernel, conv_output_size(size, kernel, step, *pair, gap), step, gap, *pair, mode=mode)
        for size, kernel, step, pair, gap in zip(n, k, s, padding, d)
    )


def conv_output_size(n: int, kernel: int, stride: int, before: int, after: int, dilation: int) -> int:
    """⌊(n + before + after − ke)/stride⌋ + 1; below 1 when the kernel does not fit."""
    return (n + before + after - footprint(kernel, dilation)) // stride + 1
