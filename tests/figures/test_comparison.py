"""Comparisons: figures side by side, in step, each within its share; titles, captions and how the costs compare."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, together
from helpers.pixels import inks
from helpers.stacks import drawn
from helpers.strategies import chains, channelled
from hypothesis import assume, example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.figures.recipes.from_text import part_of
from convanim.figures.recipes.recipes import Recipe, load_recipe
from convanim.figures.subject import Comparison, Part
from convanim.files.catalogue import template_names
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, MaxPool
from convanim.networks.chain import Chain
from convanim.networks.cost import cost_shares
from convanim.publish.batch import render_all
from convanim.render.frames import Renderer
from convanim.scene.scene import Blocks, Cells, Lines, Scene, Texts, shown
from convanim.style.theme import load_theme
from convanim.words.layer_names import told_apart
from convanim.words.user_language import load_words

few = campaign(10)
FIGURES = st.one_of(chains(), st.sampled_from(["conv", "conv-transpose", "max-pool", "avg-pool"]).flatmap(channelled))
LONG, SHORT = Conv(6, 3), Conv(4, 3)
WORDS = ("label", "caption", "equation")
LOW = [Chain(2, ["relu"], dims=1), Chain("2@3", ["conv 1 2 s2 g2", "conv 1 2 s2 d2 g2"], dims=1)]


def compared(*figures: Any, own: dict[str, Any] | None = None, **options: Any) -> Scene:
    """The scene of figures side by side, called A, B, … ."""
    parts = tuple(Part(figure, Options(**(own or {})), "ABCDEF"[i]) for i, figure in enumerate(figures))
    return drawn(Comparison(parts), **options).scene


def said(scene: Scene, role: str) -> list[str]:
    """The lines of a role, from above down."""
    return [text for text, box in sorted(inks(scene, 0, (role,)), key=lambda found: found[1][1])]


def picture(scene: Scene, step: int) -> NDArray[np.uint8]:
    """A step as pixels."""
    return Renderer(scene, load_theme("classic")).frame(step).pixels.copy()


def boxes(scene: Scene, step: int, start: str) -> NDArray[np.float64]:
    """The boxes of all cells of the maps whose name begins so."""
    found = [
        shape.boxes(step, shown(shape.when, len(shape), step))
        for shape in scene.shapes
        if isinstance(shape, Cells | Blocks) and shape.map.startswith(start) and not shape.map.endswith("/cost")
    ]
    return np.concatenate(found)


@pytest.mark.parametrize(("order", "filters"), [("filter", 3), ("position", 3), ("filter", 2)])
def test_a_layer_of_one_place_stays_on_the_filter_of_the_layer_beside_it(order: str, filters: int) -> None:
    """Where that has as many filters, and goes through them one after another; else it waits at its end."""
    one = Part(Conv("4@1x1", 1, out_channels=3), Options())
    other = Part(Conv("4@3x2", 1, out_channels=filters), Options(order=order))
    scene = compose(Comparison((one, other)), Options(width=900)).scene
    is_kept = order == "filter" and filters == 3
    for step in range(scene.steps):
        (_, made, *_), (_, beside, *_) = scene.writes(step)
        assert made == (beside if is_kept else min(step, 2))


def test_the_shorter_figure_holds_its_last_step() -> None:
    """Each figure shows its own steps from the first; where it is through, its last one stays."""
    long, short = drawn(LONG, width=240).scene, drawn(SHORT, width=240).scene
    scene = compared(LONG, SHORT, width=480)
    assert (long.steps, short.steps, scene.steps) == (16, 4, 16)
    for step in range(16):
        own, other = min(step, 15), min(step, 3)
        expected = [("1/output", *long.writes(own)[0][1:]), ("2/output", *short.writes(other)[0][1:])]
        assert list(scene.writes(step)) == expected
        reads = [(f"1/{name}", *at) for name, *at in long.reads(own)]
        reads += [(f"2/{name}", *at) for name, *at in short.reads(other)]
        assert list(scene.reads(step)) == reads
        behind = [(f"1/{name}", *at) for name, *at in long.behind(own)]
        behind += [(f"2/{name}", *at) for name, *at in short.behind(other)]
        assert list(scene.behind(step)) == behind
    right = [picture(scene, step)[:, 240:] for step in (2, 3, 4, 15)]
    assert not np.array_equal(right[0], right[1])
    assert np.array_equal(right[1], right[2])
    assert np.array_equal(right[1], right[3])


@pytest.mark.parametrize("values", [None, "random:2"])
def test_a_part_looks_as_it_does_alone(values: str | None) -> None:
    """Within its share a part has the pixels of the figure by itself, step by step; beside it are maps as large."""
    one = compose(MaxPool(4, 2, 1), Options(values=values, width=480))
    scene = compared(MaxPool(4, 2, 1), Conv(4, 2), own={"values": values}, width=960, caption=False)
    alone = {step: picture(one.scene, step) for step in range(4)}
    for step, pixels in alone.items():
        whole = picture(scene, step)[:, :480]
        rows = [np.array_equal(whole[top : top + len(pixels)], pixels) for top in range(len(whole) - len(pixels) + 1)]
        assert any(rows)


@few
@example(figures=LOW, width=500, names=True)
@given(figures=st.lists(FIGURES, min_size=2, max_size=3), width=st.sampled_from([500, 800, 1300]), names=st.booleans())
def test_parts_stay_within_their_share(figures: list[Any], width: int, names: bool) -> None:
    """No cell or block leaves its part of the width, no text the page; words keep clear of each other; keys differ."""
    scene = compared(*figures, width=width, labels=names)
    share = scene.width / len(figures)
    for step in {0, scene.steps - 1}:
        for number in range(len(figures)):
            own = boxes(scene, step, f"{number + 1}/")
            assert own[:, 0].min() >= number * share - 1
            assert own[:, 2].max() <= (number + 1) * share + 1
            assert own[:, 1].min() >= 0
            assert own[:, 3].max() <= scene.height
        words = inks(scene, step, WORDS)
        for text, (left, top, right, bottom) in words:
            assert min(left, top) >= 0, text
            assert right <= scene.width, text
            assert bottom <= scene.height, text
        for (one, a), (other, b) in combinations(words, 2):
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (one, other)
    maps = {shape.map for shape in scene.shapes if isinstance(shape, Cells | Blocks)} - {"key"}  # that of all parts
    assert {name.split("/")[0] for name in maps} == {str(i + 1) for i in range(len(figures))}
    for step in {0, scene.steps - 1}:
        assert len(set(scene.writes(step))) == len(scene.writes(step)) == len(figures)
        assert len(set(scene.reads(step))) == len(scene.reads(step))


@pytest.mark.parametrize("view", ["iso", "flat"])
def test_inputs_stand_on_one_line(view: str) -> None:
    """The middles of both inputs' own cells are at one height, whatever is around or above them."""
    for pair in ((Conv(8, 3), Conv(3, 2)), (Conv(6, 3, 2, "same"), Conv(6, 3, 2))):
        scene = compared(*pair, own={"view": view}, width=800, labels=False)
        tall, low = boxes(scene, 0, "1/input"), boxes(scene, 0, "2/input")
        middle = (tall[:, 1].min() + tall[:, 3].max()) / 2
        assert abs(middle - (low[:, 1].min() + low[:, 3].max()) / 2) <= 1


def sides(scene: Scene) -> dict[tuple[str, bool], set[tuple[int, int]]]:
    """The sides of the maps' cells in each part, upright ones and slanted ones apart."""
    found: dict[tuple[str, bool], set[tuple[int, int]]] = {}
    for shape in scene.shapes:
        if isinstance(shape, Cells) and shape.role in ("input", "hidden", "output_pending"):
            part = found.setdefault((shape.map.partition("/")[0], shape.lattice.is_upright), set())
            part.add(shape.lattice.column)
    return found


def on_one_scale(scene: Scene) -> bool:
    """Whether cells that are drawn in the same way are equally large in all parts."""
    return all(
        len({side for (_, how), found in sides(scene).items() if how is is_upright for side in found}) <= 1
        for is_upright in (True, False)
    )


@together("name", [n for n in template_names() if isinstance(load_recipe(n).figure, Comparison)])
def test_templates_compare_on_one_scale(name: str) -> None:
    """Equal cells are equally large in every part of every comparison among the templates."""
    assert on_one_scale(load_recipe(name).animation().scene)


@few
@example(pair=[Conv(6, 3), Conv(12, 3)], width=800)
@given(
    pair=st.lists(st.sampled_from(["conv", "conv-transpose", "max-pool"]).flatmap(channelled), min_size=2, max_size=2),
    width=st.sampled_from([600, 800, 1300, None]),
)
def test_pairs_are_on_one_scale(pair: list[Any], width: int | None) -> None:
    """Cells of any two layers beside each other are equally large, at widths that are given or left out."""
    pair = [layer for layer in pair if len(layer.input_size) == len(pair[0].input_size)]
    assert on_one_scale(compared(*pair, *pair[:1], width=width))


@pytest.mark.parametrize("lang", ["en", "de"])
def test_quoted_layers_have_titles_in_words(lang: str) -> None:
    """A layer that was quoted as a command is told in words, so that its title differs from the others'."""
    texts = ["conv -i 6 -k 3 -s 2 -p same", "conv -i 6 -k 3 -s 2 -p valid"]
    parts = tuple(part_of(text, "figure") for text in texts)
    words = load_words(lang)
    titles = [text for text, _ in inks(drawn(Comparison(parts), lang=lang).scene, 0, ("label",))]
    one, other = told_apart([part.figure for part in parts], words)  # type: ignore[misc]
    assert words("padding_same") in one
    assert words("padding_none") in other
    shown_ = "".join("".join(titles).split())
    assert "".join(one.split()) in shown_
    assert "".join(other.split()) in shown_
    assert not any("-k" in title for title in titles)


def test_a_caption_that_is_asked_for_has_formulas() -> None:
    """`caption` left out says what layers are and cost, asked for also how their sizes come about."""
    plain, asked = (
        said(compared(Conv(5, 3), Chain(5, ["conv 2"]), width=900, caption=c), "caption") for c in (None, True)
    )
    assert not any("⌊" in text for text in plain)
    assert sum("⌊" in text for text in asked) == 2


def test_costs_are_bars_to_scale() -> None:
    """Where costs differ, each figure has a bar as long as its weights are many."""
    scene = compared(Conv("4@6x6", 3, out_channels=2), Conv("4@6x6", 3, out_channels=6), width=900)
    long = {s.map: s.boxes(0, np.arange(1))[0] for s in scene.shapes if isinstance(s, Blocks) and "cost" in s.map}
    one, other = ((box[2] - box[0]) for _, box in sorted(long.items()))
    assert abs(other / one - 3) < 0.02
    assert long["1/cost"][0] == long["2/cost"][0]


def divided(scene: Scene, part: int, place: int = 0) -> list[float]:
    """How much of a bar of a part is before each line that divides it; of its first kind of cost, or a later one."""
    bars = [at for at, s in enumerate(scene.shapes) if isinstance(s, Blocks) and s.map == f"{part}/cost"]
    left, _, right, _ = scene.shapes[bars[place]].boxes(0, np.arange(1))[0]
    behind = scene.shapes[bars[place] + 1]
    if not isinstance(behind, Lines):
        return []
    return [float((x - left) / (right - left)) for x in behind.at(0)[:, 0, 0]]


REDUCED = [Conv("192@28x28", 5, padding=2, out_channels=32), Chain("192@28x28", ["conv 1x1 16", "conv 5x5 32 p2"])]


@pytest.mark.parametrize(
    ("name", "shares", "told"),
    [
        ("inception_reduction", [[3_072, 12_800]], "3,072 + 12,800 = 15,872"),
        ("depthwise_separable", [[36, 16]], "36 + 16 = 52"),
        ("two_plus_one", [[9, 3], [144, 24]], "144 + 24 = 168"),
        ("inception_module_naive", [[12_288, 129_024, 15_872, 6_144]], "163,328"),
    ],
)
def test_bars_are_divided_at_the_shares_of_layers(name: str, shares: list[list[int]], told: str) -> None:
    """One sees where weights are saved; of few layers the numbers stand behind the bar."""
    scene = load_recipe(name).animation().scene
    assert told in said(scene, "caption")
    for place, each in enumerate(shares):
        expected = np.cumsum(each)[:-1] / sum(each)
        assert divided(scene, 2, place) == pytest.approx(expected.tolist(), abs=0.01)
    assert len(divided(scene, 1)) == (2 if name == "inception_module_naive" else 0)


@few
@given(
    stages=st.lists(st.sampled_from(["conv 1x1 2", "conv 3x3 9 p1", "relu", "conv 1x1 40"]), min_size=1, max_size=9),
    width=st.sampled_from([480, 800, 1300]),
)
def test_divided_bars_are_to_scale_or_whole(stages: list[str], width: int) -> None:
    """Lines are at the layers' shares, all of them or none in a picture; sums are those of layers, and have room."""
    chain = Chain("30@9x9", stages)
    counts = [share.weights for share in cost_shares(chain)]
    assume(len(counts) > 0 and sum(counts) != 30 * 30)
    scene = compared(Conv("30@9x9", 1, out_channels=30), chain, width=width)
    if divided(scene, 2):
        assert divided(scene, 2) == pytest.approx((np.cumsum(counts)[:-1] / sum(counts)).tolist(), abs=0.03)
    captions = [(text, box) for text, box in inks(scene, 0, ("caption",)) if "=" in text and "+" in text]
    for text, box in captions:
        assert text.replace(",", "") == f"{' + '.join(map(str, counts))} = {sum(counts)}"
        assert box[2] <= scene.width
    (whole,) = (s for s in scene.shapes if isinstance(s, Blocks) and s.map == "2/cost")
    long = whole.boxes(0, np.arange(1))[0][[0, 2]]
    seen = np.diff([0, *np.cumsum(counts)]) / sum(counts) * (long[1] - long[0]) / scene.unit
    assert bool(divided(scene, 2)) is bool(1 < len(counts) <= 6 and seen.min() >= 5) or abs(seen.min() - 5) < 2


def test_shares_that_cannot_be_told_leave_bars_whole() -> None:
    """A share of a pixel has no line, nor have then those of the other figures; rounded numbers are no sum."""
    small = Chain("2@9x9", ["conv 1x1 1", "conv 5x5 300 p2", "conv 1x1 40"])
    scene = compared(REDUCED[1], small, width=900)
    assert (divided(scene, 1), divided(scene, 2)) == ([], [])
    large = [Chain("4@99x99", ["conv 3x3 8 p1", f"conv 3x3 {n} p1"]) for n in (8, 2)]
    macs = said(compared(*large, Conv("4@9x9", 1, out_channels=8), width=900), "caption")
    assert any(text.endswith(" M") for text in macs)
    assert not any("+" in text and " M" in text for text in macs)


@pytest.mark.parametrize("width", [480, 900, 1800])
def test_words_beside_maps_are_of_one_size(width: int) -> None:
    """Labels of all parts have the size of the smallest."""
    scene = compared(Conv(7, 3), Chain(7, ["conv 3 d2 p1", "conv-transpose 3 s2"]), width=width)
    labels = [
        s
        for s in scene.shapes
        if isinstance(s, Texts) and s.role == "label" and "A" not in s.text and "B" not in s.text  # type: ignore[operator]
    ]
    assert len({shape.em for shape in labels}) == 1


def test_labels_of_slanted_maps_beside_each_other_are_broken_rather_than_small() -> None:
    """They leave a quarter more room to the maps; a short line such as `conv 3×3` stays whole."""
    scene = load_recipe("depthwise_separable").animation().scene
    assert {shape.lattice.column[0] for shape in scene.shapes if isinstance(shape, Cells)} == {14}
    labels = [s for s in scene.shapes if isinstance(s, Texts) and s.role == "label" and isinstance(s.text, tuple)]
    assert {round(shape.em, 2) for shape in labels} == {15.0}
    assert ("depthwise", "conv 3×3", "4@3×3") in [shape.text for shape in labels]


def test_a_long_title_takes_the_lines_that_it_needs() -> None:
    """Titles of differing lengths go over all figures at one height, clear of what stands below."""
    titles = ["short", "a title that is so long that it does not go into its share of the width at all, not even small"]
    parts = tuple(Part(Conv(6, 3), Options(view="flat"), title) for title in titles)
    scene = drawn(Comparison(parts), width=480).scene
    words = inks(scene, 0, WORDS)
    lines = [box for text, box in words if text and text in titles[1]]
    assert len(lines) > 1
    assert max(box[3] for box in lines) <= boxes(scene, 0, "")[:, 1].min()
    labels = [box for text, box in words if text.startswith(("input", "output"))]
    assert max(box[3] for box in lines) <= min(box[1] for box in labels)


RATIOS: list[tuple[Any, Any, str, str, str]] = [
    (
        Conv("192@28x28", 5, padding=2, out_channels=32),
        Chain("192@28x28", ["conv 1x1 16", "conv 5x5 32 p2"]),
        "153,600 weights · 120.4 M MACs",
        "15,872 weights · 12.4 M MACs",
        "9.7 times fewer weights and multiply–accumulates",
    ),
    (
        Conv("4@1x1", 1, out_channels=3),
        Conv("4@3x3", 1, out_channels=3),
        "12 weights · 12 MACs",
        "12 weights · 108 MACs",
        "as many weights, 9 times as many multiply–accumulates",
    ),
    (
        Conv("2@5x5", 3, out_channels=2),
        Conv("2@5x5", 3, out_channels=2),
        "36 weights · 324 MACs",
        "36 weights · 324 MACs",
        "",
    ),
    (ConvTranspose("2@4x4", 2, out_channels=1), MaxPool("2@4x4", 2), "8 weights · 128 MACs", "max pool", ""),
]


@pytest.mark.parametrize(("one", "other", "first", "second", "ratio"), RATIOS)
def test_captions_costs_and_ratios(one: Any, other: Any, first: str, second: str, ratio: str) -> None:
    """Under each figure stands what it is and costs, under all how the others' costs compare with the first's."""
    scene = compared(one, other, width=900)
    captions = inks(scene, 0, ("caption",))
    left = " ".join(text for text, box in captions if box[2] <= 450)
    right = " ".join(text for text, box in captions if box[0] >= 450)
    assert first in left
    assert second in right
    assert said(scene, "equation") == ([ratio] if ratio else [])
    titles = [text for text, _ in inks(scene, 0, ("label",)) if text in ("A", "B")]
    assert titles == ["A", "B"]
    without = compared(one, other, width=900, caption=False)
    key = ["border of zeros"] if isinstance(one, ConvTranspose) else []
    key = ["padding of zeros"] if isinstance(one, Conv) and any(map(any, one.padding)) else key
    assert [text for text in said(without, "caption") if "grid" not in text and "steps" not in text] == key
    assert said(without, "equation") == []
    assert without.height < scene.height


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ([Conv(5, 3, padding=1), Conv(6, 3, padding=2)], ["padding of zeros"]),
        ([Conv(5, 3, padding=1, padding_mode="reflect")] * 2, ["padding", "copied into the padding"]),
        ([Conv(5, 1, 2), Conv(5, 1, 2), Conv(6, 1, 2)], ["never read"]),
        (
            [Conv("192@28x28", 5, padding=2, out_channels=32), Chain("192@28x28", ["conv 1x1 16", "conv 5x5 32 p2"])],
            [
                "drawn without the grid of cells; cell not to scale",
                "480 of 25,088 steps shown",
                "padding of zeros",
            ],
        ),
        ([Conv(5, 1, 2), Conv(5, 1, 2, 1), Conv(5, 1)], ["padding of zeros", "never read"]),
        ([ConvTranspose(3, 3, 2, ((0, 1),) * 2), ConvTranspose(3, 3, 2, 1, 1)], ["border of zeros", "inserted zero"]),
        ([ConvTranspose(3, 3, 2, 1)] * 2, ["border of zeros: kernel − 1 − padding", "inserted zero"]),
    ],
)
def test_what_several_figures_tell_is_told_once(figures: list[Any], expected: list[str]) -> None:
    """With what one alone tells, below all of them, in the middle of the page, and above their captions."""
    scene = compared(*figures, width=900, caption=False)
    told = inks(scene, 0, ("caption",))
    assert [text for text, _ in told] == expected
    left = min(s.lattice.origin[0] for s in scene.shapes if isinstance(s, Blocks) and s.map == "key")
    assert (left + told[-1][1][2]) / 2 == pytest.approx(450, abs=3)
    captioned = inks(compared(*figures, width=900), 0, ("caption",))
    (line,) = (box for text, box in captioned if text == expected[0])
    assert all(box[1] >= line[3] for text, box in captioned if text not in expected)


@pytest.mark.parametrize(
    ("one", "other", "left", "right"),
    [
        (Conv(5, 3, padding=1), AvgPool(5, 3, 1, 1, count_include_pad=False), ["padding of zeros"], ["padding"]),
        (Conv(5, 3), Conv(5, 3, padding=1), [], ["padding of zeros"]),
        (Conv(5, 1, 2), Conv(5, 3, padding=1), ["never read"], ["padding of zeros"]),
        (
            Conv(3, 3, padding=2),
            ConvTranspose(3, 3, 2),
            ["padding of zeros"],
            ["border of zeros", "inserted zero"],
        ),
        (Conv(5, 3), Conv(5, 2), [], []),
    ],
)
def test_figures_that_tell_something_else_tell_it_each(one: Any, other: Any, left: list[str], right: list[str]) -> None:
    """Below their own maps."""
    found = inks(compared(one, other, width=900, caption=False), 0, ("caption",))
    assert [text for text, box in found if box[2] < 450] == left
    assert [text for text, box in found if box[0] > 450] == right


def test_each_of_the_others_is_compared_with_the_first() -> None:
    """Of three figures the second and the third have a line each, by their titles."""
    scene = compared(*(Conv("4@6x6", 3, out_channels=k) for k in (2, 4, 6)), width=1000)
    assert said(scene, "equation") == [
        "B: 2 times as many weights and multiply–accumulates",
        "C: 3 times as many weights and multiply–accumulates",
    ]


def test_equations_stand_under_their_figures() -> None:
    """Each figure with numbers has its own equation; the scene says both."""
    own = {"values": "arange", "kernel_values": "arange"}
    scene = compared(Conv(3, 2, dims=1), Conv(4, 2, dims=1), own=own, width=900, caption=False)
    assert scene.equation(0) == "0·0 + 1·1 = 1 | 0·0 + 1·1 = 1"
    assert scene.equation(2) == "1·0 + 2·1 = 2 | 2·0 + 3·1 = 3"
    said = sorted((box[0], text, box[2]) for text, box in inks(scene, 2, ("equation",)))
    left, right = "".join(text for x, text, _ in said if x < 450), "".join(text for x, text, _ in said if x > 450)
    assert (left.replace(" ", ""), right.replace(" ", "")) == ("1·0+2·1=2", "2·0+3·1=3")
    assert all(end <= 450 for x, _, end in said if x < 450)


@pytest.mark.parametrize(("steps", "expected"), [("3:6", [3, 4, 5]), (":2", [0, 1]), ("-2:", [14, 15])])
def test_steps_are_of_the_longer_figure(steps: str, expected: list[int]) -> None:
    """A slice is one of the common steps."""
    parts = (Part(LONG, Options()), Part(SHORT, Options()))
    assert list(compose(Comparison(parts), Options(steps=steps)).timing.steps) == expected


def test_a_part_too_wide_for_its_share_is_refused_with_a_width_of_the_whole() -> None:
    """The refusal names a width of the page, and that width is enough."""
    own: dict[str, Any] = {"values": np.full((12, 12), -12345), "heat_map": False}
    parts = tuple(Part(Conv(12, 3), Options(**own)) for _ in range(3))
    with pytest.raises(RequestError) as refused:
        compose(Comparison(parts), Options(width=300))
    assert refused.value.field == "width"
    assert refused.value.value == 300
    assert drawn(Comparison(parts), width=300).scene.width > 300


def test_a_batch_draws_a_comparison(tmp_path: Path) -> None:
    """`render_all` takes a comparison as it takes a layer, and leaves it alone when nothing changed."""
    recipe = Recipe("two", Comparison((Part(LONG, Options(), "A"), Part(SHORT, Options(), "B"))), Options(width=300))
    files = [str(tmp_path / "{name}.gif"), str(tmp_path / "{name}.png")]
    made = [path for paths in render_all([recipe], files) for path in paths]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["two.gif", "two.png"]
    assert made
    times = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    list(render_all([recipe], files))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == times
    changed = replace(recipe, figure=Comparison((Part(LONG, Options(), "A"), Part(SHORT, Options(), "C"))))
    list(render_all([changed], files))
    assert all(path.stat().st_mtime_ns > before for path, before in times.items())


@pytest.mark.parametrize(
    "name", ["depthwise_separable", "fully_connected_as_convolution", "receptive_field", "checkerboard"]
)
def test_templates_of_comparisons_name_their_parts(name: str) -> None:
    """Every part of a template has its title in the picture, one beside the other."""
    recipe = load_recipe(name)
    assert isinstance(recipe.figure, Comparison)
    scene = recipe.animation().scene
    titles = [found for found in inks(scene, 0, ("label",)) if found[0] in {part.title for part in recipe.figure.parts}]
    assert [text for text, _ in titles] == [part.title for part in recipe.figure.parts]
    assert len({top for _, (_, top, _, _) in titles}) == 1
    assert all(isinstance(shape, Texts) for shape in scene.shapes[-len(titles) :])


@pytest.mark.parametrize("values", ["arange", "random:3"])
def test_maps_in_colours_are_on_one_scale_too(values: str) -> None:
    """Whatever the colours stand for, cells of two parts are of one size."""
    parts = tuple(Part(Conv(size, 3), Options(values=values, heat_map=True)) for size in (9, 14))
    scene = compose(Comparison(parts), Options(width=900)).scene
    sides = {
        shape.lattice.column[0]
        for shape in scene.shapes
        if isinstance(shape, Cells) and shape.map in ("1/input", "2/input", "1/output", "2/output")
    }
    assert len(sides) == 1
