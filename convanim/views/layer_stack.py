"""From a layer with channels to its stack of maps."""

from collections.abc import Callable
from functools import lru_cache, partial
from math import prod

import numpy as np

from convanim.layers.channels import Channels
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Layer, MaxPool, channels_of
from convanim.layers.sizes import Cell
from convanim.numbers.sources import Numbers
from convanim.numbers.values import Values, by_filter, channel_sums, winner
from convanim.views.cell_numbers import kernel_weights
from convanim.views.gather_reading import fillers_of
from convanim.views.grids import copied, input_canvas, kinds
from convanim.views.stack import SheetMap, Spot, Stack, StackOptions, drawn_channels, made_at
from convanim.views.stack_equations import layer_terms
from convanim.views.stack_maps import NOISE, all_input, plain_canvas, with_channels
from convanim.words.labels import map_label

_MOST_TERMS = 8  # products of numbers that are shown as colours; more of them are not spelled out


def layer_stack(layer: Layer, values: Values | None, options: StackOptions) -> Stack:
    """The stack of one layer: its padded input and its output."""
    geometry = Geometry(layer)
    has_channels = layer.in_channels is not None
    channels = channels_of(layer) or Channels(1, 1, 1)
    made = drawn_channels(channels.outputs, options.max_sheets)
    read = _drawn_inputs(channels, made, options.max_sheets)
    hues = channels.outputs > 1
    alone = hues and channels.groups == channels.outputs == channels.inputs
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
            label=map_label(input_label, layer.input_size, channels.inputs, has_channels, read, words),
            read=geometry.read.ravel(),
            copies=copied(geometry),
            series=tuple(i if alone else None for i in range(len(read))),
            group_size=channels.read if channels.groups > 1 and channels.read > 1 else 0,
            numbers=None if values is None else with_channels(values.input, layer.input_size),
            fillers=() if values is None else tuple(fillers_of(geometry).items()),
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
            label=map_label(
                output_label, geometry.output_size, channels.outputs, has_channels, made, words, options.remark
            ),
            series=tuple(i if hues else None for i in range(len(made))),
            group_size=channels.made if channels.groups > 1 and channels.made > 1 else 0,
            noise=0.0 if values is None else NOISE * float(np.abs(values.input).max()),
            numbers=None if values is None else with_channels(values.output, geometry.output_size),
        ),
    )
    at = partial(made_at, sheets=len(made), size=geometry.output_size, order=options.order)

    def cell(step: int) -> Cell:
        sheet, place = at(step)
        return (made[sheet], *place) if has_channels else place

    return Stack(
        size=options.size,
        font=options.font,
        parts=options.parts,
        words=words,
        most_cell=options.most_cell,
        maps=maps,
        spots=lru_cache(maxsize=8)(partial(_layer_spots, geometry, channels, read, made, at)),
        order=options.order,
        labels=options.labels,
        caption=options.caption,
        is_heat=options.is_heat,
        reads=lambda step: tuple(("input", *read) for read in geometry.cells_read(cell(step))),
        series=lambda step: at(step)[0] if hues else None,
        terms=None
        if values is None
        else lru_cache(maxsize=8)(lambda step: layer_terms(geometry, values, cell(step), words)),
        spells_terms=not options.is_heat or prod(layer.kernel_size) <= _MOST_TERMS,
        winner=partial(_won, geometry, values, cell) if values is not None and isinstance(layer, MaxPool) else None,
        kernels=None if values is None or values.kernel is None else _filters_on_window(geometry, values.kernel),
        kernel_texts={} if values is None else kernel_weights(values, words).texts,
        partial_sums=None if values is None else lru_cache(maxsize=1)(lambda: channel_sums(geometry, values)),
    )


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
    group = channels.group(made[sheet])
    sheets = tuple(i for i, source in enumerate(read) if source // channels.read == group)
    window = tuple(
        np.arange(axis.start(o), axis.start(o) + axis.footprint, axis.dilation) for axis, o in zip(geometry.axes, place)
    )
    return Spot(sheets, window), Spot((sheet,), tuple(np.array([o]) for o in place))


def _filters_on_window(geometry: Geometry, kernel: Numbers) -> Numbers:
    """The filters as they lie on the window, which for a transposed layer is flipped."""
    filters = by_filter(geometry.layer, kernel)
    laid: Numbers = np.flip(filters, axis=tuple(2 + i for i, axis in enumerate(geometry.axes) if axis.flipped))
    return laid


def _won(geometry: Geometry, values: Values, cell: Callable[[int], Cell], step: int) -> tuple[int, ...] | None:
    """The input position of the current maximum, its channel left out."""
    output = cell(step)
    kernel = winner(geometry, values.input, output)
    if kernel is None:
        return None
    axes = len(geometry.axes)
    return tuple(axis.position(o, k) for axis, o, k in zip(geometry.axes, output[-axes:], kernel[-axes:]))
