"""The page of a network: its overview, where each block leads to its figure, and the same as a list."""

from collections.abc import Mapping

import numpy as np

from convanim.figures.animation import Animation
from convanim.files.templates import page
from convanim.networks.blocks import blocks_of
from convanim.networks.cost import Cost, network_cost, node_cost
from convanim.networks.network import Network
from convanim.scene.scene import Blocks, Scene
from convanim.words.costs import spelled_cost, spelled_weights
from convanim.words.network_names import block_in_brief

_DRAWN = ("block", "block_side", "block_top")


def network_page(network: Network, overview: Animation, links: Mapping[str, str]) -> str:
    """The page, for files that stand beside it: `overview.svg`, and those that nodes' names lead to.

    Names of nodes may be anything; where they are shown they are text.
    """
    words, scene = overview.words, overview.scene
    places = _places(scene)
    blocks = []
    for place, block in zip(places.values(), blocks_of(network), strict=True):
        link = next((links[node.name] for node in block.nodes if node.name in links), "")
        cost = sum((node_cost(node) for node in block.nodes), Cost(0, 0, 0))
        blocks.append(
            {
                "place": place,
                "link": link,
                "name": block.nodes[0].name if block.nodes else "",
                "text": block_in_brief(block, words),
                "cost": spelled_weights(cost, words) if cost.weights else "",
            }
        )
    width, height = overview.shown_size
    return page(
        "network.html",
        words=words,
        title=overview.title,
        alt=overview.alt,
        width=width,
        height=height,
        blocks=blocks,
        cost=spelled_cost(network_cost(network), words),
    )


def _places(scene: Scene) -> dict[str, str]:
    """Where every block stands, by its map, in the order in which they are drawn: as CSS has it, in percent."""
    boxes: dict[str, list[float]] = {}
    for shape in scene.shapes:
        if isinstance(shape, Blocks) and shape.role in _DRAWN:
            left, top, right, bottom = shape.boxes(0, np.arange(len(shape)))[0].tolist()
            x0, y0, x1, y1 = boxes.get(shape.map, [left, top, right, bottom])
            boxes[shape.map] = [min(x0, left), min(y0, top), max(x1, right), max(y1, bottom)]
    across, down = 100 / scene.width, 100 / scene.height
    sides = ("left:{:.2f}%", "top:{:.2f}%", "width:{:.2f}%", "height:{:.2f}%")
    return {
        name: ";".join(sides).format(across * x0, down * y0, across * (x1 - x0), down * (y1 - y0))
        for name, (x0, y0, x1, y1) in boxes.items()
    }
