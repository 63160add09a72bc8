"""A fold shows what it adds, and nothing else: on each row of its matrix another cell."""

import pytest

from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.layers.kinds.fold import Fold
from convanim.scene.scene import Cells, Lines, shown
from convanim.views.registry import VIEWS

FOLDS = [
    Fold("4@3x3", 4, 2),
    Fold("4@9", 4, 2),
    Fold("8@4", (5, 3), 2, stride=(3, 1)),
    Fold("6@9", (4, 6), (2, 3), stride=(1, 2), padding=(0, 1)),
    Fold("4@4", 4, 2, dilation=2),
]


@pytest.mark.parametrize("view", list(VIEWS))
@pytest.mark.parametrize("values", [None, "random:7"])
@pytest.mark.parametrize("layer", FOLDS, ids=str)
def test_only_what_is_added_is_lit_and_framed(layer: Fold, values: str | None, view: str) -> None:
    """At every step the cells under the window are those that are read, each in a frame of its own."""
    scene = compose(layer, Options(values=values, view=view, max_sheets=99)).scene
    for step in range(scene.steps):
        read = {key[1:] for key in scene.reads(step)}
        lit = set()
        frames = 0
        for shape in scene.shapes:
            if isinstance(shape, Cells) and shape.map in ("window", "taken"):
                lit |= {shape.key(int(element))[1:] for element in shown(shape.when, len(shape), step)}
            elif isinstance(shape, Lines) and shape.role == "accent":
                frames += len(shape.at(step)) // 4
        assert {cell for cell in lit if len(cell) == 3} == read
        assert frames == len(read) + 1  # and that of the cell that is made
