"""From a network to its overview: the volumes of its blocks, and what of each of them a cell depends on."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeAlias

from convanim.layers.layer import AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, Conv, ConvTranspose, MaxPool
from convanim.layers.sizes import Sizes
from convanim.layers.step_order import unravel
from convanim.networks.between import Join, Keeps, Linear
from convanim.networks.blocks import Block, block_inputs, blocks_of, focus_of
from convanim.networks.dependence import NetworkDependence
from convanim.networks.network import Network, Node
from convanim.networks.network_fields import network_fields
from convanim.views.networks.overview_look import Box
from convanim.views.networks.volume import Volume
from convanim.words.language import Words
from convanim.words.network_names import block_lines, block_shape

CONVOLUTION, POOL, JOIN, LINEAR, TRANSPOSED, OTHER = range(6)  # hues

Seen: TypeAlias = Callable[[int], tuple[Box | None, ...]]


def volumes_of(network: Network, words: Words, input_label: str | None, output_label: str | None) -> tuple[Volume, ...]:
    """The volumes of a network's blocks, one each; labels that are given stand at the first and the last."""
    blocks = blocks_of(network)
    fields = network_fields(network)
    last = len(blocks) - 1
    made = []
    for number, (block, inputs) in enumerate(zip(blocks, block_inputs(network, blocks))):
        rows, columns = _face(block.shape)
        field = fields[block.name]
        own = input_label if number == 0 else output_label if number == last else None
        made.append(
            Volume(
                name="input" if number == 0 else "output" if number == last else f"map {number}",
                label=block_lines(block, words) if own is None else (own,) if own else (),
                shape=block_shape(block),
                channels=block.shape[0],
                rows=rows,
                columns=columns,
                inputs=inputs,
                kind=_kind(block),
                jump=field[0].stride if field and len(block.shape) > 1 else None,
            )
        )
    return tuple(made)


def largest_of(networks: Iterable[Network]) -> tuple[int, int]:
    """The cells of the longest side of all faces, and the most channels of a block; 0 where there are none."""
    shapes = [block.shape for network in networks for block in blocks_of(network)]
    return max((max(_face(shape)) for shape in shapes), default=0), max((shape[0] for shape in shapes), default=0)


def _kind(block: Block) -> int | None:
    """The hue of what makes a block's map."""
    if not block.nodes:
        return None
    match block.nodes[0].operation:
        case Conv():
            return CONVOLUTION
        case ConvTranspose():
            return TRANSPOSED
        case MaxPool() | AvgPool() | AdaptiveMaxPool() | AdaptiveAvgPool():
            return POOL
        case Join():
            return JOIN
        case Linear():
            return LINEAR
    return OTHER


def _face(shape: Sizes) -> tuple[int, int]:
    """The rows and columns of a map's face: of three axes the last two; a map of one axis stands upright."""
    size = shape[1:]
    return (1, 1) if not size else (size[0], 1) if len(size) == 1 else (size[-2], size[-1])


@lru_cache(maxsize=4)  # the same for every width that is tried
def seen_of(network: Network) -> Seen:
    """What cells of the focus, one a step, depend on in every block's map, all of their channels together.

    Raises RequestError for maps that are too large to be gone through.
    """
    blocks = blocks_of(network)
    block = blocks[focus_of(blocks)]
    before = network.nodes[: 1 + next(i for i, node in enumerate(network.nodes) if node is block.nodes[-1])]
    # A step that reads all channels at its place: a join's cell alone would come from one branch.
    probe = Node("\0", Keeps("softmax", block.shape), (block.name,))
    dependence = NetworkDependence(Network(network.input_shape, (*before, probe)))

    @lru_cache(maxsize=4096)  # some formats go through all steps shape by shape
    def seen(step: int) -> tuple[Box | None, ...]:
        found = dependence.cells((0, *unravel(int(step), block.shape[1:])))
        return tuple(_box(found[each.name].box if each.name in found else None) for each in blocks)

    seen(0)
    return seen


def _box(box: tuple[tuple[int, int], ...] | None) -> Box | None:
    """The first row and column, and those behind the last."""
    if box is None:
        return None
    if not box:
        return 0, 0, 1, 1
    if len(box) == 1:
        return box[0][0], 0, box[0][1] + 1, 1
    (top, bottom), (left, right) = box[-2:]
    return top, left, bottom + 1, right + 1
