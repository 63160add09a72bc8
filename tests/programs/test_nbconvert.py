"""A notebook with figures, executed and converted by nbconvert; its page opened in Chromium."""

import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from outside import browser, run
from PIL import Image

import convanim
from convanim import animate

CODE = """from convanim import Conv, animate
animate(Conv(5, 3), width=300, title='A <b> & "c"', alt='100 % \\\\input{x}')"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook of one cell, executed."""
    for module in ("nbconvert", "ipykernel"):
        if find_spec(module) is None:
            pytest.skip(f"needs the module {module}: pip install -e '.[formats]'")
    folder = tmp_path_factory.mktemp("notebook")
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": CODE,
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    whole = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "a.ipynb").write_text(json.dumps(whole), encoding="utf-8")
    converted(folder, "notebook", "--execute", "--inplace", name="a.ipynb")
    return folder / "a.ipynb"


def converted(folder: Path, to: str, *options: str, name: str = "a.ipynb") -> None:
    """Convert a notebook beside itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(convanim.__file__).parent.parent))
        run(sys.executable, "-m", "nbconvert", "--to", to, *options, name, cwd=folder)


def test_the_notebook_holds_all_that_there_is_to_show(notebook: Path) -> None:
    """Its output has the page, the still with its size, and a line of text; no error."""
    (output,) = json.loads(notebook.read_text(encoding="utf-8"))["cells"][0]["outputs"]
    assert output["output_type"] == "execute_result"
    assert sorted(output["data"]) == ["image/png", "text/html", "text/plain"]
    assert output["metadata"]["image/png"]["width"] == 300
    assert "".join(output["data"]["text/plain"]).startswith('<convanim.Figure: A <b> & "c"; 300×')


def opened(path: Path, width: int = 1000) -> tuple[Any, list[str]]:
    """A page in the browser, and what it complains of."""
    tab = browser().new_page(viewport={"width": width, "height": 900})
    said: list[str] = []
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(path.as_uri())
    return tab, said


def test_html_plays_the_figure(notebook: Path) -> None:
    """In the page that nbconvert makes the figure is in a frame, answers the keyboard, and hides the still."""
    converted(notebook.parent, "html")
    tab, said = opened(notebook.with_suffix(".html"))
    frame = tab.frame_locator(".convanim iframe")
    frame.locator("#next").wait_for()
    if frame.locator("#play").get_attribute("aria-label") == "Pause":
        frame.locator("#play").click()
    before = int(frame.locator("#slider").input_value())
    frame.locator("#next").click()
    assert int(frame.locator("#slider").input_value()) == before % 9 + 1
    frame.locator("#slider").press("ArrowRight")
    assert tab.locator(".convanim iframe").get_attribute("title") == 'A <b> & "c"'
    assert not tab.locator(".convanim img").is_visible()
    assert not [text for text in said if "convanim" in text]
    tab.close()


def test_without_frames_the_still_is_left(notebook: Path) -> None:
    """Where frames, scripts and style sheets are taken out, as GitHub does, the still is seen at its size."""
    source = "".join(json.loads(notebook.read_text(encoding="utf-8"))["cells"][0]["outputs"][0]["data"]["text/html"])
    left = re.sub(r"<(style|iframe).*?</\1>", "", source, flags=re.DOTALL)
    assert "<iframe" not in left
    (notebook.parent / "left.html").write_text(f"<!doctype html>{left}", encoding="utf-8")
    tab, _ = opened(notebook.parent / "left.html")
    box = tab.locator("img").bounding_box()
    assert box["width"] == 300
    assert tab.locator("img").evaluate("image => image.naturalWidth") == 600
    tab.close()


@pytest.mark.parametrize("still", [False, True])
@pytest.mark.parametrize("name", ["padding_strides", "numerical_padding_strides", "one_by_one_channels", "ceil_mode"])
def test_no_figure_needs_to_be_scrolled(name: str, still: bool, tmp_path: Path) -> None:
    """In its frame a whole figure is seen at its own size, with its title, player and words."""
    figure = animate(name, still=still)
    (tmp_path / "a.html").write_text(f"<!doctype html>{figure._repr_mimebundle_()[0]['text/html']}", encoding="utf-8")
    tab, said = opened(tmp_path / "a.html", 1200)
    frame = tab.frame_locator("iframe")
    root = frame.locator("html")
    assert root.evaluate("root => root.scrollHeight <= root.clientHeight")
    assert root.evaluate("root => root.scrollWidth <= root.clientWidth")
    assert abs(frame.locator("#picture").bounding_box()["width"] - figure.animation.scene.width) <= 24
    assert not said
    tab.close()


def test_latex_gets_the_still(notebook: Path) -> None:
    """A conversion to LaTeX includes the PNG, and needs no other program for it."""
    converted(notebook.parent, "latex")
    text = notebook.with_suffix(".tex").read_text(encoding="utf-8")
    (name,) = re.findall(r"\{+(a_files/[^{}]+\.png)\}", text)
    with Image.open(notebook.parent / name) as picture:
        assert picture.width == 600
    assert "<iframe" not in text


def test_markdown_keeps_a_picture(notebook: Path) -> None:
    """A conversion to Markdown, which takes HTML before PNG, still has the picture for viewers that take frames out."""
    converted(notebook.parent, "markdown")
    assert '<img src="data:image/png;base64,' in notebook.with_suffix(".md").read_text(encoding="utf-8")
