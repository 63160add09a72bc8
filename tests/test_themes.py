"""The themes: text that can be read, roles that can be told apart by every eye, and refusals that name the role."""

from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.packaged import templates_folder
from convanim.theme import UNDER, Colour, Theme, load_theme, theme_names

Vector = NDArray[np.float64]
CLASSIC = (templates_folder() / "themes" / "classic.toml").read_text(encoding="utf-8")

# Colour vision: Machado, Oliveira & Fernandes (2009), severity 1, on linear RGB.
VISIONS: dict[str, Vector] = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.119192, 0.950304]]
)
WHITE = TO_XYZ.sum(axis=1)
LEAST_DISTANCE = 10  # CIE76; about 2 is just noticeable side by side
LEAST_CONTRAST = 4.5  # WCAG 2, level AA

INPUTS = ("input", "unread", "padding", "zero", "overhang")
WINDOWS = ("window", "window_padding", "window_zero", "window_overhang")
OUTPUTS = ("output_pending", "output_partial", "output", "current")
# Beside each other in some figure; in a scatter figure cropped padding and unread cells lie beside the output.
TOUCHING = [
    *combinations(INPUTS, 2),
    *product(INPUTS, WINDOWS),
    *(("window", other) for other in WINDOWS[1:]),
    *combinations(OUTPUTS, 2),
    *product(("padding", "unread"), OUTPUTS),
    ("winner", "window"),
]


def linear(colour: Colour) -> Vector:
    """Linear RGB from sRGB bytes."""
    c = np.array(colour) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb: Vector) -> Vector:
    """CIE L*a*b* (D65) from linear RGB."""
    t = TO_XYZ @ rgb / WHITE
    x, y, z = np.where(t > (6 / 29) ** 3, np.cbrt(t), t * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one: Colour, other: Colour, vision: Vector) -> float:
    """How far apart two colours look."""
    seen = [lab(np.clip(vision @ linear(colour), 0, 1)) for colour in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of WCAG 2."""
    low, high = sorted(float(TO_XYZ[1] @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def fill(theme: Theme, role: str) -> Colour:
    """What is seen inside a role's cells."""
    return theme.styles[role].fill or theme.background


def closest(theme: Theme, one: str, other: str) -> tuple[float, str]:
    """The least distance of two roles' fills in any vision, and which vision that is."""
    return min((distance(fill(theme, one), fill(theme, other), matrix), name) for name, matrix in VISIONS.items())


def has_other_lines(theme: Theme, one: str, other: str) -> bool:
    """Whether dashes differ, or one is unread, whose cells have a stroke across them."""
    return theme.styles[one].dash != theme.styles[other].dash or "unread" in (one, other)


def test_there_are_the_four_themes() -> None:
    """classic, colorblind, dark and print come along, each with a style for every role."""
    assert theme_names() == ("classic", "colorblind", "dark", "print")
    for name in theme_names():
        theme = load_theme(name)
        assert theme.name == name
        assert set(theme.styles) == set(UNDER)
        assert not theme.transparent


@pytest.mark.parametrize("name", theme_names())
def test_text_can_be_read_on_what_is_behind_it(name: str) -> None:
    """Every role's text has a contrast of 4.5:1 on its fill, or on the background where it has none."""
    theme = load_theme(name)
    low = {
        role: round(contrast(style.text, fill(theme, role)), 2)
        for role, style in theme.styles.items()
        if style.text is not None and contrast(style.text, fill(theme, role)) < LEAST_CONTRAST
    }
    assert low == {}


@pytest.mark.parametrize("name", theme_names())
def test_roles_that_touch_are_told_apart_by_every_eye(name: str) -> None:
    """In usual vision and the three dichromacies touching roles differ in colour, or in their lines."""
    theme = load_theme(name)
    alike = {
        (one, other): closest(theme, one, other)
        for one, other in TOUCHING
        if closest(theme, one, other)[0] < LEAST_DISTANCE and not has_other_lines(theme, one, other)
    }
    assert alike == {}


@pytest.mark.parametrize("name", theme_names())
def test_padding_zeros_and_overhang_stay_apart_under_the_window(name: str) -> None:
    """Under the window too, what is not an input cell shows by colour or by dashes which kind it is."""
    theme = load_theme(name)
    alike = {
        (one, other): closest(theme, one, other)
        for one, other in combinations(WINDOWS[1:], 2)
        if closest(theme, one, other)[0] < LEAST_DISTANCE and not has_other_lines(theme, one, other)
    }
    assert alike == {}


@pytest.mark.parametrize("name", theme_names())
def test_cells_that_hold_no_input_differ_by_more_than_colour(name: str) -> None:
    """Padding, inserted zeros and the overhang are dashed, each in its own way; input cells are not."""
    styles = load_theme(name).styles
    dashes = [styles[role].dash for role in ("input", "padding", "zero", "overhang")]
    assert dashes[0] == ()
    assert len(set(dashes)) == 4


def test_classic_has_the_colours_of_the_paper() -> None:
    """Input #268bd2, output #2aa198, window #073642 at 40 % of what is under it, edges #002b36, padding dashed."""
    styles = load_theme("classic").styles
    assert styles["input"].fill == (0x26, 0x8B, 0xD2)
    assert styles["output"].fill == (0x2A, 0xA1, 0x98)
    assert styles["window"].fill == tuple(round(u + 0.4 * (w - u)) for u, w in zip((0x26, 0x8B, 0xD2), (7, 0x36, 0x42)))
    assert {styles[role].stroke for role in ("input", "output", "window")} == {(0, 0x2B, 0x36)}
    assert styles["padding"].dash
    assert styles["padding"].fill is None


def test_print_is_grey() -> None:
    """The print theme has no hue anywhere, on white."""
    theme = load_theme("print")
    assert theme.background == (255, 255, 255)
    for style in theme.styles.values():
        for colour in (style.fill, style.stroke, style.text):
            assert colour is None or len(set(colour)) == 1


def test_dark_has_a_dark_ground() -> None:
    """White text has more contrast on the dark theme's background than black has on a mid grey."""
    assert contrast(load_theme("dark").background, (255, 255, 255)) > 15


def test_a_theme_of_ones_own_comes_from_a_file(tmp_path: Path) -> None:
    """A .toml file is a theme: short colours, `none`, alpha over what is under a role, a transparent background."""
    path = tmp_path / "mine.toml"
    text = CLASSIC.replace('fill = "#ffffff"', 'fill = "#fff"\ntransparent = true', 1)
    text = text.replace('input = { fill = "#268bd2"', 'input = { fill = "#000"', 1)
    text = text.replace('name = "classic"\n', "").replace("alpha = 0.4", "alpha = 0.5")
    path.write_text(text.replace('fill = "#073642", alpha = 0.5', 'fill = "#ffffff", alpha = 0.5'), encoding="utf-8")
    theme = load_theme(str(path))
    assert (theme.name, theme.background, theme.transparent) == ("mine", (255, 255, 255), True)
    assert theme.styles["input"].fill == (0, 0, 0)
    assert theme.styles["window"].fill == (128, 128, 128)


BAD = [
    ('output = { fill = "#2aa198"', 'putout = { fill = "#2aa198"', "roles.putout"),
    ('ray = { stroke = "#002b36", width = 1 }\n', "", "roles.ray"),
    ('fill = "#2aa198"', 'fill = "2aa198"', "roles.output.fill"),
    ('fill = "#2aa198"', 'fill = "#2aa19"', "roles.output.fill"),
    ('fill = "#2aa198"', 'fill = "#2aa19g"', "roles.output.fill"),
    ('fill = "#2aa198"', "fill = 3", "roles.output.fill"),
    ('output = { fill = "#2aa198"', 'output = { full = "#2aa198"', "roles.output.full"),
    ('output = { fill = "#2aa198", stroke = "#002b36",', "output = {", "roles.output"),
    ('ray = { stroke = "#002b36", width = 1 }', "ray = { width = 1 }", "roles.ray.stroke"),
    ('label = { text = "#002b36" }', "label = {}", "roles.label.text"),
    ('label = { text = "#002b36" }', 'label = "#002b36"', "roles.label"),
    ("dash = [9, 3]", "dash = [9]", "roles.overhang.dash"),
    ("dash = [9, 3]", "dash = [9, 3, 1]", "roles.overhang.dash"),
    ("dash = [9, 3]", "dash = [9, -3]", "roles.overhang.dash"),
    ("dash = [9, 3]", 'dash = "long"', "roles.overhang.dash"),
    ("width = 3", "width = 99", "roles.winner.width"),
    ("width = 3", "width = true", "roles.winner.width"),
    ("width = 3", "width = nan", "roles.winner.width"),
    ("alpha = 0.6", "alpha = 1.1", "roles.current.alpha"),
    ("alpha = 0.6", 'alpha = "half"', "roles.current.alpha"),
    ('fill = "#ffffff"', 'fill = "none"', "background.fill"),
    ('fill = "#ffffff"\n', "", "background.fill"),
    ('fill = "#ffffff"', 'fill = "#ffffff"\ntransparent = "yes"', "background.transparent"),
    ('fill = "#ffffff"', 'fill = "#ffffff"\ncolour = 1', "background.colour"),
    ('[background]\nfill = "#ffffff"', "", "background"),
    ("[roles]", "[rules]", "rules"),
    ('name = "classic"', "name = ", "TOML"),
    ('name = "classic"', "x = " + "[" * 5000 + "]" * 5000, "TOML"),
    ('name = "classic"', "name = " + "1" * 5000, "TOML"),
]


@pytest.mark.parametrize(("old", "new", "place"), BAD, ids=[f"{place}-{i}" for i, (*_, place) in enumerate(BAD)])
def test_a_theme_that_does_not_hold_together_is_refused(old: str, new: str, place: str, tmp_path: Path) -> None:
    """The line names the theme, the role and the entry, and says what would work."""
    assert old in CLASSIC
    path = tmp_path / "mine.toml"
    path.write_text(CLASSIC.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RequestError) as refused:
        load_theme(str(path))
    said = str(refused.value)
    assert refused.value.field == "theme"
    assert "mine.toml" in said or "…" in said
    assert place in said
    assert len(said.splitlines()) == 1
    assert "; " in said


def test_there_is_no_theme_of_any_other_name(tmp_path: Path) -> None:
    """An unknown name lists those there are; a file that is none is said to be none."""
    with pytest.raises(RequestError, match="try classic, colorblind, dark, print, auto, or a "):
        load_theme("light")
    for name in ("missing.toml", "null\0.toml"):
        with pytest.raises(RequestError, match=r"no such file|cannot be read"):
            load_theme(str(tmp_path / name))
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(RequestError, match="cannot be read"):
        load_theme(str(tmp_path / "folder.toml"))
