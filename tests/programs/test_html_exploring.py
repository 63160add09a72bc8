"""Interactive pages in Chromium: cells that are pointed at, by mouse, finger and keyboard."""

import re
from pathlib import Path

import numpy as np
from open_pages import opened

from convanim import Chain, Conv, ConvTranspose, Options
from convanim.export.html.html import page_of
from convanim.figures.animation import compose
from convanim.figures.recipes.recipes import load_recipe
from convanim.scene.scene import Blocks


def test_an_output_cell_shows_its_window_and_equation(tmp_path: Path) -> None:
    """While it is pointed at; a click stays there."""
    animation = compose(Conv(4, 3), Options(values="arange", kernel_values="box"))
    with opened(page_of(animation), tmp_path) as page:
        page.go(0)
        page.point(animation, ("output", 1, 0))
        assert page.state() == 2
        assert "output (1, 0) from input (1–3, 0–2), 9 cells" in page.said()
        assert animation.scene.equation(2) in page.said()
        page.tab.mouse.move(1, 1)
        assert page.state() == 0
        page.tab.mouse.click(*page.at(animation, ("output", 1, 1)))
        page.tab.mouse.move(1, 1)
        assert page.state() == 3


def test_pointing_holds_the_animation_and_lets_it_go(tmp_path: Path) -> None:
    """It goes on from where it was."""
    animation = compose(Conv(4, 3), Options(step_time=0.1, hold=0))
    with opened(page_of(animation), tmp_path, reduced_motion="no-preference") as page:
        page.point(animation, ("output", 1, 0))
        page.tab.wait_for_timeout(400)
        assert page.state() == 2
        page.tab.mouse.move(1, 1)
        page.tab.wait_for_function("document.getElementById('slider').value !== '3'", timeout=3000)
        assert page.tab.get_attribute("#play", "aria-label") == "Pause"


def test_an_input_cell_shows_every_output_cell_that_reads_it(tmp_path: Path) -> None:
    """Each of them is framed, and they are counted in words."""
    animation = compose(Conv(5, 3, padding=1), Options())
    with opened(page_of(animation), tmp_path) as page:
        for cell, count in (((0, 0), 4), ((4, 2), 6), ((2, 2), 9)):
            page.point(animation, ("input", *cell))
            assert f"is read by {count} cells of output" in page.said()
            frames = page.tab.locator(".others .over").get_attribute("d")
            assert frames.count("M") == count
        page.tab.mouse.move(1, 1)
        assert page.tab.locator(".hint").count() == 0


def test_unread_cells_and_stamps_are_told(tmp_path: Path) -> None:
    """A cell that no window reads says so; an output cell of several stamps shows whose they are."""
    animation = compose(Conv(5, 1, stride=2), Options())
    with opened(page_of(animation), tmp_path) as page:
        page.point(animation, ("input", 4, 3))
        assert page.said() == "input (4, 3) is not read"
    animation = compose(ConvTranspose(2, 3), Options(transposed_as="scatter"))
    with opened(page_of(animation), tmp_path) as page:
        page.point(animation, ("output", 1, 1))
        assert page.said() == "output (1, 1) gets a part from 4 cells of input"
        page.point(animation, ("input", 1, 1))
        assert "is read by 9 cells of output" in page.said()


def test_cells_of_a_chain_show_all_that_see_them(tmp_path: Path) -> None:
    """Those of the input through all layers, those of the map before the last directly."""
    animation = compose(Chain((7, 7), ["conv 3x3", "conv 3x3"]), Options())
    with opened(page_of(animation), tmp_path) as page:
        page.point(animation, ("input", 0, 1))
        assert page.said() == "input (0, 1) is seen by 2 cells of output"
        assert page.tab.locator(".others .over").get_attribute("d").count("M") == 2
        page.point(animation, ("map 1", 1, 1))
        assert page.said() == "map 1 (1, 1) is read by 4 cells of output"
        page.point(animation, ("output", 0, 0))
        assert "from map 1 (0–2, 0–2), 9 cells, which see input (0–4, 0–4), 25 cells" in page.said()


def test_cells_of_a_comparison_are_told_apart(tmp_path: Path) -> None:
    """What is said names the figure, and only that figure's cells are framed."""
    animation = load_recipe("ceil_mode").animation()
    with opened(page_of(animation), tmp_path) as page:
        assert "figure 1: output (1, 1) from" in page.said()
        assert "figure 2: output (2, 2) from" in page.said()
        page.point(animation, ("2/input", 2, 2))
        assert page.said() == "figure 2: input (2, 2) is read by 1 cell of output"
        assert page.tab.locator(".others .over").get_attribute("d").count("M") == 1
        page.point(animation, ("1/output", 1, 1))  # made in the fourth step; the figure waits for the other one then
        assert page.state() == 3


def test_a_map_without_its_grid_shows_the_nearest_step(tmp_path: Path) -> None:
    """Of those that are shown."""
    animation = load_recipe("one_by_one_reduction").animation()
    with opened(page_of(animation), tmp_path) as page:
        (whole, *_) = [
            shape
            for shape in reversed(animation.scene.shapes)
            if isinstance(shape, Blocks) and shape.role == "output_pending" and isinstance(shape.blocks, np.ndarray)
        ]
        x, y = whole.corners(0, np.array([0]))[0].mean(axis=0)
        box = page.tab.locator("#cells").bounding_box()
        scale = box["width"] / animation.scene.width
        page.tab.mouse.move(box["x"] + x * scale, box["y"] + y * scale)
        assert page.state() < 25  # the lowest slices come first
        assert re.search(r"output \(0, \d+, \d+\) from input \(0–49, (\d+, \d+)\), 50 cells", page.said())
        assert page.tab.locator(".ring").count() == 1


def test_pointing_at_an_input_cell_holds_the_animation(tmp_path: Path) -> None:
    """What is said of it stays, and playing goes on when it is left, or when it is asked for."""
    animation = compose(Conv(4, 3), Options(step_time=0.1, hold=0))
    with opened(page_of(animation), tmp_path, reduced_motion="no-preference") as page:
        page.point(animation, ("input", 3, 0))
        state = page.state()
        page.tab.wait_for_timeout(300)
        assert page.state() == state
        assert "is read by" in page.said()
        page.tab.mouse.move(1, 1)
        page.tab.wait_for_function(f"document.getElementById('slider').value !== '{state + 1}'", timeout=3000)


def test_a_finger_points_too(tmp_path: Path) -> None:
    """A tap on an output cell goes to its step, one on an input cell shows its readers."""
    animation = compose(Conv(4, 3), Options())
    with opened(page_of(animation), tmp_path, has_touch=True) as page:
        page.tab.touchscreen.tap(*page.at(animation, ("output", 0, 1)))
        assert page.state() == 1
        page.tab.touchscreen.tap(*page.at(animation, ("input", 3, 3)))
        assert "is read by 1 cell of output" in page.said()


def test_the_keyboard_points_too(tmp_path: Path) -> None:
    """From cell to cell with arrows, from map to map with Page Up; screen readers are told, once it is calm."""
    animation = compose(Conv(4, 3), Options())
    with opened(page_of(animation), tmp_path) as page:
        page.tab.focus("#cells")
        assert "output (0, 0)" in page.said()
        page.tab.keyboard.press("ArrowDown")
        page.tab.keyboard.press("ArrowRight")
        assert page.state() == 3
        page.tab.wait_for_function("document.getElementById('live').textContent.includes('output (1, 1)')")
        page.tab.keyboard.press("ArrowRight")  # there is none
        assert page.state() == 3
        page.tab.keyboard.press("PageDown")
        assert page.said().startswith("input (0, 0)")
        page.tab.keyboard.press("PageUp")
        page.tab.keyboard.press("ArrowRight")
        page.tab.keyboard.press("Enter")
        page.tab.keyboard.press("Tab")
        assert page.state() == 1


def test_a_still_can_be_explored(tmp_path: Path) -> None:
    """Its cells tell of its one step; there is nothing to play."""
    animation = compose(Conv(4, 3), Options(still=True, frame=0))
    with opened(page_of(animation), tmp_path) as page:
        assert page.tab.locator("button, input, select").count() == 0
        page.point(animation, ("input", 1, 1))
        assert re.fullmatch(r"input \(1, 1\) is read by 1 cell of output in what is shown", page.said())
        page.point(animation, ("output", 0, 0))
        assert "output (0, 0) from input (0–2, 0–2), 9 cells" in page.said()
