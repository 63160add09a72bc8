"""A page that finds room: with its numbers, or else without a grid, or as colours."""

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from convanim.errors import RequestError
from convanim.figures.options import Options
from convanim.layers.layer import Layer, cell_count, output_shape, with_channels
from convanim.networks.chain import Chain, chain_cell_count
from convanim.numbers.figure_values import FigureValues
from convanim.numbers.values import without_channel
from convanim.scene.scene import Scene
from convanim.views.drawing import Drawing, TooNarrowError
from convanim.views.registry import PRODUCTS, VIEWS, view, wide_enough
from convanim.views.stacks.stack import Stack, StackOptions

if TYPE_CHECKING:
    from convanim.views.perceptrons.perceptron import Perceptron

AS_COLOURS = "the numbers do not fit into their cells and are drawn as colours"
_MOST_DRAWN = 900_000  # cells of all maps that are drawn one by one; each takes some 300 bytes
_MOST_NUMBERED = 100_000  # cells of a map; no picture has room for as many numbers, and looking for it takes its time
_MOST_WIDER = 2  # numbers that would fit into a picture so much wider are not turned into colours unasked


def fitted(
    figure: Layer | Chain,
    values: FigureValues | None,
    options: Options,
    stack_options: StackOptions,
    name: str,
    page: "Drawing | Stack | Perceptron",
) -> tuple[Scene, tuple[str, ...]]:
    """The scene of a page. Where it is too narrow, maps lose their grid, and numbers become colours.

    Raises RequestError where it has no room, or more cells than are drawn one by one.
    """
    if not isinstance(page, Drawing | Stack) or name in PRODUCTS:
        return view(name, page), ()
    is_scatter = options.transposed_as == "scatter"
    cells = _cells(figure, page)
    if cells > _MOST_DRAWN and (values is not None or is_scatter):
        field, fix = ("transposed_as", "try gather") if values is None else ("values", "leave them out")
        rule = f"maps of {cells:,} cells would be drawn cell by cell, and at most {_MOST_DRAWN:,} are"
        raise RequestError(field, "scatter" if values is None else None, rule, f"{fix}, or try a smaller input")
    if values is not None and not stack_options.is_heat and _largest_map(figure) > _MOST_NUMBERED:
        if options.heat_map is False or is_scatter:
            rule = f"{_largest_map(figure):,} numbers in one map are more than a picture has room for"
            raise RequestError("input_size", figure.input_size, rule, "try a smaller input, or leave its values out")
        return view(name, stack_of(figure, values, replace(stack_options, is_heat=True))), (AS_COLOURS,)
    try:
        if cells > _MOST_DRAWN and isinstance(page, Drawing):
            raise TooNarrowError
        return VIEWS[name](page), ()
    except TooNarrowError:
        may_change = isinstance(page, Drawing) if values is None else options.heat_map is None
        if not may_change or is_scatter:
            return view(name, page), ()  # refused, with a width that is enough
    coarser = stack_of(figure, values, replace(stack_options, is_heat=values is not None))
    if values is None:
        finer = () if cells > _MOST_DRAWN else (page,)
        return view(name, coarser, *finer), ("cells are too small to be drawn one by one: the maps have no grid",)
    if not _would_fit(name, page, coarser):
        return view(name, coarser), (AS_COLOURS,)
    try:
        return view(name, page), ()
    except RequestError as error:
        raise RequestError(error.field, error.value, error.rule, f"{error.fix}, or {{heat_map}} for colours") from None


def stack_of(figure: Layer | Chain, values: FigureValues | None, stack_options: StackOptions) -> Stack:
    """The stack of a layer or chain."""
    if isinstance(figure, Chain) and len(figure.input_size) == 3:
        from convanim.views.stacks.volumes.volume_chain import volume_chain

        return volume_chain(figure, stack_options)
    if isinstance(figure, Chain):
        from convanim.views.stacks.chain_stack import chain_stack  # a layer without channels needs none of them

        return chain_stack(figure, values, stack_options)
    own = None if values is None else values.stage(0)
    if len(figure.input_size) == 3:
        from convanim.views.stacks.volumes.volume_stack import volume_stack

        bare = None if own is None else without_channel(own, figure)
        return volume_stack(with_channels(figure, None), bare, stack_options)
    from convanim.views.stacks.layer_stack import layer_stack

    return layer_stack(figure, own, stack_options)


def _cells(figure: Layer | Chain, page: Drawing | Stack) -> int:
    """The cells of the maps that are drawn."""
    if isinstance(page, Stack):
        return sum(plan.sheets * plan.canvas.rows * plan.canvas.columns for plan in page.maps)
    return chain_cell_count(figure) if isinstance(figure, Chain) else cell_count(figure)


def _largest_map(figure: Layer | Chain) -> int:
    """Cells of the largest map, in one channel."""
    shapes = figure.shapes if isinstance(figure, Chain) else (figure.input_size, output_shape(figure))
    return max(prod(shape[-len(figure.input_size) :]) for shape in shapes)


def _would_fit(name: str, numbers: Drawing | Stack, colours: Drawing | Stack) -> bool:
    """Whether the numbers would fit into a picture not much wider than the page, or than their colours need."""
    width = numbers.width
    try:
        VIEWS[name](colours)
    except TooNarrowError:
        size = wide_enough(name, colours)
        width = width if size is None else replace(colours, size=size).width
    return wide_enough(name, numbers, _MOST_WIDER * width) is not None
