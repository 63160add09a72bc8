"""The renderer against Agg drawing every mark anew: the same picture but for how smooth its edges are."""

import numpy as np
import pytest
from agg import drawn_by_agg
from campaigns import campaign, listed
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pixels import composed
from strategies import LAYERS, layers

from convanim.animation import Animation
from convanim.layers import Layer
from convanim.options import Options
from convanim.recipes import load_recipe, template_names
from convanim.render import Renderer
from convanim.theme import theme_names
from convanim.views import VIEWS


def flat(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where a picture has one colour three pixels far in every direction: no edge, line or letter is near."""
    same = np.ones(pixels.shape[:2], dtype=bool)
    colours = np.ascontiguousarray(pixels).view(np.uint32)[..., 0]
    for axis in (0, 1):
        differs = np.diff(colours, axis=axis) != 0
        for shift in range(-3, 3):
            same &= ~np.roll(np.pad(differs, [(0, int(axis == 0)), (0, int(axis == 1))]), shift + 1, axis=axis)
    return same


def compared(animation: Animation, step: int) -> None:
    """Hold a step against its marks."""
    wanted = drawn_by_agg(animation, step)
    made = Renderer(animation.scene, animation.theme).frame(step).pixels
    inside = flat(wanted)
    assert np.array_equal(made[inside], wanted[inside])
    assert np.abs(np.subtract(made, wanted, dtype=np.int16)).mean() <= 7


@listed("name", template_names())
@pytest.mark.parametrize("theme", ["classic", "dark"])
def test_templates_are_their_marks(name: str, theme: str) -> None:
    """Away from edges each pixel of a template has the colour that Agg gives it; edges weigh as much on the whole."""
    animation = load_recipe(name, theme=theme).animation()
    for step in (0, animation.scene.steps // 2):
        compared(animation, step)


@campaign(40)
@given(
    layer=st.sampled_from(list(LAYERS)).flatmap(layers),
    view=st.sampled_from(list(VIEWS)),
    theme=st.sampled_from(theme_names()),
    values=st.sampled_from([None, "random:7"]),
    at=st.integers(0, 10_000),
)
def test_any_layer_is_its_marks(layer: Layer, view: str, theme: str, values: str | None, at: int) -> None:
    """So it is for any layer."""
    animation = composed(layer, Options(view=view, theme=theme, values=values, width=240))
    compared(animation, at % animation.scene.steps)
