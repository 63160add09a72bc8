"""Two layers held against each other, as JSON, version 1."""

from dataclasses import asdict
from itertools import islice
from math import isfinite
from typing import Any

from convanim.explain.findings import Findings, taps_in
from convanim.explain.layer_json import dumped, layer_table
from convanim.figures.recipes.layer_pairs import Side
from convanim.layers.geometry import Geometry
from convanim.layers.layer import output_shape
from convanim.layers.sizes import AXIS_NAMES, Cell
from convanim.words.language import english

VERSION = 1
_MOST_TAPS = 10_000  # of one output cell that are listed


def difference_table(found: Findings) -> dict[str, Any]:
    """What B does otherwise than A, as JSON has it.

    `cells` are the output cells that both have, `differing` those of them that differ for some numbers; `taps` counts
    what reads of one channel find (of pools, cells in windows), null where no weights fit both. `first` is the first
    output cell that differs, with the taps of both (`"input": null` is a zero), the first 10,000 of them. `equal_layer`
    is what equals A in B's framework: code before it, its own, code after it, and what makes A's weights its own, null
    where there is nothing to do; where there is no such layer, `why` says why.
    """
    difference = found.difference
    return {
        "version": VERSION,
        "a": _side(found.a),
        "b": _side(found.b),
        "equal": found.is_equal,
        "same_size": difference.same_size,
        "axes": [
            {
                "axis": name,
                "first_window": {"a": a.start(0), "b": b.start(0)},
                "windows_apart": {"a": a.stride, "b": b.stride},
                "cells_apart": {"a": a.dilation, "b": b.dilation},
                "inputs_apart": {"a": a.spread, "b": b.spread},
                "kernel_flipped": {"a": a.flipped, "b": b.flipped},
            }
            for name, a, b in zip(AXIS_NAMES[len(difference.common)], found.a.layer.axes, found.b.layer.axes)
        ],
        "same_kernels": difference.same_kernels,
        "weights": found.weights or None,
        "taps": asdict(difference.taps) if difference.same_kernels and difference.taps is not None else None,
        "cells": difference.cells,
        "differing": difference.differing,
        "otherwise_divided": difference.otherwise_divided,
        "first": None if found.first is None else _first(found, found.first),
        "values": _values(found),
        "equal_layer": _mend(found),
        "why": found.why_not(english()) or None,
    }


def difference_json(found: Findings) -> str:
    """The JSON text of it, an entry a line."""
    entries = (f"{dumped(name)}: {dumped(value)}" for name, value in difference_table(found).items())
    return "{" + ",\n ".join(entries) + "}"


def _side(side: Side) -> dict[str, Any]:
    made = list(output_shape(side.layer))
    return {
        "text": side.named(english()),
        "framework": side.framework or None,
        "layer": layer_table(side.layer),
        "output_shape": made,
    }


def _first(found: Findings, cell: Cell) -> dict[str, Any]:
    return {"output": list(cell), "a": _cell(found.a, cell), "b": _cell(found.b, cell)}


def _cell(side: Side, cell: Cell) -> dict[str, Any]:
    geometry = Geometry(side.layer)
    taps = [
        {"kernel": list(tap.kernel), "input": None if tap.input is None else list(tap.input)}
        for tap in islice(geometry.taps(cell), _MOST_TAPS)
    ]
    divisor = geometry.divisor(cell)
    told: dict[str, Any] = {"taps": taps}
    if taps_in(geometry, cell) > len(taps):
        told["taps_left_out"] = taps_in(geometry, cell) - len(taps)
    return told if divisor is None else {**told, "divisor": divisor}


def _values(found: Findings) -> dict[str, Any] | None:
    if found.options.values is None and found.options.kernel_values is None:
        return None
    values = found.values
    if values is None:
        return None
    at = None if values.at is None else list(values.at)
    told: dict[str, Any] = {
        "differing": values.differing,
        "largest": values.most if isfinite(values.most) else None,
        "output": at,
    }
    for name, side in (("a", values.a), ("b", values.b)):
        number = None if values.at is None else float(side.output[values.at])
        told[name] = number if number is None or isfinite(number) else None
    return told


def _mend(found: Findings) -> dict[str, Any] | None:
    mend = found.mend
    if mend is None:
        return None
    weights = found.mended_weights
    return {
        "before": mend.before or None,
        "layer": mend.layer,
        "after": mend.after or None,
        "weights": None if weights in ("", "w") else weights,
        "checked": mend.checked,
    }
