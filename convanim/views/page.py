"""The page around the maps: labels, the equation under them, the caption, and the finished scene."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from math import inf

import numpy as np

from convanim.layers.sizes import Sizes, spelled
from convanim.scene.scene import During, Key, Scene, Shape, Texts
from convanim.views.drawing import Drawing, Page, TooNarrowError
from convanim.views.gather_reading import gather_reading
from convanim.views.legend import LEGEND_HEIGHT, bar
from convanim.views.reading import Reading
from convanim.views.scatter_reading import scatter_reading
from convanim.views.stack import Stack
from convanim.views.text_layout import LEADING, Block, broken, lines_needed, text_block, widest, wrapped_lines
from convanim.words.captions import caption_lines
from convanim.words.equations import Terms, joined
from convanim.words.language import Words

_MOST_LINES = 3  # of a stack's equation
_SAMPLES = 40  # steps whose equations are looked at to know how wide they are, or how many lines they take


def reading_of(drawing: Drawing) -> Reading:
    """The reading of a drawing that was asked for: gather or scatter."""
    return scatter_reading(drawing) if drawing.is_scatter else gather_reading(drawing)


def map_labels(drawing: Drawing) -> tuple[str, str]:
    """The input's and the output's label: `input 5×5`, `output 3×3`; empty where labels are off."""
    if not drawing.labels:
        return "", ""
    geometry = drawing.geometry
    output = _label(drawing.output_label, "output", drawing.words, geometry.output_size)
    if drawing.remark:
        output += f" ({drawing.remark})"
    return _label(drawing.input_label, "input", drawing.words, geometry.layer.input_size), output


def _label(own: str | None, name: str, words: Words, size: Sizes) -> str:
    shape = str(size[0]) if len(size) == 1 else spelled(size)
    return f"{words(name) if own is None else own} {shape}".strip()


def line_height(page: Page) -> int:
    """Pixels from one line of label text to the next."""
    return round(LEADING * page.label_em)


def finished(drawing: Drawing, reading: Reading, shapes: list[Shape], bottom: int) -> Scene:
    """The scene of shapes that end at `bottom`, with the equation and the caption below."""
    lines = 0
    if reading.scale:
        shapes = shapes + bar(drawing, drawing.width / 2, bottom, drawing.room / 2, reading.scale)
        bottom += round(LEGEND_HEIGHT * drawing.unit)
    elif reading.terms is not None:
        lines = lines_needed(drawing, reading.widest_term, reading.most_terms, reading.around_terms)
    most = reading.widest_term + reading.around_terms
    caption = caption_lines(drawing.geometry.layer, drawing.words) if drawing.caption else ()
    return scene_of(
        drawing, shapes, bottom, reading.steps, (reading.terms, lines, most), caption, (reading.reads, reading.writes)
    )


def finished_stack(stack: Stack, shapes: list[Shape], bottom: int, *, has_grid: bool = True) -> Scene:
    """The scene of shapes that end at `bottom`, with the equation and the caption below."""
    if stack.labels and not has_grid:
        copies = any(plan.copies is not None for plan in stack.maps)
        said = text_block(stack, stack.words("gridless_copies" if copies else "gridless"), stack.room)
        shapes = [*shapes, said.at(stack.width / 2, bottom + 0.3 * said.em, "caption")]
        bottom += round(said.height + 0.3 * said.em)
    scene = scene_of(
        stack,
        shapes,
        bottom,
        stack.steps,
        (stack.terms, _stack_lines(stack), inf),
        stack.caption,
        (stack.reads, lambda step: ((stack.output.name, *stack.cell(step)),)),
    )
    return replace(scene, behind=stack.behind)


def _stack_lines(stack: Stack) -> int:
    """How many lines the longest equation takes, at most three."""
    if stack.terms is None or not stack.spells_terms:
        return 0
    room = stack.room / stack.label_em
    among = range(0, stack.steps, max(1, stack.steps // _SAMPLES))
    return min(_MOST_LINES, max(len(wrapped_lines(stack.terms(step), room, stack.font)) for step in among))


def scene_of(
    page: Page,
    shapes: list[Shape],
    bottom: int,
    steps: int,
    equation: tuple[Callable[[int], Terms] | None, int, float],
    caption: tuple[str, ...],
    keys: tuple[Callable[[int], tuple[Key, ...]], Callable[[int], tuple[Key, ...]]],
) -> Scene:
    """The scene of shapes that end at `bottom`; below them an equation and caption lines.

    The equation comes with its lines and with what its longest part takes at most, in ems.
    """
    text: list[Shape] = []
    terms, lines, most = equation
    if terms is not None and lines:
        bottom += line_height(page) // 2
        text.append(_equation(page, terms, lines, bottom, steps, most))
        bottom += lines * line_height(page)
    if caption:
        bottom += line_height(page) // 2
        block = _caption(page, caption, bottom)
        text.append(block)
        bottom = round(float(block.points[-1, 1]) + LEADING * block.em / 2)
    return Scene(
        width=page.width,
        height=bottom + page.margin,
        steps=steps,
        shapes=tuple(replace(s, font=page.font) if isinstance(s, Texts) else s for s in (*shapes, *text)),
        reads=keys[0],
        writes=keys[1],
        equation=lambda step: "" if terms is None else joined(terms(step)),
        unit=page.unit,
    )


def _equation(page: Page, terms: Callable[[int], Terms], lines: int, top: int, steps: int, most: float) -> Texts:
    """The equation of the current step, centred on as many lines as the longest needs.

    It is smaller where a line of a single term would not fit otherwise. Raises TooNarrowError where it fits in no size.
    """
    room = page.room / page.label_em
    among = range(0, steps, max(1, steps // _SAMPLES)) if most > room else ()
    longest = max((widest(broken(terms(step), room, lines, page.font), page.font) for step in among), default=0.0)
    em = page.label_em if longest <= room else max(page.least_em, page.room / longest)
    if longest * em > page.width:
        raise TooNarrowError("the longest part of an equation does not fit on a line")
    room = page.room / em
    step_points = [(page.width / 2, top + (i + 0.5) * line_height(page)) for i in range(lines)]

    @lru_cache(maxsize=4)  # asked for line by line, and by layout as well as by drawing
    def spelled_out(step: int) -> tuple[str, ...]:
        return broken(terms(step), room, lines, page.font)

    def text(step: int, line: int) -> str:
        return spelled_out(step)[line] if line < len(spelled_out(step)) else ""

    every_line = np.arange(lines)
    return Texts("equation", np.array(step_points), text, em, when=During(lambda _: every_line))


def _caption(page: Page, caption: tuple[str, ...], top: int) -> Texts:
    blocks = [text_block(page, line, page.room) for line in caption]
    em = min(block.em for block in blocks)
    lines = tuple(line for block in blocks for line in block.lines)
    return Block(lines, em, page.font).at(page.width / 2, top, "caption")
