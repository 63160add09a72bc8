"""A network laid out: the scene of its overview, and the cells that its frames look at."""

from collections.abc import Sequence
from math import prod

from convanim.errors import RequestError
from convanim.figures.layouts.backward_layout import backward_layout
from convanim.figures.layouts.in_common import ALONE, InCommon
from convanim.figures.layouts.layout import Layout, layout_of, refuse_unknown_view
from convanim.figures.layouts.remarks import NOT_SLOW, missing_glyphs, sampling
from convanim.figures.options import NUMBERS, Options, refuse_set
from convanim.figures.timing import raster, timing
from convanim.layers.backward import Backward
from convanim.layers.layer import Layer
from convanim.layers.sizes import Sizes
from convanim.layers.step_order import unravel
from convanim.networks.chain import Chain
from convanim.networks.network import Network
from convanim.scene.font import Metrics
from convanim.scene.picture_size import PictureSize
from convanim.views.registry import PRODUCTS, VIEWS, view
from convanim.words.captions import caption_lines
from convanim.words.language import Words

_MOST_BLOCKS = 1_000
OF_SHEETS = ("order", "max_sheets", "cell_size", "max_cells")  # options of what an overview has not
_FRAMES = 64  # that show a network's cells, where no other number is asked for: whole rows and columns of them


def any_layout(
    figure: Layer | Backward | Chain | Network,
    options: Options,
    words: Words,
    font: Metrics,
    size: PictureSize,
    common: InCommon = ALONE,
) -> Layout:
    """The scene of one figure, whichever it is."""
    if isinstance(figure, Network):
        return network_layout(figure, options, words, font, size, common)
    if isinstance(figure, Backward):
        return backward_layout(figure, options, words, font, size, common)
    return layout_of(figure, options, words, font, size, common)


def network_layout(
    network: Network,
    options: Options,
    words: Words,
    font: Metrics,
    size: PictureSize,
    common: InCommon = ALONE,
) -> Layout:
    """The scene of a network's overview.

    Raises RequestError when the options do not fit it, or it has no room.
    """
    # What draws overviews is not needed by the others.
    from convanim.networks.blocks import blocks_of, focus_of
    from convanim.views.networks.layered import TangledError
    from convanim.views.networks.network_volumes import largest_of, seen_of, volumes_of
    from convanim.views.networks.overview_look import Overview

    refuse_set(options, NUMBERS, "an overview of a network has no numbers in it")
    refuse_set(options, ("perceptron", "transposed_as"), "it is of one layer, and an overview of a network has many")
    refuse_set(options, OF_SHEETS, "an overview of a network has blocks, and no sheets of cells")
    if options.view in PRODUCTS:
        raise RequestError("view", options.view, "a network is several products", "draw its layers, or try iso or flat")
    refuse_unknown_view(options.view or "iso", VIEWS)
    blocks = blocks_of(network)
    if len(blocks) > _MOST_BLOCKS:
        rule = f"it has {len(blocks):,} blocks, and an overview has room for {_MOST_BLOCKS:,}"
        raise RequestError("network", None, rule, "draw a part of it")
    focus = focus_of(blocks)
    cells = blocks[focus].shape[1:]
    steps = prod(cells)
    clock = timing(
        steps,
        step_time=options.step_time,
        hold=options.hold,
        loop=options.loop,
        slow=options.slow,
        steps=options.steps,
        most=_FRAMES if options.max_frames is None else options.max_frames,
        sample=(lambda most: raster(cells, 1, "filter", most)) if len(cells) in (1, 2) else None,
    )
    if options.step_time is None:
        clock = clock.paced(cells[-1], is_numeric=False)
    _, remarks = sampling(clock, steps if options.steps is None else None, words)
    volumes = volumes_of(network, words, options.input_label, options.output_label)
    name = volumes[focus].name
    longest, deepest = largest_of(common.networks)
    page = Overview(
        volumes=volumes,
        seen=seen_of(network),
        cell=lambda step: (name, *unravel(int(step), cells)),
        focus=focus,
        steps=steps,
        size=size,
        labels=options.labels,
        caption=caption_lines(network, words) if options.caption else (),
        longest=longest,
        deepest=deepest,
        most_share=common.share,
        font=font,
        words=words,
    )
    try:
        scene = view(options.view or "iso", page)
    except TangledError:
        rule = "more lines of it run beside each other than can be put in order"
        raise RequestError("network", None, rule, "draw a part of it") from None
    still = _middle(clock.steps, cells)
    remarks += (*missing_glyphs(scene, font), *([NOT_SLOW] if options.slow else []))
    return Layout(scene, clock, remarks, (), "", row=cells[-1], still=still)


def _middle(steps: Sequence[int], size: Sizes) -> int:
    """The frame whose cell is nearest to the middle of the map: what it depends on lies within all others."""
    return min(
        range(len(steps)),
        key=lambda i: sum((2 * at + 1 - cells) ** 2 for at, cells in zip(unravel(int(steps[i]), size), size)),
    )
