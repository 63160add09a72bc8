"""How large cells are: as large as there is room for, or as was asked, alike in the templates of a family."""

from typing import Any

import pytest
from click.testing import CliRunner
from helpers.campaigns import together

from convanim.cli import main
from convanim.errors import RequestError
from convanim.figures.animation import compose
from convanim.figures.options import Options
from convanim.figures.recipes.recipes import load_recipe
from convanim.files.catalogue import template_groups
from convanim.layers.layer import Conv, Layer
from convanim.networks.chain import Chain
from convanim.scene.scene import Cells, Scene

FAMILIES = ("Padding and strides", "Transposed convolution", "What a 1×1 convolution is for")


def sides(scene: Scene) -> set[int]:
    """The sides of the input's cells, and of the output's."""
    return {s.lattice.column[0] for s in scene.shapes if isinstance(s, Cells) and s.map in ("input", "output")}


@pytest.mark.parametrize("family", FAMILIES)
def test_slanted_templates_of_a_family_have_cells_of_one_size(family: str) -> None:
    """Slides that are turned do not zoom: a cell of one figure is as large as one of the next."""
    found = set()
    for name in template_groups()[family]:
        recipe = load_recipe(name)
        scene = recipe.animation().scene
        slanted = not any(isinstance(shape, Cells) and shape.lattice.is_upright for shape in scene.shapes)
        if isinstance(recipe.figure, Layer) and slanted:
            found |= sides(scene)
    assert len(found) == 1


@together(
    "figure, options",
    [
        (Conv(4, 3), {}),
        (Conv(4, 3), {"view": "flat"}),
        (Conv(4, 3), {"values": "random:1"}),
        (Conv("3@5", 3, out_channels=2), {}),
        (Conv("3@5", 3, out_channels=2), {"values": "random:1"}),
        (Chain(9, ["conv 3", "conv 3"]), {}),
        (Chain(9, ["conv 3", "conv 3"], dims=1), {"view": "flat"}),
        (Conv(4, 3), {"view": "matrix"}),
        (Conv("2@4", 3), {"view": "im2col"}),
    ],
)
def test_cells_are_no_larger_than_asked(figure: Any, options: dict[str, Any]) -> None:
    """In every view; they grow with the picture's width, as all else does."""
    free = compose(figure, Options(width=960, **options)).scene
    for width in (480, 960):
        bound = compose(figure, Options(width=width, cell_size=14, **options)).scene
        assert max(sides(bound)) <= 14 * width // 480
    assert max(sides(free)) > max(sides(bound)) > 14


def test_wrong_cells_are_refused() -> None:
    """Too few pixels, and cells that numbers that are to be seen have no room in: both with what would work."""
    with pytest.raises(RequestError, match="cell_size 2: fewer than 4 pixels are no cell to be seen; try 32"):
        compose(Conv(4, 3), Options(cell_size=2))
    with pytest.raises(RequestError, match="or a larger cell_size"):
        compose(Conv(4, 3), Options(cell_size=8, values="random:1", heat_map=False))
    ran = CliRunner().invoke(main, ["conv", "-i", "4", "-k", "3", "--cell-size", "2", "-o", "a.gif"])
    assert ran.exit_code == 2
    assert ran.stderr.startswith("Error: --cell-size 2: ")
