"""The page around one map in and one out: their labels, how they are read, and the finished scene."""

from dataclasses import replace

from convanim.layers.sizes import Sizes
from convanim.scene.scene import Scene, Shape
from convanim.views.drawing import Drawing
from convanim.views.legend import LEGEND_HEIGHT, bar
from convanim.views.page import scene_of
from convanim.views.single_maps.gather_reading import gather_reading
from convanim.views.single_maps.reading import Reading
from convanim.views.text_layout import numbers_alike
from convanim.words.labels import told_size
from convanim.words.language import Words


def reading_of(drawing: Drawing) -> Reading:
    """The reading of a drawing that was asked for: gather or scatter."""
    if drawing.is_scatter:
        from convanim.views.single_maps.scatter_reading import scatter_reading  # few drawings are

        return scatter_reading(drawing)
    return gather_reading(drawing)


def map_labels(drawing: Drawing) -> tuple[str, str]:
    """The input's and the output's label: `input 5×5`, of one axis `input: 5 cells`; empty where labels are off."""
    if not drawing.labels:
        return "", ""
    geometry = drawing.geometry
    output = _label(drawing.output_label, "output", drawing.words, geometry.output_size)
    return _label(drawing.input_label, "input", drawing.words, geometry.layer.input_size), output


def _label(own: str | None, name: str, words: Words, size: Sizes) -> str:
    called, told = words(name) if own is None else own, told_size(size, words)
    return words.titled(called, told) if len(size) == 1 and called else f"{called} {told}".strip()


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
