"""A GIF glides as far as it has room: within one and a half of its size without."""

import io

import numpy as np
import pytest
from helpers.campaigns import campaign, listed
from helpers.pixels import TOLERANCE, decoded, gif_bytes, pictures_of
from helpers.strategies import layers
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from convanim.export.gif.gif import write_gif
from convanim.export.shared_frames import SharedFrames
from convanim.figures.animation import Animation, compose
from convanim.figures.film import film, glides
from convanim.figures.options import Options
from convanim.figures.recipes.recipes import load_recipe
from convanim.files.catalogue import template_names
from convanim.layers.layer import Conv, Layer, MaxPool


def assert_fits(animation: Animation) -> int:
    """A GIF is not too large, and glides everywhere or nowhere; how many in-betweens there are."""
    plain, made = gif_bytes(animation), gif_bytes(animation, glides=True)
    assert len(made) <= 1.5 * len(plain)
    frames = n_frames(made)
    counts = [count for count in range(4) if len(film(animation, count).timing.steps) == frames]
    assert counts
    assert counts[0] or made == plain
    return counts[0]


def n_frames(gif: bytes) -> int:
    """How many frames there are."""
    with Image.open(io.BytesIO(gif)) as image:
        return getattr(image, "n_frames", 1)


@listed("name", template_names(), start=4, one_in=25)
def test_every_template_fits(name: str) -> None:
    """With all, some or none."""
    animation = load_recipe(name).animation()
    if any(glides(animation)):
        assert_fits(animation)


@campaign(60)
@given(data=st.data())
def test_random_layers_fit(data: st.DataObject) -> None:
    """Whatever they read, at whatever pace."""
    layer = data.draw(layers(data.draw(st.sampled_from(["conv", "max-pool"]))))
    options = Options(step_time=data.draw(st.sampled_from([None, 0.1, 0.3])), max_frames=8, width=640)
    assert_fits(compose(layer, options))


def test_there_is_room_for_some_and_not_for_others() -> None:
    """Numbers weigh more than the lines that move over them; over a slanted grid lines are most of a file."""
    assert assert_fits(compose(MaxPool(4, 2), Options(values="random:1"))) == 3
    assert assert_fits(compose(Conv(6, 3), Options())) == 0


@pytest.mark.parametrize("values", ["random:1", None])
def test_frames_that_are_drawn_already_are_the_same(values: str | None) -> None:
    """Written beside other files it has the same bytes."""
    animation = compose(Conv(4, 2), Options(values=values))
    shared = io.BytesIO()
    write_gif(animation, shared, lambda: None, SharedFrames(animation))
    assert shared.getvalue() == gif_bytes(animation, glides=True)


@pytest.mark.parametrize("transparent", [False, True])
def test_what_is_between_is_in_the_file(transparent: bool) -> None:
    """Every frame, on the way too, looks as it was drawn, for as long as it lasts."""
    played = film(compose(MaxPool(4, 2), Options(values="random:1", transparent=transparent, width=300)))
    seen = decoded(gif_bytes(played))
    assert len(seen.pictures) == 4 + 9 + 1
    assert seen.durations == [10 * time for time in played.timing.times]
    for shown, drawn in zip(seen.pictures, pictures_of(played), strict=True):
        solid = (drawn[..., 3] == 255) & (shown[..., 3] == 255)
        assert solid.mean() > 0.2
        assert np.abs(shown.astype(int) - drawn)[solid].max() <= 2 * TOLERANCE


@pytest.mark.parametrize(("figure", "values"), [(Conv(4, 2), None), (MaxPool(4, 2), "random:1"), (Conv(6, 3), None)])
def test_progress_is_told_once_for_each_frame_of_the_film(figure: Layer, values: str | None) -> None:
    """However many are drawn to find out how many in-betweens there is room for."""
    animation = compose(figure, Options(values=values))
    calls: list[None] = []
    write_gif(animation, io.BytesIO(), lambda: calls.append(None))
    assert len(calls) == len(film(animation).timing.steps)
