"""The cells of one axis in arrays: where its windows start, what they meet, which are read."""

import numpy as np
from numpy.typing import NDArray

from convanim.layers.axis import Axis, PaddingMode


def starts_of(axis: Axis, outputs: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """Where each window of an axis starts, or those of some output cells."""
    made = np.arange(axis.output_size) if outputs is None else outputs
    return axis.stride * made - axis.before if axis.own is None else axis.own.start(made)


def weights_of(axis: Axis) -> NDArray[np.float64]:
    """For every output cell of an axis how much it is of what each kernel cell meets, 0 where that is nothing.

    Of shape (outputs, kernel cells).
    """
    found = np.zeros((axis.output_size, axis.kernel_size))
    for output, row in enumerate(found):
        weights = axis.weights(output) or ()
        row[: len(weights)] = [float(weight) for weight in weights]
    return found


def met_by(axis: Axis, kernel: int) -> NDArray[np.int64]:
    """For every output cell of an axis the input cell that a kernel cell meets, -1 where there is none."""
    offset = axis.position(0, kernel) - axis.start(0)
    cells = cells_at(axis, starts_of(axis) + offset)
    return cells if axis.own is None else np.where(kernel < axis.own.size(np.arange(axis.output_size)), cells, -1)


def met_in(axis: Axis, outputs: range, kernels: range) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The input cells that some kernel cells meet while some output cells are computed, and which are copies.

    Both of shape (outputs, kernels); -1 where there is no cell.
    """
    made = np.array(outputs)
    positions = np.add.outer(starts_of(axis, made), [axis.position(0, kernel) - axis.start(0) for kernel in kernels])
    is_inside = (positions >= 0) & (positions <= (axis.input_size - 1) * axis.spread)
    cells = cells_at(axis, positions)
    if axis.own is not None:
        cells = np.where(np.array(kernels) < axis.own.size(made)[:, None], cells, -1)
    return cells, ~is_inside & (axis.mode is not PaddingMode.ZEROS)


def cells_at(axis: Axis, positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """The input cells at positions, in padding those that it copies, -1 where there is none."""
    cells, between = np.divmod(positions, axis.spread)
    last = axis.input_size - 1
    if axis.mode is PaddingMode.REFLECT:
        cells = np.where(cells < 0, -cells, np.where(cells > last, 2 * last - cells, cells))
    elif axis.mode is PaddingMode.REPLICATE:
        cells = np.clip(cells, 0, last)
    elif axis.mode is PaddingMode.CIRCULAR:
        cells = axis.kept.start + (cells - axis.kept.start) % len(axis.kept)
    return np.where((between == 0) & (cells >= 0) & (cells <= last), cells, -1)


def _line(axis: Axis) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """The positions from the first window's start on, where among them each window starts, and room for sums.

    Sums run from a position to the one a dilation further; there is one such step before all positions.
    """
    starts = axis.stride * np.arange(axis.output_size)
    reach = axis.kernel_size * axis.dilation
    positions = axis.start(0) + np.arange(int(starts[-1]) + reach)
    return positions, starts, np.zeros((len(positions) // axis.dilation + 2, axis.dilation), dtype=np.int32)


def marked(axis: Axis) -> NDArray[np.bool_]:
    """Which input cells of an axis any window reads."""
    if axis.own is not None:
        bounds = np.zeros(axis.input_size + 1, dtype=np.int64)
        starts = starts_of(axis)
        if axis.dilation > 1:
            return _marked_apart(axis)
        np.add.at(bounds, starts, 1)
        np.add.at(bounds, starts + axis.own.size(np.arange(axis.output_size)), -1)
        return np.asarray(np.cumsum(bounds)[:-1] > 0)
    positions, starts, open_windows = _line(axis)
    flat, first = open_windows.reshape(-1), starts + axis.dilation
    flat[first] += 1
    flat[first + axis.kernel_size * axis.dilation] -= 1
    seen = np.cumsum(open_windows, axis=0, dtype=np.int32).reshape(-1)[axis.dilation :][: len(positions)] > 0
    cells = cells_at(axis, positions[seen])
    read = np.zeros(axis.input_size, dtype=bool)
    read[cells[cells >= 0]] = True
    return read


def _marked_apart(axis: Axis) -> NDArray[np.bool_]:
    """The same for windows with dilation that start by a rule of their own."""
    read = np.zeros(axis.input_size, dtype=bool)
    for kernel in range(axis.kernel_size):
        cells = met_by(axis, kernel)
        read[cells[cells >= 0]] = True
    return read


def reaching(axis: Axis) -> NDArray[np.bool_]:
    """Which output cells of an axis read any input cell."""
    if axis.own is not None:
        return np.asarray(axis.own.size(np.arange(axis.output_size)) > 0)
    positions, starts, real = _line(axis)
    real.reshape(-1)[axis.dilation :][: len(positions)] = cells_at(axis, positions) >= 0
    count = np.cumsum(real, axis=0, dtype=np.int32).reshape(-1)
    return np.asarray(count[starts + axis.kernel_size * axis.dilation] > count[starts])
