"""A width that is left out: as much as the figure needs, and one that is given is kept."""

import pytest

from convanim.errors import RequestError
from convanim.figures.animation import Animation, compose
from convanim.figures.options import Options
from convanim.figures.subject import Comparison, Part, Subject
from convanim.layers.layer import Conv
from convanim.networks.chain import Chain
from convanim.scene.scene import Cells


def made(figure: Subject, **options: object) -> Animation:
    """A figure with options."""
    return compose(figure, Options(**options))  # type: ignore[arg-type]


def compared(*kernels: str) -> Comparison:
    """Convolutions of a 7x7 input, beside each other."""
    figures = [Chain(7, [stage]) for stage in kernels]
    return Comparison(tuple(Part(figure, Options(), stage) for figure, stage in zip(figures, kernels)))


def test_a_layer_is_480_pixels_wide() -> None:
    """Where there is room in the usual width, a picture is no wider."""
    animation = made(Conv(5, 3))
    assert (animation.scene.width, animation.size.pixels) == (480, 480)


def test_numbers_without_room_make_the_picture_wider() -> None:
    """A picture grows where it would be refused, to a width that would not; one that is given stays and is refused."""
    numbers = Conv(12, 3)
    grown = made(numbers, values="arange")
    assert 480 < grown.scene.width == grown.size.pixels <= 1440
    assert made(numbers, values="arange", width=grown.scene.width).scene.width == grown.scene.width
    with pytest.raises(RequestError, match="width 480"):
        made(numbers, values="arange", width=480)


def test_no_window_is_a_block_for_want_of_room() -> None:
    """Three layers side by side have grids by themselves, so that the holes of a dilated window are seen."""
    scene = made(compared("conv 3", "conv 3 d2", "conv 5")).scene
    windows = [
        shape
        for shape in scene.shapes
        if isinstance(shape, Cells) and shape.role == "window" and shape.map == "2/window"
    ]
    assert sum(len(shape.when.at(0)) for shape in windows if hasattr(shape.when, "at")) == 9


def test_more_than_any_width_holds_is_refused() -> None:
    """Numbers that no width has room for are refused as they are at a width that is given."""
    with pytest.raises(RequestError):
        made(Conv(300, 3), values="random:1", heat_map=False)
