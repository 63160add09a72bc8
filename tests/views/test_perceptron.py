"""Nodes and edges of pointwise layers: every number and weight is the layer's own, one node a step, then a pixel."""

from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, together
from helpers.pixels import inks
from helpers.stacks import drawn, run
from hypothesis import given
from hypothesis import strategies as st

from convanim.errors import RequestError
from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.figures.recipes.recipes import load_recipe
from convanim.layers.layer import Conv, MaxPool
from convanim.networks.chain import Chain
from convanim.scene.gliding import is_gliding
from convanim.scene.scene import Cells, During, Lines, Scene, Texts, shown
from convanim.words.numerals import numeral

LARGE = np.full((2, 2, 1, 1), 99999)
LINES = ("link", "link_plus", "link_minus")


def node(scene: Scene, column: int, number: int, columns: int) -> Cells:
    """A node's cell."""
    name = f"map {column}"
    found = [s for s in scene.shapes if isinstance(s, Cells) and s.map == name and s.index.tolist() == [[number]]]
    assert column in range(columns)
    return found[-1]


def said(scene: Scene, step: int, cell: Cells) -> str:
    """What stands in a node at a step; nothing where it has no number yet."""
    (x, y) = cell.lattice.centres(cell.cells)[0]
    for shape in scene.shapes:
        if isinstance(shape, Texts) and len(shape) == 1 and shape.points[0].tolist() == [x, y]:
            return shape.string(step, 0) if len(shown(shape.when, 1, step)) else ""
    raise AssertionError((x, y))


@campaign(20)
@given(
    nodes=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    relus=st.lists(st.booleans(), min_size=3, max_size=3),
    size=st.sampled_from(["1x1", "2x3", "4"]),
    seed=st.integers(0, 99),
    heat=st.sampled_from([None, True]),
)
def test_every_node_and_weight_is_the_layers_own(
    nodes: list[int], relus: list[bool], size: str, seed: int, heat: bool | None
) -> None:
    """At the first pixel one node after another, then every pixel as a whole; what is still to come has no number."""
    rng = np.random.default_rng(seed)
    stages, kernels, widths = [], [], nodes[:1]
    axes = size.count("x") + 1
    for before, made, has_relu in zip(nodes, nodes[1:], relus):
        stages.append(f"conv 1 {made}")
        kernels.append(rng.integers(-3, 4, (made, before, *(1,) * axes)))
        widths.append(made)
        if has_relu:
            stages.append("relu")
            kernels.append(None)  # type: ignore[arg-type]
            widths.append(made)
    chain = Chain(f"{nodes[0]}@{size}", stages, dims=axes)
    numbers = rng.integers(-4, 5, chain.shapes[0])
    maps = [
        numbers.reshape(widths[0], -1),
        *(m.reshape(n, -1) for m, n in zip(run(chain, numbers, list(kernels))[1:], widths[1:])),
    ]
    options = {"values": numbers, "kernel_values": kernels, "perceptron": True, "heat_map": heat, "width": 1600}
    scene = drawn(chain, **options).scene
    slow = [(k, j) for k, kernel in enumerate(kernels, 1) for j in (range(widths[k]) if kernel is not None else [-1])]
    pixels = maps[0].shape[1]
    assert scene.steps == len(slow) + pixels - 1
    for step in range(scene.steps):
        column, last = slow[step] if step < len(slow) else (len(widths), 0)
        pixel = max(0, step - len(slow) + 1)
        for k, width in enumerate(widths):
            for j in range(width):
                has = k < column or (k == column and (last < 0 or j <= last))
                expected = numeral(maps[k][j, pixel].item()) if has else ""
                assert said(scene, step, node(scene, k, j, len(widths))) == expected
        if step < len(slow) and last >= 0:
            weights = kernels[column - 1][last].ravel()
            drawn_now = {role: lines_of(scene, step, role, node(scene, column, last, len(widths))) for role in LINES}
            assert drawn_now["link_plus"] == (weights > 0).sum()
            assert drawn_now["link_minus"] == (weights < 0).sum()
            assert drawn_now["link"] == (weights == 0).sum()
            texts = [s for s in scene.shapes if isinstance(s, Texts) and s.role == "label"]
            between = [t.string(step, e) for t in texts if isinstance(t.when, During) for e in t.when.at(step).tolist()]
            assert between == [numeral(w) for w in weights.tolist()]


def lines_of(scene: Scene, step: int, role: str, cell: Cells) -> int:
    """How many lines of a role end at the left side of a node."""
    corners = cell.lattice.corners(cell.cells)[0]
    x, y = corners[0, 0], corners[:, 1].mean()
    count = 0
    for shape in scene.shapes:
        if isinstance(shape, Lines) and shape.role == role and len(shape.at(step)):
            ends = shape.at(step)[:, 1]
            count += int((np.abs(ends - (x, y)).max(axis=1) <= 1).sum())
    return count


def test_a_pixel_leads_from_its_column_to_what_is_made_of_it() -> None:
    """Frames stand around the pixel on every sheet; the output's come with the pixel, and so do its numbers."""
    scene = load_recipe("network_in_network").animation().scene
    assert scene.steps == 3 + 1 + 2 + 1 + 15
    outputs = [s for s in scene.shapes if isinstance(s, Cells) and s.map == "output" and s.levels is not None]
    for step in (0, 5, 6, 7, 21):
        pixel, is_made = max(0, step - 6), step >= 6
        for shape in outputs:
            assert len(shown(shape.when, 16, step)) == (pixel + 1 if is_made else 0)
        frames = [s for s in scene.shapes if isinstance(s, Lines) and s.role == "frame" and len(s.at(step))]
        assert len(frames) == 3 + (2 if is_made else 0) + {0: 1, 5: 1, 6: 2}.get(step, 0)
    assert scene.reads(1) == tuple(("input", c, 0, 0) for c in range(3))
    assert (scene.writes(1), scene.writes(3)) == ((("map 1", 1),), tuple(("map 2", c) for c in range(3)))
    assert scene.writes(21) == tuple(("output", c, 3, 3) for c in range(2))
    assert (scene.equation(0), scene.equation(3), scene.equation(9)) == (
        "3·1 + 1·(−1) + 1·1 = 3",
        "relu(3) = 3, relu(−1) = 0, relu(2) = 2",
        "",
    )


@pytest.mark.parametrize("nodes", [(1, 1), (3, 2), (4, 3, 2), (5, 4)])
def test_edges_are_whole_from_node_to_node(nodes: tuple[int, ...]) -> None:
    """At every step every edge is drawn, but where a weight stands on it."""
    chain = Chain(f"{nodes[0]}@2x2", [f"conv 1 {n}" for n in nodes[1:]])
    scene = drawn(chain, values="random:1", kernel_values="random:3", perceptron=True, width=900).scene
    corners = [[node(scene, c, n, len(nodes)).lattice for n in range(count)] for c, count in enumerate(nodes)]
    side = corners[0][0].column[0]
    edges = [
        np.array([(one.origin[0] + side, one.origin[1] + side / 2), (to.origin[0], to.origin[1] + side / 2)])
        for before, after in pairwise(corners)
        for one in before
        for to in after
    ]
    for step in range(scene.steps):
        lines = np.concatenate([s.at(step) for s in scene.shapes if isinstance(s, Lines) and s.role in LINES])
        beads = np.array([box for role, box in numbers_at(scene, step) if role == "label"]).reshape(-1, 4)
        for edge in edges:
            points = np.linspace(edge[0], edge[1], 80)
            assert (distances(points, lines)[~near(points, beads, 16).any(axis=1)] < 1).all(), step


@pytest.mark.parametrize("template", ["network_in_network", "fully_connected_as_convolution"])
def test_no_edge_and_no_ray_crosses_a_number_out(template: str) -> None:
    """Edges end at what surrounds a weight, rays run between the rows of a map."""
    scene = load_recipe(template).animation().scene
    for step in range(scene.steps):
        boxes = np.array([box for _, box in numbers_at(scene, step)])
        of_step = [s.at(step) for s in scene.shapes if isinstance(s, Lines) and s.role in (*LINES, "ray")]
        for line in np.concatenate(of_step):
            assert not near(np.linspace(line[0], line[1], 300), boxes, 0).any(), (step, line)


def numbers_at(scene: Scene, step: int) -> list[tuple[str, Any]]:
    """The role and the box, as high as its digits, of every number that is shown."""
    found = []
    for shape in scene.shapes:
        if not isinstance(shape, Texts):
            continue
        for element in shown(shape.when, len(shape), step).tolist():
            text = shape.string(step, element)
            if text.replace("−", "").replace(".", "").isdigit():
                (x, y), wide = shape.points[element], shape.font.width(text, shape.em)
                high = shape.font.cap_height * shape.em
                found.append((shape.role, (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)))
    return found


def near(points: Any, boxes: Any, more: float) -> Any:
    """Whether each point (N, 2) is in each box (M, 4), so many pixels larger on all sides."""
    left, top, right, bottom = boxes.T
    x, y = points[:, :1], points[:, 1:]
    return (x > left - more) & (x < right + more) & (y > top - more) & (y < bottom + more)


def distances(points: Any, lines: Any) -> Any:
    """How far each point (N, 2) is from the nearest of some lines (M, 2, 2)."""
    start, along = lines[:, 0], lines[:, 1] - lines[:, 0]
    share = ((points[:, None] - start) * along).sum(axis=2) / np.maximum((along**2).sum(axis=1), 1e-9)
    nearest = start + np.clip(share, 0, 1)[..., None] * along
    return np.hypot(*np.moveaxis(points[:, None] - nearest, 2, 0)).min(axis=1)


@pytest.mark.parametrize("template", ["network_in_network", "one_by_one_channels"])
def test_rays_end_at_the_row_of_the_cell(template: str) -> None:
    """They touch a map at its side alone, in the middle of the row of what is read or made: they strike no number."""
    scene = load_recipe(template).animation().scene
    (ray,) = [s for s in scene.shapes if isinstance(s, Lines) and s.role == "ray"]
    assert is_gliding(ray)
    maps = [s for s in scene.shapes if isinstance(s, Cells) and s.map in ("input", "output") and len(s) > 1]
    corners = [s.lattice.corners(s.cells).reshape(-1, 2) for s in maps]
    sheets = {(*each.min(axis=0).tolist(), *each.max(axis=0).tolist()) for each in corners}
    for step in range(scene.steps // 2, scene.steps, 3):
        rows = {int(key[-2]) for key in (*scene.reads(step), *scene.writes(step)) if key[0] in ("input", "output")}
        touched = 0
        for x, y in ray.at(step).reshape(-1, 2):
            for left, top, right, bottom in sheets:
                assert not (left < x < right and top < y < bottom)
                if x in (left, right) and top <= y <= bottom:
                    assert 4 * (y - top) / (bottom - top) - 0.5 in rows
                    touched += 1
        assert touched >= 3


def test_weights_are_apart_and_sums_have_no_holes() -> None:
    """Beads below each other have air between them, edges are twice as long as nodes and more, terms a space apart."""
    scene = load_recipe("network_in_network").animation().scene
    em = next(s.em for s in scene.shapes if isinstance(s, Texts) and s.role == "equation" and len(s))
    for step in (0, 1, 2, 4, 5):
        written = sorted(inks(scene, step, ("equation",)), key=lambda each: each[1][0])
        assert all(other[0] - one[2] < 0.5 * em for (_, one), (_, other) in pairwise(written))
    step = scene.steps - 1
    boxes = sorted((box for role, box in numbers_at(scene, step) if role == "label"), key=lambda box: (box[0], box[1]))
    for middle in {round((left + right) / 2) for left, _, right, _ in boxes}:
        column = sorted(box[1::2] for box in boxes if abs((box[0] + box[2]) / 2 - middle) < 1)
        assert all(below[0] - above[1] > 0.9 * (above[1] - above[0]) for above, below in pairwise(column))
    first, second = (node(scene, column, 0, 5).lattice for column in (0, 1))
    assert second.origin[0] - first.origin[0] > 3.5 * first.column[0]


@together(
    "nodes, size",
    list(
        product(
            [(1, 1), (1, 2), (1, 3), (2, 1), (3, 3), (3, 2), (2, 4), (4, 4), (4, 1), (3, 6), (4, 3, 2), (7, 3)],
            ["1x1", "2x2", "4x4", "1x8"],
        )
    ),
)
@pytest.mark.parametrize("width", [600, 960])
def test_no_weight_touches_another(nodes: tuple[int, ...], size: str, width: int) -> None:
    """At every step what surrounds them is apart, and clear of nodes; each stands on its own edge."""
    chain = Chain(f"{nodes[0]}@{size}", [f"conv 1 {n}" for n in nodes[1:]])
    scene = drawn(chain, values="random:1", kernel_values="random:3", perceptron=True, width=width).scene
    cells = [s for s in scene.shapes if isinstance(s, Cells) and s.map.startswith("map ")]
    sides = np.concatenate([s.boxes(0, np.arange(1)) for s in cells])
    for step in range(scene.steps):
        boxes = np.array([box for role, box in numbers_at(scene, step) if role == "label"]).reshape(-1, 4)
        boxes += np.array([-3, -3, 3, 3]) * width / 700
        for i, (left, top, right, bottom) in enumerate(boxes):
            others = np.concatenate([np.delete(boxes, i, axis=0), sides])
            over = (others[:, 0] < right) & (others[:, 2] > left) & (others[:, 1] < bottom) & (others[:, 3] > top)
            assert not over.any(), (step, i)
    for shape in scene.shapes:
        if isinstance(shape, Texts) and shape.role == "label" and isinstance(shape.when, During):
            assert len(np.unique(shape.points.round(3), axis=0)) == len(shape)


def test_weights_stand_by_turns_near_either_end_of_their_edges() -> None:
    """So those below each other are twice as far apart as in one column."""
    scene = load_recipe("network_in_network").animation().scene
    boxes = [box for role, box in numbers_at(scene, scene.steps - 1) if role == "label"]
    columns = sorted({round((left + right) / 2) for left, _, right, _ in boxes})
    assert len(columns) == 4
    pitch = node(scene, 0, 1, 5).lattice.origin[1] - node(scene, 0, 0, 5).lattice.origin[1]
    for middle in columns[:2]:
        levels = sorted((top + bottom) / 2 for left, top, right, bottom in boxes if abs(left + right - 2 * middle) < 3)
        assert np.diff(levels) == pytest.approx(pitch / 2, abs=1)


@pytest.mark.parametrize("template", ["network_in_network", "fully_connected_as_convolution"])
def test_numbers_are_of_like_sizes(template: str) -> None:
    """Nodes and the weights on their edges within a tenth; all maps have one size, three quarters of that at least."""
    texts = [s for s in load_recipe(template).animation().scene.shapes if isinstance(s, Texts)]
    in_cells = [s for s in texts if s.role in ("heat", "input", "output")]
    (in_nodes,) = {s.em for s in in_cells if len(s) == 1}
    (in_maps,) = {s.em for s in in_cells if len(s) > 1}
    weights = {s.em for s in texts if s.role == "label" and s.string(0, 0) in "0123"}
    assert max(abs(em - in_nodes) for em in weights) < 0.1 * in_nodes
    assert 0.75 * in_nodes < in_maps <= in_nodes


def test_weights_are_no_larger_than_long_numbers_in_nodes() -> None:
    """Where nodes have small digits weights have them too; numbers of a map that has room for them are shown."""
    chain = Chain("3@4x4", ["conv 1 3", "relu", "conv 1 2"])
    scene = drawn(
        chain, values=99 * np.arange(48).reshape(3, 4, 4), kernel_values="random:5", perceptron=True, width=960
    ).scene
    texts = [s for s in scene.shapes if isinstance(s, Texts)]
    (in_nodes,) = {s.em for s in texts if s.role in ("input", "hidden", "output") and len(s) == 1}
    weights = {s.em for s in texts if s.role == "label" and isinstance(s.when, During)}
    assert in_nodes < 16
    assert weights == {in_nodes}
    large = drawn(Conv("2@4x8", 1, out_channels=2), values="random:1", kernel_values=LARGE, perceptron=True, width=900)
    shown_in = {s.role for s in large.scene.shapes if isinstance(s, Texts) and len(s) == 32}
    assert shown_in == {"input"}


def test_both_sides_are_on_the_same_filter() -> None:
    """All the time; at the first position the convolution makes the same number."""
    scene = load_recipe("fully_connected_as_convolution").animation().scene
    assert scene.steps == 27
    for step in range(scene.steps):
        (_, one, *_), (_, other, *place) = scene.writes(step)
        assert one == other == step // 9
        if place == [0, 0]:
            first, second = scene.equation(step).split(" | ")
            assert first == second


@together(
    "figure, options, rule",
    [
        (Conv("1@5x5", 3), {}, "conv 3×3 does not go from one pixel to one pixel"),
        (Conv("1@5x5", 1, stride=2), {}, "stride 2 does not go from one pixel to one pixel"),
        (Conv("2@5x5", 1, out_channels=2, groups=2), {}, "does not go from one pixel to one pixel"),
        (MaxPool(4, 2), {}, "max pool 2×2 does not"),
        (Chain("1@5x5", ["conv 1 2", "conv 3 2"]), {}, "stage 2, conv 3×3, does not"),
        (Chain("1@5x5", ["relu"]), {}, "there are no weights"),
        (Conv("9@2x2", 1), {}, "9 channels are more nodes than the 8"),
        (Conv("2@2x2", 1), {"view": "iso"}, "drawn flat, not iso"),
        (Conv("2@2x2", 1), {"width": 120}, "leaves no room for the nodes"),
    ],
)
def test_what_has_no_nodes_is_refused(figure: Any, options: dict[str, Any], rule: str) -> None:
    """Layers that see more than a pixel, too many channels, another view, and pictures that are too narrow."""
    with pytest.raises(RequestError, match=rule):
        compose(figure, Options(perceptron=True, **options))


def test_without_numbers_there_are_nodes_and_edges_alone() -> None:
    """No signs, no text on edges; `--max-sheets` raises how many nodes there may be."""
    scene = drawn(Conv("9@2x2", 1, out_channels=2), perceptron=True, max_sheets=9, width=900).scene
    assert not {"link_plus", "link_minus"} & set(scene.roles())
    assert scene.steps == 2 + 3
    texts = [t for s in scene.shapes if isinstance(s, Texts) for t in (s.string(0, e) for e in range(len(s)))]
    assert sorted(texts) == sorted(["conv 1×1", "input", "9@2×2", "output", "2@2×2"])
