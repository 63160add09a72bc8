"""A layer of another framework that equals a given one: a pad before it, slices after it, weights turned around.

Arrangements are tried from the plainest on. One is proposed only if its windows are the same by arithmetic and what it
makes of random whole numbers is the same, to the last bit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Any

import numpy as np

from convanim.code.canonical import canonical
from convanim.code.frameworks import to_code
from convanim.code.signatures import NotExpressibleError
from convanim.code.surroundings import command_of, pad_code, slice_code
from convanim.errors import RequestError
from convanim.layers.axis import PaddingMode
from convanim.layers.geometry import Geometry
from convanim.layers.layer import (
    AvgPool,
    Conv,
    ConvTranspose,
    Layer,
    MaxPool,
    channels_of,
    input_shape,
    kernel_shape,
    output_size,
    window_size,
    with_channels,
)
from convanim.layers.sizes import Sides, Sizes
from convanim.networks.arrangements import Arranged, alone
from convanim.networks.differences import Difference
from convanim.numbers.maps import Numbers
from convanim.numbers.values import values_of

_MOST_CHECKED = 4_000_000  # products; a layer of more is checked in one channel, or by its windows alone
_LARGEST_CHECKED = 20_000  # cells of a kernel, each of which takes a while of its own
_FURTHER = 4  # windows in front that a pool may make and a slice takes off
_PADS = {PaddingMode.REFLECT: "reflect", PaddingMode.REPLICATE: "edge", PaddingMode.CIRCULAR: "wrap"}


@dataclass(frozen=True)
class Mend:
    """A layer that equals another, in some framework's code, or as a command line where it is of none.

    `before` and `after` are empty where nothing stands there. `checked` is "values" where what it makes was compared
    on numbers, "windows" where there are too many and only all its windows were.
    """

    framework: str
    arranged: Arranged
    before: str
    layer: str
    after: str
    checked: str


def mend_of(layer: Layer, framework: str) -> tuple[Mend | None, str]:
    """What equals a layer in a framework, "" for none of ours; or None, and what the framework lacks, "" where it is no
    single thing: none of its layers, padded or sliced, has these windows.
    """
    if not framework:
        bare = alone(layer)
        return Mend("", bare, "", command_of(layer), "", _checked(layer, bare)), ""
    why = ""
    for arranged in _arrangements(layer):
        if not Difference(alone(layer), arranged).is_equal:
            continue
        try:
            code = to_code(arranged.layer, framework)
            before, after = pad_code(arranged, framework), slice_code(arranged, framework)
        except NotExpressibleError as reason:  # of the pad, without which there is none
            why = str(reason)
            continue
        except RequestError as error:
            why = why or error.rule
            continue
        if checked := _checked(layer, arranged):
            return Mend(framework, arranged, before, code, after, checked), ""
    return None, why


def _arrangements(layer: Layer) -> Iterator[Arranged]:
    """Layers that may equal another, with what stands around them; those that do not are left out later."""
    plain = canonical(layer)  # onnxruntime refuses an output_padding from the stride on, which padding may take up
    yield alone(plain)
    yield alone(layer)
    if isinstance(plain, Conv):
        yield from _convs(plain)
    elif isinstance(plain, ConvTranspose):
        yield from _transposed(plain)
    elif isinstance(plain, MaxPool):
        yield from _maxima(plain)
    elif isinstance(plain, AvgPool):
        yield from _means(plain)


def _around(
    layer: Layer,
    changes: Mapping[str, Any],
    *,
    pads: Sides | None = None,
    first: Sizes | None = None,
    step: Sizes | None = None,
    mode: str = "zeros",
    flips: bool = False,
) -> Iterator[Arranged]:
    """A changed layer, padded before and sliced after so that it makes as many cells; none where it cannot."""
    dims = len(layer.input_size)
    pads, first, step = pads or ((0, 0),) * dims, first or (0,) * dims, step or (1,) * dims
    size = tuple(n + sum(sides) for n, sides in zip(layer.input_size, pads))
    try:
        changed: Layer = replace(layer, **{"input_size": size, **changes})
    except RequestError:
        return
    wanted = output_size(layer)
    ends = [begin + (n - 1) * skip for begin, n, skip in zip(first, wanted, step)]
    if all(end < made for end, made in zip(ends, output_size(changed))):
        yield Arranged(changed, pads, first, wanted, step, PaddingMode(mode), flips)


def _convs(layer: Conv) -> Iterator[Arranged]:
    """Padded before; and at stride 1 with every so-manieth cell kept, where strides and dilation exclude each other."""
    mode = layer.padding_mode
    bare = {"padding": 0, "padding_mode": "zeros"}
    yield from _around(layer, bare, pads=layer.padding, mode=mode)
    if max(layer.stride) > 1:
        yield from _around(layer, {"stride": 1}, step=layer.stride)
        yield from _around(layer, {**bare, "stride": 1}, pads=layer.padding, mode=mode, step=layer.stride)


def _transposed(layer: ConvTranspose) -> Iterator[Arranged]:
    """Cropped alike on both sides, or not at all, and sliced; with the kernel as it is, and turned around."""
    for flips in (False, True):
        turned = {"transpose_kernel": layer.transpose_kernel is not flips}
        yield from _around(layer, turned, flips=flips)
        for crops in ([min(sides) for sides in layer.padding], [0] * len(layer.padding)):
            first = tuple(before - crop for (before, _), crop in zip(layer.padding, crops))
            for extra in (layer.output_padding, (0,) * len(crops)):
                padding = tuple((crop, crop) for crop in crops)
                yield from _around(
                    layer, {**turned, "padding": padding, "output_padding": extra}, first=first, flips=flips
                )


def _maxima(layer: MaxPool) -> Iterator[Arranged]:
    """Padded in numbers as far as windows reach, by the layer or before it."""
    reach = tuple((before, hang) for (before, _), hang in zip(layer.padding, _hangs(layer)))
    yield from _around(layer, {"padding": reach, "ceil_mode": False})
    yield from _around(layer, {"padding": 0, "ceil_mode": False}, pads=reach)
    yield from _around(layer, {"padding": 0, "ceil_mode": False}, pads=layer.padding)


def _means(layer: AvgPool) -> Iterator[Arranged]:
    """Padded before where padding counts; else with more windows in front than are kept, or hanging over the end."""
    befores = [before for before, _ in layer.padding]
    reach = tuple(zip(befores, _hangs(layer)))
    yield from _around(layer, {"padding": reach, "ceil_mode": False, "count_include_pad": False})
    for ceil_mode in (False, True):
        yield from _around(layer, {"padding": 0, "ceil_mode": ceil_mode}, pads=layer.padding)
        for pads in (reach, layer.padding):
            yield from _around(layer, {"padding": 0, "ceil_mode": ceil_mode}, pads=pads)
    for more in product(range(_FURTHER), repeat=len(befores)):
        padding = tuple((before + m * s,) * 2 for before, m, s in zip(befores, more, layer.stride))
        for ceil_mode in (False, True):
            changes = {"padding": padding, "ceil_mode": ceil_mode, "count_include_pad": False}
            yield from _around(layer, changes, first=more)


def _hangs(layer: MaxPool | AvgPool) -> list[int]:
    """By how many cells the last window of each axis reaches past the input's end."""
    return [max(0, axis.start(axis.output_size - 1) + axis.footprint - axis.input_size) for axis in layer.axes]


def _checked(layer: Layer, arranged: Arranged) -> str:
    """How a layer and what shall equal it were compared: "values" or "windows"; "" where values differ."""
    channels = channels_of(layer)
    windows = prod(output_size(arranged.layer)) * prod(window_size(layer))
    many = 1 if channels is None else channels.outputs * channels.read
    if windows > _MOST_CHECKED or prod(window_size(layer)) > _LARGEST_CHECKED:
        return "windows"
    if windows * many > _MOST_CHECKED:
        layer, arranged = with_channels(layer, None), replace(arranged, layer=with_channels(arranged.layer, None))
    draw = np.random.default_rng(0)
    numbers = draw.integers(-99, 100, input_shape(layer))
    kernel = draw.integers(-99, 100, kernel_shape(layer)) if isinstance(layer, Conv | ConvTranspose) else None
    made = run(arranged, numbers, kernel)
    return "values" if np.array_equal(run(alone(layer), numbers, kernel), made) else ""


def run(arranged: Arranged, numbers: Numbers, kernel: Numbers | None) -> Numbers:
    """What an arranged layer makes of numbers (shape of its input, before the pad) with the weights of the other."""
    axes = len(arranged.pads)
    around = [(0, 0)] * (numbers.ndim - axes) + list(arranged.pads)
    if arranged.pad_mode in _PADS:
        padded = np.pad(numbers, around, mode=_PADS[arranged.pad_mode])  # type: ignore[call-overload]
    elif isinstance(arranged.layer, MaxPool) and any(map(any, arranged.pads)):
        padded = np.pad(numbers.astype(float), around, constant_values=-np.inf)
    else:
        padded = np.pad(numbers, around)
    if kernel is not None and arranged.flips:
        kernel = np.flip(kernel, tuple(range(-axes, 0)))
    output = values_of(Geometry(arranged.layer), padded, kernel).output
    kept: Any = (..., *(windows.kept for windows in arranged.windows))
    return np.asarray(output[kept])
