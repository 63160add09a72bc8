"""Several figures side by side, in step: each with its title, its caption and its cost, and how the costs compare."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from math import inf

from convanim.errors import RequestError
from convanim.figures.difference_marks import cell_side, is_heat, marked
from convanim.figures.layout import Layout, layout_of
from convanim.figures.options import OF_A_PART, Options
from convanim.figures.subject import Comparison, Part, difference_of
from convanim.figures.timing import MOST_FRAMES, timing
from convanim.layers.layer import Layer
from convanim.networks.chain import Chain
from convanim.networks.cost import cost_of
from convanim.networks.differences import Difference
from convanim.numbers.figure_values import refuse_too_many_cells
from convanim.scene.font import Metrics
from convanim.scene.picture_size import PictureSize
from convanim.scene.scene import Scene, Shape
from convanim.scene.transforms import merged, named, retimed
from convanim.views.drawing import Page
from convanim.views.text_layout import Block, text_block, wrapped
from convanim.words.costs import spelled_cost, spelled_ratio
from convanim.words.differences import marked as marks_meaning
from convanim.words.language import Words
from convanim.words.layer_names import stage_parameters, stages_in_brief

_PROPOSED = re.compile(r"try ([0-9.]+)\w* or more")

_UNMARKED = "maps have no grid at this size, so that differing cells are not marked; a larger width shows them"


class _Sheet(Page):
    """The page that the parts share."""

    def __init__(self, font: Metrics, words: Words, size: PictureSize, parts: int) -> None:
        self.font = font
        self.words = words
        self.size = size
        self.parts = parts
        self.most_cell = 0


def comparison_layout(
    comparison: Comparison, options: Options, words: Words, font: Metrics, size: PictureSize, pictures: int = 1
) -> Layout:
    """The scene of a comparison, which is the whole picture or one of so many `pictures` of it.

    Raises RequestError when a part does not fit its share of the width.
    """
    parts = comparison.parts
    width = size.pixels // pictures
    share = width // len(parts)
    page = _Sheet(font, words, size, pictures * len(parts))
    made = _parts(parts, options, page)
    difference = difference_of(comparison)
    if difference is not None:
        made = _marked(parts, _on_one_scale(parts, made, options, page), difference)
    frames = max(len(each.timing.steps) for each in made)
    clock = timing(
        frames,
        step_time=options.step_time,
        hold=options.hold,
        loop=options.loop,
        steps=options.steps,
        most=max(options.max_frames or MOST_FRAMES, frames),
    )
    titles = _alike(page, [(part.title,) if part.title else () for part in parts], page.room)
    said = [_caption(part, words) if options.caption is not False else () for part in parts]
    captions = _alike(page, said, page.room)
    above = max(round(title.height) for title in titles)
    tallest = max(each.scene.height for each in made)
    scenes: list[Scene] = []
    around: list[Shape] = []
    for number, (each, title, caption) in enumerate(zip(made, titles, captions)):
        left = number * share + (width - share * len(parts)) // 2
        down = page.margin + above + (tallest - each.scene.height) // 2
        scene = named(retimed(each.scene, each.timing.steps, frames), str(number + 1))
        scenes.append(scene.shifted(left, down))
        for block, top, role in (
            (title, page.margin, "label"),
            (caption, page.margin + above + tallest, "caption"),
        ):
            if block.lines:
                around.append(block.at(left + share / 2, top, role))
    bottom = page.margin + above + tallest + max(round(caption.height) for caption in captions)
    below = None
    if difference is not None:
        below = _alike(page, [(marks_meaning(difference, words),)], width - 2 * page.margin)[0]
    elif options.caption is not False:
        below = _ratio(comparison, page, width)
    if below is not None:
        bottom += page.margin
        around.append(below.at(width / 2, bottom, "equation"))
        bottom += round(below.height)
    scene = merged(scenes, width, bottom + page.margin)
    scene = replace(scene, shapes=(*scene.shapes, *around))
    left_out = tuple(dict.fromkeys(maps for each in made for maps in each.left_out))
    numbers = hashlib.sha256("".join(each.numbers for each in made).encode()).hexdigest()
    return Layout(scene, clock, _remarks(parts, made), left_out, numbers)


def _remarks(parts: Sequence[Part], made: Sequence[Layout]) -> tuple[str, ...]:
    """What is to be said of the parts, each once: with the part's title where it is not true of all of them."""
    found = []
    for number, (part, each) in enumerate(zip(parts, made), start=1):
        for remark in each.remarks:
            is_shared = all(remark in other.remarks for other in made)
            found.append(remark if is_shared else f"{part.title or f'figure {number}'}: {remark}")
    return tuple(dict.fromkeys(found))


def _parts(parts: Sequence[Part], options: Options, page: _Sheet) -> list[Layout]:
    """Every part; raises RequestError with the width at which all of them have room, when some have none."""
    made, narrow = [], []
    for part in parts:
        try:
            made.append(_part(part, options, page))
        except RequestError as error:
            if error.field != "width":
                raise
            narrow.append(error)
    if narrow:
        raise max(narrow, key=_enough)
    return made


def _enough(error: RequestError) -> float:
    """The width that an error proposes; infinite where there is none."""
    found = _PROPOSED.search(error.fix)
    return float(found[1]) if found else inf


def _on_one_scale(
    parts: Sequence[Part],
    made: list[Layout],
    options: Options,
    page: _Sheet,
) -> list[Layout]:
    """The parts with cells as large as those of the part that has the smallest; in colours all, where one is."""
    scaled = _scaled(parts, made, options, page)
    if len({is_heat(each.scene) for each in scaled}) == 1:
        return scaled
    coloured = [replace(part, options=replace(part.options, heat_map=True)) for part in parts]
    return _scaled(coloured, _parts(coloured, options, page), options, page)


def _scaled(
    parts: Sequence[Part],
    made: list[Layout],
    options: Options,
    page: _Sheet,
) -> list[Layout]:
    sides = [cell_side(each.scene) for each in made]
    if min(sides) == max(sides) or not min(sides):
        return made
    return [
        each if side == min(sides) else _part(part, options, page, min(sides))
        for part, each, side in zip(parts, made, sides)
    ]


def _marked(parts: Sequence[Part], made: list[Layout], difference: Difference) -> list[Layout]:
    """The parts with marks on all cells that differ."""
    found = []
    for part, each in zip(parts, made):
        assert isinstance(part.figure, Layer)
        scene, is_whole = marked(each.scene, difference, part.figure)
        more = () if is_whole else (_UNMARKED,)
        found.append(replace(each, scene=scene, remarks=(*each.remarks, *more)))
    return found


def _part(part: Part, options: Options, page: _Sheet, most_cell: int = 0) -> Layout:
    """One figure in its share of the width, with the page's options but its own of what is drawn."""
    own = {name: getattr(part.options, name) for name in OF_A_PART}
    asked = replace(options, **own, caption=False, steps=None)
    refuse_too_many_cells(part.figure, asked)
    return layout_of(part.figure, asked, page.words, page.font, page.size, page.parts, most_cell=most_cell)


def _caption(part: Part, words: Words) -> tuple[str, ...]:
    """What a part is and costs; its formulas would take more room than there is."""
    cost = cost_of(part.figure)
    stages = part.figure.stages if isinstance(part.figure, Chain) else (part.figure,)
    what = stage_parameters(stages[0], words) if len(stages) == 1 else stages_in_brief(part.figure, words)
    return (what, spelled_cost(cost, words)) if cost.weights else (what,)


def _alike(page: Page, texts: Sequence[tuple[str, ...]], room: float) -> list[Block]:
    """Lines for each part in so much room, all at the size at which the longest fits."""
    em = min((text_block(page, line, room).em for lines in texts for line in lines), default=page.label_em)
    return [Block(tuple(w for line in lines for w in wrapped(line, room / em, page)), em, page.font) for lines in texts]


def _ratio(comparison: Comparison, page: Page, width: int) -> Block | None:
    """How the costs of the others compare with the first's, on a line each; None where there is nothing to compare."""
    first, *others = [cost_of(part.figure) for part in comparison.parts]
    lines, words = [], page.words
    for part, cost in zip(comparison.parts[1:], others):
        said = spelled_ratio(first, cost, words)
        if said and first != cost:
            against = comparison.parts[0].title or words("the_first")
            lines.append(words("against", one=part.title or words("the_other"), other=against, ratio=said))
    if not lines:
        return None
    return _alike(page, [tuple(lines)], width - 2 * page.margin)[0]
