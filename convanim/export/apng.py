"""APNG: a PNG that moves, with true transparency, frame by frame to the stream.

Source: the PNG specification (W3C, third edition), acTL, fcTL and fdAT. The first frame is the picture for programs
that do not play. Each later one is the rectangle that changed: where all that did is opaque it is laid over what was
there, with nothing in it for what did not change; else it takes its place.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from convanim.animation import Animation
from convanim.export.changes import Change, changes
from convanim.export.formats import Progress
from convanim.export.png_chunks import INDEXED, RGBA, chunk, head, packed, tables, texts
from convanim.render import Frame, Inks, frames
from convanim.render.boxes import LARGEST, Box
from convanim.render.inks import CLEAR, Numbers

_LEVEL = 6  # of zlib
_MOST = 256  # colours of a palette
_KEEP = 0  # how a frame is left
_REPLACE, _OVER = 0, 1  # how the next is put onto it


def write_apng(
    animation: Animation, stream: BinaryIO, progress: Progress, drawn: Iterable[Frame] | None = None
) -> None:
    """Write an animation as an APNG, from its frames if they are `drawn`. Memory does not grow with its length.

    Frames are gone through twice, since all colours stand before the first: once for the colours, once to be written.
    """
    scene, timing = animation.scene, animation.timing
    inks = _inks(frames(animation) if drawn is None else drawn)
    colours = _ranked(inks, np.zeros((0, 0), dtype=np.uint16), animation)[1]
    is_indexed = len(colours) <= _MOST
    stream.write(head(scene.width, scene.height, INDEXED if is_indexed else RGBA))
    stream.write(chunk(b"acTL", len(timing.steps).to_bytes(4) + timing.loop.to_bytes(4)))
    stream.write(texts(animation))
    stream.write(tables(colours) if is_indexed else b"")
    sequence = 0
    for number, change in enumerate(changes(frames(animation) if drawn is None else drawn)):
        stream.write(chunk(b"fcTL", sequence.to_bytes(4) + _control(change, timing.duration(number))))
        ranks = (_ranked(inks, part, animation)[0] for part in _left_out(change))
        data = packed((part.astype(np.uint8) if is_indexed else colours[part] for part in ranks), _LEVEL)
        if number == 0:
            stream.write(chunk(b"IDAT", data))
            sequence += 1
        else:
            stream.write(chunk(b"fdAT", (sequence + 1).to_bytes(4) + data))
            sequence += 2
        progress()
    stream.write(chunk(b"IEND", b""))


def _inks(drawn: Iterable[Frame]) -> Inks:
    """All inks of some frames."""
    inks = Inks()
    for frame in drawn:
        inks = frame.inks
    return inks


def _ranked(inks: Inks, numbers: Numbers, animation: Animation) -> tuple[Numbers, NDArray[np.uint8]]:
    """The places of numbers among colours (N, 4), and these: nothing first, then those that pictures can show."""
    if animation.theme.transparent:
        return inks.ranked(numbers)
    colours = np.pad(inks.opaque.astype(np.uint8), ((1, 0), (0, 1)), constant_values=255)
    colours[0] = 0
    return np.where(numbers == CLEAR, np.uint16(0), numbers + np.uint16(1)), colours


def _left_out(change: Change) -> Iterator[Numbers]:
    """The inks of a change, band by band, without those that did not change where it is laid over them."""
    is_opaque = change.is_opaque
    for band in Box(0, 0, *reversed(change.numbers.shape)).bands(LARGEST):
        numbers = change.numbers[band.region]
        yield np.where(change.differs[band.region], numbers, np.uint16(CLEAR)) if is_opaque else numbers


def _control(change: Change, centiseconds: int) -> bytes:
    height, width = change.numbers.shape
    place = b"".join(number.to_bytes(4) for number in (width, height, change.left, change.top))
    blend = _OVER if change.is_opaque else _REPLACE
    return place + centiseconds.to_bytes(2) + (100).to_bytes(2) + bytes([_KEEP, blend])
