"""The page around the maps: labels, the equation under them, the caption, and the finished scene."""

from functools import lru_cache

import numpy as np

from convanim.formula import parameters, size_formulas
from convanim.numerals import joined
from convanim.scene import During, Scene, Shape, Texts
from convanim.sizes import Sizes, spelled
from convanim.views.drawing import Drawing
from convanim.views.gather import gather_plot
from convanim.views.lettering import LEADING, Block, broken, lines_needed, text_block
from convanim.views.plot import Plot
from convanim.views.scatter import scatter_plot


def plot_of(drawing: Drawing) -> Plot:
    """The plot of a drawing, in the reading that was asked for."""
    return scatter_plot(drawing) if drawing.is_scatter else gather_plot(drawing)


def map_labels(drawing: Drawing) -> tuple[str, str]:
    """The input's and the output's label: `input 5×5`, `output 3×3`; empty where labels are off."""
    if not drawing.labels:
        return "", ""
    geometry = drawing.geometry
    output = _label(drawing.output_label, geometry.output_size)
    if drawing.remark:
        output += f" ({drawing.remark})"
    return _label(drawing.input_label, geometry.layer.input_size), output


def _label(words: str, size: Sizes) -> str:
    shape = str(size[0]) if len(size) == 1 else spelled(size)
    return f"{words} {shape}".strip()


def line_height(drawing: Drawing) -> int:
    """Pixels from one line of label text to the next."""
    return round(LEADING * drawing.label_em)


def finished(drawing: Drawing, plot: Plot, shapes: list[Shape], bottom: int) -> Scene:
    """The scene of shapes that end at `bottom`, with the equation and the caption below."""
    text: list[Shape] = []
    if plot.terms is not None:
        bottom += line_height(drawing) // 2
        equation, lines = _equation(drawing, plot, bottom)
        text.append(equation)
        bottom += lines * line_height(drawing)
    if drawing.caption:
        bottom += line_height(drawing) // 2
        caption = _caption(drawing, bottom)
        text.append(caption)
        bottom = round(float(caption.points[-1, 1]) + LEADING * caption.em / 2)
    terms = plot.terms
    return Scene(
        width=drawing.width,
        height=bottom + drawing.margin,
        steps=plot.steps,
        shapes=(*shapes, *text),
        reads=plot.reads,
        writes=plot.writes,
        equation=lambda step: "" if terms is None else joined(terms(step)),
    )


def _equation(drawing: Drawing, plot: Plot, top: int) -> tuple[Texts, int]:
    """The equation of the current step, centred on as many lines as the longest needs."""
    terms = plot.terms
    assert terms is not None
    room = (drawing.width - 2 * drawing.margin) / drawing.label_em
    lines = lines_needed(drawing, plot.widest_term, plot.most_terms, plot.around_terms)
    step_points = [(drawing.width / 2, top + (i + 0.5) * line_height(drawing)) for i in range(lines)]

    @lru_cache(maxsize=4)  # asked for line by line, and by layout as well as by drawing
    def spelled_out(step: int) -> tuple[str, ...]:
        return broken(terms(step), room, lines)

    def text(step: int, line: int) -> str:
        return spelled_out(step)[line] if line < len(spelled_out(step)) else ""

    every_line = np.arange(lines)
    return Texts("equation", np.array(step_points), text, drawing.label_em, when=During(lambda _: every_line)), lines


def _caption(drawing: Drawing, top: int) -> Texts:
    layer = drawing.geometry.layer
    room = drawing.width - 2 * drawing.margin
    blocks = [text_block(drawing, line, room) for line in (parameters(layer), *size_formulas(layer))]
    em = min(block.em for block in blocks)
    lines = tuple(line for block in blocks for line in block.lines)
    return Block(lines, em).at(drawing.width / 2, top, "caption")
