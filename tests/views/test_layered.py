"""Graphs in ranks: each behind what it reads, few lines that cross, longest paths straight, room for all."""

from itertools import pairwise

import pytest
from helpers.campaigns import campaign
from hypothesis import given
from hypothesis import strategies as st

from convanim.views.networks.layered import Inputs, Ranked, TangledError, heights, ranked

RESIDUAL: Inputs = ((), (0,), (1,), (2, 0), (3,), (4,), (5, 3))
INCEPTION: Inputs = ((), (0,), (0,), (2,), (0,), (4,), (0,), (6,), (1, 3, 5, 7))


@st.composite
def graphs(draw: st.DrawFn) -> Inputs:
    """Nodes that each read one to three earlier ones; the first is the input."""
    count = draw(st.integers(2, 12))
    few = {"min_size": 1, "max_size": 3, "unique": True}
    return ((), *(tuple(draw(st.lists(st.integers(0, n - 1), **few))) for n in range(1, count)))  # type: ignore[arg-type]


def crossings(found: Ranked, inputs: Inputs) -> int:
    """How many pairs of lines cross, by definition."""
    at = {place: i for rank in found.order for i, place in enumerate(rank)}
    pieces = [(a[1], at[a], at[b]) for a, b in found.pieces(inputs)]
    return sum(r == s and (a - c) * (b - d) < 0 for i, (r, a, b) in enumerate(pieces) for s, c, d in pieces[:i])


@campaign(200)
@given(graphs())
def test_every_node_has_a_place_behind_all_that_it_reads(inputs: Inputs) -> None:
    """Ranks are longest paths; every rank holds its nodes and the lines that pass it, each once; room is kept."""
    found = ranked(inputs)
    for node, read in enumerate(inputs):
        assert found.ranks[node] == max((found.ranks[source] + 1 for source in read), default=0)
    places = [place for rank in found.order for place in rank]
    assert len(set(places)) == len(places)
    assert {place for piece in found.pieces(inputs) for place in piece} <= set(places)
    at = heights(found, inputs, lambda one, other: 10 + one[0] % 3)
    for rank in found.order:
        for one, other in pairwise(rank):
            assert at[other] - at[one] >= 10 + one[0] % 3 - 0.02


@pytest.mark.parametrize("inputs", [RESIDUAL, INCEPTION])
def test_modules_are_drawn_without_crossings(inputs: Inputs) -> None:
    """Skips pass beside, branches stand above one another."""
    assert crossings(ranked(inputs), inputs) == 0


def test_lines_are_put_in_order() -> None:
    """Two branches that are read in the other order change places: nothing crosses."""
    inputs: Inputs = ((), (0,), (0,), (0,), (3,), (2,), (1,), (4,), (5,), (6,))
    assert crossings(ranked(inputs), inputs) == 0


def test_the_longest_path_is_straight_and_branches_are_centred() -> None:
    """What goes past a residual block leaves its layers on one line; branches lie evenly around what joins them."""
    found = ranked(RESIDUAL)
    at = heights(found, RESIDUAL, lambda one, other: 50)
    assert {at[node, rank] for node, rank in enumerate(found.ranks)} == {at[0, 0]}
    found = ranked(INCEPTION)
    at = heights(found, INCEPTION, lambda one, other: 50)
    branches = sorted(at[place] for place in found.order[2])
    assert at[0, 0] == at[8, 3] == (branches[0] + branches[-1]) / 2


def test_too_many_lines_are_refused_at_once() -> None:
    """A thousand nodes that are all read by the last ones are more than can be put in order."""
    inputs: Inputs = ((), *((n - 1,) for n in range(1, 1000)), tuple(range(1000)))
    with pytest.raises(TangledError):
        ranked(inputs)
