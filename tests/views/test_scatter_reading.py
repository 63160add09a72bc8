"""Scatter figures: where each stamp lands, what is partial and what is done, and the sums on their way."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest
from helpers.campaigns import campaign
from helpers.pixels import composed, keys_at, numbers_at, roles_at
from helpers.strategies import transposed, whole
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from convanim.figures.animation import Animation
from convanim.figures.options import Options
from convanim.layers.layer import ConvTranspose, output_size
from convanim.scene.scene import Key, Lines
from convanim.views.registry import VIEWS

every_view = pytest.mark.parametrize("view", list(VIEWS))
few = campaign(25)
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Stamping:
    """A transposed convolution done stamp by stamp on a large sheet, from which padding cuts the output."""

    layer: ConvTranspose

    def landings(self, cell: tuple[int, ...]) -> dict[tuple[int, ...], tuple[int, ...]]:
        """The output positions that an input cell's stamp covers, cut off or not, each with its kernel cell."""
        found = {}
        for kernel in product(*map(range, self.layer.kernel_size)):
            axes = zip(cell, kernel, self.layer.stride, self.layer.dilation, self.layer.padding)
            found[tuple(a * s - before + b * d for a, b, s, d, (before, _) in axes)] = kernel
        return found

    def cells(self) -> list[tuple[int, ...]]:
        """The input's cells, in the order of the steps."""
        return list(product(*map(range, self.layer.input_size)))

    def counts(self, last: int) -> Ints:
        """How many stamps every output cell has had after a step; -1 for no step at all."""
        counts = np.zeros(output_size(self.layer), dtype=np.int64)
        for cell in self.cells()[: last + 1]:
            for at in self.landings(cell):
                if self.inside(at):
                    counts[at] += 1
        return counts

    def sums(self, last: int, numbers: Ints, kernel: Ints) -> Ints:
        """What has been added up in every output cell after a step."""
        total = np.zeros(output_size(self.layer), dtype=np.int64)
        for cell in self.cells()[: last + 1]:
            for at, k in self.landings(cell).items():
                if self.inside(at):
                    total[at] += numbers[cell] * kernel[k]
        return total

    def inside(self, at: tuple[int, ...]) -> bool:
        """Whether a position is a cell of the output."""
        return all(0 <= i < n for i, n in zip(at, output_size(self.layer)))


def scattered(layer: ConvTranspose, view: str, values: Ints | None = None, kernel: Ints | None = None) -> Animation:
    """The scatter figure of a layer."""
    options = Options(view=view, values=values, kernel_values=kernel, transposed_as="scatter", max_frames=5000)
    return composed(layer, options)


def some_steps(layer: ConvTranspose) -> list[int]:
    """The first and the last step, and a few between."""
    count = int(np.prod(layer.input_size))
    return sorted({0, count // 3, count // 2, count - 1})


@every_view
@few
@given(layer=transposed())
def test_a_stamp_lands_where_the_definition_says(view: str, layer: ConvTranspose) -> None:
    """At each step the current cells are the stamp's, those cut off by padding are shown outside the output."""
    scene, stamping = scattered(layer, view).scene, Stamping(layer)
    assert scene.steps == len(stamping.cells())
    for step in some_steps(layer):
        cell = stamping.cells()[step]
        landed = stamping.landings(cell)
        kept = sorted(("output", *at) for at in landed if stamping.inside(at))
        cut = sorted(("cropped", *at) for at in landed if not stamping.inside(at))
        assert sorted(keys_at(scene, step, "current")) == kept
        assert sorted(keys_at(scene, step, "window_padding")) == cut
        assert keys_at(scene, step, "window") == [("input", *cell)]
        assert scene.reads(step) == (("input", *cell),)
        assert sorted(scene.writes(step)) == kept
        cropped = set(keys_at(scene, step, "padding", "cropped"))
        assert set(cut) <= cropped
        assert not any(stamping.inside(tuple(int(i) for i in key[1:])) for key in cropped)


@every_view
@few
@given(layer=transposed())
def test_cells_are_pending_partial_or_done(view: str, layer: ConvTranspose) -> None:
    """An output cell is pale before its first stamp, partial until its last, unread when it never gets one."""
    scene, stamping = scattered(layer, view).scene, Stamping(layer)
    total = stamping.counts(scene.steps - 1)
    for step in some_steps(layer):
        had, now = stamping.counts(step), stamping.counts(step) - stamping.counts(step - 1)
        expected: dict[Key, str] = {}
        for at in np.ndindex(*total.shape):
            role = "output" if had[at] == total[at] else "output_partial" if had[at] else "output_pending"
            role = "unread" if total[at] == 0 else "current" if now[at] else role
            expected["output", *at] = role
        assert roles_at(scene, step, "output") == expected
    marks = [shape for shape in scene.shapes if isinstance(shape, Lines) and shape.role == "unread"]
    uncovered = any(not any(map(stamping.inside, stamping.landings(cell))) for cell in stamping.cells())
    assert bool(marks) == bool((total == 0).any() or uncovered)


@every_view
def test_products_stand_beside_their_weights(view: str) -> None:
    """The kernel is there as it lands, and in the same places what the input cell makes of each weight."""
    scene = scattered(ConvTranspose(2, 2, 2), view, np.array([[1, 2], [3, 4]]), np.array([[5, 6], [7, 8]])).scene
    cells = [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert numbers_at(scene, 1, "kernel") == {("kernel", *at): text for at, text in zip(cells, "5678")}
    products = ("10", "12", "14", "16")
    assert numbers_at(scene, 1, "product") == {("product", *at): text for at, text in zip(cells, products)}


@every_view
@few
@given(layer=transposed(), data=st.data())
def test_the_sums_on_their_way_are_those_of_the_stamps(view: str, layer: ConvTranspose, data: st.DataObject) -> None:
    """Every output cell shows what has been added up so far, nothing before its first stamp, 0 when it gets none."""
    numbers = data.draw(whole(layer.input_size, 9))
    kernel = data.draw(whole(layer.kernel_size, 3))
    scene, stamping = scattered(layer, view, numbers, kernel).scene, Stamping(layer)
    total = stamping.counts(scene.steps - 1)
    for step in some_steps(layer):
        sums, had = stamping.sums(step, numbers, kernel), stamping.counts(step)
        shown = {at: str(sums[at]) for at in np.ndindex(*sums.shape) if had[at] or total[at] == 0}
        expected = {("output", *at): text.replace("-", "−") for at, text in shown.items()}
        assert numbers_at(scene, step, "output") == expected
        cell = stamping.cells()[step]
        landed = stamping.landings(cell).items()
        products = {("product", *k): str(numbers[cell] * kernel[k]).replace("-", "−") for _, k in landed}
        assert numbers_at(scene, step, "product") == products
        terms = scene.equation(step).count("·")
        assert terms == sum(map(stamping.inside, stamping.landings(cell)))


def test_output_padding_that_nothing_reaches_is_marked() -> None:
    """Of a kernel of 1 with stride 2 and output padding 1, cells that get no stamp say so."""
    scene = scattered(ConvTranspose(2, 1, 2, output_padding=1), "flat").scene
    unread = {key[1:] for key in keys_at(scene, 0, "unread", "output")}
    assert unread == {(row, column) for row in range(4) for column in range(4)} - {(0, 0), (0, 2), (2, 0), (2, 2)}


def test_the_last_frame_of_both_readings_has_the_same_numbers() -> None:
    """When all is done, scatter and gather show the same output."""
    layer = ConvTranspose((3, 2), (2, 3), 2, ((1, 0), (0, 1)), 1)
    views = [Options(values="random:5", transposed_as=reading) for reading in ("gather", "scatter")]
    scenes = [composed(layer, options).scene for options in views]
    gathered, scattered_ = (numbers_at(scene, scene.steps - 1, "output") for scene in scenes)
    assert gathered == scattered_
    assert len(gathered) == int(np.prod(output_size(layer)))
