"""A graph of layers: branches that part, are put behind one another or added, from one input to the last map."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from convanim.layers.sizes import Sizes

if TYPE_CHECKING:
    from convanim.networks.between import Operation

INPUT = "input"  # what nodes call the network's input


@dataclass(frozen=True)
class Node:
    """One operation of a network, its name, and the names of the nodes that it reads, or `input`.

    `has_bias` counts for convolutions and linear layers alone. `shares` names an earlier node whose parameters it uses
    again.
    """

    name: str
    operation: "Operation"
    inputs: tuple[str, ...]
    has_bias: bool = True
    shares: str = ""

    @property
    def op(self) -> str:
        """What it does: `conv`, `relu`, `concat`."""
        return self.operation.op

    @property
    def shape(self) -> Sizes:
        """The shape of what it makes, channels first; a vector's is one number."""
        from convanim.networks.between import shape_made  # whatever asks what a figure can be of comes by here

        return shape_made(self.operation)


@dataclass(frozen=True)
class Network:
    """Nodes in an order in which each reads only earlier ones; the last makes the output.

    `input_shape` has the channels first. `network` of `networks/building.py` makes one, and checks it.
    """

    input_shape: Sizes
    nodes: tuple[Node, ...]

    @cached_property
    def by_name(self) -> dict[str, Node]:
        """Every node by its name."""
        return {node.name: node for node in self.nodes}

    @property
    def output(self) -> Node:
        """The last node."""
        return self.nodes[-1]

    @property
    def input_size(self) -> Sizes:
        """The input's size without its channels."""
        return self.input_shape[1:]

    @cached_property
    def shapes(self) -> dict[str, Sizes]:
        """The shape of every map by the name of what makes it, that of `input` first; channels first."""
        return {INPUT: self.input_shape, **{node.name: node.shape for node in self.nodes}}

    @cached_property
    def readers(self) -> dict[str, tuple[str, ...]]:
        """For every map the names of the nodes that read it."""
        found: dict[str, list[str]] = {name: [] for name in self.shapes}
        for node in self.nodes:
            for name in dict.fromkeys(node.inputs):
                found[name].append(node.name)
        return {name: tuple(names) for name, names in found.items()}

    def sources(self, node: Node) -> tuple[Sizes, ...]:
        """The shapes of what a node reads."""
        return tuple(self.shapes[name] for name in node.inputs)
