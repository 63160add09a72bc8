"""A network as a table: every node's output, parameters, multiply–accumulates and receptive field."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from convanim.errors import escaped
from convanim.layers.layer import Conv, ConvTranspose, Layer, LPPool, Sliding, dilation_of, output_size
from convanim.layers.layer import Pad as PadLayer
from convanim.layers.sizes import Sizes, spelled, spelled_short, spelled_sides
from convanim.networks.between import Join, Pad, is_global_pool
from convanim.networks.cost import Cost, network_cost, node_cost
from convanim.networks.network import INPUT, Network, Node
from convanim.networks.network_fields import Fields, network_fields

_TITLES = ("name", "operation", "output", "parameters", "MACs", "field", "stride", "start")
_RIGHT = (3, 4)  # columns of numbers
_LONGEST = 40  # characters of a name in the table


@dataclass(frozen=True)
class Row:
    """What the table says of one node. The field is that of a cell in the input, None where no formula holds."""

    node: Node
    cost: Cost
    fields: Fields | None


def rows_of(network: Network) -> list[Row]:
    """A row for every node."""
    fields = network_fields(network)
    return [Row(node, node_cost(node), fields[node.name]) for node in network.nodes]


def table_lines(network: Network) -> list[str]:
    """The table as text, its totals behind it."""
    cells: list[tuple[str, ...]] = [_TITLES, (INPUT, "", shape_text(network.input_shape), "", "", "", "", "")]
    cells += [_cells(row) for row in rows_of(network)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_TITLES))]
    lines = []
    for row in cells:
        parts = [text.rjust(w) if i in _RIGHT else text.ljust(w) for i, (text, w) in enumerate(zip(row, widths))]
        lines.append("  ".join(parts).rstrip())
    total, count = network_cost(network), len(network.nodes)
    lines += [
        "",
        f"{count:,} {'layer' if count == 1 else 'layers'}, {total.parameters:,} parameters "
        f"({total.weights:,} without biases), "
        f"{total.macs:,} multiply–accumulates, {total.activations:,} activations",
    ]
    return lines


def _cells(row: Row) -> tuple[str, ...]:
    return (
        _cut(escaped(row.node.name)),
        operation_text(row.node),
        shape_text(row.node.shape),
        f"{row.cost.parameters:,}" if row.cost.parameters else "",
        f"{row.cost.macs:,}" if row.cost.macs else "",
        *field_texts(row.fields),
    )


def _cut(name: str) -> str:
    """A name, its middle left out where it is long: the end says more than what comes before."""
    return name if len(name) <= _LONGEST else f"{name[:10]}…{name[11 - _LONGEST :]}"


def shape_text(shape: Sizes) -> str:
    """A map's shape, `64@56×56`, or a vector's, `1000`."""
    return str(shape[0]) if len(shape) == 1 else f"{shape[0]}@{spelled(shape[1:])}"


def field_texts(fields: Fields | None) -> tuple[str, str, str]:
    """A field's size, stride and start: one number where all axes agree. `varies` where no formula holds."""
    if fields is None:
        return ("varies", "", "")
    size = "×".join(str(field.size) for field in fields)
    return (size, _short([field.stride for field in fields]), _short([field.start for field in fields]))


def _short(numbers: Sequence[Fraction]) -> str:
    return "×".join(map(str, numbers[:1] if len(set(numbers)) == 1 else numbers))


def operation_text(node: Node) -> str:
    """What a node does: `conv 3×3 s2 p1`, `concat 4`, `linear`."""
    operation = node.operation
    if is_global_pool(operation):
        return node.op.replace("adaptive", "global")
    if isinstance(operation, Layer):
        is_crop = isinstance(operation, PadLayer) and operation.is_crop
        return " ".join(["crop" if is_crop else node.op, *_layer_words(operation)])
    match operation:
        case Pad(sides=sides):
            sign = 1 if node.op == "pad" else -1
            return f"{node.op} {spelled_sides(tuple((sign * a, sign * b) for a, b in sides[1:]))}"
        case Join(shapes=shapes):
            return f"{node.op} {len(shapes)}"
    return node.op


def _layer_words(layer: Layer) -> Iterator[str]:
    if isinstance(layer, PadLayer):
        sign = -1 if layer.is_crop else 1
        yield spelled_sides(tuple((sign * before, sign * after) for before, after in layer.padding))
        yield from [] if layer.mode == "constant" else [layer.mode]
        return
    if isinstance(layer, LPPool):
        yield spelled(layer.kernel_size)
        yield f"n{layer.norm_type:g}"
        yield from ["|x|"] if layer.absolute else []
        yield from [f"s{spelled_short(layer.stride)}"] if layer.stride != layer.kernel_size else []
        return
    if not isinstance(layer, Sliding):
        yield spelled(output_size(layer))
        return
    yield spelled(layer.kernel_size)
    if max(layer.stride) > 1:
        yield f"s{spelled_short(layer.stride)}"
    if any(map(any, layer.padding)):
        yield f"p{spelled_sides(layer.padding)}"
    if max(dilation_of(layer)) > 1:
        yield f"d{spelled_short(dilation_of(layer))}"
    if isinstance(layer, Conv | ConvTranspose) and layer.groups > 1:
        yield f"g{layer.groups}"


def network_table(network: Network) -> dict[str, Any]:
    """The table for JSON: input, a list of layers, totals. Fields of a join's branches stand beside that of all."""
    fields = network_fields(network)
    layers = []
    for node in network.nodes:
        cost = node_cost(node)
        entry = {
            "name": node.name,
            "op": node.op,
            "operation": operation_text(node),
            "inputs": list(node.inputs),
            "output_shape": list(node.shape),
            **_costs(cost),
            "receptive_field": _field_table(fields[node.name]),
        }
        if isinstance(node.operation, Join):
            entry["branches"] = {name: _field_table(fields[name]) for name in node.inputs}
        layers.append(entry)
    return {
        "version": 1,
        "input_shape": list(network.input_shape),
        "layers": layers,
        "total": {"layers": len(layers), **_costs(network_cost(network))},
    }


def _costs(cost: Cost) -> dict[str, int]:
    return {
        "parameters": cost.parameters,
        "weights": cost.weights,
        "biases": cost.biases,
        "macs": cost.macs,
        "activations": cost.activations,
    }


def _field_table(fields: Fields | None) -> dict[str, Any] | None:
    if fields is None:
        return None
    return {name: [_number(getattr(field, name)) for field in fields] for name in ("size", "stride", "start")}


def _number(number: Fraction) -> int | float:
    return number.numerator if number.denominator == 1 else float(number)


def json_text(network: Network) -> str:
    """The table as strict JSON."""
    return json.dumps(network_table(network), ensure_ascii=False, indent=1, allow_nan=False)


def csv_text(network: Network) -> str:
    """The table as CSV, a row for every node."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        ("name", "op", "operation", "output", "parameters", "weights", "biases", "macs", "field", "stride", "start")
    )
    for row in rows_of(network):
        cost = row.cost
        writer.writerow(
            (
                _plain(row.node.name),
                row.node.op,
                operation_text(row.node),
                shape_text(row.node.shape),
                cost.parameters,
                cost.weights,
                cost.biases,
                cost.macs,
                *field_texts(row.fields),
            )
        )
    return stream.getvalue()


def _plain(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{escaped(name)}" if name[:1] in ("=", "+", "-", "@") else escaped(name)
