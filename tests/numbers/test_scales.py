"""What colours stand for: signed numbers, counts, light; and one scale for maps that are compared."""

from pathlib import Path

import numpy as np
import pytest
from helpers.stacks import drawn
from PIL import Image

from convanim.figures.animation import Animation, compose
from convanim.figures.options import Options
from convanim.figures.subject import Comparison, Part
from convanim.layers.layer import AvgPool, Conv, Layer, MaxPool
from convanim.networks.chain import Chain
from convanim.numbers.scales import Scale, scale_of, shared
from convanim.render.frames import Renderer
from convanim.scene.scene import Cells, Lines, Scene


def scales(animation: Animation) -> dict[str, str]:
    """The scale of each map that is drawn in colours."""
    shapes = [shape for shape in animation.scene.shapes if isinstance(shape, Cells) and shape.levels is not None]
    return {shape.map: shape.role for shape in shapes if shape.map.startswith(("input", "map", "output"))}


def test_counts_have_no_side_below_zero() -> None:
    """Numbers from zero up are counts, with a negative one among them signed; rounding is none."""
    assert scale_of(np.array([0, 4, 1])) == Scale("count", 4)
    assert scale_of(np.array([0, 4, -5])) == Scale("heat", 5)
    assert scale_of(np.array([-1e-15, 4.0]), 1e-10) == Scale("count", 4)
    assert scale_of(np.array([1e-15, -1e-15]), 1e-10) == Scale("count", 1)
    assert scale_of(np.array([-np.inf, 2.0])) == Scale("count", 2)
    assert Scale("heat", 4).levels(np.array([-4, 1, -np.inf])).tolist() == [-1, 0.25, -np.inf]


@pytest.fixture
def photograph(tmp_path: Path) -> str:
    """A picture of 6 by 8 pixels in colour."""
    pixels = np.random.default_rng(7).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "p.png")
    return str(tmp_path / "p.png")


@pytest.mark.parametrize("view", ["flat", "iso"])
@pytest.mark.parametrize(
    ("layer", "kernel", "expected"),
    [
        (Conv("6x8", 3), "sobel-x", {"input": "light", "output": "heat"}),
        (Conv("6x8", 3), "gaussian", {"input": "light", "output": "light"}),
        (Conv("3@6x8", 3), "box", {"input": "colour", "output": "count"}),
        (Conv("3@6x8", 3, out_channels=6, groups=3), "gaussian", {"input": "light", "output": "light"}),
        (MaxPool("3@6x8", 2), None, {"input": "light", "output": "light"}),
        (AvgPool("6x8", 2), None, {"input": "light", "output": "light"}),
        (AvgPool("6x8", 2, divisor_override=1), None, {"input": "light", "output": "count"}),
        (Chain("1@6x8", ["conv 3", "relu"]), ["sobel-y", None], {"input": "light", "map 1": "heat", "output": "heat"}),
        (Chain("3@6x8", ["conv 3 2"]), None, {"input": "colour", "output": "count"}),
    ],
)
def test_a_picture_is_drawn_as_one(
    layer: Layer | Chain, kernel: object, expected: dict[str, str], view: str, photograph: str
) -> None:
    """Unasked: in grey, in colour where a layer reads all three channels at once; and so are means of it."""
    animation = drawn(layer, values=photograph, kernel_values=kernel, view=view, width=600)
    assert scales(animation) == expected
    assert not scales(drawn(layer, values=photograph, kernel_values=kernel, heat_map=False, view="flat", width=2000))


def is_crossed(scene: Scene, x: int, y: int) -> bool:
    """Whether a ray of the first step goes through a pixel, or beside it."""
    rays = [shape.at(0) for shape in scene.shapes if isinstance(shape, Lines) and shape.role == "ray"]
    start, end = np.moveaxis(np.concatenate([np.empty((0, 2, 2)), *rays]), 1, 0)
    along, off = end - start, np.array([x, y]) - start
    length = np.maximum(np.hypot(*along.T), 1)
    part = (off * along).sum(axis=1) / length**2
    across = np.abs(off[:, 0] * along[:, 1] - off[:, 1] * along[:, 0]) / length
    return bool(((part > -0.02) & (part < 1.02) & (across < 3)).any())


@pytest.mark.parametrize("view", ["flat", "iso"])
@pytest.mark.parametrize("theme", ["classic", "dark", "print"])
def test_pixels_have_the_colours_of_the_picture(theme: str, view: str, photograph: str) -> None:
    """Every cell of the input, on any page: its own grey, or its own red, green and blue, to 1/31."""
    for layer, mode, near in ((Conv("3@6x8", 3, out_channels=2), "RGB", 4), (Conv("6x8", 3), "L", 2)):
        animation = compose(layer, Options(values=photograph, view=view, theme=theme, width=700))
        scene = animation.scene
        own = next(shape for shape in scene.shapes if isinstance(shape, Cells) and shape.map == "input")
        pixels = Renderer(scene, animation.theme).frame(0).pixels
        given = np.asarray(Image.open(photograph).convert(mode)).astype(int).reshape(6, 8, -1)
        for cell in np.ndindex(6, 8):
            x, y = own.lattice.points(np.array(cell) + np.array([0.3, 0.6])).astype(int)
            if max(cell) < 3 or is_crossed(scene, x, y):
                continue  # the window's frame and the rays are there
            assert np.abs(pixels[y, x, :3].astype(int) - given[cell]).max() <= near, cell


def test_figures_beside_each_other_have_one_scale() -> None:
    """The same number has the same colour in both outputs; light stays light, inner maps keep their own."""
    one, two = (Scale("count", 3), Scale("heat", 2), Scale("count", 4)), (Scale("light", 255), Scale("heat", 9))
    assert shared([one, (), two]) == (
        (Scale("count", 3), Scale("heat", 2), Scale("heat", 9)),
        (),
        (Scale("light", 255), Scale("heat", 9)),
    )
    assert shared([(), ()]) == ((), ())


def test_a_comparison_has_one_scale() -> None:
    """In two figures side by side the same number has the same colour; without colours nothing is drawn anew."""
    values = np.full((4, 4), 3)
    asked = [Options(values=values, kernel_values=np.ones((n, n), int), heat_map=True) for n in (1, 2)]
    parts = tuple(Part(Conv(4, n), own) for n, own in zip((1, 2), asked))
    scene = compose(Comparison(parts), Options(width=800)).scene
    found = {
        shape.map: set(np.asarray(shape.levels).tolist())
        for shape in scene.shapes
        if isinstance(shape, Cells) and shape.map.endswith("put")
    }
    assert found == {"1/input": {1.0}, "1/output": {0.25}, "2/input": {1.0}, "2/output": {1.0}}
