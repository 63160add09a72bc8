"""The padding words, each against what section 3 of the design says of it."""

from itertools import product

import pytest
from helpers.campaigns import together

from convanim.errors import RequestError
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, MaxPool, output_size
from convanim.layers.operations import OPERATIONS

GRID = list(product(range(1, 11), range(1, 6), range(1, 5), range(1, 4)))  # input, kernel, stride, dilation
WORDS = ("valid", "same", "same-lower", "half", "full", "causal")
WORDS_OF = {"conv": WORDS, "conv-transpose": WORDS[:2], "max-pool": WORDS[:3], "avg-pool": WORDS[:3]}


def same_sides(n: int, ke: int, s: int) -> tuple[int, int]:
    """SAME_UPPER by search: the least padding with ceil(n/s) windows, the odd cell after."""
    outputs = len(range(0, n, s))
    total = next(t for t in range(100) if len(range(0, n + t - ke + 1, s)) >= outputs)
    return (total // 2, total - total // 2)


@pytest.mark.parametrize("op", ["conv", "max-pool"])
def test_same_gives_one_output_per_stride(op: str) -> None:
    """`same` gives ceil(in/stride) output cells with the least padding, the odd cell after; `same-lower` before."""
    layer_of = OPERATIONS[op].layer
    for n, k, s, d in GRID:
        sides = same_sides(n, d * (k - 1) + 1, s)
        upper = layer_of(n, k, s, "same", d, dims=1)
        lower = layer_of(n, k, s, "same-lower", d, dims=1)
        assert upper.padding == (sides,)  # type: ignore[union-attr]
        assert lower.padding == (sides[::-1],)  # type: ignore[union-attr]
        assert output_size(upper) == output_size(lower) == (-(-n // s),)


def test_same_in_average_pooling() -> None:
    """`same` never counts padded cells in a mean; ceil_mode changes nothing."""
    for n, k, s, d in GRID:
        for ceil_mode in (False, True) if d == 1 else ():
            pool = AvgPool(n, k, s, "same", ceil_mode, dims=1)
            assert pool.padding == (same_sides(n, k, s),)
            assert pool.count_include_pad is False
            assert output_size(pool) == (-(-n // s),)
    assert AvgPool(4, 3, padding="same_lower", dims=1).count_include_pad is False
    assert AvgPool(4, 3, padding="valid", dims=1).count_include_pad is True


def test_conv_words_of_fixed_width() -> None:
    """`valid` is 0, `full` ke−1 on both sides, `half` ke//2 on both, `causal` ke−1 before and 0 after."""
    for n, k, s, d in GRID:
        ke = d * (k - 1) + 1
        expected = {"full": (ke - 1, ke - 1), "half": (ke // 2, ke // 2), "causal": (ke - 1, 0)}
        if n >= ke:
            expected["valid"] = (0, 0)
        for word, sides in expected.items():
            layer = Conv(n, k, s, word, d, dims=1)
            assert layer.padding == (sides,)
            assert output_size(layer) == (len(range(0, n + sum(sides) - ke + 1, s)),)


def test_transposed_same_multiplies_by_the_stride() -> None:
    """`same` gives in·stride output cells: total max(ke−stride, 0), half of it before, output_padding the rest."""
    for n, k, s, d in GRID:
        ke = d * (k - 1) + 1
        layer = ConvTranspose(n, k, s, "same", dilation=d, dims=1)
        total = max(ke - s, 0)
        assert layer.padding == ((total // 2, total - total // 2),)
        assert layer.output_padding == (max(s - ke, 0),)
        assert output_size(layer) == (n * s,)
    assert ConvTranspose(4, 3, 2, "valid", 1, dims=1).padding == ((0, 0),)


def test_words_work_per_axis() -> None:
    """A word is worked out on each axis by that axis's own sizes."""
    layer = Conv("5x8", "2x3", "1x2", "same", "1x2")
    assert layer.padding == ((0, 1), (1, 2))
    assert output_size(layer) == (5, 4)
    assert ConvTranspose(2, "3x1", "1x3", "same").output_padding == (0, 2)


@pytest.mark.parametrize("word", ["SAME_LOWER", " same-lower ", "Same-Lower", "same_lower"])
def test_words_in_other_spellings(word: str) -> None:
    """Case, blanks around and underscores make no difference."""
    assert Conv(5, 2, padding=word) == Conv(5, 2, padding="same-lower")


@together("op, word", list(product(WORDS_OF, (*WORDS, "sam", "reflect", "", "same same", "x"))))
def test_which_operation_has_which_word(op: str, word: str) -> None:
    """Each operation takes exactly its own words; any other is refused with the list of those that it has."""
    if word in WORDS_OF[op]:
        OPERATIONS[op].layer(5, 3, padding=word)
        return
    with pytest.raises(RequestError) as refused:
        OPERATIONS[op].layer(5, 3, padding=word)
    assert refused.value.field == "padding"
    assert all(known in str(refused.value) for known in WORDS_OF[op])


def test_words_of_pools_may_pad_past_half_the_kernel() -> None:
    """`same` is not held to the pools' limit on padding in numbers: a dilated pool needs more."""
    assert MaxPool(5, 3, 1, "same", 3, dims=1).padding == ((3, 3),)
