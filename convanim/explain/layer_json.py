"""The geometry of a layer as JSON, version 2: windows axis by axis, and steps where they are asked for; a stream."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any

from convanim.code.frameworks import code_table
from convanim.explain.windows_json import window_entries
from convanim.layers.axis import Axis
from convanim.layers.geometry import Geometry, Tap
from convanim.layers.layer import Layer, Rearranged
from convanim.layers.operations import operation_of
from convanim.layers.sizes import Cell
from convanim.networks.cost import Cost, stage_cost
from convanim.numbers.sources import Numbers
from convanim.numbers.values import Values

VERSION = 2
AT_ONCE = 4096  # numbers or taps in a piece of text, at most


def geometry_json(
    geometry: Geometry, values: Values | None = None, listed: Sequence[int] | None = None, *, taps: bool = False
) -> Iterator[str]:
    """The JSON text of a geometry, in pieces; always the gather reading. The steps that are `listed` come last.

    A tap is one pair of each axis: `axes[a]["windows"][o][k]` is the input index that kernel index k meets at output
    index o, null where it meets none, which makes the tap's input null. Where there are channels, output channel c
    reads the range `channels[c]["input"]`, one after another with those of the ranges `channels[c]["kernel"]`.
    `y[output] = sum(w[kernel] * x[input])` over the taps whose input is not null; for max pooling the maximum of them,
    -inf when there is none; for upsampling the sum of the inputs times the taps' weights, each the product of the axes'
    `weights[o][k]`; for average pooling their sum over the product of the axes' `divisors`, or over the layer's
    `divisor_override`; for power-average pooling the sum of their powers (without
    their signs where the layer is `absolute`), times the kernel's cells over that product, to the power of
    1/`norm_type`. A pad has one tap, which is the output; where its input is null, the layer's `value` is. What puts
    cells into other channels has one tap: of a pixel shuffle, that of the input channel which is
    `channels[c]["input"][0]` plus the axes' `channel_steps[o]`; of the others that of
    `channels[c]["kernel_cell"]`. A fold is the sum of its taps: the axes' `kernels[o][k]` are the kernel cell of
    each, whose number in row-major order is how many behind `channels[c]["input"][0]` its channel is.
    Indices are one number per axis, behind their channel where the layer has channels.
    """
    yield f'{{"version": {VERSION},\n '
    yield from geometry_entries(geometry, values, listed, taps=taps)
    yield "}\n"


def geometry_entries(
    geometry: Geometry, values: Values | None, listed: Sequence[int] | None, *, taps: bool
) -> Iterator[str]:
    """What stands between the outermost braces, behind the version."""
    yield f'"layer": {dumped(layer_table(geometry.layer))},\n "output_size": {dumped(geometry.output_size)},\n'
    yield f' "code": {dumped(code_entry(geometry.layer))},\n'
    if values is not None:
        yield ' "values": '
        yield from value_entry(values)
        yield ",\n"
    yield f' "cost": {dumped(cost_table(stage_cost(geometry.layer)))},\n'
    yield from window_entries(geometry)
    yield step_entry(geometry.steps, geometry.order)
    if listed is not None:
        yield from steps(told_step(geometry, step, taps) for step in listed)


def layer_table(layer: Layer) -> dict[str, Any]:
    """The layer's arguments as JSON has them, normalised."""
    table: dict[str, Any] = {"op": layer.op}
    for field in operation_of(layer).fields:
        if not field.is_worked_in:
            table[field.name] = getattr(layer, field.name)
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


def step_entry(count: int, order: str) -> str:
    """How many steps there are, and which output cell each of them makes."""
    return f' "step_count": {count},\n "order": {dumped(order)}'


def steps(told: Iterable[Iterable[str]]) -> Iterator[str]:
    """The list of steps, one a line, each in pieces; the last entry of a figure."""
    yield ',\n "steps": ['
    for number, pieces in enumerate(told):
        if number:
            yield ",\n           "
        yield from pieces
    yield "]"


def nested(numbers: Numbers) -> Iterator[str]:
    """Nested lists in pieces, with null for -inf, which JSON does not have."""
    yield "["
    if numbers.ndim > 1:
        for number, row in enumerate(numbers):
            yield ", " if number else ""
            yield from nested(row)
    else:
        for start in range(0, len(numbers), AT_ONCE):
            told = [None if n == float("-inf") else n for n in numbers[start : start + AT_ONCE].tolist()]
            yield (", " if start else "") + dumped(told)[1:-1]
    yield "]"


def dumped(value: object) -> str:
    """A value as strict JSON on one line."""
    return json.dumps(value, allow_nan=False)


def told_step(
    geometry: Geometry, step: int, has_taps: bool, weight_of: Callable[[Tap], float] | None = None
) -> Iterator[str]:
    """A step in pieces: its number, its cell, its taps in the kernel's row-major order, its divisor.

    `weight_of` says how much of its input a tap is, where numbers alone do.
    """
    output = geometry.output(step)
    yield f'{{"step": {step}, "output": {dumped(output)}'
    if has_taps:
        yield ', "taps": ['
        joint = ""
        for taps in _taps(geometry, output) if weight_of is None else _weighed(geometry, output, weight_of):
            yield joint + taps
            joint = ", "
        yield "]"
    divisor = geometry.divisor(output)
    yield "}" if divisor is None else f', "divisor": {dumped(divisor)}}}'


def _weighed(geometry: Geometry, output: Cell, weight_of: Callable[[Tap], float]) -> Iterator[str]:
    for tap in geometry.taps(output):
        weight = {} if tap.input is None else {"weight": weight_of(tap)}
        yield dumped({"kernel": tap.kernel, "input": tap.input, **weight})


def _taps(geometry: Geometry, output: Cell) -> Iterator[str]:
    """The taps of an output cell, as many at once as stand in a row of the kernel."""
    if geometry.channels is None:
        yield from _spatial_taps(geometry.axes, output, "", "")
        return
    if isinstance(geometry.layer, Rearranged):
        yield from (dumped({"kernel": tap.kernel, "input": tap.input}) for tap in geometry.taps(output))
        return
    channel, *cell = output
    for source in geometry.channels.inputs_of([channel]):
        place = geometry.kernel_place(source, channel)
        yield from _spatial_taps(geometry.axes, tuple(cell), "".join(f"{n}, " for n in place), f"{source}, ")


def _spatial_taps(axes: tuple[Axis, ...], output: Cell, place: str, source: str) -> Iterator[str]:
    """The taps in one slice of the kernel, whose place stands before a kernel cell, as the source before an input."""
    *outer, last = axes
    size, last_weights = last.window_size(output[-1]), last.weights(output[-1])
    for kernel in product(*(range(axis.window_size(at)) for axis, at in zip(outer, output))):
        places = [(axis, axis.position(at, k)) for axis, at, k in zip(outer, output, kernel)]
        cells = [axis.input_at(position) for axis, position in places]
        in_copy = any(axis.is_copy(position) for axis, position in places)
        row, of = place + "".join(f"{k}, " for k in kernel), source + "".join(f"{cell}, " for cell in cells)
        along = [(axis.weights(at), k) for axis, at, k in zip(outer, output, kernel)]
        by = prod(weights[k] for weights, k in along if weights is not None)
        for first in range(0, size, AT_ONCE):
            yield ", ".join(
                f'{{"kernel": [{row}{k}], "input": '
                + ("null" if None in cells or cell is None else f"[{of}{cell}]")
                + (', "pad": true' if in_copy or is_copy else "")
                + ("}" if last_weights is None else f', "weight": {dumped(float(by * last_weights[k]))}}}')
                for k, cell, is_copy in _along(last, output[-1], first, min(first + AT_ONCE, size))
            )


@lru_cache(maxsize=64)
def _along(axis: Axis, output: int, first: int, end: int) -> list[tuple[int, int | None, bool]]:
    """Some kernel cells of an axis: their number, the input cell that they meet, whether it is a copy."""
    places = [(k, axis.position(output, k)) for k in range(first, end)]
    return [(k, axis.input_at(position), axis.is_copy(position)) for k, position in places]


def value_entry(values: Values) -> Iterator[str]:
    """The numbers of a layer, in pieces."""
    yield '{"input": '
    yield from nested(values.input)
    yield ', "kernel": '
    yield from ["null"] if values.kernel is None else nested(values.kernel)
    yield ', "output": '
    yield from nested(values.output)
    yield "}"
