"""The edges between nodes, whole from node to node, and the weights that are told on them, as beads on a string."""

from functools import lru_cache, partial

import numpy as np

from convanim.networks.pointwise import Pointwise
from convanim.scene.scene import During, Floats, Ints, Lines, Shape, Texts
from convanim.views.cell_shapes import sides
from convanim.views.perceptrons.perceptron import Perceptron
from convanim.views.perceptrons.perceptron_layout import BEVEL, Beads, Layout

_SIGNS = (("link", 0), ("link_plus", 1), ("link_minus", -1))


def edge_shapes(layout: Layout, stage: int) -> list[Shape]:
    """The edges of a stage, pale at rest; those at work by the sign of their weight, which stands on them."""
    net = layout.net
    if isinstance(net.stages[stage], Pointwise):
        start, end = layout.left(stage) + layout.node, layout.left(stage + 1)
        levels = [layout.centre(stage, node) for node in range(net.nodes[stage])]
        return [Lines("link", np.array([[(start, y), (end, y)] for y in levels], dtype=float))]
    ends = layout.edges(stage)
    weights = net.weights(stage)
    if weights is None:
        return [
            Lines("link", ends),
            Lines("frame", lru_cache(maxsize=4)(lambda step: ends[_at_work(net, stage, step)]), stays=True),
        ]
    one, every = (layout.beads(stage, of_all=of_all) for of_all in (False, layout.shows_all(stage)))
    of_one, of_all = partial(_of_one, net, stage), partial(_of_all, layout, stage)
    signs = np.sign(weights).ravel()

    def lines(sign: int, step: int) -> Floats:
        """The edges of a sign, of none those at rest, too, up to the beads; and the beads on edges of that sign."""
        works = np.zeros(len(ends), dtype=bool)
        works[_at_work(net, stage, step)] = True
        chosen = works & (signs == sign) if sign else ~works | (signs == 0)
        beads = np.concatenate([_outlines(one, of_one(step)), _outlines(every, of_all(step))])
        told = np.concatenate([of_one(step), of_all(step)])
        rings = [sides(bead) for bead in beads[signs[told] == sign]]
        return np.concatenate([_outside(ends[chosen], beads), *rings])

    shapes: list[Shape] = [Lines(role, lru_cache(maxsize=4)(partial(lines, sign)), stays=True) for role, sign in _SIGNS]
    for beads, at in ((one, of_one), (every, of_all)):
        shapes.append(Texts("label", beads.points, net.weight_texts(stage), beads.em, when=During(at, stays=True)))
    return shapes


def _at_work(net: Perceptron, stage: int, step: int) -> Ints:
    """The edges that lead to what a step makes."""
    before = np.arange(net.nodes[stage])
    made = [node for node in range(net.nodes[stage + 1]) if net.makes(step, stage + 1, node)]
    return np.concatenate([before[:0], *(node * len(before) + before for node in made)])


def _of_one(net: Perceptron, stage: int, step: int) -> Ints:
    """The edges that have a large weight on them: those of the one node that a step makes."""
    return _at_work(net, stage, step) if net.works[step].stage == stage else np.zeros(0, dtype=np.int64)


def _of_all(layout: Layout, stage: int, step: int) -> Ints:
    """The edges that have a small weight on them: all, at a step that makes a pixel of the last map."""
    net = layout.net
    is_told = net.works[step].stage is None and layout.shows_all(stage)
    return np.arange(net.nodes[stage] * net.nodes[stage + 1] if is_told else 0)


def _outlines(beads: Beads, edges: Ints) -> Floats:
    """The outlines (N, 8, 2) of the beads on some edges: boxes without their corners."""
    x, y, cut = beads.width / 2, beads.height / 2, BEVEL * beads.height
    corners = [(-x, cut - y), (cut - x, -y), (x - cut, -y), (x, cut - y)]
    ring = np.array([*corners, *((-a, -b) for a, b in corners)])
    outlines: Floats = beads.points[edges][:, None] + ring
    return outlines


def _outside(edges: Floats, beads: Floats) -> Floats:
    """The parts (M, 2, 2) of edges (N, 2, 2) that are in no bead (K, 8, 2)."""
    if len(edges) == 0 or len(beads) == 0:
        return edges
    parts: list[Floats] = []
    for start, end in edges:
        left = 0.0
        for enters, leaves in sorted(_crossings(start, end - start, beads)):
            if enters > left:
                parts.append(start + np.outer([left, enters], end - start))
            left = max(left, leaves)
        if left < 1:
            parts.append(start + np.outer([left, 1.0], end - start))
    return np.array(parts).reshape(-1, 2, 2)


def _crossings(start: Floats, along: Floats, beads: Floats) -> list[tuple[float, float]]:
    """Where a line enters beads and leaves them again, as parts of its length."""
    side = np.roll(beads, -1, axis=1) - beads
    inwards = np.stack([-side[..., 1], side[..., 0]], axis=2)  # as they go round clockwise on the page
    depth = ((start - beads) * inwards).sum(axis=2)
    speed = inwards @ along
    with np.errstate(divide="ignore", invalid="ignore"):
        at = -depth / speed
    enters = np.where(speed > 0, at, 0.0).max(axis=1, initial=0.0)
    leaves = np.where(speed < 0, at, 1.0).min(axis=1, initial=1.0)
    runs_beside = ((speed == 0) & (depth <= 0)).any(axis=1)
    return [(a, b) for a, b, no in zip(enters.tolist(), leaves.tolist(), runs_beside.tolist()) if a < b and not no]
