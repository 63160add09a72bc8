"""Where maps stand in figures that read the same input: in the same places, whatever pads them."""

from itertools import pairwise

import numpy as np
import pytest
from helpers.campaigns import campaign, together
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.figures.subject import Comparison, Part
from convanim.layers.backward import Backward
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool
from convanim.scene.scene import Cells, Scene, Texts

_LAYERS = [
    Conv(7, 3),
    Conv(7, 3, padding="same"),
    Conv(7, 3, padding=((2, 0), (0, 1))),
    Conv(7, 3, dilation=2),
    Conv(7, 2, stride=2, padding="same"),
    MaxPool(7, 2, ceil_mode=True),
]


def middles(scene: Scene, part: int, name: str, left: int) -> NDArray[np.float64]:
    """The middle of all cells of a part's own map, from the left edge of the part on."""
    roles = ("input", "unread") if name == "input" else ("output_pending",)
    cells = [s for s in scene.shapes if isinstance(s, Cells) and s.map == f"{part}/{name}" and s.role in roles]
    corners = np.concatenate([s.lattice.corners(s.cells).reshape(-1, 2) for s in cells])
    return np.asarray((corners.min(axis=0) + corners.max(axis=0)) / 2 - (left, 0))


def placed(layers: list[Layer], options: Options) -> list[list[NDArray[np.float64]]]:
    """The middles of each part's input and output."""
    scene = compose(Comparison(tuple(Part(each, options) for each in layers)), Options(width=1200)).scene
    share = 1200 // len(layers)
    return [[middles(scene, n + 1, name, n * share) for name in ("input", "output")] for n in range(len(layers))]


@pytest.mark.parametrize("view", ["iso", "flat"])
@campaign(30)
@given(layers=st.lists(st.sampled_from(_LAYERS), min_size=2, max_size=3))
def test_maps_of_the_same_input_stand_in_the_same_places(view: str, layers: list[Layer]) -> None:
    """Inputs do to the pixel, outputs to the half of one, with and without padding, of any output size."""
    for one, other in pairwise(placed(layers, Options(view=view))):
        assert np.array_equal(one[0], other[0])
        assert np.abs(one[1] - other[1]).max() <= 1


def test_stamps_stand_in_the_same_places() -> None:
    """Of transposed convolutions read as stamps, too, whatever is cropped of these."""
    layers: list[Layer] = [ConvTranspose(3, 3, 2, 1, 1), ConvTranspose(3, 3, 2), ConvTranspose(3, 3, 2, "same")]
    for one, other in pairwise(placed(layers, Options(transposed_as="scatter"))):
        assert np.array_equal(one[0], other[0])
        assert np.abs(one[1] - other[1]).max() <= 1


@together("view", ["iso", "flat"])
@together("values", [None, "random:3"])
@together("layer", [Conv(5, 3, 2, 1), Conv(4, 3), ConvTranspose(3, 3, 2, 1)])
def test_both_gradients_are_on_one_line(layer: Conv | ConvTranspose, values: str | None, view: str) -> None:
    """What each half reads is at one height; what is the kernel of the one does not count, though it has that name."""
    options = Options(values=values, view=view)
    parts = tuple(Part(Backward(layer, by), options) for by in ("input", "weight"))
    scene = compose(Comparison(parts), Options(width=1400)).scene
    middles = []
    for number, name in ((1, "gradient_of_output"), (2, "input" if isinstance(layer, Conv) else "gradient_of_output")):
        first = next(s for s in scene.shapes if isinstance(s, Cells) and s.map == f"{number}/{name}")
        same = [s for s in scene.shapes if isinstance(s, Cells) and s.map == first.map and s.lattice == first.lattice]
        rows = np.concatenate([s.boxes(0, np.arange(len(s)))[:, [1, 3]] for s in same])
        middles.append((rows.min() + rows.max()) / 2)
    assert abs(middles[0] - middles[1]) <= 1


def test_a_figure_alone_takes_no_more_room() -> None:
    """Figures that read other inputs, and a figure alone, are as high as their own maps."""
    alone = compose(Conv(7, 3, padding=2), Options(width=600)).scene.height
    part = Part(Conv(7, 3, padding=2), Options(), " ")
    beside = compose(Comparison((part, Part(Conv(5, 3), Options(), " "))), Options(width=1200, caption=False)).scene
    assert beside.height <= alone + 60


def test_outputs_are_written_with_as_many_decimals() -> None:
    """A 6 beside a 2.7 is 6.0, in its cell and in its equation; alone it is 6."""
    counted, real = (AvgPool(4, 3, 1, 1, count_include_pad=each) for each in (True, False))
    sixes = Options(values=np.full((4, 4), 6))
    scene = compose(Comparison((Part(counted, sixes), Part(real, sixes))), Options(width=900)).scene
    texts = [shape.text for shape in scene.shapes if isinstance(shape, Texts) and shape.role == "output"]
    assert [set(text) for text in texts if isinstance(text, tuple)] == [{"2.7", "4.0", "6.0"}, {"6.0"}]
    assert scene.equation(0).endswith("= 6.0")
    assert compose(real, sixes).scene.equation(0).endswith("= 6")
