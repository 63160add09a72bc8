"""Views: how a layer, a stack of maps or a network is laid out on the page: a few modules each, and one line here."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from convanim.errors import RequestError
from convanim.layers.layer import Layer
from convanim.scene.picture_size import PictureSize
from convanim.scene.scene import Scene
from convanim.views.decimals import decimals_of
from convanim.views.drawing import Drawing, TooNarrowError
from convanim.views.stacks.stack import Stack
from convanim.views.text_layout import refuse_crowded_text

if TYPE_CHECKING:
    from convanim.views.networks.field_map import FieldMap
    from convanim.views.networks.overview_look import Overview
    from convanim.views.perceptrons.perceptron import Perceptron

AnyPage: TypeAlias = "Drawing | Stack | Overview | FieldMap | Perceptron"


def _later(name: str) -> Callable[..., Any]:
    """A function, whose module is imported when it is called: a figure needs few of all."""
    module, function = name.rsplit(".", 1)
    return lambda *given, **named: getattr(import_module(f"convanim.{module}"), function)(*given, **named)


@dataclass(frozen=True)
class View:
    """What a view offers: it draws every operation, or refuses with a view that does.

    `stack` draws sheets beside each other: layers with channels, chains, the slices of three axes. `layer` draws one
    map in and one map out, and `network` the volumes of a network; one that draws a layer as a product has neither, and
    gets stacks with their matrix. `refuse` raises RequestError for a layer that it does not draw. `steps` says how many
    there are of a layer, where they are others than one for each output cell. What each view makes of each operation is
    a table of `docs/looks.md`.
    """

    stack: Callable[[Stack], Scene]
    layer: Callable[[Drawing], Scene] | None = None
    network: "Callable[[Overview], Scene] | None" = None
    refuse: Callable[[Layer], None] = lambda layer: None
    steps: Callable[[Layer], int | None] = lambda layer: None

    def __call__(self, page: AnyPage) -> Scene:
        """The scene of a page. Raises TooNarrowError when there is no room for it."""
        if page.room < _LEAST_EMS * page.label_em:
            raise TooNarrowError(f"leaves no room for text of {page.size.text}")
        scene = self._with_fewest_lost(page) if isinstance(page, Drawing | Stack) else self._other(page)
        if page.size.text is not None:
            refuse_crowded_text(scene)
        return scene

    def _other(self, page: "Overview | FieldMap | Perceptron") -> Scene:
        """What is no page of maps."""
        from convanim.views.networks.field_map import FieldMap, field_map
        from convanim.views.networks.overview_look import Overview

        if isinstance(page, FieldMap):  # the same in every view
            return field_map(page)
        if isinstance(page, Overview):
            assert self.network is not None
            return self.network(page)
        return self._with_fewest_lost(page)

    def _with_fewest_lost(self, page: "Drawing | Stack | Perceptron") -> Scene:
        """The scene with as many decimals, the same for all of its numbers, as there is room for."""
        needed = decimals_of(page)
        for decimals in range(needed, 0, -1):
            try:
                return replace(self._drawn(replace(page, decimals=decimals)), lost_decimals=needed - decimals)
            except TooNarrowError:
                continue
        return replace(self._drawn(replace(page, decimals=0)), lost_decimals=needed)

    def _drawn(self, page: "Drawing | Stack | Perceptron") -> Scene:
        if isinstance(page, Stack):
            return self.stack(page)
        if isinstance(page, Drawing):
            assert self.layer is not None
            return self.layer(page)
        from convanim.views.perceptrons.perceptron_shapes import perceptron_scene

        return perceptron_scene(page)


_OVERVIEW = _later("views.networks.overview.overview")
# Of maps, which draw every figure, and of layers as products.
VIEWS: dict[str, View] = {
    "iso": View(_later("views.stacks.iso_stack.iso_stack"), _later("views.single_maps.iso.iso"), _OVERVIEW),
    "flat": View(
        _later("views.stacks.flat_stack.flat_stack"),
        _later("views.single_maps.flat.flat"),
        partial(_OVERVIEW, is_flat=True),
    ),
}
PRODUCTS: dict[str, View] = {
    "matrix": View(_later("views.products.matrix.matrix"), refuse=_later("numbers.as_matrix.refuse_no_matrix")),
    "im2col": View(
        _later("views.products.im2col.im2col"),
        refuse=_later("numbers.as_columns.refuse_no_columns"),
        steps=_later("views.products.im2col.im2col_steps"),
    ),
}
EVERY_VIEW = {**VIEWS, **PRODUCTS}
_LEAST_EMS = 2  # of text, between the margins


def view(name: str, page: AnyPage, *others: AnyPage) -> Scene:
    """The scene of a page.

    Raises RequestError when it is too narrow, with a width that is enough for it, or for another page of the figure.
    """
    try:
        return EVERY_VIEW[name](page)
    except TooNarrowError as error:
        enough = [size for each in (page, *others) if (size := wide_enough(name, each)) is not None]
        wide = min(enough, key=lambda size: size.width.inches, default=None)
        smaller = "a smaller input" if page.size.text is None else "a smaller input or {text_size}"
        if name in PRODUCTS:
            smaller += ", or the view flat"
        fix = f"try {smaller}" if wide is None else f"try {wide.asked_width} or more, or {smaller}"
        raise RequestError("width", page.size.asked_width, str(error), fix) from None


def wide_enough(name: str, page: AnyPage, most: int | None = None) -> PictureSize | None:
    """The first size of the whole picture at which a page has room, some larger than its own; None if there is none.

    A page wider than `most` pixels is not looked for. What has room has it in wider pictures, too, so that sizes are
    tried in leaps, and then those between the last two.
    """

    def has_room(size: PictureSize) -> bool:
        try:
            EVERY_VIEW[name](replace(page, size=size))
        except TooNarrowError:
            return False
        return True

    sizes = [size for size in page.size.wider() if most is None or size.own_pixels <= most]
    narrow = -1
    while narrow < len(sizes) - 1:
        tried = min(2 * narrow + 2, len(sizes) - 1)
        if has_room(sizes[tried]):
            return sizes[bisect_left(sizes, True, narrow + 1, tried, key=has_room)]
        narrow = tried
    return None
