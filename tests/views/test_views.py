"""Every view, asked for every kind of layer and the oddest pages: it draws, or refuses and says what would work."""

from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, listed
from helpers.examples import EXAMPLES
from helpers.pixels import composed, inks, numbers_at, wider
from helpers.strategies import LAYERS, layers
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.layers.geometry import Geometry
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, MaxUnpool, Upsample, output_size
from convanim.layers.operations import OPERATIONS, operation_of
from convanim.networks.chain import Chain
from convanim.render.frames import Renderer
from convanim.scene.font import BUNDLED
from convanim.scene.lengths import Length
from convanim.scene.picture_size import WIDTHS, PictureSize
from convanim.scene.scene import Cells, Lines, Scene, Texts, shown
from convanim.views.drawing import Drawing
from convanim.views.registry import VIEWS
from convanim.views.text_layout import words_of, wrapped
from convanim.words.user_language import load_words

every_view = pytest.mark.parametrize("view", list(VIEWS))
ANY_LAYER = st.sampled_from(list(LAYERS)).flatmap(layers)


def drawn(layer: Layer, options: Options) -> Scene:
    """The scene of a figure whose first and last steps could be drawn, at exactly the width that was asked for."""
    animation = compose(layer, options)
    scene, renderer = animation.scene, Renderer(animation.scene, animation.theme)
    for step in (scene.steps - 1, 0):
        pixels = renderer.frame(step).pixels
        assert pixels.shape == (scene.height, options.width or 480, 4)
        assert len(np.unique(pixels.view(np.uint32))) > 2
    return scene


def at_once_or_as_told(layer: Layer, options: Options) -> Scene:
    """The scene; after one refusal at most, at the width that it suggested."""
    try:
        return compose(layer, options).scene
    except RequestError as error:
        return compose(layer, wider(options, error)).scene


def numbers_size(layer: Layer) -> tuple[int, ...]:
    """The size of the map whose numbers are given: of a max unpool that which its pool reads."""
    return layer.output_size if isinstance(layer, MaxUnpool) else layer.input_size


def ramp(size: tuple[int, ...], number: float) -> NDArray[Any]:
    """A map of different numbers around one."""
    count = int(np.prod(size))
    return (np.arange(count).reshape(size) - count // 2) * (1 if number == int(number) else 0.25) + number


@listed("op, dims, values, view", list(product(OPERATIONS, [1, 2], [None, "random:3"], VIEWS)), one_in=7)
def test_every_view_draws_every_operation(op: str, dims: int, values: str | None, view: str) -> None:
    """Whatever is in the registries can be drawn, in one dimension and two, with labels and a caption and without."""
    layer = EXAMPLES[op][dims]
    assert operation_of(layer).name == op
    bare = drawn(layer, Options(view=view, values=values, labels=False))
    full = drawn(layer, Options(view=view, values=values, caption=True))
    assert {text for text, _ in inks(bare, 0, ("label",))} <= set("→↓×=Σ")
    assert full.height > bare.height or op == "max-unpool"  # beside whose names maps are smaller
    said = " ".join(text for text, _ in inks(full, 0, ("label", "caption")))
    for size in (layer.input_size, output_size(layer)):
        assert "×".join(map(str, size)) in said


@every_view
@campaign(60)
@given(
    layer=ANY_LAYER,
    number=st.sampled_from([0, 7, -12, 345, -678, 0.5, -3.25, 123456, -98765.4, 3e9, 1e-5]),
    width=st.integers(WIDTHS.start, 1000),
    caption=st.booleans(),
)
def test_a_refused_width_comes_with_one_that_works(
    view: str, layer: Layer, number: float, width: int, caption: bool
) -> None:
    """Numbers of any length fit, or the message names a width at which they do."""
    options = Options(values=ramp(numbers_size(layer), number), view=view, width=width, caption=caption)
    at_once_or_as_told(layer, options)


@every_view
@campaign(15)
@given(n=st.integers(1, 300), m=st.integers(1, 300), width=st.integers(WIDTHS.start, 400))
def test_large_maps_on_narrow_pages_are_drawn_or_told_a_width(view: str, n: int, m: int, width: int) -> None:
    """Maps too large for the page are refused with a width that is enough for them."""
    at_once_or_as_told(Conv((n, m), 1), Options(view=view, width=width))


SMALLEST = [Conv(1, 1), Conv(1, 1, dims=1), Conv((1, 12), (1, 3)), Conv((12, 1), (3, 1)), Conv((1, 5), 3, padding=1)]


@listed("view, values, layer, width", list(product(VIEWS, [None, "random:3"], SMALLEST, [64, 480, 1000])), one_in=4)
def test_maps_of_one_row_or_column_or_cell_are_drawn(view: str, values: str | None, layer: Layer, width: int) -> None:
    """The smallest maps come out, from the narrowest page to a wide one."""
    animation = composed(layer, Options(view=view, values=values, width=width))
    drawn(layer, Options(view=view, values=values, width=animation.scene.width))


EQUATION = ("equation", "faint")


@listed("view, numbers", list(product(VIEWS, [-100, -0.125, 1000])), start=1, one_in=7)
def test_an_equation_has_three_lines_at_most(view: str, numbers: float) -> None:
    """The sum of 121 products is cut short by an ellipsis, keeps its end, and stays on the page."""
    layer = Conv(13, 11)
    weights = ramp((11, 11), -500)
    options = Options(values=ramp((13, 13), numbers), kernel_values=weights, view=view, heat_map=False)
    scene = composed(layer, options).scene
    for step in (0, 4, 8):
        written = inks(scene, step, EQUATION)
        assert 1 <= len({box[3] for _, box in written}) <= 3
        assert [text for text, _ in written].count("…") == 1
        assert written[-1][0].split()[0] in ("=", "≈")
        assert scene.equation(step).endswith(written[-1][0])
        for _, (left, top, right, bottom) in written:
            assert min(left, top) >= 0
            assert right <= scene.width
            assert bottom <= scene.height


@pytest.mark.parametrize(
    ("layer", "values", "kernel"),
    [
        (Upsample(3, 5, mode="bilinear"), 10.0 * np.arange(9).reshape(3, 3), None),
        (Conv("3@3", 2, dims=1), np.array([[9, 1, 0], [2, 30, 0], [1, 0, 40]]), np.ones((1, 3, 2))),
        (AvgPool(4, 2, 1, dims=1), np.array([1, 15, 2, 3]), None),
    ],
)
def test_gaps_of_an_equation_are_alike_on_both_sides(layer: Layer, values: Any, kernel: Any) -> None:
    """However narrow a term is for its place, it reads as one of the sum, the last as well; none goes over a sign.

    The first, where no bracket is before it, stands at its sign.
    """
    scene = compose(layer, Options(values=values, kernel_values=kernel, view="flat")).scene
    space = BUNDLED.width(" ", 1) * next(s.em for s in scene.shapes if isinstance(s, Texts) and s.role == "equation")
    slack = 0.0
    for step in range(scene.steps):
        boxes = sorted((left, right, text) for text, (left, _, right, _) in inks(scene, step, EQUATION) if text)
        bracket = boxes[0][2] == "("
        terms = boxes[int(bracket) :: 2]
        if len(terms) < 2:
            continue
        assert boxes[-1][2].startswith((" =", " ≈", ")/"))
        for place, (term, behind) in enumerate(pairwise(boxes)):
            if place == 0 and not bracket:
                assert abs(behind[0] - term[1]) < 1
            elif (place - bracket) % 2 == 0:
                before = boxes[place - 1]
                gap = term[0] - before[1] - (space if before[2].endswith("+") else 0)
                assert abs(behind[0] - term[1] - gap) < 1
                slack = max(slack, gap)
        assert all(behind[0] > before[1] - 1 for before, behind in pairwise(boxes))
    assert slack > 2  # some is narrower than its place


@pytest.mark.parametrize(("lang", "comma"), [("en", ","), ("de", ";")])
@pytest.mark.parametrize(
    ("figure", "values"),
    [
        (MaxPool(6, 3, 1, padding=1, dims=1), np.array([1, -20, 3, 4, 300, 2])),
        (Chain("1@4x4", ["conv 1", "max-pool 2"]), np.diag([-8, 12, 3, 0])[None]),
    ],
)
def test_numbers_of_a_list_are_equally_far_apart(figure: Layer | Chain, values: Any, lang: str, comma: str) -> None:
    """Each stands in the middle of its place, with a comma right behind; there is as much room at both brackets."""
    kernel = "box" if isinstance(figure, Chain) else None
    scene = compose(figure, Options(values=values, kernel_values=kernel, view="flat", lang=lang)).scene
    em = next(s.em for s in scene.shapes if isinstance(s, Texts) and s.role == "equation")
    places: set[float] = set()
    for step in range(scene.steps):
        boxes = sorted((left, right, text) for text, (left, _, right, _) in inks(scene, step, EQUATION))
        (_, opened, _), *terms, (closed, *_) = boxes
        assert [text.endswith(comma) for *_, text in terms] == [True] * (len(terms) - 1) + [False]
        middles = [left + BUNDLED.width(text.removesuffix(comma), em) / 2 for left, _, text in terms]
        assert middles[0] - opened == pytest.approx(closed - middles[-1], abs=1)
        places |= {round(b - a) for a, b in pairwise(middles)}
    assert max(places) - min(places) <= 1


@every_view
@campaign(40)
@given(layer=ANY_LAYER, number=st.sampled_from([0, -12, 345, 0.5]), width=st.sampled_from([300, 480, 900]))
def test_terms_keep_their_places(view: str, layer: Layer, number: float, width: int) -> None:
    """From step to step no term, joint or result of an equation moves, none touches another, and all of them are there.

    Read in order they are the equation, but for what an ellipsis stands for; joints stand in the same places, too, and
    so do the numbers of a list, which have their commas with them.
    """
    scene = composed(layer, Options(values=ramp(numbers_size(layer), number), view=view, width=width)).scene
    starts: dict[tuple[int, float], set[float]] = {}
    listed_at: dict[int, list[float]] = {}
    for step in range(0, scene.steps, max(1, scene.steps // 7)):
        written = sorted(inks(scene, step, EQUATION), key=lambda each: (each[1][3], each[1][0]))
        said = "".join(text for text, _ in written).replace(" ", "")
        before, _, behind = said.partition("…")
        whole = scene.equation(step).replace(" ", "")
        assert whole.startswith(before)
        assert whole.endswith(behind)
        assert "…" in said or said == whole
        for (_, one), (_, other) in pairwise(written):
            assert one[3] < other[3] or one[2] <= other[0] + 0.5
        for text, box in written:
            if text.strip() in "+,;=":
                starts.setdefault((round(box[3]), box[0]), set()).add(box[0])
            elif text[-1] in ",;":
                number = BUNDLED.width(text[:-1], 1) / BUNDLED.width(text, 1)
                listed_at.setdefault(round(box[3]), []).append(box[0] + (box[2] - box[0]) * number / 2)
    rows: dict[int, list[float]] = {}
    for row, start in starts:
        rows.setdefault(row, []).append(start)
    for found in rows.values():
        assert all(b - a > 2 for a, b in pairwise(sorted(found)))  # none a little beside another
    for middles in listed_at.values():
        assert all(b - a < 0.6 or b - a > 2 for a, b in pairwise(sorted(middles)))


@every_view
@pytest.mark.parametrize("op", ["conv", "max-pool", "avg-pool"])
def test_three_digits_stand_inside_their_cells(view: str, op: str) -> None:
    """Long and negative numbers are at most as wide as their cell, and no text of the figure is below 9 pixels."""
    layer = EXAMPLES[op][2]
    scene = composed(layer, Options(values=ramp(layer.input_size, -250), view=view)).scene
    cell = next(shape.lattice for shape in scene.shapes if isinstance(shape, Cells))
    for shape in scene.shapes:
        if isinstance(shape, Texts) and shape.role not in ("label", "caption", *EQUATION):
            for element in range(len(shape)):
                if shape.role not in ("window", "current") and not callable(shape.text):
                    assert BUNDLED.width(shape.string(0, element), shape.em) <= cell.column[0] + cell.row[0]
        if isinstance(shape, Texts):
            assert shape.em * BUNDLED.cap_height >= 9
    assert "−250" in numbers_at(scene, 0, "input").values()


LONG = "the feature maps of the second inception module"


@every_view
@pytest.mark.parametrize("width", [240, 480, 960])
@pytest.mark.parametrize(("before", "behind"), [(LONG, "out"), ("in", LONG), (LONG, LONG)])
@pytest.mark.parametrize(
    "layer", [Conv(5, 3, 2, 1), Conv((12, 2), (3, 1)), Conv(8, 3, dims=1)], ids=["5", "12x2", "1-D"]
)
def test_long_labels_are_whole_and_apart(view: str, width: int, before: str, behind: str, layer: Layer) -> None:
    """Labels of fifty letters are on the page, whole, neither on one another nor on a map."""
    scene = compose(layer, Options(view=view, width=width, input_label=before, output_label=behind)).scene
    labels = [(text, box) for text, box in inks(scene, 0, ("label",)) if len(text) > 1]
    maps = [shape for shape in scene.shapes if isinstance(shape, Cells)]
    assert " ".join(text for text, _ in labels).count(LONG) == (before == LONG) + (behind == LONG)
    for number, (_, (left, top, right, bottom)) in enumerate(labels):
        assert left >= 0
        assert right <= scene.width
        others = [box for _, box in labels[:number]]
        if view == "flat":
            others += [tuple(box) for shape in maps for box in shape.boxes(0, np.arange(len(shape))).tolist()]
        for a, b, c, d in others:
            assert right <= a or c <= left or bottom <= b or d <= top


@every_view
def test_letters_that_the_font_lacks_are_spelled_out(view: str) -> None:
    """An emoji becomes its code in the picture and a note beside it, never an error."""
    animation = compose(Conv(5, 3), Options(view=view, input_label="cat 🐈", output_label="\t猫\n"))
    Renderer(animation.scene, animation.theme).frame(0)
    assert [set(note.split("'")[1::2]) for note in animation.notes] == [{"🐈", "猫"}]


@every_view
@pytest.mark.parametrize("width", [0, 63, 8193, 480.0, True, "480"])
def test_a_width_that_is_none_is_refused(view: str, width: Any) -> None:
    """A page has a whole number of pixels, within limits."""
    with pytest.raises(RequestError, match="width"):
        compose(Conv(5, 3), replace(Options(view=view), width=width))


def test_numbers_stay_with_what_they_are_of() -> None:
    """Lines of labels and captions break between a stage's arguments, not within one."""
    text = "conv 3×3 stride 2 padding 1×2, pad 1 before and −1 after, avg pool 2×2 padding 0 before and 1 after, relu"
    page = Drawing(Geometry(Conv(5, 3)), None, PictureSize(Length(480, "px")))
    assert words_of(text, page.words) == [
        "conv",
        "3×3",
        "stride 2",
        "padding 1×2,",
        "pad",
        "1 before",
        "and",
        "−1 after,",
        "avg",
        "pool",
        "2×2",
        "padding 0 before",
        "and",
        "1 after,",
        "relu",
    ]
    assert " ".join(wrapped(text, 11, page)) == text
    japanese = load_words("ja")
    assert words_of("3×3 パディング 前 0・後 1、ReLU", japanese) == ["3×3", "パディング 前 0・後 1、", "ReLU"]
    lines = wrapped(text, 11, page)
    assert all(not line[0].isdigit() or line[1] == "×" or line.startswith(("1 before", "1 after")) for line in lines)


@every_view
def test_the_size_of_a_row_of_cells_says_what_it_counts(view: str) -> None:
    """Of one axis labels have `5 cells`, where a bare 5 might be a number; of two `5×5`, of channels `2@5`."""
    for figure, expected in (
        (Conv(5, 3, dims=1), {"input: 5 cells", "output: 3 cells"}),
        (Chain(5, ["conv 3", "conv 3"], dims=1), {"input", "5 cells", "3 cells", "1 cell", "conv 3"}),
        (Chain("2@5", ["conv 3 1", "conv 3 1"], dims=1), {"input", "2@5", "1@3", "1@1", "conv 3"}),
        (Conv(5, 3), {"input 5×5", "output 3×3"}),
    ):
        assert {text for text, _ in inks(compose(figure, Options(view=view)).scene, 0, ("label",))} - {
            *"→↓"
        } == expected


@pytest.mark.parametrize(
    ("layer", "options"),
    [
        (Conv(9, 3, 2, dims=1), Options(view="flat")),
        (Conv(8, 1, 4, dims=1), Options(view="flat")),  # the last three cells are never read
        (MaxPool(8, 3, 2, padding=1, dims=1), Options(values="random:3")),
        (ConvTranspose(4, 3, 2, dims=1), Options(view="flat", transposed_as="scatter")),
    ],
)
def test_maps_of_one_axis_are_joined_by_rays(layer: Layer, options: Options) -> None:
    """From the lower corners of the window to the upper ones of its cell; in the mean one is in the middle under the
    other, and the label of what is made is below it."""
    scene = compose(layer, options).scene
    rays = next(s for s in scene.shapes if isinstance(s, Lines) and s.role == "ray")
    off = []
    for step in range(scene.steps):
        ends = rays.at(step)
        for part, role, side in ((0, "window", 3), (1, "current", 1)):
            found = [s for s in scene.shapes if isinstance(s, Cells) and s.role.startswith(role)]
            boxes = np.concatenate([s.boxes(step, shown(s.when, len(s), step)) for s in found])
            assert sorted(ends[:, part, 0]) == [boxes[:, 0].min(), boxes[:, 2].max()]
            assert set(ends[:, part, 1]) == {boxes[0, side]}
        off.append(ends[:, 0, 0].mean() - ends[:, 1, 0].mean())
    assert abs(np.mean(off)) <= 0.5
    label = next(box for text, box in inks(scene, 0, ("label",)) if text.startswith("output"))
    assert label[1] > rays.at(0)[:, 1, 1].max()


def test_rays_join_the_window_and_its_cell_in_the_slanted_view() -> None:
    """Four rays lead from the corners of the window to those of the current cell, at every step."""
    scene = compose(Conv(5, 3, 2, 1), Options(view="iso")).scene
    rays = next(shape for shape in scene.shapes if isinstance(shape, Lines) and shape.role == "ray")
    for step in range(scene.steps):
        ends = rays.at(step)
        assert ends.shape == (4, 2, 2)
        for end, role in ((0, "window"), (1, "current")):
            cells = [shape for shape in scene.shapes if isinstance(shape, Cells) and shape.role.startswith(role)]
            boxes = np.concatenate([shape.boxes(step, shown(shape.when, len(shape), step)) for shape in cells])
            assert ends[:, end].min(axis=0).tolist() == boxes[:, :2].min(axis=0).tolist()
            assert ends[:, end].max(axis=0).tolist() == boxes[:, 2:].max(axis=0).tolist()
