"""An oracle for the tests: layers worked out by brute force, cell by cell, straight from their definitions.

Nothing here comes from the package but the layers' classes, of which only the normalised fields are read. The
padded input (or the uncropped output) is an array that holds in every place the name of a real cell, or None.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from convanim.layers.layer import (
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    AvgPool,
    Conv,
    ConvTranspose,
    Fold,
    Layer,
    LPPool,
    MaxPool,
    MaxUnpool,
    Pad,
    PixelShuffle,
    PixelUnshuffle,
    Rearranged,
    Unfold,
    Upsample,
)
from helpers.oracle_resize import blend

Cell = tuple[int, ...]
Taps = list[tuple[Cell, Cell | None]]  # (kernel cell, input cell) in the kernel's row-major order


@dataclass(frozen=True)
class Oracle:
    """What a layer does: its output's size, each output cell's taps, and by what a mean is divided."""

    output_size: Cell
    taps: dict[Cell, Taps]
    divisors: dict[Cell, int]
    weights: dict[Cell, list[Fraction]] = field(default_factory=dict)  # of the taps, where they have their own

    def read(self, input_size: Cell) -> NDArray[np.bool_]:
        """Which input cells some window reads."""
        mask = np.zeros(input_size, dtype=bool)
        for cell in (cell for taps in self.taps.values() for _, cell in taps if cell is not None):
            mask[cell] = True
        return mask

    def reached(self) -> NDArray[np.bool_]:
        """Which output cells some input cell reaches."""
        mask = np.zeros(self.output_size, dtype=bool)
        for output, taps in self.taps.items():
            mask[output] = any(cell is not None for _, cell in taps)
        return mask


@lru_cache(maxsize=16)  # asked for again for each cell
def oracle_of(layer: Layer) -> Oracle:
    """The oracle of any layer."""
    if isinstance(layer, Conv):
        return _windowed(layer.input_size, layer.kernel_size, layer.stride, layer.padding, layer.dilation, False)
    if isinstance(layer, ConvTranspose):
        return _scattered(layer)
    if isinstance(layer, AdaptiveMaxPool | AdaptiveAvgPool):
        return _shared_out(layer)
    if isinstance(layer, Upsample):
        return _interpolated(layer)
    if isinstance(layer, Pad):
        return _padded(layer)
    if isinstance(layer, LPPool):
        none, ones = ((0, 0),) * len(layer.input_size), (1,) * len(layer.input_size)
        found = _windowed(layer.input_size, layer.kernel_size, layer.stride, none, ones, layer.ceil_mode)
        real = {output: sum(cell is not None for _, cell in taps) for output, taps in found.taps.items()}
        return Oracle(found.output_size, found.taps, real)
    if isinstance(layer, MaxUnpool):
        return _unpooled(layer)
    dilation = layer.dilation if isinstance(layer, MaxPool) else (1,) * len(layer.input_size)
    found = _windowed(layer.input_size, layer.kernel_size, layer.stride, layer.padding, dilation, layer.ceil_mode)  # type: ignore[union-attr]
    return _divided(layer, found) if isinstance(layer, AvgPool) else found


def moved(layer: Rearranged) -> dict[Cell, list[Cell | None]]:
    """For every output cell, its channel first, the input cells that it is the sum of; None where that is padding."""
    if isinstance(layer, Fold):
        return _folded(layer)
    return {output: [cell] for output, cell in _moved(layer).items()}


def _folded(layer: Fold) -> dict[Cell, list[Cell | None]]:
    """Every column is laid onto the padded output, cell by cell; what is added to a cell comes by its kernel cell."""
    every = cells(layer.kernel_size)
    found: dict[Cell, list[tuple[int, Cell]]] = {
        (c, *place): [] for c in range(layer.in_channels // len(every)) for place in cells(layer.output_size)
    }
    for window in cells(layer.input_size):
        for row in range(layer.in_channels):
            kernel = every[row % len(every)]
            at = tuple(
                w * s + k * d - before
                for w, s, k, d, (before, _) in zip(window, layer.stride, kernel, layer.dilation, layer.padding)
            )
            output = (row // len(every), *at)
            if output in found:
                found[output].append((row, (row, *window)))
    return {output: [cell for _, cell in sorted(added)] for output, added in found.items()}


def _moved(layer: PixelShuffle | PixelUnshuffle | Unfold) -> dict[Cell, Cell | None]:
    found: dict[Cell, Cell | None] = {}
    if isinstance(layer, PixelShuffle):
        for place in cells(layer.input_size):
            for c in range(layer.in_channels):
                group, phase = divmod(c, int(np.prod(layer.upscale_factor)))
                offset = cells(layer.upscale_factor)[phase]
                out = tuple(p * r + i for p, r, i in zip(place, layer.upscale_factor, offset))
                found[(group, *out)] = (c, *place)
        return found
    if isinstance(layer, PixelUnshuffle):
        for cell in cells(layer.input_size):
            place = tuple(x // r for x, r in zip(cell, layer.downscale_factor))
            offset = tuple(x % r for x, r in zip(cell, layer.downscale_factor))
            every = cells(layer.downscale_factor)
            for c in range(layer.in_channels):
                found[(c * len(every) + every.index(offset), *place)] = (c, *cell)
        return found
    windows = _windowed(layer.input_size, layer.kernel_size, layer.stride, layer.padding, layer.dilation, False)
    for output, taps in windows.taps.items():
        for c in range(layer.in_channels):
            for row, (_, cell) in enumerate(taps):  # type: ignore[assignment]
                found[(c * len(taps) + row, *output)] = None if cell is None else (c, *cell)
    return found


def cells(size: Cell) -> list[Cell]:
    """All cells of a map in row-major order."""
    return list(product(*map(range, size)))


def _grid(size: Cell, padding: tuple[tuple[int, int], ...]) -> NDArray[np.object_]:
    """A padded input: real cells are named by their index, padding by None."""
    grid = np.full([n + before + after for n, (before, after) in zip(size, padding)], None, dtype=object)
    for cell in cells(size):
        grid[tuple(i + before for i, (before, _) in zip(cell, padding))] = cell
    return grid


def _starts(n: int, kernel: int, stride: int, before: int, after: int, dilation: int, ceil_mode: bool) -> list[int]:
    """Where windows start on one padded axis: as many as fit, and with ceil_mode one that reaches past the end.

    No window that ceil_mode adds may start behind the last real cell.
    """
    last_cell = dilation * (kernel - 1)
    padded = n + before + after
    starts = [start for start in range(0, padded, stride) if start + last_cell < padded]
    end = starts[-1] + stride if starts else 0
    fitted = starts[-1] + last_cell + 1 if starts else 0
    overhang = end + last_cell + 1 - padded
    if ceil_mode and fitted < padded and overhang < stride and end < n + before:
        starts.append(end)
    if ceil_mode and starts and starts[-1] >= n + before:
        starts.pop()
    return starts


def _windowed(
    input_size: Cell,
    kernel_size: Cell,
    stride: Cell,
    padding: tuple[tuple[int, int], ...],
    dilation: Cell,
    ceil_mode: bool,
) -> Oracle:
    """Windows slid over the padded input."""
    grid = _grid(input_size, padding)
    starts = [
        _starts(n, k, s, before, after, d, ceil_mode)
        for n, k, s, (before, after), d in zip(input_size, kernel_size, stride, padding, dilation)
    ]
    taps: dict[Cell, Taps] = {}
    size = tuple(map(len, starts))
    for output in cells(size):
        corner = [axis[o] for axis, o in zip(starts, output)]
        met: Taps = []
        for kernel in cells(kernel_size):
            at = tuple(start + k * d for start, k, d in zip(corner, kernel, dilation))
            inside = all(i < length for i, length in zip(at, grid.shape))
            met.append((kernel, grid[at] if inside else None))
        taps[output] = met
    return Oracle(size, taps, {})


def _scattered(layer: ConvTranspose) -> Oracle:
    """Every input cell stamps the kernel onto an output that is then cropped."""
    whole = [
        (n - 1) * s + d * (k - 1) + 1 + extra
        for n, k, s, d, extra in zip(
            layer.input_size, layer.kernel_size, layer.stride, layer.dilation, layer.output_padding
        )
    ]
    stamped: dict[tuple[Cell, Cell], Cell] = {}
    for cell, kernel in product(cells(layer.input_size), cells(layer.kernel_size)):
        at = tuple(a * s + b * d for a, b, s, d in zip(cell, kernel, layer.stride, layer.dilation))
        stamped[at, kernel] = cell
    kept = [range(length)[before : length - after] for length, (before, after) in zip(whole, layer.padding)]
    size = tuple(map(len, kept))
    taps = {
        output: [
            (kernel, stamped.get((tuple(axis[o] for axis, o in zip(kept, output)), kernel)))
            for kernel in cells(layer.kernel_size)
        ]
        for output in cells(size)
    }
    return Oracle(size, taps, {})


def _shared_out(layer: AdaptiveMaxPool | AdaptiveAvgPool) -> Oracle:
    """Each output cell owns as long a stretch of the input; it reads the input cells that this touches."""
    along = [
        [[i for i in range(n) if Fraction(o * n, out) < i + 1 and i < Fraction((o + 1) * n, out)] for o in range(out)]
        for n, out in zip(layer.input_size, layer.output_size)
    ]
    taps: dict[Cell, Taps] = {}
    for output in cells(layer.output_size):
        touched = [axis[o] for axis, o in zip(along, output)]
        kernel = list(product(*(range(len(axis)) for axis in touched)))
        taps[output] = list(zip(kernel, product(*touched)))
    divisors = {output: len(met) for output, met in taps.items()} if isinstance(layer, AdaptiveAvgPool) else {}
    return Oracle(layer.output_size, taps, divisors)


def _padded(layer: Pad) -> Oracle:
    """Lists of each axis's cells, lengthened cell by cell: mirrored, held, or taken from the other end; then cut."""
    along = [_lengthened(n, *sides, layer.mode) for n, sides in zip(layer.input_size, layer.padding)]
    size = tuple(map(len, along))
    taps: dict[Cell, Taps] = {}
    for output in cells(size):
        met = [axis[o] for axis, o in zip(along, output)]
        cell = tuple(i for i in met if i is not None)
        taps[output] = [((0,) * len(size), cell if len(cell) == len(met) else None)]
    return Oracle(size, taps, {})


def _lengthened(n: int, before: int, after: int, mode: str) -> list[int | None]:
    whole: list[int | None] = list(range(n))
    kept = whole[max(0, -before) : n - max(0, -after)]

    def more(wanted: int, cells_on: list[int | None]) -> list[int | None]:
        """So many cells further on, seen from a border whose cells stand in `cells_on`, the border's last."""
        if mode == "constant":
            return [None] * wanted
        if mode == "replicate":
            return [cells_on[-1]] * wanted
        return cells_on[-1 - wanted : -1][::-1] if mode == "reflect" else kept[:wanted]

    behind = more(max(0, after), whole)
    front = kept[::-1][: max(0, before)] if mode == "circular" else more(max(0, before), whole[::-1])
    return front[::-1] + kept + behind


def _unpooled(layer: MaxUnpool) -> Oracle:
    """The windows of the max pool that made the input of the output: those that an output cell was in."""
    taps: dict[Cell, Taps] = {}
    for output in cells(layer.output_size):
        along = [
            [w for w in range(n) if w * s - before <= o < w * s - before + k]
            for o, n, k, s, (before, _) in zip(output, layer.input_size, layer.kernel_size, layer.stride, layer.padding)
        ]
        taps[output] = list(zip(product(*(range(len(axis)) for axis in along)), product(*along)))
    return Oracle(layer.output_size, taps, {})


def _interpolated(layer: Upsample) -> Oracle:
    """Weights of all input cells by a hat, or a cubic, around each output cell's point, border cells repeated."""
    factors = layer.scale_factor or (None,) * len(layer.size)
    along = [
        [blend(layer, n, out, factor, o) for o in range(out)]
        for n, out, factor in zip(layer.input_size, layer.size, factors)
    ]
    taps: dict[Cell, Taps] = {}
    weights: dict[Cell, list[Fraction]] = {}
    for output in cells(layer.size):
        read = [axis[o] for axis, o in zip(along, output)]
        kernel = list(product(*(range(len(axis)) for axis in read)))
        taps[output] = list(zip(kernel, product(*read)))
        weights[output] = [Fraction(np.prod(w, dtype=object)) for w in product(*(axis.values() for axis in read))]  # type: ignore[arg-type, call-overload, type-var]
    return Oracle(layer.size, taps, {}, weights)


def _divided(layer: AvgPool, found: Oracle) -> Oracle:
    """Divisors counted cell by cell: places of the padded input, or real cells alone."""
    padded = [n + before + after for n, (before, after) in zip(layer.input_size, layer.padding)]
    divisors = {}
    for output, taps in found.taps.items():
        if layer.divisor_override is not None:
            divisors[output] = layer.divisor_override
        elif layer.count_include_pad:
            window = ([o * s + k for o, s, k in zip(output, layer.stride, kernel)] for kernel, _ in taps)
            divisors[output] = sum(all(i < length for i, length in zip(at, padded)) for at in window)
        else:
            divisors[output] = sum(cell is not None for _, cell in taps)
    return Oracle(found.output_size, found.taps, divisors)


def sums(oracle: Oracle, numbers: NDArray[np.int64], kernel: NDArray[np.int64]) -> dict[Cell, int]:
    """Each output cell's weighted sum, in Python's own whole numbers."""
    return {
        output: sum(int(kernel[k]) * int(numbers[cell]) for k, cell in taps if cell is not None)
        for output, taps in oracle.taps.items()
    }


def means(oracle: Oracle, numbers: NDArray[np.int64]) -> dict[Cell, Fraction]:
    """Each output cell's exact mean."""
    return {
        output: Fraction(sum(int(numbers[cell]) for _, cell in taps if cell is not None), oracle.divisors[output])
        for output, taps in oracle.taps.items()
    }


def maxima(oracle: Oracle, numbers: NDArray[np.int64]) -> dict[Cell, tuple[int, Cell] | None]:
    """Each output cell's maximum and the kernel cell that met it first; None when it sees no real cell."""
    found: dict[Cell, tuple[int, Cell] | None] = {}
    for output, taps in oracle.taps.items():
        seen = [(int(numbers[cell]), kernel) for kernel, cell in taps if cell is not None]
        most = max((number for number, _ in seen), default=None)
        found[output] = next(((number, kernel) for number, kernel in seen if number == most), None)
    return found
