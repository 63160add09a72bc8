"""The page around any maps: the equation under them, the key, the caption, and the finished scene."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from convanim.scene.scene import NO_KEY, Key, KeyLine, Scene, Shape, Texts
from convanim.views.drawing import Page
from convanim.views.equation_line import Equation, equation_lines, equation_shapes
from convanim.views.key_line import Kinds, key_line, kinds_among
from convanim.views.text_layout import LEADING, Block, text_block
from convanim.words.equations import joined


def line_height(page: Page) -> int:
    """Pixels from one line of label text to the next."""
    return round(LEADING * page.label_em)


def scene_of(
    page: Page,
    shapes: list[Shape],
    bottom: int,
    steps: int,
    equation: tuple[Equation | None, bool],
    caption: tuple[str, ...],
    keys: tuple[Callable[[int], Sequence[Key]], Callable[[int], Sequence[Key]]],
    note: str = "",
) -> Scene:
    """The scene of shapes that end at `bottom`; below them an equation, if it is to be shown, and caption lines.

    A note on how the maps are drawn, and which steps are shown, stand above what tells their cells.
    """
    text: list[Shape] = []
    told, is_shown = equation
    if told is not None and is_shown:
        bottom += line_height(page) // 2
        text += equation_shapes(page, told, bottom)
        bottom += equation_lines(page, told) * line_height(page)
    key = NO_KEY
    if page.labels:
        notes, kinds = tuple(filter(None, (note, page.remark))), kinds_among(shapes, page.filled)
        told_of, end = told_below(page, notes, kinds, bottom, page.width)
        key = key if caption else KeyLine(len(told_of), end - bottom, notes, kinds)
        text, bottom = text + told_of, end
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
        equation=lambda step: "" if told is None else joined(told.terms(step)),
        unit=page.unit,
        key=key,
    )


def told_below(page: Page, notes: tuple[str, ...], kinds: Kinds, top: int, width: int) -> tuple[list[Shape], int]:
    """Notes from `top` down, each on its own line, and below them the key, in a picture so wide; where they end."""
    told: list[Shape] = []
    for note in notes:
        block = text_block(page, note, width - 2 * page.margin)
        above = 0.3 * block.em
        told.append(block.at(width / 2, top + above, "caption"))
        top += round(above + block.height)
    key, top = key_line(page, kinds, top, width)
    return told + key, top


def _caption(page: Page, caption: tuple[str, ...], top: int) -> Texts:
    blocks = [text_block(page, line, page.room) for line in caption]
    em = min(block.em for block in blocks)
    lines = tuple(line for block in blocks for line in block.lines)
    return Block(lines, em, page.font).at(page.width / 2, top, "caption")
