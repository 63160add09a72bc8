"""The blocks of a network: nodes that are one in a drawing, since all but the first only work on what that makes."""

from dataclasses import dataclass
from math import prod

from convanim.layers.sizes import Sizes
from convanim.networks.between import Keeps, Pad
from convanim.networks.network import INPUT, Network, Node
from convanim.networks.pointwise import Pointwise


@dataclass(frozen=True)
class Block:
    """What makes a map, and the steps after it that keep its shape and are its only readers; the input has no nodes."""

    nodes: tuple[Node, ...]
    shape: Sizes

    @property
    def name(self) -> str:
        """The name of the map that it makes."""
        return self.nodes[-1].name if self.nodes else INPUT


def blocks_of(network: Network) -> tuple[Block, ...]:
    """The blocks of a network, the input's first, each behind all that it reads."""
    found: dict[str, list[Node]] = {}
    head: dict[str, str] = {}  # of every node, the first of its block
    for node in network.nodes:
        before = node.inputs[0]
        is_step = isinstance(node.operation, Pointwise | Keeps) and before != INPUT
        if is_step and network.readers[before] == (node.name,) and network.shapes[before] == node.shape:
            head[node.name] = head[before]
            found[head[node.name]].append(node)
        else:
            head[node.name] = node.name
            found[node.name] = [node]
    blocks = (Block(tuple(nodes), nodes[-1].shape) for nodes in found.values())
    return (Block((), network.input_shape), *blocks)


def block_inputs(network: Network, blocks: tuple[Block, ...]) -> list[tuple[int, ...]]:
    """For every block the numbers of those that it reads, each once."""
    places = {node.name: number for number, block in enumerate(blocks) for node in block.nodes} | {INPUT: 0}
    return [tuple(dict.fromkeys(places[name] for name in _read(block))) for block in blocks]


def _read(block: Block) -> tuple[str, ...]:
    """The maps that a block reads; what a crop has its size from is not read."""
    if not block.nodes:
        return ()
    first = block.nodes[0]
    return first.inputs[:1] if isinstance(first.operation, Pad) else first.inputs


def focus_of(blocks: tuple[Block, ...]) -> int:
    """The number of the last block whose map has more than one cell in a channel; the last where none has."""
    wide = [number for number, block in enumerate(blocks) if number and prod(block.shape[1:]) > 1]
    return wide[-1] if wide else len(blocks) - 1
