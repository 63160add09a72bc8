"""What a layer's JSON says that outputs read, by its documented rule and with no help of the package."""

from itertools import product
from math import prod
from typing import Any

import numpy as np
import pytest


def taps_of(told: Any, cell: list[int]) -> list[dict[str, Any]]:
    """The taps of an output cell, by the documented rule for axes and channels."""
    axes, places = told["axes"], cell[-len(told["axes"]) :]
    sources: list[Any] = [([], [])]
    if told["channels"] is not None:
        read = told["channels"][cell[0]]
        slices = product(*(range(*ends) for ends in read["kernel"]))
        if "kernels" in axes[0]:
            return folded(told, cell)
        if "channel_steps" in axes[0]:
            source = read["input"][0] + sum(axis["channel_steps"][o] for axis, o in zip(axes, places))
            sources = [([source], list(next(slices)))]
        else:
            sources = [([c], list(slice)) for c, slice in zip(range(*read["input"]), slices, strict=True)]
    taps = []
    for (source, place), pairs in product(
        sources, product(*(enumerate(axis["windows"][o]) for axis, o in zip(axes, places)))
    ):
        kernel, cells = zip(*pairs)
        if told["channels"] is not None and list(kernel) != told["channels"][cell[0]].get("kernel_cell", list(kernel)):
            continue
        tap = {"kernel": [*place, *kernel], "input": None if None in cells else [*source, *cells]}
        copied = [k in axis["pad"][o] for axis, o, k in zip(axes, places, kernel) if "pad" in axis]
        tap |= {"pad": True} if any(copied) else {}  # type: ignore[dict-item]
        if "weights" in axes[0]:
            tap["weight"] = pytest.approx(prod(axis["weights"][o][k] for axis, o, k in zip(axes, places, kernel)))  # type: ignore[assignment]
        taps.append(tap)
    return taps


def folded(told: Any, cell: list[int]) -> list[dict[str, Any]]:
    """The taps of an output cell of a fold, by the documented rule."""
    size, first = told["layer"]["kernel_size"], told["channels"][cell[0]]["input"][0]
    along = [list(zip(axis["kernels"][o], axis["windows"][o], strict=True)) for axis, o in zip(told["axes"], cell[1:])]
    taps = []
    for pairs in product(*along):
        kernel, window = (list(part) for part in zip(*pairs))
        source = first + list(product(*map(range, size))).index(tuple(kernel))
        taps.append({"kernel": [cell[0], *kernel], "input": [source, *window]})
    return sorted(taps, key=lambda tap: tap["kernel"])


def divisor_of(told: Any, cell: list[int]) -> Any:
    """What a mean is divided by, by the documented rule; None for any other layer."""
    override = told["layer"].get("divisor_override")
    if override is not None or "divisors" not in told["axes"][0]:
        return override
    places = cell[-len(told["axes"]) :]
    return prod(axis["divisors"][o] for axis, o in zip(told["axes"], places))


def from_the_json_alone(told: Any) -> Any:
    """The output that the JSON's rule gives from its values: a sum, a maximum or a mean over the taps."""
    numbers, weights = np.array(told["values"]["input"], float), told["values"]["kernel"]
    kernel = None if weights is None else np.array(weights, float)
    sizes = [*([] if told["channels"] is None else [len(told["channels"])]), *told["output_size"]]
    output = np.full(sizes, np.nan)
    for cell in product(*map(range, sizes)):
        every = taps_of(told, list(cell))
        taps = [tap for tap in every if tap["input"] is not None]
        if told["layer"]["op"] == "pad":
            assert len(every) == 1
            output[cell] = numbers[tuple(taps[0]["input"])] if taps else told["layer"]["value"]
            continue
        cells = [numbers[tuple(tap["input"])] for tap in taps]
        divisor = divisor_of(told, list(cell))
        if told["layer"]["op"] == "lp-pool":
            p, k = told["layer"]["norm_type"], prod(told["layer"]["kernel_size"])
            cells = [abs(cell) for cell in cells] if told["layer"]["absolute"] else cells
            made = (sum(cell**p for cell in cells) * k / divisor) ** (1 / p)
        elif "weights" in told["axes"][0]:
            made = sum(tap["weight"].expected * cell for tap, cell in zip(taps, cells))
        elif kernel is not None:
            made = sum(kernel[tuple(tap["kernel"])] * cell for tap, cell in zip(taps, cells))
        else:
            is_copied = told["layer"]["op"] in ("pixel-shuffle", "pixel-unshuffle", "unfold", "fold")
            made = sum(cells) if is_copied else max(cells, default=-np.inf) if divisor is None else sum(cells) / divisor
        output[cell] = made
    return output
