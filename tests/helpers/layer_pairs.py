"""Random pairs of layers over the same input, often near to each other; and by brute force where they differ."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, channels_of
from helpers.oracle import Cell, Oracle, cells, oracle_of

KINDS: tuple[Any, ...] = (Conv, ConvTranspose, MaxPool, AvgPool)


def random_pairs(kind: Any, rng: random.Random, count: int) -> Iterator[tuple[Layer, Layer]]:
    """Pairs of layers of a kind, which read the same input; a convolution may stand against a transposed one."""
    while count:
        dims = rng.randint(1, 2)
        size = tuple(rng.randint(1, 7) for _ in range(dims))
        said = _drawn(kind, dims, rng)
        channels = {"in_channels": 2, "out_channels": rng.choice([2, 4]), "groups": rng.choice([1, 2])}
        if kind in (Conv, ConvTranspose) and rng.random() < 0.4:
            said |= channels
        other, changed = kind, dict(said)
        drawn = _drawn(kind, dims, rng)
        for name in rng.sample(sorted(drawn), rng.randint(0, 3)):
            changed[name] = drawn[name]
        if kind in (Conv, ConvTranspose) and rng.random() < 0.2:
            other = Conv if kind is ConvTranspose else ConvTranspose
            drawn = _drawn(other, dims, rng)
            changed = drawn | {name: changed[name] for name in changed if name in drawn and rng.random() < 0.8}
            changed |= {name: said[name] for name in channels if name in said}
        try:
            pair = kind(size, **said), other(size, **changed)
        except RequestError:
            continue
        count -= 1
        yield pair


def _drawn(kind: Any, dims: int, rng: random.Random) -> dict[str, Any]:
    """Random arguments."""

    def each(low: int, high: int) -> tuple[int, ...]:
        return tuple(rng.randint(low, high) for _ in range(dims))

    kernel = each(1, 4)
    pool = kind in (MaxPool, AvgPool)
    most = [k - 1 if pool else 3 for k in kernel]
    said: dict[str, Any] = {
        "kernel_size": kernel,
        "stride": each(1, 3),
        "padding": tuple((rng.randint(0, m), rng.randint(0, m)) for m in most),
    }
    if kind is not AvgPool and rng.random() < 0.4:
        said["dilation"] = each(1, 3)
    if kind is Conv and rng.random() < 0.3:
        said["padding_mode"] = rng.choice(["zeros", "reflect", "replicate", "circular"])
    if kind is ConvTranspose:
        said |= {"output_padding": each(0, 2), "transpose_kernel": rng.random() < 0.7}
    if pool:
        said["ceil_mode"] = rng.random() < 0.4
    if kind is AvgPool:
        said["count_include_pad"] = rng.random() < 0.5
        if dims == 2 and rng.random() < 0.2:
            said["divisor_override"] = rng.randint(1, 9)
    return said


def differing_cells(a: Layer, b: Layer) -> NDArray[np.bool_]:
    """Which output cells that both have differ for some numbers, in one channel, from all taps of both."""
    one, other = oracle(a), oracle(b)
    common = tuple(map(min, one.output_size, other.output_size))
    found = [_formula(a, one, cell) != _formula(b, other, cell) for cell in cells(common)]
    if not _fit(a, b):
        found = [bool(_reads(one, cell) or _reads(other, cell)) for cell in cells(common)]
    return np.array(found).reshape(common)


def oracle(layer: Layer) -> Oracle:
    """The oracle of a layer, its kernel turned around where it is to be, its padding with the copies that it holds."""
    if isinstance(layer, Conv) and layer.padding_mode != "zeros":
        return _copying(layer)
    found = oracle_of(layer)
    if not isinstance(layer, ConvTranspose) or layer.transpose_kernel:
        return found
    taps = {cell: [(_turned(layer, kernel), source) for kernel, source in met] for cell, met in found.taps.items()}
    return replace(found, taps=taps)


def _copying(layer: Conv) -> Oracle:
    """The oracle of a convolution over an input that numpy has padded with copies."""
    mode: Any = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}[layer.padding_mode]
    names = np.pad(np.arange(np.prod(layer.input_size)).reshape(layer.input_size), layer.padding, mode=mode)
    found = oracle_of(Conv(names.shape, layer.kernel_size, layer.stride, 0, layer.dilation))
    real = [tuple(map(int, cell)) for cell in np.ndindex(layer.input_size)]
    taps = {cell: [(kernel, real[names[at]]) for kernel, at in met if at] for cell, met in found.taps.items()}
    return replace(found, taps=taps)


def _turned(layer: Layer, kernel: Cell) -> Cell:
    return tuple(size - 1 - k for size, k in zip(layer.kernel_size, kernel))  # type: ignore[union-attr]


def _fit(a: Layer, b: Layer) -> bool:
    """Whether the same weights go into both."""
    if not isinstance(a, Conv | ConvTranspose):
        return True
    one, other = channels_of(a), channels_of(b)
    wired = one == other or (one is not None and other is not None and one.groups == other.groups == 1)
    return a.kernel_size == b.kernel_size and wired  # type: ignore[union-attr]


def _reads(found: Oracle, cell: Cell) -> list[Cell]:
    return [source for _, source in found.taps[cell] if source is not None]


def _formula(layer: Layer, found: Oracle, cell: Cell) -> object:
    """What an output cell is as a function of all inputs and weights, in a form that is equal only if it is."""
    if isinstance(layer, Conv | ConvTranspose):
        return frozenset((kernel, source) for kernel, source in found.taps[cell] if source is not None)
    read = frozenset(_reads(found, cell))
    return (read, found.divisors[cell]) if isinstance(layer, AvgPool) and read else read
