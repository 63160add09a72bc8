"""Layers that put cells elsewhere, between channels and positions: shuffles, unfold, and fold, which adds up.

Each output cell is one input cell, of a fold the sum of some. Which ones depends on channel and position together: of a
pixel shuffle the output's position chooses the input's channel, of a fold each window over it one; of the others the
output's channel chooses a cell of the window.
"""

from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TYPE_CHECKING, ClassVar, NamedTuple, TypeAlias

from convanim.errors import RequestError
from convanim.layers.arguments import (
    layer_dims,
    refuse_large_kernels,
    refuse_padding_word,
    refuse_uneven_channels,
    set_fields,
)
from convanim.layers.axis import Axis
from convanim.layers.channels import Channels, split_channels
from convanim.layers.kinds.conv import conv_axes
from convanim.layers.kinds.fold import Fold
from convanim.layers.own_windows import Covering, Spread
from convanim.layers.sizes import (
    AXIS_NAMES,
    Cell,
    PaddingLike,
    Sides,
    SizeLike,
    Sizes,
    count_axes,
    per_axis,
    per_side,
)
from convanim.layers.step_order import ravel, unravel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, init=False)
class PixelShuffle:
    """Channels become positions (`nn.PixelShuffle`): `out[c, y·r + i, x·r + j] = in[c·r·r + i·r + j, y, x]`.

    The input has as many channels as `upscale_factor` has cells, or a multiple of it; left out, as many. Source:
    `nn.PixelShuffle`. Raises RequestError for another number of channels.
    """

    input_size: Sizes
    upscale_factor: Sizes
    in_channels: int
    op: ClassVar[str] = "pixel-shuffle"

    def __init__(
        self,
        input_size: SizeLike,
        upscale_factor: SizeLike,
        in_channels: int | None = None,
        *,
        dims: int | None = None,
    ) -> None:
        n, factor, channels = _scaled(input_size, "upscale_factor", upscale_factor, in_channels, dims)
        cells = prod(factor)
        refuse_uneven_channels(channels, cells, "upscale_factor", factor)
        set_fields(self, input_size=n, upscale_factor=factor, in_channels=channels or cells)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Each axis of the layer: an input cell is read by as many output cells as the factor has."""
        spreads = [Spread(*sizes) for sizes in zip(self.input_size, self.upscale_factor)]
        return tuple(Axis(s.input_size, 1, s.input_size * s.factor, own=s) for s in spreads)


@dataclass(frozen=True, init=False)
class PixelUnshuffle:
    """Positions become channels (`nn.PixelUnshuffle`): `out[c·r·r + i·r + j, y, x] = in[c, y·r + i, x·r + j]`.

    Source: `nn.PixelUnshuffle`. Raises RequestError for an input that `downscale_factor` does not divide.
    """

    input_size: Sizes
    downscale_factor: Sizes
    in_channels: int
    op: ClassVar[str] = "pixel-unshuffle"

    def __init__(
        self,
        input_size: SizeLike,
        downscale_factor: SizeLike,
        in_channels: int | None = None,
        *,
        dims: int | None = None,
    ) -> None:
        n, factor, channels = _scaled(input_size, "downscale_factor", downscale_factor, in_channels, dims)
        for size, r, name in zip(n, factor, AXIS_NAMES[len(n)]):
            if size % r:
                rule = f"it does not divide the {name} {size}"
                raise RequestError("downscale_factor", downscale_factor, rule, f"try an input of {(size // r + 1) * r}")
        set_fields(self, input_size=n, downscale_factor=factor, in_channels=channels or 1)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Each axis of the layer: windows lie side by side."""
        return tuple(Axis(n, r, n // r, r) for n, r in zip(self.input_size, self.downscale_factor))


@dataclass(frozen=True, init=False)
class Unfold:
    """Windows become columns, im2col (`nn.Unfold`): a row for each channel and kernel cell, a column for each window.

    Here the rows are the output's channels, `c·k + i` for cell `i` of `k` kernel cells in row-major order, and the
    columns its positions, in row-major order, so that a position is a window's place. Source: `nn.Unfold`. Raises
    RequestError where no window fits.
    """

    input_size: Sizes
    kernel_size: Sizes
    dilation: Sizes
    padding: Sides
    stride: Sizes
    in_channels: int
    op: ClassVar[str] = "unfold"

    def __init__(
        self,
        input_size: SizeLike,
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
        axes = layer_dims(bare, kernel_size, stride, padding, dilation, dims)
        n = per_axis("input_size", bare, axes, 1)
        k = per_axis("kernel_size", kernel_size, axes, 1)
        s = per_axis("stride", stride, axes, 1)
        d = per_axis("dilation", dilation, axes, 1)
        sides = per_side("padding", padding, axes)
        set_fields(self, input_size=n, kernel_size=k, dilation=d, padding=sides, stride=s, in_channels=channels or 1)
        refuse_large_kernels(self.axes, k)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Each axis of the layer; windows are a convolution's."""
        return conv_axes(self.input_size, self.kernel_size, self.stride, self.padding, self.dilation)

    @property
    def rows(self) -> int:
        """The rows of the matrix that `nn.Unfold` makes."""
        return self.in_channels * prod(self.kernel_size)

    @property
    def columns(self) -> int:
        """The columns of the matrix that `nn.Unfold` makes: one for each window."""
        return prod(axis.output_size for axis in self.axes)


Rearranged: TypeAlias = PixelShuffle | PixelUnshuffle | Unfold | Fold


def rearranged_channels(layer: Rearranged) -> Channels:
    """Its channels: each group is one channel on the one side, and a channel for each cell of a window on the other."""
    cells = prod(window_of(layer))
    if isinstance(layer, PixelShuffle | Fold):
        return Channels(layer.in_channels, layer.in_channels // cells, layer.in_channels // cells)
    return Channels(layer.in_channels, layer.in_channels * cells, layer.in_channels)


class Picked(NamedTuple):
    """What an output cell is of: the input channel, the kernel cell that chose it, and the cell of the window."""

    source: int
    kernel: Cell
    at: Cell


def picks(layer: Rearranged, output: Cell) -> list[Picked]:
    """What an output cell `[c, y, x]` is of, in the kernel's row-major order: one, of a fold one a window over it."""
    if not isinstance(layer, Fold):
        return [picked(layer, output)]
    channel, *place = output
    cells = prod(layer.kernel_size)
    along = [list(enumerate(kernels_over(axis, o))) for axis, o in zip(layer.axes, place)]
    found = []
    for pairs in product(
        *(axis[::-1] for axis in along)
    ):  # the first window over a cell has its last kernel cell there
        kernel = tuple(k for _, k in pairs)
        found.append(
            Picked(channel * cells + ravel(kernel, layer.kernel_size), kernel, tuple(window for window, _ in pairs))
        )
    return found


def kernels_over(axis: Axis, output: int) -> list[int]:
    """For each window of a fold over an output cell, in order, which of its kernel cells lies there."""
    return _covering(axis).kernels(output)


def picked(layer: PixelShuffle | PixelUnshuffle | Unfold, output: Cell) -> Picked:
    """What an output cell `[c, y, x]` is, of a layer that adds nothing up."""
    channel, *place = output
    window = window_of(layer)
    if isinstance(layer, PixelShuffle):
        phase = ravel(tuple(o % r for o, r in zip(place, window)), window)
        return Picked(channel * prod(window) + phase, (0,) * len(place), (0,) * len(place))
    source, cell = divmod(channel, prod(window))
    kernel = unravel(cell, window)
    return Picked(source, kernel, kernel)


def channel_phase(layer: Rearranged, output: int, source: int) -> int:
    """Of a cell's channels in output and input the number, within its group, of the one that is of a kernel cell."""
    return (source if isinstance(layer, PixelShuffle | Fold) else output) % prod(window_of(layer))


def columns_read(layer: Fold) -> "NDArray[np.bool_]":
    """Which cells of each kernel cell's channel are put into the output (cells, *input_size); others are cropped."""
    import numpy as np

    along = []
    for axis in layer.axes:
        read = np.zeros((axis.input_size, _covering(axis).kernel_size), dtype=bool)
        for output in range(axis.output_size):
            for window, kernel in enumerate(kernels_over(axis, output)):
                read[axis.position(output, window), kernel] = True
        along.append(read)
    kernels = np.indices(layer.kernel_size).reshape(len(along), -1)
    found = np.ones((prod(layer.kernel_size),), dtype=bool)
    for read, cells in zip(along, kernels):
        found = found[..., None] & read[:, cells].T.reshape(len(cells), *(1,) * (found.ndim - 1), -1)
    return found


def columns_placed(layer: Fold) -> int:
    """How many cells of the input are put into the output, of all its channels."""
    import numpy as np

    along = (int(_covering(axis).size(np.arange(axis.output_size)).sum()) for axis in layer.axes)
    return layer.in_channels // prod(layer.kernel_size) * prod(along)


def _covering(axis: Axis) -> Covering:
    assert isinstance(axis.own, Covering)
    return axis.own


def phases(layer: PixelShuffle | PixelUnshuffle) -> "NDArray[np.int64]":
    """For every cell of a channel on the side of positions, in row-major order, which channel of its group it is in."""
    import numpy as np  # takes as long to import as the rest of a command's help

    window = window_of(layer)
    size = [axis.output_size for axis in layer.axes] if isinstance(layer, PixelShuffle) else layer.input_size
    places = [index % r for index, r in zip(np.indices(size), window)]
    found: NDArray[np.int64] = np.ravel_multi_index(tuple(places), window)
    return found.ravel()


def channel_steps(layer: PixelShuffle, axis: int) -> list[int]:
    """For every output index of an axis how many channels behind the group's first it has its input channel.

    That is the sum of what all axes say.
    """
    factor = layer.upscale_factor
    step = prod(factor[axis + 1 :])
    return [o % factor[axis] * step for o in range(layer.input_size[axis] * factor[axis])]


def window_of(layer: Rearranged) -> Sizes:
    """The cells, one number per axis, that are positions on the one side and channels on the other."""
    if isinstance(layer, PixelShuffle):
        return layer.upscale_factor
    return layer.downscale_factor if isinstance(layer, PixelUnshuffle) else layer.kernel_size


def _scaled(
    input_size: SizeLike, name: str, factor: SizeLike, in_channels: int | None, dims: int | None
) -> tuple[Sizes, Sizes, int | None]:
    bare, channels = split_channels(input_size, in_channels)
    axes = count_axes({"input_size": bare, name: factor}, dims)
    return per_axis("input_size", bare, axes, 1), per_axis(name, factor, axes, 1), channels
