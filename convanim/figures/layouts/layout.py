"""One layer or chain laid out: its numbers, its scene, the steps that its frames show."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, TypeGuard

from convanim.errors import RequestError, suggestion
from convanim.figures.layouts.fitting import AS_COLOURS, fitted, stack_of
from convanim.figures.layouts.in_common import ALONE, InCommon
from convanim.figures.layouts.products import product_notes, product_of, product_stack
from convanim.figures.layouts.remarks import (
    NOT_SLOW,
    channels_as_axis,
    left_out_note,
    left_out_of,
    missing_glyphs,
    rounded,
    sampling,
    slow_steps,
    unseen_weights,
)
from convanim.figures.layouts.slab_scale import slabs_of
from convanim.figures.layouts.volumes import is_volume, volume_of
from convanim.figures.options import Options, refuse_set
from convanim.figures.subject import with_its_pool
from convanim.figures.timing import MOST_FRAMES, Timing, raster, timing
from convanim.layers.geometry import Geometry
from convanim.layers.layer import ConvTranspose, Layer, MaxUnpool, Rearranged, channels_of, output_shape, with_channels
from convanim.layers.step_order import refuse_unknown_order
from convanim.networks.chain import Chain
from convanim.numbers.figure_values import FigureValues, stages_of
from convanim.numbers.gradients import values_in
from convanim.numbers.scales import Scale, alike, scales_of
from convanim.numbers.sources import is_picture
from convanim.numbers.values import without_channel
from convanim.scene.font import Metrics
from convanim.scene.picture_size import PictureSize
from convanim.scene.scene import Blocks, Cells, Scene
from convanim.views.decimals import decimals_of, output_decimals
from convanim.views.drawing import READINGS, Drawing, cell_unit
from convanim.views.registry import EVERY_VIEW, PRODUCTS
from convanim.views.stacks.stack import Beside, Stack, StackOptions, drawn_channels
from convanim.words.captions import caption_lines
from convanim.words.language import Words

if TYPE_CHECKING:
    from convanim.views.perceptrons.perceptron import Perceptron

_LEAST_OF_A_SLICE = 9  # steps that are shown of it, and rather fewer slices


@dataclass(frozen=True)
class Layout:
    """A scene, the steps that its frames show, what its maker should know, and a digest of the numbers in it.

    `left_out` says of each map whose channels are not all drawn how many are: it becomes one note. `cell` is the
    smallest side of a cell in pixels, 0 where some map has no grid, or its numbers no room. A row of output takes `row`
    steps; `is_numeric` where there are numbers to be followed. `still` is the frame that stills show where none is
    asked for, if it is not the last.
    """

    scene: Scene
    timing: Timing
    remarks: tuple[str, ...]
    left_out: tuple[str, ...]
    numbers: str
    cell: int = 0
    row: int = 1
    is_numeric: bool = False
    still: int | None = None
    scales: tuple[Scale, ...] = ()  # of every map's numbers, where they are drawn as colours
    decimals: int = 0  # of the output's numbers, where they are written

    @property
    def notes(self) -> tuple[str, ...]:
        """All that its maker should know."""
        return self.remarks + left_out_note(self.left_out)


def layout_of(
    figure: Layer | Chain,
    options: Options,
    words: Words,
    font: Metrics,
    size: PictureSize,
    common: InCommon = ALONE,
) -> Layout:
    """The scene of one layer or chain, as `laid_out` has it, with its numbers and its caption."""
    if is_volume(figure):
        figure = volume_of(figure, options)
    if options.view in PRODUCTS:
        figure = product_of(figure, options, options.view, is_heat=is_heat(options))
    if isinstance(figure, MaxUnpool) and not is_volume(figure):
        figure = with_its_pool(figure)
    told = with_channels(figure, None) if isinstance(figure, Layer) and _is_plain(figure) else figure
    return laid_out(
        figure,
        values_in(figure, options),
        caption_lines(told, words) if options.caption else (),
        options,
        words,
        font,
        size,
        common,
    )


def laid_out(
    figure: Layer | Chain,
    values: FigureValues | None,
    caption: tuple[str, ...],
    options: Options,
    words: Words,
    font: Metrics,
    size: PictureSize,
    common: InCommon = ALONE,
) -> Layout:
    """The scene of one figure with some numbers in it.

    Raises RequestError when the options do not fit it.
    """
    in_slices = is_volume(figure)
    name = options.view or ("iso" if values is None and not options.perceptron else "flat")
    _refuse_unfit(figure, options, name, has_values=values is not None)
    is_scatter = options.transposed_as == "scatter"
    shape = figure.shapes[-1] if isinstance(figure, Chain) else output_shape(figure)
    slabs: Beside = ()
    if values is None and name == "iso" and not _is_plain(figure):
        slabs = slabs_of(common.figures or (figure,), options.max_sheets)
    order = options.order
    max_sheets = max((each.channels for maps in slabs for each in maps), default=options.max_sheets)
    if isinstance(figure, Layer) and name in PRODUCTS:  # whose rows are all there
        max_sheets = max(options.max_sheets, *(channels_of(figure) or (1,)))
    sheets = len(drawn_channels(shape[0], max_sheets)) if len(shape) > len(figure.input_size) else 1
    cells = shape[-len(figure.input_size) :]
    if in_slices:
        sheets, cells, order = cells[0], cells[1:], "filter"
    every = prod(figure.input_size) if is_scatter else prod(shape)
    total = prod(figure.input_size) if is_scatter else sheets * prod(cells)
    if options.perceptron:
        from convanim.views.perceptrons.perceptron import perceptron_steps  # few figures are one

        every = total = perceptron_steps(stages_of(figure))
    own_steps = EVERY_VIEW[name].steps(figure) if isinstance(figure, Layer) else None
    if own_steps is not None:
        every = total = own_steps
    clock = timing(
        total,
        step_time=options.step_time,
        hold=options.hold,
        loop=options.loop,
        slow=options.slow,
        steps=options.steps,
        most=MOST_FRAMES if options.max_frames is None else options.max_frames,
        sample=None
        if (_is_plain(figure) and not in_slices) or options.perceptron or own_steps is not None
        else lambda most: raster(cells, sheets, order, most, least=_LEAST_OF_A_SLICE if slabs else 0),
    )
    remark, remarks = sampling(clock, every if options.steps is None else None, words)
    asked_cell = _asked_cell(options, size)
    stack_options = StackOptions(
        size=size,
        order=options.order,
        max_sheets=max_sheets,
        beside=slabs,
        labels=options.labels,
        caption=caption,
        input_label=options.input_label,
        output_label=options.output_label,
        remark=remark,
        is_heat=is_heat(options),
        words=words,
        most_cell=min((each for each in (common.most_cell, asked_cell) if each), default=0),
        font=font,
        scales=() if values is None else common.scales or _scales(figure, values, options),
        is_slow=options.slow > 0,
    )
    if isinstance(figure, Layer) and name in PRODUCTS:
        page: Drawing | Stack | Perceptron = product_stack(figure, values, stack_options, asked_cell)
    elif options.perceptron:
        from convanim.views.perceptrons.perceptron import perceptron_of

        page = perceptron_of(stages_of(figure), values, stack_options)
    elif (
        isinstance(figure, Layer) and _is_plain(figure) and not in_slices and (is_scatter or not stack_options.is_heat)
    ):
        page = _drawing(figure, values, options, stack_options, common)
    else:
        page = stack_of(figure, values, stack_options)
    if isinstance(page, Stack):
        page = replace(page, least_decimals=common.least_decimals)
    scene, more = fitted(figure, values, options, stack_options, name, page)
    remarks += more + missing_glyphs(scene, font) + rounded(scene) + slow_steps(options) + channels_as_axis(figure)
    remarks += product_notes(page, scene) if isinstance(page, Stack) else ()
    remarks += unseen_weights(figure, values, scene, name) if isinstance(page, Stack) else ()
    if options.slow and not scene.parts(clock.steps[0]):
        remarks += (NOT_SLOW,)
    row = figure.input_size[-1] if is_scatter else cells[-1] * (sheets if order == "position" else 1)
    is_coloured = any(isinstance(shape, Cells) and shape.levels is not None for shape in scene.shapes)
    is_numeric = values is not None and (not is_coloured or options.perceptron)
    if options.step_time is None:
        clock = clock.paced(row, is_numeric=is_numeric)
    own = stack_options.scales if is_coloured else ()
    cell = 0 if AS_COLOURS in more else cell_side(scene)
    decimals = 0
    if isinstance(page, Drawing | Stack) and not is_scatter and not is_coloured:
        decimals = min(output_decimals(page), decimals_of(page) - scene.lost_decimals)
    left_out = left_out_of(page)
    return Layout(
        scene, clock, remarks, left_out, _digest(values), cell, row, is_numeric, scales=own, decimals=decimals
    )


def _scales(figure: Layer | Chain, values: FigureValues, options: Options) -> tuple[Scale, ...]:
    """The scale of every map's numbers; one for all where they stand in nodes beside each other."""
    own = scales_of(stages_of(figure), values, options.values)
    return alike(own) if options.perceptron else own


def _asked_cell(options: Options, size: PictureSize) -> int:
    """Pixels of a cell's side at most, where that was asked for; else 0."""
    return 0 if options.cell_size is None else max(1, round(options.cell_size * cell_unit(size)))


def is_heat(options: Options) -> bool:
    """Whether numbers are drawn as colours from the start: where that was asked for, and pictures."""
    return is_picture(options.values) if options.heat_map is None else options.heat_map


def _is_plain(figure: Layer | Chain) -> bool:
    """Whether a figure is one map in and one map out, and what is made of it names no channel."""
    if not isinstance(figure, Layer) or isinstance(figure, Rearranged):
        return False
    return figure.in_channels in (None, 1) and output_shape(figure)[: -len(figure.input_size)] in ((), (1,))


def refuse_unknown_view(name: str, known: Mapping[str, object] = EVERY_VIEW) -> None:
    """Raise RequestError for a view that there is not."""
    if name not in known:
        fix = suggestion(name, known, f"try {' or '.join(known)}")
        raise RequestError("view", name, "no such view", fix)


def _refuse_unfit(figure: Layer | Chain, options: Options, name: str, *, has_values: bool) -> None:
    """Raise RequestError for options that are wrong, or do not go with the figure."""
    refuse_unknown_view(name)
    refuse_unknown_order(options.order)
    if options.transposed_as not in (None, *READINGS):
        fix = suggestion(options.transposed_as, READINGS, f"try {' or '.join(READINGS)}")
        raise RequestError("transposed_as", options.transposed_as, "no such reading", fix)
    if options.transposed_as == "scatter":
        if not isinstance(figure, ConvTranspose):
            what = "a chain" if isinstance(figure, Chain) else figure.op
            raise RequestError("transposed_as", "scatter", f"{what} is no transposed convolution", "leave it out")
        if not _is_plain(figure):
            raise RequestError("transposed_as", "scatter", "it is drawn for one channel alone", "try gather")
    if options.perceptron and name != "flat":
        raise RequestError("perceptron", None, f"it is drawn flat, not {name}", "leave out the view")
    if options.perceptron and options.transposed_as == "scatter":
        raise RequestError("perceptron", None, "it has no scatter reading", "leave out transposed_as")
    if options.heat_map and not has_values:
        raise RequestError("heat_map", None, "there are no numbers to colour", "give values, such as random:7")
    sheets = options.max_sheets
    if sheets < 2:
        raise RequestError("max_sheets", sheets, "must be a whole number of at least 2", "try 8")
    if name in PRODUCTS:
        refuse_set(options, ("max_sheets",), "a product has the rows of all channels")


def _drawing(
    layer: Layer,
    values: FigureValues | None,
    options: Options,
    stack_options: StackOptions,
    common: InCommon,
) -> Drawing:
    return Drawing(
        geometry=Geometry(with_channels(layer, None)),  # one channel is drawn as none is
        values=None if values is None else without_channel(values.stage(0), layer),
        size=stack_options.size,
        font=stack_options.font,
        transposed_as=options.transposed_as or READINGS[0],
        labels=options.labels,
        caption=stack_options.caption,
        input_label=options.input_label,
        output_label=options.output_label,
        remark=stack_options.remark,
        is_heat=stack_options.is_heat,
        scale=stack_options.scales[-1] if stack_options.scales else None,
        words=stack_options.words,
        most_cell=stack_options.most_cell,
        is_slow=options.slow > 0,
        least_decimals=common.least_decimals,
        beside=tuple(Geometry(with_channels(each, None)) for each in common.figures if _is_like(each, layer)),
    )


def _is_like(other: Layer | Chain, layer: Layer) -> TypeGuard[Layer]:
    """Whether the maps of another figure of the picture are to stand as those of a layer: both read the same input."""
    return (
        isinstance(other, Layer)
        and other is not layer
        and _is_plain(other)
        and other.input_size == layer.input_size
        and isinstance(other, ConvTranspose) == isinstance(layer, ConvTranspose)
    )


def cell_side(scene: Scene) -> int:
    """Pixels from one cell to the next, in the map where they are smallest; 0 where some map has no grid."""
    maps = [shape for shape in scene.shapes if isinstance(shape, Cells | Blocks) and _is_map(shape.map)]
    sides = {shape.map: shape.lattice.column[0] for shape in maps if isinstance(shape, Cells)}
    return min(sides.values(), default=0) if all(shape.map in sides for shape in maps) else 0


def _is_map(name: str) -> bool:
    """Whether a name in keys is that of a map's own cells."""
    return name in ("input", "output") or name.startswith("map ")


def _digest(values: FigureValues | None) -> str:
    digest = hashlib.sha256()
    made = () if values is None or values.shares is None else (values.maps[-1],)  # which depends on who won
    for numbers in () if values is None else (values.maps[0], *values.kernels, *made):
        digest.update(b"-" if numbers is None else numbers.tobytes())
    return digest.hexdigest()
