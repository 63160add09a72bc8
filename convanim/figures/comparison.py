"""Several figures side by side, in step: each with its title, its caption and its cost, and how the costs compare."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from math import inf

from convanim.errors import RequestError
from convanim.figures.layout import Layout, layout_of
from convanim.figures.options import OF_A_PART, Options
from convanim.figures.subject import Comparison, Part
from convanim.figures.timing import MOST_FRAMES, timing
from convanim.networks.chain import Chain
from convanim.networks.cost import cost_of
from convanim.numbers.figure_values import refuse_too_many_cells
from convanim.scene.font import BUNDLED, Metrics
from convanim.scene.picture_size import PictureSize
from convanim.scene.scene import Scene, Shape
from convanim.scene.transforms import merged, named, retimed
from convanim.views.drawing import Page
from convanim.views.text_layout import Block, text_block, wrapped
from convanim.words.costs import spelled_cost, spelled_ratio
from convanim.words.layer_names import brief, stage_parameters

_PROPOSED = re.compile(r"try ([0-9.]+)\w* or more")


class _Sheet(Page):
    """The page that the parts share."""

    def __init__(self, font: Metrics, size: PictureSize, parts: int) -> None:
        self.font = font
        self.size = size
        self.parts = parts


def comparison_layout(
    comparison: Comparison, options: Options, size: PictureSize, pictures: int = 1, *, font: Metrics = BUNDLED
) -> Layout:
    """The scene of a comparison, which is the whole picture or one of so many `pictures` of it.

    Raises RequestError when a part does not fit its share of the width.
    """
    parts = comparison.parts
    width = size.pixels // pictures
    share = width // len(parts)
    made = _parts(parts, options, font, size, pictures * len(parts))
    frames = max(len(each.timing.steps) for each in made)
    clock = timing(
        frames,
        step_time=options.step_time,
        hold=options.hold,
        loop=options.loop,
        steps=options.steps,
        most=max(options.max_frames or MOST_FRAMES, frames),
    )
    page = _Sheet(font, size, pictures * len(parts))
    titles = _alike(page, [(part.title,) if part.title else () for part in parts], page.room)
    said = [_caption(part) if options.caption is not False else () for part in parts]
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
    ratio = _ratio(comparison, page, width) if options.caption is not False else None
    if ratio is not None:
        bottom += page.margin
        around.append(ratio.at(width / 2, bottom, "equation"))
        bottom += round(ratio.height)
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


def _parts(parts: Sequence[Part], options: Options, font: Metrics, size: PictureSize, shares: int) -> list[Layout]:
    """Every part; raises RequestError with the width at which all of them have room, when some have none."""
    made, narrow = [], []
    for part in parts:
        try:
            made.append(_part(part, options, font, size, shares))
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


def _part(part: Part, options: Options, font: Metrics, size: PictureSize, shares: int) -> Layout:
    """One figure in its share of the width, with the page's options but its own of what is drawn."""
    own = {name: getattr(part.options, name) for name in OF_A_PART}
    asked = replace(options, **own, caption=False, steps=None)
    refuse_too_many_cells(part.figure, asked)
    return layout_of(part.figure, asked, size, shares, font=font)


def _caption(part: Part) -> tuple[str, ...]:
    """What a part is and costs; its formulas would take more room than there is."""
    cost = cost_of(part.figure)
    stages = part.figure.stages if isinstance(part.figure, Chain) else (part.figure,)
    what = stage_parameters(stages[0]) if len(stages) == 1 else ", ".join(map(brief, stages))
    return (what, spelled_cost(cost)) if cost.weights else (what,)


def _alike(page: Page, texts: Sequence[tuple[str, ...]], room: float) -> list[Block]:
    """Lines for each part in so much room, all at the size at which the longest fits."""
    em = min((text_block(page, line, room).em for lines in texts for line in lines), default=page.label_em)
    return [
        Block(tuple(w for line in lines for w in wrapped(line, room / em, page.font)), em, page.font) for lines in texts
    ]


def _ratio(comparison: Comparison, page: Page, width: int) -> Block | None:
    """How the costs of the others compare with the first's, on a line each; None where there is nothing to compare."""
    first, *others = [cost_of(part.figure) for part in comparison.parts]
    lines = []
    for part, cost in zip(comparison.parts[1:], others):
        said = spelled_ratio(first, cost)
        if said and first != cost:
            against = comparison.parts[0].title or "the first"
            lines.append(f"{part.title or 'the other'} against {against}: {said}")
    if not lines:
        return None
    return _alike(page, [tuple(lines)], width - 2 * page.margin)[0]
