"""Views: how a layer or a stack of maps is laid out on the page. Each is a module or two, and one line here."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from convanim.errors import RequestError
from convanim.scene.scene import Scene
from convanim.views.drawing import Drawing, TooNarrowError
from convanim.views.flat import flat
from convanim.views.flat_stack import flat_stack
from convanim.views.iso import iso
from convanim.views.iso_stack import iso_stack
from convanim.views.stack import Stack


@dataclass(frozen=True)
class View:
    """How a view draws one map in and one map out, and how it draws stacks of sheets."""

    layer: Callable[[Drawing], Scene]
    stack: Callable[[Stack], Scene]

    def __call__(self, page: Drawing | Stack) -> Scene:
        """The scene of a page. Raises TooNarrowError when there is no room for it."""
        return self.layer(page) if isinstance(page, Drawing) else self.stack(page)


VIEWS: dict[str, View] = {"iso": View(iso, iso_stack), "flat": View(flat, flat_stack)}
WIDTHS = range(64, 8193)  # of a picture, in pixels


def view(name: str, page: Drawing | Stack) -> Scene:
    """The scene of a page. Raises RequestError, with a width that is enough, when it is too narrow."""
    try:
        return VIEWS[name](page)
    except TooNarrowError as error:
        wide = wide_enough(name, page)
        fix = "try a smaller input" if wide is None else f"try {wide} or more, or a smaller input"
        raise RequestError("width", page.whole_width or page.width, str(error), fix) from None


def wide_enough(name: str, page: Drawing | Stack, most: int = WIDTHS.stop) -> int | None:
    """A width of the whole picture at which a page has room, some larger than its own; None if there is none.

    A page wider than `most` is not looked for.
    """
    width, whole = page.width, page.whole_width
    while (width := width * 11 // 100 * 10 + 10) in WIDTHS and width <= most:
        try:
            VIEWS[name](replace(page, width=width, whole_width=whole * width // page.width))
        except TooNarrowError:
            continue
        return -(-width * whole // page.width) if whole else width
    return None
