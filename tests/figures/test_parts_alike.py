"""Two and three layers side by side, of different sizes: drawn as layers, in cells and letters of one size."""

from math import hypot

import numpy as np
from helpers.campaigns import together

from convanim import AvgPool, Chain, Comparison, Conv, MaxPool, Options, Part
from convanim.figures.animation import compose
from convanim.figures.recipes.recipes import load_recipe
from convanim.scene.scene import Cells, Scene, Texts

STAGES: dict[str, tuple[int, list[list[str]]]] = {
    "three kernels": (7, [["conv 3"], ["conv 3 d2"], ["conv 5"]]),
    "two paddings": (6, [["conv 3 s2 padding=same"], ["conv 3 s2 padding=valid"]]),
    "one and seven": (12, [["conv 1"], ["conv 7 p3"]]),
    "three operations": (8, [["max-pool 2"], ["conv 2 s2"], ["avg-pool 2"]]),
    "up": (3, [["conv-transpose 3 s2"], ["upsample scale_factor=2"]]),
    "one and two": (9, [["conv 5"], ["conv 3", "conv 3"]]),
}


def compared(name: str, width: int, **options: object) -> Scene:
    """The scene of one of the comparisons, of chains as quoted layers are."""
    size, stages = STAGES[name]
    parts = tuple(Part(Chain(size, each), Options(**options)) for each in stages)  # type: ignore[arg-type]
    return compose(Comparison(parts), Options(width=width)).scene


def labels(scene: Scene) -> set[float]:
    """The font sizes of what stands beside maps."""
    texts = [s for s in scene.shapes if isinstance(s, Texts) and s.role == "label"]
    return {s.em for s in texts if isinstance(s.text, tuple) and s.text[0].startswith(("input", "output"))}


@together("width", [480, 960])
@together("name", STAGES)
def test_cells_and_labels_of_all_parts_have_one_size(name: str, width: int) -> None:
    """In a narrow picture and a wide one; and all cells are drawn, none is left out for want of room."""
    scene = compared(name, width)
    sides: dict[str, set[float]] = {}
    for shape in scene.shapes:
        if isinstance(shape, Cells) and shape.map.endswith(("put", "padding", "window")):
            sides.setdefault(shape.map[0], set()).add(round(hypot(*shape.lattice.column), 6))
    assert sorted(sides) == [str(n + 1) for n in range(len(STAGES[name][1]))]
    assert len(set.union(*sides.values())) == 1
    assert len(labels(scene)) == 1


@together("template", ["forward_and_backward", "differ_true_convolution", "fully_connected_as_convolution"])
def test_words_over_what_is_worked_out_are_as_large_as_those_beside_maps(template: str) -> None:
    """Kernel, products, filter, adds: also those that come with a step; titles and signs have their own sizes."""
    scene = load_recipe(template).animation().scene
    words = [s for s in scene.shapes if isinstance(s, Texts) and s.role == "label"]
    told = ("input", "kernel", "products", "filter", "adds")
    assert len({s.em for s in words if isinstance(s.text, tuple) and s.text[0].startswith(told)}) == 1


@together("name", [name for name in STAGES if name != "one and two"])
def test_quoted_layers_are_drawn_as_layers(name: str) -> None:
    """A chain of one layer beside others has that layer's picture, with larger cells than a chain's."""
    size, stages = STAGES[name]
    layers = [Part(Chain(size, each).stages[0], Options()) for each in stages]  # type: ignore[arg-type]
    alone = compose(Comparison(tuple(layers)), Options(width=960, caption=False)).scene
    parts = tuple(Part(Chain(size, each), Options()) for each in stages)
    quoted = compose(Comparison(parts), Options(width=960, caption=False)).scene

    def cells(scene: Scene) -> list[tuple[str, str, object]]:
        return [(s.role, s.map, s.lattice) for s in scene.shapes if isinstance(s, Cells)]

    assert cells(quoted) == cells(alone)


def test_sentences_about_costs_have_one_size() -> None:
    """However long one of them is; three figures have two."""
    scene = compared("three kernels", 530)
    told = [s for s in scene.shapes if isinstance(s, Texts) and s.role == "equation"]
    assert len(told) == 2
    assert len({s.em for s in told}) == 1
    assert max(s.boxes(0, np.arange(len(s)))[:, 2].max() for s in told) <= scene.width


def test_a_maximum_is_written_as_in_its_cell() -> None:
    """Beside a mean in two decimals a maximum has two, in its equation, too."""
    parts = tuple(Part(layer, Options(values=np.arange(16).reshape(4, 4))) for layer in (MaxPool(4, 2), AvgPool(4, 2)))
    scene = compose(Comparison(parts), Options(width=900)).scene
    assert scene.equation(0) == "max(0, 1, 4, 5) = 5.0 | (0 + 1 + 4 + 5)/4 = 2.5"


def test_layers_with_names_keep_them() -> None:
    """Titles are those of the quoted layers, as they are in words."""
    parts = (Part(Chain(6, ["conv 3"]), Options()), Part(Conv(6, 5), Options()))
    scene = compose(Comparison(parts), Options(width=700)).scene
    said = [t for s in scene.shapes if isinstance(s, Texts) and isinstance(s.text, tuple) for t in s.text]
    assert {"conv 3×3", "conv 5×5"} <= set(said)
