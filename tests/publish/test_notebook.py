"""What a notebook is given of a figure: a page in a frame, a still, a line of text."""

import base64
import io
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from PIL import Image

import convanim.publish.notebook
from convanim import Conv, animate
from convanim.export.html.html import page_of
from convanim.render.frames import Renderer
from convanim.scene.transforms import scaled

HOSTILE = "</iframe><script>alert(1)</script> & \"quotes\" 'too' \\input{x} 100 % 猫 שלום"


class Tags(HTMLParser):
    """Every tag of an HTML text with its attributes, in order; texts are joined."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def bundle(figure: Any, **kinds: Any) -> tuple[dict[str, str], dict[str, dict[str, int]]]:
    """What a notebook gets."""
    data, sizes = figure._repr_mimebundle_(**kinds)
    return data, sizes


def test_the_still_is_twice_as_dense_as_it_is_shown() -> None:
    """The PNG is the still's frame at two pixels for one; its size on the page is the picture's own."""
    figure = animate(Conv(3, 2), width=150, frame=1)
    data, sizes = bundle(figure)
    scene = figure.animation.scene
    assert sizes == {"image/png": {"width": 150, "height": scene.height}}
    with Image.open(io.BytesIO(base64.b64decode(data["image/png"]))) as picture:
        shown = np.asarray(picture.convert("RGBA"))
        assert picture.info["Description"] == figure.animation.alt
    twice = Renderer(scaled(scene, 2), figure.animation.theme).frame(1).pixels
    assert (shown == twice).all()


def test_the_page_is_in_a_frame_with_the_still_behind_it() -> None:
    """The frame holds the interactive page and has a title and room; where frames are taken out the still is left."""
    animation = animate(Conv(3, 2), width=300).animation
    data, _ = bundle(animate(Conv(3, 2), width=300))
    tags = Tags(data["text/html"])
    assert [tag for tag, _ in tags.found] == ["div", "style", "iframe", "img"]
    frame, still = tags.found[2][1], tags.found[3][1]
    assert frame["srcdoc"] == page_of(animation)
    assert frame["sandbox"] == "allow-scripts"
    assert frame["title"] == animation.title
    assert int(frame["width"] or 0) > 300
    assert int(frame["height"] or 0) > animation.scene.height
    assert still["alt"] == animation.alt
    assert still["src"] == "data:image/png;base64," + data["image/png"]
    assert (still["width"], still["height"]) == ("300", str(animation.scene.height))
    assert "iframe + img" in tags.text  # hides it only behind a frame


def test_hostile_words_stay_words() -> None:
    """A title or an alternative text with tags, quotes and signs is text in every part."""
    data, _ = bundle(animate(Conv(3, 2), width=96, title=HOSTILE, alt=HOSTILE))
    tags = Tags(data["text/html"])
    assert [tag for tag, _ in tags.found] == ["div", "style", "iframe", "img"]
    assert tags.found[2][1]["title"] == HOSTILE
    assert tags.found[3][1]["alt"] == HOSTILE
    inner = Tags(str(tags.found[2][1]["srcdoc"]))
    assert "alert(1)" not in "".join(str(attributes) for tag, attributes in inner.found if tag == "script")
    assert HOSTILE in inner.text


@pytest.mark.parametrize(
    ("kinds", "left"),
    [
        ({}, ["text/html", "image/png", "text/plain"]),
        ({"include": None, "exclude": None}, ["text/html", "image/png", "text/plain"]),
        ({"include": ["image/png"]}, ["image/png"]),
        ({"include": {"image/png", "text/plain", "image/jpeg"}}, ["image/png", "text/plain"]),
        ({"exclude": ["text/html"]}, ["image/png", "text/plain"]),
        ({"include": ["text/html", "text/plain"], "exclude": {"text/html"}}, ["text/plain"]),
    ],
)
def test_only_what_is_asked_for_is_made(
    kinds: dict[str, Any], left: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`include` and `exclude` say which media types there are; sizes are of those alone; the rest is not made."""
    figure = animate(Conv(3, 2), width=96)
    if "text/html" not in left:
        monkeypatch.setattr(convanim.publish.notebook, "_html", None)
    data, sizes = bundle(figure, **kinds)
    assert list(data) == left
    assert list(sizes) == [kind for kind in left if kind == "image/png"]


def test_a_page_that_is_too_large_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the still is what there is."""
    monkeypatch.setattr(convanim.publish.notebook, "_LARGEST", 1000)
    assert list(bundle(animate(Conv(3, 2), width=96))[0]) == ["image/png", "text/plain"]


def test_a_figure_says_what_it_is_in_one_line() -> None:
    """Its text is the title, the size and how many frames there are, whatever is in the title."""
    figure = animate(Conv(3, 2), width=96, labels=False)
    height = figure.animation.scene.height
    said = f"<convanim.Figure: Convolution, kernel 2×2; 96×{height} pixels, 4 frames>"
    assert repr(figure) == bundle(figure)[0]["text/plain"] == said
    assert repr(animate(Conv(3, 2), width=96, still=True, title="a\nb\x1b[31m")).startswith(
        "<convanim.Figure: a b [31m;"
    )
    assert repr(animate(Conv(3, 2), width=96, still=True)).endswith("pixels, a still>")
