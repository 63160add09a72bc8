"""SVG files in Chromium: by themselves and in `<img>`, at times of our choosing, in the dark, and without motion."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.pixels import Picture
from outside import browser, cell_centres, differing, drawn, screenshot

from convanim import Conv, Options
from convanim.export.save import destination, save
from convanim.figures.animation import Animation, compose
from convanim.figures.film import film
from convanim.figures.recipes.recipes import load_recipe
from convanim.files.catalogue import template_names
from convanim.layers.layer import ConvTranspose, Layer
from convanim.style.theme import Theme

_SEEK = "t => document.getAnimations().forEach(a => { a.pause(); a.currentTime = t })"


@pytest.fixture
def console() -> list[str]:
    """What pages complain of; nothing, at the test's end."""
    return []


def opened(console: list[str], animation: Animation, flag: str = "", **how: Any) -> Any:
    """A page as large as the figure, in a browser that was started with a flag."""
    size = {"width": animation.scene.width, "height": animation.scene.height}
    page = browser(*filter(None, [flag])).new_page(viewport=size, **how)
    page.on("console", lambda message: console.append(message.text))
    page.on("pageerror", lambda error: console.append(str(error)))
    return page


def written(animation: Animation, folder: Path) -> Path:
    """The figure's file."""
    return save(animation, [destination(str(folder / "figure.svg"))])[0]


def middle(animation: Animation, frame: int) -> float:
    """Milliseconds from the beginning to the middle of a frame."""
    timing = animation.timing
    return 10 * sum(timing.duration(f) for f in range(frame)) + 5.0 * timing.duration(frame)


def check(picture: Picture, animation: Animation, step: int, theme: Theme | None = None) -> None:
    """The colours off the middle of all cells are the renderer's; beside lines no two rasterisers smooth alike."""
    wanted = drawn(animation, step, theme)
    points = cell_centres(animation, step)
    corners = [points + np.array(d) for d in ((-1, -1), (1, -1), (-1, 1), (1, 1))]
    x, y = points.T
    beside = [np.abs(wanted[y, x].astype(int) - wanted[c[:, 1], c[:, 0]]).max(axis=1) > 3 for c in corners]
    points = points[~np.any(beside, axis=0)]
    assert len(points)
    off = differing(picture, wanted, points)
    assert not off.any(), points[off][:5]


def seen(page: Any) -> Picture:
    """What a page shows."""
    return np.asarray(screenshot(page).convert("RGB"))


def shows(page: Any, animation: Animation, step: int, theme: Theme | None = None, left: int = 0) -> None:
    """A page comes to show a step: what a script sets is on the screen some frames later."""
    for tries in reversed(range(20)):
        try:
            picture = seen(page)[: animation.scene.height, left : left + animation.scene.width]
            check(picture, animation, step, theme)
            return
        except AssertionError:
            if not tries:
                raise
            page.wait_for_timeout(100)


def stopped(svg: str, milliseconds: float) -> str:
    """A file whose animations stand still at a time."""
    stop = f"animation-play-state:paused!important;animation-delay:-{milliseconds}ms!important"
    return re.sub(r"(#\w+ \[style\]\{animation:[^}!]*)\}", rf"\1;{stop}}}", svg, count=1)


@pytest.mark.parametrize("name", template_names())
def test_a_template_shows_its_steps(name: str, tmp_path: Path, console: list[str]) -> None:
    """At several times a file opened by itself has the renderer's colours in all cells."""
    animation = film(load_recipe(name).animation())
    page = opened(console, animation)
    page.goto(written(animation, tmp_path).as_uri())
    last = len(animation.timing.steps) - 1
    for frame in sorted({0, last // 3, last // 2, last}):
        page.evaluate(_SEEK, middle(animation, frame))
        shows(page, animation, animation.timing.steps[frame])
    page.close()
    assert not console


@pytest.mark.parametrize("name", ["padding_strides", "numerical_max_pooling", "grouped", "oriented_filters"])
def test_a_picture_in_a_page_shows_its_steps(name: str, tmp_path: Path, console: list[str]) -> None:
    """In `<img>`, where no script runs, a file stopped at a time shows that frame."""
    animation = film(load_recipe(name).animation())
    svg = written(animation, tmp_path).read_text(encoding="utf-8")
    page = opened(console, animation)
    last = len(animation.timing.steps) - 1
    for frame in sorted({0, last // 2, last}):
        path = tmp_path / f"{frame}.svg"
        path.write_text(stopped(svg, middle(animation, frame)), encoding="utf-8")
        show(page, tmp_path, path.name)
        shows(page, animation, animation.timing.steps[frame])
    page.close()
    assert not console


def show(page: Any, folder: Path, name: str) -> None:
    """Open a page with nothing but a picture, and wait until that is drawn."""
    html = folder / "page.html"
    style = "body{margin:0}img{display:block}"
    html.write_text(f"<!DOCTYPE html><style>{style}</style><img src={name!r}>", encoding="utf-8")
    page.goto(html.as_uri())
    page.evaluate("document.images[0].decode()")


def test_a_picture_in_a_page_plays(tmp_path: Path, console: list[str]) -> None:
    """Left alone, a file in `<img>` goes from its first step to the last, and stays when it plays once."""
    animation = film(compose(Conv(4, 3), Options(step_time=1, hold=0, loop=1)))
    written(animation, tmp_path)
    page = opened(console, animation)
    show(page, tmp_path, "figure.svg")
    first = seen(page)
    page.wait_for_timeout(4200)
    check(first, animation, 0)
    shows(page, animation, animation.timing.steps[-1])
    page.close()


@pytest.mark.parametrize("in_page", [False, True])
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("layer", "values"), [(Conv(5, 3, 2, 1), None), (ConvTranspose(3, 3, 2), "random:1")])
def test_auto_follows_the_surroundings(
    layer: Layer, values: str | None, dark: bool, in_page: bool, tmp_path: Path, console: list[str]
) -> None:
    """With `--theme auto` the dark theme's colours are shown in the dark, the light ones elsewhere; in `<img>` too."""
    animation = compose(layer, Options(theme="auto", values=values, glide=False))
    path = written(animation, tmp_path)
    path.write_text(stopped(path.read_text(encoding="utf-8"), middle(animation, 3)), encoding="utf-8")
    page = opened(console, animation, color_scheme="dark" if dark else "light")
    show(page, tmp_path, path.name) if in_page else page.goto(path.as_uri())
    theme = animation.dark if dark else animation.theme
    # Such a picture has no ground of its own: it stands on the page's.
    red, green, blue = drawn(animation, 3, theme)[0, 0, :3].tolist()
    page.evaluate("c => document.documentElement.style.background = c", f"rgb({red} {green} {blue})")
    shows(page, animation, 3, theme)
    page.close()
    assert not console


@pytest.mark.parametrize("in_page", [False, True])
@pytest.mark.parametrize("frame", [0, 4, -1])
def test_reduced_motion_shows_the_still(frame: int, in_page: bool, tmp_path: Path, console: list[str]) -> None:
    """Where the system asks for less motion nothing moves, and the frame that was asked for is shown."""
    animation = compose(Conv(5, 3, padding=1), Options(frame=frame, step_time=0.05))
    path = written(animation, tmp_path)
    # What Playwright emulates does not reach pictures in a page; what the browser is started with does.
    how = {} if in_page else {"reduced_motion": "reduce"}
    page = opened(console, animation, "--force-prefers-reduced-motion" if in_page else "", **how)
    show(page, tmp_path, path.name) if in_page else page.goto(path.as_uri())
    assert page.evaluate("document.getAnimations().length") == 0
    shows(page, animation, animation.timing.steps[frame])
    for _ in range(3):
        page.wait_for_timeout(120)
        check(seen(page), animation, animation.timing.steps[frame])
    page.close()
    assert not console


def test_it_plays_where_a_site_allows_nothing_but_style(tmp_path: Path, console: list[str]) -> None:
    """Served with the policy that sites have for files of their users, in a sandbox, it is drawn and it moves."""
    animation = compose(Conv(4, 3), Options())
    policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer = {
        "body": written(animation, tmp_path).read_bytes(),
        "headers": {"Content-Type": "image/svg+xml", "Content-Security-Policy": policy},
    }
    page = opened(console, animation)
    page.route("**/figure.svg", lambda route: route.fulfill(**answer))
    page.goto("http://figures.test/figure.svg")
    for frame in (0, 2):
        page.evaluate(_SEEK, middle(animation, frame))
        shows(page, animation, frame)
    page.close()
    assert not console


def test_two_figures_in_one_page_keep_apart(tmp_path: Path, console: list[str]) -> None:
    """Written into one HTML page, as notebooks do, each keeps its colours and its time."""
    made = [compose(Conv(size, 3), Options(theme=theme, width=300)) for size, theme in ((4, "dark"), (5, "print"))]
    page = browser().new_page(viewport={"width": 640, "height": 500})
    page.on("console", lambda message: console.append(message.text))
    figures = "".join(written(animation, tmp_path).read_text(encoding="utf-8") for animation in made)
    page.set_content(f"<!DOCTYPE html><style>body{{margin:0}}svg{{float:left}}</style>{figures}")
    page.evaluate(_SEEK, 1_200.0)  # the second step of both, which lasts from 1 to 1.5 s
    for animation, left in zip(made, (0, 300)):
        shows(page, animation, 1, left=left)
    page.close()
    assert not console


@pytest.mark.parametrize("label", ["😀 猫", "קלט עברית", "a<b>&\"'"])
def test_words_stay_on_the_page(label: str, tmp_path: Path, console: list[str]) -> None:
    """A label in any script is there letter for letter, and does not leave the picture."""
    animation = compose(Conv(4, 3), Options(input_label=label, output_label=label, view="flat"))
    page = opened(console, animation)
    page.goto(written(animation, tmp_path).as_uri())
    found = page.evaluate(
        "[...document.querySelectorAll('text')].map(t => {"
        "const b = t.getBoundingClientRect(); return [t.textContent, b.left, b.right, b.top, b.bottom] })"
    )
    letters = "".join(text for text, *_ in found).replace(" ", "")
    assert letters.count(label.replace(" ", "")) == 2
    for text, left, right, top, bottom in found:
        assert 0 <= left < right <= animation.scene.width, text
        assert 0 <= top < bottom <= animation.scene.height, text
    page.close()
    assert not console
