"""The width of a picture for which none was given: as many pixels as the figure needs."""

from bisect import bisect_left
from collections.abc import Callable
from itertools import takewhile

from convanim.errors import RequestError
from convanim.figures.layouts.layout import Layout
from convanim.figures.options import Options
from convanim.figures.sizing import picture_size, proposed_width
from convanim.figures.subject import Comparison, Shown
from convanim.networks.chain import Chain
from convanim.scene.picture_size import PictureSize
from convanim.views.registry import PRODUCTS

_MOST = 1440  # pixels that a picture grows to by itself where there is no room,
_MOST_WIDE = 960  # and where there is more to be seen: what slides and pages show without shrinking it
_FEW = 2  # stages of a chain that find room in a picture of the usual width
_CELL = 12  # pixels of a cell's side from which a picture of several layers grows no further


def roomy(laid_out: Callable[[PictureSize], Layout], figure: Shown, options: Options) -> tuple[Layout, PictureSize]:
    """A figure laid out at the width that was asked for or, where none was, at the first that has room for it.

    Figures of several layers, and matrices, grow until their cells are easily told apart.
    Raises RequestError where there is no room.
    """
    size = picture_size(options)
    if options.width is not None:
        return laid_out(size), size
    sizes = [size, *takewhile(lambda each: each.pixels <= _MOST, size.wider())]
    made, size = _first_with_room(laid_out, sizes)
    is_wide = isinstance(figure, Comparison) or (isinstance(figure, Chain) and len(figure.stages) > _FEW)
    is_wide |= options.view in PRODUCTS
    wider = [each for each in sizes if size.pixels < each.pixels <= _MOST_WIDE]
    enough = min(_CELL, options.cell_size or _CELL)
    if not is_wide or made.cell >= enough or not wider:
        return made, size
    found: dict[int, Layout] = {}

    def is_enough(each: PictureSize) -> bool:
        found[each.pixels] = laid_out(each)
        return found[each.pixels].cell >= enough

    try:
        least = wider[min(bisect_left(wider, True, key=is_enough), len(wider) - 1)]
    except RequestError as error:  # numbers that were colours find room in a picture that is wider still
        roomier = [each for each in sizes if each.pixels >= proposed_width(error)]
        return _first_with_room(laid_out, roomier) if roomier else (made, size)
    return found.get(least.pixels) or laid_out(least), least


def _first_with_room(laid_out: Callable[[PictureSize], Layout], sizes: list[PictureSize]) -> tuple[Layout, PictureSize]:
    """The layout at the first size, or at the first of the others that it proposes; raises RequestError."""
    size = sizes[0]
    while True:
        try:
            return laid_out(size), size
        except RequestError as error:
            proposed = proposed_width(error) if error.field == "width" else 0
            enough = [each for each in sizes if size.pixels < each.pixels >= proposed]
            if not proposed or not enough:
                raise
            size = enough[0]
