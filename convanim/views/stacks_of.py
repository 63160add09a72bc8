"""From a layer with channels, or a chain, to its stack of maps."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from math import prod
from typing import Any

import numpy as np

from convanim.axes import Kind
from convanim.chain import Chain, spelled_shape
from convanim.chain_values import ChainValues
from convanim.channels import Channels
from convanim.formula import brief
from convanim.geometry import Cell, Geometry
from convanim.layers import Conv, ConvTranspose, Layer, MaxPool, channels_of
from convanim.numerals import Terms, Weights, factor, is_exact, max_terms, mean_terms, numeral, sum_terms
from convanim.options import Options
from convanim.pointwise import Pointwise
from convanim.receptive import Dependence, Region
from convanim.scene import Ints, Key
from convanim.sizes import Sizes
from convanim.sources import Numbers
from convanim.values import Values, by_filter, channel_sums, winner
from convanim.views.gather import fillers_of
from convanim.views.grids import Canvas, copied, input_canvas, kinds
from convanim.views.numbers import kernel_weights
from convanim.views.stack import SheetMap, Spot, Stack, drawn_channels, made_at

_NOISE = 1e-10  # of the input's largest number: what is smaller comes from rounding
_MOST_TERMS = 8  # products of numbers that are shown as colours; more of them are not spelled out


@dataclass(frozen=True)
class Asked:
    """What is asked of a stack besides its maps."""

    width: int
    order: str
    max_sheets: int
    labels: bool
    caption: tuple[str, ...]
    input_label: str
    output_label: str
    remark: str
    is_heat: bool
    whole_width: int = 0


def layer_stack(layer: Layer, values: Values | None, asked: Asked) -> Stack:
    """The stack of one layer: its padded input and its output."""
    geometry = Geometry(layer)
    has_channels = layer.in_channels is not None
    channels = channels_of(layer) or Channels(1, 1, 1)
    made = drawn_channels(channels.outputs, asked.max_sheets)
    read = _drawn_inputs(channels, made, asked.max_sheets)
    hues = channels.outputs > 1
    alone = hues and channels.groups == channels.outputs == channels.inputs
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
            label=_label(asked.input_label, layer.input_size, channels.inputs, has_channels, read),
            read=geometry.read.ravel(),
            copies=copied(geometry),
            series=tuple(i if alone else None for i in range(len(read))),
            group_size=channels.read if channels.groups > 1 and channels.read > 1 else 0,
            numbers=None if values is None else _with_channels(values.input, layer.input_size),
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
            canvas=_plain(geometry.output_size),
            kinds=_all_input(geometry.output_size),
            label=_label(asked.output_label, geometry.output_size, channels.outputs, has_channels, made, asked.remark),
            series=tuple(i if hues else None for i in range(len(made))),
            group_size=channels.made if channels.groups > 1 and channels.made > 1 else 0,
            noise=0.0 if values is None else _NOISE * float(np.abs(values.input).max()),
            numbers=None if values is None else _with_channels(values.output, geometry.output_size),
        ),
    )
    at = partial(made_at, sheets=len(made), size=geometry.output_size, order=asked.order)

    def cell(step: int) -> Cell:
        sheet, place = at(step)
        return (made[sheet], *place) if has_channels else place

    return Stack(
        width=asked.width,
        whole_width=asked.whole_width,
        maps=maps,
        spots=lru_cache(maxsize=8)(partial(_layer_spots, geometry, channels, read, made, at)),
        order=asked.order,
        labels=asked.labels,
        caption=asked.caption,
        is_heat=asked.is_heat,
        reads=lambda step: tuple(("input", *tap.input) for tap in geometry.taps(cell(step)) if tap.input is not None),
        series=lambda step: at(step)[0] if hues else None,
        terms=None if values is None else lru_cache(maxsize=8)(lambda step: layer_terms(geometry, values, cell(step))),
        spells_terms=not asked.is_heat or prod(layer.kernel_size) <= _MOST_TERMS,
        winner=partial(_won, geometry, values, cell) if values is not None and isinstance(layer, MaxPool) else None,
        kernels=None if values is None or values.kernel is None else _laid_on(geometry, values.kernel),
        kernel_texts={} if values is None else kernel_weights(values).texts,
        partial_sums=None if values is None else lru_cache(maxsize=1)(lambda: channel_sums(geometry, values)),
    )


def chain_stack(chain: Chain, values: ChainValues | None, asked: Asked) -> Stack:
    """The stack of a chain: every map, and on each what the current cell of the last depends on."""
    shapes = [shape if chain.has_channels else (1, *shape) for shape in chain.shapes]
    last = len(shapes) - 1
    noise = 0.0 if values is None else _NOISE * float(np.abs(values.maps[0]).max())
    maps = []
    for number, (channels, *rest) in enumerate(shapes):
        size = tuple(rest)
        drawn = drawn_channels(channels, asked.max_sheets)
        role, window = ("input", "window") if number == 0 else ("hidden", "window_hidden")
        if number == last:
            role, window = "output", "current"
        words = asked.input_label if number == 0 else brief(chain.stages[number - 1])
        if number == last and asked.output_label != Options.output_label:
            words = asked.output_label
        remark = asked.remark if number == last else ""
        maps.append(
            SheetMap(
                name="input" if number == 0 else "output" if number == last else f"map {number}",
                role=role,
                window=window,
                size=size,
                channels=channels,
                has_channels=chain.has_channels,
                drawn=drawn,
                canvas=_plain(size),
                kinds=_all_input(size),
                label=_label(words, size, channels, chain.has_channels, drawn, remark),
                series=tuple(range(len(drawn))) if _is_by_itself(chain, number) else (),
                group_size=_group_size(chain, number, channels),
                noise=0.0 if values is None else noise,
                numbers=None if values is None else _with_channels(values.maps[number], size),
            )
        )
    output = maps[-1]
    at = partial(made_at, sheets=output.sheets, size=output.size, order=asked.order)
    dependence = Dependence(chain)

    @lru_cache(maxsize=8)
    def regions(step: int) -> list[Region]:
        sheet, place = at(step)
        return dependence.regions((output.drawn[sheet], *place) if chain.has_channels else place)

    def cell(step: int) -> Cell:
        sheet, place = at(step)
        return (output.drawn[sheet], *place) if chain.has_channels else place

    return Stack(
        width=asked.width,
        whole_width=asked.whole_width,
        maps=tuple(maps),
        spots=lru_cache(maxsize=8)(lambda step: tuple(map(_spot, maps, regions(step)))),
        order=asked.order,
        labels=asked.labels,
        caption=asked.caption,
        is_heat=asked.is_heat,
        reads=lambda step: _region_keys(maps[-2], regions(step)[-2]),
        behind=lambda step: tuple(key for of in zip(maps[:-2], regions(step)) for key in _region_keys(*of)),
        series=lambda step: None,
        terms=None if values is None else lru_cache(maxsize=8)(lambda step: _last_terms(chain, values, cell(step))),
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


def _label(
    words: str, size: Sizes, channels: int, has_channels: bool, drawn: tuple[int, ...], remark: str = ""
) -> tuple[str, ...]:
    """A map's words, its shape, and what is left out of it."""
    shape = spelled_shape((channels, *size) if has_channels else size, has_channels=has_channels)
    left_out = f"{len(drawn)} of {channels:,} drawn" if len(drawn) < channels else ""
    return tuple(line for line in (words, shape, left_out, remark) if line)


def _plain(size: Sizes) -> Canvas:
    return Canvas(tuple(range(n) for n in size))


def _all_input(size: Sizes) -> dict[Kind, Any]:
    cells = int(np.prod(size))
    return {kind: np.full(cells, kind is Kind.INPUT) for kind in Kind}


def _with_channels(numbers: Numbers, size: Sizes) -> Numbers:
    return numbers.reshape(-1, *size)


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


def _laid_on(geometry: Geometry, kernel: Numbers) -> Numbers:
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


def layer_terms(geometry: Geometry, values: Values, output: Cell) -> Terms:
    """The equation of an output cell: its products, or with a larger kernel what each channel adds."""
    made = values.output[output].item()
    real = [tap for tap in geometry.taps(output) if tap.input is not None]
    numbers = [values.input[tap.input].item() for tap in real]
    if values.kernel is None:
        divisor = geometry.divisor(output)
        return max_terms(numbers, made) if divisor is None else mean_terms(numbers, divisor, made)
    channels = geometry.channels
    if channels is None or channels.read == 1 or max(geometry.layer.kernel_size) == 1:
        weights: Weights = kernel_weights(values)
        return sum_terms([(x, values.kernel[tap.kernel].item()) for x, tap in zip(numbers, real)], weights, made)
    sums = dict.fromkeys(channels.inputs_of([output[0]]), 0)
    for x, tap in zip(numbers, real):
        assert tap.input is not None
        sums[tap.input[0]] += x * values.kernel[tap.kernel].item()
    sign = "=" if all(map(is_exact, (*sums.values(), made))) else "≈"
    return "", tuple(factor(numeral(x)) for x in sums.values()), " + ", f" {sign} {numeral(made)}"


def _last_terms(chain: Chain, values: ChainValues, output: Cell) -> Terms:
    """The equation of a cell of a chain's last map."""
    stage, numbers = chain.stages[-1], values.maps
    if isinstance(stage, Pointwise):
        x, y = numbers[-2][output].item(), numbers[-1][output].item()
        sign = "=" if is_exact(x) and is_exact(y) else "≈"
        return f"{stage.op}(", (numeral(x),), "", f") {sign} {numeral(y)}"
    return layer_terms(Geometry(stage), Values(numbers[-2], values.kernels[-1], numbers[-1]), output)


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
