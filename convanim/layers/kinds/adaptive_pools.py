"""Adaptive pooling: a pool that is told its output's size, and global pooling, whose output is one cell."""

from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from convanim.layers.arguments import set_fields
from convanim.layers.axis import Axis
from convanim.layers.channels import split_channels
from convanim.layers.own_windows import SharedOut
from convanim.layers.sizes import SizeLike, Sizes, count_axes, per_axis

# None, alone or for an axis, is the input's own size.
OutputSizeLike: TypeAlias = "SizeLike | tuple[int | None, ...] | None"


@dataclass(frozen=True, init=False)
class _AdaptivePool:
    """What adaptive pools have in common: their windows."""

    input_size: Sizes
    output_size: Sizes
    in_channels: int | None

    def __init__(
        self,
        input_size: SizeLike,
        output_size: OutputSizeLike,
        in_channels: int | None = None,
        *,
        dims: int | None = None,
    ) -> None:
        bare, channels = split_channels(input_size, in_channels)
        axes = count_axes({"input_size": bare, "output_size": output_size}, dims)
        n = per_axis("input_size", bare, axes, 1)
        wanted: Any = n if output_size is None else output_size
        if isinstance(wanted, tuple | list) and len(wanted) == axes:
            wanted = tuple(size if out is None else out for out, size in zip(wanted, n))
        set_fields(self, input_size=n, output_size=per_axis("output_size", wanted, axes, 1), in_channels=channels)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Each axis of the layer."""
        shares = [SharedOut(*sizes) for sizes in zip(self.input_size, self.output_size)]
        return tuple(Axis(share.input_size, share.longest, share.output_size, own=share) for share in shares)


@dataclass(frozen=True, init=False)
class AdaptiveMaxPool(_AdaptivePool):
    """The maximum of each window (`nn.AdaptiveMaxPool1d`, `nn.AdaptiveMaxPool2d`, `nn.AdaptiveMaxPool3d`).

    Output cell `o` of an axis reads input cells ⌊o·in/out⌋ to ⌈(o + 1)·in/out⌉, the last not among them, so that
    windows may overlap and be of different sizes. An output of one cell is global pooling. None, alone or on an
    axis, is as large as the input. Raises RequestError for an output that is no positive whole number.
    """

    op: ClassVar[str] = "adaptive-max-pool"


@dataclass(frozen=True, init=False)
class AdaptiveAvgPool(_AdaptivePool):
    """The mean of each window (`nn.AdaptiveAvgPool1d`, `nn.AdaptiveAvgPool2d`, `nn.AdaptiveAvgPool3d`).

    Windows are those of `AdaptiveMaxPool`; each is divided by the number of its cells. Raises RequestError for an
    output that is no positive whole number.
    """

    op: ClassVar[str] = "adaptive-avg-pool"
