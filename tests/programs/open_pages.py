"""Interactive pages opened in Chromium."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from helpers.pixels import Picture
from outside import browser, screenshot

from convanim.figures.animation import Animation
from convanim.scene.scene import Cells

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
