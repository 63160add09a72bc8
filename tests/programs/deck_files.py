"""What decks in these tests are made of, and what is wrong on their pages."""

import re
from pathlib import Path

import numpy as np
from helpers.pixels import Picture
from helpers.slides import HOSTILE
from outside import drawn, needs, run

from convanim.figures.animation import Animation, compose
from convanim.figures.options import Options
from convanim.figures.recipes.recipes import load_recipe
from convanim.layers.layer import Conv
from convanim.scene.scene import Cells, shown

HOSTILE_ALT = "\\end{document} } {, a=b] 100% of _it_ # 猫"


def figures() -> list[Animation]:
    """Three figures: plain, hostile and dark, with numbers."""
    hostile = compose(Conv(4, 3), Options(), name="a b", title=HOSTILE, alt=HOSTILE_ALT)
    return [
        load_recipe("no_padding_strides").animation(),
        hostile,
        load_recipe("numerical_max_pooling", theme="dark").animation(),
    ]


def steps(animation: Animation) -> int:
    """How many frames there are."""
    return len(animation.timing.steps)


def pages(pdf: Path) -> int:
    """How many pages a PDF has."""
    found = re.search(r"^Pages:\s+(\d+)$", run(needs("pdfinfo", "poppler-utils"), pdf), re.MULTILINE)
    assert found
    return int(found[1])


def wrong(picture: Picture, animation: Animation, step: int) -> int:
    """In how many cells a picture has other colours than the renderer's; a line may run through two probes."""
    parts = np.array([(0.2, 0.2), (0.2, 0.35), (0.35, 0.2), (0.8, 0.65), (0.65, 0.8)])
    found = [
        shape.lattice.points(shape.cells[shown(shape.when, len(shape), step)][:, None] + parts)
        for shape in animation.scene.shapes
        if isinstance(shape, Cells)
    ]
    x, y = np.moveaxis(np.floor(np.concatenate(found)).astype(int), -1, 0)
    off = np.abs(picture[y, x].astype(int) - drawn(animation, step)[y, x, :3]).max(axis=-1)
    return int(((off <= 6).sum(axis=1) < 3).sum())
