"""Stacks of sheets: which cells each step shows on which sheet, what it reads, writes and says, by key and by place."""

from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, listed
from helpers.oracle import Cell, cells, oracle_of
from helpers.pixels import inks, keys_at, numbers_at, roles_at
from helpers.scenes import positions, real_under
from helpers.stacks import (
    bare,
    channel_counts,
    drawn,
    highlighted,
    layer_output,
    partial_sums,
    places,
    read_by,
    some,
    steps_in_order,
)
from helpers.strategies import NUMBERED, channelled
from hypothesis import given
from hypothesis import strategies as st

from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.figures.recipes.recipes import load_recipe
from convanim.layers.layer import Conv, ConvTranspose, MaxPool, input_shape, kernel_shape
from convanim.numbers.figure_values import layer_values
from convanim.scene.scene import Blocks, Cells, During, Lines, Scene, Since, Texts, series_at, shown
from convanim.views.registry import VIEWS
from convanim.views.stacks.lanes import edges_between
from convanim.words.numerals import numeral

every_op = listed("op", list(NUMBERED))
every_view = pytest.mark.parametrize("view", list(VIEWS))
few = campaign(8)
ORDERS = st.sampled_from(["filter", "position"])
ANY = st.sampled_from(list(NUMBERED)).flatmap(channelled)
WINDOWS = ("window", "window_padding", "window_zero", "window_overhang")
WIDE: dict[str, Any] = {"width": 2400, "labels": False, "max_frames": 100_000}


def sheets_of(scene: Scene, map: str) -> list[int]:
    """The channels of a map that are drawn, ascending."""
    return sorted({int(key[1]) for key in roles_at(scene, 0, map)})


def stepped(layer: Any, scene: Scene, order: str) -> list[tuple[int, Cell]]:
    """What each step of a scene has to make: every cell of every drawn sheet of the output, once."""
    steps = steps_in_order(sheets_of(scene, "output"), oracle_of(bare(layer)).output_size, order)
    assert scene.steps == len(steps)
    return steps


@every_view
@every_op
@few
@given(data=st.data(), order=ORDERS, most=st.sampled_from([2, 3, 99]))
def test_the_window_goes_through_the_sheets_that_the_filter_reads(
    op: str, view: str, data: st.DataObject, order: str, most: int
) -> None:
    """The window is on every drawn sheet that the filter reads, on no other, and on the taps; one cell is made."""
    layer = data.draw(channelled(op))
    scene = drawn(layer, view=view, order=order, max_sheets=most if view == "flat" else 99, **WIDE).scene
    assert not any(isinstance(shape, Blocks) for shape in scene.shapes)
    inputs, where = sheets_of(scene, "input"), places(scene, ["input", "output"])
    steps = stepped(layer, scene, order)
    for step, (output, cell) in some(steps):
        sheets = [source for source in read_by(layer, output) if source in inputs]
        assert sheets
        standing = [key for role in WINDOWS for key in keys_at(scene, step, role)]
        assert sorted(standing) == sorted(("window", s, *at) for s in sheets for at in positions(bare(layer), cell))
        real = [("input", s, *at) for s in sheets for at in real_under(bare(layer), cell)]
        assert sorted(highlighted(scene, step, ("window",), where)) == sorted(real)
        assert keys_at(scene, step, "current") == [("output", output, *cell)]
        assert highlighted(scene, step, ("current",), where) == [("output", output, *cell)]
        made = [("output", o, *c) for o, c in steps[: step + 1]]
        assert sorted(keys_at(scene, step, "output")) == sorted(made)


@every_view
@few
@given(layer=ANY, order=ORDERS)
def test_a_step_reads_all_channels_of_its_group_and_writes_one_cell(view: str, layer: Any, order: str) -> None:
    """Reads are the real taps in every channel that the filter reads, drawn or not; writes are the cell made."""
    scene = drawn(layer, view=view, order=order, max_sheets=2 if view == "flat" else 99, **WIDE).scene
    taps = oracle_of(bare(layer)).taps
    for step, (output, cell) in some(stepped(layer, scene, order)):
        real = [("input", s, *read) for s in read_by(layer, output) for _, read in taps[cell] if read is not None]
        assert sorted(scene.reads(step)) == sorted(real)
        assert scene.writes(step) == (("output", output, *cell),)
        assert scene.equation(step) == ""


@every_view
@few
@given(layer=ANY, order=ORDERS)
def test_a_filter_and_its_sheet_share_a_series(view: str, layer: Any, order: str) -> None:
    """Every drawn output sheet, or group of them, has its series; so have the window and the current cell of a step."""
    most = 5 if view == "flat" else 99  # slanted, more channels than that are slabs
    scene = drawn(layer, view=view, order=order, max_sheets=most, **WIDE).scene
    own: dict[int, set[int | None]] = {}
    for shape in scene.shapes:
        if isinstance(shape, Cells) and shape.role in ("output_pending", "output"):
            own.setdefault(int(shape.index[0, 0]), set()).add(series_at(shape, 0))
    assert all(len(series) == 1 for series in own.values())
    hues = [series for one in own.values() for series in one]
    groups = channel_counts(layer)[1] if getattr(layer, "groups", 1) == 1 else layer.groups
    made = channel_counts(layer)[1] // groups
    assert len(set(hues)) == len({output // made for output in own}) if channel_counts(layer)[1] > 1 else hues == [None]
    for step, (output, _) in some(stepped(layer, scene, order)):
        for shape in scene.shapes:
            is_over = isinstance(shape, Cells) and shape.role in ("window", "current")
            if is_over and len(shown(shape.when, len(shape), step)):
                assert {series_at(shape, step)} == own[output]


@few
@given(layer=channelled("max-pool"))
def test_channels_that_stay_apart_keep_their_colour(layer: Any) -> None:
    """The sheets of a group have one series on both sides of the layer; without groups those of the input have none."""
    grouped = Conv("4@3x3", 2, out_channels=6, groups=2)
    for figure, read, made in ((layer, 1, 1), (grouped, 2, 3), (Conv("4@3x3", 2, out_channels=3), 0, 1)):
        scene = drawn(figure, **WIDE).scene
        for shape in scene.shapes:
            if isinstance(shape, Cells) and shape.role in ("input", "unread"):
                assert series_at(shape, 0) == (int(shape.index[0, 0]) // read if read else None)
            if (
                isinstance(shape, Cells)
                and shape.role in ("output_pending", "output")
                and channel_counts(figure)[1] > 1
            ):
                assert series_at(shape, 0) == int(shape.index[0, 0]) // made


@every_view
@few
@given(layer=ANY)
def test_unread_cells_are_told_apart_on_every_sheet(view: str, layer: Any) -> None:
    """Every input cell is there once on its sheet, as input or as unread."""
    scene, read = drawn(layer, view=view, max_sheets=99, **WIDE).scene, oracle_of(bare(layer)).read(layer.input_size)
    expected = {
        ("input", sheet, *cell): "input" if read[cell] else "unread"
        for sheet in range(channel_counts(layer)[0])
        for cell in cells(layer.input_size)
    }
    assert roles_at(scene, 0, "input") == expected


@every_view
@listed("inputs, outputs, most", [(20, 9, n) for n in (2, 3, 5, 8, 20, 99)] + [(5, 4, 4)])
def test_sheets_past_a_number_are_left_out(view: str, inputs: int, outputs: int, most: int) -> None:
    """Up to `max_sheets` all are drawn; past it fewer, the first and the last among them, an ellipsis between.

    In iso that is so with numbers; without them they are slabs.
    """
    layer = Conv(3, 2, in_channels=inputs, out_channels=outputs)
    own: dict[str, Any] = {"values": "random", "heat_map": False} if view == "iso" else {}
    animation = drawn(layer, view=view, max_sheets=most, width=1200, **own)
    said = [text for text, _ in inks(animation.scene, 0, ("label",))]
    for map_, count in (("input", inputs), ("output", outputs)):
        sheets = sheets_of(animation.scene, map_)
        assert (len(sheets) == count) if count <= most else (2 <= len(sheets) <= most)
        assert {0, count - 1} <= set(sheets)
        assert any(f"{len(sheets)} of {count} drawn" in text for text in said) == (count > most)
        assert f"{count}@" in "".join(said)
    assert said.count("⋮") + said.count("…") == (most < inputs) + (most < outputs)
    left_out = [
        f"{len(sheets_of(animation.scene, map_))} of {count} of {map_}"
        for map_, count in (("input", inputs), ("output", outputs))
        if count > most
    ]
    note = f"not all channels are drawn: {', '.join(left_out)}; a larger max-sheets shows more"
    assert [told for told in animation.notes if "weights" not in told] == ([note] if left_out else [])


@every_view
@few
@given(data=st.data(), order=ORDERS)
@pytest.mark.parametrize("kind", [Conv, ConvTranspose])
def test_numbers_slices_and_what_they_add(kind: Any, view: str, data: st.DataObject, order: str) -> None:
    """Cells hold the numbers, on every sheet; terms add up to the cell, as do sums."""
    groups, read, made = (data.draw(st.integers(1, 2)) for _ in range(3))
    channels = {"in_channels": groups * read, "out_channels": groups * made * 2, "groups": groups}
    layer = kind(data.draw(st.sampled_from([(3, 2), (4,)])), data.draw(st.integers(1, 2)), padding=0, **channels)
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    numbers = random.integers(-9, 10, input_shape(layer))
    kernel = random.integers(-4, 5, kernel_shape(layer))
    made_of = layer_output(layer, numbers, kernel)
    options = {"values": numbers, "kernel_values": kernel, "order": order, "heat_map": False}
    scene = drawn(layer, view=view, **options, **WIDE).scene
    inputs = numbers_at(scene, 0, "input")
    assert inputs == {("input", *c): numeral(numbers[c].item()) for c in cells(input_shape(layer))}
    steps = stepped(layer, scene, order)
    for step, (output, cell) in some(steps):
        done = {("output", o, *c): numeral(made_of[(o, *c)].item()) for o, c in steps[: step + 1]}
        assert numbers_at(scene, step, "output") == done
        left, right = scene.equation(step).replace("−", "-").replace("·", "*").split(" = ")
        assert eval(left) == int(right) == made_of[(output, *cell)]
        adds = partial_sums(layer, numbers, kernel, output, cell)
        if view == "flat":
            assert sums_beside(scene, step) == [numeral(x.item()) for x in adds.values()]


@pytest.mark.parametrize("order", ["filter", "position"])
@pytest.mark.parametrize(("kernel", "most"), [(1, 0.5), (3, 1.2)])
def test_an_equation_has_no_holes_and_keeps_its_places_for_each_filter(kernel: int, most: float, order: str) -> None:
    """Brackets of one filter leave no room in the terms of another; sums have signs, and room for a digit."""
    weights = np.array([[2, -1, 1], [1, 1, -2]]).reshape(2, 3, 1, 1) * np.arange(1, kernel**2 + 1).reshape(kernel, -1)
    layer = Conv("3@5x5", kernel, out_channels=2)
    scene = drawn(layer, view="flat", values="random:11", kernel_values=weights, order=order, width=1200).scene
    places: dict[int, set[tuple[float, ...]]] = {0: set(), 1: set()}
    for step in range(scene.steps):
        written = sorted(inks(scene, step, ("equation",)), key=lambda each: each[1][0])
        assert "".join(text for text, _ in written).replace(" ", "") == scene.equation(step).replace(" ", "")
        em = next(shape.em for shape in scene.shapes if isinstance(shape, Texts) and shape.role == "equation")
        assert all(other[0] - one[2] < most * em for (_, one), (_, other) in pairwise(written))
        ((_, filter_, *_),) = scene.writes(step)
        joints = (box[0] for text, box in written if text.strip()[0] in "+−=" and text[0] == " ")
        places[int(filter_)].add(tuple(joints))
        if kernel > 1:
            assert "(" not in scene.equation(step)
    assert [len(found) for found in places.values()] == [1, 1]


def sums_beside(scene: Scene, step: int) -> list[str]:
    """What is said to be added, from the uppermost sheet down."""
    found = [
        (shape.points[element, 1], shape.string(step, element))
        for shape in scene.shapes
        if isinstance(shape, Texts) and shape.role == "output_partial"
        for element in shown(shape.when, len(shape), step).tolist()
    ]
    return [text for _, text in sorted(found)]


@pytest.mark.parametrize(
    "layer",
    [
        Conv("4@3x4", (2, 3), out_channels=4, groups=2),
        ConvTranspose("2@3x2", 2, out_channels=2),
        Conv("2@3x3", 2, padding=1, out_channels=2),
        ConvTranspose("2@2x3", 3, 2, 1, out_channels=1),
    ],
    ids=["conv", "conv-transpose", "padding", "zeros"],
)
def test_a_slice_laid_on_the_window_gives_what_it_adds(layer: Any) -> None:
    """The weights beside a sheet, each times the number under it in the window, add up to the sum beside them."""
    random = np.random.default_rng(3)
    numbers, kernel = random.integers(1, 9, input_shape(layer)), random.integers(-4, 5, kernel_shape(layer))
    scene = drawn(layer, view="flat", values=numbers, kernel_values=kernel, heat_map=False, **WIDE).scene
    for step in range(scene.steps):
        weights = column_of_numbers(scene, step, "kernel")
        window = column_of_numbers(scene, step, *WINDOWS)
        adds = [int(text.replace("−", "-")) for text in sums_beside(scene, step)]
        assert len(weights) == len(window) == len(adds) * int(np.prod(layer.kernel_size))
        products = np.array(weights).reshape(len(adds), -1) * np.array(window).reshape(len(adds), -1)
        assert products.sum(axis=1).tolist() == adds
        made = sorted(numbers_at(scene, step, "product").items())
        assert [int(text.replace("−", "-")) for _, text in made] == products.ravel().tolist()
        on_zeros = sum(role != "product" for role in roles_at(scene, step, "product").values())
        assert on_zeros == len(made) - len(column_of_numbers(scene, step, "window"))


def column_of_numbers(scene: Scene, step: int, *roles: str) -> list[int]:
    """The numbers that are shown in some roles, from above down, each row from left to right."""
    found = [
        (*shape.points[element, ::-1].tolist(), int(shape.string(step, element).replace("−", "-")))
        for shape in scene.shapes
        if isinstance(shape, Texts) and shape.role in roles
        for element in shown(shape.when, len(shape), step).tolist()
    ]
    return [number for *_, number in sorted(found)]


def piles(scene: Scene) -> list[list[int]]:
    """The input's sheets that lie over each other in a slanted view, each pile from the highest down."""
    found: dict[int, list[int]] = {}
    for (lattice, _, _), key in sorted(places(scene, ["input"]).items(), key=lambda item: item[0][0].origin[1]):
        sheets = found.setdefault(lattice.origin[0], [])
        if int(key[1]) not in sheets:
            sheets.append(int(key[1]))
    return list(found.values())


@pytest.mark.parametrize(
    ("layer", "is_whole"),
    [
        (Conv("3@5x5", 3, out_channels=2), True),
        (Conv("3@5x5", 3, padding=1, stride=2), True),
        (Conv("4@5x5", 3, out_channels=2, groups=2), True),
        (Conv("8@5x5", 3), False),
    ],
)
def test_no_number_is_hidden_where_piles_have_room(layer: Any, is_whole: bool) -> None:
    """Sheets of a pile then lie clear of each other, and each has its numbers; else the highest of a pile alone."""
    scene = drawn(layer, view="iso", values="random:1", width=480).scene
    stacked = piles(scene)
    assert max(map(len, stacked)) > 1
    seen = {key[1] for key in numbers_at(scene, 0, "input")}
    assert seen == {sheet for pile in stacked for sheet in (pile if is_whole else pile[:1])}
    sheets = {key[1]: lattice for (lattice, _, _), key in places(scene, ["input"]).items()}
    (tall, wide), pad = layer.input_size, layer.padding[0][0]
    outline = np.array([(0, 0), (0, wide + 2 * pad), (tall + 2 * pad, wide + 2 * pad), (tall + 2 * pad, 0)])
    for pile in stacked:
        for high, low in pairwise(pile):
            _, lower = edges_between(sheets[high].points(outline), 0, scene.width)
            upper, _ = edges_between(sheets[low].points(outline), 0, scene.width)
            both = np.isfinite(lower) & np.isfinite(upper)
            assert (lower[both] <= upper[both]).all() == is_whole


@pytest.mark.parametrize(
    ("layer", "most"),
    [
        (Conv("4@5x4", (3, 2), out_channels=4, groups=2), 1),
        (Conv("2@9x8", (3, 2), out_channels=3), 1),
        (Conv("8@9x8", (3, 2), out_channels=4, groups=2), 4),
        (Conv("3@9x8", (3, 2)), 3),
        (MaxPool("3@5x4", 2, 2), 1),
    ],
)
def test_rays_and_the_prism_join_the_corners(layer: Any, most: int) -> None:
    """Upright lines join the window on the sheets of a pile, rays that on the highest one and the cell.

    Where several piles are read, two rays leave each.
    """
    scene = drawn(layer, view="iso", **WIDE).scene
    assert max(map(len, piles(scene))) == most
    lattices = {key[:2]: lattice for (lattice, _, _), key in places(scene, ["input", "output"]).items()}
    for step, (output, cell) in enumerate(stepped(layer, scene, "filter")):
        start, (tall, wide) = np.array(cell) * layer.stride, layer.kernel_size
        window = start + np.array([(0, 0), (0, wide), (tall, wide), (tall, 0)])
        corners = np.array([(0, 0), (0, 1), (1, 1), (1, 0)]) + cell
        read = [sheets for sheets in piles(scene) if {*sheets} & {*read_by(layer, output)}]
        expected: list[Any] = []
        for sheets in read:
            stood = [lattices["input", sheet].points(window) for sheet in sheets]
            made = lattices["output", output].points(corners)
            expected += np.stack([stood[0], made], axis=1)[:: 1 if len(read) == 1 else 2].tolist()
            expected += [line.tolist() for ends in pairwise(stood) for line in np.stack(ends, axis=1)]
        rays = [shape for shape in scene.shapes if isinstance(shape, Lines) and shape.role == "ray"]
        assert sorted(line.tolist() for shape in rays for line in shape.at(step)) == sorted(expected)


@every_view
def test_the_winner_is_marked_on_its_sheet(view: str) -> None:
    """Of a max pool with channels the first largest cell of the window is marked, on the sheet at work alone."""
    layer = MaxPool("3@4x5", 2, 2)
    numbers = np.random.default_rng(8).integers(0, 5, (3, 4, 5))
    scene = drawn(layer, view=view, values=numbers, **WIDE).scene
    where, taps = places(scene, ["input"]), oracle_of(bare(layer)).taps
    for step, (output, cell) in enumerate(stepped(layer, scene, "filter")):
        reads = [read for _, read in taps[cell] if read is not None]
        best = max(reads, key=lambda read: numbers[(output, *read)])
        assert highlighted(scene, step, ("winner",), where) == [("input", output, *best)]
        assert scene.equation(step).endswith(f" = {numbers[(output, *best)]}")


@every_view
@few
@given(layer=ANY, order=ORDERS, values=st.sampled_from([None, "random:1"]))
def test_what_comes_and_stays_comes_in_order(view: str, layer: Any, order: str, values: str | None) -> None:
    """The steps of everything that comes and stays ascend, one an element; within a shape no key comes twice."""
    for shape in drawn(layer, view=view, order=order, values=values, **WIDE).scene.shapes:
        if isinstance(shape.when, Since):
            assert len(shape.when.steps) == len(shape)
            assert (np.diff(shape.when.steps) >= 0).all()
        if isinstance(shape, Cells):
            assert len({shape.key(element) for element in range(len(shape))}) == len(shape)


@every_view
@few
@given(layer=ANY, values=st.sampled_from([None, "random:1"]), heat=st.booleans())
def test_no_key_stands_in_two_places(view: str, layer: Any, values: str | None, heat: bool) -> None:
    """Whatever stands in two places of a figure has two keys: cells, slices of filters, legends."""
    found: dict[Any, Any] = {}
    heat_map = heat if values else None
    for shape in drawn(layer, view=view, values=values, heat_map=heat_map, max_sheets=4, **WIDE).scene.shapes:
        if isinstance(shape, Cells):
            for element, cell in enumerate(shape.cells.tolist()):
                place = (shape.lattice, *cell)
                assert found.setdefault(shape.key(element), place) == place


@every_view
def test_the_current_cell_has_its_number_on_every_sheet(view: str) -> None:
    """It lies over all sheets, so that it is read on lower ones, too."""
    layer, options = Conv("3@4", 3, out_channels=2), Options(values="random:2", view=view, width=700)
    scene, made = compose(layer, options).scene, layer_values(layer, options)
    assert made is not None
    for step, number in enumerate(made.output.ravel().tolist()):
        texts = [shape for shape in scene.shapes if isinstance(shape, Texts) and shape.role == "current"]
        said = [text.string(step, e) for text in texts for e in shown(text.when, len(text), step).tolist()]
        assert said == [str(number)]


@pytest.mark.parametrize(
    "layer", [Conv("3@4x4", 1, out_channels=2), Conv("4@5x4", 3, out_channels=2, groups=2), Conv("2@4", 2)], ids=str
)
def test_what_channels_add_leads_to_the_cell_that_it_goes_into(layer: Any) -> None:
    """Rays go from each sum that there is at a step to the current cell's row, in its hue, over no number."""
    scene = drawn(layer, values="random:1", kernel_values="random:2", view="flat").scene
    (rays,) = [s for s in scene.shapes if isinstance(s, Lines) and s.role == "ray"]
    numbers = ("input", "output", "kernel", "product", "window", "output_partial", "current", "padding")
    for step in range(scene.steps):
        sums = [s for s in scene.shapes if isinstance(s, Cells) and s.map == "sum" and len(shown(s.when, 1, step))]
        lines = rays.at(step).tolist()
        assert sorted(ray[1] for ray in lines) == sorted(s.lattice.points(np.array([0.5, 1.0])).tolist() for s in sums)
        made = [s for s in scene.shapes if isinstance(s, Cells) and s.role == "current"]
        current = next(s for s in made if len(shown(s.when, len(s), step)))
        ((row, _),) = current.cells[shown(current.when, len(current), step)].tolist()
        side = current.lattice.points(np.array([row + 0.5, 0])).tolist()
        assert all(ray[0] == side for ray in lines)
        assert series_at(rays, step) == series_at(current, step)
        for line in rays.at(step):
            points = np.linspace(line[0], line[1], 200)
            for text, (left, top, right, bottom) in inks(scene, step, numbers):
                inside = (points > (left, top)).all(axis=1) & (points < (right, bottom - 3)).all(axis=1)
                assert not inside.any(), (step, text)


@pytest.mark.parametrize(("name", "view"), list(product(("pixel_shuffle", "sub_pixel_convolution"), ("iso", "flat"))))
def test_cells_that_move_from_map_to_map_have_the_strokes_of_their_hue(name: str, view: str) -> None:
    """In print hues are greys: each has a direction of its own in both maps, and none goes through a number."""
    scene = load_recipe(name, view=view).animation().scene
    lines = np.concatenate([s.at(0) for s in scene.shapes if isinstance(s, Lines) and s.role == "channel"])
    found: dict[Any, set[frozenset[tuple[float, float]]]] = {}
    hued = [s for s in scene.shapes if isinstance(s, Cells) and s.series is not None and not isinstance(s.when, During)]
    for shape in hued:
        across = np.linalg.inv(np.array([shape.lattice.row, shape.lattice.column], dtype=float))
        at = (lines - shape.lattice.origin) @ across  # as rows and columns of its map
        for cell in shape.cells:
            inside = ((at >= cell - 0.01) & (at <= cell + 1.01)).all(axis=(1, 2))
            own = at[inside] - cell  # no stroke meets that of the cell beside it: together they were a finer grid
            assert ((own > 0.05) & (own < 0.95)).all()
            ways = (at[inside, 1] - at[inside, 0]) / np.abs(at[inside, 1] - at[inside, 0]).max(axis=1, keepdims=True)
            ways *= np.where(ways @ (1.0, 0.1) < 0, -1, 1)[:, None]
            found.setdefault(shape.series, set()).add(frozenset(map(tuple, (ways.round(2) + 0.0).tolist())))
    assert len(found) == 4
    assert all(len(ways) == 1 for ways in found.values())
    assert len(set.union(*found.values())) == 4
    if view == "flat":
        for text, (left, top, right, bottom) in inks(scene, 0, ("input", "output")):
            middles = lines.mean(axis=1)
            assert not ((middles > (left, top)) & (middles < (right, bottom))).all(axis=1).any(), text


def test_an_arrow_leads_to_outputs_in_several_columns() -> None:
    """Where rays would cross other sheets there is an arrow instead."""
    scene = drawn(Conv("1@5x5", 2, out_channels=8), values="arange", kernel_values="random:2", max_sheets=8).scene
    sheets = {s.lattice.origin[0] for s in scene.shapes if isinstance(s, Cells) and s.map == "output"}
    assert len(sheets) > 1
    assert "ray" not in scene.roles()
    assert "→" in {text for s in scene.shapes if isinstance(s, Texts) and isinstance(s.text, tuple) for text in s.text}


@pytest.mark.parametrize(
    "layer", [Conv("3@4x4", 1, out_channels=2), Conv("4@5x4", 3, out_channels=2, groups=2), Conv("2@4", 2)], ids=str
)
def test_a_step_is_taken_channel_by_channel(layer: Any) -> None:
    """With each part of a step one more channel has its products and what they add; the cell is the last to be told."""
    scene = drawn(layer, values="random:1", kernel_values="random:2", view="flat").scene
    read = layer.in_channels // layer.groups
    (rays,) = [s for s in scene.shapes if isinstance(s, Lines) and s.role == "ray"]
    for step in range(scene.steps):
        assert scene.parts(step) == read
        equations = []
        for part in range(read + 1):
            shown_now: dict[str, list[str]] = {"output_partial": [], "product": [], "current": [], "equation": []}
            for shape in scene.shapes:
                if isinstance(shape, Texts) and shape.role in shown_now and isinstance(shape.when, During):
                    when, whole = shape.when.of_part, shape.when.at(step)
                    elements = whole if when is None else when(step, part)
                    for element in elements.tolist():
                        text = (
                            shape.string(step, element) if shape.of_part is None else shape.of_part(step, part, element)
                        )
                        shown_now[shape.role].append(text)
            assert len(shown_now["output_partial"]) == part
            assert len(shown_now["product"]) in (0, part * int(np.prod(layer.kernel_size)))
            assert shown_now["current"] == []
            assert rays.of_part is not None
            assert len(rays.of_part(step, part)) == part
            if part:
                total = sum(int(text.replace("−", "-")) for text in shown_now["output_partial"])
                assert f" = {numeral(total)}" in shown_now["equation"]
            equations.append(shown_now["equation"])
        assert equations[0] == []


def test_channels_that_are_not_drawn_are_not_taken_one_by_one() -> None:
    """Of a layer whose channels are elided all steps are whole."""
    scene = drawn(Conv("9@3x3", 1), values="random:1", kernel_values="random:2", view="flat").scene
    assert not any(scene.parts(step) for step in range(scene.steps))
