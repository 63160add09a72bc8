"""Lengths: what is one, how long it is, and what is said of what is none."""

from fractions import Fraction
from itertools import pairwise

import pytest
from helpers.campaigns import campaign, together
from hypothesis import given
from hypothesis import strategies as st

from convanim.errors import RequestError
from convanim.scene.lengths import Length, length_of
from convanim.scene.picture_size import WIDTHS, PictureSize

INCHES = {"cm": Fraction(100, 254), "mm": Fraction(10, 254), "in": Fraction(1), "pt": Fraction(1, 72)}
UNITS = st.sampled_from(sorted(INCHES))
HUNDREDTHS = st.integers(1, 99999)


def length(text: object) -> Length:
    """The length that a text says."""
    return length_of("width", text, "8.5cm")


@campaign(100)
@given(
    hundredths=HUNDREDTHS, unit=UNITS, blanks=st.sampled_from(["", " ", "  "]), cased=st.sampled_from([str, str.upper])
)
def test_a_number_and_a_unit_are_a_length(hundredths: int, unit: str, blanks: str, cased: type[str]) -> None:
    """Blanks and case make no difference; it is as long as the unit says, and is said again as it was."""
    found = length(f"{blanks}{hundredths / 100}{blanks}{cased(unit)}{blanks}")
    assert found == Length(hundredths / 100, unit)
    assert found.inches == pytest.approx(float(Fraction(hundredths, 100) * INCHES[unit]), rel=1e-12)
    assert length(str(found)) == found


def test_pixels_are_whole_numbers_or_say_so() -> None:
    """A number is pixels, of which 96 are an inch; in a text they have their unit, as other lengths."""
    assert length(480) == length("480px") == length("480 PX") == Length(480, "px")
    assert length("96px").inches == 1
    assert not length("96px").is_on_paper
    assert length("1in").is_on_paper


WRONG = [
    ("8,5cm", "a decimal comma; write a point: 8.5cm"),
    ("8,5 cm", "write a point: 8.5 cm"),
    ("8.5", "it has no unit"),
    ("-3cm", "not more than 0"),
    ("0pt", "not more than 0"),
    ("0.0pt", "not more than 0"),
    (0, "not more than 0"),
    (-480, "not more than 0"),
    ("10m", "there is no unit m; units are cm, mm, in, pt or px"),
    ("3parsec", "there is no unit parsec"),
    ("5%", "there is no unit %"),
    ("", "not a length"),
    ("cm", "not a length"),
    ("1e3cm", "not a length"),
    ("nancm", "not a length"),
    ("infcm", "not a length"),
    ("8.5cm8.5cm", "not a length"),
    ("٨cm", "not a length"),
    ("8.5cm\n\x1b[31m", "not a length"),
    (True, "not a length"),
    (8.5, "not a length"),
    (None, "not a length"),
]


@together("value, said", WRONG)
def test_what_is_no_length_is_refused(value: object, said: str) -> None:
    """One line says the rule and a way out."""
    with pytest.raises(RequestError) as refused:
        length(value)
    assert said in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert refused.value.field == "width"


@campaign(300)
@given(text=st.text(max_size=12) | st.text("0123456789.,+- cmintpx\t", max_size=9) | st.integers())
def test_anything_is_a_length_or_refused(text: object) -> None:
    """Whatever it is, it is positive and finite, or refused in a line."""
    said, found = "", None
    try:
        found = length(text)
    except RequestError as error:
        said = str(error)
    assert len(said.splitlines()) == (1 if found is None else 0)
    assert found is None or 0 < found.inches < 1e7


@campaign(100)
@given(number=st.floats(0.5, 900), unit=UNITS)
def test_lengths_are_rounded_to_what_is_easily_said(number: float, unit: str) -> None:
    """Up and down by less than a step, which is 0.1 of cm and inches, else 1; a rounded one stays."""
    step = 0.1 if unit in ("cm", "in") else 1
    up, down = Length(number, unit).rounded_up(), Length(number, unit).rounded_down()
    assert number - 1e-5 <= up.number < number + step
    assert number - step < down.number <= number + 1e-5
    for rounded in (up, down):
        assert rounded.rounded_up() == rounded.rounded_down() == rounded
        assert len(str(rounded)) <= len("900.0cm")


@campaign(100)
@given(hundredths=st.integers(100, 5000), unit=UNITS, dpi=st.integers(72, 1200))
def test_pixels_fill_the_width_exactly(hundredths: int, unit: str, dpi: int) -> None:
    """There are as many as the width times `dpi`, rounded; what is left over goes to the pixels' size."""
    width = Length(hundredths / 100, unit)
    size = PictureSize(width, Length(8, "pt"), dpi)
    assert abs(size.pixels - width.inches * dpi) <= 0.5
    if size.pixels:
        assert size.pixels / size.per_inch == pytest.approx(width.inches, rel=1e-12)
        assert size.em == pytest.approx(8 / 72 * size.per_inch, rel=1e-12)


@pytest.mark.parametrize("width", [Length(8.5, "cm"), Length(85, "mm"), Length(3.3, "in"), Length(241, "pt")])
def test_wider_sizes_ascend_and_end(width: Length) -> None:
    """Each is wider than the last, of the same unit and text, and none is wider than pictures may be."""
    size = PictureSize(width, Length(8, "pt"), 300)
    found = [size, *size.wider()]
    assert len(found) > 20
    for before, after in pairwise(found):
        assert before.width.number < after.width.number <= 1.04 * before.width.number + 1.001
        assert after == PictureSize(after.width, size.text, 300)
        assert after.pixels in WIDTHS
