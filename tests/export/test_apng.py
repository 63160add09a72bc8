"""APNG: how the file is built."""

import io

from helpers.streams import Pipe
from PIL import Image

from convanim import Conv, Options
from convanim.export.formats import FORMATS
from convanim.figures.animation import Animation, compose

WORDS = "<b> & 猫 \ud800"


def written(animation: Animation) -> bytes:
    """An animation as an APNG, through a stream that cannot go back."""
    stream = Pipe()
    FORMATS[".apng"].write(animation, stream, lambda: None, None)
    return stream.getvalue()


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """The kinds and contents of a file's chunks."""
    found, place = [], 8
    while place < len(data):
        size = int.from_bytes(data[place : place + 4])
        found.append((data[place + 4 : place + 8], data[place + 8 : place + 8 + size]))
        place += size + 12
    return found


def test_the_file_is_built_as_players_want_it() -> None:
    """The number of frames is right, numbers follow each other, and the first frame is the picture of the file."""
    animation = compose(Conv(5, 3), Options(width=150, title=WORDS, alt=WORDS, glide=False))
    found = chunks(written(animation))
    kinds = [kind for kind, _ in found]
    assert kinds[:2] == [b"IHDR", b"acTL"]
    assert kinds[-1] == b"IEND"
    assert kinds.index(b"fcTL") < kinds.index(b"IDAT")
    assert int.from_bytes(found[1][1][:4]) == len(animation.timing.steps) + 1 == kinds.count(b"fcTL")
    numbers = [int.from_bytes(content[:4]) for kind, content in found if kind in (b"fcTL", b"fdAT")]
    assert numbers == list(range(len(numbers)))
    with Image.open(io.BytesIO(written(animation))) as picture:
        assert picture.info["Title"] == "<b> & 猫 ?"
        assert picture.info["Description"] == "<b> & 猫 ?"


def test_a_frame_is_the_rectangle_that_changed() -> None:
    """Frames that change little take few bytes."""
    animation = compose(Conv(40, 1), Options(view="flat", width=600, max_frames=20, labels=False))
    sizes = [len(content) for kind, content in chunks(written(animation)) if kind in (b"IDAT", b"fdAT")]
    assert max(sizes[1:]) < sizes[0] / 4
