"""From a chain of layers to its stack of maps."""

from functools import lru_cache, partial

import numpy as np

from convanim.layers.channels import Channels
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Conv, ConvTranspose, channels_of
from convanim.layers.sizes import Cell
from convanim.networks.chain import Chain
from convanim.networks.pointwise import Pointwise
from convanim.networks.receptive_fields import Dependence, Region
from convanim.numbers.figure_values import FigureValues
from convanim.scene.scene import Ints, Key
from convanim.views.stack import SheetMap, Spot, Stack, StackOptions, drawn_channels, made_at
from convanim.views.stack_equations import last_terms
from convanim.views.stack_maps import NOISE, all_input, plain_canvas, with_channels
from convanim.words.labels import map_label
from convanim.words.layer_names import brief


def chain_stack(chain: Chain, values: FigureValues | None, options: StackOptions) -> Stack:
    """The stack of a chain: every map, and on each what the current cell of the last depends on."""
    words = options.words
    shapes = [shape if chain.has_channels else (1, *shape) for shape in chain.shapes]
    last = len(shapes) - 1
    noise = 0.0 if values is None else NOISE * float(np.abs(values.maps[0]).max())
    maps = []
    for number, (channels, *rest) in enumerate(shapes):
        size = tuple(rest)
        drawn = drawn_channels(channels, options.max_sheets)
        role, window = ("input", "window") if number == 0 else ("hidden", "window_hidden")
        if number == last:
            role, window = "output", "current"
        label = words("input") if number == 0 else brief(chain.stages[number - 1], words)
        own = options.input_label if number == 0 else options.output_label if number == last else None
        label = label if own is None else own
        remark = options.remark if number == last else ""
        maps.append(
            SheetMap(
                name="input" if number == 0 else "output" if number == last else f"map {number}",
                role=role,
                window=window,
                size=size,
                channels=channels,
                has_channels=chain.has_channels,
                drawn=drawn,
                canvas=plain_canvas(size),
                kinds=all_input(size),
                label=map_label(label, size, channels, chain.has_channels, drawn, words, remark),
                series=tuple(range(len(drawn))) if _is_by_itself(chain, number) else (),
                group_size=_group_size(chain, number, channels),
                noise=0.0 if values is None else noise,
                numbers=None if values is None else with_channels(values.maps[number], size),
            )
        )
    output = maps[-1]
    at = partial(made_at, sheets=output.sheets, size=output.size, order=options.order)
    dependence = Dependence(chain)

    def cell(step: int) -> Cell:
        sheet, place = at(step)
        return (output.drawn[sheet], *place) if chain.has_channels else place

    regions = lru_cache(maxsize=8)(lambda step: dependence.regions(cell(step)))
    return Stack(
        size=options.size,
        font=options.font,
        parts=options.parts,
        words=words,
        maps=tuple(maps),
        spots=lru_cache(maxsize=8)(lambda step: tuple(map(_spot, maps, regions(step)))),
        order=options.order,
        labels=options.labels,
        caption=options.caption,
        is_heat=options.is_heat,
        reads=lambda step: _region_keys(maps[-2], regions(step)[-2]),
        behind=lambda step: tuple(key for of in zip(maps[:-2], regions(step)) for key in _region_keys(*of)),
        series=lambda step: None,
        terms=None
        if values is None
        else lru_cache(maxsize=8)(lambda step: last_terms(chain, values, cell(step), words)),
        links=lru_cache(maxsize=8)(lambda step: _links(chain, regions(step))) if len(chain.input_size) == 1 else None,
    )


def _around(chain: Chain, number: int) -> list[Channels]:
    """The channels of the weighted stages that make and read a map."""
    stages = [chain.stages[i] for i in (number - 1, number) if 0 <= i < len(chain.stages)]
    found = [channels_of(stage) for stage in stages if isinstance(stage, Conv | ConvTranspose)]
    return [channels for channels in found if channels is not None]


def _is_by_itself(chain: Chain, number: int) -> bool:
    """Whether a depthwise stage makes or reads a map: its sheets and those on the other side then share colours."""
    return any(channels.groups == channels.inputs == channels.outputs > 1 for channels in _around(chain, number))


def _group_size(chain: Chain, number: int, channels: int) -> int:
    """How many sheets of a map keep together; 0 where all do."""
    groups = [stage.groups for stage in _around(chain, number) if 1 < stage.groups < channels]
    return channels // groups[0] if groups else 0


def _spot(plan: SheetMap, region: Region) -> Spot:
    if region.channels is None:
        return Spot((0,), region.axes)
    wanted = set(region.channels)
    return Spot(tuple(i for i, channel in enumerate(plan.drawn) if channel in wanted), region.axes)


def _region_keys(plan: SheetMap, region: Region) -> tuple[Key, ...]:
    grids = np.meshgrid(*region.axes, indexing="ij")
    cells = np.stack([grid.ravel() for grid in grids], axis=1).tolist()
    channels = [()] if region.channels is None else [(c,) for c in region.channels]
    return tuple((plan.name, *channel, *cell) for channel in channels for cell in cells)


def _links(chain: Chain, regions: list[Region]) -> tuple[Ints, ...]:
    """Between each map and the next, in one dimension: which cells lead to which, (N, 2)."""
    found = []
    for stage, above in zip(chain.stages, regions[1:]):
        cells = above.axes[0]
        if isinstance(stage, Pointwise):
            found.append(np.stack([cells, cells], axis=1))
            continue
        table = Geometry(stage).reads[0][cells]
        pairs = np.stack([table, np.broadcast_to(cells[:, None], table.shape)], axis=2).reshape(-1, 2)
        found.append(pairs[pairs[:, 0] >= 0])
    return tuple(found)
