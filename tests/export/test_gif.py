"""GIFs, decoded again: the frames, their number, times, loops and colours; and the palette's own laws."""

import io
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign, is_long, listed
from helpers.pixels import composed, decoded, gif_bytes, pictures_of
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st
from numpy.typing import NDArray
from PIL import Image

from convanim.export.gif.gif import write_gif
from convanim.export.gif.palette import Palette
from convanim.export.gif.seen_colours import SeenColours
from convanim.figures.animation import Animation, compose
from convanim.figures.film import film as resting
from convanim.figures.options import Options
from convanim.figures.timing import Timing
from convanim.files.catalogue import theme_names
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool
from convanim.render.boxes import Box
from convanim.render.frames import Frame, frames
from convanim.render.pixels import PIXEL, solid
from convanim.scene.scene import ALWAYS, Cells, Lattice, Scene, When

FIGURES: list[tuple[Layer, dict[str, Any]]] = [
    (Conv(4, 3), {}),
    (Conv((4, 6), (2, 3), padding=1), {"values": "random:1", "caption": True}),
    (ConvTranspose(3, 3, 2, 1, 1), {"transposed_as": "scatter", "values": "random:1"}),
    (MaxPool(5, 2, ceil_mode=True), {"view": "iso", "values": "random:1", "theme": "colorblind"}),
    (AvgPool(6, 2, dims=1), {"theme": "print", "values": "arange"}),
    (Conv(5, 1, 2), {"width": 64}),
    (Conv(3, 2), {"width": 1500, "theme": "dark"}),
]


SEEN = 80  # of 255: what is less there than that is not there in a GIF without a background


def still(count: int, when: When = ALWAYS, *, transparent: bool = False) -> Animation:
    """A figure of one row of cells over `count` steps."""
    cells = np.array([(0, 0), (0, 1)])
    shape = Cells("input", "input", Lattice((4, 4), (20, 0), (0, 20)), cells, cells, when)
    scene = Scene(60, 30, count, (shape,), lambda step: (), lambda step: (), lambda step: "", 1.0)
    animation = compose(Conv(4, 3), Options(transparent=transparent))
    return replace(animation, scene=scene, timing=Timing(range(count), (7,) * count, 20, 0))


@listed("figure, transparent", list(product(FIGURES, [False, True])), one_in=9)
def test_a_gif_shows_the_frames(figure: tuple[Layer, dict[str, Any]], transparent: bool) -> None:
    """Every decoded frame is the rendered one but for the palette; without a background pixels are whole or clear."""
    layer, options = figure
    animation = resting(composed(layer, Options(transparent=transparent, **options)))
    film, drawn = decoded(gif_bytes(animation)), pictures_of(animation)
    assert len(film.pictures) == len(drawn) == animation.scene.steps
    for got, made in zip(film.pictures, drawn):
        assert got.shape == made.shape
        assert np.array_equal(got[..., 3] == 255, made[..., 3] >= SEEN)
        off = np.abs(got[..., :3].astype(int) - made[..., :3]) * (made[..., 3:] >= SEEN)
        assert off.max() <= 16
        # On the narrowest page hardly a pixel is not on the edge of something.
        assert off.mean() < (0.5 if made.shape[1] > 64 else 1)


@pytest.mark.parametrize("name", theme_names())
def test_the_themes_colours_are_exact(name: str) -> None:
    """The solid colours of a figure are in the palette as the theme has them."""
    animation = composed(Conv(5, 3, 2, 1), Options(theme=name, values="random:1"))
    film = decoded(gif_bytes(animation))
    styles = [animation.theme.styles[role] for role in animation.scene.roles()]
    solid = {colour for style in styles for colour in (style.fill, style.stroke) if colour is not None}
    assert solid | {animation.theme.background} <= film.colours


@pytest.mark.parametrize("transparent", [False, True])
def test_frames_that_do_not_change_are_still_frames(transparent: bool) -> None:
    """Equal pictures are frames of their own, each as long as it should be."""
    animation = still(5, transparent=transparent)
    film = decoded(gif_bytes(animation))
    assert film.durations == [70, 70, 70, 70, 70, 200]
    assert all(np.array_equal(picture, film.pictures[0]) for picture in film.pictures)


def test_a_pixel_whose_entry_stays_is_not_said_again() -> None:
    """Where a colour turns into another one that the palette does not tell from it, a frame says nothing."""
    animation, whole = still(4), Box(0, 0, 60, 30)
    first = next(frames(animation)).packed.copy()
    second = first.copy()
    second[10:20, 20:40] ^= 1  # one level of red
    sizes = [written(animation, [Frame(one, (whole,)) for one in (first, *[after] * 4)]) for after in (first, second)]
    # The frame's box and the run of what is unchanged in it are all that may differ.
    assert sizes[1] - sizes[0] < 16


def written(animation: Animation, drawn: list[Frame]) -> int:
    """The bytes of a GIF of some frames."""
    stream = io.BytesIO()
    write_gif(animation, stream, lambda: None, drawn)
    return len(stream.getvalue())


def test_times_are_whole_centiseconds() -> None:
    """Each step lasts its time, and what they made rests at the end."""
    film = decoded(gif_bytes(compose(Conv(4, 3), Options(step_time=0.254, hold=1.5))))
    assert film.durations == [250, 250, 250, 250, 1500]


@pytest.mark.parametrize(("loop", "block"), [(0, 0), (1, None), (2, 1), (5, 4)])
def test_the_loop_block_counts_repeats(loop: int, block: int | None) -> None:
    """To play for ever is 0, once is no block at all, N times is N − 1 repeats."""
    gif = gif_bytes(compose(Conv(4, 3), Options(loop=loop, width=64)))
    assert decoded(gif).loop == block
    assert gif.count(b"NETSCAPE2.0") == (block is not None)


@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize("options", [{"steps": "1:2"}, {"width": 64}, {"width": 2000, "steps": ":2"}])
def test_a_single_frame_and_odd_sizes(options: dict[str, Any], transparent: bool) -> None:
    """One frame, the narrowest page and a very wide one all decode to what was drawn."""
    animation = compose(Conv(3, 2), Options(transparent=transparent, **options))
    film = decoded(gif_bytes(animation))
    assert len(film.pictures) == len(resting(animation, 0).timing.steps)
    assert film.pictures[0].shape[1] == animation.scene.width == options.get("width", 480)
    assert film.pictures[-1].shape[0] == animation.scene.height


def test_the_steps_decide_the_frames_not_the_other_way() -> None:
    """A slice of the steps gives the same pictures as the whole."""
    whole = decoded(gif_bytes(compose(Conv(5, 3), Options())))
    part = decoded(gif_bytes(compose(Conv(5, 3), Options(steps="3:6"))))
    assert len(part.pictures) == 4
    for a, b in zip(part.pictures[:3], whole.pictures[3:6]):
        assert np.abs(a.astype(int) - b).max() <= 32


def test_a_gif_names_its_size_and_ends() -> None:
    """The file starts with the page's size and ends with the trailer, with one logical screen for all frames."""
    gif = gif_bytes(compose(Conv(4, 3), Options(width=131)))
    assert gif[:6] == b"GIF89a"
    assert int.from_bytes(gif[6:8], "little") == 131
    assert gif[-1:] == b";"
    with Image.open(io.BytesIO(gif)) as image:
        assert image.size == (131, int.from_bytes(gif[8:10], "little"))


class Sink(io.RawIOBase):
    """Takes bytes and forgets them."""

    def write(self, data: Any) -> int:
        """Count them alone."""
        return len(data)


def peak(size: int) -> int:
    """The most memory that writing a figure takes, in bytes."""
    animation = compose(Conv(size, 1), Options(width=160, max_frames=2000, labels=False))
    tracemalloc.start()
    write_gif(animation, Sink(), lambda: None)  # type: ignore[arg-type]
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_memory_does_not_grow_with_the_frames() -> None:
    """Hundreds of frames take little more memory than nine; they would be 17 megabytes and more if they were kept."""
    peak(3)  # fills the caches
    assert peak(20 if is_long() else 14) < peak(3) + 4_000_000


def pixels(colours: Sequence[tuple[int, ...]]) -> NDArray[np.uint32]:
    """Opaque pixels of some colours."""
    return np.array([solid(colour) for colour in colours], dtype=PIXEL)  # type: ignore[arg-type]


COLOURS = st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1, max_size=400)


@campaign(25)
@given(shown=COLOURS, exact=st.lists(st.tuples(*[st.integers(0, 255)] * 3), max_size=30))
def test_a_palette_keeps_exact_colours_and_serves_all(
    shown: list[tuple[int, int, int]], exact: list[tuple[int, int, int]]
) -> None:
    """Exact colours map to themselves, others to the nearest entry; at most 255 and one for what is unchanged."""
    seen = SeenColours()
    seen.numbers(pixels(shown))
    palette = Palette(seen, (255, 255, 255), exact)
    entries = palette.colours
    assert len(entries) <= palette.unchanged == (1 << palette.bits) - 1 <= 255
    assert palette.bits <= 8
    late = (1, 2, 3)
    asked: list[Sequence[tuple[int, ...]]] = [shown, exact or shown, [tuple(row) for row in entries.tolist()], [late]]
    for colours in asked:
        found = palette.indices(seen.numbers(pixels(colours)))
        assert found.max() < palette.unchanged
        far = np.abs(entries[found].astype(int) - np.array(colours)).max(axis=1)
        nearest = np.abs(entries[None].astype(int) - np.array(colours)[:, None]).max(axis=2).min(axis=1)
        assert np.array_equal(far, nearest)
        if len(entries) < 255 and colours[0] != late:
            assert far.max() <= 15
        if colours is asked[2] or (exact and colours is exact):
            assert far.max() == 0


@campaign(25)
@given(numpy_st.arrays(np.uint32, st.integers(0, 400), elements=st.integers(0, 2**32 - 1)), st.integers(1, 40))
def test_every_colour_has_a_number_of_its_own(pixels: NDArray[np.uint32], parts: int) -> None:
    """Equal pixels get equal numbers and others others, however many share a place in the table; none is forgotten."""
    colours = SeenColours()
    numbers = np.concatenate([colours.numbers(part) for part in np.array_split(np.repeat(pixels, 2), parts)])
    assert np.array_equal(colours.seen[numbers], np.repeat(pixels, 2))
    assert len(colours.seen) == len(set(pixels.tolist()) | {0})
    assert np.array_equal(colours.numbers(pixels[::-1]), numbers[::-2])


def test_very_many_colours_do_with_those_that_are_there() -> None:
    """Past the numbers that there are, a colour takes that of the nearest."""
    colours = SeenColours()
    many = (np.arange(65_600, dtype=np.uint32) * 97) | np.uint32(0xFF000000)
    numbers = colours.numbers(many)
    assert len(colours.seen) == 1 << 16
    parts = [found.view(np.uint8).reshape(-1, 4).astype(int) for found in (colours.seen[numbers], many)]
    assert np.abs(parts[0] - parts[1]).max() <= 40
    assert np.array_equal(colours.seen[numbers[:60_000]], many[:60_000])
