"""A chain of layers as JSON, version 2: its entries, as a stream."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Any, TypeAlias

from convanim.explain.layer_json import cost_table, dumped, layer_table, nested, step_entry, steps
from convanim.explain.windows_json import in_pieces
from convanim.figures.options import Options
from convanim.layers.kinds.rearranged import channel_steps, picked
from convanim.layers.layer import PixelShuffle
from convanim.layers.sizes import Cell
from convanim.layers.step_order import cell_at, refuse_unknown_order, unravel
from convanim.networks.chain import Chain
from convanim.networks.cost import cost_of, stage_cost
from convanim.networks.pointwise import Pointwise, Stage
from convanim.networks.receptive_fields import Dependence, ReceptiveField, Region, receptive_fields
from convanim.numbers.figure_values import FigureValues, figure_values

_KEPT = 4_000_000  # numbers of channels that are remembered
_KEPT_ENDS = 400_000  # ends of regions that are

_Box: TypeAlias = tuple[int, int] | None


def chain_entries(chain: Chain, options: Options, listed: Sequence[int] | None, *, taps: bool) -> Iterator[str]:
    """What stands between the outermost braces, behind the version.

    Raises RequestError when options do not fit the chain; what is wrong is known before the first piece.
    """
    refuse_unknown_order(options.order)
    return _entries(chain, figure_values(chain, options), options.order, listed, taps, Dependence(chain))


def _entries(
    chain: Chain,
    values: FigureValues | None,
    order: str,
    listed: Sequence[int] | None,
    has_regions: bool,
    dependence: Dependence,
) -> Iterator[str]:
    yield f'"chain": {dumped([_stage_table(stage) for stage in chain.stages])},\n'
    yield f' "maps": {dumped(chain.shapes)},\n'
    yield f' "stages": {dumped(_stages(chain, dependence))},\n'
    yield f' "cost": {dumped(cost_table(cost_of(chain)))},\n'
    if values is not None:
        yield ' "values": {"maps": ['
        yield from _listed(values.maps)
        yield '], "kernels": ['
        yield from _listed(values.kernels)
        if any(each is not None for each in values.indices):
            yield '], "indices": ['
            yield from _listed(values.indices)
        yield "]},\n"
    reading = _Reading(chain, dependence)
    yield from _region_entries(reading)
    yield step_entry(prod(chain.shapes[-1]), order)
    if listed is not None:
        yield from steps(_step(reading, step, order, has_regions) for step in listed)


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


class _Reading:
    """What cells of the last map depend on: products over channels and axes, each worked out once, not once a cell."""

    def __init__(self, chain: Chain, dependence: Dependence) -> None:
        self.chain = chain
        self._dependence = dependence
        self._axes = len(chain.input_size)
        shuffles = [stage for stage in chain.stages if isinstance(stage, PixelShuffle)]
        self.shuffle = shuffles[0] if shuffles else None
        kept = max(1, _KEPT // sum(shape[0] for shape in chain.shapes))
        self.channels = lru_cache(maxsize=kept)(self._channels)
        self.ends = lru_cache(maxsize=max(1, _KEPT_ENDS // len(chain.shapes)))(self._ends)

    def _channels(self, channel: Cell) -> list[tuple[int, ...] | None]:
        """The channels of every map that a channel of the last one depends on; None where there are none.

        Behind a pixel shuffle these go by the channels that it reads, each the first cell's that is of it.
        """
        place: Cell = (0,) * self._axes
        if self.shuffle is not None:
            (number,) = channel
            place = unravel(number % prod(self.shuffle.upscale_factor), self.shuffle.upscale_factor)
            channel = (number // prod(self.shuffle.upscale_factor),)
        return [region.channels for region in self._dependence.regions((*channel, *place))]

    def entry(self, cell: Cell) -> Cell:
        """The channel whose entry a cell of the last map has: its own, behind a pixel shuffle the one that it is of."""
        return cell[: -self._axes] if self.shuffle is None else (picked(self.shuffle, cell).source,)

    def _ends(self, axis: int, index: int) -> list[_Box]:
        """The first and the last index of every map that an index of the last one depends on."""
        cell = (*(0,) * self.chain.has_channels, *(index if a == axis else 0 for a in range(self._axes)))
        return [_ends(region, axis) for region in self._dependence.regions(cell)]


def _region_entries(reading: _Reading) -> Iterator[str]:
    """The entries `axes` and `channels`: for every index of the last map a range of every map's; ends are not in it."""
    chain = reading.chain
    shape = chain.shapes[-1]
    yield ' "axes": ['
    for axis, size in enumerate(shape[-len(chain.input_size) :]):
        yield (",\n          {" if axis else "{") + '"regions": ['
        yield from in_pieces([_range(ends) for ends in reading.ends(axis, index)] for index in range(size))
        if reading.shuffle is not None:
            yield '], "channel_steps": ['
            yield from in_pieces(channel_steps(reading.shuffle, axis))
        yield "]}"
    if not chain.has_channels:
        yield '],\n "channels": null,\n'
        return
    yield '],\n "channels": ['
    yield from in_pieces(
        [_range((read[0], read[-1]) if read else None) for read in reading.channels((channel,))]
        for channel in range(shape[0] if reading.shuffle is None else reading.shuffle.in_channels)
    )
    yield "],\n"


def _range(ends: _Box) -> tuple[int, int] | None:
    """The first and the last of some indices as a range, whose end is not in it."""
    return None if ends is None else (ends[0], ends[1] + 1)


def _step(reading: _Reading, step: int, order: str, has_regions: bool) -> Iterator[str]:
    """A step in pieces: its number, its cell and, if asked for, the region of every map."""
    chain = reading.chain
    shape, axes = chain.shapes[-1], len(chain.input_size)
    cell = cell_at(step, shape[0], shape[1:], order) if chain.has_channels else unravel(step, shape)
    yield f'{{"step": {step}, "output": {dumped(cell)}'
    if has_regions:
        yield ', "regions": ['
        boxes = zip(*(reading.ends(axis, index) for axis, index in enumerate(cell[-axes:])))
        for number, (channels, box) in enumerate(zip(reading.channels(reading.entry(cell)), boxes)):
            yield (", " if number else "") + dumped(_region(channels, box))
        yield "]"
    yield "}"


def _ends(region: Region, axis: int) -> _Box:
    cells = region.axes[axis]
    return (int(cells[0]), int(cells[-1])) if len(cells) else None


def _region(channels: tuple[int, ...] | None, box: tuple[_Box, ...]) -> dict[str, Any] | None:
    found = [ends for ends in box if ends is not None]
    if len(found) < len(box):
        return None
    return {"channels": channels, "first": [ends[0] for ends in found], "last": [ends[1] for ends in found]}
