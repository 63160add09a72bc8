"""Figures whose width is chosen for them: as wide as what is in them needs."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf

from convanim.errors import RequestError
from convanim.figures.animation import Animation, compose
from convanim.figures.options import Options
from convanim.figures.subject import Shown

OVERVIEW_WIDTHS = (480, 640, 960, 1280, 2000, 3200, 5200, 8190)
LAYER_WIDTHS = (480, 640, 960, 1440)
TALLEST_OVERVIEW = 1.1  # of its width: in a wider picture it has fewer rows


def fitted(
    figure: Shown, options: Options, widths: Sequence[int], *, name: str = "", tallest: float = inf
) -> Animation:
    """The figure in the first of some widths in which it has room and is not too high, else in the widest.

    `tallest` is how high it may be, measured by its width. Raises RequestError where it has room in none, or what is
    wrong is not the width.
    """
    found = None
    for width in widths:
        try:
            found = compose(figure, replace(options, width=width), name=name)
        except RequestError as error:
            if error.field != "width" or (width == widths[-1] and found is None):
                raise
            continue
        if found.scene.height <= tallest * found.scene.width:
            return found
    assert found is not None  # the last width was refused where none was found
    return found
