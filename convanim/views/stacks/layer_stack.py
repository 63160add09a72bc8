"""From a layer with channels to its stack of maps."""

from collections.abc import Callable
from functools import lru_cache, partial
from math import prod

import numpy as np

from convanim.layers.channels import Channels
from convanim.layers.geometry import Geometry
from convanim.layers.kinds.rearranged import columns_read, phases, picked, picks
from convanim.layers.layer import (
    Fold,
    Layer,
    PixelShuffle,
    PixelUnshuffle,
    Rearranged,
    Unfold,
    channels_of,
    window_size,
)
from convanim.layers.operation import Reduction
from convanim.layers.operations import operation_of
from convanim.layers.sizes import Cell
from convanim.numbers.sources import Numbers
from convanim.numbers.values import Values, by_filter, channel_sums, winning_position
from convanim.views.cell_numbers import kernel_weights
from convanim.views.grids import Mask, copied, filled, input_canvas, kinds
from convanim.views.shares import has_winners, won_from
from convanim.views.single_maps.window_numbers import fillers_of
from convanim.views.stacks.stack import SheetMap, Spot, Stack, StackOptions, drawn_channels, made_at
from convanim.views.stacks.stack_equations import layer_equation
from convanim.views.stacks.stack_maps import all_input, is_one_picture, plain_canvas, undrawn, with_channels
from convanim.words.labels import map_label

_MOST_TERMS = 8  # products of numbers that are shown as colours; more of them are not spelled out


def layer_stack(layer: Layer, values: Values | None, options: StackOptions) -> Stack:
    """The stack of one layer: its padded input and its output."""
    geometry = Geometry(layer)
    has_channels = layer.in_channels is not None
    channels = channels_of(layer) or Channels(1, 1, 1)
    made = drawn_channels(channels.outputs, options.max_sheets)
    colour = options.is_heat and is_one_picture(layer, options.scales)
    read = (0,) if colour else _drawn_inputs(channels, made, options.max_sheets)
    hues = channels.outputs > 1
    apart = channels.groups > 1
    hues_of = {group: i for i, group in enumerate(sorted({channels.group(output) for output in made}))}
    shuffle = layer if isinstance(layer, Rearranged) else None
    if isinstance(layer, PixelShuffle | Fold) and len(read) < channels.inputs:
        raise undrawn(layer, options.max_sheets)
    hue = tuple(hues_of[channels.group(c)] if apart else i if hues else None for i, c in enumerate(made))
    if shuffle is not None:
        hue = tuple(None if isinstance(shuffle, PixelShuffle | Fold) else c % channels.made for c in made)
    words = options.words
    input_label = words("input") if options.input_label is None else options.input_label
    output_label = words("output") if options.output_label is None else options.output_label
    maps = (
        SheetMap(
            name="input",
            role="input",
            window="window",
            size=layer.input_size,
            channels=channels.inputs,
            has_channels=has_channels,
            drawn=read,
            canvas=input_canvas(geometry),
            kinds=kinds(geometry),
            label=map_label(
                input_label, layer.input_size, channels.inputs, has_channels, (0, 1, 2) if colour else read, words
            ),
            read=_read(geometry),
            copies=copied(geometry),
            filled=filled(geometry),
            series=tuple(c % channels.read for c in read)
            if isinstance(shuffle, PixelShuffle | Fold)
            else tuple(hues_of.get(c // channels.read) if apart and shuffle is None else None for c in read),
            cell_series=phases(shuffle) if isinstance(shuffle, PixelUnshuffle) else None,
            group_size=1 if isinstance(shuffle, PixelShuffle | Fold) else channels.read if apart else 0,
            numbers=None if values is None else with_channels(values.input, layer.input_size),
            scale=options.scales[0] if options.scales else None,
            is_one_picture=colour,
            fillers=() if values is None else tuple(fillers_of(geometry, words).items()),
        ),
        SheetMap(
            name="output",
            role="output",
            window="current",
            size=geometry.output_size,
            channels=channels.outputs,
            has_channels=has_channels,
            drawn=made,
            canvas=plain_canvas(geometry.output_size),
            kinds=all_input(geometry.output_size),
            label=map_label(output_label, geometry.output_size, channels.outputs, has_channels, made, words),
            series=hue,
            cell_series=phases(shuffle) if isinstance(shuffle, PixelShuffle) else None,
            group_size=channels.made if apart else 0,
            keeps_apart=apart,
            numbers=None if values is None else with_channels(values.output, geometry.output_size),
            scale=options.scales[-1] if options.scales else None,
        ),
    )
    at = partial(made_at, sheets=len(made), size=geometry.output_size, order=options.order)

    def cell(step: int) -> Cell:
        sheet, place = at(step)
        return (made[sheet], *place) if has_channels else place

    return Stack(
        size=options.size,
        font=options.font,
        words=words,
        most_cell=options.most_cell,
        beside=options.beside,
        maps=maps,
        spots=lru_cache(maxsize=8)(partial(_layer_spots, geometry, channels, read, made, at)),
        order=options.order,
        labels=options.labels,
        remark=options.remark,
        caption=options.caption,
        is_heat=options.is_heat,
        reads=lambda step: tuple(("input", *read) for read in geometry.cells_read(cell(step))),
        series=partial(_series_of, layer, hue, at),
        equation=None if values is None else partial(layer_equation, geometry, values, cell),
        spells_terms=not options.is_heat or prod(window_size(layer)) <= _MOST_TERMS,
        winners=_winners(geometry, values, read, cell),
        takes_one=shuffle is not None,
        kernels=None if values is None or values.kernel is None else filters_on_window(geometry, values.kernel),
        kernel_texts={} if values is None else kernel_weights(values, words).texts,
        partial_sums=None
        if values is None or values.shares is not None
        else lru_cache(maxsize=1)(lambda: channel_sums(geometry, values)),
    )


def _read(geometry: Geometry) -> Mask:
    """Which input cells any window reads; of a fold, whose channels lose other ones each, sheet by sheet."""
    if not isinstance(geometry.layer, Fold):
        return geometry.read.ravel()
    own = columns_read(geometry.layer)
    return np.tile(own.reshape(len(own), -1), (geometry.layer.in_channels // len(own), 1))


def _drawn_inputs(channels: Channels, made: tuple[int, ...], most: int) -> tuple[int, ...]:
    """The input channels that are drawn: with groups, some of each that a drawn filter reads."""
    if channels.inputs <= most:
        return tuple(range(channels.inputs))
    found: set[int] = set()
    groups = sorted({channels.group(output) for output in made})
    for group in groups:
        share = most // len(groups)
        own = drawn_channels(channels.read, share) if share > 1 else (0,)
        found |= {group * channels.read + i for i in own}
    return tuple(sorted(found))


def _layer_spots(
    geometry: Geometry,
    channels: Channels,
    read: tuple[int, ...],
    made: tuple[int, ...],
    at: Callable[[int], tuple[int, Cell]],
    step: int,
) -> tuple[Spot, ...]:
    sheet, place = at(step)
    if isinstance(geometry.layer, PixelShuffle | Fold):
        sources = {pick.source for pick in picks(geometry.layer, (made[sheet], *place))}
        sheets = tuple(i for i, source in enumerate(read) if source in sources)
    else:
        group = channels.group(made[sheet])
        sheets = tuple(i for i, source in enumerate(read) if source // channels.read == group)
    window = tuple(
        np.arange(axis.start(o), axis.start(o) + axis.span(o), axis.dilation) for axis, o in zip(geometry.axes, place)
    )
    own = None
    if isinstance(geometry.layer, Fold):  # what is added lies elsewhere in each row of its matrix
        taken = {pick.source: pick.at for pick in picks(geometry.layer, (made[sheet], *place))}
        where = {i: taken[read[i]] for i in sheets}
        own = {
            i: tuple(np.array([axis.position(o, k)]) for axis, o, k in zip(geometry.axes, place, at))
            for i, at in where.items()
        }
    return Spot(sheets, window, own=own), Spot((sheet,), tuple(np.array([o]) for o in place))


def filters_on_window(geometry: Geometry, kernel: Numbers) -> Numbers:
    """The filters as they lie on the window, which for a transposed layer is flipped."""
    filters = by_filter(geometry.layer, kernel)
    laid: Numbers = np.flip(filters, axis=tuple(2 + i for i, axis in enumerate(geometry.axes) if axis.flipped))
    return laid


def _series_of(
    layer: Layer, hue: tuple[int | None, ...], at: Callable[[int], tuple[int, Cell]], step: int
) -> int | None:
    """The hue of what a step makes: its filter's, of a pixel shuffle that of the channel that it is of."""
    sheet, place = at(step)
    if isinstance(layer, PixelShuffle):
        return picked(layer, (0, *place)).source
    return hue[sheet]


def _winners(
    geometry: Geometry, values: Values | None, read: tuple[int, ...], cell: Callable[[int], Cell]
) -> Callable[[int, int, int], list[Cell]] | None:
    """Which cell of the window a step takes: the maximum, or that which goes into what it makes."""
    if isinstance(geometry.layer, PixelUnshuffle | Unfold | Fold):
        return partial(_taken, geometry, geometry.layer, read, cell)
    if has_winners(values):
        return partial(_won_there, geometry, values, read, cell)
    if values is None or operation_of(geometry.layer).reduction is not Reduction.MAX:
        return None
    return partial(_won, geometry, values, read, cell)


def _taken(
    geometry: Geometry,
    layer: PixelUnshuffle | Unfold | Fold,
    read: tuple[int, ...],
    cell: Callable[[int], Cell],
    step: int,
    number: int,
    sheet: int,
) -> list[Cell]:
    """The input position of the cell that a step takes, its channel left out, on the sheet that it is of."""
    output = cell(step)
    return [
        tuple(axis.position(o, k) for axis, o, k in zip(geometry.axes, output[1:], pick.at))
        for pick in picks(layer, output)
        if pick.source == read[sheet]
    ]


def _won_there(
    geometry: Geometry,
    values: Values | None,
    read: tuple[int, ...],
    cell: Callable[[int], Cell],
    step: int,
    number: int,
    sheet: int,
) -> list[Cell]:
    """The positions of the gradients that the step's cell gets, on the sheet of their channel."""
    output = cell(step)
    is_there = geometry.channels is None or read[sheet] == output[0]
    return won_from(geometry, values, output) if is_there else []


def _won(
    geometry: Geometry,
    values: Values,
    read: tuple[int, ...],
    cell: Callable[[int], Cell],
    step: int,
    number: int,
    sheet: int,
) -> list[Cell]:
    """The input position of the current maximum, its channel left out, on the sheet that it is of."""
    output = cell(step)
    is_there = geometry.channels is None or read[sheet] == output[0]
    position = winning_position(geometry, values.input, output) if is_there else None
    return [] if position is None else [position]
