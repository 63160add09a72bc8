"""The numbers in the cells of a figure: at one font size, and with air around them."""

from typing import Any

import numpy as np
from helpers.campaigns import together

from convanim import Comparison, Part, load_recipe
from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.files.catalogue import template_groups
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, LPPool, MaxPool, Upsample
from convanim.scene.scene import Cells, Scene, Texts
from convanim.views.text_layout import is_number

LAYERS: list[tuple[Layer, dict[str, Any]]] = [
    (AvgPool(5, 3, 1), {}),
    (LPPool(4, 2, 2), {}),
    (MaxPool(5, 2, ceil_mode=True), {}),
    (Conv(4, 3, padding=1), {"kernel_values": "random:2"}),
    (ConvTranspose(3, 3, 2, 1), {"kernel_values": "random:2", "transposed_as": "scatter"}),
    (Upsample(3, size=5, mode="bilinear"), {}),
]
GROUPS = ("In numbers", "Pooling", "Upsampling", "The backward pass", "Where two layers differ")


def sizes(scene: Scene) -> set[float]:
    """The font sizes of the numbers in cells."""
    return {shape.em for shape in scene.shapes if is_number(shape)}


@together("view", ["iso", "flat"])
@together("layer, looks", LAYERS)
def test_digits_of_a_figure_have_one_size(layer: Layer, looks: dict[str, Any], view: str) -> None:
    """Input, output, kernel and products, however long the numbers of one of them are."""
    assert len(sizes(compose(layer, Options(values="random:7", view=view, width=700, **looks)).scene)) == 1


def test_digits_of_figures_side_by_side_have_one_size() -> None:
    """A sum in whole numbers beside a norm that is none."""
    norms = [Part(LPPool(4, norm, 2), Options(values="random:7")) for norm in (1, 2, 8)]
    assert len(sizes(compose(Comparison(tuple(norms)), Options(width=1000)).scene)) == 1


@together("name", [name for group in GROUPS for name in template_groups()[group]])
def test_digits_of_templates_have_air(name: str) -> None:
    """No number of a template fills more than three quarters of its cell's width."""
    scene = load_recipe(name).animation().scene
    cells = [s.lattice for s in scene.shapes if isinstance(s, Cells) and s.lattice.is_upright]
    for shape in scene.shapes:
        if isinstance(shape, Texts) and is_number(shape) and isinstance(shape.text, tuple) and cells:
            widest = max((shape.font.width(text, shape.em) for text in shape.text), default=0)
            assert widest < 0.75 * max(np.hypot(*lattice.column) for lattice in cells)
