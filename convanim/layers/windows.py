"""What the windows of one axis read, of a layer that may stand between a pad and a slice."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from convanim.layers.axis import Axis, PaddingMode
from convanim.layers.axis_cells import cells_at, met_by, starts_of, weights_of

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Windows:
    """One axis of a layer that reads a padded map and of whose output every `step`-th cell is kept.

    `pad` are the cells that are put around the input before the layer sees it, and `pad_mode` what they hold;
    `first`, `size` and `step` say which output cells of the layer are kept. `flips` turns the kernel around.
    """

    axis: Axis  # of the layer alone, over the padded map
    size: int
    pad: tuple[int, int] = (0, 0)
    pad_mode: PaddingMode = PaddingMode.ZEROS
    first: int = 0
    step: int = 1
    flips: bool = False

    @property
    def input_size(self) -> int:
        """The cells of the input, before the pad."""
        return self.axis.input_size - sum(self.pad)

    @property
    def kernel_size(self) -> int:
        """The cells of the kernel."""
        return self.axis.kernel_size

    @property
    def kept(self) -> slice:
        """The output cells of the layer that are kept."""
        return slice(self.first, self.first + (self.size - 1) * self.step + 1, self.step)

    def met(self, kernel: int) -> Ints:
        """For every kept output cell the input cell that a kernel cell meets, -1 where there is none."""
        cells = met_by(self.axis, self.kernel_size - 1 - kernel if self.flips else kernel)[self.kept]
        if self.pad == (0, 0):
            return cells
        inner = replace(self.axis, input_size=self.input_size, before=0, after=0, mode=self.pad_mode, spread=1)
        return np.where(cells < 0, -1, cells_at(inner, cells - self.pad[0]))

    def weights(self, kernel: int) -> NDArray[np.float64]:
        """For every kept output cell how much it is of what a kernel cell meets, by the windows' own weights."""
        return self._weights[:, kernel] if kernel < self.kernel_size else np.zeros(len(self._weights))

    @cached_property
    def _weights(self) -> NDArray[np.float64]:
        return weights_of(self.axis)[self.kept]

    @cached_property
    def starts(self) -> Ints:
        """Where each window starts, counted from the first input cell; of use where nothing is spread."""
        return starts_of(self.axis)[self.kept] - self.pad[0]

    @cached_property
    def _sizes(self) -> Ints:
        """How many kernel cells each window has."""
        axis = self.axis
        outputs = np.arange(axis.output_size)[self.kept]
        return np.full_like(outputs, axis.kernel_size) if axis.own is None else axis.own.size(outputs)

    @cached_property
    def runs(self) -> tuple[Ints, Ints, Ints]:
        """The first real cell of each window, how many it holds, and how far apart they are (0 where they are not two).

        Windows that read the same cells have the same three numbers; without any, the first is -1.
        """
        d = self.axis.dilation
        begin = np.maximum(0, -(self.starts // d))
        end = np.minimum(self._sizes - 1, (self.input_size - 1 - self.starts) // d)
        count = np.maximum(0, end - begin + 1)
        return np.where(count > 0, self.starts + begin * d, -1), count, np.where(count > 1, d, 0)

    def holds(self, cells: Ints) -> NDArray[np.bool_]:
        """Whether each window reads the cell of its own number in `cells`; none does where that is -1."""
        j, between = np.divmod(cells - self.starts, self.axis.dilation)
        return np.asarray((cells >= 0) & (between == 0) & (j >= 0) & (j < self._sizes))

    def divisors(self, count_include_pad: bool) -> Ints:
        """By how many cells of this axis the mean of each window is divided."""
        axis = self.axis
        start = starts_of(axis)[self.kept]
        end = start + self._sizes
        if count_include_pad:
            return np.asarray(np.minimum(end, axis.input_size + axis.after) - start)
        return np.asarray(np.minimum(end, axis.input_size) - np.maximum(start, 0))
