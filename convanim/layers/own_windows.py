"""Windows that are not alike: for each output cell of an axis where its window starts and how many cells it has.

They lie inside the input, one cell beside the other. Those of an interpolation have weights of their own.
"""

from dataclasses import dataclass
from math import gcd, lcm
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from fractions import Fraction

    import numpy as np
    from numpy.typing import NDArray

Index = TypeVar("Index", int, "NDArray[np.int64]")


@dataclass(frozen=True)
class SharedOut:
    """An input shared out among output cells as evenly as whole cells allow; neighbours overlap where it must be.

    Source: `nn.AdaptiveAvgPool2d`; `start_index` and `end_index` of `aten/src/ATen/native/AdaptivePooling.h`.
    """

    input_size: int
    output_size: int

    @property
    def longest(self) -> int:
        """The cells of the longest window."""
        most, rest = divmod(self.input_size, self.output_size)
        if rest == 0:
            return most
        return most + (1 if self.output_size % rest == 0 else 2)

    def start(self, output: Index) -> Index:
        """The first input cell that an output cell reads: ⌊output·input_size/output_size⌋."""
        return output * self.input_size // self.output_size

    def size(self, output: Index) -> Index:
        """How many it reads, up to ⌈(output + 1)·input_size/output_size⌉, which is not among them."""
        end: Index = -(-(output + 1) * self.input_size // self.output_size)
        return end - self.start(output)

    def weights(self, output: int) -> None:
        """None: all cells of a window count alike."""


@dataclass(frozen=True)
class Spread:
    """Each input cell is read by `factor` output cells side by side, as in a pixel shuffle.

    Which channel each of these reads is said in `rearranged`.
    """

    input_size: int
    factor: int

    def start(self, output: Index) -> Index:
        """The one input cell that an output cell reads."""
        return output // self.factor

    def size(self, output: Index) -> Index:
        """How many it reads."""
        one: Index = 1 + 0 * output
        return one

    def weights(self, output: int) -> None:
        """None: the one cell is copied."""


@dataclass(frozen=True)
class Covering:
    """The windows over each cell that a kernel slides over, as `nn.Fold` and `nn.MaxUnpool2d` read them.

    The input has a cell for each window, the output is what the kernel slides over. Window `w` lies on output cells
    `w·stride − before + i·dilation`, one for each kernel cell `i`. An output cell may have no window over it; with
    dilation those that it has are `step` apart.
    """

    input_size: int  # windows
    output_size: int
    kernel_size: int
    stride: int
    before: int
    dilation: int = 1

    @property
    def step(self) -> int:
        """From one window over a cell to the next."""
        return self.dilation // gcd(self.stride, self.dilation)

    @property
    def longest(self) -> int:
        """The most windows over a cell, at least 1."""
        if self.output_size > _LOOKED_AT:
            each = self.stride // gcd(self.stride, self.dilation)  # kernel cells from one of them to the next
            most = (self.kernel_size - 1) // each + 1
            return max(1, min(most, -(-self.input_size // self.step)))
        return max(1, *(self.size(output) for output in range(self.output_size)))

    def start(self, output: Index) -> Index:
        """The first window over an output cell."""
        at = output + self.before
        least = _at_least(-((self.dilation * (self.kernel_size - 1) - at) // self.stride), 0)
        apart = gcd(self.stride, self.dilation)
        rest = at // apart * pow(self.stride // apart, -1, self.step)
        first: Index = least + (rest - least) % self.step
        return first

    def size(self, output: Index) -> Index:
        """How many windows are over it."""
        at = output + self.before
        last = _at_most(at // self.stride, self.input_size - 1)
        is_met = 1 - _at_most(at % gcd(self.stride, self.dilation), 1)
        return is_met * _at_least((last - self.start(output)) // self.step + 1, 0)

    def weights(self, output: int) -> None:
        """None: windows are added up, or one of them is copied."""

    def kernels(self, output: int) -> list[int]:
        """For each window over an output cell, in order, which of its kernel cells lies there."""
        start = self.start(output)
        windows = range(start, start + self.size(output) * self.step, self.step)
        return [(output + self.before - window * self.stride) // self.dilation for window in windows]


@dataclass(frozen=True)
class Interpolation:
    """Input cells around the point of the input that an output cell is of, and how much of each it is.

    Points lie evenly, `scale` input cells apart, that of output cell 0 at `first`; cells' centres are at 0, 1, 2, ….
    `nearest` takes the cell that the point is rounded to, `linear` two and `cubic` four around it. Cells that weigh
    nothing are not in the window; beyond the border its cell counts again, unless `exclude_outside` leaves that out and
    scales the others to 1. `slope` is the cubic's. `by_edges` draws points by cells' edges, for a nearest that is so
    defined. Source: `nn.functional.interpolate`; `area_pixel_compute_source_index`, `guard_index_and_lambda` and
    `get_cubic_upsample_coefficients` of `aten/src/ATen/native/UpSample.h`; ONNX Resize, opset 19.
    """

    input_size: int
    output_size: int
    method: str
    scale: "Fraction"
    first: "Fraction"
    rounding: str = ""
    slope: float = -0.75
    exclude_outside: bool = False
    by_edges: bool = False

    @property
    def longest(self) -> int:
        """The cells of the longest window."""
        most = {"linear": 2, "cubic": 4}.get(self.method, 1)
        if most == 1 or self.output_size > _LOOKED_AT:
            return min(most, self.input_size)
        return max(self.size(output) for output in range(self.output_size))

    def point(self, output: int) -> "Fraction":
        """Where the output cell lies in the input, whose first cell reaches from 0 to 1.

        Near an edge that may be beyond the middle of the last cell, which then is read alone.
        """
        from fractions import Fraction  # takes as long to import as the rest of a layer

        return self._at(output) + (0 if self.by_edges else Fraction(1, 2))

    def start(self, output: Index) -> Index:
        """The first input cell that an output cell reads."""
        cell, rest = self._place(output)
        if self.method == "nearest":
            cell = cell + (rest >= _ROUNDED_UP[self.rounding])
        inside = _at_most(_at_least(cell, 0), self.input_size - 1)
        if self.method != "cubic":
            return inside
        first: Index = inside * (rest == 0) + _at_least(cell - 1, 0) * (rest > 0)
        return first

    def size(self, output: Index) -> Index:
        """How many it reads."""
        cell, rest = self._place(output)
        last = self.input_size - 1
        if self.method == "linear":
            inner: Index = (rest > 0) * (cell >= 0) * (cell < last) + 0 * cell
            return inner + 1
        if self.method == "cubic":
            more: Index = (rest > 0) * (_at_most(cell + 2, last) - _at_least(cell - 1, 0))
            return more + 1
        one: Index = 1 + 0 * cell
        return one

    def weights(self, output: int) -> "tuple[Fraction, ...]":
        """How much of each it is."""
        from fractions import Fraction

        start, count = self.start(output), self.size(output)
        if count == 1:
            return (Fraction(1),)
        at = self._at(output)
        cell = at.numerator // at.denominator
        t = at - cell
        if self.method == "linear":
            return (1 - t, t)
        found = [Fraction(0)] * count
        for tap, weight in enumerate(_cubic(t, Fraction(repr(self.slope))), start=cell - 1):
            inside = min(max(tap, 0), self.input_size - 1)
            found[inside - start] += weight if inside == tap or not self.exclude_outside else 0
        whole = sum(found)
        return tuple(weight / whole for weight in found) if self.exclude_outside else tuple(found)

    def _at(self, output: int) -> "Fraction":
        return self.first + output * self.scale

    def _place(self, output: Index) -> tuple[Index, Index]:
        """The cell at or before an output cell's point, and how far the point is behind it, in four parts.

        These are 0 for on it, 1 for less than half a cell, 2 for half a cell, 3 for more.
        """
        parts = lcm(self.first.denominator, self.scale.denominator)
        each, begin = int(self.scale * parts), int(self.first * parts)
        if isinstance(output, int) or abs(begin) + abs(each) * self.output_size < _EXACT:
            return _parted(begin + output * each, parts)
        exact: Any = output
        cell, rest = _parted(begin + exact.astype(object) * each, parts)
        return cell.astype("int64"), rest.astype("int64")


_LOOKED_AT = 1_000  # windows, to know the longest
_EXACT = 2**62  # up to which whole numbers of 64 bits go
# From which of four parts of the way to the next cell on each rounding takes that one.
_ROUNDED_UP = {"floor": 4, "ceil": 1, "round_prefer_floor": 3, "round_prefer_ceil": 2}
ROUNDINGS = tuple(_ROUNDED_UP)


def _parted(at: Any, parts: int) -> tuple[Any, Any]:
    cell = at // parts
    rest = at - cell * parts
    return cell, (rest > 0) * 1 + (2 * rest >= parts) * 1 + (2 * rest > parts) * 1


def _cubic(t: "Fraction", a: "Fraction") -> "tuple[Fraction, ...]":
    """The weights of the four cells around a point, `t` behind the second; `a` is the slope at one cell's distance."""

    def near(x: "Fraction") -> "Fraction":
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x: "Fraction") -> "Fraction":
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    return far(t + 1), near(t), near(1 - t), far(2 - t)


def _at_least(x: Index, least: int) -> Index:
    return least + (x - least) * (x > least)


def _at_most(x: Index, most: int) -> Index:
    return most - (most - x) * (x < most)


OwnWindows: TypeAlias = SharedOut | Spread | Covering | Interpolation
