"""What is outlined of a window: all of it at once, and with gaps between its cells each of them."""

from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign
from helpers.pixels import composed
from helpers.stacks import places
from hypothesis import given
from hypothesis import strategies as st

from convanim.figures.options import Options
from convanim.layers.layer import Conv
from convanim.scene.scene import Cells, Lines, Scene
from convanim.views.registry import VIEWS

Edge = frozenset[tuple[int, int]]
_AROUND = ((-1, 0, (0, 0), (0, 1)), (1, 0, (1, 0), (1, 1)), (0, -1, (0, 0), (1, 0)), (0, 1, (0, 1), (1, 1)))


def border(cells: set[tuple[int, int]]) -> set[Edge]:
    """The sides, as pairs of corners, that some cells have with all others."""
    return {
        frozenset({(r + a, c + b), (r + x, c + y)})
        for r, c in cells
        for down, right, (a, b), (x, y) in _AROUND
        if (r + down, c + right) not in cells
    }


def outlined(scene: Scene, step: int) -> set[Edge]:
    """The sides of the input's cells that the accent runs on."""
    lattice = next(s.lattice for s in scene.shapes if isinstance(s, Cells) and s.map == "input")
    (around, *_) = [s for s in scene.shapes if isinstance(s, Lines) and s.role == "accent"]
    basis = np.linalg.inv(np.array([lattice.row, lattice.column], dtype=float))
    found: set[Edge] = set()
    for line in around.at(step):
        start, end = np.rint((line - lattice.origin) @ basis).astype(int)
        count = int(np.abs(end - start).max())
        corners = [tuple((start + (end - start) * n // count).tolist()) for n in range(count + 1)]
        found |= {frozenset(pair) for pair in pairwise(corners)}
    return found


@st.composite
def layers(draw: st.DrawFn) -> Conv:
    """Convolutions of two axes, with and without gaps between the cells of their windows, of one map and of several."""
    kernel = tuple(draw(st.integers(1, 3)) for _ in range(2))
    dilation = tuple(draw(st.integers(1, 3)) for _ in range(2))
    size = tuple(d * (k - 1) + 1 + draw(st.integers(0, 2)) for k, d in zip(kernel, dilation))
    return Conv(size, kernel, dilation=dilation, in_channels=draw(st.sampled_from([None, 1])), out_channels=None)


@pytest.mark.parametrize("view", list(VIEWS))
@campaign(30)
@given(layer=layers())
def test_the_outline_is_around_what_is_read(view: str, layer: Any) -> None:
    """Around every cell that a step reads, and no line between cells that are read, nor around what is not."""
    scene = composed(layer, Options(view=view, max_frames=999)).scene
    for step in range(scene.steps):
        read = {(int(key[-2]), int(key[-1])) for key in scene.reads(step)}
        assert outlined(scene, step) == border(read)


@pytest.mark.parametrize("view", list(VIEWS))
def test_sheets_have_it_too(view: str) -> None:
    """Of a map of several channels every sheet that is read."""
    scene = composed(Conv("2@7x7", (3, 2), dilation=(2, 3)), Options(view=view)).scene
    lattices = {key[1]: lattice for (lattice, _, _), key in places(scene, ["input"]).items()}
    assert len(lattices) == 2
    corners = [
        lattice.points(np.array(at) + c)
        for lattice, at in product(lattices.values(), product((0, 2, 4), (0, 3)))
        for c in ((0, 0), (0, 1), (1, 1), (1, 0))
    ]
    ends = np.concatenate([s.at(0).reshape(-1, 2) for s in scene.shapes if isinstance(s, Lines) and s.role == "accent"])
    assert all((np.abs(ends - corner).max(axis=1) < 0.5).any() for corner in corners)


@pytest.mark.parametrize("view", list(VIEWS))
def test_cells_that_lines_would_cover_are_outlined_together(view: str) -> None:
    """A window of many small cells has one outline around them all."""
    layer = Conv(48, 3, dilation=5)
    scene = composed(layer, Options(view=view, max_frames=9999)).scene
    reach = {(row, column) for row in range(11) for column in range(11)}
    assert outlined(scene, 0) == border(reach)
