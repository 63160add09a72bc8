"""Upsampling: the dot that says where an output cell lies in the input, and the ring where a number is."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import together
from helpers.pixels import inks
from numpy.typing import NDArray

from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.figures.subject import Comparison, Part
from convanim.files.catalogue import theme_names
from convanim.layers.layer import Upsample
from convanim.render.frames import Renderer
from convanim.scene.scene import Blocks, Cells, Lines, Scene, Texts
from convanim.style.theme import load_theme
from convanim.style.theme_rules import unseen_points

CORNERS = Upsample(3, size=5, mode="bilinear", align_corners=True)
CENTRES = Upsample(3, size=5, mode="bilinear")
_ROUND = 24  # lines of a circle; those behind them are a cross-hair's


def points(scene: Scene) -> list[NDArray[np.float64]]:
    """The lines of the mark at each step, in pixels: one dot, or one ring."""
    marks = [s for s in scene.shapes if isinstance(s, Lines) and s.role in ("point", "ring") and callable(s.ends)]
    found = [[lines for mark in marks if len(lines := mark.at(step))] for step in range(scene.steps)]
    assert {len(each) for each in found} == {1}
    return [lines for (lines,) in found]


def middle(scene: Scene, lines: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the middle of a mark is, in cells of the input."""
    lattice = next(s.lattice for s in scene.shapes if isinstance(s, Cells) and s.map == "input")
    basis = np.array([lattice.row, lattice.column], dtype=float)
    found: NDArray[np.float64] = (lines[:_ROUND, 0].mean(axis=0) - np.array(lattice.origin)) @ np.linalg.inv(basis)
    return found


@pytest.mark.parametrize("view", ["iso", "flat"])
@pytest.mark.parametrize("values", [None, "arange"])
def test_marks_are_where_the_output_cells_lie(values: str | None, view: str) -> None:
    """With numbers and without; centres that are spread over the input start before the middle of its first cell."""
    scene = compose(CORNERS, Options(values=values, view=view, width=480)).scene
    for step, lines in enumerate(points(scene)):
        assert np.allclose(middle(scene, lines), np.array(divmod(step, 5)) / 2 + 0.5)
    scene = compose(CENTRES, Options(values=values, view=view, width=480)).scene
    for step, lines in enumerate(points(scene)):
        assert np.allclose(middle(scene, lines), (np.array(divmod(step, 5)) + 0.5) * 3 / 5)


@together("values", ["arange", "random:5", [[0, 10, 20], [30, 40, 50], [60, 70, 80]]])
@together("layer", [CORNERS, CENTRES, Upsample(3, scale_factor=2, mode="bilinear")])
def test_no_mark_is_on_a_number(layer: Upsample, values: object) -> None:
    """A dot is beside the digits; where it would be on them there is a ring around the number instead."""
    animation = compose(layer, Options(values=values, view="flat", width=480))  # type: ignore[arg-type]
    scene = animation.scene
    half = (animation.theme.style("point_edge").width or 0) / 2 * scene.unit
    lattice = next(s.lattice for s in scene.shapes if isinstance(s, Cells) and s.map == "input")
    written = [s for s in scene.shapes if isinstance(s, Texts) and s.role == "input"]
    assert written
    for shape in written:
        size = np.array([[shape.font.width(shape.string(0, i), shape.em) for i in range(len(shape))]]).T / 2
        halves = np.concatenate([size, np.full_like(size, shape.font.cap_height * shape.em / 2)], axis=1)
        assert halves.max() < lattice.column[0] / 2
        for lines in points(scene):
            for at in np.concatenate([lines[:, 0], lines.mean(axis=1)]):
                away = np.hypot(*np.maximum(np.abs(shape.points - at) - halves, 0).T)
                assert away.min() > half - 1e-9
    assert {len(lines) > _ROUND for lines in points(scene)} == ({False} if layer.scale_factor else {False, True})


def test_marks_without_numbers_are_dots() -> None:
    """All of one size, and no cross-hair is drawn; nor where cells are small, in which a dot has no edge."""
    scene = compose(CORNERS, Options(values=None, width=480)).scene
    assert {len(lines) for lines in points(scene)} == {_ROUND}
    assert len({round(float(np.ptp(lines[..., 0])), 6) for lines in points(scene)}) == 1
    assert "point_edge" in scene.roles()
    small = compose(Upsample(40, size=60, mode="bilinear"), Options(values=None, width=480, max_frames=9000)).scene
    assert "point" in small.roles()
    edges = [s for s in small.shapes if isinstance(s, Lines) and s.role == "point_edge"]
    assert [isinstance(edge.ends, np.ndarray) for edge in edges] == [True]  # the key's alone


@pytest.mark.parametrize("theme", theme_names())
def test_the_key_has_the_dot_of_the_map(theme: str) -> None:
    """Its cell is the window's, in its middle the dot's colour, around that the edge's."""
    animation = compose(CORNERS, Options(values=None, view="flat", theme=theme))
    picture = Renderer(animation.scene, animation.theme).frame(0).pixels[..., :3]
    (key,) = [s for s in animation.scene.shapes if isinstance(s, Blocks) and s.map == "key" and s.role == "window"]
    x, y = key.lattice.points(np.array((0.5, 0.5))).astype(int)
    assert tuple(picture[y, x].tolist()) == animation.theme.style("point").stroke
    shape = next(s for s in animation.scene.shapes if isinstance(s, Lines) and s.role == "point")
    x, y = shape.at(0)[:, 0].mean(axis=0).astype(int)
    assert tuple(picture[y, x].tolist()) == animation.theme.style("point").stroke


SAME = Upsample(3, size=3, mode="bilinear")


@pytest.mark.parametrize(
    ("layer", "values", "marks"),
    [
        (CORNERS, None, ["point"]),
        (CENTRES, [[0, 10, 20], [30, 40, 50], [60, 70, 80]], ["point", "ring"]),
        (Upsample(3, scale_factor=2, mode="bilinear"), "arange", ["point"]),
        (SAME, "arange", ["ring"]),
    ],
)
def test_the_key_has_every_mark_that_is_in_the_figure(layer: Upsample, values: Any, marks: list[str]) -> None:
    """And no other, each on a cell of its own, which it keeps within; they are told in the same words."""
    scene = compose(layer, Options(values=values, view="flat", width=480)).scene
    cells = [s for s in scene.shapes if isinstance(s, Blocks) and s.map == "key"]
    assert [cell.role for cell in cells] == ["window"] * len(marks)
    for cell, mark in zip(cells, marks):
        (drawn,) = [s for s in scene.shapes if isinstance(s, Lines) and s.role == mark and not callable(s.ends)]
        (left, top, right, bottom), at = cell.boxes(0, np.arange(1))[0], drawn.at(0).reshape(-1, 2)
        assert np.allclose(at.min(axis=0) + at.max(axis=0), [left + right, top + bottom])
        assert (at.min(axis=0) > [left, top]).all()
    assert [text for text, _ in inks(scene, 0, ("caption",))] == ["where the output cell lies"]


def test_figures_with_dots_and_with_rings_have_one_key() -> None:
    """Beside each other one may have dots alone."""
    parts = tuple(Part(layer, Options(values="arange")) for layer in (Upsample(3, 2, mode="bilinear"), SAME))
    scene = compose(Comparison(parts), Options(width=900, caption=False)).scene
    assert [s.role for s in scene.shapes if isinstance(s, Blocks) and s.map == "key"] == ["window"] * 2


@pytest.mark.parametrize("theme", theme_names())
def test_a_dot_is_seen_on_all_that_it_can_lie_on(theme: str) -> None:
    """The dot has 3:1 to its edge, and one of the two has it to input cells, windows and outlines."""
    own = load_theme(theme)
    assert unseen_points(own) == {}
    pale = replace(own.styles["point"], stroke=own.styles["window"].fill)
    edge = replace(own.styles["point_edge"], stroke=own.styles["window"].fill)
    assert unseen_points(replace(own, styles={**own.styles, "point": pale, "point_edge": edge}))
