"""Every picture against a plain matplotlib figure of its marks: as smooth, pixel for pixel."""

import numpy as np
from helpers.agg import plain_figure
from helpers.campaigns import campaign, listed
from helpers.pixels import composed, decoded, gif_bytes
from helpers.strategies import LAYERS, layers
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from convanim.figures.animation import Animation
from convanim.figures.options import Options
from convanim.figures.recipes.recipes import load_recipe
from convanim.files.catalogue import template_names, theme_names
from convanim.layers.layer import Layer
from convanim.render.frames import Renderer
from convanim.views.registry import VIEWS

# On the pixels of edges, lines and letters, of 255: the average and the worst of a channel. What is asked for is 1 and
# 8; with these, 32 levels of smoothness in place of 256 are told.
FULL_COLOUR = 0.5, 6
PALETTE = 6, 32
_OTHERS = [name for name in theme_names() if name != "light"]
# Every template in two themes: one of the others in turn, and the one with the thinnest lines.
PAIRS = [(n, theme) for i, n in enumerate(template_names()) for theme in (_OTHERS[i % len(_OTHERS)], "light")]


def edges(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where an edge, a line or a letter passes: the pixels that are unlike one beside them."""
    found = np.zeros(picture.shape[:2], dtype=bool)
    level = np.any(picture[:, 1:] != picture[:, :-1], axis=2)
    upright = np.any(picture[1:] != picture[:-1], axis=2)
    found[:, 1:] |= level
    found[:, :-1] |= level
    found[1:] |= upright
    found[:-1] |= upright
    return found


def differences(made: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> tuple[float, int, int]:
    """How far pictures are apart: on average and at worst where edges are, and at worst elsewhere."""
    off = np.abs(made[..., :3].astype(int) - wanted[..., :3])
    at_edges = edges(wanted)
    return float(off[at_edges].mean()), int(off[at_edges].max()), int(off[~at_edges].max(initial=0))


def assert_smooth(animation: Animation, step: int) -> None:
    """Hold a step against its marks."""
    mean, worst, elsewhere = differences(
        Renderer(animation.scene, animation.theme).frame(step).pixels, plain_figure(animation, step)
    )
    assert mean <= FULL_COLOUR[0]
    assert worst <= FULL_COLOUR[1]
    assert elsewhere == 0


@listed("name, theme", PAIRS, start=8, one_in=29)
def test_templates_are_as_smooth_as_plain_matplotlib(name: str, theme: str) -> None:
    """A template's frame is what a plain matplotlib figure of its marks looks like, edges, lines and letters too."""
    animation = load_recipe(name, theme=theme).animation()
    assert_smooth(animation, animation.scene.steps // 2)


@campaign(200)
@given(
    layer=st.sampled_from(list(LAYERS)).flatmap(layers),
    view=st.sampled_from(list(VIEWS)),
    theme=st.sampled_from(theme_names()),
    values=st.sampled_from([None, "random:7"]),
    width=st.sampled_from([131, 240, 480]),
    at=st.integers(0, 10_000),
)
def test_any_layer_is_as_smooth_as_plain_matplotlib(
    layer: Layer, view: str, theme: str, values: str | None, width: int, at: int
) -> None:
    """So is a frame of any layer, in any view and theme."""
    animation = composed(layer, Options(view=view, theme=theme, values=values, width=width))
    assert_smooth(animation, at % animation.scene.steps)


@listed("place", range(0, len(template_names()), 4), one_in=9)
def test_a_gif_spends_its_colours_on_smooth_edges(place: int) -> None:
    """With 256 colours a GIF's frames stay near to that, and are exact where no edge is."""
    theme = theme_names()[place // 4 % len(theme_names())]
    animation = load_recipe(template_names()[place], theme=theme, max_frames=20, slow=0).animation()
    last = len(animation.timing.steps) - 1
    film = decoded(gif_bytes(animation))
    for frame in (0, last // 2, last):
        wanted = plain_figure(animation, animation.timing.steps[frame])
        mean, worst, elsewhere = differences(film.pictures[frame], wanted)
        assert mean <= PALETTE[0]
        assert worst <= PALETTE[1]
        assert elsewhere == 0


def test_the_yardstick_tells_smooth_from_jagged() -> None:
    """The same figure without smoothing is far from what it should be, so that the tests above say something."""
    animation = load_recipe("padding_strides").animation()
    jagged, smooth = (plain_figure(animation, 4, is_smooth=is_smooth) for is_smooth in (False, True))
    mean, worst, _ = differences(jagged, smooth)
    assert mean > PALETTE[0]
    assert worst > PALETTE[1]
