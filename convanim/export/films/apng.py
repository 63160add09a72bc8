"""APNG: a PNG that moves, with true transparency, frame by frame to the stream.

Source: the PNG specification (W3C, third edition), acTL, fcTL and fdAT. The first frame is the picture for programs
that do not play. Each later one is the rectangle that changed: where all that did is opaque it is laid over what was
there, with nothing in it for what did not change; else it takes its place.
"""

from typing import BinaryIO

import numpy as np

from convanim.export.films.dirty_rectangles import DirtyRectangle, dirty_rectangles
from convanim.export.png.chunks import RGBA, chunk, density, head, packed, texts
from convanim.export.writer import Frames, Progress
from convanim.figures.animation import Animation
from convanim.figures.film import film
from convanim.render.frames import frames
from convanim.render.pixels import CLEAR, Pixels

_LEVEL = 6  # of zlib
_KEEP = 0  # how a frame is left
_REPLACE, _OVER = 0, 1  # how the next is put onto it


def write_apng(animation: Animation, stream: BinaryIO, progress: Progress, drawn: Frames = None) -> None:
    """Write an animation as an APNG, from its frames if they are `drawn`. Memory does not grow with its length."""
    animation = film(animation)
    scene, timing = animation.scene, animation.timing
    stream.write(head(scene.width, scene.height, RGBA))
    stream.write(chunk(b"acTL", len(timing.steps).to_bytes(4) + timing.loop.to_bytes(4)))
    stream.write(density(animation) + texts(animation))
    sequence = 0
    for number, change in enumerate(dirty_rectangles(frames(animation) if drawn is None else drawn)):
        stream.write(chunk(b"fcTL", sequence.to_bytes(4) + _control(change, timing.duration(number))))
        data = packed(_left_out(change), 4, _LEVEL)
        if number == 0:
            stream.write(chunk(b"IDAT", data))
            sequence += 1
        else:
            stream.write(chunk(b"fdAT", (sequence + 1).to_bytes(4) + data))
            sequence += 2
        progress()
    stream.write(chunk(b"IEND", b""))


def _left_out(change: DirtyRectangle) -> Pixels:
    """The pixels of a change, without those that did not change where it is laid over them."""
    return np.where(change.differs, change.pixels, np.uint32(CLEAR)) if change.is_opaque else change.pixels


def _control(change: DirtyRectangle, centiseconds: int) -> bytes:
    height, width = change.pixels.shape
    place = b"".join(number.to_bytes(4) for number in (width, height, change.left, change.top))
    blend = _OVER if change.is_opaque else _REPLACE
    return place + centiseconds.to_bytes(2) + (100).to_bytes(2) + bytes([_KEEP, blend])
