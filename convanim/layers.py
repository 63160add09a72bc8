"""What was asked: the four layers, with PyTorch's argument names, normalised per axis and validated on construction.

Sizes may be given as one number for all axes, one per axis, or text (`"5x7"`); the attributes always hold one entry
per axis. Padding may also be one (before, after) pair per axis, or a word (`convanim.padding`).
"""

from dataclasses import dataclass
from math import prod
from operator import index
from typing import ClassVar, SupportsIndex, TypeAlias

from convanim import axes
from convanim import padding as words
from convanim.axes import Axis
from convanim.errors import RequestError
from convanim.sizes import AXIS_NAMES, LARGEST, PaddingLike, Sides, SizeLike, Sizes, count_axes, per_axis, per_side


@dataclass(frozen=True, init=False)
class Conv:
    """A convolution, that is a cross-correlation: the kernel is not flipped (`nn.Conv1d`, `nn.Conv2d`).

    Padding words: valid, same, same-lower, half, full, causal.
    Raises RequestError when a size is no positive whole number or the kernel does not fit the padded input.
    """

    input_size: Sizes
    kernel_size: Sizes
    stride: Sizes
    padding: Sides
    dilation: Sizes
    op: ClassVar[str] = "conv"

    def __init__(
        self,
        input_size: SizeLike,
        kernel_size: SizeLike,
        stride: SizeLike = 1,
        padding: PaddingLike = 0,
        dilation: SizeLike = 1,
        *,
        dims: int | None = None,
    ) -> None:
        dims = _dims(input_size, kernel_size, stride, padding, dilation, dims)
        n = per_axis("input_size", input_size, dims, 1)
        k = per_axis("kernel_size", kernel_size, dims, 1)
        s = per_axis("stride", stride, dims, 1)
        d = per_axis("dilation", dilation, dims, 1)
        word = _word(padding, tuple(words.CONV_WORDS), "conv")
        if word:
            sides = tuple(words.CONV_WORDS[word](*sizes) for sizes in zip(n, k, s, d))
        else:
            sides = per_side("padding", padding, dims)
        _set(self, input_size=n, kernel_size=k, stride=s, padding=sides, dilation=d)
        for axis, name in zip(self.axes, AXIS_NAMES[dims]):
            if axis.output_size < 1:
                _refuse_large_kernel(axis, name, k, d)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Each axis of the layer in its gather reading."""
        return tuple(
            Axis(n, k, axes.conv_output_size(n, k, s, before, after, d), s, d, before, after)
            for n, k, s, (before, after), d in zip(
                self.input_size, self.kernel_size, self.stride, self.padding, self.dilation
            )
        )


@dataclass(frozen=True, init=False)
class ConvTranspose:
    """A transposed convolution in its own arguments (`nn.ConvTranspose1d`, `nn.ConvTranspose2d`).

    Input cell `a` and kernel cell `b` meet in output cell `a*stride - before + b*dilation`. Padding *crops* the
    output. Padding words: valid, same (which sets output_padding too).
    Raises RequestError when output_padding reaches both stride and dilation, or everything is cropped away.
    """

    input_size: Sizes
    kernel_size: Sizes
    stride: Sizes
    padding: Sides
    output_padding: Sizes
    dilation: Sizes
    op: ClassVar[str] = "conv-transpose"

    def __init__(
        self,
        input_size: SizeLike,
        kernel_size: SizeLike,
        stride: SizeLike = 1,
        padding: PaddingLike = 0,
        output_padding: SizeLike | None = None,
        dilation: SizeLike = 1,
        *,
        dims: int | None = None,
    ) -> None:
        dims = _dims(input_size, kernel_size, stride, padding, dilation, dims, output_padding=output_padding)
        n = per_axis("input_size", input_size, dims, 1)
        k = per_axis("kernel_size", kernel_size, dims, 1)
        s = per_axis("stride", stride, dims, 1)
        d = per_axis("dilation", dilation, dims, 1)
        word = _word(padding, words.TRANSPOSED_WORDS, "conv-transpose")
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
        _set(self, input_size=n, kernel_size=k, stride=s, padding=sides, output_padding=extra, dilation=d)
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
            axes.transposed_axis(n, k, s, before, after, d, extra)
            for n, k, s, (before, after), extra, d in zip(
                self.input_size, self.kernel_size, self.stride, self.padding, self.output_padding, self.dilation
            )
        )


@dataclass(frozen=True, init=False)
class MaxPool:
    """The maximum of each window (`nn.MaxPool1d`, `nn.MaxPool2d`); padding is -inf.

    The stride defaults to the kernel. Padding words: valid, same, same-lower.
    Raises RequestError where PyTorch refuses: padding past half the kernel, an empty output.
    """

    input_size: Sizes
    kernel_size: Sizes
    stride: Sizes
    padding: Sides
    dilation: Sizes
    ceil_mode: bool
    op: ClassVar[str] = "max-pool"

    def __init__(
        self,
        input_size: SizeLike,
        kernel_size: SizeLike,
        stride: SizeLike | None = None,
        padding: PaddingLike = 0,
        dilation: SizeLike = 1,
        ceil_mode: bool = False,
        *,
        dims: int | None = None,
    ) -> None:
        dims = _dims(input_size, kernel_size, stride, padding, dilation, dims)
        n = per_axis("input_size", input_size, dims, 1)
        k = per_axis("kernel_size", kernel_size, dims, 1)
        s = k if stride is None else per_axis("stride", stride, dims, 1)
        d = per_axis("dilation", dilation, dims, 1)
        sides, _ = _pool_padding(padding, self.op, n, k, s, d)
        ceil = _flag("ceil_mode", ceil_mode)
        _set(self, input_size=n, kernel_size=k, stride=s, padding=sides, dilation=d, ceil_mode=ceil)
        _refuse_empty_pool(self.axes, k, d)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Each axis of the layer."""
        return _pool_axes(self.input_size, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)


@dataclass(frozen=True, init=False)
class AvgPool:
    """The mean of each window (`nn.AvgPool1d`, `nn.AvgPool2d`).

    The stride defaults to the kernel. Padding words: valid, same, same-lower; with the latter two padded cells are
    never counted, so that `count_include_pad` is False. `divisor_override` is for two dimensions, as in PyTorch.
    Raises RequestError where PyTorch refuses: padding past half the kernel, an empty output, a divisor of zero.
    """

    input_size: Sizes
    kernel_size: Sizes
    stride: Sizes
    padding: Sides
    ceil_mode: bool
    count_include_pad: bool
    divisor_override: int | None
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
        *,
        dims: int | None = None,
    ) -> None:
        dims = _dims(input_size, kernel_size, stride, padding, None, dims)
        n = per_axis("input_size", input_size, dims, 1)
        k = per_axis("kernel_size", kernel_size, dims, 1)
        s = k if stride is None else per_axis("stride", stride, dims, 1)
        sides, word = _pool_padding(padding, self.op, n, k, s, (1,) * dims)
        counted = word not in ("same", "same-lower")
        if count_include_pad is not None:
            if _flag("count_include_pad", count_include_pad) and not counted:
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
        _set(
            self,
            input_size=n,
            kernel_size=k,
            stride=s,
            padding=sides,
            ceil_mode=_flag("ceil_mode", ceil_mode),
            count_include_pad=counted,
            divisor_override=divisor_override,
        )
        _refuse_empty_pool(self.axes, k, (1,) * dims)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Each axis of the layer."""
        ones = (1,) * len(self.input_size)
        return _pool_axes(self.input_size, self.kernel_size, self.stride, self.padding, ones, self.ceil_mode)


Layer: TypeAlias = Conv | ConvTranspose | MaxPool | AvgPool
Weighted: TypeAlias = Conv | ConvTranspose


def output_size(layer: Layer) -> Sizes:
    """The output's size, one number per axis."""
    return tuple(axis.output_size for axis in layer.axes)


def cell_count(layer: Layer) -> int:
    """Cells in all maps of the layer's picture: the padded (and zero-stuffed) input and the output."""
    return prod(axis.last + 1 - axis.first for axis in layer.axes) + prod(output_size(layer))


def dilation_of(layer: Layer) -> Sizes:
    """The layer's dilation; a mean has none, which is 1."""
    return (1,) * len(layer.input_size) if isinstance(layer, AvgPool) else layer.dilation


def _set(layer: object, **fields: object) -> None:
    for name, value in fields.items():
        object.__setattr__(layer, name, value)


def _dims(
    input_size: object,
    kernel_size: object,
    stride: object,
    padding: object,
    dilation: object,
    dims: int | None,
    output_padding: object = None,
) -> int:
    sizes = {
        "input_size": input_size,
        "kernel_size": kernel_size,
        "stride": stride,
        "padding": None if _is_word(padding) else padding,
        "dilation": dilation,
        "output_padding": output_padding,
    }
    return count_axes(sizes, dims)


def _is_word(padding: object) -> bool:
    return isinstance(padding, str) and not any(c.isdigit() for c in padding)


def _word(padding: object, allowed: tuple[str, ...], op: str) -> str:
    """The padding word, or "" for numbers; raises RequestError for a word that `op` does not have."""
    if not isinstance(padding, str) or not _is_word(padding):
        return ""
    word = padding.strip().lower().replace("_", "-")
    if word not in allowed:
        every = {*words.CONV_WORDS, *words.POOL_WORDS, *words.TRANSPOSED_WORDS}
        rule = f"{op} has no such padding" if word in every else "not a padding word"
        raise RequestError("padding", padding, rule, f"try a number, or one of {', '.join(allowed)}")
    return word


def _flag(field: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise RequestError(field, value, "not true or false", "try true or false")
    return value


def _pool_padding(padding: PaddingLike, op: str, n: Sizes, k: Sizes, s: Sizes, d: Sizes) -> tuple[Sides, str]:
    word = _word(padding, tuple(words.POOL_WORDS), op)
    if word:
        return tuple(words.POOL_WORDS[word](*sizes) for sizes in zip(n, k, s, d)), word
    sides = per_side("padding", padding, len(n))
    for pair, kernel in zip(sides, k):
        if max(pair) > kernel // 2:
            raise RequestError(
                "padding",
                padding,
                f"a pool's padding is at most half its kernel ({kernel}//2 = {kernel // 2})",
                f"try {kernel // 2}" if kernel < 2 else f"try {kernel // 2} or less, or a larger kernel",
            )
    return sides, word


def _pool_axes(n: Sizes, k: Sizes, s: Sizes, padding: Sides, d: Sizes, ceil_mode: bool) -> tuple[Axis, ...]:
    return tuple(
        Axis(
            n_,
            k_,
            axes.pool_output_size(n_, k_, s_, before, after, d_, ceil_mode)[0],
            s_,
            d_,
            before,
            after,
        )
        for n_, k_, s_, (before, after), d_ in zip(n, k, s, padding, d)
    )


def _refuse_empty_pool(all_axes: tuple[Axis, ...], kernel_size: Sizes, dilation: Sizes) -> None:
    for axis, name in zip(all_axes, AXIS_NAMES[len(all_axes)]):
        if axis.output_size < 1:
            _refuse_large_kernel(axis, name, kernel_size, dilation)


def _refuse_large_kernel(axis: Axis, name: str, kernel_size: Sizes, dilation: Sizes) -> None:
    padded = axis.input_size + axis.before + axis.after
    spans = f"spans {axis.footprint} cells" + (f" (dilation {axis.dilation})" if axis.dilation > 1 else "")
    largest = (padded - 1) // axis.dilation + 1
    raise RequestError(
        "kernel_size",
        kernel_size,
        f"{spans} of the {name}, more than the padded input's {padded}",
        f"try a kernel of at most {largest}, or more padding",
    )
