"""Presentations read back: the slides of a PPTX, the data of a reveal.js page, its pictures put together."""

import base64
import io
import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pptx
import pytest
from PIL import Image

from convanim.figures.animation import Animation, compose
from convanim.figures.options import Options
from convanim.layers.layer import Conv
from convanim.render.frames import Renderer
from helpers.pixels import Picture

HOSTILE = "<script>alert(1)</script> & \"q\" 'a' \\input{x} 50% #1 _a^b~ {} $x$ 猫 😀 שלום"


@dataclass(frozen=True)
class Slide:
    """A slide of a PPTX as its reader sees it; sizes in inches."""

    title: str
    texts: list[str]  # of other boxes
    picture: bytes
    alt: str
    box: tuple[float, float, float, float]
    notes: str


def pptx_slides(path: Path) -> list[Slide]:
    """The slides of a PPTX."""
    deck = pptx.Presentation(str(path))
    assert (deck.slide_width / deck.slide_height) == pytest.approx(16 / 9, abs=1e-4)
    found = []
    for slide in deck.slides:
        (picture,) = [shape for shape in slide.shapes if hasattr(shape, "image")]
        box = (picture.left, picture.top, picture.left + picture.width, picture.top + picture.height)
        assert box[0] >= 0
        assert box[1] >= slide.shapes.title.top + slide.shapes.title.height
        assert box[2] <= deck.slide_width
        assert box[3] <= deck.slide_height
        others = [shape for shape in slide.shapes if shape.has_text_frame and shape != slide.shapes.title]
        for shape in others:
            assert box[3] <= shape.top
            assert shape.top + shape.height <= deck.slide_height
        left, top, right, bottom = (edge / 914_400 for edge in box)
        found.append(
            Slide(
                title=slide.shapes.title.text_frame.text,
                texts=[shape.text_frame.text for shape in others],
                picture=picture.image.blob,
                alt=picture._element.nvPicPr.cNvPr.get("descr"),
                box=(left, top, right, bottom),
                notes=slide.notes_slide.notes_text_frame.text if slide.has_notes_slide else "",
            )
        )
    return found


class _Page(HTMLParser):
    """Texts of a page by their elements' names, and the attributes of every element."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "img", "br", "source"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1], data))


def parsed(html: str) -> _Page:
    """An HTML page, whose elements must all be closed."""
    page = _Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page


def reveal_data(html: str) -> list[dict[str, Any]]:
    """What a reveal.js page holds of each of its figures."""
    return [json.loads(text) for text in re.findall(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)]


def reveal_pictures(data: dict[str, Any], width: int, height: int) -> list[Picture]:
    """The frames of a figure on a reveal.js page, put together as its script does."""
    canvas = Image.new("RGBA", (width, height))
    found = []
    for frame in data["frames"]:
        for left, top, file in frame:
            with Image.open(io.BytesIO(base64.b64decode(file))) as picture:
                patch = picture.convert("RGBA")
            if data["clears"]:
                canvas.paste(patch, (left, top))
            else:
                canvas.alpha_composite(patch, (left, top))
        found.append(np.array(canvas))
    return found


def small(**options: Any) -> Animation:
    """A small animation of four steps."""
    return compose(Conv(4, 3), Options(width=200, **options), name="small", title="Small", alt="A small figure.")


def rendered(animation: Animation, step: int) -> Picture:
    """The renderer's picture of a step."""
    return Renderer(animation.scene, animation.theme).frame(step).pixels.copy()
