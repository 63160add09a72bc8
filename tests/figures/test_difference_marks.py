"""Figures of two layers that differ: one scale, one clock, every differing output cell framed and no other."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers.campaigns import together

from convanim import AvgPool, Comparison, Conv, ConvTranspose, MaxPool, Options, Part, animate, load_recipe
from convanim.errors import RequestError
from convanim.figures.animation import compose
from convanim.figures.subject import difference_of
from convanim.files.catalogue import template_groups
from convanim.layers.layer import Layer
from convanim.scene.scene import Blocks, Cells, Lines, Scene, Texts
from convanim.style.theme import load_theme

GROUP = "Where two layers differ"


def two(a: Layer, b: Layer, **options: object) -> Comparison:
    """Two layers whose differences are marked."""
    return Comparison((Part(a, Options(**options), "A"), Part(b, Options(**options), "B")), differences=True)  # type: ignore[arg-type]


def framed(scene: Scene, part: int) -> set[tuple[int, ...]]:
    """The output cells of a part that a frame goes around, by their keys."""
    found = set()
    lines = [shape.at(0) for shape in scene.shapes if isinstance(shape, Lines) and shape.role == "differing"]
    corners = np.concatenate(lines).reshape(-1, 8, 2) if lines else np.zeros((0, 8, 2))
    for shape in scene.shapes:
        if (
            isinstance(shape, Cells)
            and shape.map == f"{part}/output"
            and shape.role in ("output_pending", "heat", "count")
        ):
            lattice = shape.lattice
            basis = np.array([lattice.row, lattice.column], dtype=float)
            at = np.rint((corners - np.array(lattice.origin)) @ np.linalg.inv(basis))
            blocks = [(*each.min(axis=0), *each.max(axis=0)) for each in at.astype(int)]
            for (row, column), index in zip(shape.cells.tolist(), shape.index.tolist()):
                if any(y0 <= row < y1 and x0 <= column < x1 for y0, x0, y1, x1 in blocks):
                    found.add(tuple(index))
    return found


def maps(scene: Scene) -> set[str]:
    """The names of all maps of cells."""
    return {shape.map for shape in scene.shapes if isinstance(shape, Cells)}


@together(
    "a, b, options",
    [
        (Conv(6, 3, 2, "same"), Conv(6, 3, 2, 1), {}),
        (Conv(9, 3, 2, "same", dims=1), Conv(9, 3, 2, 0, dims=1), {}),
        (AvgPool(5, 3, 1, 1), AvgPool(5, 3, 1, 1, count_include_pad=False), {"values": "random"}),
        (MaxPool(5, 2), MaxPool(5, 2, ceil_mode=True), {"view": "flat"}),
        (ConvTranspose(3, 3, 2, "same"), ConvTranspose(3, 3, 2, 1, 1), {"transposed_as": "scatter"}),
        (AvgPool(9, 3, 2, "same"), AvgPool(9, 3, 2, 1), {"values": "random", "heat_map": True}),
    ],
)
def test_cells_that_differ_are_framed_and_no_others(a: Layer, b: Layer, options: dict[str, object]) -> None:
    """In both parts, in every view; cells that only one output has are framed, too; both have cells of one size."""
    comparison = two(a, b, **options)
    scene = compose(comparison, Options(width=900)).scene
    difference = difference_of(comparison)
    assert difference is not None
    for number, side in ((1, difference.a), (2, difference.b)):
        expected = {
            cell
            for cell in np.ndindex(side.size)
            if any(n >= most for n, most in zip(cell, difference.common)) or difference.mask[cell]
        }
        assert framed(scene, number) == expected
    sides = {s.lattice.column[0] for s in scene.shapes if isinstance(s, Cells) and s.map.endswith("put")}
    assert len(sides) == 1


def test_numbers_are_colours_in_both_or_in_neither() -> None:
    """Where the numbers of one part do not fit and become colours, the other's do, too."""
    parts = two(AvgPool(5, 3, 1, 1), AvgPool(5, 3, 1, 1, count_include_pad=False), values="random:2")
    scene = compose(parts, Options(width=800)).scene
    for part in "12":
        roles = {s.role for s in scene.shapes if isinstance(s, Cells) and s.map == f"{part}/output"}
        assert ("count" in roles) is ("output" not in roles)
        assert "count" in roles


@pytest.mark.parametrize("width", [800, 1000])
def test_no_frame_goes_through_a_number(width: int) -> None:
    """Frames run beside the digits of numbers, in heat maps, too."""
    parts = two(AvgPool(5, 3, 1, 1), AvgPool(5, 3, 1, 1, count_include_pad=False), values="random:2")
    scene = compose(parts, Options(width=width)).scene
    ends = np.concatenate([s.at(0) for s in scene.shapes if isinstance(s, Lines) and s.role == "differing"])
    low, high = ends.min(axis=1) - 1.25 * scene.unit, ends.max(axis=1) + 1.25 * scene.unit
    numbers = [s for s in scene.shapes if isinstance(s, Texts) and s.role in ("output", "count")]
    assert numbers
    for shape in numbers:
        for element, (x, y) in enumerate(shape.points):
            half = np.array([shape.font.width(shape.string(0, element), shape.em), 0.7 * shape.em]) / 2
            meets = (low < np.array((x, y)) + half).all(axis=1) & (high > np.array((x, y)) - half).all(axis=1)
            assert not meets.any()


def test_one_frame_is_around_a_map_that_differs_everywhere() -> None:
    """Where every cell differs they are framed together, so that the map can be read."""
    for a, b, count in (
        (Conv(6, 3, 2, "same"), Conv(6, 3, 2, 1), 1),
        (MaxPool(5, 2), MaxPool(5, 2, ceil_mode=True), 5),
    ):
        scene = compose(two(a, b, view="flat"), Options(width=900)).scene
        lines = [s.at(0) for s in scene.shapes if isinstance(s, Lines) and s.role == "differing"]
        assert [len(each) // 4 for each in lines if len(each) // 4 == count]


def test_sheets_of_channels_are_marked_each() -> None:
    """Every channel of both outputs has its marks, drawn with its sheet; channels of one alone are framed whole."""
    a, b = Conv("2@4", 3, 1, "same", out_channels=3), Conv("2@4", 3, 1, "same", out_channels=2)
    scene = compose(two(a, b, view="flat"), Options(width=900)).scene
    assert framed(scene, 1) == {(2, y, x) for y in range(4) for x in range(4)}
    assert framed(scene, 2) == set()
    marks = [n for n, shape in enumerate(scene.shapes) if shape.role == "differing"]
    outputs = [n for n, s in enumerate(scene.shapes) if isinstance(s, Cells) and s.map == "1/output"]
    assert min(outputs) < marks[0]


def test_equal_layers_have_no_mark_and_say_so() -> None:
    """Nothing is framed where nothing differs; the line below says that they are equal."""
    scene = compose(two(Conv(5, 3), Conv(5, 3)), Options(width=700)).scene
    assert "differing" not in scene.roles()
    texts = [text for shape in scene.shapes if shape.role == "equation" for text in getattr(shape, "text", ())]
    assert any("equal: outputs agree" in text for text in texts)


def test_a_frame_around_a_map_runs_below_the_outline_of_the_current_cell() -> None:
    """It is the map's border, and where the current cell is at that border its outline lies over it."""
    for view in ("iso", "flat"):
        scene = compose(two(Conv(6, 3, 2, "same"), Conv(6, 3, 2, 1), view=view), Options(width=900)).scene
        marks = [n for n, s in enumerate(scene.shapes) if isinstance(s, Lines) and s.role == "differing"]
        for number, mark in zip((1, 2), marks):
            output = [n for n, s in enumerate(scene.shapes) if isinstance(s, Cells) and s.map == f"{number}/output"]
            over = next(n for n in range(output[-1], len(scene.shapes)) if scene.shapes[n].role == "accent")
            assert output[-1] < mark < over
            cells = scene.shapes[output[0]]
            assert isinstance(cells, Cells)
            corners = cells.lattice.points(np.array([(0, 0), (0, 3), (3, 3), (3, 0)]))
            line = scene.shapes[mark]
            assert isinstance(line, Lines)
            assert np.allclose(line.at(0)[:, 0], corners)


def test_frames_of_single_cells_are_clear_of_the_outline() -> None:
    """Between the outline of the current cell and a frame inside it there is room, however small the cell is."""
    scene = compose(two(MaxPool(5, 2), MaxPool(5, 2, ceil_mode=True), view="flat"), Options(width=900)).scene
    styles = load_theme("classic").styles
    (frame,) = [s for s in scene.shapes if isinstance(s, Lines) and s.role == "differing" and len(s.at(0)) == 20]
    cells = next(s for s in scene.shapes if isinstance(s, Cells) and s.map == "2/output")
    inset = float(frame.at(0)[:, :, 0].min() - cells.lattice.origin[0])
    assert inset - styles["differing"].width / 2 * scene.unit > styles["accent"].width / 2 * scene.unit + 1


@pytest.mark.parametrize("name", ["differ_ceil_mode_mean", "differ_mean_counts_padding"])
def test_digits_do_not_touch_the_frames_around_them(name: str) -> None:
    """Numbers of both figures are so small that the background's colour around a frame leaves them free, too."""
    scene = load_recipe(name).animation().scene
    half = load_theme("classic").styles["differing_edge"].width / 2 * scene.unit
    ends = np.concatenate([s.at(0) for s in scene.shapes if isinstance(s, Lines) and s.role == "differing"])
    low, high = ends.min(axis=1) - half, ends.max(axis=1) + half
    written = [s for s in scene.shapes if isinstance(s, Texts) and s.role == "output"]
    assert written
    for shape in written:
        for element, (x, y) in enumerate(shape.points):
            wide = shape.font.width(shape.string(scene.steps - 1, element), shape.em)
            reach = np.array([wide / 2 + scene.unit, shape.font.cap_height * shape.em / 2])
            meets = (low < np.array((x, y)) + reach).all(axis=1) & (high > np.array((x, y)) - reach).all(axis=1)
            assert not meets.any()


def test_frames_around_numbers_are_their_cells_own() -> None:
    """Where digits leave room a frame is inside its cell, so that a cell between framed ones is not taken for one."""
    scene = load_recipe("differ_mean_counts_padding").animation().scene
    for part in "12":
        cells = next(s for s in scene.shapes if isinstance(s, Cells) and s.map == f"{part}/output")
        x, y = cells.lattice.origin
        side = cells.lattice.column[0]
        frames = [s.at(0) for s in scene.shapes if isinstance(s, Lines) and s.role == "differing"]
        (own,) = [each for each in frames if len(each) == 12 * 4 and x <= each[..., 0].min() <= x + 4 * side]
        from_border = np.abs((own - (x, y) + side / 2) % side - side / 2)
        assert from_border.min() >= 2.5 * scene.unit


def test_what_one_output_alone_has_is_counted() -> None:
    """Frames are around 36 cells of one and 16 of the other, and so many are told: 16 that both have, 20 besides."""
    comparison = two(Conv(6, 3, 1, 2, 2), Conv(6, 3, 1, 1, 2))
    animation = compose(comparison, Options(width=900))
    assert [len(framed(animation.scene, part)) for part in (1, 2)] == [36, 16]
    told = "outputs differ in size; all 16 cells that both have differ, too; 20 are in one output alone"
    texts = [
        text for shape in animation.scene.shapes if shape.role == "equation" for text in getattr(shape, "text", ())
    ]
    assert told in " ".join(texts)
    assert animation.alt.endswith(f"Output cells that differ are framed: {told}.")


def test_alternative_text_says_how_many_are_framed() -> None:
    """Who does not see the figure is told."""
    alt = compose(two(Conv(6, 3, 2, "same"), Conv(6, 3, 2, 1)), Options(width=700)).alt
    assert alt.endswith("Output cells that differ are framed: all 9 output cells differ.")


def test_maps_too_small_for_a_grid_are_not_silently_unmarked() -> None:
    """Where cells are not drawn one by one a note says that they bear no marks."""
    animation = compose(
        two(Conv(700, 3, 1, "same"), Conv(700, 3, 1, ((0, 2), (0, 2)))), Options(width=400, max_frames=3)
    )
    assert not any(map_.endswith("output") for map_ in maps(animation.scene))
    assert any("differing cells are not marked" in note for note in animation.notes)


def test_differences_are_between_two_layers() -> None:
    """Of three figures, or of a chain, there are none; nor of layers that cannot be compared."""
    part = Part(Conv(5, 3), Options())
    with pytest.raises(RequestError, match="they are between two layers"):
        Comparison((part, part, part), differences=True)
    with pytest.raises(RequestError, match="do the same"):
        animate(two(Conv(5, 3), MaxPool(5, 3)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('differences = true\n[layer]\nop = "conv"\ninput_size = 5\nkernel_size = 3\n', "they are between two figures"),
        ("differences = 1\n[[figure]]\n[[figure]]\n", "figure 1"),
    ],
)
def test_a_recipe_with_wrong_differences_is_refused(text: str, words: str, tmp_path: Path) -> None:
    """`differences` is true or false, and of two figures."""
    path = tmp_path / "a.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RequestError, match=words):
        load_recipe(str(path))


@together("name", template_groups()[GROUP])
def test_templates_mark_what_differs(name: str) -> None:
    """Each template of the group is of two layers that do differ, and says in its words that cells are framed."""
    recipe = load_recipe(name)
    assert isinstance(recipe.figure, Comparison)
    assert recipe.figure.differences
    difference = difference_of(recipe.figure)
    assert difference is not None
    assert not difference.is_equal
    assert "framed" in recipe.alt
    assert "differing" in recipe.animation().scene.roles()
    plain = replace(recipe, figure=replace(recipe.figure, differences=False))
    assert "differing" not in plain.animation().scene.roles()


@pytest.mark.parametrize("view", ["iso", "flat"])
def test_the_keys_cell_is_not_filled_by_its_frame(view: str) -> None:
    """The cell before the verdict is the colour of output cells in one frame, as maps are, however small it is."""
    scene = compose(two(Conv(6, 3, 2, "same"), Conv(6, 3, 2, 1), view=view), Options(width=700)).scene
    (key,) = [s for s in scene.shapes if isinstance(s, Blocks) and s.role == "output" and s.map.endswith("key")]
    framed = [s.at(0) for s in scene.shapes if isinstance(s, Lines) and s.role == "differing"][-1]
    assert (framed.reshape(-1, 2).min(axis=0) == key.lattice.origin).all()
