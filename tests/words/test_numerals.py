"""Numbers as figures show them, and the equations under the maps."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from helpers.campaigns import together
from helpers.english import max_terms, mean_terms, stamp_terms, sum_terms
from helpers.pixels import composed, numbers_at
from hypothesis import given
from hypothesis import strategies as st

from convanim.figures.options import Options
from convanim.layers.geometry import Geometry
from convanim.layers.layer import AvgPool, Conv
from convanim.scene.lengths import Length
from convanim.scene.picture_size import PictureSize
from convanim.scene.scene import Lattice
from convanim.views.cell_numbers import lettering
from convanim.views.drawing import Drawing, TooNarrowError
from convanim.words.equations import joined
from convanim.words.numerals import is_exact, numeral, weights_of

FINITE = st.floats(-1e12, 1e12)


def value(text: str) -> float:
    """The number that a numeral says."""
    return float(text.replace("−", "-").replace("∞", "inf"))


@together(
    "number, text",
    [
        (0, "0"),
        (-0.0, "0"),
        (3, "3"),
        (-3, "−3"),
        (1.5, "1.5"),
        (-1.5, "−1.5"),
        (14 / 9, "1.56"),
        (23.625, "23.63"),
        (-3.125, "−3.13"),
        (2.675, "2.67"),  # which is a little less, as a float
        (2.0, "2"),
        (0.999, "1"),
        (999_999, "999999"),
        (2.5e9, "2.5e9"),
        (-1e6, "−1e6"),
        (0.004, "4e−3"),
        (-0.004, "−4e−3"),
        (1e-300, "1e−300"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
    ],
)
def test_numbers_are_short_and_have_a_true_minus(number: float, text: str) -> None:
    """Whole numbers have no decimals, others two at most, large and tiny ones an exponent."""
    assert numeral(number) == text


@given(FINITE)
def test_a_numeral_is_near_its_number(number: float) -> None:
    """What is shown is off by at most half a hundredth, or by the digits that an exponent leaves."""
    shown = value(numeral(number))
    assert math.isclose(shown, number, abs_tol=0.005000001, rel_tol=0.006) or abs(number) < 0.005
    if number and abs(number) < 0.005:
        assert 0.6 < shown / number < 1.6


@given(FINITE, st.integers(0, 2))
def test_a_numeral_is_short(number: float, decimals: int) -> None:
    """No number takes more than eleven characters, and none shows a minus zero."""
    text = numeral(number, decimals)
    assert len(text) <= 11
    assert text not in ("−0", "-0")
    assert "-" not in text


@given(st.integers(-999_999, 999_999))
def test_whole_numbers_are_exact(number: int) -> None:
    """A whole number below a million is shown as it is."""
    assert value(numeral(number)) == number
    assert is_exact(number)


def sum_line(pairs: list[tuple[float, float]], total: float) -> str:
    """The equation of a sum."""
    return joined(sum_terms(pairs, weights_of(w for _, w in pairs), total))


@together(
    "numbers, texts, are_exact",
    [
        ([1 / 9], ["1/9"], True),
        ([-1 / 9, 2 / 9], ["−1/9", "2/9"], True),
        ([0.25, 2], ["0.25", "2"], True),
        ([1 / 16, 1 / 8, 1 / 4], ["1/16", "1/8", "1/4"], True),
        ([math.pi, 1 / 9], ["3.14", "0.11"], False),
    ],
)
def test_weights_are_fractions_where_decimals_would_round(
    numbers: list[float], texts: list[str], are_exact: bool
) -> None:
    """Ninths are fractions, quarters alone decimals; a kernel is written in one way, exactly where it can be."""
    weights = weights_of(numbers)
    assert [weights.texts[number] for number in numbers] == texts
    assert weights.are_exact == are_exact


def test_a_sum_is_spelled_out() -> None:
    """Products of input and weight, joined by plus; negative factors in brackets."""
    assert sum_line([(2, 1), (0, 0), (3, 2)], 8) == "2·1 + 0·0 + 3·2 = 8"
    assert sum_line([(-2, 1), (3, -1)], -5) == "(−2)·1 + 3·(−1) = −5"
    assert sum_line([], 0) == "0 = 0"


def test_rounding_is_said() -> None:
    """`≈` stands where a term or the result is rounded, `=` where all is exact, fractions too."""
    assert sum_line([(1 / 3, 1)], 1 / 3) == "0.33·1 ≈ 0.33"
    assert sum_line([(9, 1 / 9)], 1) == "9·1/9 = 1"
    assert "≈" in joined(mean_terms([1, 1, 0], 3, 2 / 3))
    assert "≈" in joined(max_terms([0.123, 1], 1))


def test_a_maximum_is_spelled_out() -> None:
    """`max(3, 1, 2) = 3`; a window that sees nothing says so."""
    assert joined(max_terms([3, 1, -2], 3)) == "max(3, 1, −2) = 3"
    assert joined(max_terms([], -math.inf)) == "no cell in the window: −∞"


def test_a_mean_is_spelled_out() -> None:
    """The sum in brackets over its divisor, negative ones in brackets too."""
    assert joined(mean_terms([3, 1, 2], 4, 1.5)) == "(3 + 1 + 2)/4 = 1.5"
    assert joined(mean_terms([3, -1], -2, -1)) == "(3 + (−1))/(−2) = −1"


def test_a_stamp_is_spelled_out() -> None:
    """What an input cell adds, product by product."""
    assert joined(stamp_terms(3, [1, -2], weights_of([1, -2]))) == "adds 3·1, 3·(−2)"
    assert joined(stamp_terms(3, [], weights_of([]))) == "adds nothing"


@given(st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=1, max_size=9))
def test_an_exact_equation_is_true(pairs: list[tuple[int, int]]) -> None:
    """With whole numbers the left side evaluates to the right side."""
    left, right = (
        sum_line([(x, w) for x, w in pairs], sum(x * w for x, w in pairs))
        .replace("−", "-")
        .replace("·", "*")
        .split("=")
    )
    assert re.fullmatch(r"[-0-9*+() ]+", left)
    assert eval(left) == int(right)


def square(side: int) -> Lattice:
    """Upright cells of so many pixels."""
    return Lattice((0, 0), (side, 0), (0, side))


def test_fractions_keep_a_decimal_in_their_cells() -> None:
    """Numbers that are not whole are never written as other, whole ones, unless they are large."""
    page = Drawing(Geometry(Conv(2, 1)), None, PictureSize(Length(480, "px")))
    assert lettering(replace(page, decimals=1), square(30), np.array([[0.881, 1.0]])).strings == ("0.9", "1.0")
    assert lettering(replace(page, decimals=0), square(60), np.array([[12345.6]])).strings == ("12346",)
    with pytest.raises(TooNarrowError):
        lettering(page, square(30), np.array([[0.881, 10.0]]))
    with pytest.raises(TooNarrowError):
        lettering(replace(page, decimals=0), square(60), np.array([[0.881, 10.0]]))


@together("view", ["flat", "iso"])
@together("width", [300, 480, 900])
def test_a_figure_has_one_number_of_decimals(view: str, width: int) -> None:
    """All numbers of a figure that are not in a map of whole ones have as many, in cells, products and equation."""
    numbers = np.array([[1, 3, 3, 2], [0, 1, 1, 3], [5, 5, 3, 4]])
    weights = np.array([[1 / 2, 1 / 4], [1 / 3, 1]])
    figures = (
        composed(AvgPool((3, 4), (2, 2), 1), Options(values=numbers, view=view, width=width)),
        composed(Conv((3, 4), 2), Options(values=numbers, kernel_values=weights, view=view, width=width)),
    )
    for scene in (figure.scene for figure in figures):
        for step in range(scene.steps):
            shown = [*numbers_at(scene, step, "output").values(), scene.equation(step).split()[-1]]
            shown += [text for text in numbers_at(scene, step, "product").values() if text != "0"]
            assert len({len(text.partition(".")[2]) for text in shown}) == 1
            assert all("." in text for text in shown)
        assert all("." not in text for text in numbers_at(scene, 0, "input").values())


def test_decimals_are_as_many_as_are_needed() -> None:
    """Halves have one decimal, as all others beside them have, and whole numbers none."""
    scene = composed(AvgPool(4, 2, 1), Options(values=np.arange(16).reshape(4, 4) % 5)).scene
    assert set(numbers_at(scene, 8, "output").values()) <= {f"{x:.2f}" for x in np.arange(0, 5, 0.25)}
    halves = composed(AvgPool((1, 4), (1, 2), 1), Options(values=np.array([[1, 2, 4, 8]]))).scene
    assert list(numbers_at(halves, 2, "output").values()) == ["1.5", "3.0", "6.0"]
