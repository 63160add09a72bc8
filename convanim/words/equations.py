"""The equation of one output cell, as terms that can be broken between lines."""

from collections.abc import Sequence
from typing import TypeAlias

from convanim.words.numerals import Weights, factor, is_exact, numeral

# What stands before the terms, the terms, their joint, what stands behind them.
Terms: TypeAlias = tuple[str, tuple[str, ...], str, str]


def sum_terms(pairs: Sequence[tuple[float, float]], weights: Weights, total: float) -> Terms:
    """`2·1 + 0·0 + 3·2 = 8`, from (input, weight) pairs."""
    exact = is_exact(total) and weights.are_exact and all(is_exact(x) for x, _ in pairs)
    terms = tuple(f"{factor(numeral(x))}·{factor(weights.texts[w])}" for x, w in pairs)
    return "", terms or ("0",), " + ", f" {'=' if exact else '≈'} {numeral(total)}"


def max_terms(numbers: Sequence[float], most: float) -> Terms:
    """`max(3, 1, 2) = 3`."""
    if not numbers:
        return "", ("no cell in the window",), ", ", f": {numeral(most)}"
    sign = "=" if all(map(is_exact, numbers)) else "≈"
    return "max(", tuple(map(numeral, numbers)), ", ", f") {sign} {numeral(most)}"


def mean_terms(numbers: Sequence[float], divisor: int, mean: float) -> Terms:
    """`(3 + 1 + 2)/4 = 1.5`."""
    sign = "=" if is_exact(mean) and all(map(is_exact, numbers)) else "≈"
    terms = tuple(factor(numeral(x)) for x in numbers) or ("0",)
    return "(", terms, " + ", f")/{factor(numeral(divisor))} {sign} {numeral(mean)}"


def stamp_terms(number: float, stamped: Sequence[float], weights: Weights) -> Terms:
    """`adds 3·1, 3·2`: what one input cell adds to the output."""
    x = factor(numeral(number))
    return "adds ", tuple(f"{x}·{factor(weights.texts[w])}" for w in stamped) or ("nothing",), ", ", ""


def joined(terms: Terms) -> str:
    """The whole equation on one line."""
    before, parts, joint, behind = terms
    return before + joint.join(parts) + behind
