"""Numbers as figures show them, and the equation of one output cell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import isinf
from typing import TypeAlias

MINUS = "−"
_LARGEST_DENOMINATOR = 1024


def numeral(number: float, decimals: int = 2) -> str:
    """A number in few characters: `3`, `−1.5`, `1.56` (rounded), `2.5e9`, `−∞`."""
    if isinf(number):
        return "∞" if number > 0 else MINUS + "∞"
    whole = int(number)
    if abs(number) >= 1e6:
        return _scientific(number, decimals)
    if number == whole:
        return str(whole).replace("-", MINUS)
    if 0 < abs(number) < 0.5 * 10**-decimals:
        return _scientific(number, 0)
    # Halves go up, as they are taught; formatting would take them to even.
    text = str(Decimal(number).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "0") else text.replace("-", MINUS)


def _scientific(number: float, decimals: int) -> str:
    mantissa, exponent = f"{number:.{decimals}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}".replace("-", MINUS)


@dataclass(frozen=True)
class Weights:
    """A kernel's weights as text, by the weight: decimals, or fractions such as `1/9` where those alone are exact."""

    texts: Mapping[float, str]
    are_exact: bool


def weights_of(numbers: Iterable[float]) -> Weights:
    """How the weights of one kernel are written: all in one way."""
    different = set(numbers)
    if all(map(is_exact, different)):
        return Weights({w: numeral(w) for w in different}, True)
    fractions = {w: Fraction(w).limit_denominator(_LARGEST_DENOMINATOR) for w in different}
    if all(float(fraction) == w for w, fraction in fractions.items()):
        return Weights({w: str(fraction).replace("-", MINUS) for w, fraction in fractions.items()}, True)
    return Weights({w: numeral(w) for w in different}, False)


def is_exact(number: float, decimals: int = 2) -> bool:
    """Whether `numeral` shows the number without rounding it."""
    return isinf(number) or float(numeral(number, decimals).replace(MINUS, "-")) == number


def factor(text: str) -> str:
    """A number as it stands in a product: in brackets where it has a sign."""
    return f"({text})" if text.startswith(MINUS) else text


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
