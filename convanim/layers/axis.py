"""The arithmetic of one axis. A layer of N dimensions is the product of N of these.

Every operation is put into one form, its *gather* reading: the input's cells stand on a line at positions
0, spread, 2·spread, … (spread is 1 but for a transposed convolution, which inserts zeros between them), and
output cell `o` reads the positions `start(o) + j·dilation`. What is not an input cell is a zero that was
inserted, padding, or the overhang of a ceil_mode window.

Source: Dumoulin & Visin, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285; the ceil_mode
and divisor rules are those of PyTorch's `nn.MaxPool2d` and `nn.AvgPool2d`.
"""

from dataclasses import dataclass
from enum import StrEnum


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
    kernel_size: int
    output_size: int
    stride: int = 1  # positions from one window to the next
    dilation: int = 1
    before: int = 0  # positions from the first window's start to the first input cell; negative crops
    after: int = 0  # the same behind the last input cell, ceil_mode's overhang not counted
    spread: int = 1  # positions from one input cell to the next
    flipped: bool = False  # whether kernel cells run against the positions
    mode: PaddingMode = PaddingMode.ZEROS

    @property
    def footprint(self) -> int:
        """Positions from a window's first to its last, both counted."""
        return footprint(self.kernel_size, self.dilation)

    @property
    def first(self) -> int:
        """The first position that a picture of the input needs."""
        return min(0, -self.before)

    @property
    def last(self) -> int:
        """The last position that a picture of the input needs."""
        end = (self.input_size - 1) * self.spread
        return max(end, end + self.after, self.start(self.output_size - 1) + self.footprint - 1)

    @property
    def positions(self) -> range:
        """All positions that a picture of the input needs."""
        return range(self.first, self.last + 1)

    def start(self, output: int) -> int:
        """The first position of the window that `output` reads."""
        return output * self.stride - self.before

    def position(self, output: int, kernel: int) -> int:
        """Where kernel cell `kernel` stands while `output` is computed."""
        j = self.kernel_size - 1 - kernel if self.flipped else kernel
        return self.start(output) + j * self.dilation

    def kernel_at(self, output: int, position: int) -> int | None:
        """The kernel cell that stands at a position while `output` is computed, or None."""
        j, between = divmod(position - self.start(output), self.dilation)
        if between or not 0 <= j < self.kernel_size:
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
                return cell % self.input_size
        return None

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
        """For each kernel cell in order the input cell that it meets, or None."""
        return [self.input_at(self.position(output, k)) for k in range(self.kernel_size)]

    def readers(self, cell: int) -> list[int | None]:
        """The scatter reading: for each kernel cell the output cell in which it meets input `cell`, or None."""
        found: list[int | None] = []
        for k in range(self.kernel_size):
            output, between = divmod(cell * self.spread - self.position(0, k), self.stride)
            found.append(output if between == 0 and 0 <= output < self.output_size else None)
        return found

    def divisor(self, output: int, count_include_pad: bool) -> int:
        """By how many cells of this axis a mean is divided: the window inside the padded input, or the real cells."""
        start = self.start(output)
        if count_include_pad:
            return min(start + self.kernel_size, self.input_size + self.after) - start
        return min(start + self.kernel_size, self.input_size) - max(start, 0)
