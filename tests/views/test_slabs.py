"""Stacks too deep for sheets: slabs as thick as they have channels, at one scale; prisms and slices in pure hues."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pytest
from helpers.campaigns import campaign, listed
from helpers.pixels import inks
from helpers.stacks import drawn, some
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from convanim.figures.animation import Animation
from convanim.figures.options import Options
from convanim.figures.recipes.recipes import load_recipe
from convanim.figures.subject import Comparison, Part
from convanim.files.catalogue import template_names, theme_names
from convanim.layers.layer import Conv, MaxPool
from convanim.networks.chain import Chain
from convanim.render.frames import Renderer
from convanim.scene.scene import Blocks, Lines, Scene, Texts, series_at
from convanim.style.theme import load_theme

DEEP = Conv("192@9x9", 3, out_channels=12)
GROUPED = Conv("24@6x6", 3, out_channels=12, groups=3)
SIZES = st.tuples(st.integers(1, 40), st.integers(1, 40))


@st.composite
def deep(draw: st.DrawFn) -> Any:
    """Layers and chains of which some map has more channels than are drawn as sheets."""
    size = draw(SIZES)
    counts = draw(st.lists(st.sampled_from([1, 2, 3, 8, 9, 16, 50, 192, 300]), min_size=2, max_size=4))
    counts[draw(st.integers(0, len(counts) - 1))] = draw(st.integers(9, 512))
    stages = [{"op": "conv", "kernel_size": 1, "out_channels": count} for count in counts[1:]]
    if len(stages) == 1:
        return Conv(size, 1, in_channels=counts[0], out_channels=counts[1])
    return Chain(size, stages, in_channels=counts[0])


def thicknesses(scene: Scene) -> list[tuple[int, float]]:
    """The number beside every bracket, and how high that is in pixels."""
    found = []
    for bracket, number in zip(scene.shapes, scene.shapes[1:]):
        if isinstance(bracket, Lines) and bracket.role == "bracket" and isinstance(number, Texts):
            (_, high), (_, low) = bracket.at(0)[0].tolist()
            found.append((int(number.string(0, 0).replace(" ", "").replace(",", "")), low - high))
    return found


def check_scale(scene: Scene) -> None:
    """A pixel is as many channels in every slab, as far as whole pixels can have it."""
    slabs = thicknesses(scene)
    deepest, thickest = max(slabs)
    for channels, thickness in slabs:
        assert abs(thickness - max(1, channels * thickest / deepest)) <= 0.5 + channels / deepest * 0.5


@campaign(200, deadline=None)
@given(figure=deep(), width=st.sampled_from([480, 800]))
def test_all_slabs_are_at_one_scale(figure: Any, width: int) -> None:
    """Thickness goes by channels, alike in all slabs of a layer or a chain, each with its number."""
    scene = drawn(figure, view="iso", width=width, max_frames=20).scene
    shapes = figure.shapes if isinstance(figure, Chain) else [(figure.in_channels,), (figure.out_channels,)]
    assert sorted(channels for channels, _ in thicknesses(scene)) == sorted(shape[0] for shape in shapes)
    check_scale(scene)


@listed("name", template_names(), start=1)
def test_templates_are_at_one_scale(name: str) -> None:
    """So are those of a template, with all its parts."""
    scene = load_recipe(name).animation().scene
    if thicknesses(scene):
        check_scale(scene)


def test_parts_of_a_comparison_are_at_one_scale() -> None:
    """A part without a deep stack of its own is at the other's scale; 192 are twelve times as thick as 16."""
    one, other = Conv("192@8x8", 3, out_channels=32), Chain("192@8x8", ["conv 1x1 16", "conv 3x3 32"])
    scene = drawn(Comparison((Part(one, Options()), Part(other, Options()))), width=800, max_frames=20).scene
    found = thicknesses(scene)
    assert sorted(n for n, _ in found) == [16, 32, 32, 192, 192]
    check_scale(scene)
    few = Conv("4@8x8", 3, out_channels=5)
    scene = drawn(Comparison((Part(few, Options()), Part(one, Options()))), width=800, max_frames=20).scene
    assert sorted(n for n, _ in thicknesses(scene)) == [4, 5, 32, 192]
    check_scale(scene)


KERNELS = st.sampled_from([1, 2, 3, 5, 7, 11, 20])


@st.composite
def seen_beside(draw: st.DrawFn) -> list[Any]:
    """A layer or a chain of two on deep maps, or two of them that are drawn beside each other."""
    found: list[Any] = []
    for _ in range(draw(st.integers(1, 2))):
        size = draw(st.tuples(st.integers(42, 150), st.integers(42, 150)))
        kernels = draw(st.lists(KERNELS, min_size=1, max_size=2))
        stages = [f"conv {k}x{k} {draw(st.sampled_from([4, 16, 60]))}" for k in kernels]
        channels = draw(st.integers(9, 200))
        one = Conv(size, kernels[0], 1, 0, draw(st.integers(1, 2)), in_channels=channels, out_channels=16)
        found.append(one if len(kernels) == 1 else Chain(size, stages, in_channels=channels))
    return found


def spans(scene: Scene, step: int) -> dict[str, tuple[int, int]]:
    """Of each map how many rows and columns a step reads or makes, from the first to the last."""
    places: dict[str, list[tuple[int, int]]] = {}
    for name, _, row, column in (*scene.reads(step), *scene.behind(step), *scene.writes(step)):
        places.setdefault(str(name), []).append((int(row), int(column)))
    found = {name: np.ptp(np.array(cells), axis=0) + 1 for name, cells in places.items()}
    return {name: (int(rows), int(columns)) for name, (rows, columns) in found.items()}


def upper_sides(scene: Scene, step: int, roles: Sequence[str], *maps: str) -> tuple[int, int]:
    """How many steps of its lattice the block of some roles on an upper face takes, down and across.

    It is of the first of some maps that has one.
    """
    for map in maps:
        found = {
            (block[2] - block[0], block[3] - block[1])
            for shape in scene.shapes
            if isinstance(shape, Blocks) and shape.role in roles and shape.map == map
            if (0, 1) not in (shape.lattice.row, shape.lattice.column)
            for block in shape.at(step).tolist()
        }
        assert len(found) < 2, (map, found)
        if found:
            return found.pop()
    raise AssertionError(maps)


class Face(NamedTuple):
    """The upper face of a map: its cells and steps of its lattice, and those of all that is read or made there."""

    cells: tuple[int, int]
    steps: tuple[int, int]
    blocks: list[tuple[tuple[int, int], tuple[int, int]]]


def faces_of(scene: Scene, figure: Any, before: str) -> list[Face]:
    """The upper faces of a figure's maps, whose names begin with `before`, at some steps."""
    shapes = figure.shapes if isinstance(figure, Chain) else [figure.input_size, [a.output_size for a in figure.axes]]
    names = ["input", *(f"map {n}" for n in range(1, len(shapes) - 1)), "output"]
    windows = ["window", *(f"window {name}" for name in names[1:-1]), "output"]
    found = []
    for shape, name, window in zip(shapes, names, windows):
        steps = upper_sides(scene, 0, ["slab", "hidden", "output_pending"], before + name)
        roles = ["window", "window_hidden", "current"]
        blocks = []
        for step in (0, scene.steps // 3, scene.steps - 1):
            of, seen = spans(scene, step)[before + name], upper_sides(scene, step, roles, before + window)
            if isinstance(figure, Chain) and name == "input" and len(shapes) > 2:
                every = upper_sides(scene, step, ["input", *roles], before + "region input", before + "window")
                blocks.append((of, every))
                first: Any = figure.stages[0]
                of = of if every == seen else first.kernel_size
            blocks.append((of, seen))
        found.append(Face(tuple(shape[-2:]), steps, blocks))
    return found


@campaign(150, deadline=None)
@example(figures=[Conv("192@60x60", 5, out_channels=32), Chain("192@60x60", ["conv 1x1 16", "conv 5x5 32"])], width=800)
@example(figures=[Conv("192@42x42", 20, out_channels=32), Conv("192@42x42", 2, out_channels=32)], width=800)
@given(figures=seen_beside(), width=st.sampled_from([480, 800, 1300]))
def test_windows_are_as_large_beside_each_other_as_they_are(figures: list[Any], width: int) -> None:
    """Over all maps of a picture windows and current cells are to scale where they are large, and else in their order.

    A single cell is small, and large enough to be found. What is not to scale is told.
    """
    parts = Comparison(tuple(Part(each, Options()) for each in figures))
    scene = drawn(figures[0] if len(figures) == 1 else parts, view="iso", width=width, max_frames=20).scene
    befores = ["1/", "2/"] if len(figures) > 1 else [""]
    faces = [face for figure, before in zip(figures, befores) for face in faces_of(scene, figure, before)]
    cells, steps = max(side for face in faces for side in zip(face.cells, face.steps))
    scale, smallest = steps / cells, min(min(face.steps) for face in faces)
    # Maps that are very small beside others are larger than they are, with their windows.
    true = [[abs(s - c * scale) <= 0.5 + 1e-9 for c, s in zip(face.cells, face.steps)] for face in faces]
    every = sorted(
        {(n, taken) for face, is_true in zip(faces, true) for b in face.blocks for n, taken, t in zip(*b, is_true) if t}
    )
    one = min(taken for face in faces for _, each in face.blocks for taken in each)
    lattice = next(s.lattice for s in scene.shapes if isinstance(s, Blocks) and s.role == "current")
    assert one == 1 or 8 <= one * np.hypot(*lattice.column) / scene.unit <= 12.5
    for (few, small), (many, large) in combinations(every, 2):
        assert small <= large, (few, small, many, large)
        assert small < large or many < 1.9 * few or small > 0.5 * smallest, (few, small, many, large)
    for count, taken in every:
        if count * scale >= one * count**0.5 + 0.5:
            assert abs(taken - count * scale) <= 0.5 + 1e-9, (count, taken, scale)
    if len(figures) == 1 and all(map(all, true)):
        seen = [block for face in faces for block in face.blocks]
        larger = [n for n, taken in seen if any(t > round(c * scale) for c, t in zip(n, taken))]
        told = [text for text, _ in inks(scene, 0, ("caption",)) if "scale" in text]
        assert bool(told) is bool(larger)
        assert all(("; cell not" in text) is (set(larger) == {(1, 1)}) for text in told)


def blocks_at(scene: Scene, step: int, role: str, map: str) -> list[tuple[Blocks, NDArray[np.float64]]]:
    """The four-cornered areas of a role at a step, each with its corners."""
    found = []
    for shape in scene.shapes:
        if isinstance(shape, Blocks) and (shape.role, shape.map) == (role, map):
            for corners in shape.corners(step, np.arange(len(shape.at(step)))):
                found.append((shape, corners))
    return found


def colour_at(animation: Animation, step: int, point: NDArray[np.float64]) -> tuple[int, ...]:
    """The colour of a pixel."""
    pixels = Renderer(animation.scene, animation.theme).frame(step).pixels
    x, y = point.astype(int)
    return tuple(pixels[y, x, :3].tolist())


@listed("theme", theme_names())
def test_a_prism_and_its_slice_have_the_filters_pure_hue(theme: str) -> None:
    """In the midst of the prism's sides and of the finished part of a slice is the filter's hue, nothing mixed in."""
    animation = drawn(DEEP, theme=theme, width=800, max_frames=60)
    hues = load_theme(theme).series
    for step in animation.timing.steps[8::15]:
        made, _ = divmod(step, 49)
        sides = blocks_at(animation.scene, step, "window", "window")
        assert len(sides) == 3
        for shape, corners in sides[:2]:
            assert series_at(shape, step) == made
            assert colour_at(animation, step, corners.mean(axis=0)) == load_theme(theme).style("window", made).fill
        if made < len(hues):
            assert load_theme(theme).style("window", made).fill == hues[made]
        ((current, _),) = blocks_at(animation.scene, step, "current", "output")
        rows = [c for s, c in blocks_at(animation.scene, step, "output", "output") if s.lattice == current.lattice]
        if step % 49 > 20:
            assert (
                colour_at(animation, step, 0.6 * rows[0].mean(axis=0) + 0.4 * rows[0][:2].mean(axis=0))
                == load_theme(theme).style("output", made).fill
            )


@pytest.mark.parametrize(("figure", "read", "made"), [(DEEP, 192, 1), (GROUPED, 8, 4), (MaxPool("12@6x6", 2), 1, 1)])
def test_prisms_go_through_what_their_filter_reads(figure: Any, read: int, made: int) -> None:
    """Through the full depth, or the part that the filter's group has; slices lie on each other from below."""
    scene = drawn(figure, view="iso", width=800).scene
    channels = {"input": figure.in_channels, "output": getattr(figure, "out_channels", 12)}
    (_, thick), (_, slices) = thicknesses(scene)
    per = thick / channels["input"]
    floor = max(corners[:, 1].max() for _, corners in blocks_at(scene, 0, "output_pending", "output"))
    bodies = [c for role in ("slab",) for _, c in blocks_at(scene, 0, role, "input")]
    lowest = max(corners[:, 1].max() for corners in bodies)
    cells = int(np.prod([axis.output_size for axis in figure.axes]))
    for step, _ in some(list(range(scene.steps)), 12):
        output = step // cells
        sides = blocks_at(scene, step, "window", "window")
        assert len(sides) == 3
        left = sides[0][1]  # its corners: upper, lower, and so at the other end
        deep = left[1, 1] - left[0, 1]
        assert abs(deep - max(3, read * per)) <= 1
        group = 0 if read == channels["input"] else output // made
        assert lowest - left[:, 1].max() >= group * read * per - 2
        current = blocks_at(scene, step, "current", "output")
        assert len(current) == 1
        assert series_at(current[0][0], step) is not None
        whole = max(
            corners[:, 1].max()
            for shape, corners in blocks_at(scene, step, "output_pending", "output")
            if series_at(shape, step) is not None and shape.lattice == current[0][0].lattice
        )
        assert abs(floor - whole - max(3, (output + 1) * slices / channels["output"])) <= 2


def test_the_cell_and_the_window_stand_where_they_are() -> None:
    """On a face with a grid the prism's upper face is the window, cell by cell, and the current cell is that made."""
    scene = drawn(DEEP, view="iso", width=800).scene
    for step, _ in some(list(range(scene.steps)), 12):
        row, column = divmod(step % 49, 7)
        *_, upper = blocks_at(scene, step, "window", "window")
        assert upper[0].at(step).tolist() == [[row, column, row + 3, column + 3]]
        ((current, _),) = blocks_at(scene, step, "current", "output")
        assert current.at(step).tolist() == [[row, column, row + 1, column + 1]]
        assert scene.writes(step) == (("output", step // 49, row, column),)


def test_rays_start_and_end_at_outlines() -> None:
    """The four rays leave the upper corners of the prism's outline and go to below the current cell."""
    scene = drawn(DEEP, view="iso", width=800).scene
    rays = [s for s in scene.shapes if isinstance(s, Lines) and s.role == "ray" and callable(s.ends)]
    for step, _ in some(list(range(scene.steps)), 6):
        *_, upper = blocks_at(scene, step, "window", "window")
        ((_, cell),) = blocks_at(scene, step, "current", "output")
        lines = next(line for s in rays if len(line := s.at(step)) == 4)
        assert lines[:, 0].tolist() == upper[1].tolist()
        assert lines[:, 1, 0].tolist() == cell[:, 0].tolist()
        assert len(set((lines[:, 1, 1] - cell[:, 1]).tolist())) == 1


@listed("name", template_names(), one_in=9)
def test_rays_are_about_one_step(name: str) -> None:
    """What stands still, such as edges of slabs and brackets, has roles of its own: a theme can tell them apart."""
    scene = load_recipe(name, max_frames=3).animation().scene
    still = [s for s in scene.shapes if isinstance(s, Lines) and (s.stays or not callable(s.ends))]
    assert not [shape for shape in still if shape.role in ("ray", "accent")]


@pytest.mark.parametrize("order", ["filter", "position"])
def test_edges_of_slabs_are_no_rays(order: str) -> None:
    """A slab that is read has its nine, and so has what is made of the other one at the end."""
    scene = drawn(Conv("50@9x9", 1, out_channels=20), view="iso", order=order, max_frames=9).scene
    read, *made = [s for s in scene.shapes if isinstance(s, Lines) and s.role == "slab_edge"]
    assert len(read.at(0)) == 9
    assert max(len(shape.at(scene.steps - 1)) for shape in made) >= 9


def test_channels_have_edges_as_long_as_they_can_be_told() -> None:
    """Fifty have a line each, on both sides; 192 have none."""
    for figure, lines in ((Conv("50@90x90", 1, out_channels=20), 2 * 49), (Conv("192@90x90", 1, out_channels=9), 0)):
        scene = drawn(figure, view="iso", labels=False).scene
        still = [s.at(0) for s in scene.shapes if isinstance(s, Lines) and s.role == "channel" and not callable(s.ends)]
        assert len(still[0]) == 3 + lines  # and at its back


def test_labels_have_all_channels() -> None:
    """Nothing is left out of slabs, so nothing is said to be; with numbers, and seen from above, sheets are."""
    said = [text for text, _ in inks(drawn(DEEP, view="iso").scene, 0, ("label",))]
    assert "192@9×9" in said
    assert not any("drawn" in text for text in said)
    assert not any("channels" in note for note in drawn(DEEP, view="iso").notes)
    for options in ({"view": "flat"}, {"view": "iso", "values": "random:1", "heat_map": True}):
        assert any("4 of 192 drawn" in text for text, _ in inks(drawn(DEEP, **options).scene, 0, ("label",)))


def test_by_position_columns_grow_from_below() -> None:
    """With all filters at one position after another a column is as high as filters have been there."""
    scene = drawn(Conv("16@5x5", 2, out_channels=10), view="iso", order="position", width=800).scene
    (_, _), (channels, thick) = thicknesses(scene)
    for step, _ in some(list(range(scene.steps)), 12):
        cell, output = divmod(step, channels)
        row, column = divmod(cell, 4)
        left, _, (upper, _) = blocks_at(scene, step, "current", "output")
        assert upper.at(step).tolist() == [[row, column, row + 1, column + 1]]
        assert abs(left[1][1, 1] - left[1][0, 1] - (output + 1) * thick / channels) <= 1
        tops = [s.at(step).tolist() for s in scene.shapes if isinstance(s, Blocks) and s.role == "output"][2::3]
        finished = [block for blocks in tops for block in blocks]
        # At the last step the current column is there as a finished one, too, for when its highlight is gone.
        last = [row, column, row + 1, column + (step == scene.steps - 1)]
        expected = ([0, 0, row, 4], last, [row, 0, row + 1, column])
        assert finished == [b for b in expected if b[0] < b[2] and b[1] < b[3]]


def test_faces_of_a_comparison_are_at_one_scale() -> None:
    """The same input has slabs of the same size in all parts, where one part has more to draw, too."""
    parts = (Conv("192@28x28", 5, padding=2, out_channels=32), Chain("192@28x28", ["conv 1x1 16", "conv 5x5 32 p2"]))
    scene = drawn(Comparison(tuple(Part(each, Options()) for each in parts)), width=800, max_frames=20).scene
    sizes = []
    for name in ("1/input", "2/input"):
        (_, corners), *_ = reversed(blocks_at(scene, 0, "slab", name))
        sizes.append((corners - corners[0]).tolist())
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize(
    ("stages", "windows", "regions"),
    [
        (["conv 1x1 16", "conv 5x5 32"], [(1, 1), (5, 5)], [(5, 5), None]),
        (["conv 3x3 16", "conv 3x1 12", "conv 1x1 9"], [(3, 3), (3, 1), (1, 1)], [(5, 3), None, None]),
        (["conv 3x3 16", "max-pool 2", "conv 2 9"], [(3, 3), (2, 2), (2, 2)], [(6, 6), (4, 4), None]),
        (["conv 5x5 16", "conv 1x1 9"], [(5, 5), (1, 1)], [None, None]),
    ],
)
def test_one_window_is_seen_within_what_a_cell_of_a_chain_depends_on(
    stages: list[str], windows: list[tuple[int, int]], regions: list[tuple[int, int] | None]
) -> None:
    """Of each layer one window is outlined, whose rays go to what is made of it, in the midst of the region."""
    scene = drawn(Chain("192@12x12", stages), view="iso", width=900).scene
    names = ["input", *(f"map {n}" for n in range(1, len(stages)))]
    for step, _ in some(list(range(scene.steps)), 12):
        lines = [shape.at(step) for shape in scene.shapes if isinstance(shape, Lines)]
        rays = [line[:, 0].tolist() for line in lines if len(line) == 4]
        for number, (name, window, region) in enumerate(zip(names, windows, regions)):
            role = "window_hidden" if number else "window"
            *_, (shape, corners) = blocks_at(scene, step, role, f"window {name}" if number else "window")
            (block,) = shape.at(step).tolist()
            assert (block[2] - block[0], block[3] - block[1]) == window
            assert corners.tolist() in rays
            around = blocks_at(scene, step, "hidden" if number else "input", f"region {name}")
            assert bool(around) is (region is not None)
            if region is not None:
                (whole,) = around[-1][0].at(step).tolist()
                assert (whole[2] - whole[0], whole[3] - whole[1]) == region == spans(scene, step)[name]
                middle = [(a + b) / 2 for a, b in zip(whole[:2], whole[2:])]
                assert all(low - 1 <= at <= high + 1 for low, at, high in zip(block[:2], middle, block[2:]))
