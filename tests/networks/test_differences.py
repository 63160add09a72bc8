"""Where two layers differ, against brute force over all taps, for random pairs."""

import random
from math import prod
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, together
from helpers.layer_pairs import KINDS, differing_cells, oracle, random_pairs
from helpers.oracle import cells
from hypothesis import given
from hypothesis import strategies as st

from convanim.errors import RequestError
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, Upsample, output_size
from convanim.networks.arrangements import alone
from convanim.networks.differences import Difference, Taps

PAIRS = 5  # of each example


def difference(a: Layer, b: Layer) -> Difference:
    """Two layers with nothing around them."""
    return Difference(alone(a), alone(b))


@pytest.mark.parametrize("kind", KINDS)
@campaign(250)
@given(seed=st.integers(0, 2**32))
def test_differing_cells_are_those_that_brute_force_finds(kind: Any, seed: int) -> None:
    """Every output cell that differs for some numbers is named, none else; the first of them, and how many."""
    for a, b in random_pairs(kind, random.Random(seed), PAIRS):
        found, expected = difference(a, b), differing_cells(a, b)
        assert np.array_equal(found.mask, expected), (a, b)
        assert found.differing == int(expected.sum()) * found.channels
        firsts = [tuple(map(int, cell)) for cell in np.argwhere(expected)]
        assert found.first == (firsts[0] if firsts else None)
        rest = np.argwhere(~expected)
        assert found.first_agreeing == (tuple(map(int, rest[0])) if len(rest) else None)
        assert found.is_equal == (output_size(a) == output_size(b) and found.same_size and not expected.any())


@together(
    "a, b",
    [
        (MaxPool(7, 3, 2, 2, 2), MaxPool(7, 2, 2, 0, 2)),  # windows that begin in the padding, between two cells or not
        (MaxPool(7, 3, 1, 1, 2), MaxPool(7, 3, 1, 2, 2)),
        (MaxPool(5, 3, 1, 2, 3), MaxPool(5, 3, 1, 2, 3, ceil_mode=True)),
        (AvgPool((6, 4), (4, 2), 1, ((3, 0), (0, 1))), AvgPool((6, 4), (4, 2), 1, ((3, 0), (0, 1)), True, False)),
        (Conv(4, 1, 1, 3), Conv(4, 1, 1, ((3, 3), (2, 4)))),  # most windows see zeros alone
        (ConvTranspose(3, 2, 3), ConvTranspose(3, 2, 3, transpose_kernel=False)),
        (Upsample(4, 6), Upsample(4, 6, mode="bilinear")),  # windows of one cell, and of more
    ],
)
def test_windows_that_begin_or_end_in_padding(a: Layer, b: Layer) -> None:
    """Empty windows agree, and so do those that begin elsewhere and hold the same cells."""
    assert np.array_equal(difference(a, b).mask, differing_cells(a, b))


@pytest.mark.parametrize("kind", KINDS)
@campaign(100)
@given(seed=st.integers(0, 2**32))
def test_taps_are_counted_as_they_are(kind: Any, seed: int) -> None:
    """Reads of the same cell, of another one, of zeros in one of both: as many as there are, one by one."""
    for a, b in random_pairs(kind, random.Random(seed), PAIRS):
        if a.kernel_size == b.kernel_size or kind in (MaxPool, AvgPool):  # type: ignore[union-attr]
            assert difference(a, b).taps == counted(a, b), (a, b)
        else:
            assert difference(a, b).taps is None


def counted(a: Layer, b: Layer) -> Taps:
    """The reads of all cells that both have, one by one."""
    one, other = oracle(a), oracle(b)
    common = cells(tuple(map(min, one.output_size, other.output_size)))
    tally = {"same": 0, "other": 0, "only_a": 0, "only_b": 0, "neither": 0}
    for cell in common:
        if isinstance(a, Conv | ConvTranspose):
            met = dict(other.taps[cell])
            pairs = [(source, met[kernel]) for kernel, source in one.taps[cell]]
        else:
            sets = [{source for _, source in side.taps[cell] if source is not None} for side in (one, other)]
            pairs = [(c if c in sets[0] else None, c if c in sets[1] else None) for c in sets[0] | sets[1]]
        for left, right in pairs:
            if left is None or right is None:
                name = "neither" if left is right else "only_b" if left is None else "only_a"
            else:
                name = "same" if left == right else "other"
            tally[name] += 1
    return Taps(**tally)


def test_large_layers_take_no_longer_than_their_axes() -> None:
    """A layer with 10^10 output cells is compared without looking at each."""
    a, b = Conv(100_000, 3, 1, "same"), Conv(100_000, 3, 1, ((1, 1), (0, 2)))
    found = difference(a, b)
    assert (found.cells, found.differing, found.first) == (10**10, 10**10, (0, 0))
    pools = [MaxPool(100_000, 3, 1, ((1, 1), (1, 1)), ceil_mode=up) for up in (False, True)]
    assert difference(*pools).is_equal
    assert prod(output_size(a)) == 10**10


@together(
    "a, b, words",
    [
        (Conv(5, 3), MaxPool(5, 3), r"A \(conv\) adds up .*, B \(max pool\) takes the maximum of its window"),
        (AvgPool(5, 3), MaxPool(5, 3), "A .avg pool. takes the mean"),
        (Conv(5, 3), Conv(5, 3, dims=1), "A has 2 axes, B 1 axis"),
        (Conv(5, 3), Conv(6, 3), "A reads 5x5, B 6x6"),
        (Conv("3@5", 3), Conv("2@5", 3), "A reads 3@5x5, B 2@5x5"),
        (Conv((900_000, 1), 1), Conv((900_000, 5), 5), "A reads 900000x1, B 900000x5"),
        (Conv(90_000_000, 1), Conv(90_000_000, 1), "an axis reads more than 5,000,000 times"),
        (Conv(6000, 5001), Conv(6000, 3), "an axis reads more than 5,000,000 times"),
        (Conv(5001, 5001), Conv(5001, 3), "kernel_size 5001: more than 5,000 cells on an axis"),
    ],
)
def test_what_cannot_be_compared_is_said_plainly(a: Layer, b: Layer, words: str) -> None:
    """Layers that do something else, read something else or have other axes; and those too long to look at."""
    with pytest.raises(RequestError, match=words):
        difference(a, b)


def test_means_of_the_same_cells_may_be_divided_otherwise() -> None:
    """Padding that counts changes the border alone; a divisor of its own everything, or nothing."""
    counted, real = (AvgPool(4, 3, 1, 1, count_include_pad=how) for how in (True, False))
    found = difference(counted, real)
    assert (found.differing, found.otherwise_divided, found.cells) == (12, 12, 16)
    assert difference(AvgPool(4, 2), AvgPool(4, 2, divisor_override=4)).is_equal
    assert difference(AvgPool(4, 2), AvgPool(4, 2, divisor_override=5)).differing == 4


def test_filters_that_only_one_has_are_no_matter_of_the_others() -> None:
    """Of 4 filters and 6 the first 4 agree; outputs are not of one size."""
    found = difference(Conv("3@5", 3, out_channels=4), Conv("3@5", 3, out_channels=6))
    assert (found.channels, found.differing, found.same_size, found.is_equal) == (4, 0, False, False)
    grouped = difference(Conv("4@5", 3, out_channels=4), Conv("4@5", 3, out_channels=4, groups=2))
    assert (grouped.same_kernels, grouped.differing) == (False, 36)
