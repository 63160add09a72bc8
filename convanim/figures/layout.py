"""One layer or chain laid out: its numbers, its scene, the steps that its frames show."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import prod

from convanim.errors import RequestError, suggestion
from convanim.figures.options import Options
from convanim.figures.timing import MOST_FRAMES, Timing, raster, timing
from convanim.layers.geometry import Geometry
from convanim.layers.layer import ConvTranspose, Layer, cell_count, output_shape, with_channels
from convanim.layers.step_order import refuse_unknown_order
from convanim.networks.chain import Chain, chain_cell_count
from convanim.numbers.figure_values import FigureValues, figure_values
from convanim.numbers.values import Values
from convanim.scene.font import Metrics
from convanim.scene.picture_size import PictureSize
from convanim.scene.scene import Scene, Texts
from convanim.views.chain_stack import chain_stack
from convanim.views.drawing import READINGS, Drawing, TooNarrowError
from convanim.views.layer_stack import layer_stack
from convanim.views.registry import VIEWS, view, wide_enough
from convanim.views.stack import Stack, StackOptions, drawn_channels
from convanim.words.captions import caption_lines
from convanim.words.labels import steps_shown
from convanim.words.language import Words

_LACKED = 8  # characters that a note names
_MAPS_NAMED = 4  # in a note, of those whose channels are not all drawn
_SLOW = 60  # seconds of a step that are worth a word
_AS_COLOURS = "the numbers do not fit into their cells and are drawn as colours"
_MOST_DRAWN = 900_000  # cells of all maps that are drawn one by one; each takes some 300 bytes
_MOST_NUMBERED = 100_000  # cells of a map; no picture has room for as many numbers, and looking for it takes its time
_MOST_WIDER = 2  # numbers that would fit into a picture so much wider are not turned into colours unasked


@dataclass(frozen=True)
class Layout:
    """A scene, the steps that its frames show, what its maker should know, and a digest of the numbers in it.

    `left_out` says of each map whose channels are not all drawn how many are: it becomes one note.
    """

    scene: Scene
    timing: Timing
    remarks: tuple[str, ...]
    left_out: tuple[str, ...]
    numbers: str

    @property
    def notes(self) -> tuple[str, ...]:
        """All that its maker should know."""
        return self.remarks + _left_out_note(self.left_out)


def layout_of(
    figure: Layer | Chain,
    options: Options,
    words: Words,
    font: Metrics,
    size: PictureSize,
    parts: int = 1,
    *,
    most_cell: int = 0,
) -> Layout:
    """The scene of one figure, which is the whole picture or one of its `parts`.

    A cell is `most_cell` pixels wide at most; 0 is no bound.
    Raises RequestError when the options do not fit it.
    """
    values = figure_values(figure, options)
    name = options.view or ("iso" if values is None else "flat")
    _refuse_unfit(figure, options, name, has_values=values is not None)
    is_scatter = options.transposed_as == "scatter"
    shape = figure.shapes[-1] if isinstance(figure, Chain) else output_shape(figure)
    sheets = len(drawn_channels(shape[0], options.max_sheets)) if len(shape) > len(figure.input_size) else 1
    cells = shape[-len(figure.input_size) :]
    clock = timing(
        prod(figure.input_size) if is_scatter else sheets * prod(cells),
        step_time=options.step_time,
        hold=options.hold,
        loop=options.loop,
        steps=options.steps,
        most=MOST_FRAMES if options.max_frames is None else options.max_frames,
        sample=None if _is_plain(figure) else lambda most: raster(cells, sheets, options.order, most),
    )
    every = prod(figure.input_size) if is_scatter else prod(shape)
    remark, remarks = _sampling(clock, every if options.steps is None else None, words)
    stack_options = StackOptions(
        size=size,
        order=options.order,
        max_sheets=options.max_sheets,
        labels=options.labels,
        caption=caption_lines(figure, words) if options.caption else (),
        input_label=options.input_label,
        output_label=options.output_label,
        remark=remark,
        is_heat=options.heat_map is True,
        parts=parts,
        words=words,
        most_cell=most_cell,
        font=font,
    )
    if isinstance(figure, Layer) and _is_plain(figure) and (is_scatter or options.heat_map is not True):
        page: Drawing | Stack = _drawing(figure, values, options, stack_options)
    else:
        page = _stack(figure, values, stack_options)
    scene, more = _laid_out(figure, values, options, stack_options, name, page)
    remarks += more + _missing_glyphs(scene, font) + _slow(options)
    return Layout(scene, clock, remarks, _left_out(page), _digest(values))


def _is_plain(figure: Layer | Chain) -> bool:
    """Whether a figure is one map in and one map out."""
    if not isinstance(figure, Layer):
        return False
    return figure.in_channels in (None, 1) and output_shape(figure)[: -len(figure.input_size)] in ((), (1,))


def _refuse_unfit(figure: Layer | Chain, options: Options, name: str, *, has_values: bool) -> None:
    """Raise RequestError for options that are wrong, or do not go with the figure."""
    if name not in VIEWS:
        raise RequestError("view", name, "no such view", suggestion(name, VIEWS, f"try {' or '.join(VIEWS)}"))
    refuse_unknown_order(options.order)
    if options.transposed_as not in READINGS:
        fix = suggestion(options.transposed_as, READINGS, f"try {' or '.join(READINGS)}")
        raise RequestError("transposed_as", options.transposed_as, "no such reading", fix)
    if options.transposed_as == "scatter":
        if not isinstance(figure, ConvTranspose):
            what = "a chain" if isinstance(figure, Chain) else figure.op
            raise RequestError("transposed_as", "scatter", f"{what} is no transposed convolution", "leave it out")
        if not _is_plain(figure):
            raise RequestError("transposed_as", "scatter", "it is drawn for one channel alone", "try gather")
    if options.heat_map and not has_values:
        raise RequestError("heat_map", None, "there are no numbers to colour", "give values, such as random:7")
    sheets = options.max_sheets
    if sheets < 2:
        raise RequestError("max_sheets", sheets, "must be a whole number of at least 2", "try 8")


def _drawing(layer: Layer, values: FigureValues | None, options: Options, stack_options: StackOptions) -> Drawing:
    return Drawing(
        geometry=Geometry(with_channels(layer, None)),  # one channel is drawn as none is
        values=None if values is None else _flattened(values.stage(0), layer),
        size=stack_options.size,
        font=stack_options.font,
        transposed_as=options.transposed_as,
        labels=options.labels,
        caption=options.caption is True,
        input_label=options.input_label,
        output_label=options.output_label,
        remark=stack_options.remark,
        is_heat=stack_options.is_heat,
        parts=stack_options.parts,
        words=stack_options.words,
        most_cell=stack_options.most_cell,
    )


def _flattened(values: Values, layer: Layer) -> Values:
    """The numbers of a layer of one channel without it."""
    axes = len(layer.input_size)
    kernel = None if values.kernel is None else values.kernel.reshape(layer.kernel_size)
    shapes = [numbers.shape[-axes:] for numbers in (values.input, values.output)]
    return Values(values.input.reshape(shapes[0]), kernel, values.output.reshape(shapes[1]))


def _stack(figure: Layer | Chain, values: FigureValues | None, stack_options: StackOptions) -> Stack:
    if isinstance(figure, Chain):
        return chain_stack(figure, values, stack_options)
    return layer_stack(figure, None if values is None else values.stage(0), stack_options)


def _laid_out(
    figure: Layer | Chain,
    values: FigureValues | None,
    options: Options,
    stack_options: StackOptions,
    name: str,
    page: Drawing | Stack,
) -> tuple[Scene, tuple[str, ...]]:
    """The scene of a page. Where it is too narrow, maps lose their grid, and numbers become colours.

    Raises RequestError where it has no room, or more cells than are drawn one by one.
    """
    is_scatter = options.transposed_as == "scatter"
    cells = _cells(figure, page)
    if cells > _MOST_DRAWN and (values is not None or is_scatter):
        field, fix = ("transposed_as", "try gather") if values is None else ("values", "leave them out")
        rule = f"maps of {cells:,} cells would be drawn cell by cell, and at most {_MOST_DRAWN:,} are"
        raise RequestError(field, "scatter" if values is None else None, rule, f"{fix}, or try a smaller input")
    if values is not None and not stack_options.is_heat and _largest_map(figure) > _MOST_NUMBERED:
        if options.heat_map is False or is_scatter:
            rule = f"{_largest_map(figure):,} numbers in one map are more than a picture has room for"
            raise RequestError("input_size", figure.input_size, rule, "try a smaller input, or leave its values out")
        return view(name, _stack(figure, values, replace(stack_options, is_heat=True))), (_AS_COLOURS,)
    try:
        if cells > _MOST_DRAWN and isinstance(page, Drawing):
            raise TooNarrowError
        return VIEWS[name](page), ()
    except TooNarrowError:
        may_change = isinstance(page, Drawing) if values is None else options.heat_map is None
        if not may_change or is_scatter:
            return view(name, page), ()  # refused, with a width that is enough
    coarser = _stack(figure, values, replace(stack_options, is_heat=values is not None))
    if values is None:
        finer = () if cells > _MOST_DRAWN else (page,)
        return view(name, coarser, *finer), ("cells are too small to be drawn one by one: the maps have no grid",)
    if not _would_fit(name, page, coarser):
        return view(name, coarser), (_AS_COLOURS,)
    try:
        return view(name, page), ()
    except RequestError as error:
        raise RequestError(error.field, error.value, error.rule, f"{error.fix}, or {{heat_map}} for colours") from None


def _cells(figure: Layer | Chain, page: Drawing | Stack) -> int:
    """The cells of the maps that are drawn."""
    if isinstance(page, Stack):
        return sum(plan.sheets * plan.canvas.rows * plan.canvas.columns for plan in page.maps)
    return chain_cell_count(figure) if isinstance(figure, Chain) else cell_count(figure)


def _largest_map(figure: Layer | Chain) -> int:
    """Cells of the largest map, in one channel."""
    shapes = figure.shapes if isinstance(figure, Chain) else (figure.input_size, output_shape(figure))
    return max(prod(shape[-len(figure.input_size) :]) for shape in shapes)


def _would_fit(name: str, numbers: Drawing | Stack, colours: Drawing | Stack) -> bool:
    """Whether the numbers would fit into a picture not much wider than the page, or than their colours need."""
    width = numbers.width
    try:
        VIEWS[name](colours)
    except TooNarrowError:
        size = wide_enough(name, colours)
        width = width if size is None else replace(colours, size=size).width
    return wide_enough(name, numbers, _MOST_WIDER * width) is not None


def _left_out(page: Drawing | Stack) -> tuple[str, ...]:
    """What of its maps a figure leaves out."""
    if isinstance(page, Drawing):
        return ()
    elided = [plan for plan in page.maps if plan.is_elided]
    return tuple(f"{len(p.drawn)} of {p.channels:,} of {p.label[0] if p.label else p.name}" for p in elided)


def _left_out_note(maps: Sequence[str]) -> tuple[str, ...]:
    if not maps:
        return ()
    more = f", and so on for {len(maps) - _MAPS_NAMED:,} more maps" if len(maps) > _MAPS_NAMED else ""
    named = ", ".join(maps[:_MAPS_NAMED])
    return (f"not all channels are drawn: {named}{more}; a larger max-sheets shows more",)


def _slow(options: Options) -> tuple[str, ...]:
    if options.step_time < _SLOW or options.still or options.sheet is not None:
        return ()
    return (f"a step lasts {options.step_time:g} s: step-time is in seconds",)


def _missing_glyphs(scene: Scene, font: Metrics) -> tuple[str, ...]:
    """What is to be said of characters that stand in the picture and that no font of the list has."""
    still = (shape.text for shape in scene.shapes if isinstance(shape, Texts) and isinstance(shape.text, tuple))
    missing = dict.fromkeys(c for text in dict.fromkeys(chain.from_iterable(still)) for c in font.legible(text)[1])
    if not missing:
        return ()
    said = ", ".join(repr(c) for c in list(missing)[:_LACKED]) + (" …" if len(missing) > _LACKED else "")
    return (f"the font lacks {said}: formats drawn with it spell that out; another font may have it",)


def _digest(values: FigureValues | None) -> str:
    digest = hashlib.sha256()
    for numbers in () if values is None else (values.maps[0], *values.kernels):
        digest.update(b"-" if numbers is None else numbers.tobytes())
    return digest.hexdigest()


def _sampling(clock: Timing, every: int | None, words: Words) -> tuple[str, tuple[str, ...]]:
    """What the picture and the notes say when frames do not show every step of their range, or of `every` step."""
    frames, among = len(clock.steps), every or clock.steps[-1] - clock.steps[0] + 1
    if frames == among:
        return "", ()
    said = steps_shown(frames, among, words)
    if frames == clock.steps[-1] - clock.steps[0] + 1:
        return said, ()  # those of the channels that are drawn
    return said, (f"{frames:,} of {among:,} steps are shown, evenly spread; a larger max-frames shows more",)
