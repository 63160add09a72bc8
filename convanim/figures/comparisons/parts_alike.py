"""Figures side by side, each in its share of the width: numbers, colours, cells and words are alike in all of them."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf
from typing import TypeGuard

from convanim.errors import RequestError
from convanim.figures.comparisons.difference_marks import is_heat
from convanim.figures.layouts.in_common import InCommon
from convanim.figures.layouts.layout import Layout
from convanim.figures.layouts.network_layout import any_layout
from convanim.figures.options import OF_A_PART, Options
from convanim.figures.sizing import proposed_width
from convanim.figures.subject import Part
from convanim.layers.backward import Backward
from convanim.layers.layer import Layer
from convanim.networks.chain import Chain
from convanim.networks.network import Network
from convanim.numbers.figure_values import refuse_too_many_cells
from convanim.numbers.scales import Scale, shared
from convanim.scene.scene import ALWAYS, Cells, Shape, Texts
from convanim.views.drawing import Page
from convanim.views.text_layout import is_number, numbers_alike

_PASSES = 4  # after which cells are as large as each other; few sizes are whole pixels in every view


def parts_alike(parts: Sequence[Part], options: Options, page: Page) -> list[Layout]:
    """The parts in shares of the width that are as wide as `page`.

    Raises RequestError when one does not fit into its share.
    """
    common = InCommon(
        figures=tuple(_drawn(part.figure) for part in parts if not isinstance(part.figure, Network)),
        networks=tuple(part.figure for part in parts if isinstance(part.figure, Network)),
    )
    made = _parts(parts, options, page, common)
    decimals, shares = [each.decimals for each in made], [each.scene.share for each in made]
    common = replace(common, least_decimals=max(decimals), share=min(shares))
    if len(set(decimals)) > 1 or len(set(shares)) > 1:  # 6.00 beside 2.67
        made = _parts(parts, options, page, common)
    made = _in_one_colour_scale(parts, made, options, page, common)
    return _on_one_size(parts, _on_one_scale(parts, made, options, page, common))


def _drawn(figure: Layer | Backward | Chain) -> Layer | Chain:
    """The layer or chain that is drawn."""
    return figure.drawn if isinstance(figure, Backward) else figure


def _parts(parts: Sequence[Part], options: Options, page: Page, common: InCommon) -> list[Layout]:
    """Every part; raises RequestError with the width at which all of them have room, when some have none."""
    made, narrow = [], []
    for part in parts:
        try:
            made.append(_part(part, options, page, common))
        except RequestError as error:
            if error.field != "width":
                raise
            narrow.append(error)
    if narrow:
        raise max(narrow, key=proposed_width)
    return made


def _in_one_colour_scale(
    parts: Sequence[Part], made: list[Layout], options: Options, page: Page, common: InCommon
) -> list[Layout]:
    """The parts with one colour for one number, in the maps of all that are beside each other."""
    scales = shared([each.scales for each in made])
    return [
        each if own == each.scales else _part(part, options, page, common, scales=own)
        for part, each, own in zip(parts, made, scales)
    ]


def _on_one_scale(
    parts: Sequence[Part],
    made: list[Layout],
    options: Options,
    page: Page,
    common: InCommon,
) -> list[Layout]:
    """The parts with cells as large as those of the smallest that are drawn alike; in colours all, where one is."""
    scaled = _scaled(parts, made, options, page, common)
    if len({is_heat(each.scene) for each in scaled}) == 1:
        return scaled
    coloured = [replace(part, options=replace(part.options, heat_map=True)) for part in parts]
    in_colours = _in_one_colour_scale(coloured, _parts(coloured, options, page, common), options, page, common)
    return _scaled(coloured, in_colours, options, page, common)


def _scaled(
    parts: Sequence[Part],
    made: list[Layout],
    options: Options,
    page: Page,
    common: InCommon,
) -> list[Layout]:
    for _ in range(_PASSES):
        cells = [_cell(part, each, made, parts) for part, each in zip(parts, made)]
        if all(each.cell in (0, cell) for each, cell in zip(made, cells)):
            break
        made = [
            each if each.cell in (0, cell) else _part(part, options, page, common, cell, each.scales or None)
            for part, each, cell in zip(parts, made, cells)
        ]
    return made


def _cell(part: Part, own: Layout, made: Sequence[Layout], parts: Sequence[Part]) -> int:
    """The smallest side of a cell in the parts that are drawn as one is: in as many dimensions, in the same view."""
    like = _look(part, own)
    return min((each.cell for other, each in zip(parts, made) if each.cell and _look(other, each) == like), default=0)


def _look(part: Part, made: Layout) -> tuple[int, bool]:
    cells = (shape for shape in made.scene.shapes if isinstance(shape, Cells))
    return len(part.figure.input_size), all(shape.lattice.is_upright for shape in cells)


def _on_one_size(parts: Sequence[Part], made: Sequence[Layout]) -> list[Layout]:
    """The parts with the words beside their maps as large as the smallest of them, and so the numbers of like ones."""
    em = min((shape.em for each in made for shape in each.scene.shapes if _is_words(shape)), default=0.0)
    looks = [_look(part, each) for part, each in zip(parts, made)]
    sizes = [min((s.em for s in each.scene.shapes if is_number(s)), default=inf) for each in made]
    found = []
    for look, each in zip(looks, made):
        shapes = [_worded(shape, em) for shape in each.scene.shapes]
        if each.cell:
            least = min(size for other, size, its in zip(looks, sizes, made) if other == look and its.cell)
            shapes = numbers_alike(shapes, least)
        found.append(replace(each, scene=replace(each.scene, shapes=tuple(shapes))))
    return found


def _is_words(shape: Shape) -> TypeGuard[Texts]:
    """Whether a shape is a label that says something, and no sign, nor a weight that comes and goes."""
    if not isinstance(shape, Texts) or shape.role != "label" or callable(shape.text):
        return False
    stays = shape.when == ALWAYS
    return any(len(text) > 1 and (stays or any(map(str.isalpha, text))) for text in shape.text)


def _worded(shape: Shape, em: float) -> Shape:
    return replace(shape, em=em) if _is_words(shape) else shape


def _part(
    part: Part,
    options: Options,
    page: Page,
    common: InCommon,
    most_cell: int = 0,
    scales: tuple[Scale, ...] | None = None,
) -> Layout:
    """One figure in its share of the width, with the page's options but its own of what is drawn."""
    own = {name: getattr(part.options, name) for name in OF_A_PART}
    asked = replace(options, **own, caption=False, steps=None)
    if not isinstance(part.figure, Network):
        refuse_too_many_cells(part.figure, asked)
    return any_layout(
        part.figure,
        asked,
        page.words,
        page.font,
        page.size,
        replace(common, most_cell=most_cell, scales=scales),
    )
