"""Overviews: blocks in one scale, apart from each other and from lines, and on each what a cell depends on."""

import re
from collections import defaultdict

import numpy as np
import pytest
from helpers.campaigns import listed
from helpers.overviews import NETWORKS, ROLES, marks, network, sides, words

from convanim import RequestError, animate
from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.figures.recipes.recipes import load_recipe
from convanim.figures.subject import Comparison, Part
from convanim.scene.scene import Blocks, Lines, Scene, Texts
from convanim.views.registry import VIEWS

Box = tuple[float, float, float, float]


def solids(scene: Scene) -> dict[str, Box]:
    """The bounding box of every block by its map's name."""
    found: dict[str, list[np.ndarray]] = defaultdict(list)
    for shape in scene.shapes:
        if isinstance(shape, Blocks) and shape.role in ROLES and shape.map != "key":
            found[shape.map].append(shape.boxes(0, np.arange(1))[0])
    stacked = {name: np.stack(boxes) for name, boxes in found.items()}
    return {name: (*b[:, :2].min(axis=0), *b[:, 2:].max(axis=0)) for name, b in stacked.items()}


@listed("name", NETWORKS)
@pytest.mark.parametrize("view", VIEWS)
def test_nothing_lies_upon_anything_else(name: str, view: str) -> None:
    """Blocks and words keep apart, all lie on the page, and no line goes through a block that it does not end at."""
    recipe = load_recipe(name, view=view)
    scene = compose(recipe.figure, recipe.options).scene
    blocks = solids(scene)
    words = [
        box
        for shape in scene.shapes
        if isinstance(shape, Texts)
        for box in shape.boxes(0, np.arange(len(shape))).tolist()
    ]
    for one in blocks.values():
        assert one[0] >= 0 <= one[1]
        assert one[2] <= scene.width
        assert one[3] <= scene.height
        others = [other for other in blocks.values() if other != one]
        assert not [other for other in others if _over(one, other)]
        assert not [box for box in words if _over(one, (box[0], box[1] + 4, box[2], box[3] - 4))]
    (arrows,) = (shape for shape in scene.shapes if isinstance(shape, Lines) and shape.role == "arrow")
    for (x0, y0), (x1, y1) in arrows.at(0).tolist():
        along = np.linspace(0, 1, 50)
        points = np.stack([x0 + (x1 - x0) * along, y0 + (y1 - y0) * along], axis=1)
        for left, top, right, bottom in blocks.values():
            inside = (points > [left + 2, top + 2]) & (points < [right - 2, bottom - 2])
            assert not inside.all(axis=1).any()


def _over(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_more_channels_are_deeper_and_larger_maps_higher() -> None:
    """One scale for all blocks of a network: as the square root, and never so small that it is not seen."""
    scene = animate(network("conv 3x3 4, conv 3x3 16 s2, conv 3x3 64 s2, conv 3x3 256 s2", "1@128x128")).animation.scene
    deep, high = zip(*sides(scene).values())
    assert list(deep) == sorted(deep)
    assert list(high) == sorted(high, reverse=True)
    assert deep[-1] == pytest.approx(2 * deep[-2], abs=1)
    assert high[0] == pytest.approx(1.43 * high[2], rel=0.05)  # 128 and 62 rows
    assert min(*deep, *high) >= 3


def test_maps_in_one_low_row_are_larger() -> None:
    """As far as the page stays lower than half its width; maps of several rows are as large as ever."""
    row, rows = (load_recipe(name).animation().scene for name in ("resnet_bottleneck", "inception_module"))
    assert sides(row)["input"][1] > 120
    assert row.height < 0.6 * row.width
    assert sides(rows)["input"][1] < 84


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("sizes", "ratio"), [(("192@28x28", "192@28x28"), 1.0), (("8@32x32", "8@8x8"), 2.0)])
@pytest.mark.parametrize("width", [700, 960])
def test_networks_beside_each_other_are_on_one_scale(
    view: str, sizes: tuple[str, str], ratio: float, width: int
) -> None:
    """Also where one of them has so much to show that its blocks become smaller: those of both do."""
    low = "parallel((conv 1x1 64), (conv 3x3 128 p1))"
    high = "parallel((conv 1x1 64), (conv 1x1 96, conv 3x3 128 p1), (conv 1x1 16, conv 5x5 32 p2), (conv 1x1 32))"
    parts = tuple(Part(network(text, size), Options(view=view)) for text, size in zip((low, high), sizes))
    found = sides(compose(Comparison(parts), Options(width=width)).scene)
    (deep, large), (as_deep, small) = found["1/input"], found["2/input"]
    assert large == pytest.approx(ratio * small, abs=ratio / 2)
    assert deep == as_deep


def test_the_last_map_with_cells_is_the_one_that_is_looked_at() -> None:
    """Behind a global pooling is one cell alone, which depends on everything: the map before it is gone through."""
    animation = animate(network("conv 3x3 8, relu, global-avg-pool, flatten, linear 10", "1@8x8")).animation
    assert animation.scene.steps == 36
    assert animation.scene.writes(7) == (("map 1", 1, 1),)
    assert set(animation.scene.reads(7)) == {("input", r, c) for r in (1, 2, 3) for c in (1, 2, 3)}
    assert set(marks(animation.scene, 7)) == {"input", "map 1"}


def test_finer_maps_stand_above_coarser_ones_in_a_u() -> None:
    """A network that goes down and up again is drawn on levels, the way back up as high as the way down."""
    text = "conv 3x3 8 p1, skip(max-pool 2, conv 3x3 16 p1, conv-transpose 2x2 8 s2), conv 1x1 2"
    boxes = solids(animate(network(text, "1@32x32"), width=960).animation.scene)
    middle = {name: (box[1] + box[3]) / 2 for name, box in boxes.items()}
    assert len({round(middle[name]) for name in ("input", "map 1", "output")}) == 1
    coarse = [name for name in middle if middle[name] > middle["input"] + 20]
    assert len(coarse) == 2


def test_a_u_of_many_levels_has_brief_labels_and_tells_its_hues() -> None:
    """Sizes alone stand beside the maps, in larger letters; each hue is told once, with all that makes maps of it."""
    scene = load_recipe("unet").animation().scene
    assert scene.width < 1100
    assert scene.height < scene.width * 9 / 16 + 40
    labels = words(scene, "label")
    assert all(re.fullmatch(r"\d+²?", text) for text in labels)
    assert [labels.count(text) for text in ("572²", "568²", "1024")] == [1, 1, 3]
    keys = {shape.series for shape in scene.shapes if isinstance(shape, Blocks) and shape.map == "key"}
    assert {s.series for s in scene.shapes if isinstance(s, Blocks) and s.role == "block"} <= keys
    told = words(scene, "caption")
    assert {"conv 3×3, relu · conv 1×1", "conv transpose 2×2, stride 2", "crop"} <= set(told)
    wide = load_recipe("unet", width=2000).animation().scene
    assert min(shape.em for shape in wide.shapes if isinstance(shape, Texts)) > 20


def test_hues_are_told_apart_without_colour() -> None:
    """Each hue of a U has strokes of its own on the fronts of its maps, and the same in the key; the input has none."""
    scene = load_recipe("unet").animation().scene
    strokes = np.concatenate([s.at(0) for s in scene.shapes if isinstance(s, Lines) and s.role == "channel"])
    of_hue: dict[int | None, set[frozenset[str]]] = defaultdict(set)
    counts: list[int] = []
    for shape in scene.shapes:
        if not isinstance(shape, Blocks) or shape.role != "block_side":
            continue
        left, top, right, bottom = shape.boxes(0, np.arange(1))[0]
        low, high = strokes.min(axis=1), strokes.max(axis=1)
        inside = (low >= (left - 0.01, top - 0.01)).all(axis=1) & (high <= (right + 0.01, bottom + 0.01)).all(axis=1)
        counts.append(int(inside.sum()))
        along = strokes[inside][:, 1] - strokes[inside][:, 0]
        ways = {"-" if abs(y) < 0.01 else "|" if abs(x) < 0.01 else "/" if x * y < 0 else "\\" for x, y in along}
        assert isinstance(shape.series, int | None)
        of_hue[shape.series].add(frozenset(ways))
    assert sum(counts) == len(strokes)
    assert of_hue.pop(None) == {frozenset()}
    assert all(len(found) == 1 and found != {frozenset()} for found in of_hue.values())
    assert len({way for found in of_hue.values() for way in found}) == len(of_hue) == 5


def test_labels_are_brief_only_where_hues_say_enough() -> None:
    """Maps of one hue that are made in many ways have their labels, as all do that have room for them."""
    kernels = "skip(max-pool 2, conv 3x3 4 p1, conv 1x1 4, conv 5x5 4 p2, conv-transpose 2x2 8 s2), conv 1x1 2"
    few = "skip(max-pool 2, conv 3x3 4 p1, conv-transpose 2x2 8 s2), conv 1x1 2"
    for text, width in ((kernels, 1200), (few, 700)):
        scene = animate(network(text, "1@32x32"), width=width).animation.scene
        assert not any(isinstance(s, Blocks) and s.map == "key" and s.role == "block_side" for s in scene.shapes)


def test_functions_stand_with_what_they_follow() -> None:
    """A relu behind a convolution is a line of its label; one that others read past is a block of its own."""
    fused = animate(network("conv 3x3 8, batch-norm, relu", "1@9x9")).animation.scene
    apart = animate(network("conv 3x3 8, residual(relu)", "1@9x9")).animation.scene
    assert (len(solids(fused)), len(solids(apart))) == (2, 4)
    said = [shape.text for shape in fused.shapes if isinstance(shape, Texts)]
    assert said[0] == ("input", "1@9×9", "conv 3×3", "relu", "8@7×7")
    assert said[1:] == [("small marks not to scale",), ("one output cell",), ("what it depends on",)]


def test_what_an_overview_cannot_show_is_refused() -> None:
    """Numbers, views that there are not, and a page that is too narrow, with a width that is enough."""
    figure = network("conv 3x3 8, relu", "1@9x9")
    with pytest.raises(RequestError, match="an overview of a network has no numbers in it"):
        animate(figure, values="random:3")
    with pytest.raises(RequestError, match="view nope: no such view; try iso or flat"):
        animate(figure, view="nope")
    with pytest.raises(
        RequestError, match=r"leaves no room for the network's blocks beside each other; try \d+ or more"
    ):
        animate(network("parallel(conv 1x1 8, conv 1x1 9)", "1@999x999"), width=64)
