"""Several figures side by side, in step: each with its title, its caption and its cost, and how the costs compare."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from math import floor, inf

import numpy as np

from convanim.figures.alt_text import default_title
from convanim.figures.comparisons.cost_bars import cost_bars
from convanim.figures.comparisons.difference_marks import em_within, frames, marked
from convanim.figures.comparisons.parts_alike import parts_alike
from convanim.figures.comparisons.shared_key import shared_key
from convanim.figures.layouts.layout import Layout
from convanim.figures.options import Options
from convanim.figures.subject import Comparison, Part, difference_of
from convanim.figures.timing import MOST_FRAMES, timing
from convanim.layers.backward import Backward
from convanim.layers.layer import Layer, channels_of
from convanim.networks.chain import Chain
from convanim.networks.cost import cost_of, cost_shares
from convanim.networks.differences import Difference
from convanim.networks.network import Network
from convanim.networks.pointwise import Pointwise
from convanim.scene.font import Metrics
from convanim.scene.picture_size import PictureSize
from convanim.scene.scene import Blocks, Cells, Lattice, Scene, Shape
from convanim.scene.transforms import merged, named, retimed
from convanim.views.drawing import Page
from convanim.views.registry import PRODUCTS
from convanim.views.text_layout import LEADING, Block, numbers_alike, text_block, wrapped
from convanim.words.backward import backward_name
from convanim.words.captions import caption_lines
from convanim.words.costs import spelled_cost
from convanim.words.differences import framed_verdict
from convanim.words.language import Words
from convanim.words.layer_names import stage_parameters, stages_in_brief, told_apart

_INPUTS = ("input", "map 0", "gradient_of_output")  # what the first map is called, and a perceptron's first column
_UNMARKED = "maps have no grid at this size, so that differing cells are not marked; a larger width shows them"


class _Sheet(Page):
    """The page that the parts share."""

    def __init__(self, font: Metrics, words: Words, size: PictureSize) -> None:
        self.font = font
        self.words = words
        self.size = size


def comparison_layout(
    comparison: Comparison, options: Options, words: Words, font: Metrics, size: PictureSize
) -> Layout:
    """The scene of a comparison.

    Raises RequestError when a part does not fit its share of the width.
    """
    parts = comparison.parts
    width = size.own_pixels
    page = _Sheet(font, words, size.split(len(parts)))
    share = page.width
    difference = difference_of(comparison)
    drawn = _without_chains_of_one(parts)
    made, key = shared_key(parts_alike(drawn, options, page), page, width)
    if difference is not None:
        made = _marked(parts, made, difference, page.least_em)
    frames = max(len(each.timing.steps) for each in made)
    clock = timing(
        frames,
        step_time=options.step_time,
        hold=options.hold,
        loop=options.loop,
        slow=options.slow,
        steps=options.steps,
        most=max(options.max_frames or MOST_FRAMES, frames),
    )
    row, is_numeric = max(each.row for each in made), any(each.is_numeric for each in made)
    if options.step_time is None:
        clock = clock.paced(row, is_numeric=is_numeric)
    names = _names(parts, words)
    titles = _alike(page, [(name,) if part.title or part.text else () for part, name in zip(parts, names)], page.room)
    said = [_caption(part, options.caption, words, in_brief=difference is not None) for part in parts]
    captions = _alike(page, said, page.room)
    above = max(round(title.height) for title in titles)
    line = max(_input_line(each.scene) for each in made)
    is_products = all(part.options.view in PRODUCTS for part in parts)  # whose headlines are on one line
    lower = [0 if is_products else line - _input_line(each.scene) for each in made]
    tallest = max(each.scene.height + down for each, down in zip(made, lower))
    scenes: list[Scene] = []
    around = key.moved(page.margin + above + tallest)
    for number, (each, title, caption) in enumerate(zip(made, titles, captions)):
        left = number * share + (width - share * len(parts)) // 2
        down = page.margin + above + lower[number]
        scene = named(retimed(each.scene, _in_pace(drawn, made, number, frames), frames), str(number + 1))
        scenes.append(scene.shifted(left, down))
        for block, top, role in (
            (title, page.margin, "label"),
            (caption, page.margin + above + tallest + key.height, "caption"),
        ):
            if block.lines:
                around.append(block.at(left + share / 2, top, role))
    bottom = page.margin + above + tallest + key.height + max(round(caption.height) for caption in captions)
    if difference is not None:
        told, bottom = _told(page, difference, width, bottom + page.margin)
        around += told
    elif options.caption is not False:
        costs = [(cost_of(part.figure), cost_shares(part.figure)) for part in parts]
        bars, end = cost_bars(page, names, costs, page.margin, width - 2 * page.margin, bottom + page.margin)
        around += bars
        bottom = end if bars else bottom
    scene = merged(scenes, width, bottom + page.margin)
    scene = replace(scene, shapes=(*scene.shapes, *around))
    left_out = tuple(dict.fromkeys(maps for each in made for maps in each.left_out))
    numbers = hashlib.sha256("".join(each.numbers for each in made).encode()).hexdigest()
    cell = min(each.cell for each in made)
    stills = {each.still for each in made}
    still = stills.pop() if len(stills) == 1 else None
    remarks = _remarks(parts, made)
    return Layout(scene, clock, remarks, left_out, numbers, cell, row, is_numeric, still)


def _in_pace(parts: Sequence[Part], made: Sequence[Layout], number: int, frames: int) -> Sequence[int]:
    """The steps of a part, one for each of its frames: what ends first waits at its end.

    But a layer of one place, such as a fully connected one, stays on each filter for as long as a layer beside it that
    goes through as many, one after another.
    """
    own = made[number].timing.steps
    if _filters(parts[number]) != len(own) or len(own) == frames:
        return own
    for part, other in zip(parts, made):
        is_one_after_another = part.options.order == "filter" and len(other.timing.steps) == other.scene.steps == frames
        if is_one_after_another and _filters(part) == len(own):
            return [step for step in own for _ in range(frames // len(own))]
    return own


def _filters(part: Part) -> int:
    """How many filters the layer of a part has; 0 where it is no layer, or has none."""
    channels = channels_of(part.figure) if isinstance(part.figure, Layer) else None
    return 0 if channels is None else channels.outputs


def _without_chains_of_one(parts: Sequence[Part]) -> list[Part]:
    """The parts with layers in place of chains of one layer, where all that are chains are such: titles name these."""
    alone = [part.figure.stages[0] if isinstance(part.figure, Chain) else part.figure for part in parts]
    are_short = all(len(part.figure.stages) == 1 for part in parts if isinstance(part.figure, Chain))
    if not are_short or any(isinstance(figure, Pointwise) for figure in alone):
        return list(parts)
    return [replace(part, figure=figure) for part, figure in zip(parts, alone) if not isinstance(figure, Pointwise)]


def _remarks(parts: Sequence[Part], made: Sequence[Layout]) -> tuple[str, ...]:
    """What is to be said of the parts, each once: with the part's title where it is not true of all of them."""
    found = []
    for number, (part, each) in enumerate(zip(parts, made), start=1):
        for remark in each.remarks:
            is_shared = all(remark in other.remarks for other in made)
            found.append(remark if is_shared else f"{part.title or part.text or f'figure {number}'}: {remark}")
    return tuple(dict.fromkeys(found))


def _marked(parts: Sequence[Part], made: list[Layout], difference: Difference, least: float) -> list[Layout]:
    """The parts with frames around the cells that differ; where single ones do, digits are small enough for frames."""
    em = inf
    if not difference.is_equal and difference.differing < difference.cells:
        em = max(least, min(em_within(each.scene, len(p.figure.input_size)) for p, each in zip(parts, made)))
    found = []
    for part, each in zip(parts, made):
        assert isinstance(part.figure, Layer)
        shapes = each.scene.shapes if em == inf else tuple(numbers_alike(each.scene.shapes, em))
        scene, is_whole = marked(replace(each.scene, shapes=shapes), difference, part.figure)
        more = () if is_whole else (_UNMARKED,)
        found.append(replace(each, scene=scene, remarks=(*each.remarks, *more)))
    return found


def _told(page: _Sheet, difference: Difference, width: int, top: int) -> tuple[list[Shape], int]:
    """What differs, in words from `top` down, behind a cell that is framed as those that do; and where they end."""
    is_framed = not difference.is_equal
    block = _alike(page, [(framed_verdict(difference, page.words),)], width - 2 * page.margin)[0]
    line, side = round(LEADING * block.em), round(1.2 * block.em)
    before = round(1.6 * block.em) if is_framed else 0  # what the cell takes, and the gap behind it
    words = block.at((width + before) / 2, top, "equation")
    if not is_framed:
        return [words], top + round(block.height)
    left = round((width + before) / 2 - block.width / 2) - before
    cell = Lattice((left, top + (line - side) // 2), (side, 0), (0, side))
    # On its border: within so small a cell the frame would leave little of it.
    framed = frames(cell, np.zeros((1, 2), int), page.unit, room=0)
    shown = [Blocks("output", "key", cell, np.array([(0, 0, 1, 1)])), *framed]
    return [*shown, words], top + round(block.height)


def _names(parts: Sequence[Part], words: Words) -> list[str]:
    """What the parts are called: as their makers say, else in words."""
    figures = [part.figure for part in parts if not isinstance(part.figure, Network | Backward)]
    if len(figures) < len(parts):
        return [part.title or default_title(part.figure, words) for part in parts]
    return [part.title or name for part, name in zip(parts, told_apart(figures, words))]


def _input_line(scene: Scene) -> int:
    """The height at which the middle of the input is, which all parts have on one line."""
    inputs = [shape for shape in scene.shapes if isinstance(shape, Cells | Blocks) and shape.map in _INPUTS]
    if len({shape.map for shape in inputs}) > 1:  # of a gradient by the weights one is the kernel, which is not read
        read = {key[0] for key in scene.reads(0)}
        inputs = [shape for shape in inputs if shape.map in read]
    boxes = [shape.boxes(0, np.arange(len(shape))) for shape in inputs]
    edges = np.concatenate([box[:, [1, 3]] for box in boxes if len(box)]) if inputs else np.zeros((1, 2))
    return floor((float(edges[:, 0].min()) + float(edges[:, 1].max())) / 2)


def _caption(part: Part, asked: bool | None, words: Words, *, in_brief: bool) -> tuple[str, ...]:
    """What a part is, where its title does not say so, and costs; its formulas, too, where a caption was asked for.

    In brief there are no costs: those of layers that are to be equal are.
    """
    if asked is not None:
        figure = part.figure
        is_alone = isinstance(figure, Chain) and len(figure.stages) == 1  # a quoted layer
        alone = figure.stages[0] if isinstance(figure, Chain) and is_alone else figure
        return () if not asked else caption_lines(figure if isinstance(alone, Pointwise) else alone, words)
    what: tuple[str, ...] = ()
    if isinstance(part.figure, Backward):
        what = () if part.title or part.text else (backward_name(part.figure, words),)
    elif not part.text and not isinstance(part.figure, Network):
        stages = part.figure.stages if isinstance(part.figure, Chain) else (part.figure,)
        is_told = len(stages) == 1 and not in_brief
        what = (stage_parameters(stages[0], words) if is_told else stages_in_brief(part.figure, words),)
    if in_brief:
        return what
    cost = cost_of(part.figure)
    return (*what, spelled_cost(cost, words)) if cost.weights else what


def _alike(page: Page, texts: Sequence[tuple[str, ...]], room: float) -> list[Block]:
    """Lines for each part in so much room, all at the size at which the longest fits."""
    em = min((text_block(page, line, room).em for lines in texts for line in lines), default=page.label_em)
    return [Block(tuple(w for line in lines for w in wrapped(line, room / em, page)), em, page.font) for lines in texts]
