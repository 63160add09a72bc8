"""Transposed convolution: its arguments, its output size, its axes."""

from dataclasses import dataclass
from typing import ClassVar

from convanim.errors import RequestError
from convanim.layers import padding as words
from convanim.layers.arguments import flag, layer_dims, padding_word, set_fields
from convanim.layers.axis import Axis, footprint
from convanim.layers.channels import all_channels, split_channels
from convanim.layers.sizes import AXIS_NAMES, PaddingLike, Sides, SizeLike, Sizes, per_axis, per_side


@dataclass(frozen=True, init=False)
class ConvTranspose:
    """A transposed convolution in its own arguments (`nn.ConvTranspose1d`, `nn.ConvTranspose2d`).

    Input cell `a` and kernel cell `b` meet in output cell `a*stride - before + b*dilation`. Padding *crops* the
    output. Padding words: valid, same (which sets output_padding too). With `transpose_kernel` false the kernel is
    flipped before it is stamped, as `jax.lax.conv_transpose` does by default.
    With `output_size` its output_padding is worked out.
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
        output_size: SizeLike | None = None,
        dims: int | None = None,
    ) -> None:
        input_size, in_channels = split_channels(input_size, in_channels)
        inputs, outputs, groups = all_channels(in_channels, out_channels, groups)
        dims = layer_dims(input_size, kernel_size, stride, padding, dilation, dims, output_padding, output_size)
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
        if output_size is not None:
            wanted = per_axis("output_size", output_size, dims, 1)
            is_fixed = word == "same" or output_padding is not None
            more = _output_padding(wanted, n, k, s, sides, d, extra, is_fixed)
            extra = extra if is_fixed else more
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
            transposed_axis(n, k, s, before, after, d, extra, self.transpose_kernel)
            for n, k, s, (before, after), extra, d in zip(
                self.input_size, self.kernel_size, self.stride, self.padding, self.output_padding, self.dilation
            )
        )


def _output_padding(
    wanted: Sizes, n: Sizes, k: Sizes, s: Sizes, sides: Sides, d: Sizes, extra: Sizes, is_fixed: bool
) -> Sizes:
    """The output_padding that comes to an output of some size; raises RequestError where none does."""
    found: list[int] = []
    for size, (cells, kernel, stride), dilation, (before, after), given in zip(wanted, zip(n, k, s), d, sides, extra):
        least = transposed_output_size(cells, kernel, stride, before, after, dilation, given if is_fixed else 0)
        most = least if is_fixed else least + max(stride, dilation) - 1
        if not least <= size <= most:
            able = f"{least} to {most}" if most > least else f"{least} alone"
            rule = f"the other arguments give {able} on an axis of {cells} cells"
            raise RequestError("output_size", wanted, rule, "try that, or another padding")
        found.append(size - least)
    return tuple(found)


def transposed_output_size(
    n: int, kernel: int, stride: int, before: int, after: int, dilation: int, output_padding: int
) -> int:
    """(n − 1)·stride − before − after + ke + output_padding; below 1 when everything is cropped."""
    return (n - 1) * stride - before - after + footprint(kernel, dilation) + output_padding


def transposed_axis(
    n: int, kernel: int, stride: int, before: int, after: int, dilation: int, output_padding: int, flipped: bool
) -> Axis:
    """A transposed convolution seen as a convolution: stride − 1 zeros between the cells, the kernel flipped or not."""
    full = footprint(kernel, dilation) - 1
    return Axis(
        input_size=n,
        kernel_size=kernel,
        output_size=transposed_output_size(n, kernel, stride, before, after, dilation, output_padding),
        dilation=dilation,
        before=full - before,
        after=full - after + output_padding,
        spread=stride,
        flipped=flipped,
    )
