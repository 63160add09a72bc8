"""The line under a figure that tells what cells are that are neither input nor output nor window."""

from typing import Any

import numpy as np
import pytest
from helpers.pixels import inks

from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.files.catalogue import theme_names
from convanim.layers.axis import CellKind
from convanim.layers.backward import Backward
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, Pad
from convanim.networks.chain import Chain
from convanim.render.frames import Renderer
from convanim.scene.scene import Blocks, Scene
from convanim.views.registry import VIEWS

every_view = pytest.mark.parametrize("view", list(VIEWS))
SIZE = "kernel − 1 − padding"  # how large a border is where something is cut off
FIGURES: dict[str, tuple[Layer | Backward | Chain, dict[str, Any], list[str]]] = {
    "plain": (Conv(5, 3), {}, []),
    "padding alone": (Conv(5, 3, padding=1), {}, ["padding of zeros"]),
    "padding in numbers": (Conv(4, 3, padding=1), {"values": "random:7"}, ["padding of zeros"]),
    "padding of channels": (Conv("2@5", 3, padding=1), {}, ["padding of zeros"]),
    "padding of slices": (Conv("2x3x3", 2, padding=1), {}, ["padding of zeros"]),
    "padding of a mean": (AvgPool(4, 3, padding=1), {}, ["padding of zeros"]),
    "padding that does not count": (AvgPool(4, 3, padding=1, count_include_pad=False), {}, ["padding"]),
    "padding of a maximum": (MaxPool(4, 3, padding=1), {}, ["padding"]),
    "padding of sevens": (Pad(3, 1, value=7), {}, ["padding"]),
    "zeros, then none": (Chain(6, ["conv 3 p1", "max-pool 3 s1 p1"]), {}, ["padding"]),
    "unread": (Conv(6, 1, 2), {}, ["never read"]),
    "transposed": (ConvTranspose(3, 3, 2, 1), {}, [f"border of zeros: {SIZE}", "inserted zero"]),
    "transposed, narrow": (ConvTranspose(3, 3, 2, 1), {"width": 200}, ["border of zeros", "inserted zero"]),
    "transposed, dilated": (
        ConvTranspose(3, 3, 2, 1, dilation=2),
        {"width": 700},
        ["border of zeros: dilation·(kernel − 1) − padding", "inserted zero"],
    ),
    "transposed, odd": (
        ConvTranspose(3, 3, 2, 1, 1),
        {},
        ["border of zeros", "inserted zero"],
    ),
    "transposed twice": (
        Chain(3, ["conv-transpose 3 p1", "conv-transpose 3"]),
        {},
        ["border of zeros"],
    ),
    "transposed in numbers": (
        ConvTranspose(3, 3, 2, 1),
        {"values": "random:7", "width": 700},
        [f"border of zeros: {SIZE}", "inserted zero"],
    ),
    "transposed channels in numbers": (
        ConvTranspose("2@3", 2, 2),
        {"values": "random:7", "width": 900},
        ["border of zeros", "inserted zero"],
    ),
    "transposed by one": (ConvTranspose(3, 3), {}, ["border of zeros"]),
    "transposed without a border": (ConvTranspose(3, 1), {}, []),
    "transposed channels": (ConvTranspose("2@3", 3, 2, 1), {}, [f"border of zeros: {SIZE}", "inserted zero"]),
    "transposed slices": (ConvTranspose("2x3x3", 2, 2), {}, ["border of zeros", "inserted zero"]),
    "padding, then a border": (
        Chain(4, ["conv 3 p1", "conv-transpose 3"]),
        {},
        ["padding of zeros", "border of zeros"],
    ),
    "gradient": (Backward(Conv(4, 3, padding=1), "input"), {}, [f"border of zeros: {SIZE}"]),
    "scatter": (ConvTranspose(3, 3, 2, 1), {"transposed_as": "scatter"}, ["cut off", "partial sum"]),
    "scatter with gaps": (ConvTranspose(3, 1, 2), {"transposed_as": "scatter"}, ["never reached"]),
    "scatter side by side": (ConvTranspose(3, 2, 2), {"transposed_as": "scatter"}, []),
    "copies": (Conv(5, 3, padding=1, padding_mode="reflect"), {}, ["padding", "copied into the padding"]),
    "overhang": (AvgPool(5, 2, ceil_mode=True), {}, ["past the input"]),
    "maximum": (MaxPool(4, 2), {"values": "random:7"}, ["maximum"]),
    "slow": (AvgPool(6, 3), {"values": "random:7", "slow": 1}, []),
    "channels": (Conv(6, 1, 2, in_channels=2), {}, ["never read"]),
    "chain": (Chain(5, ["conv 3 p1", "relu"]), {}, ["padding of zeros"]),
    "functions of numbers": (Chain(4, ["tanh", "relu"]), {"values": "random:7"}, []),
}


def told(scene: Scene) -> list[str]:
    """The words of the line, from left to right."""
    return [text for text, _ in sorted(inks(scene, 0, ("caption",)), key=lambda found: (found[1][3], found[1][0]))]


@every_view
@pytest.mark.parametrize("name", FIGURES)
def test_each_kind_of_cell_is_told_once(name: str, view: str) -> None:
    """What is in the figure and no more, alike in all views; nothing where there are the usual cells alone."""
    figure, looks, expected = FIGURES[name]
    animation = compose(figure, Options(view=view, **looks))
    assert told(animation.scene) == expected
    bare = compose(figure, Options(view=view, labels=False, **looks))
    assert told(bare.scene) == []


@pytest.mark.parametrize("view", ["matrix", "im2col"])
def test_products_tell_padding_as_maps_do(view: str) -> None:
    """What pads the input is called alike where it stands in a row or in columns, too."""
    for layer, expected in (
        (Conv(4, 3, padding=1), ["padding of zeros"]),
        (ConvTranspose(3, 3), ["border of zeros"]),
    ):
        assert [text for text in told(compose(layer, Options(view=view)).scene) if "zeros" in text] == expected


@pytest.mark.parametrize("theme", theme_names())
def test_a_kind_looks_as_it_does_in_the_map(theme: str) -> None:
    """The cell in the line has the colour of the role that it tells."""
    animation = compose(ConvTranspose(3, 3, 2, 1), Options(theme=theme, view="flat"))
    picture = Renderer(animation.scene, animation.theme).frame(0).pixels
    blocks = [s for s in animation.scene.shapes if isinstance(s, Blocks) and s.map == "key"]
    assert [block.role for block in blocks] == ["padding", "zero"]
    for block in blocks:
        x, y = block.lattice.points(np.array([(0.5, 0.5)]))[0].astype(int)
        fill = animation.theme.style(block.role).fill or animation.theme.background
        assert tuple(picture[y, x, :3].tolist()) == fill


def test_a_narrow_page_has_the_line_in_two() -> None:
    """Words keep within the page, and none stands on another."""
    scene = compose(ConvTranspose(3, 3, 2, 1), Options(width=120, view="flat")).scene
    boxes = [box for _, box in inks(scene, 0, ("caption",))]
    assert len({bottom for _, _, _, bottom in boxes}) == 2
    assert all(left >= 0 and right <= scene.width for left, _, right, _ in boxes)
    assert max(bottom for _, _, _, bottom in boxes) <= scene.height


@pytest.mark.parametrize("layer", [(3, 2, 1, 0), (4, 1, 2, 0), (3, 2, 1, 1), (2, 3, 1, 2)])
@pytest.mark.parametrize("dilation", [1, 2])
def test_a_border_is_as_large_as_is_told(layer: tuple[int, int, int, int], dilation: int) -> None:
    """Kernel − 1 − padding, or dilation·(kernel − 1) − padding; what output padding adds behind is not told."""
    kernel, stride, padding, more = layer
    (axis,) = ConvTranspose(5, kernel, stride, padding, more, dilation=dilation, dims=1).axes
    before = axis.positions.start
    border = [axis.kind(p) for p in axis.positions].count(CellKind.PADDING)
    assert (-before, border + before) == (d := dilation * (kernel - 1) - padding, d + more)
