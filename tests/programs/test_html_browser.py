"""Interactive pages in Chromium: shown, played, keyed, embedded."""

import html
from pathlib import Path

import numpy as np
import pytest
from helpers.pixels import Picture
from open_pages import BARE, opened
from outside import browser, cell_centres, differing, drawn

from convanim import Conv, Options
from convanim.export.html.html import page_of
from convanim.figures.animation import Animation, compose
from convanim.figures.recipes.recipes import load_recipe
from convanim.scene.gliding import is_gliding
from convanim.scene.scene import Cells, Ints, Lines

TEMPLATES = [
    "same_padding_no_strides",
    "no_padding_strides_transposed",
    "numerical_padding_strides",
    "numerical_max_pooling",
    "three_by_three_channels",
    "one_by_one_channels",
    "one_by_one_reduction",
    "depthwise",
    "oriented_filters",
    "checkerboard",
    "reflect_and_zeros",
    "network_in_network",
    "receptive_field",
]


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_cells_have_the_renderers_colours(name: str, scheme: str, tmp_path: Path) -> None:
    """At the first step, one in the middle and the last, forth and back, cells are as the renderer draws them."""
    animation = load_recipe(name).animation()
    theme = animation.dark if scheme == "dark" else animation.theme
    if theme is None:
        pytest.skip("its theme is chosen")
    size = {"width": animation.scene.width, "height": animation.scene.height + 200}
    with opened(page_of(animation), tmp_path, viewport=size, color_scheme=scheme) as page:
        page.tab.add_style_tag(content=BARE % animation.scene.width)
        last = len(animation.timing.steps) - 1
        for state in (0, last, last // 2):
            page.go(state)
            step = animation.timing.steps[state]
            wanted = drawn(animation, step, theme)
            points, most = (cell_centres(animation, step), 0.02) if has_cells(animation) else (everywhere(wanted), 0.03)
            off = differing(page.picture(), wanted, points, tolerance=48)  # the edges of lines are smoothed otherwise
            assert off.mean() < most, f"{name}, state {state}: {off.sum()} of {len(points)}"


def has_cells(animation: Animation) -> bool:
    """Whether cells are drawn one by one."""
    return any(isinstance(shape, Cells) for shape in animation.scene.shapes)


def everywhere(picture: Picture) -> Ints:
    """Pixels (N, 2), as x and y, all over a picture."""
    rows, columns = np.mgrid[3 : picture.shape[0] : 7, 3 : picture.shape[1] : 7]
    return np.stack([columns.ravel(), rows.ravel()], axis=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_agree_pixel_by_pixel(scheme: str, tmp_path: Path) -> None:
    """Upright cells, their lines and their dashes are where the renderer draws them."""
    animation = compose(Conv(5, 3, padding=1), Options(view="flat", labels=False, width=880))  # lines of 3 pixels
    theme = animation.dark if scheme == "dark" else animation.theme
    with opened(page_of(animation), tmp_path, color_scheme=scheme) as page:
        page.tab.add_style_tag(content=BARE % animation.scene.width)
        page.go(4)
        shown, wanted = page.picture(), drawn(animation, animation.timing.steps[4], theme)
        off = np.abs(shown[..., :3].astype(int) - wanted[..., :3]).max(axis=2)
        assert (off > 40).mean() < 0.004


def test_it_plays_and_pauses_and_stops_after_its_rounds(tmp_path: Path) -> None:
    """It plays by itself where motion is welcome; a button pauses it; played once it stops on the last frame."""
    animation = compose(Conv(4, 3), Options(step_time=0.3, hold=0.3, loop=1, steps="0:4"))
    with opened(page_of(animation), tmp_path, reduced_motion="no-preference") as page:
        button = page.tab.locator("#play")
        assert button.get_attribute("aria-label") == "Pause"
        button.click()
        stopped = page.state()
        assert button.get_attribute("aria-label") == "Play"
        page.tab.wait_for_timeout(300)
        assert page.state() == stopped
        button.click()
        page.tab.wait_for_function("document.getElementById('play').ariaLabel === 'Play'", timeout=5000)
        assert page.state() == 3
        button.click()  # once more, from the beginning
        assert page.state() == 0
        page.tab.wait_for_function("document.getElementById('play').ariaLabel === 'Play'", timeout=5000)


def test_it_goes_back_where_the_figure_bounces(tmp_path: Path) -> None:
    """States come forth and back, and the speed divides their times."""
    animation = compose(Conv((1, 5), (1, 3)), Options(step_time=0.4, hold=0, bounce=True))
    with opened(page_of(animation), tmp_path, reduced_motion="no-preference") as page:
        page.tab.evaluate(
            """() => { window.seen = []; const number = document.getElementById("number");
            new MutationObserver(() => seen.push(Number(number.textContent)))
              .observe(number, {childList: true, characterData: true, subtree: true}); }"""
        )
        page.tab.select_option("#speed", "4")
        page.tab.wait_for_function("seen.length >= 6", timeout=5000)
        seen = page.tab.evaluate("seen.slice(0, 6)")
    start = (1, 2, 3, 2, 1, 2, 3, 2, 1, 2)
    assert tuple(seen) in {start[i : i + 6] for i in range(4)}


def test_a_step_is_played_part_by_part_and_gone_to_as_a_whole(tmp_path: Path) -> None:
    """While its sum counts up the page is at that step; arrows go from step to step; at the end all rests."""
    options = Options(values="arange", kernel_values=np.ones((2, 2)), slow=1, step_time=0.4, hold=9, loop=1)
    sums = "[...document.querySelectorAll('#picture text')].map(text => text.textContent)"
    with opened(page_of(compose(Conv(3, 2), options)), tmp_path, reduced_motion="no-preference") as page:
        page.tab.wait_for_function(f"{sums}.includes(' = 4')", timeout=5000)  # 0 + 1 + 3 of 0 + 1 + 3 + 4
        assert (page.state(), "= 8" in page.said()) == (0, False)
        page.tab.keyboard.press("ArrowRight")
        assert page.state() == 1
        page.tab.keyboard.press("ArrowLeft")
        assert page.state() == 0
        assert "= 8" in page.said()
        page.go(3)
        page.tab.keyboard.press(" ")
        page.tab.wait_for_function(f"!{sums}.some(text => text.startsWith(' ='))", timeout=5000)
        assert page.state() == 3


# Takes down, picture by picture, where the first lines that glide start, and how much of them is seen.
WATCH = """() => { window.seen = [];
  const number = JSON.parse(document.getElementById("scene").textContent).shapes.findIndex(shape => shape.glides);
  const group = document.querySelectorAll("#picture > g")[number];
  (function look() {
    const [, x, y] = /M([^,]*),([^L]*)/.exec(group.firstChild.getAttribute("d"));
    seen.push([Number(x), Number(y), Number(group.getAttribute("opacity") ?? 1)]);
    requestAnimationFrame(look);
  })(); }"""


def test_outlines_glide_along_rows_and_fade_between_them(tmp_path: Path) -> None:
    """On the way they are between two places and no fainter; to another row they are in one of both, and fainter."""
    animation = compose(Conv(4, 3), Options(step_time=0.5, hold=0, loop=0))
    lines = next(shape for shape in animation.scene.shapes if isinstance(shape, Lines) and is_gliding(shape))
    places = [tuple(lines.at(step)[0, 0].tolist()) for step in range(4)]
    with opened(page_of(animation), tmp_path, reduced_motion="no-preference") as page:
        page.tab.evaluate(WATCH)
        page.tab.wait_for_timeout(2600)
        seen = [((x, y), strength) for x, y, strength in page.tab.evaluate("seen")]
        page.tab.locator("#play").click()
        stopped = page.state()
        page.tab.wait_for_timeout(100)
        assert page.tab.evaluate("seen.at(-1)") == [*places[stopped], 1]
    between = [place for place, strength in seen if place not in places]
    assert len(set(between)) > 3
    for x, y in between:
        rows = [places[:2], places[2:]]
        assert any(first[0] < x < last[0] and first[1] > y > last[1] for first, last in rows)
    assert {strength for place, strength in seen if place not in places} == {1}
    faint = {place for place, strength in seen if strength < 1}
    assert faint <= {places[1], places[2]}
    assert faint


def test_nothing_glides_where_motion_is_not_wanted(tmp_path: Path) -> None:
    """Played by hand where motion is reduced, outlines jump."""
    animation = compose(Conv(4, 3), Options(step_time=0.3, hold=0))
    lines = next(shape for shape in animation.scene.shapes if isinstance(shape, Lines) and is_gliding(shape))
    places = {tuple(lines.at(step)[0, 0].tolist()) for step in range(4)}
    with opened(page_of(animation), tmp_path) as page:
        page.tab.evaluate(WATCH)
        page.tab.locator("#play").click()
        page.tab.wait_for_timeout(1000)
        seen = page.tab.evaluate("seen")
    assert {(x, y) for x, y, _ in seen} <= places
    assert {strength for *_, strength in seen} == {1}
    assert len({(x, y) for x, y, _ in seen}) > 1


def test_reduced_motion_starts_on_the_still(tmp_path: Path) -> None:
    """Nothing moves until it is asked to."""
    animation = compose(Conv(4, 3), Options(frame=2, step_time=0.05))
    with opened(page_of(animation), tmp_path) as page:
        assert page.state() == 2
        page.tab.wait_for_timeout(300)
        assert page.state() == 2
        assert page.tab.get_attribute("#play", "aria-label") == "Play"


def test_keys_step_and_play(tmp_path: Path) -> None:
    """Arrows, Home, End and space work wherever the focus is, but in a field that needs them itself."""
    with opened(page_of(compose(Conv(5, 3), Options())), tmp_path) as page:
        keys = page.tab.keyboard
        for key, state in (("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 8)):
            keys.press(key)
            assert page.state() == state
        keys.press("ArrowRight")
        assert page.state() == 8
        keys.press(" ")
        assert page.tab.get_attribute("#play", "aria-label") == "Pause"
        keys.press(" ")
        page.tab.focus("#slider")
        keys.press("Home")
        keys.press("ArrowRight")
        assert page.state() == 1
        page.tab.focus("#next")
        keys.press("Enter")
        keys.press(" ")
        assert page.state() == 3
        keys.press("ArrowLeft")
        assert page.state() == 2
        keys.press("Control+ArrowRight")
        assert page.state() == 2
        page.tab.focus("#speed")
        keys.press("ArrowLeft")
        assert page.state() == 2


@pytest.mark.parametrize("width", [320, 1600])
def test_it_fits_its_container(width: int, tmp_path: Path) -> None:
    """Nothing is cut off, nothing scrolls sideways, and a tall picture is no taller than the window."""
    animation = load_recipe("numerical_padding_strides").animation()
    with opened(page_of(animation), tmp_path, viewport={"width": width, "height": 800}) as page:
        assert page.tab.evaluate("document.documentElement.scrollWidth") <= width
        assert page.tab.evaluate("document.documentElement.scrollHeight") <= 800
        box = page.tab.locator("#picture").bounding_box()
        assert box["width"] / box["height"] == pytest.approx(animation.scene.width / animation.scene.height, rel=0.01)
        assert box["width"] >= min(width - 40, 500)


@pytest.mark.parametrize("as_srcdoc", [True, False])
def test_it_works_in_a_frame(as_srcdoc: bool, tmp_path: Path) -> None:
    """From a file or as srcdoc, several on a page; keys go to the one that has the focus alone."""
    animation = compose(Conv(5, 3), Options())
    text = page_of(animation)
    (tmp_path / "figure.html").write_bytes(text.encode())
    source = f'srcdoc="{html.escape(text)}"' if as_srcdoc else 'src="figure.html"'
    frames = "".join(f'<iframe {source} title="{n}" width="420" height="560"></iframe>' for n in "ab")
    outer = f"<!doctype html><title>t</title><input id=outer>{frames}"
    file = tmp_path / "outer.html"
    file.write_text(outer, encoding="utf-8")
    context = browser().new_context(reduced_motion="reduce")
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(file.as_uri())
    first, second = (tab.frame_locator(f'iframe[title="{n}"]').locator("#slider") for n in "ab")
    tab.click("#outer")
    tab.keyboard.press("ArrowLeft")
    tab.keyboard.type("a b")
    assert (first.input_value(), second.input_value()) == ("9", "9")
    assert tab.input_value("#outer") == "a b"
    tab.frame_locator('iframe[title="a"]').locator("h1").click()
    tab.keyboard.press("ArrowLeft")
    assert (first.input_value(), second.input_value()) == ("8", "9")
    context.close()
    assert complaints == []
