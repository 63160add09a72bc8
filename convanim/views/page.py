"""The page around the maps: labels, the equation under them, the caption, and the finished scene."""

from collections.abc import Callable
from dataclasses import replace

from convanim.layers.sizes import Sizes, spelled
from convanim.scene.scene import Key, Scene, Shape, Texts
from convanim.views.drawing import Drawing, Page
from convanim.views.equation_line import Equation, equation_lines, equation_shapes
from convanim.views.key_line import key_line
from convanim.views.legend import LEGEND_HEIGHT, bar
from convanim.views.single_maps.gather_reading import gather_reading
from convanim.views.single_maps.reading import Reading
from convanim.views.single_maps.scatter_reading import scatter_reading
from convanim.views.stacks.stack import Stack
from convanim.views.text_layout import LEADING, Block, numbers_alike, text_block
from convanim.words.equations import joined
from convanim.words.language import Words


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
    if reading.scale is not None:
        shapes = shapes + bar(drawing, drawing.width / 2, bottom, drawing.room / 2, reading.scale)
        bottom += round(LEGEND_HEIGHT * drawing.unit)
    scene = scene_of(
        drawing,
        numbers_alike(shapes),
        bottom,
        reading.steps,
        (reading.equation, not reading.scale),
        drawing.caption,
        (reading.reads, reading.writes),
    )
    return replace(scene, parts=reading.parts)


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
        (None if stack.equation is None else stack.equation(stack), stack.spells_terms),
        stack.caption,
        (stack.reads, lambda step: ((stack.output.name, *stack.cell(step)),)),
    )
    return replace(scene, behind=stack.behind)


def scene_of(
    page: Page,
    shapes: list[Shape],
    bottom: int,
    steps: int,
    equation: tuple[Equation | None, bool],
    caption: tuple[str, ...],
    keys: tuple[Callable[[int], tuple[Key, ...]], Callable[[int], tuple[Key, ...]]],
) -> Scene:
    """The scene of shapes that end at `bottom`; below them an equation, if it is to be shown, and caption lines."""
    text: list[Shape] = []
    told, is_shown = equation
    if told is not None and is_shown:
        bottom += line_height(page) // 2
        text += equation_shapes(page, told, bottom)
        bottom += equation_lines(page, told) * line_height(page)
    if page.labels:
        told_of, bottom = key_line(page, shapes, bottom)
        text += told_of
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
    )


def _caption(page: Page, caption: tuple[str, ...], top: int) -> Texts:
    blocks = [text_block(page, line, page.room) for line in caption]
    em = min(block.em for block in blocks)
    lines = tuple(line for block in blocks for line in block.lines)
    return Block(lines, em, page.font).at(page.width / 2, top, "caption")
