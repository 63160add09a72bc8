"""Fold, col2im: columns are put back where their windows lie, and add up where these overlap."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from convanim.errors import RequestError
from convanim.layers.arguments import layer_dims, refuse_padding_word, refuse_uneven_channels, set_fields
from convanim.layers.axis import Axis, covered, footprint
from convanim.layers.channels import split_channels
from convanim.layers.kinds.conv import conv_output_size
from convanim.layers.own_windows import Covering
from convanim.layers.sizes import AXIS_NAMES, PaddingLike, Sides, SizeLike, Sizes, per_axis, per_side, spelled


@dataclass(frozen=True, init=False)
class Fold:
    """Columns become windows again (`nn.Fold`): each output cell is the sum of what windows have for it.

    The input has a channel for each output channel and kernel cell, `c·k + i` for cell `i` of `k` in row-major order,
    and a position for each window that an output of `output_size` has, as `Unfold` makes them. `input_size` is the
    number of windows on each axis or, as `nn.Fold` has it, of all together. Source: `nn.Fold`. Raises RequestError
    where these are not the windows of the output, with how many there are.
    """

    input_size: Sizes
    output_size: Sizes
    kernel_size: Sizes
    dilation: Sizes
    padding: Sides
    stride: Sizes
    in_channels: int
    op: ClassVar[str] = "fold"

    def __init__(
        self,
        input_size: SizeLike,
        output_size: SizeLike,
        kernel_size: SizeLike,
        dilation: SizeLike = 1,
        padding: PaddingLike = 0,
        stride: SizeLike = 1,
        in_channels: int | None = None,
        *,
        dims: int | None = None,
    ) -> None:
        bare, channels = split_channels(input_size, in_channels)
        refuse_padding_word(padding, self.op)
        n = per_axis("input_size", bare, 1, 1)
        own = bare if len(n) > 1 else None  # one number may be that of all columns
        axes = layer_dims(own, kernel_size, stride, padding, dilation, dims, output_size=output_size)
        out = per_axis("output_size", output_size, axes, 1)
        k = per_axis("kernel_size", kernel_size, axes, 1)
        s = per_axis("stride", stride, axes, 1)
        d = per_axis("dilation", dilation, axes, 1)
        sides = per_side("padding", padding, axes)
        along = zip(out, k, s, sides, d)
        windows = tuple(conv_output_size(size, kernel, step, *pair, gap) for size, kernel, step, pair, gap in along)
        for size, kernel, gap, pair, count, name in zip(out, k, d, sides, windows, AXIS_NAMES[axes]):
            if count < 1:
                rule = f"its kernel spans {footprint(kernel, gap)} cells of the {name}, padded {size + sum(pair)}"
                raise RequestError("output_size", output_size, rule, "try a larger output, or more padding")
        cells = prod(k)
        refuse_uneven_channels(channels, cells, "kernel_size", k)
        if windows != (n * axes if len(n) == 1 else n) and n != (prod(windows),):
            _refuse_columns(input_size, out, windows, channels)
        set_fields(self, input_size=windows, output_size=out, kernel_size=k, dilation=d, padding=sides, stride=s)
        set_fields(self, in_channels=channels or cells)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Each axis of the layer: an output cell reads the windows that cover it."""
        sizes = zip(self.input_size, self.output_size, self.kernel_size, self.stride, self.padding, self.dilation)
        return tuple(covered(Covering(n, out, k, s, before, d)) for n, out, k, s, (before, _), d in sizes)

    @property
    def rows(self) -> int:
        """The rows of the matrix that `nn.Fold` takes."""
        return self.in_channels

    @property
    def columns(self) -> int:
        """The columns of the matrix that `nn.Fold` takes: one for each window."""
        return prod(self.input_size)


def _refuse_columns(given: SizeLike, out: Sizes, windows: Sizes, channels: int | None) -> None:
    """Raise RequestError for an input that has not as many columns as the output has windows."""
    count, before = prod(windows), "" if channels is None else f"{channels}@"
    of = f"{spelled(windows)} = {count}" if len(windows) > 1 and count > 1 else str(count)
    rule = f"output_size {spelled(out)} has {of} windows, and a column for each"
    fix = f"try an input of {before}{count} columns"
    raise RequestError("input_size", given, rule, fix)
