"""SVG files: every frame shows what the scene says, without a browser; words, loops, stills, themes and sizes."""

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from helpers.campaigns import campaign, listed
from helpers.pixels import composed, played, wider
from helpers.strategies import LAYERS, chains, layers
from helpers.svg_checks import check, check_frames, colours_of_the_file, hex_of, middle, svg_bytes
from helpers.svg_player import SVG, Player
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.published import PUBLISHED
from convanim import Conv, Options
from convanim.cli import main
from convanim.errors import RequestError
from convanim.export.save import destination, save
from convanim.export.stamp import stamp
from convanim.export.svg.svg import write_svg
from convanim.export.up_to_date import is_up_to_date
from convanim.figures.animation import compose
from convanim.figures.film import film
from convanim.figures.recipes.recipes import load_recipe
from convanim.files.catalogue import template_names
from convanim.layers.layer import ConvTranspose, Layer, MaxPool
from convanim.scene.scene import Texts, shown
from convanim.style.theme import load_theme

SUM_OF_PUBLISHED = 226_583  # bytes, a fifteenth of the published GIFs
OF_ITS_OWN = 8  # and no file over this part of its own


@listed("name", template_names(), start=1, one_in=23)
def test_a_template_shows_its_steps(name: str) -> None:
    """First, last and some frames between show what the scene says of their steps, to the cell, line and number."""
    animation = film(load_recipe(name).animation())
    last = len(animation.timing.steps) - 1
    check_frames(animation, sorted({0, last // 3, last // 2, last}))


@listed("op", LAYERS, start=1)
@campaign(12)
@given(data=st.data())
def test_a_layer_shows_its_steps(op: str, data: st.DataObject) -> None:
    """Any layer, in every view, with numbers and without, played once, thrice or for ever, forth or also back."""
    layer: Layer = data.draw(layers(op))
    options = data.draw(
        st.builds(
            Options,
            view=st.sampled_from(["iso", "flat"]),
            values=st.sampled_from([None, "random:3"]),
            heat_map=st.just(False),
            width=st.sampled_from([200, 331]),
            loop=st.sampled_from([0, 1, 3]),
            bounce=st.booleans(),
            transparent=st.booleans(),
            max_frames=st.sampled_from([5, 500]),
            frame=st.sampled_from([None, 0]),
        )
    )
    animation = film(composed(layer, options))
    last = len(animation.timing.steps) - 1
    check_frames(animation, sorted({0, data.draw(st.integers(0, last)), last}))


@campaign(8)
@given(chain=chains(), values=st.sampled_from([None, "random:3"]))
def test_a_chain_shows_its_steps(chain: Any, values: str | None) -> None:
    """Any chain, with numbers (as colours where they do not fit) and without."""
    options = Options(values=values, width=1200, max_frames=20)
    while True:
        try:
            animation = played(chain, options)
            break
        except RequestError as error:
            options = wider(options, error)
    last = len(animation.timing.steps) - 1
    check_frames(animation, sorted({0, last // 2, last}))


@pytest.mark.parametrize("heat_map", [False, True])
def test_sums_that_grow_show_at_their_steps(heat_map: bool) -> None:
    """A stamped output's sums, as numbers and as colours, are those of each step."""
    layer = ConvTranspose(3, 3, 2)
    animation = played(layer, Options(values="random:7", transposed_as="scatter", heat_map=heat_map, width=700))
    check_frames(animation, list(range(9)))


@listed("loop", [0, 1, 3])
@pytest.mark.parametrize("bounce", [False, True])
def test_frames_change_when_the_timing_says(loop: int, bounce: bool) -> None:
    """Just after it begins and just before it ends a frame is shown, in every round; after the last, the last stays."""
    animation = played(Conv(4, 3), Options(loop=loop, bounce=bounce, step_time=0.07, hold=1.3))
    timing = animation.timing
    player = Player(svg_bytes(animation))
    total = sum(timing.duration(frame) for frame in range(len(timing.steps))) / 100
    assert player.duration == total
    for lap in range(loop or 4):
        for frame, step in enumerate(timing.steps):
            half = timing.duration(frame) / 200
            for time in (-half + 0.01, 0.0, half - 0.01):
                check(player.at(lap * total + middle(animation, frame) + time), animation, step)
    if loop:
        for time in (loop * total, loop * total + 0.03, loop * total + 1000):
            check(player.at(time), animation, timing.steps[-1])


@listed("frame", [0, 1, 3, -1], start=1)
@pytest.mark.parametrize("loop", [0, 1])
def test_the_still_is_shown_where_there_is_no_motion(frame: int, loop: int) -> None:
    """Where motion is reduced, the chosen frame; the same where the style sheet's animations are not understood."""
    animation = played(Conv(5, 3, padding=1), Options(frame=frame, loop=loop))
    data = svg_bytes(animation)
    step = range(25)[frame]
    for seconds in (0.0, 5.1):
        check(Player(data).at(seconds, reduced=True), animation, step)
    plain = re.sub(rb"#\w+ \[style\]\{animation:\d[^}]*\}|@keyframes .*", b"", data)
    check(Player(plain).at(0), animation, step)
    check(Player(data).at(middle(animation, 2)), animation, 2)


@pytest.mark.parametrize("options", [{"still": True, "frame": 3}, {"sheet": "2x2"}, {"steps": "3:4"}])
def test_one_frame_is_a_plain_picture(options: dict[str, Any]) -> None:
    """There is no animation in a still, in a sheet, or where there is one step."""
    animation = played(Conv(5, 3), Options(**options))
    data = svg_bytes(animation)
    assert b"animation" not in data
    assert b"@" not in data
    assert not list(Player(data).root.iterfind(".//*[@style]"))
    check(Player(data).at(0), animation, animation.timing.steps[0])


def test_auto_follows_its_surroundings() -> None:
    """The same file has the light theme's colours, and the dark one's where surroundings are dark."""
    for layer, values in ((Conv(5, 3, 2, 1), None), (ConvTranspose(3, 3, 2), "random:1"), (MaxPool(5, 2), "random:2")):
        animation = played(layer, Options(theme="auto", values=values))
        assert animation.dark is not None
        player = Player(svg_bytes(animation))
        for frame in (0, 2):
            check(player.at(middle(animation, frame)), animation, frame)
            bare = replace(animation.dark, transparent=True)
            check(player.at(middle(animation, frame), dark=True), animation, frame, bare)


def test_a_theme_that_was_not_asked_to_follow_stays() -> None:
    """Without `auto` a file has one theme's colours in any surroundings, but for a dark ground."""
    for theme in (None, "dark"):
        animation = played(Conv(5, 3), Options(theme=theme))
        bare = replace(animation.theme, transparent=theme == "dark")
        check(Player(svg_bytes(animation)).at(0.1, dark=True), animation, 0, bare)


def test_the_themes_that_auto_pairs_differ_in_colours_alone() -> None:
    """What one of them fills or draws the other does as well, with lines and dashes as long and wide."""
    light, dark = load_theme("classic"), load_theme("dark")
    for role, style in light.styles.items():
        other = dark.styles[role]
        assert (style.width, style.dash) == (other.width, other.dash), role
        for part in ("fill", "stroke", "text"):
            assert (getattr(style, part) is None) == (getattr(other, part) is None), role


NASTY = "<script>&\"'</title>]]>--><!-- \\input{x} %s 😀 猫 שלום \u202e\x00\x08\udc80\ufffe"


def test_words_are_text_whatever_is_in_them() -> None:
    """Titles, alternative texts and labels come out as they went in, but for what no XML can hold."""
    options = Options(title=NASTY, alt=NASTY, input_label=NASTY, output_label="a  b\t猫\n", width=1200)
    player = Player(svg_bytes(played(Conv(3, 2), options)))
    held = re.sub("[\x00\x08\udc80\ufffe]", "\ufffd", NASTY)
    title, told = player.root.find(f"{SVG}title"), player.root.find(f"{SVG}desc")
    assert title is not None
    assert told is not None
    assert title.text == told.text == held
    words = [thing.text for thing in player.at(0) if thing.text is not None]
    assert f"{held} 3×3" in " ".join(words)
    assert "a b 猫 2×2" in words
    assert {element.tag for element in player.root.iter()} <= {
        SVG + name for name in ("svg", "title", "desc", "style", "g", "path", "text")
    }


def test_a_file_names_and_describes_itself() -> None:
    """It is one picture to a screen reader, with the title and the alternative text."""
    animation = played(Conv(3, 2), Options(title="Small", alt="Two steps."))
    root = Player(svg_bytes(animation)).root
    assert root.get("role") == "img"
    ids = {element.get("id"): element.text for element in root.iter() if element.get("id")}
    assert ids[root.get("aria-labelledby")] == "Small"
    assert ids[root.get("aria-describedby")] == "Two steps."
    assert (root.get("width"), root.get("height")) == (str(animation.scene.width), str(animation.scene.height))


@pytest.mark.parametrize("name", ["padding_strides", "numerical_max_pooling", "oriented_filters"])
def test_a_file_needs_nothing_else(name: str) -> None:
    """There is no script and no reference to anything outside."""
    data = svg_bytes(load_recipe(name, theme="auto").animation()).decode()
    assert data.count("http") == 1  # the name space
    assert not re.search(r"script|href|url\(|@import|src=|\son\w+=|data:|<!ENTITY|<!DOCTYPE", data)


def test_figures_in_one_page_do_not_meet() -> None:
    """Every id, and every set of key frames, begins with the figure's own name, which another figure has not."""
    players = [Player(svg_bytes(played(Conv(size, 3), Options()))) for size in (4, 5)]
    names = []
    for player in players:
        own = player.root.attrib["id"]
        ids = {element.attrib["id"] for element in player.root.iter() if "id" in element.attrib}
        names.append(ids | set(player.key_frames))
        assert all(re.fullmatch(own + r"\d*", name) for name in names[-1])
    assert not names[0] & names[1]


def test_what_is_current_is_recognised(tmp_path: Path) -> None:
    """The mark stands at the file's beginning, whatever the words are."""
    animation = played(Conv(3, 2), Options(alt="long " * 2000))
    to = destination(str(tmp_path / "a.svg"))
    save(animation, [to])
    assert is_up_to_date(animation, to)
    assert stamp(animation) in to.path.read_bytes()[:1000]
    assert not is_up_to_date(played(Conv(3, 2), Options(alt="other")), to)


def test_transparent_files_have_no_ground() -> None:
    """Nothing is painted where nothing is drawn."""
    corner = np.array([[1.0, 1.0]])
    for transparent in (False, True):
        found = Player(svg_bytes(played(Conv(3, 2), Options(transparent=transparent)))).at(0)
        assert colours_of_the_file(found, corner) == ["" if transparent else "#ffffff"]


def test_the_published_figures_are_small() -> None:
    """At their widths they take a fifteenth of the published bytes in sum, each an eighth; gliding counts apart."""
    figures = {name: load_recipe(name, width=width, glide=False).animation() for name, (width, _) in PUBLISHED.items()}
    sizes = {name: len(svg_bytes(figure)) for name, figure in figures.items()}
    assert sum(sizes.values()) <= SUM_OF_PUBLISHED
    assert all(OF_ITS_OWN * sizes[name] <= size for name, (_, size) in PUBLISHED.items())


@listed("options", [{}, {"values": "random:1", "heat_map": True}])
def test_bytes_grow_with_the_frames_and_no_faster(options: dict[str, Any]) -> None:
    """Four times as many cells and frames take about four times as many bytes."""
    small, large = (len(svg_bytes(played(Conv(size + 2, 3), Options(**options, max_frames=5000)))) for size in (16, 32))
    assert large < 4.6 * small


def test_progress_is_told_for_each_frame() -> None:
    """As often as there are frames, also where some show the same step."""
    animation = played(Conv(5, 3), Options(bounce=True))
    calls: list[None] = []
    write_svg(animation, io.BytesIO(), lambda: calls.append(None))
    assert len(calls) == len(animation.timing.steps)
    assert len(set(animation.timing.steps)) < len(calls)


def test_dashes_go_on_over_joined_lines() -> None:
    """A joined line is as long as a whole number of its dashes, so that every cell's corner is drawn."""
    animation = played(Conv(5, 3, padding=2), Options())
    for thing in Player(svg_bytes(animation)).at(0):
        if "stroke-dasharray" in thing.paint:
            period = sum(map(float, thing.paint["stroke-dasharray"].split()))
            for ends in thing.lines:
                count = float(np.hypot(*(ends[1] - ends[0]))) / period
                assert abs(count - round(count)) < 0.01


def test_a_turned_off_label_leaves_no_text() -> None:
    """Without labels and numbers there is no text at all."""
    animation = played(Conv(3, 2), Options(labels=False))
    assert not [thing for thing in Player(svg_bytes(animation)).at(0) if thing.text is not None]


def test_a_frame_may_be_chosen_for_where_there_is_no_motion(tmp_path: Path) -> None:
    """`--frame` goes with an SVG, which shows a still at times, and not with a GIF, which never does."""
    command = ["conv", "-i", "4", "-k", "3", "--frame", "1", "-o"]
    assert CliRunner().invoke(main, [*command, str(tmp_path / "a.svg")]).exit_code == 0
    assert CliRunner().invoke(main, [*command, str(tmp_path / "a.gif")]).exit_code == 2
    player = Player((tmp_path / "a.svg").read_bytes())
    check(player.at(0, reduced=True), played(Conv(4, 3), Options()), 1)


@pytest.mark.parametrize(("theme", "is_dark"), [("auto", True), ("dark", True), ("classic", False), (None, False)])
def test_a_dark_figure_is_no_box_on_a_dark_page(theme: str | None, is_dark: bool) -> None:
    """Where surroundings are dark a dark ground is left out; on light ones it is there, so that all can be read."""
    player, corner = Player(svg_bytes(played(Conv(3, 2), Options(theme=theme)))), np.array([[1.0, 1.0]])
    (light,), (dark,) = (colours_of_the_file(player.at(0, dark=seen), corner) for seen in (False, True))
    assert light == hex_of(load_theme("dark" if theme == "dark" else "classic").background)
    assert dark == ("" if is_dark else light)


@pytest.mark.parametrize("font", ["DejaVu Sans", "DejaVu Serif"])
def test_signs_between_numbers_stand_where_they_are_measured(font: str) -> None:
    """Viewers drop blanks at a text's ends: a plus behind one would move there, or be drawn as wide as both."""
    animation = compose(Conv(5, 3), Options(values="random:7", font=font, still=True))
    lines = re.findall(r"<text([^>]*)>([^<]*)</text>", svg_bytes(animation).decode())
    assert all(text == text.strip() for _, text in lines)
    found = sorted(float(re.findall(r' x="([^"]+)"', told)[0]) for told, text in lines if text == "+")
    last = animation.scene.steps - 1
    signs = [
        shape.start(last, int(place))[0] + shape.font.width(" ", shape.em)
        for shape in animation.scene.shapes
        if isinstance(shape, Texts)
        for place in np.flatnonzero(shown(shape.when, len(shape.points), last))
        if shape.string(last, int(place)) == " +"
    ]
    assert len(signs) == len(found) == 8
    assert found == pytest.approx(sorted(signs), abs=0.2)
