"""A graph in ranks from left to right: who stands above whom in each, and how high, so that few lines cross.

Ranks are longest paths. A line that goes past a rank has a place in it, one for all lines of the same source. Places
are ordered by the barycentres of their neighbours, then moved towards these as far as there is room.

Source of the method: K. Sugiyama, S. Tagawa, M. Toda, "Methods for visual understanding of hierarchical system
structures", IEEE Transactions on Systems, Man, and Cybernetics 11 (1981).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

MOST_LINES = 6_000  # from what is read to what reads it
MOST_PLACES = 20_000  # of nodes and of lines that pass ranks; ordering as many takes seconds
_SWEEPS = 8
_HEAVY = 1e6  # what a longest path weighs against all else, so that it is straight

Place: TypeAlias = tuple[int, int]  # the source of lines and a rank; a node itself stands at its own rank
Inputs: TypeAlias = tuple[tuple[int, ...], ...]


class TangledError(Exception):
    """There are more lines past each other than can be ordered."""


@dataclass(frozen=True)
class Ranked:
    """The rank of every node, and the places of each rank from the top down."""

    ranks: tuple[int, ...]
    order: tuple[tuple[Place, ...], ...]

    def pieces(self, inputs: Inputs) -> Iterator[tuple[Place, Place]]:
        """All lines in pieces, each from a place to one in the next rank, once."""
        reach = _reach(self.ranks, inputs)
        for node, read in enumerate(inputs):
            for rank in range(self.ranks[node], reach[node]):
                yield (node, rank), (node, rank + 1)
            for source in dict.fromkeys(read):
                yield (source, self.ranks[node] - 1), (node, self.ranks[node])

    def is_node(self, place: Place) -> bool:
        """Whether a place is a node's, not that of lines that pass."""
        return self.ranks[place[0]] == place[1]


@lru_cache(maxsize=8)  # asked for again for every width that is tried
def ranked(inputs: Inputs) -> Ranked:
    """The ranks and the order of a graph whose nodes stand behind all that they read.

    Raises TangledError for more lines than can be ordered.
    """
    ranks = longest_paths(inputs)
    reach = _reach(ranks, inputs)
    if sum(map(len, inputs)) > MOST_LINES or sum(last - first + 1 for first, last in zip(ranks, reach)) > MOST_PLACES:
        raise TangledError
    order: list[list[Place]] = [[] for _ in range(max(ranks) + 1)]
    for node, first in enumerate(ranks):
        for rank in range(first, reach[node] + 1):
            order[rank].append((node, rank))
    found = Ranked(tuple(ranks), tuple(map(tuple, order)))
    before, after = _links(found, inputs)
    best, fewest = order, _crossings(order, before)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        order = _swept(order, before if sweep % 2 == 0 else after, backwards=sweep % 2 == 1)
        crossings = _crossings(order, before)
        if crossings < fewest:
            best, fewest = order, crossings
    return Ranked(found.ranks, tuple(map(tuple, best)))


def _reach(ranks: Sequence[int], inputs: Inputs) -> list[int]:
    """The rank before the last that reads a node, for every node."""
    reach = list(ranks)
    for node, read in enumerate(inputs):
        for source in read:
            reach[source] = max(reach[source], ranks[node] - 1)
    return reach


def longest_paths(inputs: Inputs) -> list[int]:
    """For every node how many others lie before it, at most, on a path."""
    ranks: list[int] = []
    for read in inputs:
        ranks.append(max((ranks[source] + 1 for source in read), default=0))
    return ranks


def heights(found: Ranked, inputs: Inputs, apart: Callable[[Place, Place], float]) -> dict[Place, float]:
    """How far down every place is; `apart` is the least from one to the next in its rank.

    Longest paths are as straight as there is room for, all else comes as near to its neighbours as it may.
    """
    before, after = _links(found, inputs)
    is_long = _critical(found.ranks, inputs)
    weight = {place: 1.0 for rank in found.order for place in rank}
    for rank in found.order:
        longest = [place for place in rank if found.is_node(place) and is_long[place[0]]]
        if len(longest) == 1:  # several are branches, as much as all others
            weight[longest[0]] = _HEAVY
    at: dict[Place, float] = {}
    for rank in found.order:
        _settle(rank, {}, weight, apart, at)
    for links, ranks in ((before, found.order), (after, found.order[::-1])) * 3 + ((before, found.order),):
        for rank in ranks:
            wanted = {place: _between([(at[n], weight[n]) for n in links[place]]) for place in rank if links[place]}
            _settle(rank, wanted, weight, apart, at)
    return {place: round(down, 2) for place, down in at.items()}


def _links(found: Ranked, inputs: Inputs) -> tuple[dict[Place, list[Place]], dict[Place, list[Place]]]:
    """For every place those in the rank before and in the rank behind that lines join it with."""
    places = [place for rank in found.order for place in rank]
    before: dict[Place, list[Place]] = {place: [] for place in places}
    after: dict[Place, list[Place]] = {place: [] for place in places}
    for one, other in found.pieces(inputs):
        before[other].append(one)
        after[one].append(other)
    return before, after


def _swept(order: list[list[Place]], links: dict[Place, list[Place]], *, backwards: bool) -> list[list[Place]]:
    """Every rank ordered by the means of where its neighbours stand; those without any stay where they are."""
    made = [list(rank) for rank in order]
    for number in reversed(range(len(made) - 1)) if backwards else range(1, len(made)):
        beside = {place: i for i, place in enumerate(made[number + 1 if backwards else number - 1])}
        own = {place: i for i, place in enumerate(made[number])}

        def barycentre(place: Place, beside: dict[Place, int] = beside, own: dict[Place, int] = own) -> float:
            near = links[place]
            return sum(beside[n] for n in near) / len(near) if near else own[place]

        made[number].sort(key=barycentre)
    return made


def _crossings(order: list[list[Place]], before: dict[Place, list[Place]]) -> int:
    """How many pairs of lines cross."""
    total = 0
    for left, right in pairwise(order):
        at = {place: i for i, place in enumerate(left)}
        ends = [end for place in right for end in sorted(at[n] for n in before[place])]
        total += _inversions(ends, len(left))
    return total


def _inversions(numbers: Sequence[int], most: int) -> int:
    """How many pairs stand in the wrong order: a tree of counts below `most`."""
    tree = [0] * (most + 1)
    found = 0
    for seen, number in enumerate(numbers):
        i, below = number + 1, 0
        while i:
            below += tree[i]
            i &= i - 1
        found += seen - below
        i = number + 1
        while i <= most:
            tree[i] += 1
            i += i & -i
    return found


def _critical(ranks: Sequence[int], inputs: Inputs) -> list[bool]:
    """Whether a node lies on a longest path through the whole graph."""
    last = max(ranks)
    found = [rank == last for rank in ranks]
    for node in reversed(range(len(ranks))):
        if found[node]:
            for source in inputs[node]:
                found[source] = found[source] or ranks[source] == ranks[node] - 1
    return found


def _between(near: list[tuple[float, float]]) -> float:
    """Where neighbours, each with its weight, want a place: by the one that weighs most, or amid several such."""
    most = max(weight for _, weight in near)
    heavy = [at for at, weight in near if weight == most]
    if len(heavy) > 1:
        heavy = [at for at, _ in near]
    return (min(heavy) + max(heavy)) / 2


def _settle(
    rank: Sequence[Place],
    wanted: dict[Place, float],
    weight: dict[Place, float],
    apart: Callable[[Place, Place], float],
    at: dict[Place, float],
) -> None:
    """Put a rank's places, in their order, as near as may be to where they are wanted: least squares, by pooling."""
    offset = 0.0
    offsets = []
    pools: list[tuple[float, float, int]] = []  # the mean, the weight, how many
    for number, place in enumerate(rank):
        offset += apart(rank[number - 1], place) if number else 0.0
        offsets.append(offset)
        pool = (wanted.get(place, at.get(place, offset)) - offset, weight[place], 1)
        while pools and pools[-1][0] > pool[0]:
            mean, heavy, count = pools.pop()
            total = heavy + pool[1]
            pool = ((mean * heavy + pool[0] * pool[1]) / total, total, count + pool[2])
        pools.append(pool)
    means = (mean for mean, _, count in pools for _ in range(count))
    at.update({place: mean + down for place, mean, down in zip(rank, means, offsets)})
