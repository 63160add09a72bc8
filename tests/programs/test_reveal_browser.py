"""Slides of reveal.js in Chromium: figures start, step and rest with their slides."""

import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from deck_files import figures, pages, steps, wrong
from helpers.pixels import Picture
from outside import browser, drawn, needs, run, screenshot
from PIL import Image

from convanim.export.slide_steps import enlarged
from convanim.figures.animation import Animation
from convanim.figures.recipes.recipes import load_recipe
from convanim.files.templates import page_part
from convanim.publish.decks.kinds import deck_place, save_deck
from convanim.publish.embedding import embed


class Show:
    """A reveal.js page in a browser, and what it asked for and complained of."""

    def __init__(self, path: Path, motion: str) -> None:
        self.context = browser().new_context(viewport={"width": 1280, "height": 720}, reduced_motion=motion)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri())
        self.page.wait_for_function("[...figures.values()].every((figure) => figure.pictures && figure.drawn >= 0)")

    def step(self) -> int:
        """The step that the current slide says it shows."""
        found = re.match(r"Step (\d+) of", self.page.inner_text("section.present .where"))
        assert found
        return int(found[1]) - 1

    def key(self, key: str) -> None:
        """Press a key."""
        self.page.keyboard.press(key)

    def slide(self) -> int:
        """Which slide is shown."""
        return int(self.page.evaluate("Reveal.getIndices().h"))

    def plays(self) -> bool:
        """Whether the figure of the current slide plays."""
        return bool(self.page.inner_text("section.present button") == "Pause")

    def canvas(self) -> Picture:
        """The pixels of the current slide's figure as the page holds them."""
        url = self.page.evaluate("document.querySelector('section.present canvas').toDataURL()")
        with Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))) as picture:
            return np.asarray(picture.convert("RGBA"))

    def seen(self, animation: Animation) -> Picture:
        """The current slide's figure as it is seen, at the figure's own size."""
        box = self.page.evaluate(
            "(() => { const canvas = document.querySelector('section.present canvas');"
            "const box = canvas.getBoundingClientRect();"
            "const scale = Math.min(box.width / canvas.width, box.height / canvas.height);"
            "const [width, height] = [canvas.width * scale, canvas.height * scale];"
            "return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height }; })()"
        )
        corners = (box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"])
        size = (animation.scene.width, animation.scene.height)
        picture = screenshot(self.page).convert("RGB")
        return np.asarray(picture.resize(size, Image.Resampling.BICUBIC, box=corners))


@pytest.fixture
def show(tmp_path: Path) -> Iterator[Any]:
    """Opens decks of figures."""
    opened: list[Show] = []

    def open_deck(made: list[Animation], motion: str = "no-preference") -> Show:
        save_deck(made, [deck_place(str(tmp_path / "talk.html"))])
        opened.append(Show(tmp_path / "talk.html", motion))
        return opened[-1]

    yield open_deck
    for each in opened:
        each.context.close()
        assert each.faults == []
        assert [url for url in each.asked if not url.startswith(("data:", "file:"))] == []
        assert len([url for url in each.asked if url.startswith("file:")]) == 1


def test_figures_start_when_their_slide_is_shown(show: Any) -> None:
    """The first plays from its first step; others wait until their slide comes, and start again when it comes again."""
    talk = show(figures())
    assert talk.plays()
    talk.page.wait_for_function("current().drawn >= 2", timeout=20_000)
    assert talk.page.evaluate("[...figures.values()].slice(1).map((figure) => figure.drawn)") == [0, 0]
    talk.key("Alt+ArrowRight")
    assert (talk.slide(), talk.step(), talk.plays()) == (1, 0, True)
    talk.page.wait_for_function("current().drawn >= 1", timeout=20_000)
    talk.key("Alt+ArrowLeft")
    assert (talk.slide(), talk.step(), talk.plays()) == (0, 0, True)


def test_arrow_keys_step(show: Any) -> None:
    """Each press shows the next step, at once and exactly, and past the last one the next slide; left goes back."""
    made = figures()
    talk = show(made, "reduce")
    for number in range(steps(made[0])):
        assert (talk.slide(), talk.step(), talk.plays()) == (0, number, False)
        held = talk.canvas()
        assert np.array_equal(held, drawn(enlarged(made[0], (held.shape[1], 10_000)), number))
        assert wrong(talk.seen(made[0]), made[0], number) == 0
        talk.key("ArrowRight")
    assert (talk.slide(), talk.step()) == (1, 0)
    talk.key("ArrowLeft")
    assert (talk.slide(), talk.step()) == (0, steps(made[0]) - 1)
    talk.key("ArrowLeft")
    assert talk.step() == steps(made[0]) - 2
    assert wrong(talk.seen(made[0]), made[0], steps(made[0]) - 2) == 0


def test_a_key_plays_and_an_arrow_stops_at_the_next_step(show: Any) -> None:
    """P pauses and plays; an arrow key while it plays goes on from the step that is shown."""
    talk = show([load_recipe("padding_strides", step_time=5.0).animation()])
    assert talk.plays()
    talk.key("p")
    assert not talk.plays()
    for expected in (1, 2, 3):
        talk.key("ArrowRight")
        assert (talk.step(), talk.plays()) == (expected, False)
    talk.key("p")
    assert (talk.step(), talk.plays()) == (3, True)
    talk.key("ArrowRight")
    assert (talk.step(), talk.plays()) == (4, False)
    talk.page.click("section.present button")
    assert talk.plays()


def test_nothing_moves_where_motion_is_not_wanted(show: Any) -> None:
    """With reduced motion a figure waits for a key, and P plays it all the same."""
    talk = show([load_recipe("no_padding_strides", step_time=0.05).animation()], "reduce")
    talk.page.wait_for_timeout(400)
    assert (talk.step(), talk.plays()) == (0, False)
    talk.key("p")
    talk.page.wait_for_function("current().drawn >= 1", timeout=20_000)


def test_a_figure_plays_as_often_as_asked(show: Any) -> None:
    """With --loop 1 a figure stops at its last step."""
    talk = show([load_recipe("no_padding_strides", step_time=0.05, hold=0.1, loop=1).animation()])
    talk.page.wait_for_function("current().timer === null", timeout=20_000)
    assert (talk.step(), talk.plays()) == (3, False)


def test_printed_slides_are_stills(tmp_path: Path) -> None:
    """Printed by way of reveal.js's own `?print-pdf`, each figure is one page, at its last step, without buttons."""
    made = figures()
    save_deck(made, [deck_place(str(tmp_path / "talk.html"))])
    page = browser().new_page()
    page.goto((tmp_path / "talk.html").as_uri() + "?print-pdf")
    page.wait_for_function("[...figures.values()].every((figure) => figure.pictures && figure.drawn >= 0)")
    ends = page.evaluate("[...figures.values()].map((figure) => [figure.drawn + 1, figure.timer])")
    assert ends == [[steps(animation), None] for animation in made]
    page.pdf(path=tmp_path / "talk.pdf", prefer_css_page_size=True, print_background=True)
    page.close()
    assert pages(tmp_path / "talk.pdf") == len(made)
    text = run(needs("pdftotext", "poppler-utils"), tmp_path / "talk.pdf", "-")
    assert "Step" not in text
    assert "Pause" not in text


def test_readers_of_the_slides_are_told(show: Any) -> None:
    """Axe finds no violation; the picture has its alternative text, and a step by hand is said."""
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    made = figures()
    talk = show(made, "reduce")
    for number, animation in enumerate(made):
        assert talk.page.get_attribute("section.present canvas", "aria-label") == animation.alt
        assert talk.page.inner_text("section.present h2") == " ".join(animation.title.split())
        assert talk.page.get_attribute("section.present .step", "aria-live") == "polite"
        found = axe.run(talk.page, context="section.present")["violations"]
        assert found == [], f"slide {number}"
        talk.key("Alt+ArrowRight")


def test_snippets_for_reveal_wait_for_their_slide(tmp_path: Path) -> None:
    """In a page of reveal.js the file of a later slide is not asked for before the slide is shown."""
    embed(load_recipe("no_padding_strides").animation(), str(tmp_path))
    text = (tmp_path / "snippets.md").read_text(encoding="utf-8")
    (block,) = [b for b in re.findall(r"^```html\n(.*?)^```$", text, re.DOTALL | re.MULTILINE) if "<section>" in b]
    start = f"<!doctype html><meta charset=utf-8><style>{page_part('reveal/reveal.css')}</style><div class=reveal>"
    slides = f"<div class=slides><section>first</section>{block}</div></div>"
    script = (
        f"<script>{page_part('reveal/reveal.js')}</script><script>Reveal.initialize({{ transition: 'none' }})</script>"
    )
    (tmp_path / "talk.html").write_text(start + slides + script, encoding="utf-8")
    page = browser().new_page()
    page.goto((tmp_path / "talk.html").as_uri())
    page.wait_for_timeout(500)
    moves = (
        "(() => { const it = document.querySelector('video, iframe');"
        "return it.tagName === 'VIDEO' ? !it.paused && it.currentTime > 0 : Boolean(it.src); })()"
    )
    assert not page.evaluate(moves)
    page.keyboard.press("ArrowRight")
    page.wait_for_function(moves, timeout=20_000)
    page.close()
