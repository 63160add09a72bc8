"""Numbers as figures show them, and the equation of one output cell."""

from collections.abc import Sequence
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
    text = f"{number:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "0") else text.replace("-", MINUS)


def _scientific(number: float, decimals: int) -> str:
    mantissa, exponent = f"{number:.{decimals}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}".replace("-", MINUS)


def weight(number: float) -> str:
    """A kernel's weight: as `numeral`, but exact as a fraction where decimals would round: `1/9`."""
    if is_exact(number):
        return numeral(number)
    fraction = Fraction(number).limit_denominator(_LARGEST_DENOMINATOR)
    if float(fraction) == number:
        return str(fraction).replace("-", MINUS)
    return numeral(number)


def is_exact(number: float) -> bool:
    """Whether `numeral` shows the number without rounding it."""
    return isinf(number) or float(numeral(number).replace(MINUS, "-")) == number


def _is_exact_weight(number: float) -> bool:
    return is_exact(number) or float(Fraction(number).limit_denominator(_LARGEST_DENOMINATOR)) == number


def _factor(text: str) -> str:
    return f"({text})" if text.startswith(MINUS) else text


# What stands before the terms, the terms, their joint, what stands behind them.
Terms: TypeAlias = tuple[str, tuple[str, ...], str, str]


def sum_terms(pairs: Sequence[tuple[float, float]], total: float) -> Terms:
    """`2·1 + 0·0 + 3·2 = 8`, from (input, weight) pairs."""
    exact = is_exact(total) and all(is_exact(x) and _is_exact_weight(w) for x, w in pairs)
    terms = tuple(f"{_factor(numeral(x))}·{_factor(weight(w))}" for x, w in pairs)
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
    terms = tuple(_factor(numeral(x)) for x in numbers) or ("0",)
    return "(", terms, " + ", f")/{_factor(numeral(divisor))} {sign} {numeral(mean)}"


def stamp_terms(number: float, weights: Sequence[float]) -> Terms:
    """`adds 3·1, 3·2`: what one input cell adds to the output."""
    x = _factor(numeral(number))
    return "adds ", tuple(f"{x}·{_factor(weight(w))}" for w in weights) or ("nothing",), ", ", ""


def joined(terms: Terms) -> str:
    """The whole equation on one line."""
    before, parts, joint, behind = terms
    return before + joint.join(parts) + behind
