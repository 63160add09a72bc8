"""Views: how a geometry is laid out on the page. Each is one module and one line here."""

from collections.abc import Callable
from dataclasses import replace

from convanim.errors import RequestError
from convanim.scene import Scene
from convanim.views.drawing import Drawing, TooNarrowError
from convanim.views.flat import flat
from convanim.views.iso import iso

VIEWS: dict[str, Callable[[Drawing], Scene]] = {"iso": iso, "flat": flat}
WIDTHS = range(64, 8193)  # of a picture, in pixels


def view(name: str, drawing: Drawing) -> Scene:
    """The scene of a drawing. Raises RequestError, with a width that is enough, when it is too narrow."""
    try:
        return VIEWS[name](drawing)
    except TooNarrowError as error:
        wide = _wide_enough(name, drawing)
        fix = "try a smaller input" if wide is None else f"try {wide} or more, or a smaller input"
        raise RequestError("width", drawing.width, str(error), fix) from None


def _wide_enough(name: str, drawing: Drawing) -> int | None:
    width = drawing.width
    while (width := width * 11 // 100 * 10 + 10) in WIDTHS:
        try:
            VIEWS[name](replace(drawing, width=width))
        except TooNarrowError:
            continue
        return width
    return None
