"""What a stack is asked for, and what the maps of layers and of chains have alike."""

from typing import Any

import numpy as np

from convanim.errors import RequestError
from convanim.layers.axis import CellKind
from convanim.layers.layer import Conv, Fold, PixelShuffle
from convanim.layers.sizes import Sizes
from convanim.networks.pointwise import Stage
from convanim.numbers.scales import Scale
from convanim.numbers.sources import Numbers
from convanim.views.grids import Canvas


def plain_canvas(size: Sizes) -> Canvas:
    """A map's own cells, with nothing around them."""
    return Canvas(tuple(range(n) for n in size))


def all_input(size: Sizes) -> dict[CellKind, Any]:
    """The masks of a map all of whose cells are its own."""
    cells = int(np.prod(size))
    return {kind: np.broadcast_to(kind is CellKind.INPUT, cells) for kind in CellKind}


def with_channels(numbers: Numbers, size: Sizes) -> Numbers:
    """Numbers (channels, …) of a map that may have been without channels."""
    return numbers.reshape(-1, *size)


def is_one_picture(first: Stage, scales: tuple[Scale, ...]) -> bool:
    """Whether a figure's input is a picture in colour, of which its first stage reads all channels at once."""
    is_whole = isinstance(first, Conv) and first.in_channels == 3 and first.groups == 1
    return is_whole and bool(scales) and scales[0].name == "light"


def undrawn(layer: PixelShuffle | Fold, max_sheets: int) -> RequestError:
    """The refusal of a layer that reads channels which are not drawn."""
    how = "adds up" if isinstance(layer, Fold) else "reads in turn"
    rule = f"a {layer.op.replace('-', ' ')} {how} its {layer.in_channels} channels, which must all be drawn"
    fix = f"try {{max_sheets}} {layer.in_channels} or fewer channels; explain and --json tell it all"
    return RequestError("max_sheets", max_sheets, rule, fix)
