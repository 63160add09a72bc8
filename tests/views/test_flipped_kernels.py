"""Transposed convolutions that flip the kernel they stamp: taps, numbers and figures, straight from the definition."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import pytest
from helpers.campaigns import campaign
from helpers.english import caption_lines, explained
from helpers.pixels import composed, keys_at, numbers_at
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.explain.layer_json import layer_table
from convanim.figures.options import Options
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Conv, ConvTranspose, input_shape, kernel_shape, output_size
from convanim.numbers.values import channel_sums, values_of
from convanim.scene.scene import Cells, Scene, Texts
from convanim.views.registry import VIEWS
from convanim.words.numerals import MINUS

Cell: TypeAlias = tuple[int, ...]
Ints: TypeAlias = NDArray[np.int64]
every_view = pytest.mark.parametrize("view", list(VIEWS))
few = campaign(20)


@st.composite
def flipped(draw: st.DrawFn, channels: bool = False) -> ConvTranspose:
    """Transposed convolutions with a flipped kernel: cropped unevenly, strided, dilated, with output_padding."""
    dims = draw(st.sampled_from([1, 2]))
    fields: dict[str, Any] = {"transpose_kernel": False, "dims": dims}
    for name, most in {"input_size": 4, "kernel_size": 4, "stride": 3, "dilation": 2}.items():
        fields[name] = tuple(draw(st.integers(1, most)) for _ in range(dims))
    fields["padding"] = tuple((draw(st.integers(0, 3)), draw(st.integers(0, 3))) for _ in range(dims))
    limits = [max(s, d) - 1 for s, d in zip(fields["stride"], fields["dilation"])]
    fields["output_padding"] = tuple(draw(st.integers(0, limit)) for limit in limits)
    if channels:
        groups, read, made = (draw(st.integers(1, 2)) for _ in range(3))
        fields |= {"in_channels": groups * read, "out_channels": groups * made, "groups": groups}
    try:
        return ConvTranspose(**fields)
    except RequestError:
        assume(False)
        raise


@dataclass(frozen=True)
class Flipping:
    """Input cell `a` and kernel cell `b` meet in output cell `a·stride − before + (k − 1 − b)·dilation`."""

    layer: ConvTranspose

    def landings(self, cell: Cell) -> dict[Cell, Cell]:
        """The output positions that an input cell's stamp covers, cropped or not, each with its kernel cell."""
        layer, found = self.layer, {}
        for kernel in product(*map(range, layer.kernel_size)):
            axes = zip(cell, kernel, layer.stride, layer.dilation, layer.padding, layer.kernel_size)
            found[tuple(a * s - before + (k - 1 - b) * d for a, b, s, d, (before, _), k in axes)] = kernel
        return found

    def cells(self) -> list[Cell]:
        """The input's cells, in the order of the steps of a scatter figure."""
        return list(product(*map(range, self.layer.input_size)))

    def is_output(self, at: Cell) -> bool:
        """Whether a position is left after cropping."""
        return all(0 <= i < n for i, n in zip(at, output_size(self.layer)))

    def meetings(self) -> set[tuple[Cell, Cell, Cell]]:
        """Every (output, kernel, input) cell that meet."""
        return {
            (at, kernel, cell)
            for cell in self.cells()
            for at, kernel in self.landings(cell).items()
            if self.is_output(at)
        }

    def sums(self, numbers: Ints, kernel: Ints, last: int | None = None) -> Ints:
        """What the input's cells, up to a last one, have stamped."""
        total = np.zeros(output_size(self.layer), dtype=np.int64)
        for cell in self.cells()[: None if last is None else last + 1]:
            for at, k in self.landings(cell).items():
                if self.is_output(at):
                    total[at] += numbers[cell] * kernel[k]
        return total


def drawn_numbers(layer: ConvTranspose, seed: int) -> tuple[Ints, Ints]:
    """An input, and a kernel of which no two weights are alike."""
    rng = np.random.default_rng(seed)
    count = int(np.prod(kernel_shape(layer)))
    return rng.integers(-9, 10, input_shape(layer)), (rng.permutation(count) - count // 2).reshape(kernel_shape(layer))


def spelled(number: int) -> str:
    """A whole number as figures have it."""
    return str(number).replace("-", MINUS)


@campaign(150)
@given(layer=flipped())
def test_taps_and_stamps_follow_the_definition(layer: ConvTranspose) -> None:
    """Gather and scatter reading list the same meetings, those of the kernel stamped back to front."""
    geometry, expected = Geometry(layer), Flipping(layer).meetings()
    outputs = product(*map(range, output_size(layer)))
    taps = {(output, tap.kernel, tap.input) for output in outputs for tap in geometry.taps(output) if tap.input}
    stamps = {(s.output, s.kernel, cell) for cell in Flipping(layer).cells() for s in geometry.stamps(cell) if s.output}
    assert taps == expected
    assert stamps == expected
    assert not any(tap.is_copy for tap in geometry.taps((0,) * len(layer.axes)))


@campaign(80)
@given(layer=flipped(channels=True), seed=st.integers(0, 99))
def test_numbers_are_those_of_the_kernel_turned_around(layer: ConvTranspose, seed: int) -> None:
    """With channels and groups, flipping is the same as turning every filter around; what channels add sums up."""
    numbers, kernel = drawn_numbers(layer, seed)
    turned = np.flip(kernel, axis=tuple(range(2, kernel.ndim)))
    geometry = Geometry(layer)
    made = values_of(geometry, numbers, kernel)
    plain = values_of(Geometry(replace(layer, transpose_kernel=True)), numbers, turned)
    assert np.array_equal(made.output, plain.output)
    assert np.array_equal(channel_sums(geometry, made).sum(axis=1), made.output)


@campaign(80)
@given(layer=flipped(), seed=st.integers(0, 99))
def test_numbers_are_sums_of_flipped_stamps(layer: ConvTranspose, seed: int) -> None:
    """The output is what all stamps add up to."""
    numbers, kernel = drawn_numbers(layer, seed)
    assert np.array_equal(values_of(Geometry(layer), numbers, kernel).output, Flipping(layer).sums(numbers, kernel))


@few
@given(layer=flipped(), seed=st.integers(0, 99))
def test_one_input_cell_shows_the_kernel_back_to_front(layer: ConvTranspose, seed: int) -> None:
    """A single 1 in the input, nothing cropped: the output is the kernel turned around, spread by the dilation."""
    layer = ConvTranspose(
        (1,) * len(layer.axes), layer.kernel_size, layer.stride, 0, dilation=layer.dilation, transpose_kernel=False
    )
    _, kernel = drawn_numbers(layer, seed)
    made = values_of(Geometry(layer), np.ones(layer.input_size, dtype=np.int64), kernel).output
    assert np.array_equal(made[tuple(slice(None, None, d) for d in layer.dilation)], np.flip(kernel))


def options(view: str, transposed_as: str, numbers: Ints, kernel: Ints) -> Options:
    """What is asked of a figure whose cells are large enough for weights."""
    return Options(
        view=view, values=numbers, kernel_values=kernel, transposed_as=transposed_as, width=1200, max_frames=999
    )


@every_view
@few
@given(layer=flipped(), seed=st.integers(0, 99))
def test_a_gather_figure_lays_the_kernel_on_unturned(view: str, layer: ConvTranspose, seed: int) -> None:
    """Its weights stand at the places that they meet, in reading order, and its numbers are those of the stamps."""
    numbers, kernel = drawn_numbers(layer, seed)
    scene = composed(layer, options(view, "gather", numbers, kernel)).scene
    expected = Flipping(layer).sums(numbers, kernel)
    shown = numbers_at(scene, scene.steps - 1, "output")
    assert shown == {("output", *cell): spelled(int(n)) for cell, n in np.ndenumerate(expected)}
    for step in {0, scene.steps // 2, scene.steps - 1}:
        ((_, *output),) = scene.writes(step)
        found, places = numbers_at(scene, step, "kernel"), {}
        for b in product(*map(range, layer.kernel_size)):
            # a·s = o + before − (k − 1 − b)·d is where the input's cell stands among the inserted zeros
            lines = zip(output, b, layer.dilation, layer.padding, layer.kernel_size)
            at = [int(o) + before - (k - 1 - i) * d for o, i, d, (before, _), k in lines]
            places[tuple(at)] = b
        assert found == {("kernel", *b): spelled(int(kernel[b])) for b in places.values()}
        assert on_grid(scene, "kernel") == [b for _, b in sorted(places.items())]
        reads = {(at, cell) for at, _, cell in Flipping(layer).meetings()}
        here = {cell for at, cell in reads if at == tuple(output)}
        assert {key[1:] for key in scene.reads(step)} == here


@every_view
@few
@given(layer=flipped(), seed=st.integers(0, 99))
def test_a_scatter_figure_stamps_the_kernel_back_to_front(view: str, layer: ConvTranspose, seed: int) -> None:
    """Each stamp lands where the definition says, weight by weight, and the sums grow as it says."""
    numbers, kernel = drawn_numbers(layer, seed)
    scene, oracle = composed(layer, options(view, "scatter", numbers, kernel)).scene, Flipping(layer)
    assert scene.steps == len(oracle.cells())
    for step in {0, scene.steps // 2, scene.steps - 1}:
        landings = oracle.landings(oracle.cells()[step])
        inside = {("output", *at): spelled(int(kernel[k])) for at, k in landings.items() if oracle.is_output(at)}
        cropped = {("cropped", *at) for at in landings if not oracle.is_output(at)}
        assert set(keys_at(scene, step, "current")) == set(inside) == set(scene.writes(step))
        assert set(keys_at(scene, step, "window_padding")) == cropped
        assert on_grid(scene, "product") == [k for _, k in sorted(landings.items())]
        sums = oracle.sums(numbers, kernel, step)
        shown = numbers_at(scene, step, "output")
        assert all(text == spelled(int(sums[tuple(map(int, key[1:]))])) for key, text in shown.items())
        assert set(inside) <= set(shown)
        added = [int(kernel[k]) for at, k in sorted(landings.items()) if oracle.is_output(at)]
        factors = scene.equation(step).replace(MINUS, "-").removeprefix("adds ").split(", ")
        assert not added or [int(each.split("·")[1].strip("()")) for each in factors] == added


def on_grid(scene: Scene, name: str) -> list[Cell]:
    """The cells of the kernel in the order in which they stand on a grid."""
    grid = next(shape for shape in scene.shapes if isinstance(shape, Cells) and shape.map == name)
    return [tuple(map(int, grid.key(element)[1:])) for element in range(len(grid))]


def test_the_flip_is_said_and_kept() -> None:
    """Caption, explanation and JSON tell a flipped kernel; a layer that does not flip says nothing of it."""
    layer = ConvTranspose(3, 3, 2, transpose_kernel=False)
    plain = replace(layer, transpose_kernel=True)
    assert "kernel stamped flipped" in caption_lines(layer)[0]
    assert "kernel stamped flipped" in explained(layer)
    assert "flipped" not in caption_lines(plain)[0] + explained(plain)
    assert layer_table(layer)["transpose_kernel"] is False
    assert "transpose_kernel" not in layer_table(plain)
    assert "transpose_kernel" not in layer_table(Conv(3, 3))


@pytest.fixture
def torch() -> Iterator[Any]:
    """PyTorch on one thread: these layers are too small for several."""
    found = pytest.importorskip("torch")
    threads = found.get_num_threads()
    found.set_num_threads(1)
    yield found
    found.set_num_threads(threads)


def test_pytorch_agrees_when_its_kernel_is_turned_around(torch: Any) -> None:
    """`F.conv_transpose` with the filters turned around gives the same numbers, for 200 random layers."""
    rng, seen = np.random.default_rng(5), 0
    while seen < 200:
        dims, (groups, read, made) = int(rng.integers(1, 3)), rng.integers(1, 3, 3).tolist()
        n, k, s, d, p = (tuple(rng.integers(low, 4, dims).tolist()) for low in (1, 1, 1, 1, 0))
        extra = tuple(int(rng.integers(0, max(pair))) for pair in zip(s, d))
        inputs, outputs = groups * read, groups * made
        try:
            layer = ConvTranspose(n, k, s, p, extra, d, inputs, outputs, groups, transpose_kernel=False)
        except RequestError:
            continue
        seen += 1
        numbers, kernel = drawn_numbers(layer, seen)
        x, w = (torch.tensor(array, dtype=torch.float64) for array in (numbers, kernel))
        w = torch.flip(w, dims=list(range(2, 2 + dims)))
        run = (torch.nn.functional.conv_transpose1d, torch.nn.functional.conv_transpose2d)[dims - 1]
        theirs = run(x[None], w, None, s, p, extra, groups, d)[0].numpy()
        assert np.array_equal(theirs, values_of(Geometry(layer), numbers, kernel).output)


@pytest.mark.parametrize("transposed_as", ["gather", "scatter"])
@pytest.mark.parametrize(
    "layer",
    [
        Conv(4, 2),
        ConvTranspose(3, (2, 1)),
        ConvTranspose(3, 2, transpose_kernel=False),
        ConvTranspose(3, 1),
        ConvTranspose(2, 3, dims=3),
    ],
    ids=["conv", "turned", "stamped flipped", "one cell", "slices"],
)
def test_a_kernel_that_lies_turned_is_called_so(layer: Conv | ConvTranspose, transposed_as: str) -> None:
    """Its name says so where its cells are drawn the other way round than the layer has them, and only there."""
    if isinstance(layer, Conv) or len(layer.kernel_size) == 3:
        transposed_as = "gather"
    options = Options(values="random:1", transposed_as=transposed_as, view="flat", width=700)
    scene = composed(layer, options).scene
    cells = [shape for shape in scene.shapes if isinstance(shape, Cells) and shape.map == "kernel"]
    laid = np.concatenate([shape.index for shape in cells])
    is_turned = not np.array_equal(laid, np.array(list(np.ndindex(layer.kernel_size))))
    texts = [s.string(0, 0) for s in scene.shapes if isinstance(s, Texts) and s.role == "label" and len(s)]
    assert any("turned by 180°" in text for text in texts) is is_turned
    if isinstance(layer, Conv) or layer.kernel_size == (1, 1):
        assert not is_turned
