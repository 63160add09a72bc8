"""Scenes: what each step reads, writes and shows, by key; where things stand; nothing worked out before it is asked."""

import tracemalloc
from itertools import combinations

import numpy as np
import pytest
from helpers.campaigns import campaign, listed
from helpers.oracle import Oracle, cells, oracle_of
from helpers.pixels import composed, inks, keys_at, numbers_at, roles_at
from helpers.scenes import positions
from helpers.strategies import NUMBERED, convs, layers, transposed
from hypothesis import example, given
from hypothesis import strategies as st

from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Conv, ConvTranspose, Layer, MaxPool
from convanim.scene.font import BUNDLED
from convanim.scene.scene import Cells, Lines, Scene, Since, Texts, shown
from convanim.views.registry import VIEWS

# Without max unpools, which are drawn as chains.
every_op = listed("op", list(NUMBERED))
every_view = pytest.mark.parametrize("view", list(VIEWS))
few = campaign(20)
ANY_LAYER = st.sampled_from(list(NUMBERED)).flatmap(layers)
NUMBERS = st.sampled_from([None, "random:7"])
WORDS = ("label", "equation", "caption")


def scene_of(layer: Layer, view: str, values: str | None = None, width: int = 480) -> Scene:
    """The scene of a layer, on a wider page where its numbers need one."""
    return composed(layer, Options(view=view, values=values, width=width, max_frames=10_000)).scene


def steps_of(oracle: Oracle) -> list[tuple[int, tuple[int, ...]]]:
    """Every step with its output cell; of many steps a few, spread out, the first and the last among them."""
    steps = list(enumerate(cells(oracle.output_size)))
    return steps[:: max(1, len(steps) // 12)] + steps[-1:]


@every_view
@every_op
@few
@given(data=st.data(), values=NUMBERS)
def test_a_step_reads_and_writes_what_the_oracle_says(
    op: str, view: str, data: st.DataObject, values: str | None
) -> None:
    """Reads are the real taps of the step's output cell, writes are that cell, by key, numbers or not."""
    layer = data.draw(layers(op))
    scene, oracle = scene_of(layer, view, values), oracle_of(layer)
    assert scene.steps == len(oracle.taps)
    for step, output in steps_of(oracle):
        real = [("input", *cell) for _, cell in oracle.taps[output] if cell is not None]
        assert sorted(scene.reads(step)) == sorted(real)
        assert scene.writes(step) == (("output", *output),)
        assert (scene.equation(step) == "") == (values is None)


@every_view
@every_op
@few
@given(data=st.data(), values=NUMBERS)
def test_the_window_stands_on_the_taps(op: str, view: str, data: st.DataObject, values: str | None) -> None:
    """At each step the window's cells are the positions of all taps, told apart by what stands there."""
    layer = data.draw(layers(op))
    scene, oracle = scene_of(layer, view, values), oracle_of(layer)
    roles = ("window", "window_padding", "window_zero", "window_overhang")
    for step, output in steps_of(oracle):
        where = positions(layer, output)
        standing = [key[1:] for role in roles for key in keys_at(scene, step, role)]
        assert sorted(standing) == sorted(where)
        own = zip(where, oracle.taps[output])
        real = [at for at, (_, cell) in own if cell is not None and not (op == "pad" and at != cell)]  # no copies
        assert sorted(key[1:] for key in keys_at(scene, step, "window")) == sorted(real)
        assert keys_at(scene, step, "current") == [("output", *output)]
        done = cells(oracle.output_size)[: step + 1]
        assert keys_at(scene, step, "output") == [("output", *cell) for cell in done]


@every_view
@campaign(40)
@given(layer=st.one_of(convs(), transposed()))
def test_weights_and_products_lie_as_they_do_on_the_window(view: str, layer: Conv | ConvTranspose) -> None:
    """Each weight is there at every step; its product with what it meets stands in the same place, 0 on a zero."""
    kernel = np.arange(np.prod(layer.kernel_size)).reshape(layer.kernel_size) - 2
    options = Options(view=view, values="random:3", kernel_values=kernel, width=1200, labels=False)
    scene, oracle = composed(layer, options).scene, oracle_of(layer)
    numbers = {key[1:]: text for key, text in numbers_at(scene, 0, "input").items()}
    for step, output in steps_of(oracle):
        taps = oracle.taps[output]
        weights = {("kernel", *cell): spelled(kernel[cell]) for cell, _ in taps}
        assert numbers_at(scene, step, "kernel") == weights
        met = {cell: 0 if read is None else int(numbers[read]) for cell, read in taps}
        products = {("product", *cell): spelled(kernel[cell] * met[cell]) for cell, _ in taps}
        assert numbers_at(scene, step, "product") == products
        zeros = {("product", *cell) for cell, read in taps if read is None}
        assert {key for key, role in roles_at(scene, step, "product").items() if role != "product"} == zeros
        total = sum(kernel[cell] * number for cell, number in met.items())
        assert numbers_at(scene, step, "sum") == {("sum", *(0 for _ in layer.input_size)): spelled(total)}
        assert numbers_at(scene, step, "output")["output", *output] == spelled(total)
        for name in ("kernel", "product"):
            grid = next(shape for shape in scene.shapes if isinstance(shape, Cells) and shape.map == name)
            along = sorted(zip(positions(layer, output), (cell for cell, _ in taps)))
            assert [grid.key(i)[1:] for i in range(len(grid))] == [cell for _, cell in along]
            assert grid.lattice.is_upright


def spelled(number: int) -> str:
    """A whole number as figures have it."""
    return str(number).replace("-", "−")


@every_op
@few
@given(data=st.data(), values=NUMBERS, view=st.sampled_from(list(VIEWS)))
def test_unread_cells_are_those_that_no_step_reads(op: str, data: st.DataObject, values: str | None, view: str) -> None:
    """Every input cell is there once, as input or as unread; unread is the complement of all reads."""
    layer = data.draw(layers(op))
    scene, read = scene_of(layer, view, values), oracle_of(layer).read(layer.input_size)
    expected = {("input", *cell): "input" if read[cell] else "unread" for cell in cells(layer.input_size)}
    assert roles_at(scene, 0, "input") == expected
    marks = [shape for shape in scene.shapes if isinstance(shape, Lines) and shape.role == "unread"]
    assert bool(marks) == bool((~read).any())


@few
@given(layer=ANY_LAYER, values=NUMBERS, view=st.sampled_from(list(VIEWS)))
def test_keys_name_one_cell_of_a_shape(layer: Layer, values: str | None, view: str) -> None:
    """Within a shape no key stands for two cells, and every key starts with its map."""
    for shape in scene_of(layer, view, values).shapes:
        if isinstance(shape, Cells):
            keys = [shape.key(element) for element in range(len(shape))]
            assert len(set(keys)) == len(keys)
            assert all(key[0] == shape.map and len(key) == 1 + len(layer.input_size) for key in keys)


@every_view
@campaign(40)
@given(layer=ANY_LAYER, values=NUMBERS, caption=st.booleans(), width=st.sampled_from([160, 480, 961]))
@example(layer=ConvTranspose("1", "1x4", padding="0x0:5", dilation="1x3"), values=None, caption=False, width=160)
def test_all_is_on_the_page(view: str, layer: Layer, values: str | None, caption: bool, width: int) -> None:
    """The page is as wide as was asked, and at every step every shape lies within it."""
    options = Options(view=view, values=values, caption=caption, width=width)
    scene = composed(layer, options).scene
    assert scene.width >= width
    if values is None:
        assert scene.width == width
    for step, _ in steps_of(oracle_of(layer)):
        for shape in scene.shapes:
            boxes = shape.boxes(step, shown(shape.when, len(shape), step))
            if len(boxes):
                assert boxes[:, :2].min() >= 0, shape
                assert boxes[:, 2].max() <= scene.width, shape
                assert boxes[:, 3].max() <= scene.height, shape


@every_view
@campaign(40)
@given(layer=ANY_LAYER, values=NUMBERS, width=st.sampled_from([160, 480, 961]))
@example(layer=MaxPool("1x11", "1x4", "1x5", "same", "1x3"), values=None, width=160)
def test_words_do_not_overlap(view: str, layer: Layer, values: str | None, width: int) -> None:
    """Labels, the arrow, the equation and the caption keep clear of one another."""
    scene = composed(layer, Options(view=view, values=values, caption=True, width=width)).scene
    for step in (0, scene.steps - 1):
        for (one, a), (other, b) in combinations(inks(scene, step, WORDS), 2):
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (one, other)


@every_view
@campaign(40)
@given(layer=ANY_LAYER, values=NUMBERS, width=st.sampled_from([160, 480, 961]))
def test_words_stand_clear_of_the_cells(view: str, layer: Layer, values: str | None, width: int) -> None:
    """No label, equation or caption lies on a cell."""
    scene = composed(layer, Options(view=view, values=values, caption=True, width=width)).scene
    words = inks(scene, 0, WORDS)
    for shape in scene.shapes:
        if isinstance(shape, Cells) and not shape.role.startswith("window"):
            lattice = shape.lattice
            basis = np.linalg.inv(np.array([lattice.row, lattice.column], dtype=float))
            for text, (left, top, right, bottom) in words:
                corners = np.array([(x, y) for x in (left, right) for y in (top, bottom)]) - lattice.origin
                low, high = (corners @ basis).min(axis=0), (corners @ basis).max(axis=0)
                # The box of the letters and a cell are apart along a side of one of them.
                boxes = shape.boxes(0, np.arange(len(shape)))
                apart = (shape.cells >= high - 0.01).any(axis=1) | (shape.cells + 1 <= low + 0.01).any(axis=1)
                apart |= (boxes[:, 0] >= right) | (boxes[:, 2] <= left) | (boxes[:, 1] >= bottom) | (boxes[:, 3] <= top)
                assert apart.all(), (text, shape.role)


@every_view
@few
@given(layer=ANY_LAYER, values=NUMBERS)
def test_text_is_large_enough_to_read(view: str, layer: Layer, values: str | None) -> None:
    """At 480 pixels and more every digit is at least 9 pixels high."""
    scene = composed(layer, Options(view=view, values=values, caption=True)).scene
    assert all(shape.em * BUNDLED.cap_height >= 9 for shape in scene.shapes if isinstance(shape, Texts))


@few
@given(layer=ANY_LAYER, values=NUMBERS, view=st.sampled_from(list(VIEWS)))
def test_what_comes_and_stays_comes_in_order(layer: Layer, values: str | None, view: str) -> None:
    """The steps of everything that comes and stays ascend, one an element."""
    for shape in scene_of(layer, view, values).shapes:
        if isinstance(shape.when, Since):
            assert len(shape.when.steps) == len(shape)
            assert (np.diff(shape.when.steps) >= 0).all()


@every_view
@few
@given(layer=ANY_LAYER, values=NUMBERS, move=st.tuples(st.integers(-99, 99), st.integers(-99, 99)))
@example(layer=Conv("1x7", "1x3", "1x3", "0x3", "1x3"), values="random:7", move=(0, 1))
def test_a_shifted_scene_is_the_same_elsewhere(
    view: str, layer: Layer, values: str | None, move: tuple[int, int]
) -> None:
    """Shifting moves every element of every shape at every step, and changes nothing else."""
    scene = scene_of(layer, view, values)
    moved = scene.shifted(*move)
    assert (moved.width, moved.height, moved.steps) == (scene.width, scene.height, scene.steps)
    assert len(moved.shapes) == len(scene.shapes)
    for step in {0, scene.steps // 2, scene.steps - 1}:
        for shape, there in zip(scene.shapes, moved.shapes):
            elements = shown(shape.when, len(shape), step)
            assert np.array_equal(shown(there.when, len(there), step), elements)
            assert there.role == shape.role
            assert np.allclose(there.boxes(step, elements), shape.boxes(step, elements) + np.array([*move, *move]))


@every_view
@pytest.mark.parametrize("values", [None, "random:1"])
def test_a_scene_is_not_worked_out_before_it_is_shown(
    view: str, values: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Composing a large figure looks at no step's window and takes memory for cells, not for steps times cells."""
    asked: list[object] = []
    for name in ("taps", "positions", "output"):
        monkeypatch.setattr(Geometry, name, lambda *arguments, name=name: asked.append(name))
    tracemalloc.start()
    layer = Conv(60, 5, padding=2) if values is None else ConvTranspose(50, 5, padding=2)
    scene = compose(layer, Options(view=view, values=values, width=4000, max_frames=10_000)).scene
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert asked == []
    assert scene.steps >= 2500
    assert peak < 1500 * scene.steps
    assert sum(len(shape) for shape in scene.shapes if not isinstance(shape, Lines)) < 20 * scene.steps
