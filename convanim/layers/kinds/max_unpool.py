"""Max unpooling: what a max pool made goes back to where its maxima were; all other cells are 0."""

from dataclasses import dataclass
from typing import ClassVar

from convanim.errors import RequestError
from convanim.layers.arguments import layer_dims, refuse_padding_word, set_fields
from convanim.layers.axis import Axis, covered
from convanim.layers.channels import split_channels
from convanim.layers.own_windows import Covering
from convanim.layers.sizes import AXIS_NAMES, PaddingLike, Sides, SizeLike, Sizes, per_axis, per_side, spelled


@dataclass(frozen=True, init=False)
class MaxUnpool:
    """The inverse of a max pool, as far as there is one (`nn.MaxUnpool1d`, `nn.MaxUnpool2d`, `nn.MaxUnpool3d`).

    `kernel_size`, `stride` (the kernel's size by itself) and `padding` are the pool's. The output is
    `(in − 1)·stride − 2·padding + kernel_size` large, or `output_size`, which differs by less than the stride, since
    inputs of several sizes are pooled to the same one. Each output cell reads the input cells whose windows it was in:
    of these it is the one whose maximum it was, else 0. Source: `nn.MaxUnpool2d`, and `_unpool_output_size` of
    `torch/nn/functional.py`. Raises RequestError for an output that no such pool read.
    """

    input_size: Sizes
    kernel_size: Sizes
    stride: Sizes
    padding: Sides
    output_size: Sizes
    in_channels: int | None
    op: ClassVar[str] = "max-unpool"

    def __init__(
        self,
        input_size: SizeLike,
        kernel_size: SizeLike,
        stride: SizeLike | None = None,
        padding: PaddingLike = 0,
        output_size: SizeLike | None = None,
        in_channels: int | None = None,
        *,
        dims: int | None = None,
    ) -> None:
        bare, channels = split_channels(input_size, in_channels)
        refuse_padding_word(padding, self.op)
        axes = layer_dims(bare, kernel_size, stride, padding, None, dims, output_size=output_size)
        n = per_axis("input_size", bare, axes, 1)
        k = per_axis("kernel_size", kernel_size, axes, 1)
        s = k if stride is None else per_axis("stride", stride, axes, 1)
        sides = per_side("padding", padding, axes)
        usual = default_size(n, k, s, sides)
        out = usual if output_size is None else per_axis("output_size", output_size, axes, 1)
        for size, most, step, name in zip(out, usual, s, AXIS_NAMES[axes]):
            if size < 1:
                rule = f"it leaves no cell of the {name}, {most}"
                raise RequestError("padding", padding, rule, "try less padding")
            if abs(size - most) >= step:
                least = max(1, most - step + 1)
                ends = f"{least} to {most + step - 1}" if step > 1 else str(most)
                rule = f"pools of this kernel and stride read a {name} of {ends} for it"
                raise RequestError("output_size", output_size, rule, f"try {spelled(usual)}, or leave it out")
        set_fields(self, input_size=n, kernel_size=k, stride=s, padding=sides, output_size=out, in_channels=channels)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Each axis of the layer: an output cell reads the input cells whose windows it was in."""
        sizes = zip(self.input_size, self.output_size, self.kernel_size, self.stride, self.padding)
        return tuple(covered(Covering(n, out, k, s, before)) for n, out, k, s, (before, _) in sizes)


def default_size(n: Sizes, kernel_size: Sizes, stride: Sizes, padding: Sides) -> Sizes:
    """The size of an output for which none is given."""
    along = zip(n, kernel_size, stride, padding)
    return tuple((size - 1) * s - sum(sides) + k for size, k, s, sides in along)
