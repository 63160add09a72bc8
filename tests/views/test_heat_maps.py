"""Heat maps: every cell has the theme's colour of its number, the legend says the largest, padding has no colour."""

from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, listed, together
from helpers.oracle import Cell, oracle_of
from helpers.pixels import inks, numbers_at
from helpers.stacks import bare, drawn, highlighted, layer_output, places, read_by
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.figures.animation import Animation, compose
from convanim.figures.options import Options
from convanim.figures.recipes.recipes import load_recipe
from convanim.figures.subject import Comparison
from convanim.files.catalogue import theme_names
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool
from convanim.networks.chain import Chain
from convanim.render.frames import Renderer
from convanim.scene.scene import Cells, Lattice, Lines, Scene
from convanim.style.theme import load_theme
from convanim.words.numerals import numeral

Numbers = NDArray[Any]
few = campaign(12)
the = cache(load_theme)
every_theme = pytest.mark.parametrize("theme", theme_names())
# Parts of a cell, off its lines and off the number in its middle.
PROBES = np.array([(0.15, 0.2), (0.15, 0.5), (0.15, 0.8), (0.85, 0.2), (0.85, 0.8)])


def picture(animation: Animation, step: int) -> NDArray[np.uint8]:
    """A step as pixels."""
    return Renderer(animation.scene, animation.theme).frame(step).pixels.copy()


def colour_of(theme: str, level: float, *, is_signed: bool = True) -> list[int]:
    """A number's colour, by definition: between the theme's colours at both sides of it, in sixteen steps from zero."""
    low, middle, high = the(theme).heat
    part = np.rint(abs(level) * 16) / 16
    if is_signed:
        return [round(m + (e - m) * part) for m, e in zip(middle, high if level > 0 else low)]
    stops = the(theme).count
    places = np.linspace(0, 1, len(stops))
    return [round(float(np.interp(part, places, [stop[i] for stop in stops]))) for i in range(3)]


def seen(pixels: NDArray[np.uint8], lattice: Lattice, cell: Cell) -> list[int]:
    """The colour that most probes in a cell have."""
    at = (PROBES + np.array(cell)) @ np.array([lattice.row, lattice.column], dtype=float) + np.array(lattice.origin)
    colours, counts = np.unique(pixels[at[:, 1].astype(int), at[:, 0].astype(int), :3], axis=0, return_counts=True)
    found: list[int] = colours[counts.argmax()].tolist()
    return found


def sheet(scene: Scene, map: str, channel: int | None) -> Lattice:
    """Where a map's cells stand."""
    for shape in scene.shapes:
        if isinstance(shape, Cells) and shape.map == map and channel in (None, shape.index[0, 0]):
            return shape.lattice
    raise AssertionError((map, channel))


def close(found: list[int], expected: list[int]) -> bool:
    """Whether two colours are the same but for rounding."""
    return max(abs(a - b) for a, b in zip(found, expected)) <= 1


@every_theme
@few
@given(numbers=st.lists(st.integers(-50, 50), min_size=24, max_size=24), seed=st.integers(0, 99))
def test_every_cell_has_the_colour_of_its_number(theme: str, numbers: list[int], seed: int) -> None:
    """Colours run from minus the map's largest number to it, zero in the middle; the output's come with its steps."""
    layer = Conv("2@3x4", 2, out_channels=2)
    given = np.array(numbers).reshape(2, 3, 4)
    kernel = np.random.default_rng(seed).integers(-3, 4, (2, 2, 2, 2))
    made = layer_output(layer, given, kernel)
    options = {"values": given, "kernel_values": kernel, "heat_map": True, "view": "flat", "theme": theme}
    animation = drawn(layer, width=600, **options)
    scene, last = animation.scene, animation.scene.steps - 1
    for step in (2, last):
        pixels = picture(animation, step)
        for map_, values in (("input", given), ("output", made)):
            for number, (channel, *cell) in enumerate(np.ndindex(*values.shape)):
                level = values[(channel, *cell)] / (np.abs(values).max() or 1)
                expected = colour_of(theme, level, is_signed=bool(values.min() < 0))
                if map_ == "output" and number > step:
                    expected = list(the(theme).style("output_pending").fill or ())
                assert close(seen(pixels, sheet(scene, map_, channel), tuple(cell)), expected), (map_, cell)


@every_theme
def test_iso_sheets_have_the_same_colours(theme: str) -> None:
    """On the uppermost sheet of a slanted stack, too."""
    numbers = np.random.default_rng(4).integers(-9, 10, (2, 4, 4))
    animation = drawn(MaxPool("2@4x4", 2), values=numbers, heat_map=True, view="iso", theme=theme, width=600)
    pixels = picture(animation, animation.scene.steps - 1)
    lattice = sheet(animation.scene, "input", 0)
    for cell in product(range(2), range(2)):  # no frame and no ray is there in the last step
        assert close(seen(pixels, lattice, cell), colour_of(theme, numbers[(0, *cell)] / np.abs(numbers).max()))


@pytest.mark.parametrize("padded", [Conv("1@5x5", 3, padding=1), MaxPool("2@5x5", 3, padding=1)])
def test_padding_is_not_coloured(padded: Any) -> None:
    """Where the input has no cell there is the background, not the colour of zero."""
    animation = drawn(padded, values="random:1", heat_map=True, view="flat", theme="dark", width=500)
    pixels, theme = picture(animation, animation.scene.steps - 1), the("dark")
    lattice = sheet(animation.scene, "input", 0)
    first = next(
        shape.cells[0]
        for shape in animation.scene.shapes
        if isinstance(shape, Cells) and shape.map == "input" and shape.lattice == lattice
    )
    row, column = (first - 1).tolist()
    for cell in ((row, column), (row, column + 2), (row + 2, column)):
        assert close(seen(pixels, lattice, cell), list(theme.background))
    assert theme.heat[1] != theme.background


@together("view", ["flat", "iso"])
@together(
    "largest, low, high",
    [
        (3, "−3", "3"),
        (125, "−125", "125"),
        (0.25, "−0.25", "0.25"),
        (62.5, "−62.5", "62.5"),
        (0, "", "1"),
        (-7, "", "7"),
    ],
)
def test_the_legend_says_the_largest_number(largest: float, low: str, high: str, view: str) -> None:
    """Beside each map a bar goes to the largest number, signs left out: from minus that where some are negative."""
    numbers = np.array([[0, -largest], [max(largest / 2, 0), 0]])
    scene = drawn(AvgPool(2, 1), values=numbers, heat_map=True, view=view, width=800).scene
    said = [text for text, _ in inks(scene, 0, ("caption",))]
    expected = [low, "0", high] * 2 if low else ["0", high] * 2
    assert said in (expected, [f"±{high}"] * 2)
    bars = [shape for shape in scene.shapes if isinstance(shape, Cells) and shape.map.startswith("legend")]
    assert len(bars) == 2
    for bar in bars:
        assert bar.role == ("heat" if low else "count")
        assert np.allclose(bar.levels, np.linspace(-1 if low else 0, 1, len(bar)))  # type: ignore[arg-type]


def test_each_map_has_its_own_scale() -> None:
    """The legend of a chain has a bar for every map, with that map's largest number, or the one before relu."""
    chain = Chain("1@3x3", ["conv 1x1 1", "relu"])
    numbers = np.arange(-4, 5).reshape(1, 3, 3)
    scene = drawn(
        chain, values=numbers, kernel_values=[np.full((1, 1, 1, 1), -5), None], heat_map=True, width=1200
    ).scene
    assert [text.lstrip("±") for text, _ in inks(scene, 0, ("caption",)) if text[0] not in "0−"] == ["4", "20", "20"]


def test_numbers_that_do_not_fit_become_colours_and_the_figure_says_so() -> None:
    """Left to itself a large map of numbers is a heat map; asked not to be one, it is refused with a width."""
    layer = Conv("1@40x40", 3, out_channels=2)
    animation = compose(layer, Options(values="random:1", width=480))
    assert "the numbers do not fit into their cells and are drawn as colours" in animation.notes
    assert any(isinstance(shape, Cells) and shape.levels is not None for shape in animation.scene.shapes)
    with pytest.raises(RequestError, match=r"width 480.*try \d+ or more"):
        compose(layer, Options(values="random:1", width=480, heat_map=False))
    with pytest.raises(RequestError, match="no numbers"):
        compose(layer, Options(heat_map=True))


@few
@given(layer=st.sampled_from([Conv("2@5x4", (2, 3), 2, 1, out_channels=2), AvgPool("2@5x5", 2), Conv(6, 3, padding=2)]))
def test_a_frame_goes_around_the_window_and_the_cell(layer: Layer) -> None:
    """A frame stands around the window on every sheet that is read, one around the current cell; numbers stay."""
    options = {"values": "random:3", "heat_map": True, "view": "flat"}
    scene = drawn(layer, width=900, **options).scene
    shapes = [s for s in scene.shapes if isinstance(s, Lines) and s.role == "frame" and callable(s.ends)]
    for step in {0, scene.steps // 2, scene.steps - 1}:
        ((_, *written),) = scene.writes(step)
        cell = tuple(written[-2:])
        sheets = read_by(layer, int(written[0])) if layer.in_channels else [None]
        expected = [window_box(scene, layer, cell, channel) for channel in sheets]  # type: ignore[arg-type]
        lattice = sheet(scene, "output", int(written[0]) if layer.in_channels else None)
        expected.append((*lattice.points(np.array(cell)), *lattice.points(np.array(cell) + 1)))
        frames = [shape.at(step).reshape(-1, 2) for shape in shapes if len(shape.at(step))]
        assert sorted(expected) == sorted((*f.min(axis=0).tolist(), *f.max(axis=0).tolist()) for f in frames)


def window_box(scene: Scene, layer: Any, cell: Cell, channel: int | None) -> tuple[float, ...]:
    """The pixels around the window of a cell on one sheet."""
    lattice = sheet(scene, "input", channel)
    shape = next(s for s in scene.shapes if isinstance(s, Cells) and s.map == "input" and s.lattice == lattice)
    first = lattice.points(shape.cells[0]) - shape.index[0, -2:] @ np.diag([lattice.row[1], lattice.column[0]])[:, ::-1]
    start = [o * s - before for o, s, (before, _) in zip(cell, layer.stride, layer.padding)]
    size = [lattice.column[0], lattice.row[1]]
    left, top = (first[0] + start[1] * size[0], first[1] + start[0] * size[1])
    return (left, top, left + layer.kernel_size[1] * size[0], top + layer.kernel_size[0] * size[1])


def written_counts(size: int, kernel: int, stride: int) -> list[NDArray[np.int64]]:
    """How often each output cell has been written after every input cell, stamp by stamp."""
    count = np.zeros(((size - 1) * stride + kernel,) * 2, dtype=np.int64)
    found = []
    for row, column in product(range(size), repeat=2):
        count[row * stride : row * stride + kernel, column * stride : column * stride + kernel] += 1
        found.append(count.copy())
    return found


@listed("theme", theme_names())
def test_the_checkerboard_counts_how_often_cells_are_written(theme: str) -> None:
    """Numbers and colours of both figures are the true counts, at every step; cells not yet written are pale."""
    animation = load_recipe("checkerboard", theme=theme).animation()
    for part, kernel in (("1/output", 3), ("2/output", 4)):
        counts = written_counts(4, kernel, 2)
        lattice = sheet(animation.scene, part, None)
        assert counts[-1].max() == 4
        for step in (0, 5, 15):
            pixels, said = picture(animation, step), numbers_at(animation.scene, step, part)
            for cell in np.ndindex(*counts[step].shape):
                number = int(counts[step][cell])
                if number:
                    assert said[(part, *cell)] == numeral(number)
                    assert close(seen(pixels, lattice, cell), colour_of(theme, number / 4, is_signed=False))
                else:
                    assert (part, *cell) not in said
                    assert close(seen(pixels, lattice, cell), list(the(theme).styles["output_pending"].fill or ()))


def test_a_stamp_has_a_frame_and_reads_one_cell() -> None:
    """In a scatter heat map the input cell at work is marked, and what it writes are the cells under the frame."""
    layer = ConvTranspose(3, 2, 2)
    options = {"values": np.ones((3, 3), dtype=int), "heat_map": True, "transposed_as": "scatter"}
    scene = drawn(layer, width=480, **options).scene
    where = places(scene, ["output"])
    for step, (row, column) in enumerate(product(range(3), repeat=2)):
        assert scene.reads(step) == (("input", row, column),)
        assert sorted(scene.writes(step)) == sorted(
            ("output", 2 * row + i, 2 * column + j) for i, j in product(range(2), repeat=2)
        )
        frame = next(shape for shape in scene.shapes if isinstance(shape, Lines) and shape.role == "frame").at(step)
        lattice = sheet(scene, "output", None)
        points = lattice.points(np.array([(2 * row, 2 * column), (2 * row + 2, 2 * column + 2)]))
        assert frame.reshape(-1, 2).min(axis=0).tolist() == points[0].tolist()
        assert frame.reshape(-1, 2).max(axis=0).tolist() == points[1].tolist()
        done = highlighted(scene, step, ("count",), where)
        assert len(done) == 4 * (step + 1)


def test_the_oriented_filters_answer_in_their_own_direction() -> None:
    """The template's maps are the picture's sums with its filters, drawn as heat maps with the filters beside them."""
    recipe = load_recipe("oriented_filters")
    assert not isinstance(recipe.figure, Chain | Comparison)
    scene = recipe.animation().scene
    grids = [shape for shape in scene.shapes if isinstance(shape, Cells) and shape.levels is not None]
    maps = {name: [shape for shape in grids if shape.map == name] for name in ("input", "kernel", "output")}
    assert [len(found) for found in maps.values()] == [1, 8, 8]
    taps = oracle_of(bare(recipe.figure)).taps
    made = np.array([np.asarray(shape.levels).reshape(30, 30) for shape in maps["output"]])
    given, kernels = np.asarray(maps["input"][0].levels).reshape(36, 36), [np.asarray(s.levels) for s in maps["kernel"]]
    places_ = [np.unravel_index(np.abs(answers).argmax(), answers.shape) for answers in made]
    sums = np.zeros((8, 8))  # of every filter, where each answers most
    for number, (row, column) in enumerate(places_):
        window = np.array([given[read] for _, read in taps[int(row), int(column)] if read is not None])
        sums[number] = [float(window @ kernel.ravel()) for kernel in kernels]
    found = np.array([made[:, row, column] for row, column in places_])
    assert np.allclose(sums / np.abs(sums).max(), found / np.abs(found).max(), atol=1e-6)
    assert np.abs(found).max() == 1
    # Those of the close-up are still.
    frames = [s for s in scene.shapes if isinstance(s, Lines) and s.role == "frame" and callable(s.ends)]
    for step in (0, 900, 3333, 7199):
        grid = maps["kernel"][step % 8].lattice
        corners = [grid.points(np.array(corner)).tolist() for corner in ((0, 0), (7, 7))]
        ends = [shape.at(step).reshape(-1, 2) for shape in frames if len(shape.at(step))]
        assert corners in [[end.min(axis=0).tolist(), end.max(axis=0).tolist()] for end in ends]
        assert len(ends) == 3  # around the window, the filter and the cell
