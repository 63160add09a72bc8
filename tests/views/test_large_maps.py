"""Maps of any size on pages of any width: what is left out is said, windows are to scale, all stays on the page."""

import subprocess
import sys
from collections.abc import Sequence
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, listed, together
from helpers.oracle import Cell
from helpers.pixels import inks, wider
from helpers.stacks import drawn, read_by
from helpers.strategies import chains, channelled
from hypothesis import example, given
from hypothesis import strategies as st

from convanim.errors import RequestError
from convanim.figures.animation import Animation, compose
from convanim.figures.options import Options
from convanim.figures.subject import Subject
from convanim.figures.timing import raster
from convanim.layers.layer import Conv, ConvTranspose, MaxPool, Rearranged
from convanim.layers.operations import OPERATIONS
from convanim.networks.chain import Chain
from convanim.render.frames import Renderer
from convanim.scene.font import BUNDLED
from convanim.scene.scene import Blocks, Cells, Scene, Texts, series_at
from convanim.views.registry import VIEWS

every_view = pytest.mark.parametrize("view", list(VIEWS))
WORDS = ("label", "caption", "equation")
REDUCTION = Conv("50@200x200", 1, out_channels=20)
FIRST_LAYER = Conv("3@224x224", 7, 2, 3, out_channels=64)
LARGE: list[tuple[Any, list[str]]] = [
    (REDUCTION, ["50@200×200", "4 of 50 drawn", "20@200×200", "4 of 20 drawn", "of 800,000 steps"]),
    (FIRST_LAYER, ["3@224×224", "64@112×112", "4 of 64 drawn", "of 802,816 steps"]),
    (Conv("2048@7x7", 1, out_channels=512), ["2048@7×7", "4 of 2,048 drawn", "512@7×7", "4 of 512 drawn"]),
    (
        Chain("192@28x28", ["conv 1x1 16", "conv 5x5 32 p2"]),
        ["192@28×28", "4 of 192 drawn", "16@28×28", "4 of 16 drawn", "32@28×28", "4 of 32 drawn", "of 25,088 steps"],
    ),
    (MaxPool("64@112x112", 3, 2, 1), ["64@112×112", "64@56×56", "4 of 64 drawn", "of 200,704 steps"]),
    (Conv("3000", 9, 4, dims=1, in_channels=2, out_channels=30), ["2@3000", "30@748", "4 of 30 drawn"]),
]


@every_view
@listed("figure, expected", LARGE, ids=lambda entry: getattr(entry, "op", "words"))
def test_large_maps_say_what_they_leave_out(figure: Any, expected: list[str], view: str) -> None:
    """Labels have the true counts, how many sheets are drawn and steps shown; there are few shapes, and it is drawn."""
    animation = drawn(figure, view=view, max_frames=60)
    if view == "iso":  # slabs have all channels
        expected = [part for part in expected if "drawn" not in part]
    said = " ".join(text for text, _ in inks(animation.scene, 0, ("label", "caption")))
    assert all(part in said for part in expected), said
    assert "steps" not in " ".join(text for text, _ in inks(animation.scene, 0, ("label",)))
    assert len(animation.timing.steps) <= 60
    assert animation.timing.steps[0] == 0
    assert animation.timing.steps[-1] == animation.scene.steps - 1
    size = figure.shapes[-1][1:] if isinstance(figure, Chain) else [axis.output_size for axis in figure.axes]
    cells = {step % int(np.prod(size)) for step in animation.timing.steps}
    kept = [sorted({cell // size[-1] for cell in cells}), sorted({cell % size[-1] for cell in cells})]
    assert cells == {row * size[-1] + column for row in kept[0] for column in kept[1]}
    told = " ".join(animation.notes)
    assert told.count(" of ") >= 2 * sum("drawn" in part for part in expected)
    assert told.count("max-sheets") == any("drawn" in part for part in expected)
    assert sum(len(shape) for shape in animation.scene.shapes) < 20_000
    renderer = Renderer(animation.scene, animation.theme)
    pictures = [renderer.frame(step).pixels.copy() for step in (0, animation.scene.steps - 1)]
    assert not np.array_equal(pictures[0], pictures[1])


@every_view
def test_copies_that_are_not_marked_are_spoken_of(view: str) -> None:
    """Under maps without a grid it is said that they are drawn without it, and without what padding copies."""
    for mode, said in (("zeros", "grid of cells; window"), ("reflect", "grid of cells or their copies; window")):
        layer = Conv("3@90x90", 9, padding=8, padding_mode=mode)
        texts = [text for text, _ in inks(drawn(layer, view=view, max_frames=60).scene, 0, ("caption",))]
        assert any(f"drawn without the {said} not to scale" in text for text in [*texts, " ".join(texts)]), texts


def block_at(scene: Scene, step: int, role: str, map: str) -> list[tuple[Blocks, list[int]]]:
    """The blocks of a role at a step, with the shapes that they are of."""
    return [
        (shape, block)
        for shape in scene.shapes
        if isinstance(shape, Blocks) and (shape.role, shape.map) == (role, map)
        for block in shape.at(step).tolist()
    ]


def holds(block: Sequence[int], ticks: Sequence[int], first: Cell, last: Cell, canvas: Sequence[range]) -> bool:
    """Whether a block holds the place, to scale, of cells from the first to the last of a canvas."""
    for low, high, tick, a, b, all_ in zip(block[:2], block[2:], ticks, first, last, canvas):
        if not (low * len(all_) <= (a - all_.start) * tick and (b + 1 - all_.start) * tick <= high * len(all_)):
            return False
    return True


WINDOWS: list[Any] = [
    REDUCTION,
    FIRST_LAYER,
    ConvTranspose("2@90x120", 4, 2, 1, out_channels=3),
    Conv("2@150x140", 61, 7, 2, out_channels=2),
]


@together(
    "layer, view",
    [(layer, view) for layer, view in product(WINDOWS, VIEWS) if layer.out_channels < 9 or view == "flat"],
)
def test_windows_of_maps_without_a_grid_stand_to_scale(layer: Any, view: str) -> None:
    """The block that is the window holds the true window's place on every sheet that is read; so does the cell's."""
    scene = drawn(layer, view=view).scene
    random = np.random.default_rng(2)
    canvas = [range(axis.first, axis.last + 1) for axis in layer.axes]
    size = [axis.output_size for axis in layer.axes]
    sheets = scene.steps // int(np.prod(size))
    whole = block_at(scene, 0, "padding", "padding") or block_at(scene, 0, "input", "input")
    ticks, made = whole[0][1][2:], block_at(scene, 0, "output_pending", "output")[0][1][2:]
    for step in [0, scene.steps - 1, *random.integers(0, scene.steps, 6).tolist()]:
        sheet, index = divmod(step, int(np.prod(size)))
        cell = divmod(index, size[1])
        first = [axis.start(o) for axis, o in zip(layer.axes, cell)]
        last = [start + axis.footprint - 1 for axis, start in zip(layer.axes, first)]
        windows = block_at(scene, step, "window", "window")
        assert {series_at(shape, step) for shape, _ in windows} == {sheet}
        assert 2 <= len(windows) <= len(read_by(layer, sheet))
        for _, block in windows:
            assert holds(block, ticks, tuple(first), tuple(last), canvas)
            assert min(block) >= 0
            assert all(high <= tick for high, tick in zip(block[2:], ticks))
            if max(layer.kernel_size) < 10:
                assert (block[2] - block[0]) * (block[3] - block[1]) < 0.1 * ticks[0] * ticks[1]
        ((_, current),) = block_at(scene, step, "current", "output")
        assert holds(current, made, cell, cell, [range(n) for n in size])
        done = [block for _, block in block_at(scene, step, "output", "output")]
        area = sum((bottom - top) * (right - left) for top, left, bottom, right in done)
        rows = sheets and (sheet * size[0] + (index + 1) / size[1]) / size[0]  # sheets that are done
        assert abs(area / (made[0] * made[1]) - rows) <= 3 / made[0] + 1e-9
        assert len({id(shape) for shape, _ in windows}) == len(windows)


_COMMAND = """
import sys
from pathlib import Path
from convanim.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
# What getrusage says counts the process that started this one, too.
peak = next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(int(peak) * 1024)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak is read from /proc")
@listed("frames", [40, 500])
def test_one_command_draws_fifty_maps(tmp_path: Path, frames: int) -> None:
    """50 maps of 200×200 to 20 with 1×1 filters is one command; the file is below 2 MB, the memory below 400 MB."""
    path = tmp_path / "r.gif"
    command = ["conv", "-i", "50@200x200", "--out-channels", "20", "-k", "1", "--quiet", "-o", str(path)]
    command += [f"--max-frames={frames}"] if frames < 500 else []
    done = subprocess.run([sys.executable, "-c", _COMMAND, *command], capture_output=True, text=True, check=True)
    assert 10_000 < path.stat().st_size < 2_000_000
    assert int(done.stdout.split()[-1]) < 400_000_000


def refusal_or(figure: Subject, options: Options) -> Animation:
    """The animation; after one refusal at most, at the width that it names."""
    try:
        return compose(figure, options)
    except RequestError as error:
        return compose(figure, wider(options, error))


def check_page(scene: Scene, least: float) -> None:
    """All on the page; words clear of one another and of the maps, large enough."""
    for step in (0, scene.steps - 1):
        words = inks(scene, step, WORDS)
        for text, (left, top, right, bottom) in words:
            assert min(left, top) >= 0, text
            assert right <= scene.width, text
            assert bottom <= scene.height, text
        for (one, a), (other, b) in combinations(words, 2):
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (one, other)
        for shape in scene.shapes:
            if isinstance(shape, Texts):
                assert shape.em * BUNDLED.cap_height >= least - 1e-9, shape.role
            elif len(shape):
                elements = np.arange(len(shape.at(step)) if not isinstance(shape, Cells) else len(shape))
                boxes = shape.boxes(step, elements)
                if len(boxes):
                    assert boxes[:, :2].min() >= 0, shape
                    assert boxes[:, 2].max() <= scene.width, shape
                    assert boxes[:, 3].max() <= scene.height, shape
            if isinstance(shape, Cells):
                for text, box in words:
                    assert text in ("⋮", "…") or is_clear(shape, box), (text, shape.map, step)


def is_clear(shape: Cells, box: tuple[float, ...]) -> bool:
    """Whether a box of letters and a sheet are apart along a side of one of them."""
    basis = np.linalg.inv(np.array([shape.lattice.row, shape.lattice.column], dtype=float))
    corners = (np.array([(x, y) for x in box[::2] for y in box[1::2]]) - shape.lattice.origin) @ basis
    low, high = corners.min(axis=0) + 0.01, corners.max(axis=0) - 0.01
    boxes = shape.boxes(0, np.arange(len(shape)))
    (left, top), (right, bottom) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    apart = left >= box[2] or right <= box[0] or top >= box[3] or bottom <= box[1]
    return bool(apart or (shape.cells.min(axis=0) >= high).any() or (shape.cells.max(axis=0) + 1 <= low).any())


PAGES: list[tuple[Subject, dict[str, Any]]] = [
    (Conv("3@6x6", 3, out_channels=2), {}),
    (Conv("3@4x4", 1, out_channels=2), {"values": "random:11"}),
    (Conv("12@5x7", (3, 2), 2, 1, out_channels=12, groups=3), {}),
    (Conv("2@9", 3, out_channels=3, dims=1), {}),
    (Conv("2@9", 3, padding=1, out_channels=3, dims=1), {"values": "random:11"}),
    (MaxPool("3@6x6", 3, 2, 1), {"values": "random:11"}),
    (FIRST_LAYER, {}),
    (Conv(9, 3, padding=1), {"values": "random:3", "heat_map": True}),
    (Chain("2@5x5", ["conv 3x3 2 p1", "relu", "max-pool 2"]), {}),
    (Chain("2@3", ["conv 1 2 g2", "conv 1 2 g2", "relu"], dims=1), {}),
    (Chain(18, ["conv 2 pcausal", "conv 2 d2 pcausal", "conv 2 d4 pcausal"], dims=1), {}),
    (Chain("192@28x28", ["conv 1x1 16", "relu", "conv 5x5 32 p2"]), {}),
]


@listed("number, width, view", list(product(range(len(PAGES)), [64, 200, 480, 1200], VIEWS)), one_in=7)
def test_everything_stays_on_the_page(number: int, width: int, view: str) -> None:
    """Refused with a width that works, or drawn with every word and cell on the page, words clear of all else."""
    figure, options = PAGES[number]
    scene = refusal_or(figure, Options(view=view, width=width, caption=True, **options)).scene
    check_page(scene, 9 if scene.width >= 480 else 6)


@every_view
@pytest.mark.parametrize("width", [300, 480, 900])
def test_long_labels_stay_apart(view: str, width: int) -> None:
    """Labels of one's own, however long, go on several lines or smaller, and touch neither each other nor the maps."""
    long: dict[str, Any] = {
        "input_label": "the picture that the network is given to look at",
        "output_label": "what it makes of it all",
    }
    check_page(refusal_or(PAGES[0][0], Options(view=view, width=width, **long)).scene, 9 if width >= 480 else 5.5)


@every_view
@campaign(40)
@given(
    figure=st.one_of(chains(), st.sampled_from(list(OPERATIONS)).flatmap(channelled)),
    values=st.sampled_from([None, "random:5"]),
    heat_map=st.sampled_from([None, True, False]),
    width=st.sampled_from([64, 150, 331, 480, 801]),
    order=st.sampled_from(["filter", "position"]),
    max_sheets=st.integers(2, 9),
    labels=st.booleans(),
    caption=st.booleans(),
)
@example(
    figure=Chain("2", ["avg-pool 2 s1", "avg-pool 1"]),
    values="random:5",
    heat_map=False,
    width=64,
    order="filter",
    max_sheets=2,
    labels=False,
    caption=False,
)
@example(
    figure=Chain("2", ["conv 1 s2"]),
    values=None,
    heat_map=None,
    width=64,
    order="filter",
    max_sheets=2,
    labels=True,
    caption=False,
)
def test_any_figure_is_drawn_or_refused_with_a_width_that_works(
    view: str, figure: Any, values: str | None, heat_map: bool | None, **options: Any
) -> None:
    """Whatever is asked comes out after one refusal at most, its first and last step as pixels of the right size."""
    heat_map = heat_map if values else None
    if isinstance(figure, Rearranged):
        options["max_sheets"] = 99  # what only moves cells shows all of its channels, and asks for so many
    animation = refusal_or(figure, Options(view=view, values=values, heat_map=heat_map, **options))
    scene = animation.scene
    for step in (0, scene.steps - 1):
        pixels = Renderer(scene, animation.theme).frame(step).pixels
        assert pixels.shape == (scene.height, scene.width, 4)
        for text, (left, top, right, bottom) in inks(scene, step, WORDS):
            assert min(left, top) >= 0, text
            assert right <= scene.width, text
            assert bottom <= scene.height, text


@given(
    size=st.one_of(st.tuples(st.integers(1, 60), st.integers(1, 60)), st.tuples(st.integers(1, 400))),
    sheets=st.integers(1, 5),
    order=st.sampled_from(["filter", "position"]),
    most=st.integers(2, 500),
)
def test_sampled_steps_are_whole_rows_and_columns(size: Cell, sheets: int, order: str, most: int) -> None:
    """At most `most` steps, ascending, the first and the last among them; the same rows and columns on every sheet."""
    total = sheets * int(np.prod(size))
    steps = list(raster(size, sheets, order, most))
    assert len(steps) <= most
    assert steps == sorted(set(steps))
    assert (steps[0], steps[-1]) == (0, total - 1) or total == 1
    positions = int(np.prod(size))
    at = [divmod(step, positions) if order == "filter" else divmod(step, sheets)[::-1] for step in steps]
    cells = {cell for _, cell in at}
    rows, columns = {cell // size[-1] for cell in cells}, {cell % size[-1] for cell in cells}
    if sheets * min(2, size[-1]) * min(2, positions // size[-1]) <= most:
        assert cells == {row * size[-1] + column for row in rows for column in columns}
        assert sorted(at) == [(sheet, cell) for sheet in range(sheets) for cell in sorted(cells)]
        assert {0, positions - 1} <= cells
