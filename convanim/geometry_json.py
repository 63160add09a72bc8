"""The geometry as JSON, version 1: written as a stream, step by step."""

import json
from collections.abc import Iterator
from typing import Any

from convanim.geometry import Geometry
from convanim.layers import Layer
from convanim.operations import operation_of
from convanim.sources import Numbers
from convanim.values import Values

VERSION = 1


def geometry_json(geometry: Geometry, values: Values | None = None) -> Iterator[str]:
    """The JSON text of a geometry, in pieces; always the gather reading.

    `y[output] = sum(w[kernel] * x[input])` over the taps whose input is not null; for max pooling the maximum of them,
    -inf when there is none; for average pooling their sum over the step's `divisor`. Indices are one number per axis.
    """
    yield f'{{"version": {VERSION},\n "layer": {_dump(layer_table(geometry.layer))},\n'
    yield f' "output_size": {_dump(geometry.output_size)},\n'
    if values is not None:
        yield f' "values": {_dump(_values(values))},\n'
    yield ' "steps": ['
    for step in range(geometry.steps):
        yield (",\n           " if step else "") + _dump(_step(geometry, step))
    yield "]}\n"


def layer_table(layer: Layer) -> dict[str, Any]:
    """The layer's arguments as JSON has them, normalised."""
    table: dict[str, Any] = {"op": layer.op}
    for name in operation_of(layer).field_names:
        table[name] = getattr(layer, name)
    if operation_of(layer).has_weights:
        # One map in, one map out, and zeros outside: the only kind there is so far.
        table |= {"padding_mode": "zeros", "groups": 1, "in_channels": None, "out_channels": None}
    return table


def _step(geometry: Geometry, step: int) -> dict[str, Any]:
    output = geometry.output(step)
    taps = [{"kernel": tap.kernel, "input": tap.input} for tap in geometry.taps(output)]
    divisor = geometry.divisor(output)
    return {"output": output, "taps": taps} | ({} if divisor is None else {"divisor": divisor})


def _values(values: Values) -> dict[str, Any]:
    kernel = None if values.kernel is None else _nested(values.kernel)
    return {"input": _nested(values.input), "kernel": kernel, "output": _nested(values.output)}


def _nested(numbers: Numbers) -> list[Any]:
    """Nested lists, with null for -inf, which JSON does not have."""
    if numbers.ndim > 1:
        return [_nested(row) for row in numbers]
    return [None if number == float("-inf") else number for number in numbers.tolist()]


def _dump(value: object) -> str:
    return json.dumps(value, allow_nan=False)
