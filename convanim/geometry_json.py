"""The geometry of a layer as JSON, version 1: written as a stream, step by step."""

import json
from collections.abc import Iterator
from typing import Any

from convanim.code import code_table
from convanim.cost import Cost, stage_cost
from convanim.geometry import Geometry, Tap
from convanim.layers import Layer
from convanim.operations import operation_of
from convanim.sources import Numbers
from convanim.values import Values

VERSION = 1


def geometry_json(geometry: Geometry, values: Values | None = None) -> Iterator[str]:
    """The JSON text of a geometry, in pieces; always the gather reading.

    `y[output] = sum(w[kernel] * x[input])` over the taps whose input is not null; for max pooling the maximum of them,
    -inf when there is none; for average pooling their sum over the step's `divisor`. Indices are one number per axis,
    behind their channel where the layer has channels.
    """
    yield f'{{"version": {VERSION},\n '
    yield from geometry_entries(geometry, values)
    yield "}\n"


def geometry_entries(geometry: Geometry, values: Values | None) -> Iterator[str]:
    """What stands between the outermost braces, behind the version."""
    yield f'"layer": {dumped(layer_table(geometry.layer))},\n "output_size": {dumped(geometry.output_size)},\n'
    yield f' "code": {dumped(code_entry(geometry.layer))},\n'
    if values is not None:
        yield f' "values": {dumped(_values(values))},\n'
    yield f' "cost": {dumped(cost_table(stage_cost(geometry.layer)))},\n'
    yield from steps(_step(geometry, step) for step in range(geometry.steps))


def layer_table(layer: Layer) -> dict[str, Any]:
    """The layer's arguments as JSON has them, normalised."""
    table: dict[str, Any] = {"op": layer.op}
    for name in operation_of(layer).field_names:
        table[name] = getattr(layer, name)
    if operation_of(layer).has_weights:
        table["padding_mode"] = table.pop("padding_mode", "zeros")
        if table.pop("transpose_kernel", True) is False:
            table["transpose_kernel"] = False
        for name in ("groups", "in_channels", "out_channels"):
            table[name] = table.pop(name)
    elif layer.in_channels is None:
        del table["in_channels"]
    return table


def code_entry(layer: Layer) -> dict[str, Any]:
    """The layer as code of each framework, null where it has none; `why` says why for those."""
    codes, why = code_table(layer)
    return {**codes, "why": why}


def cost_table(cost: Cost) -> dict[str, int]:
    """A cost as JSON has it."""
    return {"weights": cost.weights, "macs": cost.macs, "activations": cost.activations}


def steps(tables: Iterator[dict[str, Any]]) -> Iterator[str]:
    """The list of steps, one a line; the last entry of a figure."""
    yield ' "steps": ['
    for number, table in enumerate(tables):
        yield (",\n           " if number else "") + dumped(table)
    yield "]"


def nested(numbers: Numbers) -> list[Any]:
    """Nested lists, with null for -inf, which JSON does not have."""
    if numbers.ndim > 1:
        return [nested(row) for row in numbers]
    return [None if number == float("-inf") else number for number in numbers.tolist()]


def dumped(value: object) -> str:
    """A value as strict JSON on one line."""
    return json.dumps(value, allow_nan=False)


def _step(geometry: Geometry, step: int) -> dict[str, Any]:
    output = geometry.output(step)
    taps = [_tap(tap) for tap in geometry.taps(output)]
    divisor = geometry.divisor(output)
    return {"output": output, "taps": taps} | ({} if divisor is None else {"divisor": divisor})


def _tap(tap: Tap) -> dict[str, Any]:
    return {"kernel": tap.kernel, "input": tap.input} | ({"pad": True} if tap.is_copy else {})


def _values(values: Values) -> dict[str, Any]:
    kernel = None if values.kernel is None else nested(values.kernel)
    return {"input": nested(values.input), "kernel": kernel, "output": nested(values.output)}
