"""A chain of layers as JSON, version 1: its entries, as a stream."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache, lru_cache
from math import prod
from typing import Any, TypeAlias

from convanim.explain.layer_json import cost_table, dumped, layer_table, nested, steps
from convanim.figures.options import Options
from convanim.layers.sizes import Cell
from convanim.layers.step_order import cell_at, refuse_unknown_order, unravel
from convanim.networks.chain import Chain
from convanim.networks.cost import cost_of, stage_cost
from convanim.networks.pointwise import Pointwise, Stage
from convanim.networks.receptive_fields import Dependence, ReceptiveField, Region, receptive_fields
from convanim.numbers.figure_values import FigureValues, figure_values

_KEPT = 4_000_000  # numbers of channels that are remembered

_Box: TypeAlias = tuple[int, int] | None


def chain_entries(chain: Chain, options: Options) -> Iterator[str]:
    """What stands between the outermost braces, behind the version.

    Raises RequestError when options do not fit the chain; what is wrong is known before the first piece.
    """
    refuse_unknown_order(options.order)
    return _entries(chain, Dependence(chain), figure_values(chain, options), options.order)


def _entries(chain: Chain, dependence: Dependence, values: FigureValues | None, order: str) -> Iterator[str]:
    yield f'"chain": {dumped([_stage_table(stage) for stage in chain.stages])},\n'
    yield f' "maps": {dumped(chain.shapes)},\n'
    yield f' "stages": {dumped(_stages(chain, dependence))},\n'
    yield f' "cost": {dumped(cost_table(cost_of(chain)))},\n'
    if values is not None:
        yield ' "values": {"maps": ['
        yield from _listed(values.maps)
        yield '], "kernels": ['
        yield from _listed(values.kernels)
        yield "]},\n"
    yield from steps(_steps(chain, dependence, order))


def _listed(arrays: Sequence[Any]) -> Iterator[str]:
    for number, array in enumerate(arrays):
        yield ", " if number else ""
        yield from ["null"] if array is None else nested(array)


def _stage_table(stage: Stage) -> dict[str, Any]:
    return {"op": stage.op} if isinstance(stage, Pointwise) else layer_table(stage)


def _stages(chain: Chain, dependence: Dependence) -> list[dict[str, Any]]:
    """What there is to know of every stage besides its arguments."""
    tables = []
    reached = dependence.largest_reached
    for stage, shape, fields, size in zip(chain.stages, chain.shapes[1:], receptive_fields(chain), reached):
        tables.append(
            {
                "output_shape": shape,
                "receptive_field": _field_table(fields),
                "reached": {"size": size},
                "cost": cost_table(stage_cost(stage)),
            }
        )
    return tables


def _field_table(fields: Sequence[ReceptiveField]) -> dict[str, Any]:
    return {
        "size": [_fraction(field.size) for field in fields],
        "stride": [_fraction(field.stride) for field in fields],
        "start": [_fraction(field.start) for field in fields],
    }


def _fraction(number: Fraction) -> int | str:
    """A whole number as one, any other as text: `3/2`."""
    return int(number) if number.denominator == 1 else str(number)


def _steps(chain: Chain, dependence: Dependence, order: str) -> Iterator[Iterator[str]]:
    """Every cell of the last map, and the region of every map that it depends on."""
    axes = len(chain.input_size)
    somewhere = (0,) * axes
    shape = chain.shapes[-1]
    kept = max(1, _KEPT // sum(shape[0] for shape in chain.shapes))

    # A region is a product over channels and axes: each is worked out once, not once a cell.
    @lru_cache(maxsize=kept)
    def channels(channel: Cell) -> list[tuple[int, ...] | None]:
        return [region.channels for region in dependence.regions((*channel, *somewhere))]

    @cache
    def ends(axis: int, index: int) -> list[_Box]:
        cell = (*(0,) * chain.has_channels, *(index if a == axis else 0 for a in range(axes)))
        return [_ends(region, axis) for region in dependence.regions(cell)]

    for step in range(prod(shape)):
        cell = cell_at(step, shape[0], shape[1:], order) if chain.has_channels else unravel(step, shape)
        boxes = zip(*(ends(axis, index) for axis, index in enumerate(cell[-axes:])))
        yield _step(cell, zip(channels(cell[:-axes]), boxes))


def _step(cell: Cell, regions: Iterable[tuple[tuple[int, ...] | None, tuple[_Box, ...]]]) -> Iterator[str]:
    """A step in pieces: its cell and the region of every map."""
    yield f'{{"output": {dumped(cell)}, "regions": ['
    for number, (channels, box) in enumerate(regions):
        yield (", " if number else "") + dumped(_region(channels, box))
    yield "]}"


def _ends(region: Region, axis: int) -> _Box:
    cells = region.axes[axis]
    return (int(cells[0]), int(cells[-1])) if len(cells) else None


def _region(channels: tuple[int, ...] | None, box: tuple[_Box, ...]) -> dict[str, Any] | None:
    found = [ends for ends in box if ends is not None]
    if len(found) < len(box):
        return None
    return {"channels": channels, "first": [ends[0] for ends in found], "last": [ends[1] for ends in found]}
