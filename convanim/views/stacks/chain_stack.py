"""From a chain of layers to its stack of maps, each with what the next stage puts around and between its cells."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import product
from math import prod

import numpy as np

from convanim.layers.channels import Channels
from convanim.layers.geometry import Geometry
from convanim.layers.kinds.rearranged import phases, picked, window_of
from convanim.layers.layer import Conv, ConvTranspose, PixelShuffle, PixelUnshuffle, Unfold, channels_of
from convanim.layers.operation import Reduction
from convanim.layers.operations import operation_of
from convanim.layers.sizes import Cell
from convanim.networks.chain import Chain, drawn_maps
from convanim.networks.pointwise import Pointwise, Stage
from convanim.networks.receptive_fields import Dependence, Region
from convanim.numbers.figure_values import FigureValues
from convanim.numbers.values import taken, winning_position
from convanim.scene.scene import Ints, Key
from convanim.views.cell_numbers import kernel_weights
from convanim.views.grids import copied, filled, input_canvas, kinds
from convanim.views.single_maps.window_numbers import fillers_of
from convanim.views.stacks.chain_spots import positions_under, single_of, spots_of
from convanim.views.stacks.layer_stack import filters_on_window
from convanim.views.stacks.stack import (
    SheetMap,
    Stack,
    StackOptions,
    StageWeights,
    drawn_channels,
    made_at,
)
from convanim.views.stacks.stack_equations import last_equation, terms_from
from convanim.views.stacks.stack_maps import all_input, is_one_picture, plain_canvas, undrawn, with_channels
from convanim.views.stacks.stage_weights import MOST_WEIGHTS
from convanim.words.labels import map_label
from convanim.words.language import Words
from convanim.words.layer_names import brief

_MOST_WINNERS = 100_000  # maxima that are held at once


def chain_stack(chain: Chain, values: FigureValues | None, options: StackOptions) -> Stack:
    """The stack of a chain: every map, and on each what the current cell of the last depends on."""
    _refuse_undrawn(chain, options.max_sheets)
    words = options.words
    shapes = [shape if chain.has_channels else (1, *shape) for shape in chain.shapes]
    last = len(shapes) - 1
    kept = range(len(shapes)) if values is not None else drawn_maps(chain)
    readers = [_reader(chain, number) for number in kept]
    maps = []
    for number, reader, before in zip(kept, readers, (0, *kept)):
        channels, *rest = shapes[number]
        size = tuple(rest)
        colour = number == 0 and options.is_heat and is_one_picture(chain.stages[0], options.scales)
        drawn = (0,) if colour else drawn_channels(channels, options.max_sheets)
        role, window = ("input", "window") if number == 0 else ("hidden", "window_hidden")
        if number == last:
            role, window = "output", "current"
        made_by = words("list").join(brief(stage, words) for stage in chain.stages[before:number])
        label = words("input") if number == 0 else made_by
        own = options.input_label if number == 0 else options.output_label if number == last else None
        label = label if own is None else own
        maps.append(
            SheetMap(
                name="input" if number == 0 else "output" if number == last else f"map {number}",
                role=role,
                window=window,
                size=size,
                channels=channels,
                has_channels=chain.has_channels,
                drawn=drawn,
                canvas=plain_canvas(size) if reader is None else input_canvas(reader),
                kinds=all_input(size) if reader is None else kinds(reader),
                label=map_label(label, size, channels, chain.has_channels, (0, 1, 2) if colour else drawn, words),
                series=_series(chain, number, drawn),
                cell_series=_cell_series(chain, number),
                group_size=_group_size(chain, number, channels),
                keeps_apart=number > 0 and all(map(_keeps_apart, chain.stages[before:number])),
                scale=options.scales[number] if options.scales else None,
                is_one_picture=colour,
                numbers=None if values is None else with_channels(values.maps[number], size),
                read=None if reader is None else reader.read.ravel(),
                copies=None if reader is None else copied(reader),
                filled="" if reader is None else filled(reader),
                fillers=() if values is None or reader is None else tuple(fillers_of(reader, words).items()),
            )
        )
    has_maxima = any(map(_takes_one, chain.stages))
    output, last_read = maps[-1], readers[-2]
    at = partial(made_at, sheets=output.sheets, size=output.size, order=options.order)
    dependence = Dependence(chain)

    def cell(step: int) -> Cell:
        sheet, place = at(step)
        return (output.drawn[sheet], *place) if chain.has_channels else place

    @lru_cache(maxsize=8)
    def regions(step: int) -> list[Region]:
        found = dependence.regions(cell(step))
        return [found[number] for number in kept]

    return Stack(
        size=options.size,
        font=options.font,
        beside=options.beside,
        most_cell=options.most_cell,
        words=words,
        maps=tuple(maps),
        spots=lru_cache(maxsize=8)(lambda step: spots_of(maps, readers, regions(step))),
        order=options.order,
        labels=options.labels,
        remark=options.remark,
        caption=options.caption,
        is_heat=options.is_heat,
        reads=lambda step: _region_keys(maps[-2], regions(step)[-2]),
        single=lambda step, number: single_of(maps, readers, regions(step), number),
        behind=lambda step: tuple(key for of in zip(maps[:-2], regions(step)) for key in _region_keys(*of)),
        series=lambda step: _hue(chain, output, *at(step)),
        equation=None if values is None else partial(last_equation, chain, values, cell),
        terms_from=None if values is None or last_read is None else partial(terms_from, last_read, cell),
        is_slow=options.is_slow,
        winners=None if values is None or not has_maxima else _winners(chain, values, maps, readers, regions),
        stage_weights=() if values is None else tuple(_weights(*of, values, words) for of in enumerate(chain.stages)),
        links=lru_cache(maxsize=8)(lambda step: _links(readers, regions(step))) if len(chain.input_size) == 1 else None,
    )


def _weights(number: int, stage: Stage, values: FigureValues, words: Words) -> StageWeights | None:
    """The weights of a stage, where there are few."""
    kernel = values.kernels[number]
    if kernel is None or isinstance(stage, Pointwise) or kernel.size > MOST_WEIGHTS:
        return None
    laid = filters_on_window(Geometry(stage), kernel)
    return StageWeights(laid, kernel_weights(values.stage(number), words).texts)


def _around(chain: Chain, number: int) -> list[Channels]:
    """The channels of the weighted stages that make and read a map."""
    stages = [chain.stages[i] for i in (number - 1, number) if 0 <= i < len(chain.stages)]
    found = [channels_of(stage) for stage in stages if isinstance(stage, Conv | ConvTranspose)]
    return [channels for channels in found if channels is not None]


def _is_by_itself(chain: Chain, number: int) -> bool:
    """Whether a depthwise stage makes or reads a map: its sheets and those on the other side then share colours."""
    return any(channels.groups == channels.inputs == channels.outputs > 1 for channels in _around(chain, number))


def _beside(chain: Chain, number: int) -> tuple[Stage | None, Stage | None]:
    """The stages that make and read a map; None where there is none."""
    stages = chain.stages
    return stages[number - 1] if number else None, stages[number] if number < len(stages) else None


def _series(chain: Chain, number: int, drawn: tuple[int, ...]) -> tuple[int | None, ...]:
    """The hues of a map's sheets; of channels that become positions, or were some, one for each cell of the window."""
    made_by, read_by = _beside(chain, number)
    moved = made_by if isinstance(made_by, PixelUnshuffle | Unfold) else read_by
    if isinstance(moved, PixelShuffle) or (moved is made_by and isinstance(moved, PixelUnshuffle | Unfold)):
        return tuple(c % prod(window_of(moved)) for c in drawn)
    return tuple(range(len(drawn))) if _has_hues(chain, number) else ()


def _cell_series(chain: Chain, number: int) -> Ints | None:
    """The hues of a map's cells that become channels, or were some."""
    made_by, read_by = _beside(chain, number)
    if isinstance(made_by, PixelShuffle):
        return phases(made_by)
    return phases(read_by) if isinstance(read_by, PixelUnshuffle) else None


def _hue(chain: Chain, output: SheetMap, sheet: int, place: Cell) -> int | None:
    """The hue of what a step makes: that of its sheet, of a pixel shuffle that of the channel that it is of."""
    last = chain.stages[-1]
    if isinstance(last, PixelShuffle):
        return picked(last, (0, *place)).source
    return output.sheet_series(sheet)


def _refuse_undrawn(chain: Chain, max_sheets: int) -> None:
    """Raise RequestError where a pixel shuffle reads channels that are not drawn."""
    for stage in chain.stages:
        if isinstance(stage, PixelShuffle) and stage.in_channels > max_sheets:
            raise undrawn(stage, max_sheets)


def _has_hues(chain: Chain, number: int) -> bool:
    """Whether a map's sheets have colours of their own: those of the last filters, and where channels keep apart."""
    last = channels_of(chain.stages[-1]) if isinstance(chain.stages[-1], Conv | ConvTranspose) else None
    is_last = number == len(chain.stages) and last is not None and last.groups == 1 and last.outputs > 1
    return is_last or _is_by_itself(chain, number)


def _group_size(chain: Chain, number: int, channels: int) -> int:
    """How many sheets of a map keep together; 0 where all do."""
    groups = [stage.groups for stage in _around(chain, number) if stage.groups > 1]
    return channels // groups[0] if groups else 0


def _keeps_apart(stage: Stage) -> bool:
    """Whether a stage makes each group of channels of its own one alone."""
    channels = None if isinstance(stage, Pointwise) else channels_of(stage)
    return isinstance(stage, Pointwise) or (channels is not None and channels.groups > 1)


def _reader(chain: Chain, number: int) -> Geometry | None:
    """The geometry of the layer that reads a map; None where a pointwise step does, or nothing."""
    stage = chain.stages[number] if number < len(chain.stages) else None
    return None if stage is None or isinstance(stage, Pointwise) else Geometry(stage)


def _takes_one(stage: Stage) -> bool:
    """Whether a stage takes one cell of those that it reads: the maximum, or the one whose place it was."""
    return not isinstance(stage, Pointwise) and operation_of(stage).reduction in (Reduction.MAX, Reduction.PLACE)


def _winners(
    chain: Chain,
    values: FigureValues,
    maps: Sequence[SheetMap],
    readers: Sequence[Geometry | None],
    regions: Callable[[int], list[Region]],
) -> Callable[[int, int, int], list[Cell]]:
    """The positions of the maxima on a sheet of a map that a pool reads, for what is made of them at a step."""

    @lru_cache(maxsize=_MOST_WINNERS)
    def won(number: int, made: Cell) -> Cell | None:
        reader = readers[number]
        assert reader is not None
        if values.indices[number] is None:
            return winning_position(reader, values.maps[number], made)
        put = taken(reader, values.stage(number), made)  # what a max unpool reads is not padded, nor spread
        return None if put is None else put[-len(reader.axes) :]

    def at(step: int, number: int, sheet: int) -> list[Cell]:
        reader, above = readers[number], regions(step)[number + 1]
        channel = maps[number].drawn[sheet]
        is_there = above.channels is None or channel in above.channels
        if reader is None or not _takes_one(chain.stages[number]) or not is_there:
            return []
        front = () if above.channels is None else (channel,)
        found = (won(number, (*front, *place)) for place in product(*(axis.tolist() for axis in above.axes)))
        return [position for position in found if position is not None]

    return at


def _region_keys(plan: SheetMap, region: Region) -> tuple[Key, ...]:
    grids = np.meshgrid(*region.axes, indexing="ij")
    cells = np.stack([grid.ravel() for grid in grids], axis=1).tolist()
    channels = [()] if region.channels is None else [(c,) for c in region.channels]
    return tuple((plan.name, *channel, *cell) for channel in channels for cell in cells)


def _links(readers: Sequence[Geometry | None], regions: Sequence[Region]) -> tuple[Ints, ...]:
    """Between each map and the next, in one dimension: which positions lead to which, (N, 2)."""
    found = []
    for reader, after, region in zip(readers, readers[1:], regions[1:]):
        cells = region.axes[0]
        places = cells if after is None else after.axes[0].spread * cells
        read = [
            [cell] if reader is None else positions_under(reader.axes[0], np.array([cell])).ravel() for cell in cells
        ]
        pairs = [(position, place) for positions, place in zip(read, places) for position in positions]
        found.append(np.array(pairs, dtype=np.int64).reshape(-1, 2))
    return tuple(found)
