"""Views: how a layer or a stack of maps is laid out on the page. Each is a module or two, and one line here."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from convanim.errors import RequestError
from convanim.scene.picture_size import PictureSize
from convanim.scene.scene import Scene
from convanim.views.drawing import Drawing, TooNarrowError
from convanim.views.flat import flat
from convanim.views.flat_stack import flat_stack
from convanim.views.iso import iso
from convanim.views.iso_stack import iso_stack
from convanim.views.stack import Stack
from convanim.views.text_layout import refuse_crowded_text


@dataclass(frozen=True)
class View:
    """How a view draws one map in and one map out, and how it draws stacks of sheets."""

    layer: Callable[[Drawing], Scene]
    stack: Callable[[Stack], Scene]

    def __call__(self, page: Drawing | Stack) -> Scene:
        """The scene of a page. Raises TooNarrowError when there is no room for it."""
        if page.room < _LEAST_EMS * page.label_em:
            raise TooNarrowError(f"leaves no room for text of {page.size.text}")
        scene = self.layer(page) if isinstance(page, Drawing) else self.stack(page)
        if page.size.text is not None:
            refuse_crowded_text(scene)
        return scene


VIEWS: dict[str, View] = {"iso": View(iso, iso_stack), "flat": View(flat, flat_stack)}
_LEAST_EMS = 2  # of text, between the margins


def view(name: str, page: Drawing | Stack, *others: Drawing | Stack) -> Scene:
    """The scene of a page.

    Raises RequestError when it is too narrow, with a width that is enough for it, or for another page of the figure.
    """
    try:
        return VIEWS[name](page)
    except TooNarrowError as error:
        enough = [size for each in (page, *others) if (size := wide_enough(name, each)) is not None]
        wide = min(enough, key=lambda size: size.width.inches, default=None)
        smaller = "a smaller input" if page.size.text is None else "a smaller input or {text_size}"
        fix = f"try {smaller}" if wide is None else f"try {wide.asked_width} or more, or {smaller}"
        raise RequestError("width", page.size.asked_width, str(error), fix) from None


def wide_enough(name: str, page: Drawing | Stack, most: int | None = None) -> PictureSize | None:
    """A size of the whole picture at which a page has room, some larger than its own; None if there is none.

    A page wider than `most` pixels is not looked for.
    """
    for size in page.size.wider():
        wider = replace(page, size=size)
        if most is not None and wider.width > most:
            break
        try:
            VIEWS[name](wider)
        except TooNarrowError:
            continue
        return size
    return None
