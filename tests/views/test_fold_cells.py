"""A fold shows what it adds, and nothing else: on each row of its matrix another cell."""

from typing import Any

import numpy as np
from helpers.campaigns import listed, together

from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.layers.layer import Fold, PixelShuffle
from convanim.networks.chain import Chain
from convanim.scene.scene import Cells, Lines, shown
from convanim.views.registry import VIEWS

FOLDS = [
    Fold("4@3x3", 4, 2),
    Fold("4@9", 4, 2),
    Fold("8@4", (5, 3), 2, stride=(3, 1)),
    Fold("6@9", (4, 6), (2, 3), stride=(1, 2), padding=(0, 1)),
    Fold("4@4", 4, 2, dilation=2),
]


@together("view", list(VIEWS))
@together("values", [None, "random:7"])
@together("layer", FOLDS)
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


@listed(
    "figure",
    [
        Fold("4@3x3", 4, 2),
        Fold("8@4", (5, 3), 2, stride=(3, 1)),
        PixelShuffle("4@3", 2),
        Chain(4, ["conv 3 4 p1", "pixel-shuffle 2"]),
        Chain(4, ["conv 3 4 p1", "relu", "pixel-shuffle 2"]),
        Chain("1@3x3", ["conv 1 8", "relu", "pixel-shuffle 2"]),
    ],
    ids=str,
)
def test_no_sheet_hides_a_cell_that_is_read(figure: Any) -> None:
    """Sheets of which a step reads some alone lie beside each other, also below a step that keeps channels."""
    scene = compose(figure, Options(view="iso")).scene
    shapes = [s for s in scene.shapes if isinstance(s, Cells)]
    for step in range(scene.steps):
        for number, shape in enumerate(shapes):
            if shape.map.split()[0] not in ("window", "taken"):
                continue
            for element in shown(shape.when, len(shape), step).tolist():
                centre = shape.lattice.centres(shape.cells[[element]])[0]
                over = [s for s in shapes[number:] if s.lattice.origin != shape.lattice.origin and len(s)]
                assert not any(_covers(s, centre) for s in over if s.role in ("input", "hidden"))


def _covers(shape: Cells, point: Any) -> bool:
    """Whether a cell lies over a point."""
    lattice = shape.lattice
    basis = np.array([lattice.row, lattice.column], dtype=float).T
    at = np.floor(np.linalg.solve(basis, point - np.array(lattice.origin))).astype(int)
    return at.tolist() in shape.cells.tolist()
