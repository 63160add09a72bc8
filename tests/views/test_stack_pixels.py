"""Stacks as pixels: every cell that is seen has the colour of what it is; one channel changes nothing; frames agree."""

from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np
from helpers.campaigns import campaign, listed
from helpers.examples import EXAMPLES
from helpers.oracle import cells
from helpers.pixels import Film, decoded, gif_bytes, pictures_of
from helpers.scenes import walk
from helpers.stacks import bare, drawn, read_by, steps_in_order
from helpers.strategies import NUMBERED
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from convanim.figures.animation import Animation, compose
from convanim.figures.film import film as film_of
from convanim.figures.options import Options
from convanim.figures.recipes.recipes import load_recipe
from convanim.figures.subject import Comparison, Part
from convanim.files.catalogue import theme_names
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, MaxPool
from convanim.networks.chain import Chain
from convanim.render.frames import Renderer
from convanim.scene.scene import Cells, Lattice, Scene
from convanim.style.theme import Theme, load_theme
from convanim.views.registry import VIEWS

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
# Inside a cell, as (row, column) parts of it, off its edges and off its middle where the number stands.
PROBES = np.array([(0.15, 0.15), (0.15, 0.5), (0.15, 0.85), (0.5, 0.14), (0.5, 0.86), (0.85, 0.15), (0.85, 0.5)])
NEAR_A_LINE = 0.1  # of a cell
TEMPLATES: dict[str, Any] = {
    "three_by_three_channels": Conv("3@6x6", 3, out_channels=2),
    "one_by_one_channels": Conv("3@4x4", 1, out_channels=2),
    "depthwise": Conv("4@5x5", 3, out_channels=4, groups=4),
    "grouped": Conv("4@5x5", 3, out_channels=4, groups=2),
}


@dataclass(frozen=True)
class Laid:
    """Cells of one sheet in their colours, which hide what was laid before."""

    lattice: Lattice
    there: Mask  # (rows, columns)
    colours: Floats  # (rows, columns, 3)

    def over(self, points: Floats) -> tuple[Mask, Mask, Floats]:
        """Of which points it is surely the colour, of which it cannot be told, being close to a line; its colours."""
        basis = np.array([self.lattice.row, self.lattice.column], dtype=float)
        at = (points - np.array(self.lattice.origin)) @ np.linalg.inv(basis)
        held = [self._holds(at + NEAR_A_LINE * np.array(move)) for move in ((0, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))]
        inside = at - np.floor(at)
        clear = ((inside > NEAR_A_LINE) & (inside < 1 - NEAR_A_LINE)).all(axis=1)
        surely = np.all(held, axis=0) & clear
        row, column = np.clip(np.floor(at).astype(int), 0, np.array(self.there.shape) - 1).T
        return surely, np.any(held, axis=0) & ~surely, self.colours[row, column]

    def _holds(self, at: Floats) -> Mask:
        whole = np.floor(at).astype(int)
        inside = ((whole >= 0) & (whole < self.there.shape)).all(axis=1)
        row, column = np.clip(whole, 0, np.array(self.there.shape) - 1).T
        return np.asarray(inside & self.there[row, column])


def lattice_of(scene: Scene, map: str, sheet: int) -> Lattice:
    """Where a sheet's cells stand."""
    found = {
        shape.lattice
        for shape in scene.shapes
        if isinstance(shape, Cells) and shape.map == map and shape.index[0, 0] == sheet
    }
    assert len(found) == 1
    return found.pop()


def fill(theme: Theme, role: str, series: int | None) -> tuple[int, int, int]:
    """A role's colour in a series."""
    return theme.style(role, series).fill or theme.background


def expected(layer: Any, theme: Theme, scene: Scene, step: int, *, late: int = 0) -> list[Laid]:
    """What is laid at a step, the first first: sheets from the lowest up, each with its window, then the output."""
    outputs, size, kernel = layer.out_channels, np.array(layer.input_size), np.array(layer.kernel_size)
    made = tuple((size - kernel + 1).tolist())
    steps = steps_in_order(list(range(outputs)), made, "filter")
    output, cell = steps[step - late]
    laid = []
    window = np.zeros(layer.input_size, dtype=bool)
    window[tuple(slice(at, at + k) for at, k in zip(cell, kernel))] = True
    apart = layer.groups > 1
    read, made_by = layer.in_channels // layer.groups, outputs // layer.groups if apart else 1
    everywhere = np.ones(layer.input_size, dtype=bool)
    pure = np.array(theme.series[output // made_by], float)  # the window has its filter's hue, and nothing else in it
    for sheet in reversed(range(layer.in_channels)):
        colour = fill(theme, "input", sheet // read if apart else None)
        laid.append(Laid(lattice_of(scene, "input", sheet), everywhere, np.full((*layer.input_size, 3), colour, float)))
        if sheet in read_by(layer, output):
            laid.append(Laid(lattice_of(scene, "input", sheet), window, np.full((*layer.input_size, 3), pure)))
    for sheet in reversed(range(outputs)):
        done = np.zeros((*made, 3))
        for at in cells(made):
            is_done = steps.index((sheet, at)) <= step - late
            done[at] = fill(theme, "output" if is_done else "output_pending", sheet // made_by)
        laid.append(Laid(lattice_of(scene, "output", sheet), np.ones(made, dtype=bool), done))
    current = np.zeros(made, dtype=bool)
    current[cell] = True
    laid.append(
        Laid(
            lattice_of(scene, "output", output), current, np.full((*made, 3), fill(theme, "current", output // made_by))
        )
    )
    return laid


def wrong_cells(film: Film, laid: list[Laid], step: int) -> tuple[int, int]:
    """How many cells could be seen, and how many of them have another colour than what is laid there."""
    looked = wrong = 0
    for one in laid:
        places = np.argwhere(one.there)
        at = (places[:, None] + PROBES).reshape(-1, 2)
        points = at @ np.array([one.lattice.row, one.lattice.column], dtype=float) + np.array(one.lattice.origin)
        colours = np.full((len(points), 3), np.nan)
        open_ = np.ones(len(points), dtype=bool)
        for other in reversed(laid):
            surely, unsure, own = other.over(points)
            colours[open_ & surely] = own[open_ & surely]
            open_ &= ~(surely | unsure)
        x, y = points.astype(int).T
        found = film.pictures[step][y, x, :3].astype(float)
        known = ~np.isnan(colours[:, 0]).reshape(len(places), -1)
        off = (np.abs(found - colours).max(axis=1) > 8).reshape(len(places), -1) & known
        enough = known.sum(axis=1) >= 3  # rays may run over some, not over all
        looked += int(enough.sum())
        wrong += int((enough & (off.sum(axis=1) == known.sum(axis=1))).sum())
    return looked, wrong


@cache
def filmed(name: str) -> tuple[Animation, Film]:
    """A template and its GIF."""
    animation = load_recipe(name).animation()
    return animation, decoded(gif_bytes(animation))


@listed("name", TEMPLATES)
def test_every_cell_that_is_seen_has_its_colour(name: str) -> None:
    """Each frame shows the prism on the sheets that the filter reads, in its colour, and the output done so far."""
    layer, (animation, film) = TEMPLATES[name], filmed(name)
    out = (layer.input_size[0] - layer.kernel_size[0] + 1) ** 2
    assert len(film.pictures) == layer.out_channels * out + 1
    for step in range(0, layer.out_channels * out, 5):
        looked, wrong = wrong_cells(film, expected(layer, load_theme("classic"), animation.scene, step), step)
        assert looked > out * layer.out_channels
        assert wrong == 0, f"frame {step}"


@listed("theme", ["dark", "print", "colorblind"])
def test_other_themes_dress_the_same_cells(theme: str) -> None:
    """Every theme shows the same cells in its own colours."""
    animation = load_recipe("grouped", theme=theme).animation()
    film = decoded(gif_bytes(animation))
    for step in (0, 17, 35):
        assert wrong_cells(film, expected(TEMPLATES["grouped"], load_theme(theme), animation.scene, step), step)[1] == 0


@listed("name", TEMPLATES)
def test_a_window_that_is_late_would_be_seen(name: str) -> None:
    """The look is sharp: against windows one step late it finds wrong cells."""
    layer, (animation, film) = TEMPLATES[name], filmed(name)
    for step in (1, len(film.pictures) // 2, len(film.pictures) - 1):
        laid = expected(layer, load_theme("classic"), animation.scene, step, late=1)
        assert wrong_cells(film, laid, step)[1] > 0


# Of max unpools, which are drawn as chains, one channel is named.
@listed("op, dims, values, view", list(product(NUMBERED, (1, 2), (None, "random:3"), VIEWS)), one_in=9)
def test_a_layer_with_one_channel_draws_as_one_without(op: str, dims: int, values: str | None, view: str) -> None:
    """The pictures are the same to the last pixel, and so are the keys of what is read and written."""
    layer: Any = EXAMPLES[op][dims]
    one = {"in_channels": 1} | ({"out_channels": 1} if hasattr(layer, "out_channels") else {})
    plain = drawn(layer, view=view, values=values, caption=True)
    other = drawn(replace(layer, **one), view=view, values=values, caption=True)
    assert len(plain.timing.steps) == len(other.timing.steps)
    for step in {0, plain.scene.steps // 2, plain.scene.steps - 1}:
        pictures = [Renderer(made.scene, made.theme).frame(step).pixels for made in (plain, other)]
        assert np.array_equal(pictures[0], pictures[1])
        assert plain.scene.reads(step) == other.scene.reads(step)
        assert plain.scene.writes(step) == other.scene.writes(step)
    assert bare(replace(layer, **one)) == layer


THREE = Conv("3@4x5", 2, 2, 1, out_channels=2)
CHAIN = Chain("2@5x5", ["conv 3x3 2 p1", "relu", "max-pool 2"])
ROWS = Chain(9, ["conv 2 pcausal", "conv 2 d2 pcausal"], dims=1)
BIG = Conv("3@224x224", 7, 2, 3, out_channels=12)
FIGURES: list[tuple[Any, dict[str, Any]]] = [
    (THREE, {}),
    (THREE, {"values": "random:1"}),
    (THREE, {"values": "random:1", "heat_map": True}),
    (ConvTranspose("2@3x3", 3, 2, 1, 1, out_channels=3), {"values": "random:2", "max_sheets": 2}),
    (MaxPool("3@5x5", 3, 2, 1, ceil_mode=True), {"values": "random:2"}),
    (AvgPool("2@6", 2, dims=1), {"values": "random:2", "heat_map": True}),
    (Conv("12@3x3", 2, out_channels=9, groups=3), {}),
    (Conv(12, 3, padding=1), {"values": "random:2", "heat_map": True}),
    (CHAIN, {}),
    (CHAIN, {"values": "random:1"}),
    (CHAIN, {"values": "random:1", "heat_map": True}),
    (ROWS, {}),
    (BIG, {}),
    (Chain("9@90x80", ["conv 3x3 4", "relu"]), {}),
    (Comparison((Part(THREE, Options()), Part(ROWS, Options(view="flat"), "rows"))), {"width": 480}),
    (Comparison((Part(Conv(4, 2), Options()), Part(BIG, Options()))), {"width": 480, "max_frames": 30}),
]
ANY_FIGURE = st.sampled_from(range(len(FIGURES)))


@campaign(25)
@given(
    number=ANY_FIGURE,
    view=st.sampled_from(list(VIEWS)),
    order=st.sampled_from(["filter", "position"]),
    theme=st.sampled_from(theme_names()),
    transparent=st.booleans(),
    steps=st.lists(st.integers(0, 999_999), min_size=2, max_size=5),
)
def test_a_frame_does_not_depend_on_those_before(number: int, steps: list[int], **options: Any) -> None:
    """Stacks, chains, comparisons, heat maps, maps without a grid: steps in any order equal those from scratch."""
    figure, own = FIGURES[number]
    animation = drawn(figure, **{"width": 240} | options | own)
    walk(animation, [step % animation.scene.steps for step in steps])


@listed("number", range(len(FIGURES)), one_in=7)
def test_neighbouring_frames_do_not_depend_on_each_other(number: int) -> None:
    """To and fro by single steps, and from the end to the start."""
    figure, own = FIGURES[number]
    animation = drawn(figure, **{"width": 240} | own)
    last = animation.scene.steps - 1
    walk(animation, [0, 1, 0, last, last - 1, 0])


@listed("number, transparent", list(product([1, 4, 10, 12, 14], [False, True])), start=7, one_in=10)
def test_a_gif_shows_the_frames(number: int, transparent: bool) -> None:
    """Every decoded frame is the rendered one but for the palette."""
    figure, own = FIGURES[number]
    animation = film_of(drawn(figure, **{"width": 240, "transparent": transparent, "max_frames": 12} | own))
    film, pictures = decoded(gif_bytes(animation)), pictures_of(animation)
    assert len(film.pictures) == len(pictures)
    for got, made in zip(film.pictures, pictures):
        is_there = made[..., 3] >= 80  # of 255, where there is no background
        assert np.array_equal(got[..., 3] == 255, is_there)
        assert np.abs(got[..., :3].astype(int) - made[..., :3])[is_there].max() <= 16


def test_a_comparison_in_another_order_is_another_picture() -> None:
    """The parts stand in the order in which they are given."""
    parts = (Part(Conv(4, 3), Options()), Part(Conv(5, 2), Options()))
    pictures = [compose(Comparison(order), Options()) for order in (parts, parts[::-1])]
    assert pictures[0].digest != pictures[1].digest
    first = [Renderer(one.scene, one.theme).frame(0).pixels for one in pictures]
    assert not np.array_equal(first[0], first[1])
