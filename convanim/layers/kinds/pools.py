"""Max and average pooling, with PyTorch's argument names, validated on construction as all layers are."""

from dataclasses import dataclass
from operator import index
from typing import ClassVar, SupportsIndex

from convanim.errors import RequestError
from convanim.layers import padding as words
from convanim.layers.arguments import flag, layer_dims, padding_word, refuse_large_kernels, set_fields
from convanim.layers.axis import Axis, footprint
from convanim.layers.channels import split_channels
from convanim.layers.sizes import LARGEST, PaddingLike, Sides, SizeLike, Sizes, per_axis, per_side


@dataclass(frozen=True, init=False)
class MaxPool:
    """The maximum of each window (`nn.MaxPool1d`, `nn.MaxPool2d`); padding is -inf.

    The stride defaults to the kernel; each channel is pooled by itself. Padding words: valid, same, same-lower.
    Padding in numbers is less than the kernel; `half_at_most` asks for PyTorch's limit, half of it.
    Raises RequestError for more padding, and for an empty output.
    """

    input_size: Sizes
    kernel_size: Sizes
    stride: Sizes
    padding: Sides
    dilation: Sizes
    ceil_mode: bool
    in_channels: int | None
    op: ClassVar[str] = "max-pool"

    def __init__(
        self,
        input_size: SizeLike,
        kernel_size: SizeLike,
        stride: SizeLike | None = None,
        padding: PaddingLike = 0,
        dilation: SizeLike = 1,
        ceil_mode: bool = False,
        in_channels: int | None = None,
        *,
        dims: int | None = None,
        half_at_most: bool = False,
    ) -> None:
        input_size, channels = split_channels(input_size, in_channels)
        dims = layer_dims(input_size, kernel_size, stride, padding, dilation, dims)
        n = per_axis("input_size", input_size, dims, 1)
        k = per_axis("kernel_size", kernel_size, dims, 1)
        s = k if stride is None else per_axis("stride", stride, dims, 1)
        d = per_axis("dilation", dilation, dims, 1)
        sides, _ = _pool_padding(padding, self.op, n, k, s, d, half_at_most)
        ceil = flag("ceil_mode", ceil_mode)
        set_fields(self, input_size=n, kernel_size=k, stride=s, padding=sides, dilation=d, ceil_mode=ceil)
        set_fields(self, in_channels=channels)
        refuse_large_kernels(self.axes, k)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Each axis of the layer."""
        return _pool_axes(self.input_size, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)


@dataclass(frozen=True, init=False)
class AvgPool:
    """The mean of each window (`nn.AvgPool1d`, `nn.AvgPool2d`).

    The stride defaults to the kernel. Padding words: valid, same, same-lower; with the latter two padded cells are
    never counted, so that `count_include_pad` is False. `divisor_override` is for two dimensions, as in PyTorch.
    Padding in numbers is less than the kernel, so that there is a real cell in every window; `half_at_most` asks for
    PyTorch's limit, half of it. Raises RequestError for more padding, an empty output, a divisor of zero.
    """

    input_size: Sizes
    kernel_size: Sizes
    stride: Sizes
    padding: Sides
    ceil_mode: bool
    count_include_pad: bool
    divisor_override: int | None
    in_channels: int | None
    op: ClassVar[str] = "avg-pool"

    def __init__(
        self,
        input_size: SizeLike,
        kernel_size: SizeLike,
        stride: SizeLike | None = None,
        padding: PaddingLike = 0,
        ceil_mode: bool = False,
        count_include_pad: bool | None = None,
        divisor_override: int | None = None,
        in_channels: int | None = None,
        *,
        dims: int | None = None,
        half_at_most: bool = False,
    ) -> None:
        input_size, channels = split_channels(input_size, in_channels)
        dims = layer_dims(input_size, kernel_size, stride, padding, None, dims)
        n = per_axis("input_size", input_size, dims, 1)
        k = per_axis("kernel_size", kernel_size, dims, 1)
        s = k if stride is None else per_axis("stride", stride, dims, 1)
        sides, word = _pool_padding(padding, self.op, n, k, s, (1,) * dims, half_at_most)
        counted = word not in ("same", "same-lower")
        if count_include_pad is not None:
            if flag("count_include_pad", count_include_pad) and not counted:
                raise RequestError(
                    "count_include_pad",
                    count_include_pad,
                    f"padding {word} never counts padded cells",
                    "leave it out, or give the padding in numbers",
                )
            counted = count_include_pad
        if divisor_override is not None:
            if dims == 1:
                raise RequestError(
                    "divisor_override", divisor_override, "a pool of one dimension has none", "leave it out"
                )
            if not isinstance(divisor_override, SupportsIndex) or isinstance(divisor_override, bool):
                raise RequestError("divisor_override", divisor_override, "not a whole number", "try 1")
            divisor_override = index(divisor_override)
            if divisor_override == 0 or abs(divisor_override) >= LARGEST:
                rule = "nothing is divided by 0" if divisor_override == 0 else "has more than 18 digits"
                raise RequestError("divisor_override", divisor_override, rule, "try 1")
        set_fields(
            self,
            input_size=n,
            kernel_size=k,
            stride=s,
            padding=sides,
            ceil_mode=flag("ceil_mode", ceil_mode),
            count_include_pad=counted,
            divisor_override=divisor_override,
            in_channels=channels,
        )
        refuse_large_kernels(self.axes, k)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Each axis of the layer."""
        ones = (1,) * len(self.input_size)
        return _pool_axes(self.input_size, self.kernel_size, self.stride, self.padding, ones, self.ceil_mode)


def _pool_padding(
    padding: PaddingLike, op: str, n: Sizes, k: Sizes, s: Sizes, d: Sizes, half_at_most: bool
) -> tuple[Sides, str]:
    word = padding_word(padding, tuple(words.POOL_WORDS), op)
    if word:
        return tuple(words.POOL_WORDS[word](*sizes) for sizes in zip(n, k, s, d)), word
    sides = per_side("padding", padding, len(n))
    for pair, kernel in zip(sides, k):
        most = kernel // 2 if half_at_most else kernel - 1
        if max(pair) > most:
            half = f"PyTorch pads a pool by at most half its kernel ({kernel}//2 = {most})"
            rule = half if half_at_most else f"a pool's padding is less than its kernel ({kernel})"
            fix = f"try {most}" if kernel < 2 else f"try {most} or less, or a larger kernel"
            raise RequestError("padding", padding, rule, fix)
    return sides, word


def _pool_axes(n: Sizes, k: Sizes, s: Sizes, padding: Sides, d: Sizes, ceil_mode: bool) -> tuple[Axis, ...]:
    return tuple(
        Axis(
            n_,
            k_,
            pool_output_size(n_, k_, s_, before, after, d_, ceil_mode)[0],
            s_,
            d_,
            before,
            after,
        )
        for n_, k_, s_, (before, after), d_ in zip(n, k, s, padding, d)
    )


def pool_output_size(
    n: int, kernel: int, stride: int, before: int, after: int, dilation: int, ceil_mode: bool
) -> tuple[int, bool]:
    """The output size of a pool, and whether ceil_mode's last window was dropped for starting past the input."""
    room = n + before + after - footprint(kernel, dilation) + (stride - 1 if ceil_mode else 0)
    size = room // stride + 1
    dropped = ceil_mode and (size - 1) * stride >= n + before
    return size - dropped, dropped
