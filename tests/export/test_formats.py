"""Every format that is registered, and the folder of frames: the same pictures, from a path and to a stream."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers.campaigns import listed, together
from helpers.streams import tries
from PIL import Image, ImageSequence

from convanim import Conv, Options
from convanim.errors import RequestError
from convanim.export.formats import FORMATS
from convanim.export.save import destination, save
from convanim.figures.animation import compose
from convanim.figures.film import film
from convanim.render.frames import frames

LEAST_LIKE = 16  # how far a pixel may be off, of 255: a GIF has a palette
PICTURES = [".gif", ".png", ".apng", ".webp"]  # formats that Pillow reads
# Others, and the tests that read them.
READ_BY = {".html": "test_html.py", ".svg": "test_svg.py", ".pptx": "test_deck.py", ".pdf": "test_pdf.py"}
READ_BY |= {".mp4": "test_video.py", ".webm": "test_video.py"}


def test_every_format_is_read() -> None:
    """Each format is a picture for the tests here, or has tests of its own."""
    assert sorted(FORMATS) == sorted([*PICTURES, *READ_BY])
    assert all(any(Path(__file__).parent.parent.glob(f"*/{name}")) for name in READ_BY.values())


@pytest.mark.usefixtures("no_betweens")
@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize("suffix", PICTURES)
def test_every_picture_shows_the_last_frame(tmp_path: Path, suffix: str, transparent: bool) -> None:
    """A file of every format of pixels opens at the exact size; its last picture is the last step's, or at rest."""
    animation = compose(Conv(4, 3), Options(width=150, transparent=transparent))
    (path,) = save(animation, [destination(str(tmp_path / f"figure{suffix}"))])
    *_, last = [frame.pixels.copy() for frame in frames(animation if suffix == ".png" else film(animation))]
    with Image.open(path) as picture:
        *_, shown = [np.asarray(frame.convert("RGBA"), dtype=int) for frame in ImageSequence.Iterator(picture)]
    assert shown.shape == last.shape
    opaque = last[..., 3] == 255
    assert np.abs(shown - last)[opaque].max() <= LEAST_LIKE
    assert ((shown[..., 3] == 0) == (last[..., 3] < (80 if suffix == ".gif" else 1))).all()


@pytest.mark.usefixtures("no_betweens")
@listed("suffix", FORMATS)
def test_a_stream_gets_the_bytes_of_the_file(tmp_path: Path, suffix: str) -> None:
    """What goes to standard output is what a file would hold; any case of the suffix names the format."""
    animation = compose(Conv(4, 3), Options(width=150))
    calls: list[None] = []

    def are_alike() -> bool:
        stream = io.BytesIO()
        FORMATS[suffix].write(animation, stream, lambda: calls.append(None), None)
        (path,) = save(animation, [destination(str(tmp_path / f"figure{suffix.upper()}"))])
        return path.read_bytes() == stream.getvalue()

    assert any(are_alike() for _ in range(tries(suffix)))
    assert calls


@listed("suffix, most", [(s, form.most) for s, form in FORMATS.items() if form.most])
def test_a_side_that_a_format_cannot_say_is_refused(tmp_path: Path, suffix: str, most: int) -> None:
    """A picture too tall is refused before it is drawn; one as tall as may be is written whole."""
    small = compose(Conv(2, 2), Options(width=64, view="flat", labels=False, still=True))
    at_most, past = (replace(small, scene=replace(small.scene, height=height)) for height in (most, most + 1))
    (path,) = save(at_most, [destination(str(tmp_path / f"most{suffix}"))])
    assert path.stat().st_size > 0
    if suffix in PICTURES:
        with Image.open(path) as picture:
            assert picture.size == (64, most)
    with pytest.raises(RequestError, match=f"a side of its pictures is at most {most:,} pixels"):
        save(past, [destination(str(tmp_path / f"past{suffix}"))])
    assert not (tmp_path / f"past{suffix}").exists()


def test_frames_are_the_rendered_pictures(tmp_path: Path) -> None:
    """A folder holds one PNG a step, pixel for pixel."""
    animation = compose(Conv(4, 3), Options(width=150, transparent=True))
    save(animation, [destination(str(tmp_path) + "/")])
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == [f"conv_{n:03}.png" for n in range(4)]
    for path, frame in zip(files, frames(animation)):
        with Image.open(path) as picture:
            assert np.array_equal(np.asarray(picture.convert("RGBA")), frame.pixels)


@together("name", ["figure", "figure.bmp", "figure.", ".gif.x", ""])
def test_what_names_no_format_is_refused(name: str) -> None:
    """The refusal lists the formats that there are."""
    with pytest.raises(RequestError) as caught:
        destination(name)
    assert caught.value.field == "output"
    assert ".gif" in str(caught.value)
