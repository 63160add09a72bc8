"""Interactive pages in Chromium: words, languages, and what assistive software makes of them."""

import re
from functools import cache
from pathlib import Path

import pytest
from helpers.spoken import pseudo_language
from open_pages import opened

from convanim import Chain, Conv, MaxPool, Options
from convanim.export.html.html import page_of
from convanim.figures.animation import compose
from convanim.figures.recipes.recipes import load_recipe


def test_playing_does_not_flood_screen_readers(tmp_path: Path) -> None:
    """What is heard changes only when someone asks."""
    animation = compose(Conv(5, 3), Options(step_time=0.4, hold=0))
    with opened(page_of(animation), tmp_path, reduced_motion="no-preference") as page:
        page.tab.wait_for_timeout(1000)
        assert page.state() > 0
        assert page.tab.inner_text("#live") == ""
        page.tab.click("#play")
        page.tab.wait_for_function("document.getElementById('live').textContent.includes('from input')")


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
