"""Interactive pages, read back without a browser: the scene in them, their words, their size."""

import io
import re
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, listed
from helpers.html_pages import Page, at, read_page
from helpers.stacks import drawn
from helpers.strategies import LAYERS, chains, channelled, layers
from hypothesis import given
from hypothesis import strategies as st

from convanim import Conv, ConvTranspose, Options
from convanim.export.html.html import page_of, write_html
from convanim.export.html.lists import boxes, key_blocks, rectangles
from convanim.export.stamp import stamp
from convanim.figures.animation import Animation, compose
from convanim.figures.recipes.recipes import load_recipe
from convanim.files.catalogue import template_names
from convanim.scene.scene import Blocks, Cells, Lines, Texts, levels_at, series_at, shown
from convanim.style.theme import load_theme

HOSTILE = "</script><script>alert(1)</script> & \"q\" 'a' <!-- {{ 7*7 }} \u2028 \\input{x} %"
FOREIGN = "猫 🐈 مدخل"


def assert_same(animation: Animation, page: Page) -> None:
    """Every shape, in every state, is what the scene shows at that step; so are the cells read and written."""
    scene, data = animation.scene, page.scene
    steps = list(animation.timing.steps)[: animation.timing.forward]
    assert data["states"] == len(steps)
    assert len(data["shapes"]) == len(scene.shapes)
    for state in {0, len(steps) // 2, len(steps) - 1}:
        step = steps[state]
        assert page.keys(data["reads"][state]) == set(scene.reads(step))
        assert page.keys(data["behind"][state] if data["behind"] else []) == set(scene.behind(step))
        assert page.keys(data["writes"][state]) == set(scene.writes(step))
        if scene.equation(step):
            assert data["equations"][state][:100] == scene.equation(step)[:100]
        for shape, told in zip(scene.shapes, data["shapes"]):
            assert told["role"] == shape.role
            _assert_same_shape(page, shape, told, step, state)
            for theme, fills in zip(filter(None, (animation.theme, animation.dark)), page.fills()):
                if isinstance(shape, Cells) and shape.levels is None:
                    fill = theme.style(shape.role, series_at(shape, step)).fill
                    told_fill = fills.get(at(told["paint"], state))
                    assert told_fill == (None if fill is None else f"#{bytes(fill).hex()}")


def _assert_same_shape(page: Page, shape: Any, told: dict[str, Any], step: int, state: int) -> None:
    if isinstance(shape, Lines):
        ends = np.array(at(told["ends"], state), dtype=float).reshape(-1, 2, 2)
        assert np.allclose(ends, shape.at(step), atol=0.006)
        return
    if isinstance(shape, Blocks):
        assert at(told["blocks"], state) == shape.at(step).tolist()
        assert _lattice(page, told) == (*shape.lattice.origin, *shape.lattice.column, *shape.lattice.row)
        return
    elements = shown(shape.when, len(shape), step).tolist()
    assert page.elements_at(told, len(shape), state) == elements
    if isinstance(shape, Cells):
        assert _lattice(page, told) == (*shape.lattice.origin, *shape.lattice.column, *shape.lattice.row)
        assert page.places(told) == [tuple(cell) for cell in shape.cells.tolist()]
        assert [page.key(told, e) for e in elements[:12]] == [shape.key(e) for e in elements[:12]]
    else:
        assert isinstance(shape, Texts)
        assert [page.text(told, e, state) for e in elements] == [shape.string(step, e) for e in elements]
        points = [page.scene["points"][told["points"]][e] for e in elements]
        assert [y for _, y in points] == [shape.base_line(e) for e in elements]
        assert np.allclose([x for x, _ in points], shape.points[elements, 0], atol=0.006)
    if shape.levels is not None:
        assert told["role"] == shape.role  # the scale
        levels = load_theme("classic").level_steps(shape.role, levels_at(shape.levels, step))[elements]
        assert [page.level(told, e, state) for e in elements] == levels.tolist()


def _lattice(page: Page, told: dict[str, Any]) -> tuple[int, ...]:
    return tuple(page.scene["lattices"][told["lattice"]])


@listed("op", LAYERS, start=2)
@campaign(15)
@given(data=st.data())
def test_a_page_holds_what_the_scene_shows(op: str, data: st.DataObject) -> None:
    """For any layer, in both views, with and without numbers."""
    layer = data.draw(layers(op))
    options = {
        "view": data.draw(st.sampled_from(["iso", "flat"])),
        "values": data.draw(st.sampled_from([None, "arange"])),
    }
    if op == "conv-transpose":
        options["transposed_as"] = data.draw(st.sampled_from(["gather", "scatter"]))
    animation = drawn(layer, **options)
    assert_same(animation, read_page(page_of(animation)))


@campaign(15)
@given(data=st.data())
def test_a_page_holds_stacks_and_chains(data: st.DataObject) -> None:
    """For any stack of channels and any chain, sampled to few frames."""
    figure = data.draw(st.one_of(chains(), channelled("conv"), channelled("avg-pool")))
    animation = drawn(figure, max_frames=12, heat_map=data.draw(st.sampled_from([None, True])), values="random:3")
    assert_same(animation, read_page(page_of(animation)))


@listed("name", template_names(), start=13, one_in=15)
def test_every_template_is_a_page_of_sane_size(name: str) -> None:
    """Each holds what its scene shows, in under 130 kB."""
    animation = load_recipe(name).animation()
    text = page_of(animation)
    assert len(text.encode()) < 130_000
    assert_same(animation, read_page(text))


@pytest.mark.parametrize("values", [None, "random:7"])
def test_a_figure_of_25_steps_is_small(values: str | None) -> None:
    """It is under 60 kB."""
    animation = compose(Conv(5, 3, padding=1), Options(values=values))
    assert len(animation.timing.steps) == 25
    assert len(page_of(animation).encode()) < 60_000


def test_size_grows_with_steps_and_not_with_steps_times_cells() -> None:
    """Four times the steps over four times the cells are less than five times the scene."""
    small, large = (len(page_of(compose(Conv(n, 3, padding=1), Options(max_frames=5000)))) for n in (16, 32))
    empty = len(page_of(compose(Conv(3, 3), Options())))
    assert large - empty < 5 * (small - empty)


@pytest.mark.parametrize("words", [HOSTILE, FOREIGN])
def test_words_come_out_as_text(words: str) -> None:
    """Titles, alternative texts and labels are there as they were given, and open nothing."""
    options = Options(title=words, alt=words + "!", input_label=words, width=900)
    text = page_of(compose(Conv(4, 3), options))
    page = read_page(text)
    plain = read_page(page_of(compose(Conv(4, 3), Options())))
    assert [element.tag for element in page.elements] == [element.tag for element in plain.elements]
    assert page.all("title")[0].text == page.all("h1")[0].text == words
    assert page.all("svg")[0].attributes["aria-label"] == words + "!"
    shown_words = " ".join(text for texts in page.scene["texts"] for text in map(str, texts))
    assert words.split()[0] in shown_words
    assert "[U+" not in text
    assert text.count("</script>") == 3


def test_a_page_asks_nothing_of_a_network() -> None:
    """There is no address in it, and nothing that loads."""
    text = page_of(compose(Conv(4, 3), Options(values="arange")))
    assert not re.search(r"https?:|//[a-z]+\.|@import|url\(|\bsrc=|<link|fetch\(|import\(", text)


def test_a_page_is_marked_and_has_unix_lines() -> None:
    """Its mark is near its beginning, where current files are known by it."""
    animation = compose(Conv(4, 3), Options())
    stream = io.BytesIO()
    calls: list[None] = []
    write_html(animation, stream, lambda: calls.append(None))
    assert stamp(animation) in stream.getvalue()[:4096]
    assert b"\r" not in stream.getvalue()
    assert len(calls) == len(animation.timing.steps) + 1  # and one at rest
    assert stream.getvalue().decode() == page_of(animation)


@pytest.mark.parametrize("options", [{"still": True}, {"sheet": "2x2"}, {"steps": "1:2"}])
def test_one_frame_is_a_picture_without_a_player(options: dict[str, Any]) -> None:
    """A still or a sheet has cells to point at and nothing to play."""
    animation = compose(Conv(4, 3), Options(**options))
    page = read_page(page_of(animation))
    assert_same(animation, page)
    assert not page.all("button")
    assert not page.all("input")
    assert any(element.attributes.get("id") == "cells" for element in page.elements)


def test_the_player_has_the_times_of_the_frames() -> None:
    """Step time, hold, loop, the frames that go back and the still are those of the timing."""
    options = Options(step_time=0.2, hold=0.7, loop=3, bounce=True, frame=1)
    page = read_page(page_of(compose(Conv(4, 3), options)))
    assert page.scene["timing"] == {
        "play": [[0, 20], [1, 20], [2, 20], [3, 20], [4, 70], [2, 20], [1, 20]],
        "loop": 3,
        "still": 1,
        "glides": [9, 9, 9, 0, 0, 9, 0],
    }
    assert page.scene["states"] == 4
    assert len([element for element in page.elements if element.tag == "button"]) == 3


def test_only_frames_that_are_shown_are_in_a_page() -> None:
    """Of a long animation the sampled steps alone are told, and that they are not all."""
    animation = compose(Conv(40, 1), Options(max_frames=10))
    page = read_page(page_of(animation))
    assert page.scene["states"] == 10
    assert page.scene["isSampled"]
    assert_same(animation, page)


@pytest.mark.parametrize(("theme", "schemes"), [(None, 2), ("auto", 2), ("classic", 1), ("dark", 1)])
def test_a_page_follows_its_surroundings_where_no_theme_was_chosen(theme: str | None, schemes: int) -> None:
    """A chosen theme is the only one."""
    css = read_page(page_of(compose(Conv(4, 3), Options(theme=theme)))).all("style")[0].text
    assert css.count("color-scheme:") - css.count("prefers-color-scheme:") == schemes
    assert ("prefers-color-scheme: dark" in css) == (schemes == 2)


def test_scatter_tells_what_has_been_added_up() -> None:
    """Numbers that grow from step to step are told as they change."""
    animation = compose(ConvTranspose(3, 3), Options(values="arange", transposed_as="scatter"))
    assert_same(animation, read_page(page_of(animation)))


@given(st.lists(st.integers(0, 40)))
def test_boxes_hold_the_numbers_in_order(numbers: list[int]) -> None:
    """Unpacked they are what was packed."""
    found = []
    for start, count, step, rows, down in ((*box, *[1] * (5 - len(box))) for box in boxes(numbers)):
        found += [start + row * down + i * step for row in range(rows) for i in range(count)]
    assert found == numbers


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5))))
def test_rectangles_hold_the_cells_in_order(cells: list[tuple[int, int]]) -> None:
    """Unpacked they are what was packed."""
    packed = rectangles(np.array(cells, dtype=np.int64).reshape(-1, 2))
    found = []
    for row, column, rows, columns in ((*each, *[1] * (4 - len(each))) for each in packed):
        found += [(row + i, column + j) for i in range(rows) for j in range(columns)]
    assert found == cells


@given(st.sets(st.tuples(st.integers(0, 3), st.integers(0, 6), st.integers(0, 6)), max_size=40))
def test_blocks_of_keys_are_the_cells_and_each_once(places: set[tuple[int, int, int]]) -> None:
    """Unpacked they are what was packed, whatever its form."""
    blocks = key_blocks([("input", *place) for place in places]).get("input", [])
    found: list[tuple[int, ...]] = []
    for block in blocks:
        axes = [(*axis, *[1] * (3 - len(axis))) for axis in block]
        spans = [range(start, start + count * step, step) for start, count, step in axes]
        found += [(a, b, c) for a in spans[0] for b in spans[1] for c in spans[2]]
    assert sorted(found) == sorted(places)
