"""Series and heat colours of the themes: text that can be read on them, neighbours that every eye tells apart."""

from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from test_themes import CLASSIC

from convanim.errors import RequestError
from convanim.files.catalogue import theme_names
from convanim.style.contrast import VISIONS, closest, contrast, distance
from convanim.style.theme import UNDER, Colour, Theme, load_theme
from convanim.style.theme_rules import LEAST_CONTRAST, LEAST_DISTANCE, lost_frames, lost_outlines

# In a series.
OUTPUTS = ("output_pending", "output_partial", "output", "current")
BLOCKS = ("block", "block_side", "block_top")
WORN = ("input", "slab", "kernel", "product", *OUTPUTS, "window", "hidden", "window_hidden", *BLOCKS)
FOLLOWED = ("ray",)  # lines in its hue
STEPS = {"heat": range(-16, 17), "count": range(17), "light": range(52), "colour": range(0, 1 << 15, 97)}
_APART = 4  # of a count and a cell that has none yet
_JUST_SEEN = 2  # the least distance of neighbours on a scale


def hued(theme: Theme, role: str, series: int | None) -> Colour:
    """What is seen inside a role's cells in a series."""
    return theme.style(role, series).fill or theme.background


def nearest(one: Colour, other: Colour) -> float:
    """The least distance of two colours in any vision."""
    return closest(one, other)[0]


@pytest.mark.parametrize("name", theme_names())
def test_text_can_be_read_in_every_series_and_on_every_level(name: str) -> None:
    """4.5:1 for every role in every series, and for the number in a cell at each colour of every scale."""
    theme = load_theme(name)
    dresses = {(role, series): theme.style(role, series) for role in UNDER for series in range(2 * len(theme.series))}
    dresses |= {(scale, step): theme.levelled(scale, step) for scale, steps in STEPS.items() for step in steps}
    low = {
        worn: round(contrast(style.text, style.fill or theme.background), 2)
        for worn, style in dresses.items()
        if style.text is not None and contrast(style.text, style.fill or theme.background) < LEAST_CONTRAST
    }
    assert low == {}


@pytest.mark.parametrize("name", theme_names())
def test_a_series_changes_the_fill_of_what_belongs_to_a_filter(name: str) -> None:
    """Output, window, current cell and slice take the hue, their lines and dashes stay; of lines rays alone take it."""
    theme = load_theme(name)
    for role, plain in theme.styles.items():
        style = theme.style(role, 1)
        assert theme.style(role) == theme.style(role, None) == plain
        same = (style.stroke, style.width, style.dash) == (plain.stroke, plain.width, plain.dash)
        assert same is (role not in FOLLOWED)
        assert (style.fill != theme.style(role, 0).fill) == (role in WORN)
        turned = [theme.style(role, 1 + n * len(theme.series)) for n in (1, 2)]
        assert (turned[0] != style) == (role in (*WORN, *FOLLOWED))
        assert turned[1] == style
        if role not in (*WORN, *FOLLOWED):
            assert style == plain


@pytest.mark.parametrize("base", theme_names())
def test_a_theme_says_how_much_of_a_hue_goes_into_a_role(base: str, tmp_path: Path) -> None:
    """So much of it, on the page's colour or, for what is at work, on black or white; the rest is the base's."""
    path = tmp_path / "mine.toml"
    path.write_text(f'base = "{base}"\n[tints]\noutput = 0.5\ncurrent = 1\nray = 0\n', encoding="utf-8")
    theme, plain = load_theme(str(path)), load_theme(base)
    for series, hue in enumerate(theme.series):
        half = tuple(round(b + (h - b) / 2) for b, h in zip(theme.background, hue))
        assert theme.style("output", series).fill == half
        assert theme.style("current", series).fill == hue
        assert theme.style("ray", series).stroke in ((0, 0, 0), (255, 255, 255))
        for role in (*WORN, *FOLLOWED):
            is_same = theme.style(role, series) == plain.style(role, series)
            assert is_same is (role not in ("output", "current", "ray"))


@pytest.mark.parametrize("name", theme_names())
def test_neighbouring_series_are_told_apart_by_every_eye(name: str) -> None:
    """Sheets that follow each other differ, done; so do a sheet's pale, full and current cells."""
    theme = load_theme(name)
    count = len(theme.series)
    alike: dict[object, float] = {
        (role, series): round(nearest(hued(theme, role, series), hued(theme, role, (series + 1) % count)), 1)
        for role in ("output",)
        for series in range(count)
        if nearest(hued(theme, role, series), hued(theme, role, (series + 1) % count)) < LEAST_DISTANCE
    }
    alike |= {
        (one, other, series): round(nearest(hued(theme, one, series), hued(theme, other, series)), 1)
        for series in range(count)
        for one, other in combinations(("output_pending", "output", "current"), 2)
        if nearest(hued(theme, one, series), hued(theme, other, series)) < LEAST_DISTANCE
    }
    assert alike == {}


@pytest.mark.parametrize("name", theme_names())
def test_the_window_of_every_series_is_told_from_the_input(name: str) -> None:
    """It has its filter's hue alone, unlike plain input, unread cells and its own sheet; its outline tells all eyes."""
    theme = load_theme(name)
    assert [hued(theme, "window", series) for series in range(len(theme.series))] == list(theme.series)
    apart = {
        (series, other, own): distance(hued(theme, "window", series), hued(theme, other, own), VISIONS["usual"])
        for series in range(len(theme.series))
        for other, own in (("input", None), ("unread", None), ("input", series))
    }
    assert {pair: d for pair, d in apart.items() if d < LEAST_DISTANCE} == {}
    assert lost_outlines(theme) == {}


@pytest.mark.parametrize("name", theme_names())
def test_heat_goes_two_ways_from_the_middle(name: str) -> None:
    """The ends and the middle are told apart by every eye, and lightness runs one way on each side."""
    theme = load_theme(name)
    colours = {step: theme.levelled("heat", step).fill or (0, 0, 0) for step in STEPS["heat"]}
    assert (colours[-16], colours[0], colours[16]) == theme.heat
    for one, other in combinations((-16, 0, 16), 2):
        assert nearest(colours[one], colours[other]) >= LEAST_DISTANCE
    for ends in (range(0, 17), range(0, -17, -1)):
        bright = [contrast(colours[step], (0, 0, 0)) for step in ends]
        assert bright in (sorted(bright), sorted(bright, reverse=True))


def test_levels_have_thirty_three_colours() -> None:
    """Levels are rounded to sixteenths; infinite ones and those outside are the last."""
    theme = load_theme("classic")
    levels = np.array([0, 0.03, 0.04, 1, -1, 2, -np.inf, np.inf, 0.5, -0.5])
    assert theme.level_steps("heat", levels).tolist() == [0, 0, 1, 16, -16, 16, -16, 16, 8, -8]
    mixed = tuple(round(m + (h - m) / 2) for m, h in zip(theme.heat[1], theme.heat[2]))
    assert theme.levelled("heat", 8).fill == mixed


@pytest.mark.parametrize("name", theme_names())
def test_counts_go_one_way_in_every_vision(name: str) -> None:
    """From zero up lightness runs one way, each step is seen by every eye, and no count is a cell still to come."""
    theme = load_theme(name)
    colours = list(theme.level_colours("count"))
    assert (colours[0], colours[-1], len(colours)) == (theme.count[0], theme.count[-1], 17)
    bright = [contrast(colour, (0, 0, 0)) for colour in colours]
    assert bright in (sorted(bright), sorted(bright, reverse=True))
    assert min(nearest(one, other) for one, other in pairwise(colours)) >= _JUST_SEEN
    assert min(nearest(colour, hued(theme, "output_pending", None)) for colour in colours) >= _APART


@pytest.mark.parametrize("name", theme_names())
def test_light_is_black_to_white_on_every_page(name: str) -> None:
    """A picture looks the same in all themes: greys from black to white, and the colours that it has."""
    theme = load_theme(name)
    assert list(theme.level_colours("light")) == [(5 * step,) * 3 for step in range(52)]
    levels = np.array([[0, 0, 0], [1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0.5, 2]])
    seen = [theme.levelled("colour", step).fill for step in theme.level_steps("colour", levels).tolist()]
    assert seen == [(0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 132, 255)]


@pytest.mark.parametrize("name", theme_names())
def test_the_frame_of_a_window_is_seen_on_every_level(name: str) -> None:
    """On each colour of signed numbers, counts and light the line or the one around it has 3:1."""
    assert lost_frames(load_theme(name)) == {}


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('series = ["none"]', "series"),
        ("series = []", "series"),
        ('series = "#fff"', "series"),
        ('series = ["#12"]', "series 1"),
        ('heat = ["#fff", "#000"]', "heat"),
        ('heat = ["#fff", "#000", 3]', "heat 3"),
        ('count = ["#fff"]', "count"),
    ],
)
def test_series_and_heat_are_lists_of_colours(line: str, place: str, tmp_path: Path) -> None:
    """A theme of one's own may set both; what is no list of colours is refused by name."""
    path = tmp_path / "mine.toml"
    path.write_text('series = ["#f00", "#0f0"]\nheat = ["#00f", "#fff", "#f00"]\n' + bare_classic(), encoding="utf-8")
    theme = load_theme(str(path))
    assert theme.series == ((255, 0, 0), (0, 255, 0))
    assert theme.heat == ((0, 0, 255), (255, 255, 255), (255, 0, 0))
    path.write_text(line + "\n" + bare_classic(), encoding="utf-8")
    with pytest.raises(RequestError, match=place):
        load_theme(str(path))


def bare_classic() -> str:
    """The classic theme without series and heat of its own."""
    return "\n".join(line for line in CLASSIC.splitlines() if not line.startswith(("series", "heat", "count")))
