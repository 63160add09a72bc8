"""The arithmetic of one axis. A layer of N dimensions is the product of N of these.

Every operation is put into one form, its *gather* reading: the input's cells stand on a line at positions
0, spread, 2·spread, … (spread is 1 but for a transposed convolution, which inserts zeros between them), and
output cell `o` reads the positions `start(o) + j·dilation`. What is not an input cell is a zero that was
inserted, padding, or the overhang of a ceil_mode window. Most windows are alike, `stride` positions apart; those of
adaptive pools and interpolation start and end where a rule of their own says (`own_windows`).

Source: Dumoulin & Visin, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285; the ceil_mode
and divisor rules are those of PyTorch's `nn.MaxPool2d` and `nn.AvgPool2d`.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from convanim.layers.own_windows import Covering, OwnWindows

if TYPE_CHECKING:
    from fractions import Fraction


class CellKind(StrEnum):
    """What stands at a position of the input's line."""

    INPUT = "input"
    ZERO = "zero"
    PADDING = "padding"
    OVERHANG = "overhang"


class PaddingMode(StrEnum):
    """What stands in the padding: zeros, or copies of the input's own cells (`nn.Conv2d(padding_mode=…)`)."""

    ZEROS = "zeros"
    REFLECT = "reflect"  # mirrored at the border cell, which is not repeated
    REPLICATE = "replicate"  # the border cell again and again
    CIRCULAR = "circular"  # from the other end


def footprint(kernel_size: int, dilation: int) -> int:
    """How many positions a dilated kernel spans, from its first cell to its last."""
    return dilation * (kernel_size - 1) + 1


@dataclass(frozen=True)
class Axis:
    """One axis of a layer in its gather reading. All lengths are in cells."""

    input_size: int
    kernel_size: int  # where windows have different sizes that of the longest
    output_size: int
    stride: int = 1  # positions from one window to the next
    dilation: int = 1
    before: int = 0  # positions from the first window's start to the first input cell; negative crops
    after: int = 0  # the same behind the last input cell, ceil_mode's overhang not counted
    spread: int = 1  # positions from one input cell to the next
    flipped: bool = False  # whether kernel cells run against the positions
    mode: PaddingMode = PaddingMode.ZEROS
    own: OwnWindows | None = None  # a rule for where each window starts and ends, which are not alike; stride is unused
    crops_first: bool = False  # whether circular padding copies only the cells that negative padding leaves

    @property
    def footprint(self) -> int:
        """Positions from a window's first to its last, both counted; those of the longest window."""
        return footprint(self.kernel_size, self.dilation)

    def window_size(self, output: int) -> int:
        """How many kernel cells the window that `output` reads has."""
        return self.kernel_size if self.own is None else self.own.size(output)

    def weights(self, output: int) -> "tuple[Fraction, ...] | None":
        """How much of each cell of its window `output` is, where the windows have weights of their own."""
        return None if self.own is None else self.own.weights(output)

    def span(self, output: int) -> int:
        """Positions from the first to the last of the window that `output` reads, both counted."""
        return footprint(self.window_size(output), self.dilation)

    @property
    def first(self) -> int:
        """The first position that a picture of the input needs."""
        return min(0, -self.before)

    @property
    def last(self) -> int:
        """The last position that a picture of the input needs."""
        end = (self.input_size - 1) * self.spread
        last = self.output_size - 1
        return max(end, end + self.after, self.start(last) + self.span(last) - 1)

    @property
    def positions(self) -> range:
        """All positions that a picture of the input needs."""
        return range(self.first, self.last + 1)

    def start(self, output: int) -> int:
        """The first position of the window that `output` reads."""
        return output * self.stride - self.before if self.own is None else self.own.start(output)

    def position(self, output: int, kernel: int) -> int:
        """Where kernel cell `kernel` stands while `output` is computed."""
        j = self.kernel_size - 1 - kernel if self.flipped else kernel
        return self.start(output) + j * self.dilation

    def kernel_at(self, output: int, position: int) -> int | None:
        """The kernel cell that stands at a position while `output` is computed, or None."""
        j, between = divmod(position - self.start(output), self.dilation)
        if between or not 0 <= j < self.window_size(output):
            return None
        return self.kernel_size - 1 - j if self.flipped else j

    def input_at(self, position: int) -> int | None:
        """The input cell at a position, in padding the one that it copies; None where there is none."""
        cell, between = divmod(position, self.spread)
        if between:
            return None
        return cell if 0 <= cell < self.input_size else self._copied(cell)

    def _copied(self, cell: int) -> int | None:
        """The input cell that a cell outside of the input copies, or None."""
        last = self.input_size - 1
        match self.mode:
            case PaddingMode.REFLECT:
                return -cell if cell < 0 else 2 * last - cell
            case PaddingMode.REPLICATE:
                return min(max(cell, 0), last)
            case PaddingMode.CIRCULAR:
                kept = self.kept
                return kept.start + (cell - kept.start) % len(kept)
        return None

    @property
    def kept(self) -> range:
        """The input cells of which a circular padding has copies."""
        if not self.crops_first:
            return range(self.input_size)
        return range(max(0, -self.before), self.input_size - max(0, -self.after))

    def is_copy(self, position: int) -> bool:
        """Whether what stands at a position is a copy of an input cell."""
        return self.mode is not PaddingMode.ZEROS and not 0 <= position <= (self.input_size - 1) * self.spread

    def kind(self, position: int) -> CellKind:
        """What stands at a position."""
        end = (self.input_size - 1) * self.spread
        if 0 <= position <= end:
            return CellKind.ZERO if position % self.spread else CellKind.INPUT
        return CellKind.OVERHANG if position > end + max(self.after, 0) else CellKind.PADDING

    def reads(self, output: int) -> list[int | None]:
        """For each kernel cell of the window in order the input cell that it meets, or None."""
        return [self.input_at(self.position(output, k)) for k in range(self.window_size(output))]

    def readers(self, cell: int) -> list[list[int]]:
        """The scatter reading: for each kernel cell the output cells in which it meets input `cell`.

        There is one at most, unless windows are not alike or padding copies the cell.
        """
        found: list[list[int]] = [[] for _ in range(self.kernel_size)]
        if self.own is not None:
            for output in range(self.output_size):
                k = self.kernel_at(output, cell)
                if k is not None:
                    found[k].append(output)
            return found
        if self.mode is not PaddingMode.ZEROS:
            for output in range(self.output_size):
                for k, met in enumerate(self.reads(output)):
                    found[k] += [output] if met == cell else []
            return found
        for k, outputs in enumerate(found):
            output, between = divmod(cell * self.spread - self.position(0, k), self.stride)
            if between == 0 and 0 <= output < self.output_size:
                outputs.append(output)
        return found

    def divisor(self, output: int, count_include_pad: bool) -> int:
        """By how many cells of this axis a mean is divided: the window inside the padded input, or the real cells."""
        start, end = self.start(output), self.start(output) + self.window_size(output)
        if count_include_pad:
            return min(end, self.input_size + self.after) - start
        return min(end, self.input_size) - max(start, 0)


@lru_cache(maxsize=256)
def covered(own: Covering) -> Axis:
    """The axis of a fold or an unpool; kept, since its longest window takes a while to be found."""
    return Axis(own.input_size, own.longest, own.output_size, dilation=own.step, own=own)
