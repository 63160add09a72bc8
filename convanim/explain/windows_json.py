"""What the outputs of a layer read, axis by axis and channel by channel, as JSON."""

import json
from collections.abc import Iterable, Iterator

import numpy as np

from convanim.layers.axis import Axis, PaddingMode
from convanim.layers.axis_cells import met_in
from convanim.layers.geometry import Geometry
from convanim.layers.kinds.rearranged import channel_steps, kernels_over, picked
from convanim.layers.layer import Fold, Layer, PixelShuffle, PixelUnshuffle, Unfold, counts_padding

_AT_ONCE = 4096  # numbers, or letters of larger values, in a piece of text


def window_entries(geometry: Geometry) -> Iterator[str]:
    """The entries `axes` and `channels`: a tap is one pair of each axis, and of the channels where there are any."""
    yield ' "axes": ['
    for number, axis in enumerate(geometry.axes):
        yield (",\n          {" if number else "{") + '"windows": ['
        yield from _windows(axis)
        if axis.mode is not PaddingMode.ZEROS:
            yield '], "pad": ['
            yield from _copies(axis)
        if isinstance(geometry.layer, Fold):
            yield '], "kernels": ['
            yield from in_pieces(kernels_over(axis, output) for output in range(axis.output_size))
        if isinstance(geometry.layer, PixelShuffle):
            yield '], "channel_steps": ['
            yield from in_pieces(channel_steps(geometry.layer, number))
        if axis.weights(0) is not None:
            yield '], "weights": ['
            yield from in_pieces([float(w) for w in axis.weights(output) or ()] for output in range(axis.output_size))
        if divisors := _divisors(geometry.layer, axis):
            yield '], "divisors": ['
            yield from in_pieces(divisors)
        yield "]}"
    yield '],\n "channels": '
    yield from _channels(geometry)
    yield ",\n"


def in_pieces(values: Iterable[object]) -> Iterator[str]:
    """The values of a list, as many at once as make a piece of text worth its while."""
    held: list[str] = []
    size = 0
    joint = ""
    for value in values:
        held.append(json.dumps(value))
        size += len(held[-1])
        if size > _AT_ONCE:
            yield joint + ", ".join(held)
            held, size, joint = [], 0, ", "
    if held:
        yield joint + ", ".join(held)


def _windows(axis: Axis) -> Iterator[str]:
    """For every output index the input index, or null, that each kernel index of its window meets."""
    if axis.own is not None:
        yield from in_pieces(axis.reads(output) for output in range(axis.output_size))
        return
    for outputs in _blocks(axis.output_size, axis.kernel_size):
        yield ", [" if outputs.start else "["
        for kernels in _blocks(axis.kernel_size, len(outputs)):
            cells, _ = met_in(axis, outputs, kernels)
            # No index is below -1, which is where there is none.
            yield (", " if kernels.start else "") + json.dumps(cells.tolist())[2:-2].replace("-1", "null")
        yield "]"


def _copies(axis: Axis) -> Iterator[str]:
    """For every output index the kernel indices that stand in the padding, on copies of input cells."""
    for output in range(axis.output_size):
        yield ", [" if output else "["
        joint = ""
        for kernels in _blocks(axis.kernel_size, 1):
            _, is_copy = met_in(axis, range(output, output + 1), kernels)
            found = np.flatnonzero(is_copy[0])
            if len(found):
                yield joint + json.dumps((found + kernels.start).tolist())[1:-1]
                joint = ", "
        yield "]"


def _blocks(count: int, beside: int) -> Iterator[range]:
    """Ranges up to a count, of so many that with as many beside each the numbers are few enough at once."""
    length = max(1, _AT_ONCE // beside)
    for first in range(0, count, length):
        yield range(first, min(first + length, count))


def _divisors(layer: Layer, axis: Axis) -> Iterator[int] | None:
    """By how many cells of an axis a mean is divided, for every output index; None where no axis says it."""
    counted = counts_padding(layer)
    return None if counted is None else (axis.divisor(output, counted) for output in range(axis.output_size))


def _channels(geometry: Geometry) -> Iterator[str]:
    """For every output channel the input channels that it reads, and where their slices of the kernel are."""
    channels = geometry.channels
    if channels is None:
        yield "null"
        return

    def told(output: int) -> dict[str, object]:
        read = channels.inputs_of([output])
        ends = zip(geometry.kernel_place(read[0], output), geometry.kernel_place(read[-1], output))
        entry: dict[str, object] = {
            "input": [read[0], read[-1] + 1],
            "kernel": [[first, last + 1] for first, last in ends],
        }
        if isinstance(geometry.layer, PixelUnshuffle | Unfold):
            entry["kernel_cell"] = picked(geometry.layer, (output,))[1]
        return entry

    yield "["
    yield from in_pieces(told(output) for output in range(channels.outputs))
    yield "]"
