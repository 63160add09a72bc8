"""The backward pass of a layer as JSON: the layer that it is, as a layer's geometry has it, and of which it is."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from convanim.explain.layer_json import (
    code_entry,
    cost_table,
    dumped,
    layer_table,
    nested,
    step_entry,
    steps,
    told_step,
    value_entry,
)
from convanim.explain.windows_json import window_entries
from convanim.layers.backward import Backward
from convanim.layers.geometry import Geometry, Tap
from convanim.layers.layer import MaxPool
from convanim.layers.operations import operation_of
from convanim.networks.cost import cost_of
from convanim.numbers.gradients import Gradients, as_stored
from convanim.numbers.maps import Numbers
from convanim.numbers.shares import Shares
from convanim.numbers.values import winners


def backward_entries(
    backward: Backward, gradients: Gradients | None, order: str, listed: Sequence[int] | None, *, taps: bool
) -> Iterator[str]:
    """What stands between the outermost braces.

    `layer` is the layer that flows back, `backward` by what, and `as` the layer which that is: its are all windows and
    taps, and `values`, of which `input` and `kernel` are what the gradient is made of and `output` is the gradient.
    Its padding may be below zero, which cuts cells off. `forward` are the numbers of the layer itself.

    Of a pool taps have weights instead of a kernel's: 1 over the `divisors` of the output cell that is their input, or
    1 where its maximum, which `winners` names by channel and place, was the cell that is made, else 0.
    """
    layer, geometry = backward.layer, Geometry(backward.drawn, order)
    has_weights = operation_of(layer).has_weights
    yield f'"layer": {dumped(layer_table(layer))},\n "backward": {dumped(backward.by)},\n'
    yield f' "as": {dumped(layer_table(backward.drawn))},\n "output_size": {dumped(geometry.output_size)},\n'
    code = code_entry(backward.drawn) if has_weights and backward.by == "input" else None
    yield f' "code": {dumped(code)},\n'
    shares = _shares(backward, gradients)
    if gradients is not None:
        yield ' "values": '
        yield from value_entry(gradients.drawn)
        yield ',\n "forward": '
        yield from value_entry(gradients.forward)
        yield ",\n"
        if backward.by == "weight" and geometry.channels is not None:
            yield ' "weight_gradient": '
            yield from nested(as_stored(backward, gradients.drawn.output))
            yield ",\n"
    if shares is not None and shares.divisors is not None:
        yield f' "divisors": {dumped(shares.divisors.tolist())},\n'
    if gradients is not None and isinstance(layer, MaxPool):
        yield f' "winners": {dumped(_winners(layer, gradients.forward.input))},\n'
    yield f' "cost": {dumped(cost_table(cost_of(backward)))},\n'
    yield from window_entries(geometry)
    yield step_entry(geometry.steps, geometry.order)
    if listed is None:
        return
    weight_of = None if shares is None else lambda tap: _weight(shares, tap)
    yield from steps(told_step(geometry, step, taps, weight_of) for step in listed)


def _shares(backward: Backward, gradients: Gradients | None) -> Shares | None:
    """How a pool's gradients are shared out, as far as that is known."""
    if operation_of(backward.layer).has_weights:
        return None
    if gradients is not None:
        return gradients.drawn.shares
    return None if isinstance(backward.layer, MaxPool) else Shares(None, Geometry(backward.layer).divisors)


def _weight(shares: Shares, tap: Tap) -> float:
    weight: float = shares.part(1, tap)
    return weight


def _winners(layer: MaxPool, numbers: Numbers) -> Any:
    """For every output cell of a max pool the input cell that was its maximum, null where none was; nested lists."""
    geometry = Geometry(layer)
    places = winners(geometry, numbers)
    channel = np.indices(places.shape)[: -len(geometry.axes)]
    cells = np.stack([*channel, *np.unravel_index(np.maximum(places, 0), layer.input_size)], axis=-1)
    found = cells.tolist()
    for *outer, last in np.argwhere(places < 0).tolist():
        row = found
        for index in outer:
            row = row[index]
        row[last] = None
    return found
