"""What layers cost: weights, multiply–accumulates, activations."""

from dataclasses import dataclass
from math import prod

from convanim.layers.channels import Channels
from convanim.layers.layer import Conv, ConvTranspose, Layer, channels_of, kernel_shape, output_size
from convanim.networks.chain import Chain, shape_out_of
from convanim.networks.pointwise import Pointwise, Stage


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
