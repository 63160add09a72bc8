"""Numbers as figures show them, and the equation of one output cell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import isinf

MINUS = "−"
_LARGEST_DENOMINATOR = 1024


def numeral(number: float, decimals: int = 2, *, is_fixed: bool = False) -> str:
    """A number in few characters: `3`, `−1.5`, `1.56` (rounded), `2.5e9`, `−∞`.

    It has at most so many decimals; where they are fixed exactly so many, `1.50`, unless it is large or tiny.
    """
    if isinf(number):
        return "∞" if number > 0 else MINUS + "∞"
    whole = int(number)
    if abs(number) >= 1e6:
        return _scientific(number, decimals)
    if number == whole and not is_fixed:
        return str(whole).replace("-", MINUS)
    if 0 < abs(number) < 0.5 * 10**-decimals:
        return _scientific(number, 0)
    # Halves go up, as they are taught; formatting would take them to even.
    text = str(Decimal(number).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
    if "." in text and not is_fixed:
        text = text.rstrip("0").rstrip(".")
    return text.removeprefix("-") if not text.strip("-0.") else text.replace("-", MINUS)


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


def weights_of(numbers: Iterable[float], decimal: str = ".") -> Weights:
    """How the weights of one kernel are written: all in one way, with such a decimal sign."""
    different = set(numbers)
    if all(map(is_exact, different)):
        return Weights({w: numeral(w).replace(".", decimal) for w in different}, True)
    fractions = {w: Fraction(w).limit_denominator(_LARGEST_DENOMINATOR) for w in different}
    if all(float(fraction) == w for w, fraction in fractions.items()):
        return Weights({w: str(fraction).replace("-", MINUS) for w, fraction in fractions.items()}, True)
    return Weights({w: numeral(w).replace(".", decimal) for w in different}, False)


def is_exact(number: float, decimals: int = 2) -> bool:
    """Whether `numeral` shows the number without rounding it."""
    return isinf(number) or float(numeral(number, decimals).replace(MINUS, "-")) == number


def factor(text: str) -> str:
    """A number as it stands in a product: in brackets where it has a sign."""
    return f"({text})" if text.startswith(MINUS) else text
