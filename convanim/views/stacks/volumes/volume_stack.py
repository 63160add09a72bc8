"""From a layer of three axes to its stack of slices: each sheet is one position along the depth."""

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np

from convanim.layers.geometry import Geometry
from convanim.layers.layer import Layer
from convanim.layers.operation import Reduction
from convanim.layers.operations import operation_of
from convanim.layers.sizes import Cell, spelled
from convanim.numbers.values import Values, winning_position
from convanim.views.grids import Canvas, copied, filled, input_canvas, kinds
from convanim.views.shares import has_winners, won_from
from convanim.views.single_maps.window_numbers import fillers_of
from convanim.views.stacks.stack import SheetMap, Spot, Stack, StackOptions, Volume, made_at
from convanim.views.stacks.stack_equations import layer_equation
from convanim.views.stacks.stack_maps import all_input


def volume_stack(layer: Layer, values: Values | None, options: StackOptions) -> Stack:
    """The stack of a layer of three axes without channels: the slices of its padded input, and of its output."""
    geometry = Geometry(layer)
    at = partial(made_at, sheets=geometry.output_size[0], size=geometry.output_size[1:], order="filter")

    def cell(step: int) -> Cell:
        sheet, place = at(step)
        return (sheet, *place)

    return Stack(
        size=options.size,
        font=options.font,
        words=options.words,
        most_cell=options.most_cell,
        maps=(input_map(geometry, values, options), output_map(geometry, values, options)),
        spots=lru_cache(maxsize=8)(lambda step: _spots(geometry, cell(step))),
        order="filter",
        labels=options.labels,
        remark=options.remark,
        caption=options.caption,
        is_heat=options.is_heat,
        reads=lambda step: tuple(("input", *read) for read in geometry.cells_read(cell(step))),
        series=lambda step: None,
        equation=None if values is None else partial(layer_equation, geometry, values, cell),
        spells_terms=not options.is_heat,
        winners=_winners(geometry, values, cell),
        volume=Volume(geometry, values),
    )


def input_map(geometry: Geometry, values: Values | None, options: StackOptions) -> SheetMap:
    """The input as windows see it: padded, and of a transposed convolution with slices of zeros between its own."""
    layer, canvas = geometry.layer, input_canvas(geometry)
    label = options.words("input") if options.input_label is None else options.input_label
    return SheetMap(
        name="input",
        role="input",
        window="window",
        size=layer.input_size[1:],
        channels=len(canvas.ranges[0]),
        has_channels=True,
        drawn=tuple(canvas.ranges[0]),
        canvas=Canvas(canvas.ranges[1:]),
        kinds=kinds(geometry),
        label=(f"{label} {spelled(layer.input_size)}".strip(),),
        read=geometry.read.ravel(),
        copies=copied(geometry),
        filled=filled(geometry),
        numbers=None if values is None else values.input,
        scale=options.scales[0] if options.scales else None,
        fillers=() if values is None else tuple(fillers_of(geometry, options.words).items()),
        is_sliced=True,
        spread=geometry.axes[0].spread,
    )


def output_map(geometry: Geometry, values: Values | None, options: StackOptions) -> SheetMap:
    """The output, a sheet for each of its slices."""
    size = geometry.output_size
    label = options.words("output") if options.output_label is None else options.output_label
    return SheetMap(
        name="output",
        role="output",
        window="current",
        size=size[1:],
        channels=size[0],
        has_channels=True,
        drawn=tuple(range(size[0])),
        canvas=Canvas(tuple(range(n) for n in size[1:])),
        kinds=all_input(size),
        label=(f"{label} {spelled(size)}".strip(),),
        numbers=None if values is None else values.output,
        scale=options.scales[-1] if options.scales else None,
        is_sliced=True,
    )


def _spots(geometry: Geometry, cell: Cell) -> tuple[Spot, ...]:
    """The box that an output cell reads, as the slices under the kernel's and the window on each; and the cell."""
    depth, *window = (
        np.arange(axis.start(o), axis.start(o) + axis.span(o), axis.dilation) for axis, o in zip(geometry.axes, cell)
    )
    slices = tuple((depth - geometry.axes[0].positions.start).tolist())
    return Spot(slices, tuple(window)), Spot((cell[0],), tuple(np.array([o]) for o in cell[1:]))


def _winners(
    geometry: Geometry, values: Values | None, cell: Callable[[int], Cell]
) -> Callable[[int, int, int], list[Cell]] | None:
    """The places, on the sheet of their depth, of the current maximum, or of gradients that went back to maxima."""
    if has_winners(values):
        return lambda step, number, sheet: _on(sheet, geometry, won_from(geometry, values, cell(step)))
    if values is None or operation_of(geometry.layer).reduction is not Reduction.MAX:
        return None

    def won(step: int, number: int, sheet: int) -> list[Cell]:
        position = winning_position(geometry, values.input, cell(step))
        return [] if position is None else _on(sheet, geometry, [position])

    return won


def _on(sheet: int, geometry: Geometry, positions: list[Cell]) -> list[Cell]:
    """The places of those positions that lie on a slice."""
    depth = geometry.axes[0].positions[sheet]
    return [position[1:] for position in positions if position[0] == depth]
