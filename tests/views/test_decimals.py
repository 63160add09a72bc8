"""With how many decimals numbers are written: as many as they need, and as their readers need."""

import numpy as np
import pytest

from convanim import AvgPool, Chain, Options, animate
from convanim.figures.animation import compose
from convanim.figures.subject import Comparison, Part
from convanim.scene.scene import Scene, Texts


def written(scene: Scene, role: str) -> set[str]:
    """The texts of a role in the cells of a scene, at all of its steps."""
    texts = [shape.text for shape in scene.shapes if isinstance(shape, Texts) and shape.role == role]
    return {word for text in texts if isinstance(text, tuple) for word in text}


@pytest.mark.parametrize(
    ("size", "values", "expected"),
    [
        (3, [1, 2, 2, 4, 4, 4], {"1.7", "2.7", "3.3", "4.0"}),  # thirds have no end
        (2, [1, 2, 2, 3], {"1.5", "2.0", "2.5"}),  # halves are exact
        (4, [1, 2, 2, 2, 5], {"1.75", "2.75"}),  # so are quarters, with two
        (3, [0, 0, 1, 1], {"0.33", "0.67"}),  # of less than one, one decimal says little
    ],
)
def test_means_have_the_decimals_that_they_need(size: int, values: list[float], expected: set[str]) -> None:
    """One where two would be rounded as well; the same in every cell, and in the equation."""
    scene = compose(AvgPool(len(values), size, 1, dims=1), Options(values=np.array(values))).scene
    assert written(scene, "output") == expected
    assert scene.equation(0).split()[-1] in expected


def test_what_is_read_on_has_two() -> None:
    """The maps of a chain, whose terms are in the next equation, and what a user gave."""
    looks = Options(values=np.arange(25).reshape(5, 5) // 3, view="flat", width=900)
    chain = compose(Chain(5, ["avg-pool 3 s1", "conv 2"]), looks).scene
    assert "12.33" in written(chain, "output")
    assert "1.67" in written(chain, "hidden")
    given = compose(AvgPool(3, 3, 1, dims=1), Options(values=np.array([0.25, 1.5, 3]))).scene
    assert written(given, "output") == {"1.58"}


@pytest.mark.parametrize("view", ["flat", "iso", "matrix"])
@pytest.mark.parametrize("name", ["adaptive_pooling", "count_include_pad", "differ_ceil_mode_mean"])
def test_figures_beside_each_other_have_the_same_decimals(name: str, view: str) -> None:
    """`2.0` in one and `2.7` in the other, in every view: where one figure's means are whole, too."""
    scene = animate(name, view=view).animation.scene
    decimals = {len(word.partition(".")[2]) for word in written(scene, "output")}
    assert decimals == {1}


def test_stacks_beside_each_other_have_the_same_decimals() -> None:
    """Each channel's, with the equation's, which is as wide as that needs."""
    image = np.array([[[0, 2], [4, 2]], [[4, 4], [4, 4]]])
    whole, thirds = AvgPool("2@2x2", 2), AvgPool("2@2x3", (2, 3))
    wide = np.array([[[0, 2, 1], [4, 2, 1]], [[4, 4, 1], [4, 4, 1]]])
    parts = (Part(whole, Options(values=image)), Part(thirds, Options(values=wide)))
    scene = compose(Comparison(parts), Options(width=900)).scene
    assert {len(word.partition(".")[2]) for word in written(scene, "output")} == {2}
    assert "2.00" in scene.equation(0)
