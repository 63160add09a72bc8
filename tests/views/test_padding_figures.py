"""Figures of padding modes: copied numbers in the padding, frames around the cells that they come from."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, listed
from helpers.copies import NUMPY, Cell, Padded, padded
from helpers.pixels import composed, keys_at, numbers_at, roles_at
from hypothesis import given
from hypothesis import strategies as st

from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.figures.recipes.recipes import load_recipe
from convanim.files.catalogue import theme_names
from convanim.layers.layer import Conv, input_shape
from convanim.render.frames import Renderer
from convanim.scene.scene import Cells, Lattice, Lines, Scene
from convanim.views.cell_shapes import outline
from convanim.views.registry import VIEWS

MODES = sorted(NUMPY)
every_mode = pytest.mark.parametrize("mode", MODES)
every_view = pytest.mark.parametrize("view", list(VIEWS))
few = campaign(20)


def segments(scene: Scene, step: int) -> list[Any]:
    """The lines that frame copied cells at a step, each with its ends in order."""
    ends = [shape.at(step) for shape in scene.shapes if isinstance(shape, Lines) and shape.role == "source"]
    return sorted(sorted(map(tuple, line)) for lines in ends for line in lines.tolist())


def around(scene: Scene, keys: set[Cell]) -> list[Any]:
    """The four sides of some cells of the input, each side as often as it is one."""
    found = []
    for shape in scene.shapes:
        if isinstance(shape, Cells) and shape.map == "input" and shape.role in ("input", "unread"):
            for element, corners in enumerate(shape.lattice.corners(shape.cells).tolist()):
                if shape.key(element)[1:] in keys:
                    found += [sorted(map(tuple, side)) for side in pairwise([*corners, corners[0]])]
    return sorted(found)


@every_view
@pytest.mark.parametrize("channels", [False, True])
@few
@given(data=st.data(), values=st.sampled_from([None, "random:7"]))
def test_frames_stand_around_the_copied_cells(
    view: str, channels: bool, data: st.DataObject, values: str | None
) -> None:
    """At each step exactly the cells that padding under the window copies are framed, on every sheet that is read.

    Cells below 16 pixels of a picture 480 wide are framed all together.
    """
    layer = data.draw(padded(channels=channels))
    scene = composed(layer, Options(view=view, values=values, max_frames=5000)).scene
    for step in range(0, scene.steps, max(1, scene.steps // 8)):
        ((_, *output),) = scene.writes(step)
        place = tuple(int(i) for i in output[-len(layer.input_size) :])
        sources = Padded(layer).sources(place)
        if channels:
            assert layer.in_channels is not None
            assert layer.out_channels is not None
            group = int(output[0]) // (layer.out_channels // layer.groups)
            read = layer.in_channels // layer.groups
            sources = {(group * read + c, *cell) for c in range(read) for cell in sources}
        if side_of_a_cell(scene) < 16 * scene.unit:
            assert segments(scene, step) == borders(around(scene, sources))
        else:
            assert middles(segments_by_cell(scene, step)) == middles(cells_of(scene, sources))
            assert all(0.6 < share <= 1 for share in shares(segments_by_cell(scene, step), cells_of(scene, sources)))


def segments_by_cell(scene: Scene, step: int) -> list[Any]:
    """The corners of each frame of a copied cell at a step."""
    ends = [s.at(step) for s in scene.shapes if isinstance(s, Lines) and s.role == "source"]
    return [frame[:, 0] for lines in ends for frame in lines.reshape(-1, 4, 2, 2)]


def cells_of(scene: Scene, keys: set[Cell]) -> list[Any]:
    """The corners of some cells of the input."""
    return [
        corners
        for shape in scene.shapes
        if isinstance(shape, Cells) and shape.map == "input" and shape.role in ("input", "unread")
        for element, corners in enumerate(shape.lattice.corners(shape.cells))
        if shape.key(element)[1:] in keys
    ]


def middles(corners: list[Any]) -> list[tuple[float, ...]]:
    """The middle of each, in order."""
    return sorted(tuple(np.round(each.mean(axis=0), 3).tolist()) for each in corners)


def shares(frames: list[Any], cells: list[Any]) -> list[float]:
    """How long the sides of frames are, of those of cells: all cells of a figure are alike."""
    return [
        float(np.hypot(*(frame[a] - frame[a - 1])) / np.hypot(*(cells[0][a] - cells[0][a - 1])))
        for frame in frames
        for a in range(4)
    ]


def side_of_a_cell(scene: Scene) -> float:
    """The shorter side of the input's cells, in pixels."""
    shape = next(s for s in scene.shapes if isinstance(s, Cells) and s.map == "input")
    return float(min(np.hypot(*shape.lattice.row), np.hypot(*shape.lattice.column)))


def borders(sides: list[Any]) -> list[Any]:
    """Those sides of some cells that have none of these cells on their other side."""
    times = Counter(map(tuple, sides))
    return [side for side in sides if times[tuple(side)] == 1]


@listed("mode, size, view", list(product(MODES, ["40", "2@20"], VIEWS)))
def test_small_cells_have_one_frame_around_all(size: str, mode: str, view: str) -> None:
    """Where frames around each would leave nothing of a cell, the border between copied cells and others is drawn."""
    layer = Conv(size, 7, padding=5, padding_mode=mode, in_channels=2 if "@" in size else None)
    scene = composed(layer, Options(view=view)).scene
    for step in (0, scene.steps - 1, scene.steps // 2, *range(20, scene.steps, 301)):
        ((_, *output),) = scene.writes(step)
        sources = Padded(layer).sources((int(output[-2]), int(output[-1])))
        read = {(c, *cell) for c in range(2) for cell in sources} if "@" in size else sources
        assert segments(scene, step) == borders(around(scene, read))


@given(cells=st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=20))
@campaign(100)
def test_an_outline_is_where_cells_meet_no_other(cells: set[Cell]) -> None:
    """Every side that one of the cells has for itself, once, a cell long."""
    lattice = Lattice((3, 7), (10, 0), (-2, 8))
    sides = []
    for corners in lattice.corners(np.array(sorted(cells), dtype=np.int64).reshape(-1, 2)).tolist():
        sides += [sorted(map(tuple, side)) for side in pairwise([*corners, corners[0]])]
    lines = outline(lattice, np.array(sorted(cells), dtype=np.int64).reshape(-1, 2))
    assert sorted(sorted(map(tuple, line)) for line in lines.tolist()) == sorted(borders(sides))


@pytest.mark.parametrize("theme", theme_names())
def test_frames_hide_no_colour_of_a_heat_map(theme: str) -> None:
    """Copied cells keep their colours, and a line stands between a heat map's own cells and the copies around them."""
    layer = Conv(60, 9, padding=6, padding_mode="reflect")
    made = compose(layer, Options(values="random:3", heat_map=True, theme=theme))
    own = next(s for s in made.scene.shapes if isinstance(s, Cells) and (s.map, s.role) == ("input", "count"))
    (edge,) = (shape for shape in made.scene.shapes if isinstance(shape, Lines) and shape.role == "edge")
    sides = [sorted(map(tuple, side)) for c in own.lattice.corners(own.cells) for side in pairwise([*c, c[0]])]
    assert sorted(sorted(map(tuple, line)) for line in edge.at(0).tolist()) == sorted(borders(sides))
    picture = Renderer(made.scene, made.theme).frame(0).pixels[..., :3]
    copied = {(y + 6, x + 6) for y, x in Padded(layer).sources((0, 0))}
    within = [(y, x) for y, x in copied if {(y + a, x + b) for a in range(-2, 3) for b in range(-2, 3)} <= copied]
    within = [cell for cell in within if not {8, 9} & {*cell}]  # on which the window's frame stands
    assert within
    for cell in within:
        column, row = own.lattice.centres(np.array([cell]))[0].astype(int)
        assert tuple(picture[row, column].tolist()) in set(made.theme.level_colours("count"))
        assert tuple(picture[row, column].tolist()) != made.theme.style("source").stroke


@every_view
@few
@given(layer=padded())
def test_zeros_have_no_frames(view: str, layer: Conv) -> None:
    """The same layer padded with zeros frames nothing, at no step."""
    scene = composed(replace(layer, padding_mode="zeros"), Options(view=view, max_frames=5000)).scene
    assert "source" not in scene.roles()


@every_view
@pytest.mark.parametrize("channels", [False, True])
@few
@given(data=st.data(), seed=st.integers(0, 99))
def test_copied_numbers_stand_in_the_padding(view: str, channels: bool, data: st.DataObject, seed: int) -> None:
    """Padding cells show the number of the cell that they copy, under the window too."""
    layer, rng = data.draw(padded(channels=channels)), np.random.default_rng(seed)
    numbers = rng.permutation(np.prod(input_shape(layer))).reshape(input_shape(layer))
    scene = composed(layer, Options(view=view, values=numbers, max_frames=5000)).scene
    wide = np.pad(numbers, ((0, 0),) * channels + layer.padding, mode=NUMPY[layer.padding_mode])
    before = [side for side, _ in layer.padding]
    for step in {0, scene.steps // 2, scene.steps - 1}:
        for name in ("padding", "window", "input"):
            for (_, *key), text in numbers_at(scene, step, name).items():
                at = [int(i) for i in key]
                place = [i + b for i, b in zip(at[-len(before) :], before)]
                assert text == str(wide[(*at[: -len(before)], *place)])
        padding = [shape for shape in scene.shapes if isinstance(shape, Cells) and shape.map == "padding"]
        if view == "flat" or not channels:  # in a slanted stack numbers are on the uppermost sheet
            assert len(numbers_at(scene, step, "padding")) == sum(map(len, padding))


@listed("mode, theme", list(product(MODES, theme_names())))
def test_frames_drawn_one_after_another_are_those_drawn_from_scratch(theme: str, mode: str) -> None:
    """Frames around copies leave nothing behind, in any order of steps, in one map and in stacks."""
    for size, view, values in (("3x4", "flat", "random:1"), ("2@3x3", "iso", None)):
        layer = Conv(size, 3, padding=1, padding_mode=mode, stride=2, out_channels=2 if "@" in size else None)
        made = compose(layer, Options(view=view, values=values, theme=theme, width=240, labels=False))
        renderer, last = Renderer(made.scene, made.theme), made.scene.steps - 1
        for step in (0, last, 1, last // 2, 0):
            fresh = Renderer(made.scene, made.theme).frame(step).pixels
            assert np.array_equal(renderer.frame(step).pixels, fresh)


@every_view
@every_mode
def test_frames_are_whole_beside_the_outline_of_the_window(view: str, mode: str) -> None:
    """Every side of a frame has its colour, over all cells: none lies on the outline, nor on another's side."""
    made = compose(Conv(4, 3, padding=1, padding_mode=mode), Options(view=view, values=None, width=480))
    scene = made.scene
    shapes = list(scene.shapes)
    over = next(i for i, shape in enumerate(shapes) if isinstance(shape, Lines) and shape.role == "source")
    edge = shapes[over - 1]
    assert isinstance(edge, Lines)
    assert edge.role == "source_edge"
    assert sorted(sorted(map(tuple, line)) for line in edge.at(0).tolist()) == segments(scene, 0)[: len(edge.at(0))]
    windows = [i for i, shape in enumerate(shapes) if isinstance(shape, Cells) and shape.role.startswith("window")]
    assert max(windows) < over
    picture = Renderer(scene, made.theme).frame(0).pixels[..., :3]
    outlines = [side for s in shapes if isinstance(s, Lines) and s.role == "accent" for side in s.at(0)]
    lines = segments(scene, 0)
    assert len({tuple(line) for line in lines}) == len(lines)
    for start, end in map(np.array, lines):
        middle = (start + end) / 2
        assert not any(abs(_beside(middle, side)) < 3 and _is_within(middle, side) for side in outlines)
        column, row = middle.astype(int)
        near = picture[row - 2 : row + 3, column - 2 : column + 3].reshape(-1, 3)
        assert made.theme.style("source").stroke in {tuple(colour) for colour in near.tolist()}


def test_frames_stand_on_the_sides_of_cells_that_wide_numbers_fill() -> None:
    """A frame within the cell would cross the digits; with room it stands there."""
    for number, is_inside in ((1.0, True), (-8888.25, False)):
        values = np.full((4, 4), number)
        made = compose(Conv(4, 3, padding=1, padding_mode="reflect"), Options(values=values, view="flat", width=900))
        cell = cells_of(made.scene, {(0, 0)})
        longest = max(shares(segments_by_cell(made.scene, 0), cell))
        assert (longest < 0.95) is is_inside


def _beside(point: Any, side: Any) -> float:
    """How far a point is from the line through the two ends of a side, in pixels."""
    along, away = side[1] - side[0], point - side[0]
    return float(along[0] * away[1] - along[1] * away[0]) / float(np.hypot(*along))


def _is_within(point: Any, side: Any) -> bool:
    """Whether a point is between the ends of a side."""
    return bool((np.minimum(*side) - 0.5 <= point).all() and (point <= np.maximum(*side) + 0.5).all())


def test_what_a_pad_cuts_off_is_never_read() -> None:
    """Of the template, at every step: the window on one cell, or on padding; the last row and first column are left."""
    scene = load_recipe("cropping").animation().scene
    cut = {(row, column) for row in range(4) for column in range(5) if row == 3 or column == 0}
    for step, (row, column) in enumerate(product(range(4), range(6))):
        at = (row - 1, column + 1)
        is_real = 0 <= at[0] < 3 and 1 <= at[1] < 5
        assert keys_at(scene, step, "window" if is_real else "window_padding") == [("window", *at)]
        told = {key[1:]: role for key, role in roles_at(scene, step, "input").items()}
        assert told == {cell: "unread" if cell in cut else "input" for cell in product(range(4), range(5))}
        assert keys_at(scene, step, "current") == [("output", row, column)]
