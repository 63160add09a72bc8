"""What layers cost: weights, multiply–accumulates, activations."""

from dataclasses import dataclass
from math import prod

from convanim.chain import Chain, shape_out_of
from convanim.channels import Channels
from convanim.layers import Conv, ConvTranspose, Layer, channels_of, kernel_shape, output_size
from convanim.pointwise import Pointwise, Stage


@dataclass(frozen=True)
class Cost:
    """Weights without biases, multiply–accumulates, and activations: the numbers that are made."""

    weights: int
    macs: int
    activations: int

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.weights + other.weights, self.macs + other.macs, self.activations + other.activations)


def stage_cost(stage: Stage) -> Cost:
    """The cost of one layer or pointwise step.

    A convolution multiplies by its whole kernel in every output cell, a transposed one in every input cell, padding and
    crops included, as PyTorch's flop counter has it (two operations to a multiply–accumulate).
    """
    made = prod(shape_out_of(stage))
    if isinstance(stage, Pointwise) or not isinstance(stage, Conv | ConvTranspose):
        return Cost(0, 0, made)
    channels = channels_of(stage) or Channels(1, 1, 1)
    weights = prod(kernel_shape(stage))
    assert weights == channels.outputs * channels.read * prod(stage.kernel_size)
    cells = prod(stage.input_size if isinstance(stage, ConvTranspose) else output_size(stage))
    return Cost(weights, cells * weights, made)


def cost_of(figure: Layer | Chain) -> Cost:
    """The cost of a layer, or of all stages of a chain."""
    if not isinstance(figure, Chain):
        return stage_cost(figure)
    total = Cost(0, 0, 0)
    for stage in figure.stages:
        total += stage_cost(stage)
    return total


def spelled_cost(cost: Cost) -> str:
    """A cost in a caption: `1,000 weights · 40.0 M MACs`."""
    return f"{_counted(cost.weights, 'weight')} · {short(cost.macs)} {'MAC' if cost.macs == 1 else 'MACs'}"


def spelled_ratio(first: Cost, other: Cost, *, has_activations: bool = False) -> str:
    """How much dearer or cheaper the other is: `1/9.7 of the weights · 1/9.7 of the MACs`."""
    parts = [(first.weights, other.weights, "weights"), (first.macs, other.macs, "MACs")]
    if has_activations:
        parts.append((first.activations, other.activations, "activations"))
    said = [_ratio(a, b, what) for a, b, what in parts if a and b]
    return " · ".join(said)


def _ratio(first: int, other: int, what: str) -> str:
    if first == other:
        return f"as many {what}"
    times = max(first, other) / min(first, other)
    text = f"{times:,.0f}" if times >= 100 or times == int(times) else f"{times:.3g}"
    if text == "1":
        return f"about as many {what}"
    return f"{text} times the {what}" if other > first else f"1/{text} of the {what}"


def short(number: int) -> str:
    """A count in few characters: `900`, `12.5 k`, `40.0 M`."""
    if number < 10_000:
        return f"{number:,}"
    for limit, sign in ((1e6, "k"), (1e9, "M"), (1e12, "G"), (1e15, "T")):
        scaled = number / (limit / 1000)
        if number < limit and round(scaled, 1) < 1000:
            return f"{scaled:.1f} {sign}"
    return f"{number / 1e15:,.1f} P"


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")
