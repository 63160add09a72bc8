"""The rules in which frameworks differ, against sizes and sides worked out by hand."""

import pytest
from helpers.campaigns import together
from hypothesis import given
from hypothesis import strategies as st

from convanim import AvgPool, RequestError, from_code
from convanim.code.framework_rules import (
    POOL_TOO_LARGE,
    flax_copied,
    jax_pads,
    jax_transposed,
    jax_transposed_pads,
    keras_transposed,
    onnx_transposed_same,
)
from convanim.code.frameworks import code_of
from convanim.code.padding_words import TRANSPOSED_ADDED, TRANSPOSED_SAME, TRANSPOSED_VALID, WordRule, rules_giving
from convanim.layers.kinds.conv_transpose import transposed_output_size
from convanim.layers.padding import transposed_same

K, S, D = st.integers(1, 7), st.integers(1, 5), st.integers(1, 4)


def size(n: int, k: int, s: int, d: int, rule: tuple[int, int, int]) -> int:
    """The output size that a rule comes to."""
    before, after, extra = rule
    return transposed_output_size(n, k, s, before, after, d, extra)


@given(n=st.integers(1, 6), k=K, s=S, d=D)
def test_keras_documents_its_transposed_sizes(n: int, k: int, s: int, d: int) -> None:
    """Valid gives (n−1)·s + max(ke, s), same n·s; with output_padding as the documentation's other formula has it."""
    ke = d * (k - 1) + 1
    assert size(n, k, s, d, keras_transposed(k, s, d, "valid")) == (n - 1) * s + max(ke, s)
    assert size(n, k, s, d, keras_transposed(k, s, d, "same")) == n * s
    for extra in range(s):
        assert size(n, k, s, d, keras_transposed(k, s, d, "valid", extra)) == (n - 1) * s + ke + extra
        assert size(n, k, s, d, keras_transposed(k, s, d, "same", extra)) == (n - 1) * s + ke % 2 + extra


@given(k=K, s=S, d=D)
def test_same_is_one_rule_where_nothing_else_is_asked(k: int, s: int, d: int) -> None:
    """Keras, JAX, ONNX and the padding word `same` agree on transposed convolutions; SAME_LOWER mirrors the crop."""
    rule = transposed_same(k, s, d)
    assert keras_transposed(k, s, d, "same") == jax_transposed(k, s, d, "SAME") == rule
    assert onnx_transposed_same(k, s, d, 0, False) == rule
    before, after, extra = onnx_transposed_same(k, s, d, 0, True)
    assert (after, before, extra) == rule


@given(k=K, d=D, low=st.integers(0, 9), high=st.integers(0, 9))
def test_pads_of_the_spread_input_and_back(k: int, d: int, low: int, high: int) -> None:
    """JAX's numbers go to ours and come back."""
    assert jax_pads(k, d, *jax_transposed_pads(k, d, low, high)) == (low, high)


@together(
    "k, s, extra, expected",
    [
        (3, 2, None, (0, 1, 0)),
        (4, 2, None, (1, 1, 0)),
        (3, 2, 0, (1, 1, 0)),
        (3, 2, 1, (0, 1, 0)),
        (1, 3, None, (0, 0, 2)),
        (1, 3, 2, (0, 0, 2)),
        (5, 2, 1, (1, 2, 0)),
    ],
)
def test_keras_same_by_hand(k: int, s: int, extra: int | None, expected: tuple[int, int, int]) -> None:
    """What is cropped on each side, odd ones behind, and what is added."""
    assert keras_transposed(k, s, 1, "same", extra) == expected


@given(n=st.integers(1, 6), k=K, s=S, d=D, extra=st.integers(0, 4))
def test_the_words_of_the_rules_come_to_the_sizes(n: int, k: int, s: int, d: int, extra: int) -> None:
    """What is said of a transposed size is a formula, and it is right."""
    words = {"input": n, "stride": s, "span": d * (k - 1) + 1, "output_padding": min(extra, s - 1), "max": max}

    def said(rule: WordRule) -> int:
        formula = rule.says.partition(" output cells")[0].replace("−", "-").replace("·", "*")
        return int(eval(formula, {"__builtins__": {}}, words))

    added = keras_transposed(k, s, d, "same", min(extra, s - 1))
    assert said(TRANSPOSED_SAME) == size(n, k, s, d, keras_transposed(k, s, d, "same"))
    assert said(TRANSPOSED_VALID) == size(n, k, s, d, keras_transposed(k, s, d, "valid"))
    assert said(TRANSPOSED_ADDED) == size(n, k, s, d, added)


def test_onnx_output_padding_is_cropped_again() -> None:
    """With SAME the output has n·s cells whatever output_padding is; it only shifts the crop."""
    assert onnx_transposed_same(3, 2, 1, 1, False) == (1, 1, 1)
    assert onnx_transposed_same(3, 2, 1, 1, True) == (1, 1, 1)
    assert onnx_transposed_same(3, 2, 1, 0, True) == (1, 0, 0)
    assert onnx_transposed_same(1, 4, 1, 2, False) == (0, 0, 3)


def test_flax_copies_the_odd_cell_behind() -> None:
    """An even kernel copies one more cell behind than in front, at any stride."""
    assert flax_copied(4, 1) == (1, 2)
    assert flax_copied(2, 2) == (1, 1)
    assert flax_copied(1, 3) == (0, 0)


def test_words_that_mean_a_padding_are_named() -> None:
    """A padding is named by each word that comes to it at this size; nothing is said of none."""

    def words(*sizes: int, sides: tuple[int, int], op: str = "conv", extra: tuple[int, ...] | None = None) -> list[str]:
        n, k, s, d = sizes
        return [rule.word for rule in rules_giving(op, (n,), (k,), (s,), (d,), (sides,), extra)]

    assert words(5, 3, 1, 1, sides=(1, 1)) == ["same", "same-lower", "half"]
    assert words(6, 3, 2, 1, sides=(0, 1)) == ["same"]
    assert words(6, 3, 2, 1, sides=(1, 0)) == ["same-lower"]
    assert words(6, 3, 2, 1, sides=(2, 0)) == ["causal"]
    assert words(6, 3, 2, 1, sides=(2, 2)) == ["full"]
    assert words(6, 3, 2, 1, sides=(0, 0)) == []
    assert words(6, 3, 2, 1, sides=(0, 1), op="max-pool") == ["same"]
    assert words(6, 3, 2, 1, sides=(2, 2), op="max-pool") == []
    assert words(6, 3, 2, 1, sides=(0, 1), op="conv-transpose", extra=(0,)) == ["same"]
    assert words(6, 3, 3, 1, sides=(0, 0), op="conv-transpose", extra=(0,)) == []
    assert words(6, 3, 1, 1, sides=(1, 0), op="conv-transpose", extra=(0,)) == []


@pytest.mark.parametrize("code", ["nn.AvgPool3d((2, 3, 4), 1, 1)", "nn.LPPool3d(2, (2, 3, 4), ceil_mode=True)"])
def test_pools_of_three_axes_fit_their_input_without_padding(code: str) -> None:
    """PyTorch refuses them else, and we with it; maxima, and what is not its own, it does not."""
    assert from_code(code, "2x3x4")
    with pytest.raises(RequestError, match=r"kernel_size 2x3x4: PyTorch takes no pool of three axes .*; try a smaller"):
        from_code(code, "2x3x3")
    assert from_code("nn.MaxPool3d((2, 2, 4), 1, 1)", "2x3x3")
    assert from_code("nn.AvgPool2d((3, 4), 1, 1)", "3x3")
    layer = AvgPool("2x3x3", (2, 3, 4), 1, 1)
    assert code_of(layer)["pytorch"] == f"none: {POOL_TOO_LARGE}"
    assert code_of(AvgPool("2x3x4", (2, 3, 4), 1, 1))["pytorch"].startswith("nn.AvgPool3d")
