"""What a layer's JSON says that outputs read, by its documented rule and with no help of the package."""

from itertools import product
from math import prod
from typing import Any

import numpy as np


def taps_of(told: Any, cell: list[int]) -> list[dict[str, Any]]:
    """The taps of an output cell, by the documented rule for axes and channels."""
    axes, places = told["axes"], cell[-len(told["axes"]) :]
    sources: list[Any] = [([], [])]
    if told["channels"] is not None:
        read = told["channels"][cell[0]]
        slices = product(*(range(*ends) for ends in read["kernel"]))
        sources = [([c], list(slice)) for c, slice in zip(range(*read["input"]), slices, strict=True)]
    taps = []
    for (source, place), pairs in product(
        sources, product(*(enumerate(axis["windows"][o]) for axis, o in zip(axes, places)))
    ):
        kernel, cells = zip(*pairs)
        tap = {"kernel": [*place, *kernel], "input": None if None in cells else [*source, *cells]}
        copied = [k in axis["pad"][o] for axis, o, k in zip(axes, places, kernel) if "pad" in axis]
        taps.append(tap | ({"pad": True} if any(copied) else {}))
    return taps


def divisor_of(told: Any, cell: list[int]) -> Any:
    """What a mean is divided by, by the documented rule; None for any other layer."""
    if told["layer"]["op"] != "avg-pool":
        return None
    override = told["layer"]["divisor_override"]
    places = cell[-len(told["axes"]) :]
    return override or prod(axis["divisors"][o] for axis, o in zip(told["axes"], places))


def from_the_json_alone(told: Any) -> Any:
    """The output that the JSON's rule gives from its values: a sum, a maximum or a mean over the taps."""
    numbers, weights = np.array(told["values"]["input"], float), told["values"]["kernel"]
    kernel = None if weights is None else np.array(weights, float)
    sizes = [*([] if told["channels"] is None else [len(told["channels"])]), *told["output_size"]]
    output = np.full(sizes, np.nan)
    for cell in product(*map(range, sizes)):
        taps = [tap for tap in taps_of(told, list(cell)) if tap["input"] is not None]
        cells = [numbers[tuple(tap["input"])] for tap in taps]
        divisor = divisor_of(told, list(cell))
        if kernel is not None:
            made = sum(kernel[tuple(tap["kernel"])] * cell for tap, cell in zip(taps, cells))
        else:
            made = max(cells, default=-np.inf) if divisor is None else sum(cells) / divisor
        output[cell] = made
    return output
