"""Where nodes, edges and maps stand, at the largest sizes at which all fit."""

from dataclasses import dataclass
from itertools import product
from math import ceil, prod
from typing import NamedTuple

import numpy as np

from convanim.networks.pointwise import Pointwise
from convanim.scene.scene import Floats, Lattice
from convanim.views.cell_numbers import Lettering, lettering
from convanim.views.drawing import TooNarrowError
from convanim.views.perceptrons.perceptron import Perceptron
from convanim.views.text_layout import LEADING, widest

# Pixels at the base width.
_NODE, _NODE_GAP = 44, 14
_EDGES, _FUNCTION, RAYS = 130, 26, 26
_LARGEST_CELL, _FAIR_CELL, _LEAST_CELL, _SHEET_GAP = 34, 30, 7, 10
_SMALLEST = 0.8  # of these, where there is less room
_TIGHTER = (1.0, 0.8, 0.62)
_TALLEST = 0.8  # of the width
_WEIGHT_EM = 11  # of the weights of all edges; those of one node's are larger
_AROUND_WEIGHT, _BETWEEN_WEIGHTS = 3, 6
_SIZES = 9  # of weights, that are tried
BEVEL = 0.3  # of a bead's height, that its corners are cut off
_MOST_APART = 3.8  # from a node to the one below, in sides of it
_HALF_WAY = 0.45  # from the node that is read to the one that is made
MOST_LABELLED = 4  # nodes before, whose edges all have their weight beside each other's


class Beads(NamedTuple):
    """The weights of a stage on its edges: how they are written, how large what surrounds each is, and where it is."""

    em: float
    width: float
    height: float
    points: Floats  # (N, 2), a middle for each edge


@dataclass(frozen=True)
class Layout:
    """Where all stands, in pixels."""

    net: Perceptron
    scale: float
    tight: float  # how long edges and rays are, of what they might be
    node: int  # a node's side
    cell: int  # of the maps; 0 where they are no more than their nodes
    pitch: int  # from a node to the one below
    top: int
    height: int
    letters: Lettering | None

    def px(self, at_base: float) -> int:
        """Pixels here."""
        return round(at_base * self.scale)

    @property
    def map_width(self) -> int:
        """The width of a map."""
        return self.net.map_size[-1] * self.cell + (self.px(self.tight * RAYS) if self.cell else 0)

    def before(self, column: int) -> int:
        """Pixels between a column and the one before."""
        is_function = isinstance(self.net.stages[column - 1], Pointwise)
        asked = self.px(self.tight * (_FUNCTION if is_function else _EDGES))
        if self.net.weights(column - 1) is None:
            return asked
        width, _ = self._bead_size(column - 1, self._least_weight_em)
        place = self._late(column - 1) if self.shows_all(column - 1) else _HALF_WAY
        return max(asked, ceil((width / 2 + self.px(_AROUND_WEIGHT)) / (1 - place)))  # which does not reach the node

    @property
    def _least_weight_em(self) -> float:
        least = _WEIGHT_EM * self.scale
        if self.letters is not None:  # weights and numbers in nodes are of one size, where they can be
            least = min(least, self.letters.em)
        return self.net.size.em or max(self.net.least_em, least)

    def _late(self, stage: int) -> float:
        """How far along the weights of all nodes stand evenly below each other, in a column before what is made."""
        before = self.net.nodes[stage]
        return before / (before + 1)

    def _bead_size(self, stage: int, em: float) -> tuple[float, float]:
        """The width and height of what surrounds a stage's weights at a font size."""
        net, around = self.net, 2 * self.px(_AROUND_WEIGHT)
        high = em * net.font.cap_height + around
        return widest(net.weight_texts(stage), net.font) * em + around + BEVEL * high, high

    @property
    def weight_line(self) -> float:
        """Pixels from a weight to the next one below, at least."""
        return self._least_weight_em * self.net.font.cap_height + self.px(2 * _AROUND_WEIGHT + _BETWEEN_WEIGHTS)

    def edges(self, stage: int) -> Floats:
        """The ends (N, 2, 2) of the edges of a stage, those to a node after another."""
        start, end = self.left(stage) + self.node, self.left(stage + 1)
        from_y, to_y = ([self.centre(c, node) for node in range(self.net.nodes[c])] for c in (stage, stage + 1))
        return np.array([[(start, a), (end, b)] for b in to_y for a in from_y], dtype=float)

    def beads(self, stage: int, *, of_all: bool) -> Beads:
        """How the weights of a stage stand on its edges, as large as fits: those of all nodes, or of one alone.

        Those of all are by turns near what they come from and what they go to, each evenly below each other; where
        that leaves no room they are in one column.
        """
        net, ends = self.net, self.edges(stage)
        made, read = np.divmod(np.arange(len(ends)), net.nodes[stage])
        late = np.full(len(ends), self._late(stage))
        by_turns = np.where((made + read) % 2 == 0, 1 / (net.nodes[stage + 1] + 1), late)
        least = self._least_weight_em
        most = net.size.em or max(least, min(net.label_em, np.inf if self.letters is None else self.letters.em))
        together = slice(None) if of_all else slice(net.nodes[stage])  # those that are shown at once
        for places in (by_turns, late) if of_all else (np.full(len(ends), _HALF_WAY),):
            points = ends[:, 0] + places[:, None] * (ends[:, 1] - ends[:, 0])
            for em in np.linspace(most, least, _SIZES).tolist():
                size = self._bead_size(stage, em)
                if self._has_room(points[together], ends[0], *size):
                    return Beads(em, *size, points)
        return Beads(em, *size, points)

    def _has_room(self, points: Floats, edge: Floats, width: float, height: float) -> bool:
        """Whether beads of a size there are apart from each other and from the nodes that an edge joins."""
        clear = width / 2 + self.px(_AROUND_WEIGHT)
        columns = np.unique(points[:, 0])
        if columns[0] - clear < edge[0, 0] or columns[-1] + clear > edge[1, 0]:
            return False
        apart = self.px(_BETWEEN_WEIGHTS)
        if (np.diff(columns) < width + apart).any():
            columns = columns[:1]
        groups = [points[:, 1]] if len(columns) == 1 else [points[points[:, 0] == x, 1] for x in columns]
        return all((np.diff(np.sort(group)) > height + apart - 1).all() for group in groups)  # middles are rounded

    def shows_all(self, stage: int) -> bool:
        """Whether all edges of a stage have room for their weights at once."""
        return self.net.nodes[stage] <= MOST_LABELLED

    @property
    def width(self) -> int:
        """All of it."""
        columns = range(1, len(self.net.nodes))
        return 2 * self.map_width + self.node * len(self.net.nodes) + sum(map(self.before, columns))

    def left(self, column: int) -> int:
        """The left side of a column of nodes."""
        start = (self.net.width - self.width) // 2 + self.map_width
        return start + sum(self.before(c) + self.node for c in range(1, column + 1))

    def lattice(self, column: int, node: int) -> Lattice:
        """A node as the only cell of a lattice."""
        y = self.centre(column, node) - self.node // 2
        return Lattice((self.left(column), y), (self.node, 0), (0, self.node))

    def centre(self, column: int, node: int) -> int:
        """The y of a node's middle."""
        return round(self.top + self.height / 2 + (node - (self.net.nodes[column] - 1) / 2) * self.pitch)

    def sheet(self, column: int, node: int) -> Lattice:
        """A sheet of the first or of the last map."""
        rows = self.net.map_size[0] if len(self.net.map_size) == 2 else 1
        count = self.net.nodes[column]
        tall = rows * self.cell + self.px(_SHEET_GAP)
        y = self.top + (self.height - count * tall + self.px(_SHEET_GAP)) // 2 + node * tall
        start = (self.net.width - self.width) // 2
        x = start if column == 0 else start + self.width - self.net.map_size[-1] * self.cell
        return Lattice((x, y), (self.cell, 0), (0, self.cell))


def layout_of(net: Perceptron) -> Layout:
    """The largest sizes at which all fits."""
    least = _SMALLEST * min(net.unit, 1)
    for tight, cell in product(_TIGHTER, (_FAIR_CELL, _LEAST_CELL)):
        for scale in np.linspace(net.unit, least, 17).tolist():
            made = _at_scale(net, scale, tight, cell)
            if made is not None:
                return made
    raise TooNarrowError("leaves no room for the nodes, their numbers and their edges")


def _at_scale(net: Perceptron, scale: float, tight: float, least_cell: int) -> Layout | None:
    side, is_alone = round(_NODE * scale), prod(net.map_size) == 1  # nodes are then the maps' only cells
    node, letters = _lettered(net, min(side, net.most_cell or side) if is_alone else side)
    pitch = node + round(_NODE_GAP * scale)
    if net.numbers:
        plain = Layout(net, scale, tight, node, 0, pitch, 0, 0, letters)
        for stage in range(len(net.stages)):
            if net.weights(stage) is not None and plain.shows_all(stage):
                pitch = max(pitch, ceil((net.nodes[stage] + 1) * plain.weight_line))
    head = _head_height(net)
    rows, columns = (1, *net.map_size)[-2:]
    bare = Layout(net, scale, tight, node, 0, pitch, 0, 0, letters)
    room = net.room - bare.width
    height = (max(net.nodes) - 1) * pitch + node
    cell = 0
    if not is_alone:
        wide = (room // 2 - round(RAYS * scale * tight)) // columns
        sheets = max(net.nodes[0], net.nodes[-1])
        tall = (round(_TALLEST * net.width) // sheets - round(_SHEET_GAP * scale)) // rows
        cell = min(wide, tall, round(_LARGEST_CELL * scale), net.most_cell or wide)
        if cell < round(least_cell * scale):
            return None
        stacked = sheets * (rows * cell + round(_SHEET_GAP * scale)) - round(_SHEET_GAP * scale)
        if max(net.nodes) > 1:  # nodes use the height of the maps, so that their edges are apart
            pitch = max(pitch, min(round(_MOST_APART * node), (stacked - node) // (max(net.nodes) - 1)))
        height = max((max(net.nodes) - 1) * pitch + node, stacked)
    if room < 0:
        return None
    return Layout(net, scale, tight, node, cell, pitch, net.margin + head, height, letters)


def _lettered(net: Perceptron, side: int) -> tuple[int, Lettering | None]:
    """A node's side, more than was asked for where its numbers need that; and how they are written."""
    if not net.numbers:
        return side, None
    every = np.concatenate([numbers.ravel() for numbers in net.numbers])
    for node in range(side, 2 * side):
        try:
            return node, lettering(net, Lattice((0, 0), (node, 0), (0, node)), every)
        except TooNarrowError:
            continue
    raise TooNarrowError("leaves no room for the numbers in its nodes")


def _head_height(net: Perceptron) -> int:
    if not net.labels:
        return 0
    return round((2.3 if prod(net.map_size) > 1 else 3.3) * LEADING * net.label_em)
