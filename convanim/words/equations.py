"""The equation of one output cell, as terms that can be broken between lines."""

from collections.abc import Sequence
from typing import TypeAlias

from convanim.words.language import Words
from convanim.words.numerals import Weights, factor, is_exact

# What stands before the terms, the terms, their joint, what stands behind them.
Terms: TypeAlias = tuple[str, tuple[str, ...], str, str]


def sum_terms(pairs: Sequence[tuple[float, float]], weights: Weights, total: float, words: Words) -> Terms:
    """`2·1 + 0·0 + 3·2 = 8`, from (input, weight) pairs."""
    exact = is_exact(total) and weights.are_exact and all(is_exact(x) for x, _ in pairs)
    terms = tuple(f"{factor(words.numeral(x))}·{factor(weights.texts[w])}" for x, w in pairs)
    return "", terms or ("0",), " + ", f" {'=' if exact else '≈'} {words.numeral(total)}"


def max_terms(numbers: Sequence[float], most: float, words: Words) -> Terms:
    """`max(3, 1, 2) = 3`."""
    if not numbers:
        return "", (words("no_cell", number=words.numeral(most)),), words.between, ""
    sign = "=" if all(map(is_exact, numbers)) else "≈"
    return f"{words('max')}(", tuple(map(words.numeral, numbers)), words.between, f") {sign} {words.numeral(most)}"


def mean_terms(numbers: Sequence[float], divisor: int, mean: float, words: Words) -> Terms:
    """`(3 + 1 + 2)/4 = 1.5`."""
    sign = "=" if is_exact(mean) and all(map(is_exact, numbers)) else "≈"
    terms = tuple(factor(words.numeral(x)) for x in numbers) or ("0",)
    return "(", terms, " + ", f")/{factor(words.numeral(divisor))} {sign} {words.numeral(mean)}"


def stamp_terms(number: float, stamped: Sequence[float], weights: Weights, words: Words) -> Terms:
    """`adds 3·1, 3·2`: what one input cell adds to the output."""
    x = factor(words.numeral(number))
    before, behind = around_stamp(words)
    terms = tuple(f"{x}·{factor(weights.texts[w])}" for w in stamped)
    return before, terms or (words("adds_nothing"),), words.between, behind


def around_stamp(words: Words) -> tuple[str, str]:
    """What stands before and behind the terms that an input cell adds."""
    before, _, behind = words("adds_terms", terms="\0").partition("\0")
    return before, behind


def joined(terms: Terms) -> str:
    """The whole equation on one line."""
    before, parts, joint, behind = terms
    return before + joint.join(parts) + behind
