"""The equation of one output cell, as terms that can be broken between lines."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from convanim.layers.layer import LPPool
from convanim.words.language import Words
from convanim.words.numerals import MINUS, Weights, factor
from convanim.words.spelling import Spelling


class Terms(NamedTuple):
    """What stands before the terms, the terms, their joint, what stands behind them.

    A term of a sum that begins with a minus is taken away: `4 − 3`.
    """

    before: str
    parts: tuple[str, ...]
    joint: str
    behind: str
    unreal: Collection[int] = ()  # those of padding and of inserted zeros

    @property
    def pieces(self) -> tuple[tuple[str, str], ...]:
        """What stands between each term and the one before, and the term behind that."""
        taken = [self.joint == " + " and part.startswith(MINUS) for part in self.parts]
        others = [(f" {MINUS} ", part[1:]) if minus else (self.joint, part) for minus, part in zip(taken, self.parts)]
        return (*(("", part) for part in self.parts[:1]), *others[1:])


def sum_terms(
    pairs: Sequence[tuple[float, float]],
    weights: Weights,
    total: float,
    read: Spelling,
    made: Spelling | None = None,
    unreal: Collection[int] = (),
) -> Terms:
    """`2·1 + 0·0 + 3·2 = 8`, from (input, weight) pairs; `read` spells the input's numbers, `made` the sum.

    Those pairs that are `unreal` are of padding and of inserted zeros.
    """
    made = made or read
    exact = made.is_exact(total) and weights.are_exact and all(read.is_exact(x) for x, _ in pairs)
    numbers = _spelled([x for x, _ in pairs], read, unreal)
    terms = tuple(f"{factor(x)}·{factor(weights.texts[w])}" for x, (_, w) in zip(numbers, pairs))
    return Terms("", terms or ("0",), " + ", f" {_sign(exact)} {made(total)}", unreal)


def blend_terms(
    pairs: Sequence[tuple[float, float]], weights: Weights, total: float, read: Spelling, made: Spelling
) -> Terms:
    """`2·0.75 + 4·0.25 = 2.5`, or `a copy of 3` where cells are taken as they are."""
    total = float(f"{total:.12g}")  # what is added up in floats is not off by their last bit
    return sum_terms(pairs, weights, total, read, made) if weights.texts else copy_terms(total, made)


def added_terms(numbers: Sequence[float], total: float, read: Spelling, made: Spelling) -> Terms:
    """`3 + 1 + 2 = 6`, of one number `a copy of 3`; 0 where there is nothing to add."""
    if len(numbers) == 1:
        return copy_terms(total, made)
    exact = made.is_exact(total) and all(map(read.is_exact, numbers))
    terms = tuple(factor(read(x)) for x in numbers) or ("0",)
    return Terms("", terms, " + ", f" {_sign(exact)} {made(total)}")


def copy_terms(number: float, read: Spelling, unreal: Collection[int] = ()) -> Terms:
    """`a copy of 3`: a number that is taken as it is; one that is `unreal` is what padding holds."""
    if unreal:
        return Terms("", (read.words("padding_number", number=read.words.numeral(number)),), "", "")
    return Terms("", (read.words("copy_of", number=read(number)),), "", "")


def max_terms(
    numbers: Sequence[float],
    most: float,
    read: Spelling,
    unreal: Collection[int] = (),
    made: Spelling | None = None,
) -> Terms:
    """`max(3, 1, 2) = 3`; where there is no real number it says so."""
    words, made = read.words, made or read
    if len(unreal) == len(numbers):
        return Terms("", (words("no_cell", number=made(most)),), words.between, "")
    exact = all(map(read.is_exact, numbers))
    parts = tuple(_spelled(numbers, read, unreal))
    return Terms(f"{words('max')}(", parts, words.between, f") {_sign(exact)} {made(most)}", unreal)


def mean_terms(
    numbers: Sequence[float],
    divisor: int,
    mean: float,
    read: Spelling,
    made: Spelling | None = None,
    unreal: Collection[int] = (),
) -> Terms:
    """`(3 + 1 + 2)/4 = 1.5`."""
    made = made or read
    exact = made.is_exact(mean) and all(map(read.is_exact, numbers))
    terms = tuple(map(factor, _spelled(numbers, read, unreal))) or ("0",)
    behind = f")/{factor(read.words.numeral(divisor))} {_sign(exact)} {made(mean)}"
    return Terms("(", terms, " + ", behind, unreal)


def norm_terms(
    numbers: Sequence[float],
    power: float,
    scale: tuple[int, int],
    norm: float,
    read: Spelling,
    made: Spelling,
    *,
    absolute: bool = False,
) -> Terms:
    """`(3² + 4²)^(1/2) = 5`; where a window hangs over the end, the sum is scaled: `((3² + 4²)·4/2)^(1/2) ≈ 7.07`.

    Numbers that lose their signs stand between bars: `(|−3|³ + |4|³)^(1/3)`.
    """
    if power == 1 and scale == (1, 1) and not absolute:
        return copy_terms(norm, made)
    exact = made.is_exact(norm) and all(map(read.is_exact, numbers))
    before, behind = around_norm(power, scale, read.words)
    spelled = [unsigned(read(x)) if absolute else factor(read(x)) for x in numbers]
    terms = tuple(f"{x}{power_text(power, read.words)}" for x in spelled)
    return Terms(before, terms, " + ", f"{behind} {_sign(exact)} {made(norm)}")


def around_norm(power: float, scale: tuple[int, int], words: Words) -> tuple[str, str]:
    """What stands before and behind the powers that are added up; `scale` is a fraction, of two equal numbers none."""
    scaled = scale[0] != scale[1]
    behind = f")·{scale[0]}/{scale[1]}" if scaled else ""
    if power == 1:
        return "(" if scaled else "", behind
    return "((" if scaled else "(", f"{behind})^(1/{words.numeral(power)})"


def unsigned(text: str) -> str:
    """A number without its sign, as it is written: `|−3|`."""
    return f"|{text}|"


def power_text(power: float, words: Words) -> str:
    """A power as it stands behind a number: `²`, `^1.5`; nothing for 1."""
    if power == 1:
        return ""
    if power == int(power):
        return str(int(power)).translate(_SUPERSCRIPTS)
    return f"^{words.numeral(power)}"


def around_power(layer: LPPool, words: Words) -> str:
    """What stands around a number that is raised: its power, and bars where it loses its sign."""
    return f"{'||' if layer.absolute else ''}{power_text(layer.norm_type, words)}"


_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def share_terms(
    numbers: Sequence[float], divisors: Sequence[int], total: float, read: Spelling, made: Spelling
) -> Terms:
    """`3 + 5 = 8`, or where each number is divided `(3 + 5)/4 = 2` and `3/4 + 5/2 = 3.25`; 0 where there is none."""
    total = float(f"{total:.12g}")
    exact = made.is_exact(total) and all(map(read.is_exact, numbers))
    parts = [factor(read(x)) for x in numbers] or ["0"]
    before, divided = "", ""
    if len(set(divisors)) == 1:
        divided = f"/{factor(read.words.numeral(divisors[0]))}"
        before, divided = ("(", f"){divided}") if len(parts) > 1 else ("", divided)
    elif divisors:
        parts = [f"{part}/{factor(read.words.numeral(divisor))}" for part, divisor in zip(parts, divisors)]
    return Terms(before, tuple(parts), " + ", f"{divided} {_sign(exact)} {made(total)}")


def _spelled(numbers: Sequence[float], read: Spelling, unreal: Collection[int]) -> list[str]:
    """Numbers as text; those that are no cell's are as short as in their place in the picture."""
    return [read.words.numeral(x) if i in unreal else read(x) for i, x in enumerate(numbers)]


def stamp_terms(number: float, stamped: Sequence[float], weights: Weights, read: Spelling) -> Terms:
    """`adds 3·1, 3·2`: what one input cell adds to the output."""
    x, words = factor(read(number)), read.words
    before, behind = around_stamp(words)
    terms = tuple(f"{x}·{factor(weights.texts[w])}" for w in stamped)
    return Terms(before, terms or (words("adds_nothing"),), words.between, behind)


def around_stamp(words: Words) -> tuple[str, str]:
    """What stands before and behind the terms that an input cell adds."""
    before, _, behind = words("adds_terms", terms="\0").partition("\0")
    return before, behind


def joined(terms: Terms) -> str:
    """The whole equation on one line."""
    return terms.before + "".join(joint + term for joint, term in terms.pieces) + terms.behind


def _sign(are_exact: bool) -> str:
    return "=" if are_exact else "≈"
