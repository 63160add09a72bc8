"""Interactive pages in Chromium: shown, clicked, keyed, listened to, embedded."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.pixels import Picture
from helpers.spoken import pseudo_language
from outside import browser, cell_centres, differing, drawn, screenshot

from convanim import Chain, Conv, ConvTranspose, MaxPool, Options
from convanim.export.html import page_of
from convanim.figures.animation import Animation, compose
from convanim.figures.recipes import load_recipe
from convanim.scene.scene import Blocks, Cells, Ints

# The picture alone, pixel for pixel.
BARE = "main{padding:0!important}figcaption{display:none}figure{width:%dpx!important;margin:0!important}"


@dataclass
class Open:
    """A page in the browser, what it asked the network for, and what it complained of."""

    tab: Any
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def state(self) -> int:
        """The state that the slider shows."""
        return int(self.tab.input_value("#slider")) - 1

    def go(self, state: int) -> None:
        """Move the slider to a state."""
        self.tab.locator("#slider").evaluate(
            "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }", state + 1
        )

    def picture(self) -> Picture:
        """The pixels of the figure."""
        return np.array(screenshot(self.tab.locator("#picture")).convert("RGBA"))

    def at(self, animation: Animation, key: tuple[str | int, ...]) -> tuple[float, float]:
        """Where a cell stands in the window."""
        for shape in reversed(animation.scene.shapes):
            if not isinstance(shape, Cells):
                continue
            for element in range(len(shape)):
                if shape.key(element) == key:
                    x, y = shape.lattice.centres(shape.cells[[element]])[0]
                    box = self.tab.locator("#cells").bounding_box()
                    scale = box["width"] / animation.scene.width
                    return box["x"] + x * scale, box["y"] + y * scale
        raise AssertionError(f"there is no {key}")

    def point(self, animation: Animation, key: tuple[str | int, ...]) -> None:
        """Move the mouse over a cell."""
        self.tab.mouse.move(*self.at(animation, key))

    def said(self) -> str:
        """The line under the picture."""
        return str(self.tab.inner_text("#said"))


@contextmanager
def opened(text: str, folder: Path, **how: Any) -> Iterator[Open]:
    """A page, from its file; it must neither complain nor ask for anything."""
    file = folder / "page.html"
    file.write_bytes(text.encode())
    context = browser().new_context(**{"reduced_motion": "reduce", "viewport": {"width": 900, "height": 900}, **how})
    found = Open(context.new_page())
    found.tab.on("request", lambda request: found.asked.append(request.url))
    found.tab.on("console", lambda message: found.complaints.append(message.text))
    found.tab.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.tab.goto(file.as_uri())
    try:
        yield found
        assert found.complaints == []
        assert [url for url in found.asked if url != file.as_uri() and not url.startswith("about:")] == []
    finally:
        context.close()


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
    animation = compose(Conv(4, 3), Options(step_time=0.1, hold=0.1, loop=1, steps="0:4"))
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


def test_an_output_cell_shows_its_window_and_equation(tmp_path: Path) -> None:
    """While it is pointed at; a click stays there."""
    animation = compose(Conv(4, 3), Options(values="arange", kernel_values="box"))
    with opened(page_of(animation), tmp_path) as page:
        page.go(0)
        page.point(animation, ("output", 1, 0))
        assert page.state() == 2
        assert "output (1, 0) from input (1–3, 0–2), 9 cells" in page.said()
        assert animation.scene.equation(2) in page.said()
        page.tab.mouse.move(1, 1)
        assert page.state() == 0
        page.tab.mouse.click(*page.at(animation, ("output", 1, 1)))
        page.tab.mouse.move(1, 1)
        assert page.state() == 3


def test_pointing_holds_the_animation_and_lets_it_go(tmp_path: Path) -> None:
    """It goes on from where it was."""
    animation = compose(Conv(4, 3), Options(step_time=0.1, hold=0))
    with opened(page_of(animation), tmp_path, reduced_motion="no-preference") as page:
        page.point(animation, ("output", 1, 0))
        page.tab.wait_for_timeout(400)
        assert page.state() == 2
        page.tab.mouse.move(1, 1)
        page.tab.wait_for_function("document.getElementById('slider').value !== '3'", timeout=3000)
        assert page.tab.get_attribute("#play", "aria-label") == "Pause"


def test_an_input_cell_shows_every_output_cell_that_reads_it(tmp_path: Path) -> None:
    """Each of them is framed, and they are counted in words."""
    animation = compose(Conv(5, 3, padding=1), Options())
    with opened(page_of(animation), tmp_path) as page:
        for cell, count in (((0, 0), 4), ((4, 2), 6), ((2, 2), 9)):
            page.point(animation, ("input", *cell))
            assert f"is read by {count} cells of output" in page.said()
            frames = page.tab.locator(".others .over").get_attribute("d")
            assert frames.count("M") == count
        page.tab.mouse.move(1, 1)
        assert page.tab.locator(".hint").count() == 0


def test_unread_cells_and_stamps_are_told(tmp_path: Path) -> None:
    """A cell that no window reads says so; an output cell of several stamps shows whose they are."""
    animation = compose(Conv(5, 1, stride=2), Options())
    with opened(page_of(animation), tmp_path) as page:
        page.point(animation, ("input", 4, 3))
        assert page.said() == "input (4, 3) is not read"
    animation = compose(ConvTranspose(2, 3), Options(transposed_as="scatter"))
    with opened(page_of(animation), tmp_path) as page:
        page.point(animation, ("output", 1, 1))
        assert page.said() == "output (1, 1) gets a part from 4 cells of input"
        page.point(animation, ("input", 1, 1))
        assert "is read by 9 cells of output" in page.said()


def test_cells_of_a_chain_show_all_that_see_them(tmp_path: Path) -> None:
    """Those of the input through all layers, those of the map before the last directly."""
    animation = compose(Chain((7, 7), ["conv 3x3", "conv 3x3"]), Options())
    with opened(page_of(animation), tmp_path) as page:
        page.point(animation, ("input", 0, 1))
        assert page.said() == "input (0, 1) is seen by 2 cells of output"
        assert page.tab.locator(".others .over").get_attribute("d").count("M") == 2
        page.point(animation, ("map 1", 1, 1))
        assert page.said() == "map 1 (1, 1) is read by 4 cells of output"
        page.point(animation, ("output", 0, 0))
        assert "from map 1 (0–2, 0–2), 9 cells, which see input (0–4, 0–4), 25 cells" in page.said()


def test_cells_of_a_comparison_are_told_apart(tmp_path: Path) -> None:
    """What is said names the figure, and only that figure's cells are framed."""
    animation = load_recipe("ceil_mode").animation()
    with opened(page_of(animation), tmp_path) as page:
        assert "figure 1: output (1, 1) from" in page.said()
        assert "figure 2: output (2, 2) from" in page.said()
        page.point(animation, ("2/input", 2, 2))
        assert page.said() == "figure 2: input (2, 2) is read by 1 cell of output"
        assert page.tab.locator(".others .over").get_attribute("d").count("M") == 1
        page.point(animation, ("1/output", 1, 1))  # made in the fourth step; the figure waits for the other one then
        assert page.state() == 3


def test_a_map_without_its_grid_shows_the_nearest_step(tmp_path: Path) -> None:
    """Of those that are shown."""
    animation = load_recipe("one_by_one_reduction").animation()
    with opened(page_of(animation), tmp_path) as page:
        (whole, *_) = [
            shape
            for shape in reversed(animation.scene.shapes)
            if isinstance(shape, Blocks) and shape.role == "output_pending" and isinstance(shape.blocks, np.ndarray)
        ]
        x, y = whole.corners(0, np.array([0]))[0].mean(axis=0)
        box = page.tab.locator("#cells").bounding_box()
        scale = box["width"] / animation.scene.width
        page.tab.mouse.move(box["x"] + x * scale, box["y"] + y * scale)
        assert page.state() < 25  # the uppermost sheet comes first
        assert re.search(r"output \(0, \d+, \d+\) from input \(0–49, (\d+, \d+)\), 50 cells", page.said())
        assert page.tab.locator(".ring").count() == 1


def test_pointing_at_an_input_cell_holds_the_animation(tmp_path: Path) -> None:
    """What is said of it stays, and playing goes on when it is left, or when it is asked for."""
    animation = compose(Conv(4, 3), Options(step_time=0.1, hold=0))
    with opened(page_of(animation), tmp_path, reduced_motion="no-preference") as page:
        page.point(animation, ("input", 3, 0))
        state = page.state()
        page.tab.wait_for_timeout(300)
        assert page.state() == state
        assert "is read by" in page.said()
        page.tab.mouse.move(1, 1)
        page.tab.wait_for_function(f"document.getElementById('slider').value !== '{state + 1}'", timeout=3000)


def test_a_finger_points_too(tmp_path: Path) -> None:
    """A tap on an output cell goes to its step, one on an input cell shows its readers."""
    animation = compose(Conv(4, 3), Options())
    with opened(page_of(animation), tmp_path, has_touch=True) as page:
        page.tab.touchscreen.tap(*page.at(animation, ("output", 0, 1)))
        assert page.state() == 1
        page.tab.touchscreen.tap(*page.at(animation, ("input", 3, 3)))
        assert "is read by 1 cell of output" in page.said()


def test_the_keyboard_points_too(tmp_path: Path) -> None:
    """From cell to cell with arrows, from map to map with Page Up; screen readers are told, once it is calm."""
    animation = compose(Conv(4, 3), Options())
    with opened(page_of(animation), tmp_path) as page:
        page.tab.focus("#cells")
        assert "output (0, 0)" in page.said()
        page.tab.keyboard.press("ArrowDown")
        page.tab.keyboard.press("ArrowRight")
        assert page.state() == 3
        page.tab.wait_for_function("document.getElementById('live').textContent.includes('output (1, 1)')")
        page.tab.keyboard.press("ArrowRight")  # there is none
        assert page.state() == 3
        page.tab.keyboard.press("PageDown")
        assert page.said().startswith("input (0, 0)")
        page.tab.keyboard.press("PageUp")
        page.tab.keyboard.press("ArrowRight")
        page.tab.keyboard.press("Enter")
        page.tab.keyboard.press("Tab")
        assert page.state() == 1


def test_playing_does_not_flood_screen_readers(tmp_path: Path) -> None:
    """What is heard changes only when someone asks."""
    animation = compose(Conv(5, 3), Options(step_time=0.4, hold=0))
    with opened(page_of(animation), tmp_path, reduced_motion="no-preference") as page:
        page.tab.wait_for_timeout(1000)
        assert page.state() > 0
        assert page.tab.inner_text("#live") == ""
        page.tab.click("#play")
        page.tab.wait_for_function("document.getElementById('live').textContent.includes('from input')")


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


FIGURES = {
    "iso": lambda: compose(Conv(5, 3, padding=1), Options()),
    "numbers": lambda: compose(MaxPool(5, 2, ceil_mode=True), Options(values="random:7")),
    "heat map": lambda: compose(Conv(12, 5), Options(values="random:3", kernel_values="gabor:45", heat_map=True)),
    "comparison": lambda: load_recipe("ceil_mode").animation(),
    "still": lambda: compose(Conv(5, 3), Options(still=True)),
    "transparent": lambda: compose(Conv(5, 3), Options(transparent=True)),
}


@cache
def axe() -> str:
    """The script of axe-core."""
    package = pytest.importorskip("axe_core_python")
    return (Path(package.__file__ or "").parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", FIGURES)
def test_axe_finds_no_violation(name: str, scheme: str, tmp_path: Path) -> None:
    """Neither as it is, nor with a cell pointed at, in light and dark."""
    if (name, scheme) == ("transparent", "dark"):
        pytest.skip("axe-core takes what lies behind a transparent page for white")
    animation = FIGURES[name]()
    with opened(page_of(animation), tmp_path, color_scheme=scheme) as page:
        page.tab.evaluate(axe())
        for focus in ("body", "#cells"):
            page.tab.locator(focus).focus()
            found = page.tab.evaluate("axe.run()")
            assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]] == []


def test_words_are_text(tmp_path: Path) -> None:
    """Mark-up, emoji, Chinese and Arabic in titles and labels are shown as themselves."""
    words = "</script><b>x</b> & 猫🐈 مدخل"
    animation = compose(Conv(4, 3), Options(title=words, alt=words, input_label=words, width=900))
    with opened(page_of(animation), tmp_path) as page:
        assert page.tab.title() == words
        assert page.tab.inner_text("h1") == words
        assert words in "".join(page.tab.locator("#picture text").all_text_contents())
        assert page.tab.locator("b:not(.said b)").count() == 0
        assert page.tab.get_attribute("#picture", "aria-label") == words


def test_a_still_can_be_explored(tmp_path: Path) -> None:
    """Its cells tell of its one step; there is nothing to play."""
    animation = compose(Conv(4, 3), Options(still=True, frame=0))
    with opened(page_of(animation), tmp_path) as page:
        assert page.tab.locator("button, input, select").count() == 0
        page.point(animation, ("input", 1, 1))
        assert re.fullmatch(r"input \(1, 1\) is read by 1 cell of output in what is shown", page.said())
        page.point(animation, ("output", 0, 0))
        assert "output (0, 0) from input (0–2, 0–2), 9 cells" in page.said()


def test_the_page_speaks_its_language(tmp_path: Path) -> None:
    """What its scripts say of steps, cells and buttons is in the figure's language, with its numbers."""
    animation = compose(Chain((7, 7), ["conv 3x3", "conv 3x3"]), Options(lang="de"))
    with opened(page_of(animation), tmp_path) as page:
        page.point(animation, ("input", 0, 1))
        assert page.said() == "Eingabe (0, 1) wird gesehen von: 2 Zellen von Ausgabe"
        page.point(animation, ("map 1", 1, 1))
        assert page.said() == "Karte 1 (1, 1) wird gelesen von: 4 Zellen von Ausgabe"
        page.point(animation, ("output", 0, 0))
        said = "Schritt 1 von 9: Ausgabe (0, 0) aus Karte 1 (0–2, 0–2), 9 Zellen; gesehen wird Eingabe (0–4, 0–4)"
        assert page.said() == f"{said}, 25 Zellen"
        page.tab.wait_for_function("document.getElementById('live').textContent.startsWith('Schritt 1 von 9:')")
        assert page.tab.get_attribute("#slider", "aria-valuetext") == "1 von 9"
        assert page.tab.get_attribute("#play", "aria-label") == "Abspielen"
        page.tab.mouse.move(1, 1)
        page.tab.click("#play")
        assert page.tab.get_attribute("#play", "aria-label") == "Anhalten"
        assert page.tab.get_attribute("html", "lang") == "de"


@pytest.mark.parametrize(
    "name", ["ceil_mode", "dilation", "checkerboard", "no_padding_strides", "one_by_one_reduction"]
)
def test_scripts_have_no_words_of_their_own(name: str, tmp_path: Path) -> None:
    """In a language of strange letters, whatever is pointed at, all that is said is in them."""
    animation = load_recipe(name, lang=pseudo_language(tmp_path / "strange.toml")).animation()
    with opened(page_of(animation), tmp_path) as page:
        heard = [page.said()]
        box = page.tab.locator("#cells").bounding_box()
        assert box is not None
        for across in range(1, 8):
            for down in range(1, 6):
                page.tab.mouse.move(box["x"] + across * box["width"] / 8, box["y"] + down * box["height"] / 6)
                heard.append(page.said())
        heard += [str(page.tab.get_attribute("#slider", "aria-valuetext"))]
    assert len(set(heard)) > 5
    assert not re.search("[A-Za-z]", " ".join(heard))
