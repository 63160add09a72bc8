"""A scene, the theme that dresses it and its timing: all that is shown and saved. Data alone."""

import hashlib
from dataclasses import dataclass, field, replace
from math import prod
from typing import NamedTuple

from convanim.errors import RequestError
from convanim.filling import layer_values, refuse_too_many_cells
from convanim.font import legible
from convanim.formula import parameters
from convanim.geometry import Geometry
from convanim.layers import ConvTranspose, Layer, output_size
from convanim.operations import operation_of
from convanim.options import Options
from convanim.scene import Scene
from convanim.sizes import spelled
from convanim.theme import Theme, load_theme
from convanim.timing import Timing, timing
from convanim.values import Values
from convanim.views import VIEWS, WIDTHS, view
from convanim.views.drawing import READINGS, Drawing


@dataclass(frozen=True)
class Animation:
    """A finished figure. `notes` are for its maker: what was left out or replaced."""

    name: str
    scene: Scene
    theme: Theme
    timing: Timing
    alt: str
    digest: str  # of all that the pixels and times come from
    notes: tuple[str, ...] = field(default=())


class Settled(NamedTuple):
    """What options come to for a layer, before anything is laid out."""

    theme: Theme
    view: str
    timing: Timing
    values: Values | None


def settle(layer: Layer, options: Options) -> Settled:
    """Look up and work out what options say. Raises RequestError when one is wrong or does not fit the layer."""
    refuse_too_many_cells(layer, options)
    theme = load_theme(options.theme, transparent=options.transparent)
    values = layer_values(layer, options)
    name = options.view or ("iso" if values is None else "flat")
    if name not in VIEWS:
        raise RequestError("view", name, "no such view", f"try {' or '.join(VIEWS)}")
    if options.transposed_as not in READINGS:
        raise RequestError("transposed_as", options.transposed_as, "no such reading", f"try {' or '.join(READINGS)}")
    is_scatter = options.transposed_as == "scatter"
    if is_scatter and not isinstance(layer, ConvTranspose):
        raise RequestError("transposed_as", "scatter", f"{layer.op} is no transposed convolution", "leave it out")
    if isinstance(options.width, bool) or not isinstance(options.width, int) or options.width not in WIDTHS:
        rule = f"not a whole number of pixels from {WIDTHS.start} to {WIDTHS.stop - 1}"
        raise RequestError("width", options.width, rule, "try 480")
    steps = prod(layer.input_size if is_scatter else output_size(layer))
    clock = timing(
        steps,
        step_time=options.step_time,
        hold=options.hold,
        loop=options.loop,
        steps=options.steps,
        most=options.max_frames,
    )
    return Settled(theme, name, clock, values)


def compose(layer: Layer, options: Options, *, name: str = "", alt: str = "") -> Animation:
    """The animation of a layer. Raises RequestError when the options do not fit it."""
    settled = settle(layer, options)
    remark, notes = _sampling(settled.timing)
    drawing = Drawing(
        geometry=Geometry(layer),
        values=settled.values,
        width=options.width,
        transposed_as=options.transposed_as,
        labels=options.labels,
        caption=options.caption,
        input_label=options.input_label,
        output_label=options.output_label,
        remark=remark,
    )
    for label in (options.input_label, options.output_label):
        for missing in legible(label)[1]:
            notes += (f"the font lacks {missing!r}: it is spelled out in the picture",)
    return Animation(
        name=name or operation_of(layer).name,
        scene=view(settled.view, drawing),
        theme=settled.theme,
        timing=settled.timing,
        alt=alt or description(layer),
        digest=_digest(layer, options, settled),
        notes=notes,
    )


def description(layer: Layer) -> str:
    """A sentence for those who do not see the picture."""
    title = operation_of(layer).title
    maps = f"a {spelled(layer.input_size)} input becomes a {spelled(output_size(layer))} output"
    return f"{title} ({parameters(layer)}): {maps}, one cell at a time."


def _digest(layer: Layer, options: Options, settled: Settled) -> str:
    plain = replace(options, values=None, kernel_values=None)
    digest = hashlib.sha256(repr((layer, plain, settled.theme)).encode())
    for numbers in () if settled.values is None else (settled.values.input, settled.values.kernel):
        digest.update(b"" if numbers is None else numbers.tobytes())
    return digest.hexdigest()


def _sampling(clock: Timing) -> tuple[str, tuple[str, ...]]:
    """What the picture and the notes say when frames do not show every step of their range."""
    frames, among = len(clock.steps), clock.steps[-1] - clock.steps[0] + 1
    if frames == among:
        return "", ()
    said = f"{frames:,} of {among:,} steps"
    return said, (f"{said} are shown, evenly spread; a larger max-frames shows more",)
