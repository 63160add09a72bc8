"""Outlines of windows and current cells in pictures: 3:1 at least to whatever lies around them."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

import numpy as np
from helpers.campaigns import campaign, listed
from helpers.stacks import drawn
from helpers.strategies import LAYERS, channelled
from hypothesis import given
from hypothesis import strategies as st

from convanim.figures.animation import Animation
from convanim.figures.recipes.recipes import load_recipe
from convanim.files.catalogue import template_names, theme_names
from convanim.render.frames import Renderer
from convanim.scene.scene import Lines
from convanim.style.contrast import Colour, contrast
from convanim.style.theme import UNDER, Theme
from convanim.style.theme_rules import LEAST_CONTRAST_OF_MARKS
from convanim.views.registry import VIEWS

INSIDE = ("window", "window_padding", "window_zero", "window_overhang", "window_hidden", "current", "winner")
AROUND = [role for role in UNDER if not role.startswith("block")]  # overviews outline nothing
HUES = 13  # more than there are, twice over


def fills(theme: Theme, roles: Iterable[str]) -> set[Colour]:
    """What fills cells of some roles, in every hue."""
    found = {theme.style(role, series).fill for role in roles for series in (None, *range(HUES))}
    return {fill for fill in found if fill is not None}


def around(animation: Animation, step: int) -> Iterator[Colour]:
    """What fills the places beside the outlines of a step, but for what is outlined; nine pixels of one colour.

    Lines and digits, which fill no cell, are not what an outline is found on.
    """
    scene, theme = animation.scene, animation.theme
    pixels = Renderer(scene, theme).frame(step).pixels[..., :3]
    off = theme.style("accent").width * scene.unit / 2 + 3
    beside = {theme.background} | fills(theme, AROUND) - fills(theme, INSIDE)
    for shape in scene.shapes:
        for start, end in shape.at(step) if isinstance(shape, Lines) and shape.role == "accent" else ():
            long = float(np.hypot(*(end - start)))
            if long < 4:
                continue
            across = np.array([start[1] - end[1], end[0] - start[0]]) / long
            for share, side in ((share, side) for share in (0.25, 0.5, 0.75) for side in (-off, off)):
                x, y = np.floor(start + share * (end - start) + side * across).astype(int)
                spot = pixels[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2].reshape(-1, 3)
                if len(spot) == 9 and (spot == spot[0]).all() and tuple(spot[0].tolist()) in beside:
                    red, green, blue = spot[0].tolist()
                    yield red, green, blue


def least_contrast(animation: Animation, step: int) -> float:
    """Of the outlines with what is around them; 21 where there are none."""
    stroke = animation.theme.style("accent").stroke
    assert stroke is not None
    return min((contrast(stroke, colour) for colour in set(around(animation, step))), default=21.0)


@listed("name, theme", list(product(template_names(), theme_names())), one_in=29)
def test_outlines_of_templates_stand_out(name: str, theme: str) -> None:
    """In the first frame, a middle one and the last."""
    animation = load_recipe(name, theme=theme).animation()
    for step in {0, animation.scene.steps // 2, animation.scene.steps - 1}:
        assert least_contrast(animation, step) >= LEAST_CONTRAST_OF_MARKS


@campaign(200, deadline=None)
@given(
    layer=st.sampled_from(list(LAYERS)).flatmap(channelled),
    view=st.sampled_from(list(VIEWS)),
    theme=st.sampled_from(theme_names()),
    at=st.integers(0, 10_000),
)
def test_outlines_of_any_layer_stand_out(layer: Any, view: str, theme: str, at: int) -> None:
    """With channels and groups, in every view and theme."""
    animation = drawn(layer, view=view, theme=theme)
    assert least_contrast(animation, at % animation.scene.steps) >= LEAST_CONTRAST_OF_MARKS
