"""APNG and WebP: every frame to the pixel, times, loops, transparency."""

import io
from itertools import accumulate, product
from pathlib import Path

import numpy as np
import pytest
from helpers.campaigns import campaign, is_long, listed
from helpers.pixels import Film, Picture, composed, decoded, pictures_of
from helpers.strategies import layers
from helpers.streams import Pipe
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from convanim import Conv, Options
from convanim.export.formats import FORMATS
from convanim.export.save import destination, save
from convanim.export.up_to_date import is_up_to_date
from convanim.figures.animation import Animation, compose
from convanim.figures.film import film
from convanim.figures.recipes.recipes import load_recipe
from convanim.files.catalogue import template_names, theme_names
from convanim.layers.operations import OPERATIONS

LOSSLESS = [".apng", ".webp"]


def seen_in(animation: Animation, suffix: str) -> Film:
    """An animation as a viewer sees it, written through a stream that cannot go back."""
    stream = Pipe()
    FORMATS[suffix].write(animation, stream, lambda: None, None)
    return decoded(stream.getvalue())


def assert_shows(seen: Film, animation: Animation, pictures: list[Picture]) -> None:
    """While each frame lasts, the film shows its picture; where that is the one before, they may be one."""
    timing = animation.timing
    if len(timing.steps) == 1:  # a WebP is then a picture without a time
        assert_same(seen.pictures[0], pictures[0])
        return
    lasts = [10 * timing.duration(number) for number in range(len(timing.steps))]
    starts = np.array([0, *accumulate(seen.durations)])
    assert starts[-1] == sum(lasts)
    for expected, time in zip(pictures, [0, *accumulate(lasts)]):
        place = int(np.searchsorted(starts, time, side="right")) - 1
        assert_same(seen.pictures[place], expected)


def assert_same(picture: Picture, expected: Picture) -> None:
    """Pictures are the same but for the colours that what cannot be seen has."""
    clear = expected[..., 3] == 0
    assert np.array_equal(picture[~clear], expected[~clear])
    assert not picture[clear][:, 3].any()


@listed("op", OPERATIONS, start=1)
@campaign(10)
@given(suffix=st.sampled_from(LOSSLESS), data=st.data())
def test_frames_are_the_renderers_pixel_for_pixel(op: str, suffix: str, data: st.DataObject) -> None:
    """Any layer, theme and background, also forth and back: colours and transparency are kept, times too."""
    options = Options(
        width=240,
        max_frames=5,
        theme=data.draw(st.sampled_from(theme_names())),
        transparent=data.draw(st.booleans()),
        bounce=data.draw(st.booleans()),
        view=data.draw(st.sampled_from(["iso", "flat"])),
        glide=is_long(),  # as those of templates do below
    )
    animation = film(composed(data.draw(layers(op)), options))
    assert_shows(seen_in(animation, suffix), animation, pictures_of(animation))


@listed("name, suffix", list(product(template_names(), LOSSLESS)), one_in=59)
def test_every_template_is_a_film(name: str, suffix: str) -> None:
    """The templates' frames are the renderer's, on no background too."""
    animation = film(load_recipe(name, max_frames=3, transparent=True).animation())
    assert_shows(seen_in(animation, suffix), animation, pictures_of(animation))


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_edges_are_half_transparent(suffix: str) -> None:
    """Slanted lines on no background are anti-aliased in their alpha."""
    alpha = seen_in(compose(Conv(4, 3), Options(transparent=True)), suffix).pictures[-1][..., 3]
    assert ((alpha > 0) & (alpha < 255)).mean() > 0.002


@pytest.mark.parametrize("suffix", LOSSLESS)
@pytest.mark.parametrize("loop", [0, 1, 3])
def test_times_and_loops(loop: int, suffix: str) -> None:
    """Each frame lasts its time, what they made rests at the end, and it plays as often as asked; 0 is for ever."""
    seen = seen_in(compose(Conv(4, 3), Options(width=150, step_time=0.25, hold=1.5, loop=loop, glide=False)), suffix)
    assert seen.durations == [250, 250, 250, 250, 1500]
    assert seen.loop == loop


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_a_still_is_one_frame(suffix: str) -> None:
    """A still is a picture of that frame."""
    animation = compose(Conv(4, 3), Options(width=150, still=True, frame=1))
    stream = Pipe()
    FORMATS[suffix].write(animation, stream, lambda: None, None)
    with Image.open(io.BytesIO(stream.getvalue())) as picture:
        assert getattr(picture, "n_frames", 1) == 1
        assert_same(np.asarray(picture.convert("RGBA")), pictures_of(animation)[0])


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_a_current_file_is_known(tmp_path: Path, suffix: str) -> None:
    """The file carries the animation's mark, and not that of another, however long its words are."""
    one, other = (compose(Conv(size, 3), Options(width=150, alt="long " * 2000)) for size in (3, 4))
    to = destination(str(tmp_path / f"figure{suffix}"))
    save(one, [to])
    assert is_up_to_date(one, to)
    assert not is_up_to_date(other, to)
