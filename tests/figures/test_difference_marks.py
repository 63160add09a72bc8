"""Figures of two layers that differ: one scale, one clock, every differing output cell marked and no other."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from convanim import AvgPool, Comparison, Conv, ConvTranspose, MaxPool, Options, Part, animate, load_recipe
from convanim.errors import RequestError
from convanim.figures.animation import compose
from convanim.figures.subject import difference_of
from convanim.files.catalogue import template_groups
from convanim.layers.layer import Layer
from convanim.scene.scene import Cells, Lines, Scene, Texts

GROUP = "Where two layers differ"


def two(a: Layer, b: Layer, **options: object) -> Comparison:
    """Two layers whose differences are marked."""
    return Comparison((Part(a, Options(**options), "A"), Part(b, Options(**options), "B")), differences=True)  # type: ignore[arg-type]


def crossed(scene: Scene, part: int) -> set[tuple[int, ...]]:
    """The output cells of a part that have a mark with its middle in theirs, by their keys."""
    found = set()
    marks = [
        shape.at(0).mean(axis=1) for shape in scene.shapes if isinstance(shape, Lines) and shape.role == "differing"
    ]
    points = np.concatenate(marks) if marks else np.zeros((0, 2))
    for shape in scene.shapes:
        if isinstance(shape, Cells) and shape.map == f"{part}/output" and shape.role in ("output_pending", "heat"):
            lattice = shape.lattice
            basis = np.array([lattice.row, lattice.column], dtype=float)
            at = np.floor((points - np.array(lattice.origin)) @ np.linalg.inv(basis) + 1e-9)
            inside = {tuple(cell) for cell in at.astype(int).tolist()}
            cells = zip(shape.cells.tolist(), shape.index.tolist())
            found |= {tuple(index) for cell, index in cells if tuple(cell) in inside}
    return found


def maps(scene: Scene) -> set[str]:
    """The names of all maps of cells."""
    return {shape.map for shape in scene.shapes if isinstance(shape, Cells)}


@pytest.mark.parametrize(
    ("a", "b", "options"),
    [
        (Conv(6, 3, 2, "same"), Conv(6, 3, 2, 1), {}),
        (Conv(9, 3, 2, "same", dims=1), Conv(9, 3, 2, 0, dims=1), {}),
        (AvgPool(5, 3, 1, 1), AvgPool(5, 3, 1, 1, count_include_pad=False), {"values": "random"}),
        (MaxPool(5, 2), MaxPool(5, 2, ceil_mode=True), {"view": "flat"}),
        (ConvTranspose(3, 3, 2, "same"), ConvTranspose(3, 3, 2, 1, 1), {"transposed_as": "scatter"}),
        (AvgPool(9, 3, 2, "same"), AvgPool(9, 3, 2, 1), {"values": "random", "heat_map": True}),
    ],
)
def test_cells_that_differ_are_crossed_and_no_others(a: Layer, b: Layer, options: dict[str, object]) -> None:
    """In both parts, in every view; cells that only one output has are crossed, too; both have cells of one size."""
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
        assert crossed(scene, number) == expected
    sides = {s.lattice.column[0] for s in scene.shapes if isinstance(s, Cells) and s.map.endswith("put")}
    assert len(sides) == 1


def test_numbers_are_colours_in_both_or_in_neither() -> None:
    """Where the numbers of one part do not fit and become colours, the other's do, too."""
    parts = two(AvgPool(5, 3, 1, 1), AvgPool(5, 3, 1, 1, count_include_pad=False), values="random:2")
    scene = compose(parts, Options(width=800)).scene
    plain = compose(replace(parts, differences=False), Options(width=800)).scene
    assert "heat" not in plain.roles()  # it is for the sake of one scale
    for part in "12":
        roles = {s.role for s in scene.shapes if isinstance(s, Cells) and s.map == f"{part}/output"}
        assert ("heat" in roles) is ("output" not in roles)
        assert "heat" in roles


@pytest.mark.parametrize("width", [800, 1000])
def test_no_mark_goes_through_a_number(width: int) -> None:
    """Crosses are broken where numbers stand, in heat maps, too, in each part by itself."""
    parts = two(AvgPool(5, 3, 1, 1), AvgPool(5, 3, 1, 1, count_include_pad=False), values="random:2")
    scene = compose(parts, Options(width=width)).scene
    texts = [s for s in scene.shapes if isinstance(s, Texts) and s.role in ("output", "heat")]
    numbers = np.concatenate([shape.points for shape in texts])
    strokes = np.concatenate([s.at(0) for s in scene.shapes if isinstance(s, Lines) and s.role == "differing"])
    middles = strokes.mean(axis=1)
    assert np.abs(middles[:, None] - numbers[None]).max(axis=2).min() > 4


def test_sheets_of_channels_are_marked_each() -> None:
    """Every channel of both outputs has its marks, drawn with its sheet; channels of one alone are crossed whole."""
    a, b = Conv("2@4", 3, 1, "same", out_channels=3), Conv("2@4", 3, 1, "same", out_channels=2)
    scene = compose(two(a, b, view="flat"), Options(width=900)).scene
    assert crossed(scene, 1) == {(2, y, x) for y in range(4) for x in range(4)}
    assert crossed(scene, 2) == set()
    marks = [n for n, shape in enumerate(scene.shapes) if shape.role == "differing"]
    outputs = [n for n, s in enumerate(scene.shapes) if isinstance(s, Cells) and s.map == "1/output"]
    assert min(outputs) < marks[0]


def test_equal_layers_have_no_mark_and_say_so() -> None:
    """Nothing is crossed where nothing differs; the line below says that they are equal."""
    scene = compose(two(Conv(5, 3), Conv(5, 3)), Options(width=700)).scene
    assert "differing" not in scene.roles()
    texts = [text for shape in scene.shapes if shape.role == "equation" for text in getattr(shape, "text", ())]
    assert any("equal: outputs agree" in text for text in texts)


def test_alternative_text_says_how_many_are_crossed() -> None:
    """Who does not see the figure is told."""
    alt = compose(two(Conv(6, 3, 2, "same"), Conv(6, 3, 2, 1)), Options(width=700)).alt
    assert alt.endswith("Output cells that differ are crossed: all 9 output cells differ.")


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


@pytest.mark.parametrize("name", template_groups()[GROUP])
def test_templates_mark_what_differs(name: str) -> None:
    """Each template of the group is of two layers that do differ, and says in its words that cells are crossed."""
    recipe = load_recipe(name)
    assert isinstance(recipe.figure, Comparison)
    assert recipe.figure.differences
    difference = difference_of(recipe.figure)
    assert difference is not None
    assert not difference.is_equal
    assert "crossed" in recipe.alt
    assert "differing" in recipe.animation().scene.roles()
    plain = replace(recipe, figure=replace(recipe.figure, differences=False))
    assert "differing" not in plain.animation().scene.roles()
