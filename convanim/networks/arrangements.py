"""A layer with what stands around it: a pad before it, a slice after it, its kernel turned around."""

from dataclasses import dataclass

from convanim.layers.axis import PaddingMode
from convanim.layers.layer import Layer, output_size
from convanim.layers.sizes import Sides, Sizes
from convanim.layers.windows import Windows


@dataclass(frozen=True)
class Arranged:
    """A layer with what stands around it: a pad before it, a slice after it, its kernel turned around or not.

    `layer` reads the padded input. `pads` has `pad_mode`'s cells; `first`, `size` and `step` say which of its output
    cells are kept, one number per axis.
    """

    layer: Layer
    pads: Sides
    first: Sizes
    size: Sizes
    step: Sizes
    pad_mode: PaddingMode = PaddingMode.ZEROS
    flips: bool = False

    @property
    def input_size(self) -> Sizes:
        """The size of the input, before the pad."""
        return tuple(n - before - after for n, (before, after) in zip(self.layer.input_size, self.pads))

    @property
    def is_bare(self) -> bool:
        """Whether the layer stands alone, but for its weights."""
        return not any(map(any, self.pads)) and self.is_whole

    @property
    def is_whole(self) -> bool:
        """Whether all of what the layer makes is kept."""
        return self.size == output_size(self.layer) and max(self.step) == 1 and not any(self.first)

    @property
    def windows(self) -> tuple[Windows, ...]:
        """Each axis."""
        axes = zip(self.layer.axes, self.size, self.pads, self.first, self.step)
        return tuple(
            Windows(axis, size, pad, self.pad_mode, first, step, self.flips) for axis, size, pad, first, step in axes
        )


def alone(layer: Layer) -> Arranged:
    """A layer with nothing around it."""
    dims = len(layer.input_size)
    return Arranged(layer, ((0, 0),) * dims, (0,) * dims, output_size(layer), (1,) * dims)
