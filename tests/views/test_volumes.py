"""Maps of three axes: slices, a window that is a box, and what stands in front of what."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, listed
from helpers.oracle import cells, maxima, oracle_of, sums
from helpers.pixels import coloured, keys_at, numbers_at, pictures_of, roles_at
from helpers.scenes import positions, real_under, walk
from helpers.stacks import drawn, highlighted, map_names, needed, places, some
from helpers.strategies import LAYERS, whole
from hypothesis import example, given, reject
from hypothesis import strategies as st

from convanim.errors import RequestError
from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, cell_count, output_size
from convanim.networks.chain import Chain
from convanim.scene.scene import Cells, During, Lattice, Lines, Scene, Texts, shown
from convanim.views.registry import VIEWS

every_op = listed("op", list(LAYERS))
every_view = pytest.mark.parametrize("view", list(VIEWS))
few = campaign(8)
WINDOWS = ("window", "window_padding", "window_zero", "window_overhang")
WIDE: dict[str, Any] = {"width": 1600, "labels": False, "max_frames": 100_000}
TWO_PLUS_ONE = Chain("4x4x4", ["conv 1x3x3", "conv 3x1x1"])
BESIDE = ("padding", "zero", "overhang")  # their roles and their maps


def volumes(op: str) -> st.SearchStrategy[Any]:
    """Layers of three axes that are quickly drawn."""
    found: st.SearchStrategy[Any] = LAYERS[op](st.just(3))
    return found.filter(lambda layer: cell_count(layer) < 700 and np.prod(output_size(layer)) < 150)


def spread_of(layer: Any) -> tuple[int, ...]:
    """How far apart input cells stand on each axis."""
    return layer.stride if isinstance(layer, ConvTranspose) else (1, 1, 1)


@every_view
@every_op
@few
@given(data=st.data())
def test_the_box_stands_on_the_taps(op: str, view: str, data: st.DataObject) -> None:
    """At each step the window is on the taps in the slices that they lie in, on nothing else; one cell is made."""
    layer = data.draw(volumes(op))
    scene, oracle = drawn(layer, view=view, **WIDE).scene, oracle_of(layer)
    where, steps = places(scene, ["input", "output"]), cells(oracle.output_size)
    assert scene.steps == len(steps)
    for step, cell in some(steps):
        real = [("input", *read) for _, read in oracle.taps[cell] if read is not None]
        standing = [key for role in WINDOWS for key in keys_at(scene, step, role)]
        assert sorted(standing) == sorted(("window", *at) for at in positions(layer, cell))
        stood_on = {("input", *at) for at in real_under(layer, cell)}
        assert sorted(highlighted(scene, step, ("window",), where)) == sorted(stood_on)
        assert sorted(scene.reads(step)) == sorted(real)
        assert scene.writes(step) == (("output", *cell),)
        assert keys_at(scene, step, "current") == [("output", *cell)]
        assert highlighted(scene, step, ("current",), where) == [("output", *cell)]
        assert sorted(keys_at(scene, step, "output")) == sorted(("output", *made) for made in steps[: step + 1])


@every_op
@few
@given(data=st.data(), view=st.sampled_from(list(VIEWS)))
def test_every_cell_of_the_line_up_is_drawn_once(op: str, data: st.DataObject, view: str) -> None:
    """All input cells are there as input or unread; whole slices of padding and of zeros between them, too."""
    layer = data.draw(volumes(op))
    scene, oracle = drawn(layer, view=view, **WIDE).scene, oracle_of(layer)
    read = oracle.read(layer.input_size)
    assert roles_at(scene, 0, "input") == {
        ("input", *cell): "input" if read[cell] else "unread" for cell in cells(layer.input_size)
    }
    own = {tuple(a * s for a, s in zip(cell, spread_of(layer))) for cell in cells(layer.input_size)}
    beside = [tuple(map(int, key[1:])) for role in BESIDE for key in keys_at(scene, 0, role)]
    assert len(set(beside)) == len(beside)
    assert own.isdisjoint(beside)
    taken = {at for output in cells(oracle.output_size) for at in positions(layer, output)}
    assert taken <= own | set(beside)
    if op == "pad":  # beside what it cuts off is nothing
        assert set(beside) == taken - own
        return
    along = [sorted({at[axis] for at in own | set(beside)}) for axis in range(3)]
    assert own | set(beside) == set(product(*(range(each[0], each[-1] + 1) for each in along)))
    assert len(places(scene, ["input", *BESIDE])) == len(own) + len(beside)


def test_slices_without_the_box_step_back() -> None:
    """The slices that a step does not read are paler, all of them; at the end of a film none is."""
    for view in VIEWS:
        scene = compose(Conv("5x3x3", 3, padding=(0, 1, 1)), Options(view=view)).scene
        for step in range(scene.steps):
            away = set(range(5)) - {key[1] for key in scene.reads(step)}
            assert sorted(keys_at(scene, step, "slab")) == [("slab", d, *at) for d in away for at in cells((3, 3))]
        assert all(not s.when.stays for s in scene.shapes if s.role == "slab" and isinstance(s.when, During))


def boxed(scene: Scene, step: int, role: str) -> set[tuple[tuple[float, float], ...]]:
    """The lines of a role at a step, each from end to end."""
    lines = [s for s in scene.shapes if isinstance(s, Lines) and s.role == role]
    return {tuple(sorted((round(x, 3), round(y, 3)) for x, y in line)) for s in lines for line in s.at(step).tolist()}


@few
@given(layer=volumes("conv"))
def test_the_box_is_outlined_through_the_slices_that_it_covers(layer: Any) -> None:
    """There is a frame on every slice that is read, and from each slice of the box to the next four edges.

    The edges of a box that is as narrow as a cell are thin: heavy ones would be no more than a blot.
    """
    scene, oracle = drawn(layer, view="iso", **WIDE).scene, oracle_of(layer)
    lattices = sorted(
        {lattice for lattice, *_ in places(scene, ["input", "padding", "overhang"])}, key=lambda at: at.origin[1]
    )
    before = [min(0, -sides[0]) for sides in layer.padding]
    for step, cell in some(cells(oracle.output_size), 4):
        standing = np.array(positions(layer, cell)) - before
        depths = sorted(set(standing[:, 0].tolist()))
        (top, left), (bottom, right) = standing[:, 1:].min(axis=0), standing[:, 1:].max(axis=0) + 1
        corners = np.array([(top, left), (top, right), (bottom, right), (bottom, left)])
        is_narrow = min(len(set(along)) for along in standing[:, 1:].T.tolist()) == 1
        expected: set[Any] = set()
        edges: set[Any] = set()
        for depth in range(depths[0], depths[-1] + 1):
            here = lattices[depth].points(corners)
            if depth in depths:
                expected |= set(zip(map(tuple, here), map(tuple, np.roll(here, -1, axis=0))))
            if depth < depths[-1]:
                edges |= set(zip(map(tuple, here), map(tuple, lattices[depth + 1].points(corners))))
        if not is_narrow:
            expected |= edges
        found = boxed(scene, step, "accent")
        assert {tuple(sorted(line)) for line in expected} <= found
        assert len(found) - len({tuple(sorted(line)) for line in expected}) == 4  # around the cell that is made
        assert not is_narrow or {tuple(sorted(line)) for line in edges} <= boxed(scene, step, "ray")


@every_view
@few
@given(data=st.data())
def test_numbers_stand_on_their_cells(view: str, data: st.DataObject) -> None:
    """Every cell of both maps has its number, copies in the padding theirs; products and sums add up."""
    layer = data.draw(st.sampled_from(["conv", "conv-transpose"]).flatmap(volumes))
    numbers = data.draw(whole(layer.input_size, 9))
    kernel = data.draw(whole(layer.kernel_size, 3))
    options: dict[str, Any] = {"values": numbers, "kernel_values": kernel, "heat_map": False}
    scene = drawn(layer, view=view, **options, **WIDE).scene
    oracle = oracle_of(layer)
    expected = sums(oracle, numbers, kernel)
    steps = cells(oracle.output_size)
    assert numbers_at(scene, 0, "input") == {("input", *c): spelled(numbers[c]) for c in cells(layer.input_size)}
    assert numbers_at(scene, len(steps), "output") == {("output", *c): spelled(expected[c]) for c in steps}
    for step, cell in some(steps, 4):
        left, right = scene.equation(step).replace("−", "-").replace("·", "*").split(" = ")
        assert eval(left) == int(right) == expected[cell]
        if view == "flat":
            found = numbers_at(scene, step, "product")
            made = {at: kernel[at] * (0 if read is None else numbers[read]) for at, read in oracle.taps[cell]}
            assert found == {("product", *at): spelled(number) for at, number in made.items()}
            assert list(numbers_at(scene, step, "sum").values()) == [spelled(expected[cell])]


def spelled(number: Any) -> str:
    """A whole number as pictures have it."""
    return str(int(number)).replace("-", "−")


@few
@given(layer=volumes("max-pool"), seed=st.integers(0, 9))
def test_the_maximum_is_marked_on_its_slice(layer: Any, seed: int) -> None:
    """Of each window the first of the largest numbers is the winner, and only on the slice that it is on."""
    numbers = np.random.default_rng(seed).integers(-5, 6, layer.input_size)
    scene = drawn(layer, view="flat", values=numbers, heat_map=False, **WIDE).scene
    oracle = oracle_of(layer)
    best = maxima(oracle, numbers)
    for step, (cell, found) in some(list(best.items()), 6):
        won = [] if found is None else [("winner", *(dict(oracle.taps[cell])[found[1]] or ()))]
        assert keys_at(scene, step, "winner") == won


def test_padding_copies_across_slices() -> None:
    """A slice of padding has the numbers of the slice that it copies; under the window these are framed there."""
    numbers = np.arange(27).reshape(3, 3, 3)
    layer = Conv("3x3x3", 3, padding=1, padding_mode="reflect")
    scene = drawn(layer, view="flat", values=numbers, heat_map=False, **WIDE).scene
    padded = np.pad(numbers, 1, mode="reflect")
    outside = [at for at in product(range(-1, 4), repeat=3) if not all(0 <= p < 3 for p in at)]
    assert numbers_at(scene, 0, "padding") == {
        ("padding", *at): str(padded[tuple(p + 1 for p in at)]) for at in outside
    }
    frames = [s for s in scene.shapes if isinstance(s, Lines) and s.role == "source"]
    framed = list(dict.fromkeys(s.lattice for s in scene.shapes if isinstance(s, Cells) and s.map == "input"))
    points = {tuple(p) for s in frames for p in s.at(0).reshape(-1, 8, 2).mean(axis=1).round(3).tolist()}
    # At the first step padding copies what lies at 1 on some axis, and at 0 or 1 on the others.
    copied = {tuple(abs(p) for p in at) for at in product((-1, 0, 1), repeat=3) if min(at) < 0}
    middles = {tuple(framed[d].points(np.array([r + 1.5, c + 1.5])).round(3).tolist()) for d, r, c in copied}
    assert middles <= points


@pytest.mark.parametrize(("view", "theme"), [("iso", "classic"), ("flat", "dark")])
def test_every_cell_in_front_has_its_colour(view: str, theme: str) -> None:
    """In the pictures the cells under the window, beside it and on other slices have their roles' colours."""
    animation = drawn(Conv("4x4x4", 3), view=view, theme=theme, width=640)
    scene, pictures = animation.scene, pictures_of(animation)
    for step in (0, 3, 7):
        seen: dict[tuple[Lattice, int, int], str] = {}
        for shape in scene.shapes:
            if isinstance(shape, Cells):
                for cell in shape.cells[shown(shape.when, len(shape), step)].tolist():
                    seen[shape.lattice, cell[0], cell[1]] = shape.role
        assert {"window", "input", "slab", "current"} <= set(seen.values())
        for lattice in {lattice for lattice, *_ in seen}:
            here = [(list(at), role) for (on, *at), role in seen.items() if on == lattice]
            if view == "iso":  # the slice over this one hides what lies under it
                here = [(at, role) for at, role in here if not is_hidden(lattice, at, seen)]
            colours = np.array([animation.theme.style(role).fill for _, role in here])
            right = coloured(pictures[step], lattice, [tuple(at) for at, _ in here], colours)
            assert right.mean() > 0.8, (step, lattice)  # the box's edges run through some
            assert right[[role in ("current",) for _, role in here]].all()


def is_hidden(lattice: Lattice, cell: list[int], seen: Any) -> bool:
    """Whether any corner of a cell lies under a cell of a slice that is over its own."""
    corners = lattice.corners(np.array([cell]))[0]
    for over in {at for at, *_ in seen if at.origin[0] == lattice.origin[0] and at.origin[1] < lattice.origin[1]}:
        basis = np.array([over.row, over.column], dtype=float)
        at = (corners - np.array(over.origin)) @ np.linalg.inv(basis)
        if any((over, int(np.floor(r)), int(np.floor(c))) in seen for r, c in at):
            return True
    return False


def test_what_lies_lower_is_drawn_first() -> None:
    """In the slanted view the order of drawing is that of depth, the input's slices and then the output's."""
    scene = compose(Conv("4x5x5", 2, padding=1), Options(view="iso")).scene
    order: dict[str, list[int]] = {"input": [], "output": []}
    for shape in scene.shapes:
        if isinstance(shape, Cells) and shape.map in ("input", "output", "padding", "window"):
            order["output" if shape.map == "output" else "input"].append(shape.lattice.origin[1])
    assert order["input"] == sorted(order["input"], reverse=True)
    assert order["output"] == sorted(order["output"], reverse=True)
    lefts = {s.lattice.origin[0] for s in scene.shapes if isinstance(s, Cells) and s.map == "output"}
    names = [s.map for s in scene.shapes if isinstance(s, Cells)]
    assert names.index("output") > max(i for i, name in enumerate(names) if name in ("input", "window"))
    assert min(lefts) > max(s.lattice.origin[0] for s in scene.shapes if isinstance(s, Cells) and s.map == "input")


def test_slices_have_names() -> None:
    """Each slice of a map's own is called by its place along the depth; padding and inserted slices are not."""
    for view in VIEWS:
        scene = compose(ConvTranspose("2x2x2", 2, 2, padding=0), Options(view=view)).scene
        said = [t for s in scene.shapes if isinstance(s, Texts) and isinstance(s.text, tuple) for t in s.text]
        assert sorted(t for t in said if t.startswith("d=")) == ["d=0", "d=0", "d=1", "d=1", "d=2", "d=3"]
        assert {"input 2×2×2", "output 4×4×4"} <= set(said)


def test_no_text_touches_another() -> None:
    """Names of slices, labels and numbers keep apart, in narrow pictures and wide ones."""
    figures: list[Layer] = [Conv("5x5x5", 3, padding=1), AvgPool("6x4x4", 2)]
    for view, width, figure in product(VIEWS, (480, 900), figures):
        scene = drawn(figure, view=view, width=width).scene
        boxes = np.concatenate(
            [s.boxes(0, np.arange(len(s))) for s in scene.shapes if isinstance(s, Texts) and s.role == "label"]
        )
        left, top, right, bottom = (boxes + np.array([1, 1, -1, -1])).T
        over = (left[:, None] < right) & (right[:, None] > left) & (top[:, None] < bottom) & (bottom[:, None] > top)
        assert over.sum() == len(boxes)
        assert left.min() >= 0
        assert right.max() <= scene.width


VOLUME_STAGES = ["conv 1x3x3", "conv 3x1x1 p1x0x0", "conv 2 s2", "max-pool 2 s1", "conv 2 d2 p1", "conv-transpose 2 s2"]


@few
@given(
    stages=st.lists(st.sampled_from(VOLUME_STAGES), min_size=2, max_size=3), size=st.sampled_from(["5x5x6", "4x6x5"])
)
@example(stages=["conv 1x3x3", "conv 3x1x1"], size="4x4x4")
def test_every_map_of_a_chain_shows_the_box_that_a_cell_depends_on(stages: list[str], size: str) -> None:
    """The cells under each box are those that the current cell comes from, and no others; a ray leaves each box."""
    try:
        chain = Chain(size, stages)
    except RequestError:  # nothing is left for the last stages
        reject()
    scene, names = drawn(chain, **WIDE).scene, map_names(chain)
    where = {
        (shape.lattice, *cell): shape.key(n)
        for shape in scene.shapes
        if isinstance(shape, Cells) and shape.map in names and shape.role in ("input", "unread", "hidden", "output")
        for n, cell in enumerate(shape.cells.tolist())
    }
    last = cells(chain.shapes[-1])
    assert scene.steps == len(last)
    for step, cell in some(last, 4):
        expected = [(name, *c) for name, found in zip(names, needed(chain, cell)) for c in found]
        assert sorted(set(highlighted(scene, step, ("window", "window_hidden", "current"), where))) == sorted(expected)
        assert sorted((*scene.behind(step), *scene.reads(step), *scene.writes(step))) == sorted(expected)


def test_a_chain_of_three_axes_has_rays_from_box_to_box() -> None:
    """From the corners of each box to those of what is made of it, on its first slice and on its last."""
    scene = drawn(TWO_PLUS_ONE, **WIDE).scene
    outlines: list[dict[tuple[float, float], str]] = []
    for step in range(scene.steps):
        found: dict[tuple[float, float], str] = {}
        for shape in scene.shapes:
            if isinstance(shape, Cells) and shape.role in ("window", "window_hidden", "current"):
                here = shape.cells[shown(shape.when, len(shape), step)]
                if len(here):
                    (top, left), (bottom, right) = here.min(axis=0), here.max(axis=0) + 1
                    around = shape.lattice.points(
                        np.array([(top, left), (top, right), (bottom, right), (bottom, left)])
                    )
                    found |= dict.fromkeys(map(tuple, around.tolist()), shape.role)
        outlines.append(found)
        rays = np.concatenate([s.at(step) for s in scene.shapes if isinstance(s, Lines) and s.role == "ray"])
        between = [(found[tuple(one)], found[tuple(other)]) for one, other in rays.tolist()]
        assert between.count(("window", "window_hidden")) == 4
        assert between.count(("window_hidden", "current")) == 4


@listed(
    "figure, options, field, says",
    [
        (Conv("2@5x5x5", 3, out_channels=4), {}, "input_size", "slices of one channel"),
        (MaxPool("2@4x4x4", 2), {}, "input_size", "slices of one channel"),
        (Chain("6x6x6", ["conv 3", "relu"]), {}, "input_size", "a chain with functions is drawn with one axis or two"),
        (TWO_PLUS_ONE, {"values": "random:1"}, "values", "draw its layers one by one"),
        (TWO_PLUS_ONE, {"view": "flat"}, "view", "try iso"),
        (TWO_PLUS_ONE, {"view": "matrix"}, "view", "try iso"),
        (Chain("2@6x6x6", ["conv 3", "conv 3"]), {}, "input_size", "slices of one channel"),
        (Chain("40x40x40", ["conv 3", "conv 3"]), {}, "input_size", "try a smaller input"),
        (Conv("5x5x5", 3), {"view": "matrix"}, "view", "try iso or flat"),
        (Conv("5x5x5", 3), {"view": "im2col"}, "view", "try iso or flat"),
        (Conv("5x5x5", 3), {"view": "isometric"}, "view", "no such view"),
        (Conv("5x5x5", 3), {"transposed_as": "scatter"}, "transposed_as", "conv is no transposed convolution"),
        (Conv("5x5x5", 3), {"perceptron": True}, "perceptron", "leave it out"),
        (ConvTranspose("3x3x3", 3), {"transposed_as": "scatter"}, "transposed_as", "try gather"),
        (Conv("3x224x224", 3), {}, "input_size", "3@224x224"),
        (Conv("30x30x30", 3), {"width": 480}, "width", "leaves no room for the slices; try "),
    ],
)
def test_what_is_not_drawn_in_slices_says_what_is(figure: Any, options: dict[str, Any], field: str, says: str) -> None:
    """Channels, chains, products and what is too large are refused in one line."""
    with pytest.raises(RequestError) as refused:
        compose(figure, Options(**options))
    assert refused.value.field == field
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_one_channel_is_drawn_as_none() -> None:
    """A layer of one channel in and one out has the figure of a layer without; so has a chain of one stage."""
    plain, one = (
        compose(layer, Options(view="flat")).scene for layer in (Conv("4x4x4", 3), Conv("1@4x4x4", 3, out_channels=1))
    )
    chain = compose(Chain("4x4x4", ["conv 3"]), Options(view="flat")).scene
    assert keys_at(one, 3, "window") == keys_at(plain, 3, "window")
    assert [s.role for s in plain.shapes] == [s.role for s in one.shapes]
    assert keys_at(chain, 3, "window") == keys_at(plain, 3, "window")


def test_many_steps_are_sampled_over_all_slices() -> None:
    """Of more steps than frames some rows and columns of every slice are shown, the first and the last among them."""
    animation = compose(Conv("9x9x9", 2), Options(max_frames=100))
    assert len(animation.timing.steps) <= 100
    assert {step // 64 for step in animation.timing.steps} == set(range(8))
    assert animation.timing.steps[0] == 0
    assert animation.timing.steps[-1] == 511


@every_view
@pytest.mark.parametrize("layer", [Conv("3x4x3", (2, 3, 2), padding=1), ConvTranspose("2x2x2", 3)])
def test_what_each_slice_adds_stands_under_its_products(layer: Any, view: str) -> None:
    """In the order of the slices that lie under them, and so in the equation; together they are the cell."""
    rng = np.random.default_rng(5)
    numbers, kernel = rng.integers(-5, 6, layer.input_size), rng.integers(-3, 4, layer.kernel_size)
    scene = drawn(layer, view=view, values=numbers, kernel_values=kernel, heat_map=False, **WIDE).scene
    oracle, is_flipped = oracle_of(layer), isinstance(layer, ConvTranspose)
    depth = layer.kernel_size[0]
    middles = {}
    for shape in scene.shapes:
        if isinstance(shape, Cells) and shape.map == "product":
            middles[int(shape.index[0, 0])] = float(shape.lattice.centres(shape.cells)[:, 0].mean())
    assert len(set(middles.values())) == depth
    order = sorted(middles, key=lambda at: middles[at])
    assert order == (list(range(depth))[::-1] if is_flipped else list(range(depth)))
    for step, taps in some(list(oracle.taps.values()), 5):
        added = dict.fromkeys(order, 0)
        for at, read in taps:
            added[at[0]] += int(kernel[at] * (0 if read is None else numbers[read]))
        said = {
            float(shape.points[i, 0]): shape.string(step, i)
            for shape in scene.shapes
            if isinstance(shape, Texts) and shape.role == "equation"
            for i in shown(shape.when, len(shape), step).tolist()
            if shape.string(step, i).startswith("Σ")
        }
        assert said == {middles[at]: f"Σ {spelled(number)}" for at, number in added.items()}
        left = scene.equation(step).split(" = ")[0]
        assert left.replace(" − ", " + −").split(" + ") == [spelled(added[at]) for at in order]


@pytest.mark.parametrize(("size", "kernel", "is_seen"), [("4x4x4", 3, 1), ("3x5x5", "1x3x3", 1), ("5x5x5", 5, 0)])
def test_weights_stand_below_slanted_slices_where_there_is_room(size: str, kernel: Any, is_seen: bool) -> None:
    """All of them, under all slices; else a note says so."""
    animation = drawn(Conv(size, kernel), view="iso", values="random:1")
    scene = animation.scene
    found: dict[str, list[Cells]] = {}
    for shape in scene.shapes:
        if isinstance(shape, Cells):
            found.setdefault(shape.map, []).append(shape)
    assert ("kernel" in found) is not any("weights are not drawn" in note for note in animation.notes)
    assert ("kernel" in found) == is_seen
    if is_seen:
        weights = np.concatenate([shape.index for shape in found["kernel"]])
        assert len(np.unique(weights, axis=0)) == np.prod(Conv(size, kernel).kernel_size)
        lowest = max(s.boxes(0, np.arange(len(s)))[:, 3].max() for map in ("input", "output") for s in found[map])
        assert lowest < min(s.boxes(0, np.arange(len(s)))[:, 1].min() for s in found["kernel"])
        assert scene.height <= 1.9 * scene.width


@every_view
def test_frames_are_the_same_in_any_order(view: str) -> None:
    """A frame that is made from another one equals that from nothing, though slices step back and forth."""
    animation = drawn(ConvTranspose("2x2x2", 2, 2, padding=(0, 1, 0)), view=view, values="random:2")
    walk(animation, [0, 1, 15, 3, 8, 0])
