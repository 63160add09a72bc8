"""A convolution as im2col has it: columns and filters are read out of the scene and multiplied."""

from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, together
from helpers.oracle import Cell
from helpers.pixels import inks
from helpers.scenes import walk
from helpers.stacks import drawn
from helpers.strategies import channelled, layers, whole
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.figures.animation import compose
from convanim.figures.film import film
from convanim.figures.options import Options
from convanim.figures.recipes.recipes import load_recipe
from convanim.layers.geometry import Geometry
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, input_shape, kernel_shape, output_shape
from convanim.numbers.as_columns import LayerColumns
from convanim.numbers.values import values_of
from convanim.scene.scene import Cells, During, Lines, Scene, Texts, series_at, shown

ANY = st.sampled_from(["conv", "conv-transpose"]).flatmap(lambda op: st.one_of(layers(op), channelled(op)))
SMALL = [
    Conv(4, 3),
    Conv("2@3x4", (2, 3), stride=(1, 2), padding=1, out_channels=2),
    Conv(5, 2, dilation=2, padding=1, padding_mode="reflect", dims=1),
    Conv("3@2x2", 1, out_channels=2),
    ConvTranspose("2@2x2", 2, stride=2, padding=1, out_channels=2),
    Conv("4@2x3", (1, 2), out_channels=2, groups=2),
    ConvTranspose("2@3", 2, stride=2, out_channels=4, groups=2, dims=1),
]


def seen(scene: Scene, step: int, roles: tuple[str, ...], name: str) -> set[Cell]:
    """The keys, without the map's name, of the cells of some roles on a map that are shown at a step."""
    shapes = (s for s in scene.shapes if isinstance(s, Cells) and s.role in roles and s.map == name)
    return {
        tuple(shape.index[element].tolist())
        for shape in shapes
        for element in shown(shape.when, len(shape), step).tolist()
    }


def at_work(scene: Scene, step: int, name: str) -> set[Cell]:
    """The keys, without the map's name, of the cells on a map that a step shows over those that stay."""
    shapes = (s for s in scene.shapes if isinstance(s, Cells) and s.map == name and isinstance(s.when, During))
    return {tuple(s.index[element].tolist()) for s in shapes for element in shown(s.when, len(s), step).tolist()}


def grid(scene: Scene, step: int, roles: tuple[str, ...], name: str) -> NDArray[np.float64]:
    """The numbers on a map's matrix at a step, by where they stand; each place has one."""
    places, found = {}, {}
    for shape in scene.shapes:
        if isinstance(shape, Cells) and shape.role in roles and shape.map == name:
            for element in shown(shape.when, len(shape), step).tolist():
                places[tuple(shape.lattice.centres(shape.cells[element]).tolist())] = tuple(
                    shape.cells[element].tolist()
                )
    for shape in scene.shapes:
        if isinstance(shape, Texts) and shape.role in roles:
            for element in shown(shape.when, len(shape), step).tolist():
                at = tuple(shape.points[element].tolist())
                if at in places:
                    found[places[at]] = float(shape.string(step, element).replace("−", "-"))
    made = np.zeros((1 + max(row for row, _ in found), 1 + max(column for _, column in found)))
    for place, number in found.items():
        made[place] = number
    return made


@campaign(400)
@given(layer=ANY, data=st.data())
def test_filters_times_columns_are_the_output(layer: Any, data: st.DataObject) -> None:
    """For random layers, with channels, groups and without: padding, its copies, strides, dilation, inserted zeros."""
    numbers, kernel = data.draw(whole(input_shape(layer))), data.draw(whole(kernel_shape(layer)))
    columns = LayerColumns(Geometry(layer))
    made = values_of(Geometry(layer), numbers, kernel).output
    assert columns.taken(numbers).shape == columns.shape
    assert (columns.filters(kernel) @ columns.taken(numbers)).ravel().tolist() == made.ravel().tolist()


@together("order", ["filter", "position"])
@together("layer", SMALL)
def test_numbers_in_the_figure_multiply_to_its_output(layer: Any, order: str) -> None:
    """At the end W times X, as they stand there, is Y, and Y is the layer's output."""
    rng = np.random.default_rng(4)
    numbers, kernel = rng.integers(0, 9, input_shape(layer)), rng.integers(-4, 5, kernel_shape(layer))
    scene = drawn(layer, view="im2col", values=numbers, kernel_values=kernel, width=1440, order=order).scene
    last = scene.steps - 1
    taken = grid(scene, last, ("input", "padding", "zero"), "columns")
    filters = grid(scene, last, ("kernel",), "kernel")
    made = values_of(Geometry(layer), numbers, kernel).output
    assert (filters[:, : len(taken)] @ taken).ravel().tolist() == made.ravel().tolist()


@together("order", ["filter", "position"])
@together("layer", SMALL)
def test_columns_come_one_after_another_and_then_the_products(layer: Any, order: str) -> None:
    """Each fills from its window, and stays; then each step makes one cell of the output, and all are made once."""
    scene = drawn(layer, view="im2col", order=order).scene
    rows, places = LayerColumns(Geometry(layer)).shape
    every = {(row, place) for row in range(rows) for place in range(places)}
    outputs = int(np.prod(output_shape(layer)))
    assert scene.steps == places + outputs
    made: list[Cell] = []
    for step in range(scene.steps):
        filled = seen(scene, step, ("input", "padding", "zero"), "columns")
        lit = at_work(scene, step, "columns")
        assert len({place for _, place in lit}) == 1
        ((*_, place),) = {at[1:] for at in lit}
        reads = {at[1:] for at in scene.reads(step)}
        if step < places:
            assert reads == {
                cell for channel in range(layer.out_channels or 1) for cell in read_by(layer, place, channel)
            }
            assert filled == {at for at in every if at[1] <= step}
            assert {at[1:] for at in scene.writes(step)} == lit == {at for at in every if at[1] == step}
            assert not seen(scene, step, ("output", "current"), "output")
            assert not at_work(scene, step, "kernel")
            continue
        (key,) = scene.writes(step)
        made.append(key[1:])  # type: ignore[arg-type]
        channel = key[1] if layer.out_channels else 0
        own = rows // layer.groups
        first = own * (channel * layer.groups // (layer.out_channels or 1))
        assert {row for row, *_ in lit} == set(range(first, first + own))
        assert reads == set(read_by(layer, place, channel))  # type: ignore[arg-type]
        assert filled == every
        assert key[-len(layer.input_size) :] == cell_of(layer, place)[-len(layer.input_size) :]
        assert seen(scene, step, ("current",), "output") == {key[1:]}
        assert seen(scene, step, ("output",), "output") == set(made)
        assert len(at_work(scene, step, "kernel")) == own
    assert len(set(made)) == outputs


@pytest.mark.parametrize("theme", ["classic", "dark", "colorblind"])
@pytest.mark.parametrize("layer", [Conv(4, 3), Conv("3@5x5", 3, out_channels=2)])
def test_a_colour_has_one_meaning(layer: Any, theme: str) -> None:
    """A weight and what it meets have its colour, lit or at rest, no other weight has it; other input cells have none.

    Lit in a stronger one, weights looked like those whose hue comes again in a paler one.
    """
    animation = compose(layer, Options(view="im2col", theme=theme))
    fills: dict[str | int, set[object]] = {}
    for shape in animation.scene.shapes:
        if not isinstance(shape, Cells) or shape.map not in ("columns", "kernel", "window", "input"):
            continue
        assert not callable(shape.series)
        if shape.role == "input":
            assert shape.series is None
        meant = shape.role if shape.series is None else shape.series
        fills.setdefault(meant, set()).add(animation.theme.style(shape.role, shape.series).fill)
    hues = [fill for meant, found in fills.items() if isinstance(meant, int) or meant == "input" for fill in found]
    assert len(hues) == len(set(hues)) == 9 + 1


def test_a_window_has_the_hue_of_the_filter_at_work() -> None:
    """Of 1×1, whose kernel cells have none; while columns are filled no filter is at work."""
    scene = compose(Conv("3@2x2", 1, out_channels=2), Options(view="im2col")).scene
    for step in range(scene.steps):
        shapes = (s for s in scene.shapes if isinstance(s, Cells) and s.map == "window")
        hues = {series_at(s, step) for s in shapes if len(shown(s.when, len(s), step))}
        assert hues == ({None} if step < 4 else {scene.writes(step)[0][1]})


def read_by(layer: Any, place: int, channel: int) -> list[Cell]:
    """The input cells that a filter reads at the place of a column."""
    cell = cell_of(layer, place)
    return list(Geometry(layer).cells_read((channel, *cell[1:]) if layer.out_channels else cell))


def cell_of(layer: Any, place: int) -> Cell:
    """The output cell of a column, in the first channel."""
    shape = output_shape(layer)
    size = shape[-len(layer.input_size) :]
    cell = tuple(int(at) for at in np.unravel_index(place, size))
    return cell if len(shape) == len(size) else (0, *cell)


def test_at_the_end_nothing_is_lit() -> None:
    """The rest shows columns, filters and the whole output."""
    played = film(compose(SMALL[1], Options(view="im2col", values="random:1")))  # type: ignore[arg-type]
    rest = played.scene.steps - 1
    for name in ("columns", "kernel", "window", "output"):
        assert not seen(played.scene, rest, ("window", "window_padding", "current"), name)
        assert not at_work(played.scene, rest, name)
    assert seen(played.scene, rest, ("output",), "output") == {tuple(map(int, at)) for at in np.ndindex(2, 4, 2)}


def test_frames_are_the_same_wherever_they_come_from() -> None:
    """Steps in any order are drawn as from nothing, over the change from columns to products."""
    animation = compose(Conv("2@3x3", 2, out_channels=2), Options(view="im2col", values="random:2"))
    walk(animation, [0, 3, 4, 5, animation.scene.steps - 1, 1])


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (AvgPool(4, 2), "avg-pool has no filters to be multiplied with; try flat"),
        (Conv(100, 3), "columns of 9×9,604 are more than can be read; try a smaller input, or flat"),
    ],
)
def test_what_has_no_columns_is_refused(layer: Any, said: str) -> None:
    """With the view that draws it."""
    with pytest.raises(RequestError) as caught:
        compose(layer, Options(view="im2col"))
    assert said in str(caught.value)


@pytest.mark.parametrize("layer", [Conv("2@3x3", 2, out_channels=2), Conv("4@2x3", 2, out_channels=2, groups=2)])
def test_lines_between_channels_keep_clear_of_the_names(layer: Any) -> None:
    """None runs into the letter beside its matrix."""
    scene = compose(layer, Options(view="im2col")).scene
    names = [box for text, box in inks(scene, 0, ("label",)) if text in "WXY"]
    assert len(names) == 3
    for shape in scene.shapes:
        if isinstance(shape, Lines) and shape.role == "bracket" and not callable(shape.ends):
            for (ax, ay), (bx, by) in shape.ends.tolist():
                for left, top, right, bottom in names:
                    is_apart = max(ax, bx) < left or min(ax, bx) > right or max(ay, by) < top or min(ay, by) > bottom
                    assert is_apart


def test_the_column_is_framed_among_many_cells() -> None:
    """The template's are small, and what is filled or multiplied is found at once."""
    scene = load_recipe("im2col").animation().scene
    for step in (0, 5, 9, 20, 26):
        (lit,) = {
            tuple(shape.lattice.column) for shape in scene.shapes if isinstance(shape, Cells) and shape.map == "columns"
        }
        frames = [shape.at(step) for shape in scene.shapes if isinstance(shape, Lines) and shape.role == "accent"]
        spans = [np.ptp(ends.reshape(-1, 2), axis=0).round().tolist() for ends in frames if len(ends)]
        assert [lit[0], 27 * lit[0]] in spans
        assert ([27 * lit[0], lit[0]] in spans) is (step >= 9)


def test_letters_on_the_window_have_room() -> None:
    """Where there is little between filters and columns, the maps stand below."""
    scene = compose(ConvTranspose(2, 3), Options(view="im2col")).scene
    grids = [s.lattice for s in scene.shapes if isinstance(s, Cells) and s.map == "input"]
    assert min(lattice.column[0] for lattice in grids) >= 16


@pytest.mark.parametrize("view", ["matrix", "im2col"])
def test_channels_of_a_product_are_all_there(view: str) -> None:
    """A number of sheets, which would change nothing, is refused."""
    with pytest.raises(RequestError, match="max_sheets 2: a product has the rows of all channels; leave it out"):
        compose(Conv("3@4x4", 2, out_channels=3), Options(view=view, max_sheets=2))
