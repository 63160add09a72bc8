"""MP4 and WebM: films at a constant rate, which players and slides of every kind keep to, written with PyAV.

A frame is as many pictures of the film as it lasts; encoders pack one that is like the one before into a few bytes.
Colours go by BT.709, and tags say so. What plays a film says whether it starts again, so that an animation that plays
for ever is in it once, and one that plays N times N times.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import gcd
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import av
import numpy as np

from convanim.export.stamp import stamp
from convanim.export.writer import Frames, Progress
from convanim.figures.animation import Animation
from convanim.figures.film import film
from convanim.figures.timing import Timing
from convanim.render.boxes import LARGEST
from convanim.render.frames import Frame, frames

_LONGEST = 25  # centiseconds of a picture; few players like a film of less than four a second
_SHORTEST = 4  # of a picture, where there are many
_MOST_PICTURES = 1_000  # that are shorter than that
_MOST = 20  # pictures of a frame, where it lasts long
_MANY = 100  # of the longest, from which a hold is rounded rather than that pictures are as short as it takes
_VERY_MOST = 2_000  # of one whose time has no such divisor; it may then last half a picture more or less
_WEIGHTS = np.float32(0.2126), np.float32(0.7152), np.float32(0.0722)  # of red, green and blue in brightness; BT.709
_BT709, _LIMITED = 1, 1  # primaries, transfer and matrix; the range of brightness: as ITU-T H.273 numbers them


@dataclass(frozen=True)
class Codec:
    """How a film is packed, and what it is wrapped in."""

    name: str
    settings: dict[str, str]
    container: str
    options: dict[str, str]


# How close (crf), how hard to try, on one thread, so that the bytes are the same everywhere; no picture refers to later
# ones, so that each has its time from the start. Few are looked at ahead: each takes three bytes a pixel, and flat
# pictures gain nothing from more.
MP4 = Codec(
    "libx264",
    {
        **{"crf": "16", "preset": "slow", "tune": "animation", "bf": "0", "rc-lookahead": "4"},
        **{"threads": "1", "flags": "+bitexact"},
    },
    "mp4",
    {"movflags": "faststart"},
)
WEBM = Codec(
    "libvpx-vp9",
    {
        **{"crf": "14", "b": "0", "deadline": "realtime", "cpu-used": "6", "tune-content": "screen"},
        **{"lag-in-frames": "0", "threads": "1", "flags": "+bitexact"},
    },
    "webm",
    {},
)


def write_film(animation: Animation, stream: BinaryIO, progress: Progress, drawn: Frames, codec: Codec) -> None:
    """Write an animation as a film, from its frames if they are `drawn`.

    Films are made in a file of their own first: their beginning tells of their end.
    """
    with TemporaryDirectory() as folder:
        draft = Path(folder) / f"film.{codec.container}"
        _write(film(animation), draft, progress, drawn, codec)
        with open(draft, "rb") as made:
            shutil.copyfileobj(made, stream)
    stream.write(_skipped(codec, stamp(animation)))


write_mp4, write_webm = partial(write_film, codec=MP4), partial(write_film, codec=WEBM)


def _write(animation: Animation, path: Path, progress: Progress, drawn: Frames, codec: Codec) -> None:
    timing, scene = animation.timing, animation.scene
    lasts = picture_time(timing)
    options = {**codec.options, "fflags": "+bitexact"}  # the same figure is the same bytes
    with av.open(str(path), "w", format=codec.container, options=options) as reel:
        reel.metadata["title"] = _encodable(animation.title)
        reel.metadata["comment"] = _encodable(animation.alt)
        track: Any = reel.add_stream(codec.name, rate=Fraction(100, lasts), options=codec.settings)
        track.width, track.height = scene.width + scene.width % 2, scene.height + scene.height % 2
        track.pix_fmt = "yuv420p"
        context = track.codec_context
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = _LIMITED
        count = time = 0
        for number, frame in _pictures(animation, drawn):
            picture = _picture(frame)
            time += timing.duration(number)
            while count < round(time / lasts):
                picture.pts = count
                reel.mux(track.encode(picture))
                count += 1
            progress()
        reel.mux(track.encode())


def _pictures(animation: Animation, drawn: Frames) -> Iterator[tuple[int, Frame]]:
    """The frames by number, as often as they are to be played."""
    for _ in range(max(1, animation.timing.loop)):
        yield from enumerate(frames(animation) if drawn is None else drawn)


def picture_time(timing: Timing) -> int:
    """How many centiseconds each picture of a film lasts: a divisor of all that frames last.

    Where that makes too many pictures it is a divisor of the shortest frame alone, and of very long ones a small part;
    a frame then ends with the picture that is next to its end.
    """
    times = {timing.duration(frame) for frame in range(len(timing.steps))}
    shortest = min(timing.times)
    most = max(_LONGEST, shortest // _MOST)
    lasts = _divisor(gcd(*times), most)
    if max(times) > _MANY * lasts:
        lasts = max(_divisor(shortest, most), shortest // _VERY_MOST)
    if sum(map(timing.duration, range(len(timing.steps)))) > _MOST_PICTURES * lasts:
        lasts = max(lasts, min(_SHORTEST, shortest))
    return lasts


def _divisor(time: int, most: int) -> int:
    """The largest divisor of a time up to some number."""
    return max(part for part in range(1, min(time, most) + 1) if time % part == 0)


def _picture(frame: Frame) -> av.VideoFrame:
    """A frame, which is opaque, as brightness, and as hue of four pixels each; its last pixels fill even sides up."""
    height, width = (side + side % 2 for side in frame.packed.shape)
    packed = np.empty(height * width * 3 // 2, dtype=np.uint8)
    light = packed[: height * width].reshape(height, width)
    hued = packed[height * width :].reshape(2, height // 2, width // 2)
    rows = max(2, LARGEST // width // 4 * 2)
    for top in range(0, height, rows):
        drawn = frame.packed[top : top + rows]
        even = [(0, side % 2) for side in drawn.shape]
        red, green, blue, _ = np.moveaxis(np.pad(drawn, even, "edge").view(np.uint8).reshape(-1, width, 4), 2, 0)
        bright = red * _WEIGHTS[0] + green * _WEIGHTS[1] + blue * _WEIGHTS[2]
        light[top : top + rows] = np.rint(16 + bright * np.float32(219 / 255))
        for plane, one, weight in zip(hued, (blue, red), (_WEIGHTS[2], _WEIGHTS[0])):
            seen = (one - bright) * (112 / 255 / (1 - weight))
            four = seen[::2, ::2] + seen[::2, 1::2] + seen[1::2, ::2] + seen[1::2, 1::2]
            plane[top // 2 : (top + rows) // 2] = np.rint(128 + four / 4)
    return av.VideoFrame.from_ndarray(packed.reshape(-1, width), format="yuv420p")


def _skipped(codec: Codec, text: bytes) -> bytes:
    """An element behind the film that says a text."""
    if codec is MP4:
        return (8 + len(text)).to_bytes(4) + b"free" + text
    return b"\xec" + bytes([0x80 | len(text)]) + text


def _encodable(text: str) -> str:
    return text.encode(errors="replace").decode().replace("\0", " ")
