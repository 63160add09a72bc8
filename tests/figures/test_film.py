"""What moving formats play: every step, the first ones part by part where that is asked for, the rest at the end."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import together
from helpers.html_pages import read_page
from helpers.pixels import pictures_of

from convanim.export.html.html import page_of
from convanim.export.save import destination, save
from convanim.figures.animation import Animation, compose
from convanim.figures.film import film, step_frames
from convanim.figures.options import Options
from convanim.figures.recipes.recipes import load_recipe
from convanim.figures.subject import Comparison, Part, Subject
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool
from convanim.networks.chain import Chain
from convanim.render.frames import Renderer, still
from convanim.render.pixels import solid
from convanim.scene.scene import Cells, Lines, Texts, shown

INPUT = np.array([[1, 2, 3, 0], [4, 5, 6, 1], [7, 8, 9, 2], [0, 1, 2, 3]])
KERNEL = np.array([[1, 0, 2], [0, 3, 0], [1, 1, 1]])
SLOW: dict[str, Any] = {"values": INPUT, "slow": 2}


def texts(animation: Animation, step: int, *roles: str) -> list[str]:
    """What is written in some roles at a step of a film, empty texts left out."""
    return [
        text
        for shape in animation.scene.shapes
        if isinstance(shape, Texts) and shape.role in roles
        for element in shown(shape.when, len(shape), step).tolist()
        if (text := shape.string(step, element))
    ]


def products(animation: Animation, step: int) -> list[tuple[int, ...]]:
    """The cells of the products that are shown at a step of a film."""
    return [
        shape.key(element)[1:]  # type: ignore[misc]
        for shape in animation.scene.shapes
        if isinstance(shape, Cells) and shape.map == "product"
        for element in shown(shape.when, len(shape), step).tolist()
    ]


def lit(animation: Animation, step: int) -> list[list[float]]:
    """The middles of the outlines in the colour that lights a cell, at a step of a film."""
    return [
        shape.at(step).mean(axis=(0, 1)).tolist()
        for shape in animation.scene.shapes
        if isinstance(shape, Lines) and shape.role == "source" and len(shape.at(step))
    ]


def test_a_cell_is_built_product_by_product() -> None:
    """Products come in the kernel's order, the sum and the equation count up, and the result goes to its cell last."""
    played = film(compose(Conv(4, 3), Options(**SLOW, kernel_values=KERNEL)), 0)
    terms = (INPUT[:3, :3] * KERNEL).ravel()
    for part in range(10):
        total = str(terms[:part].sum())
        assert products(played, part) == [(i // 3, i % 3) for i in range(part)]
        assert texts(played, part, "product") == [str(x) for x in terms[:part]]
        assert texts(played, part, "sum") == [total]
        assert texts(played, part, "current") == []
        equation = texts(played, part, "equation")
        assert len([text for text in equation if "·" in text]) == part
        assert equation[part:] == ([" +"] * (part - 1) + [f" = {total}"] if part else [])
    assert (texts(played, 10, "current"), texts(played, 10, "output")) == (["46"], ["46"])
    assert texts(played, 9, "output") == []
    assert texts(played, 19, "output") == ["46"]  # the second cell is on its way
    assert len(played.timing.steps) == 4 + 2 * 10 + 1


def test_what_is_taken_is_lit() -> None:
    """In each part the cell under the window, its weight and their product are outlined; in whole steps nothing is."""
    played = film(compose(Conv(4, 3), Options(**SLOW, kernel_values=KERNEL)), 0)
    lattices = {s.map: s.lattice for s in played.scene.shapes if isinstance(s, Cells) and s.role == s.map}
    assert lit(played, 0) == lit(played, 10) == lit(played, 21) == lit(played, 24) == []
    for place in range(9):
        cell = np.array([divmod(place, 3)])
        wanted = [lattices[name].centres(cell)[0].tolist() for name in ("input", "kernel", "product")]
        assert sorted(lit(played, 1 + place)) == sorted(wanted)
        wanted[0] = lattices["input"].centres(cell + np.array([0, 1]))[0].tolist()
        assert sorted(lit(played, 12 + place)) == sorted(wanted)


@together(
    "layer, options, behind",
    [
        (MaxPool(4, 2), {}, [") = 1", ") = 2", ") = 4", ") = 5"]),
        (AvgPool(4, 2), {}, [")/4 ≈ 0.3", ")/4 ≈ 0.8", ")/4 ≈ 1.8", ")/4 = 3.0"]),
        (AvgPool(4, 2, padding=1, count_include_pad=False), {}, [")/1 = 1.0"]),
        (Conv(4, 2, padding=1), {"kernel_values": "box"}, None),
        (ConvTranspose(2, 2), {"values": "arange"}, None),
    ],
)
def test_every_reduction_counts_up(layer: Layer, options: dict[str, Any], behind: list[str] | None) -> None:
    """A maximum is that of what was seen, a mean that of what was added; the last part says what the step makes."""
    played = film(compose(layer, Options(**{"values": INPUT, "slow": 1, "width": 640} | options)), 0)  # type: ignore[arg-type]
    count = len(played.timing.steps) - len(compose(layer, Options(width=640)).timing.steps) - 1
    ends = [texts(played, part, "equation")[-1:] for part in range(count)]
    if behind is not None:
        assert [end for (end,) in ends[1:]] == behind
    assert ends[-1] == texts(played, count, "equation")[-1:]


def test_frames_of_steps_are_as_they_are(tmp_path: Path) -> None:
    """Whole steps look as without parts, the folder of frames has them alone, the still is the one asked for."""
    options = Options(**SLOW, bounce=True, frame=1, width=200)
    animation = compose(Conv(4, 3), options)
    played, own = film(animation), pictures_of(animation)
    kept = step_frames(animation)
    assert len(kept) == len(animation.timing.steps) == 6
    same = (Renderer(played.scene, played.theme).frame(played.timing.steps[frame]).pixels for frame in kept)
    assert all(np.array_equal(each, picture) for each, picture in zip(same, own, strict=True))
    assert played.still == kept[1]
    paths = save(animation, [destination(str(tmp_path / "a.gif")), destination(f"{tmp_path}/frames/")])
    assert len(list(paths[1].iterdir())) == 6
    assert film(played) is played


def test_frames_made_from_the_one_before_equal_frames_made_anew() -> None:
    """Parts and rest too, to and fro."""
    played = film(load_recipe("numerical_padding_strides", width=240).animation(), 0)
    renderer = Renderer(played.scene, played.theme)
    for step in (0, 1, 2, 9, 10, 11, 18, 19, 0, 5, 19, 3):
        assert np.array_equal(renderer.frame(step).packed, still(played.scene, played.theme, step).packed)


def test_parts_take_half_the_time() -> None:
    """The window rests before the first product; each takes half a step; with a step time, too; whole steps as ever."""
    for given, times in (({}, [120, *[60] * 9, 240, 60, *[60] * 9, 120]), ({"step_time": 0.3}, [15] * 10 + [30])):
        clock = film(compose(Conv(4, 3), Options(**SLOW, **given)), 0).timing  # type: ignore[arg-type]
        assert list(clock.times[: len(times)]) == times
        assert clock.times[-1] == 250


def test_a_page_plays_the_parts() -> None:
    """Its states are the steps, and behind them the rest and the parts; what it plays goes through all in order."""
    page = read_page(page_of(compose(Conv(4, 3), Options(values=INPUT, slow=1, kernel_values=KERNEL))))
    assert page.scene["states"] == 4
    order = [state for state, _ in page.scene["timing"]["play"]]
    assert order == [*range(4, 14), 0, 1, 2, 3, 14]
    (total,) = [s for s in page.scene["shapes"] if s["role"] == "sum" and s["type"] == "texts"]
    assert [page.text(total, 0, state) for state in (4, 13, 0)] == ["0", "46", "46"]
    assert page.scene["equations"][0].endswith("= 46")
    assert page.scene["equations"][5] == ""
    assert page.scene["writes"][5] == page.scene["writes"][0]


def test_what_has_no_sum_is_played_as_ever_and_says_so() -> None:
    """Without numbers, at the end of some chains, with channels left out, in no figure of several: noted once."""
    bare, elided = Part(Conv(4, 3), Options()), Conv("9@4x4", 3)
    chains = Chain(4, ["conv 2", "relu"]), Chain(4, ["conv 2 9", "conv 2"]), Chain(4, ["conv 2", "upsample 2"])
    cases: list[tuple[Subject, str | None]] = [(Conv(4, 3), None), (elided, "arange")]
    cases += [(chain, "arange") for chain in chains]
    for figure, values in (*cases, (Comparison((bare, bare)), None)):
        animation = compose(figure, Options(values=values, slow=1, width=1200))
        assert len(film(animation, 0).timing.steps) == len(animation.timing.steps) + 1
        assert sum("slowly" in note for note in animation.notes) == 1


def test_a_layer_with_channels_is_built_channel_by_channel() -> None:
    """What each channel adds comes after another, and the sum of these; then the result goes to its cell."""
    numbers, weights = np.arange(18).reshape(2, 3, 3), np.array([[[[1]], [[-2]]]])
    animation = compose(Conv("2@3x3", 1), Options(values=numbers, kernel_values=weights, slow=1, width=900))
    assert not any("slowly" in note for note in animation.notes)
    played = film(animation, 0)
    assert len(played.timing.steps) == 9 + 3 + 1
    assert [texts(played, part, "output_partial") for part in range(4)] == [[], ["0"], ["0", "−18"], ["0", "−18"]]
    assert [texts(played, part, "current") for part in range(4)] == [[], [], [], ["−18"]]


@together(
    "stage, cells",
    [
        ("conv 2", [(0, 0), (0, 1), (1, 0), (1, 1)]),
        ("conv 2 p1", [(-1, -1), (-1, 0), (0, -1), (0, 0)]),
        ("conv-transpose 2", [(0, 0), (0, -1), (-1, 0), (-1, -1)]),  # whose kernel lies flipped
        ("max-pool 2 s1", [(0, 0), (0, 1), (1, 0), (1, 1)]),
        ("avg-pool 2 s1", [(0, 0), (0, 1), (1, 0), (1, 1)]),
    ],
)
def test_the_last_layer_of_a_chain_is_built_cell_by_cell(stage: str, cells: list[tuple[int, int]]) -> None:
    """Each term comes with an outline around its cell, the equation counts up, result and winner come last."""
    animation = compose(Chain(4, ["conv 2", stage]), Options(values=INPUT, kernel_values="box", slow=1, width=900))
    assert not any("slowly" in note for note in animation.notes)
    played, scene = film(animation, 0), animation.scene
    lattice = next(s.lattice for s in scene.shapes if isinstance(s, Cells) and (s.map, s.role) == ("map 1", "hidden"))
    first = next(s.cells[0] for s in scene.shapes if isinstance(s, Cells) and (s.map, s.role) == ("map 1", "hidden"))
    for part, cell in enumerate([None, *cells]):
        assert lit(played, part) == ([] if cell is None else [lattice.centres(first + np.array([cell]))[0].tolist()])
        assert texts(played, part, "current", "winner") == []
        terms = texts(played, part, "equation", "faint")
        assert bool(terms) is (part > 0)
    assert texts(played, len(cells), "equation", "faint") == texts(played, len(cells) + 1, "equation", "faint")
    assert len(texts(played, len(cells) + 1, "current")) == 1
    assert len(texts(played, len(cells) + 1, "winner")) == ("max" in stage)
    assert lit(played, len(cells) + 1) == []


def test_channels_of_a_chain_are_lit_one_after_another() -> None:
    """At the end of a chain a 1×1 convolution takes a cell of each channel."""
    chain = Chain("1@3", ["conv 1x1 3", "conv 1x1 2"])
    played = film(compose(chain, Options(values="arange", kernel_values="random:3", slow=1, width=900)), 0)
    sheets = [s for s in played.scene.shapes if isinstance(s, Cells) and (s.map, s.role) == ("map 1", "hidden")]
    centres = [sheet.lattice.centres(sheet.cells[:1])[0].tolist() for sheet in sheets]
    assert [lit(played, part) for part in range(5)] == [[], *([centre] for centre in centres), []]


@pytest.mark.parametrize(("groups", "windows"), [("", (0, 1, 2, 3)), (" g2", (0, 1))])
def test_what_channels_of_a_chain_add_comes_one_after_another(groups: str, windows: tuple[int, ...]) -> None:
    """Each with an outline around its window, the sum counts up, and the result comes last; of a group its own."""
    chain = Chain("1@5x5", ["conv 3 4", f"conv 2 2{groups}"])
    animation = compose(chain, Options(values="arange", kernel_values="random:3", slow=1, width=900))
    assert not any("slowly" in note for note in animation.notes)
    played = film(animation, 0)
    sheets = [s for s in played.scene.shapes if isinstance(s, Cells) and (s.map, s.role) == ("map 1", "hidden")]
    middles = [sheet.lattice.centres(sheet.cells[[0, 1, 3, 4]]).mean(axis=0).tolist() for sheet in sheets]
    assert len(played.timing.steps) == len(animation.timing.steps) + len(windows) + 2
    assert [lit(played, part) for part in range(len(windows) + 2)] == [[], *([middles[n]] for n in windows), []]
    parts, total = animation.scene.equation(0).split(" = ")
    added = [int(number.replace("−", "-")) for number in parts.split(" + ")]
    for part in range(len(windows) + 1):
        told = texts(played, part, "equation", "faint")
        assert (f" = {sum(added[:part])}".replace("-", "−") in told) is (part > 0), told
        assert texts(played, part, "current") == []
    assert texts(played, len(windows) + 1, "current") == [total]


def test_figures_side_by_side_are_built_in_step() -> None:
    """The one with fewer numbers waits at its last; each counts its own; results come together; one has none."""
    wide, small = Options(values=INPUT, kernel_values=KERNEL), Options(values=INPUT, kernel_values=KERNEL[:2, :2])
    figure = Comparison((Part(Conv(4, 3), wide), Part(Conv(4, 2), small), Part(Conv(4, 3), Options())))
    animation = compose(figure, Options(slow=1, width=1600))
    played = film(animation, 0)
    assert len(played.timing.steps) == 9 + 1 + 9 + 1
    large, little = ((INPUT[:side, :side] * KERNEL[:side, :side]).ravel() for side in (3, 2))
    for part in range(10):
        assert texts(played, part, "product") == [str(x) for x in (*large[:part], *little[:part])]
        assert texts(played, part, "sum") == [str(large[:part].sum()), str(little[:part].sum())]
        assert texts(played, part, "current") == []
    assert texts(played, 10, "current") == [str(large.sum()), str(little.sum())]
    assert [note for note in animation.notes if "slowly" in note and note.startswith("figure 3")]
    assert not [note for note in animation.notes if note.startswith(("figure 1", "figure 2"))]


@pytest.mark.parametrize("view", ["iso", "flat"])
@pytest.mark.parametrize("layer", [Conv(5, 3), Conv("50@100x100", 1, out_channels=1), Conv(200, 100, 50)])
def test_at_rest_no_output_is_missing(layer: Layer, view: str) -> None:
    """More of the picture is output than at the last step, what the highlight hid: with cells and without."""
    played = film(compose(layer, Options(view=view, max_frames=9)), 0)
    count = played.timing.forward
    colour = solid(played.theme.styles["output"].fill or (0, 0, 0))
    last, rest = (still(played.scene, played.theme, step).packed for step in (count - 2, count - 1))
    assert (rest == colour).sum() > (last == colour).sum() > 0
