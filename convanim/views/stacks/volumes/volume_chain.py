"""From a chain of layers of three axes to its stack of slices: of every map those that what reads it sees."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np

from convanim.layers.geometry import Geometry
from convanim.layers.layer import Layer
from convanim.layers.sizes import Cell, Sizes, spelled
from convanim.networks.chain import Chain
from convanim.networks.pointwise import Pointwise
from convanim.networks.receptive_fields import Dependence, Region
from convanim.scene.scene import Key
from convanim.views.stacks.stack import SheetMap, Spot, Stack, StackOptions, Volume, made_at
from convanim.views.stacks.volumes.volume_stack import input_map, output_map
from convanim.words.layer_names import brief


def layers_of(chain: Chain) -> tuple[Layer, ...]:
    """The stages of a chain that is drawn in slices, all of which have windows."""
    found = tuple(stage for stage in chain.stages if not isinstance(stage, Pointwise))
    assert len(found) == len(chain.stages)
    return found


def volume_chain(chain: Chain, options: StackOptions) -> Stack:
    """The stack of a chain of layers of three axes without channels and without numbers."""
    geometries = [Geometry(layer) for layer in layers_of(chain)]
    *_, last = geometries
    at = partial(made_at, sheets=last.output_size[0], size=last.output_size[1:], order="filter")
    names = [options.words("input"), *(brief(stage, options.words) for stage in chain.stages)]
    for number, own in ((0, options.input_label), (-1, options.output_label)):
        names[number] = names[number] if own is None else own
    labels = [_label(name, size) for name, size in zip(names, [chain.input_size, *(g.output_size for g in geometries)])]
    maps = [replace(input_map(geometry, None, options), label=label) for geometry, label in zip(geometries, labels)]
    for number in range(1, len(maps)):
        maps[number] = replace(maps[number], name=f"map {number}", role="hidden", window="window_hidden")
    maps.append(replace(output_map(last, None, options), label=labels[-1]))
    dependence = Dependence(chain)

    def cell(step: int) -> Cell:
        sheet, place = at(step)
        return (sheet, *place)

    @lru_cache(maxsize=8)
    def regions(step: int) -> list[Region]:
        return dependence.regions(cell(step))

    return Stack(
        size=options.size,
        font=options.font,
        words=options.words,
        most_cell=options.most_cell,
        maps=tuple(maps),
        spots=lru_cache(maxsize=8)(lambda step: _spots(geometries, regions(step))),
        order="filter",
        labels=options.labels,
        remark=options.remark,
        caption=options.caption,
        is_heat=False,
        reads=lambda step: _keys(maps[-2], regions(step)[-2]),
        behind=lambda step: tuple(key for of in zip(maps[:-2], regions(step)) for key in _keys(*of)),
        series=lambda step: None,
        volume=Volume(last, None),
    )


def _label(name: str, size: Sizes) -> tuple[str, ...]:
    return tuple(filter(None, (name, spelled(size))))


def _spots(geometries: Sequence[Geometry], regions: Sequence[Region]) -> tuple[Spot, ...]:
    """The box of every map that the next one reads for what a step makes, and the cell that it makes."""
    found = []
    for geometry, region, above in zip(geometries, regions, regions[1:]):
        axes = zip(geometry.axes, above.axes)
        depth, *read = (
            np.unique([axis.position(o, k) for o in cells.tolist() for k in range(axis.window_size(o))])
            for axis, cells in axes
        )
        made = tuple(axis.spread * cells for axis, cells in zip(geometry.axes[1:], region.axes[1:]))
        sheets = tuple((depth - geometry.axes[0].positions.start).tolist())
        found.append(Spot(sheets, tuple(read), made))
    first, *rest = (np.asarray(axis) for axis in regions[-1].axes)
    return (*found, Spot(tuple(first.tolist()), tuple(rest)))


def _keys(plan: SheetMap, region: Region) -> tuple[Key, ...]:
    grids = np.meshgrid(*region.axes, indexing="ij")
    return tuple((plan.name, *cell) for cell in np.stack([grid.ravel() for grid in grids], axis=1).tolist())
