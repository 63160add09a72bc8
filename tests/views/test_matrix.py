"""A layer as a matrix product: its matrix is read out of the scene and multiplied."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, together
from helpers.oracle import Cell
from helpers.scenes import walk
from helpers.stacks import drawn
from helpers.strategies import MOVING, channelled, layers, whole
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.figures.recipes.recipes import load_recipe
from convanim.figures.subject import Comparison, Part
from convanim.layers.geometry import Geometry
from convanim.layers.layer import (
    Conv,
    ConvTranspose,
    Fold,
    MaxPool,
    Pad,
    PixelShuffle,
    PixelUnshuffle,
    Unfold,
    Upsample,
    input_shape,
    kernel_shape,
    output_shape,
)
from convanim.layers.operations import operation_of
from convanim.networks.chain import Chain
from convanim.numbers.as_matrix import LayerMatrix, is_transposed
from convanim.numbers.values import values_of
from convanim.render.frames import Renderer
from convanim.scene.scene import Cells, During, Scene, Texts, series_at, shown
from convanim.style.contrast import Colour, contrast

LINEAR = st.sampled_from(["conv", "conv-transpose", "avg-pool", "adaptive-avg-pool", "upsample", "pad", *MOVING])
ANY = LINEAR.flatmap(lambda op: st.one_of(layers(op), channelled(op)))
LIT = ("kernel", "window")
SMALL = [
    Conv(4, 3),
    Conv((3, 4), (2, 3), stride=(1, 2), padding=((1, 0), (2, 1))),
    Conv(6, 2, dilation=2, dims=1),
    Conv(3, 3, padding=2, padding_mode="circular"),
    Conv("4@2x2", 2, out_channels=2, groups=2, padding=1),
    Conv("3@2x2", 1, out_channels=2),
    ConvTranspose(2, 3),
    ConvTranspose(2, 3, stride=2, padding=1, output_padding=1),
    ConvTranspose("2@2x2", 2, stride=2, out_channels=2),
]


def cells_of(scene: Scene, role: str, name: str) -> dict[Cell, tuple[Cells, int]]:
    """By key, without the map's name, the shape and element of every cell of a role on a map."""
    found: dict[Any, Any] = {}
    for shape in scene.shapes:
        if isinstance(shape, Cells) and (shape.role, shape.map) == (role, name):
            found |= {tuple(index): (shape, element) for element, index in enumerate(shape.index.tolist())}
    return found


def written(scene: Scene, role: str) -> dict[tuple[float, ...], str]:
    """The still texts of a role, by where they stand."""
    texts = [s for s in scene.shapes if isinstance(s, Texts) and s.role == role and isinstance(s.text, tuple)]
    return {tuple(point): text for s in texts for point, text in zip(s.points.tolist(), s.text)}  # type: ignore[arg-type]


def numbers_in(scene: Scene, shape: tuple[int, int]) -> NDArray[np.float64]:
    """The matrix as the figure has it, a number read from every entry."""
    texts, found = written(scene, "kernel"), np.zeros(shape)
    for at, (grid, element) in cells_of(scene, "kernel", "matrix").items():
        found[at] = float(texts[tuple(grid.lattice.centres(grid.cells[element]).tolist())].replace("−", "-"))
    return found


def numbered(layer: Any, seed: int = 1) -> tuple[NDArray[Any], NDArray[Any]]:
    """Small whole numbers for a layer's input and its kernel."""
    rng = np.random.default_rng(seed)
    return rng.integers(-9, 10, input_shape(layer)), rng.integers(-4, 5, kernel_shape(layer))


@campaign(400)
@given(layer=ANY, data=st.data())
def test_the_matrix_times_the_input_is_the_output(layer: Any, data: st.DataObject) -> None:
    """For random layers, with channels and without: padding, strides, dilation, groups, weights of windows' own."""
    if isinstance(layer, Pad):
        layer = replace(layer, value=0)  # other values are no part of a product
    numbers = data.draw(whole(input_shape(layer)))
    kernel = data.draw(whole(kernel_shape(layer))) if operation_of(layer).has_weights else None
    geometry = Geometry(layer)
    matrix = LayerMatrix(geometry, kernel)
    made = values_of(geometry, numbers, kernel).output
    assert matrix.dense().shape == (made.size, numbers.size)
    np.testing.assert_allclose(matrix.dense() @ numbers.ravel(), made.ravel(), atol=1e-9)


@campaign(400)
@given(layer=layers("conv-transpose").filter(is_transposed), data=st.data())
def test_a_transposed_convolution_has_the_transposed_matrix(layer: Any, data: st.DataObject) -> None:
    """That of the convolution with the same arguments, over the output; so the two are adjoint."""
    kernel = data.draw(whole(kernel_shape(layer)))
    direct = Conv(output_shape(layer), layer.kernel_size, layer.stride, layer.padding, layer.dilation)
    assert output_shape(direct) == layer.input_size
    turned = LayerMatrix(Geometry(layer), kernel).dense()
    assert np.array_equal(turned, LayerMatrix(Geometry(direct), kernel).dense().T)


@together("layer", SMALL)
def test_numbers_in_the_figure_multiply_to_its_output(layer: Any) -> None:
    """What stands in the matrix times the input's numbers is the layer's output; other places hold a 0."""
    numbers, kernel = numbered(layer)
    scene = drawn(layer, view="matrix", values=numbers, kernel_values=kernel, width=1440).scene
    shape = (int(np.prod(output_shape(layer))), numbers.size)
    found = numbers_in(scene, shape)
    made = values_of(Geometry(layer), numbers, kernel).output
    assert (found @ numbers.ravel()).tolist() == made.ravel().tolist()
    zeros = [text for text in written(scene, "faint").values() if text == "0"]
    assert len(cells_of(scene, "kernel", "matrix")) + len(zeros) == np.prod(shape)


def lit(scene: Scene, step: int, roles: tuple[str, ...], name: str) -> list[tuple[Cells, int]]:
    """The cells of some roles on a map that are shown at a step and not at others."""
    cells = (s for s in scene.shapes if isinstance(s, Cells) and s.role in roles and s.map == name)
    moving = (s for s in cells if isinstance(s.when, During))
    return [(shape, element) for shape in moving for element in shown(shape.when, len(shape), step).tolist()]


@together("order", ["filter", "position"])
@together("layer", SMALL)
def test_a_step_lights_its_row_and_what_it_multiplies(layer: Any, order: str) -> None:
    """The row of the output cell that is made, in full, the unrolled input that it meets, and the output cell."""
    scene = drawn(layer, view="matrix", order=order).scene
    entries = cells_of(scene, "kernel", "matrix")
    (place,) = {grid.lattice for grid, _ in entries.values()}
    for step in range(scene.steps):
        (made,) = scene.writes(step)
        row = int(np.ravel_multi_index(made[1:], output_shape(layer)))  # type: ignore[arg-type]
        columns = {int(np.ravel_multi_index(read[1:], input_shape(layer))) for read in scene.reads(step)}  # type: ignore[arg-type]
        assert {shape.key(e)[1:] for shape, e in lit(scene, step, LIT, "matrix")} == {(row, c) for c in columns}
        assert {at for at in entries if at[0] == row} == {(row, c) for c in columns}
        assert {shape.key(e) for shape, e in lit(scene, step, ("current",), "output")} == {made}
        seen = lit(scene, step, LIT, "window")
        unrolled = [(s, e) for s, e in seen if s.lattice.origin[0] == place.origin[0] and s.lattice.row == place.row]
        assert sorted(int(shape.cells[e, 1]) for shape, e in unrolled) == sorted(columns)
        for shape, e in unrolled:
            grid, _ = entries[row, int(shape.cells[e, 1])]
            assert series_at(shape, step) == series_at(grid, step)


def test_the_window_has_the_hues_of_the_row() -> None:
    """Each cell under it that of the entry that multiplies it; padding has none."""
    layer = Conv("2@4x5", (2, 3), stride=2, padding=1, out_channels=2)
    scene = drawn(layer, view="matrix").scene
    entries = cells_of(scene, "kernel", "matrix")
    for step in range(scene.steps):
        (made,) = scene.writes(step)
        row = int(np.ravel_multi_index(made[1:], output_shape(layer)))  # type: ignore[arg-type]
        hues = {
            int(np.ravel_multi_index(s.key(e)[1:], input_shape(layer))): series_at(s, step)  # type: ignore[arg-type]
            for s, e in lit(scene, step, LIT, "window")
            if series_at(s, step) is not None and s.index.shape[1] == 3
        }
        assert hues == {column: series_at(grid, step) for (r, column), (grid, _) in entries.items() if r == row}


def test_entries_have_the_letters_and_hues_of_their_kernel_cells() -> None:
    """The paper's matrix: in row r the letters a to i, as the window lies; a hue belongs to one letter."""
    scene = compose(Conv(4, 3), Options(view="matrix")).scene
    texts = written(scene, "kernel")
    hues: dict[Any, Any] = {}
    lines = [[""] * 16 for _ in range(4)]
    for (row, column), (grid, element) in cells_of(scene, "kernel", "matrix").items():
        letter = texts[tuple(grid.lattice.centres(grid.cells[element]).tolist())]
        lines[row][column] = letter
        assert hues.setdefault(series_at(grid, 0), letter) == letter
    assert ["".join(text or "." for text in line) for line in lines] == [
        "abc.def.ghi.....",
        ".abc.def.ghi....",
        "....abc.def.ghi.",
        ".....abc.def.ghi",
    ]
    assert len(hues) == 9


def test_the_kernel_lies_on_the_window_as_it_is_taken() -> None:
    """A letter on every cell of the window, padding and inserted zeros too; of a transposed convolution flipped."""
    for layer, step, letters in (
        (Conv(3, (2, 3), padding=1), 0, "abcdef"),
        (ConvTranspose(2, 3), 0, "ihgfedcba"),
        (ConvTranspose(2, 3, stride=2), 6, "ihgfedcba"),
    ):
        scene = compose(layer, Options(view="matrix")).scene
        roles = (*LIT, "window_padding", "window_zero")
        texts = [s for s in scene.shapes if isinstance(s, Texts) and s.role in roles and callable(s.text)]
        said = {
            tuple(s.points[e][::-1].tolist()): s.string(step, e)
            for s in texts
            for e in shown(s.when, len(s), step).tolist()
        }
        assert "".join(said[at] for at in sorted(said)) == letters


def test_a_chain_of_one_layer_is_that_layer() -> None:
    """As those are that are compared."""
    alone, chained = (compose(figure, Options(view="matrix")).scene for figure in (Conv(4, 3), Chain(4, ["conv 3"])))
    assert set(cells_of(alone, "kernel", "matrix")) == set(cells_of(chained, "kernel", "matrix"))


def test_two_matrices_are_compared_in_numbers() -> None:
    """Each at its own scale, so that both have room."""
    options = Options(view="matrix", values="random:1")
    parts = tuple(Part(figure, options) for figure in (Conv(3, 3, padding=1), ConvTranspose(3, 3)))
    assert compose(Comparison(parts), Options()).scene.steps


@pytest.mark.parametrize("view", ["matrix", "im2col"])
def test_compared_products_begin_on_one_line(view: str) -> None:
    """However high each is, and with all of their headlines in letters of one size."""
    figure = load_recipe("transposed_is_the_adjoint", view=view, transposed_as="gather").animation()
    texts = [(shape.string(0, 0), shape) for shape in figure.scene.shapes if isinstance(shape, Texts) and len(shape)]
    first = [shape for text, shape in texts if text.startswith(("y = ", "Y = "))]
    assert len(first) == 2
    assert len({shape.points[0, 1] for shape in first}) == 1
    told = [shape for text, shape in texts if text.startswith("Cᵀ: ")]
    assert len(told) == (view == "matrix")
    assert {shape.em for shape in told} <= {shape.em for shape in first}


def test_the_transposed_matrix_is_named_so() -> None:
    """Cᵀ where it is that of a convolution, transposed; C where it is another."""
    for layer, name in (
        (ConvTranspose(2, 3), "Cᵀ"),
        (ConvTranspose(2, 3, output_padding=1, dilation=2), "C"),
        (ConvTranspose(2, 3, transpose_kernel=False), "C"),
        (Conv(4, 3), "C"),
    ):
        labels = written(compose(layer, Options(view="matrix")).scene, "label").values()
        assert name in labels
        assert ({"C", "Cᵀ"} - {name}).isdisjoint(labels)


def test_cells_have_the_colours_of_their_entries() -> None:
    """A pixel near the corner of an entry, of a lit one, of an empty place and of the input cell above."""
    animation = compose(Conv(4, 3), Options(view="matrix"))
    scene, theme = animation.scene, animation.theme
    pixels = Renderer(scene, theme).frame(0).pixels
    grid, element = cells_of(scene, "kernel", "matrix")[1, 1]

    def at(row: int, column: int) -> tuple[int, ...]:
        x, y = grid.lattice.points(np.array([row + 0.2, column + 0.2])).round().astype(int)
        return tuple(pixels[y, x, :3].tolist())

    assert grid.cells[element].tolist() == [1, 1]
    assert at(1, 1) == theme.style("kernel", 0).fill
    assert at(0, 0) == theme.style("kernel", 0).fill
    assert at(0, 1) == theme.style("kernel", 1).fill
    assert at(1, 0) == theme.background


@pytest.mark.parametrize("theme", ["classic", "dark"])
def test_a_weight_has_one_colour_wherever_it_stands(theme: str) -> None:
    """In the kernel, in rows that are lit and others, under the window and above the row; no other weight has it."""
    animation = compose(Conv(4, 3), Options(view="matrix", theme=theme))
    scene, colours = animation.scene, animation.theme
    found: dict[int, set[Colour | None]] = {hue: set() for hue in range(9)}
    for shape in scene.shapes:
        if isinstance(shape, Cells | Texts) and isinstance(shape.series, int) and shape.role in LIT:
            style = colours.style(shape.role, shape.series)
            found[shape.series].add(style.fill)
            assert style.text is not None
            assert contrast(style.text, style.fill or colours.background) >= 4.5
    assert all(len(fills) == 1 for fills in found.values())
    assert len({colour for fills in found.values() for colour in fills}) == 9


@pytest.mark.parametrize("layer", SMALL[1:6:2])
def test_frames_are_the_same_wherever_they_come_from(layer: Any) -> None:
    """Steps in any order are drawn as from nothing."""
    animation = drawn(layer, view="matrix", values="random:2")
    walk(animation, [0, 1, animation.scene.steps - 1, 1])


def test_weights_without_room_are_said_to_be_missing() -> None:
    """Large matrices have colours alone, and a note; small ones have numbers, and none."""
    large = compose(Conv(10, 3), Options(view="matrix", values="random:1"))
    assert [note for note in large.notes if "no room for its numbers" in note]
    assert not compose(Conv(4, 3), Options(view="matrix", values="random:1")).notes
    assert compose(Upsample(4, scale_factor=2, mode="bilinear"), Options(view="matrix")).notes


@pytest.mark.parametrize(
    ("figure", "options", "said"),
    [
        (MaxPool(4, 2), {}, "max-pool takes maxima, which no matrix does; try flat"),
        (Chain(5, ["conv 3", "conv 3"]), {}, "a chain is several products"),
        (Chain(5, ["relu"]), {}, "relu is no product"),
        (Conv(40, 3), {}, "1,444×1,600 is larger than can be read"),
        (Conv(9_000, 3), {"max_cells": 10**9}, "is larger than can be read"),
        (Conv(4, 3), {"values": "random", "heat_map": True}, "written, not coloured; try flat, or leave out heat_map"),
        (ConvTranspose(4, 3), {"transposed_as": "scatter"}, "one output cell a step; try gather"),
        (Conv(20, 3), {"width": 480}, "less than 4 pixels to an entry of a 324×400 matrix; try"),
        (Conv("2@3x3", 1), {"perceptron": True}, "drawn flat, not matrix"),
        (load_recipe("lenet").figure, {}, "a network is several products"),
    ],
)
def test_what_is_no_matrix_is_refused(figure: Any, options: dict[str, Any], said: str) -> None:
    """With the view that draws it."""
    with pytest.raises(RequestError) as caught:
        compose(figure, Options(view="matrix", **options))
    assert said in str(caught.value)


@pytest.mark.parametrize("layer", [PixelShuffle("8@1x2", 2), Unfold("2@2x3", 2), Fold("4@2x1", (3, 2), 2)])
def test_what_moves_cells_keeps_its_hues(layer: Any) -> None:
    """Each entry has the hue of the channel that stands for a kernel cell, which is that of the sheet."""
    scene = compose(layer, Options(view="matrix")).scene
    entries, cells = cells_of(scene, "kernel", "matrix"), int(np.prod(input_shape(layer)[1:]))
    sheet = int(np.prod(output_shape(layer)[1:]))
    assert len(entries) == len(LayerMatrix(Geometry(layer)).entries)
    for (row, column), (shape, _) in entries.items():
        channel = row // sheet if isinstance(layer, Unfold) else column // cells
        assert shape.series == channel % 4


@together(
    "layer",
    [
        PixelShuffle("8@1x2", 2),
        PixelUnshuffle("2@2x4", 2),
        Unfold("2@2x3", 2),
        Fold("4@2x1", (3, 2), 2),
        Conv("4@1x2", 1, out_channels=4, groups=2),
        Conv("2@3x3", 2),
        ConvTranspose(2, 2),
    ],
)
def test_unrolled_maps_have_the_hues_of_the_maps(layer: Any) -> None:
    """Every cell of the input and of the output has one, in both places."""
    hues: dict[tuple[str, str, Cell], list[int | None]] = {}
    for shape in compose(layer, Options(view="matrix")).scene.shapes:
        if isinstance(shape, Cells) and shape.map in ("input", "output") and shape.role != "current":
            role = "input" if shape.role == "unread" else shape.role
            for at in shape.index.tolist():
                hues.setdefault((shape.map, role, tuple(at)), []).append(shape.series)  # type: ignore[arg-type]
    assert len(hues) == np.prod(input_shape(layer)) + 2 * np.prod(output_shape(layer))
    assert all(len(found) == 2 and len(set(found)) == 1 for found in hues.values())


def test_a_kernel_is_labelled_with_all_its_sides() -> None:
    """As the maps beside it are, and in flat figures."""
    assert "kernel 3×3" in written(compose(Conv(4, 3), Options(view="matrix")).scene, "label").values()
