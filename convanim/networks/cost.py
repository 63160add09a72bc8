"""What layers cost: weights, multiply–accumulates, activations."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import prod

from convanim.layers.backward import Backward
from convanim.layers.channels import Channels
from convanim.layers.layer import (
    Conv,
    ConvTranspose,
    Layer,
    channels_of,
    input_shape,
    kernel_shape,
    output_size,
    window_size,
)
from convanim.networks.chain import Chain, shape_out_of
from convanim.networks.network import Network, Node
from convanim.networks.pointwise import Pointwise, Stage


@dataclass(frozen=True)
class Cost:
    """Weights without biases, multiply–accumulates, activations (the numbers that are made), and biases where known.

    `norms` of the weights are those that batch norms multiply by.
    """

    weights: int
    macs: int
    activations: int
    biases: int = 0
    norms: int = 0

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return self.weights + self.biases

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.weights + other.weights,
            self.macs + other.macs,
            self.activations + other.activations,
            self.biases + other.biases,
            self.norms + other.norms,
        )


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
    assert weights == channels.outputs * channels.read * prod(window_size(stage))
    cells = prod(stage.input_size if isinstance(stage, ConvTranspose) else output_size(stage))
    return Cost(weights, cells * weights, made)


def cost_of(figure: Layer | Backward | Chain | Network) -> Cost:
    """The cost of a layer or its backward pass, or of all stages of a chain or nodes of a network."""
    if isinstance(figure, Backward):
        # Every product of the layer is one of its gradient, by either way.
        made = kernel_shape(figure.layer) if figure.by == "weight" else input_shape(figure.layer)
        return replace(stage_cost(figure.layer), activations=prod(made))
    if isinstance(figure, Network):
        return network_cost(figure)
    if not isinstance(figure, Chain):
        return stage_cost(figure)
    total = Cost(0, 0, 0)
    for stage in figure.stages:
        total += stage_cost(stage)
    return total


def node_cost(node: Node) -> Cost:
    """The cost of one node; parameters that it shares with an earlier one count there."""
    from convanim.networks.between import Keeps, Linear  # captions of layers come by here

    operation = node.operation
    made = prod(node.shape)
    match operation:
        case Keeps():
            norms = operation.weights if operation.op == "batch-norm" else 0
            cost = Cost(operation.weights, 0, made, operation.biases, norms)
        case Linear(in_features=read, out_features=outputs):
            cost = Cost(read * outputs, read * outputs, made, outputs if node.has_bias else 0)
        case Conv() | ConvTranspose():
            cost = replace(stage_cost(operation), biases=node.shape[0] if node.has_bias else 0)
        case _:
            cost = Cost(0, 0, made)
    return replace(cost, weights=0, biases=0, norms=0) if node.shares else cost


def network_cost(network: Network) -> Cost:
    """The cost of all nodes of a network."""
    return sum((node_cost(node) for node in network.nodes), Cost(0, 0, 0))


def cost_shares(figure: Layer | Backward | Chain | Network) -> tuple[Cost, ...]:
    """What a figure's cost is made of: the costs of a chain's layers, or of a network's branches.

    A network without branches has its layers. What costs nothing is left out, and what has weights but no products, as
    batch norms do, is part of what is before it.
    """
    if isinstance(figure, Network):
        branches = _branch_costs(figure)
        return branches if len(branches) > 1 else _dear(map(node_cost, figure.nodes))
    if isinstance(figure, Chain):
        return _dear(map(stage_cost, figure.stages))
    return _dear([cost_of(figure)])


def _branch_costs(network: Network) -> tuple[Cost, ...]:
    """The costs of the branches of a network; one ends where its map has several readers, or is joined with others."""
    costs: dict[str, Cost] = {}
    begins: dict[str, str] = {}  # of each node the first one of its branch
    for node in network.nodes:
        begin = node.name
        if len(node.inputs) == 1 and len(network.readers[node.inputs[0]]) == 1:
            begin = begins.get(node.inputs[0], begin)
        begins[node.name] = begin
        costs[begin] = costs.get(begin, Cost(0, 0, 0)) + node_cost(node)
    return _dear(costs.values())


def _dear(costs: Iterable[Cost]) -> tuple[Cost, ...]:
    found: list[Cost] = []
    for cost in costs:
        if cost.macs or (cost.weights and not found):
            found.append(cost)
        elif cost.weights:
            found[-1] += cost
    return tuple(found)
