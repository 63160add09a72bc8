"""PNG: a still of one frame, and numbered frames.

Source: the PNG specification (W3C, third edition). Pillow tries five filters on every row, which for flat pictures
takes four times as long as packing them unfiltered and gains nothing, so the few bytes are written here.
"""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from convanim.animation import Animation
from convanim.export.formats import Progress
from convanim.export.png_chunks import INDEXED, RGB, RGBA, chunk, head, packed, tables, texts
from convanim.render import Frame, still
from convanim.render.boxes import LARGEST, Box

_LEVEL = 3  # of zlib; more takes twice the time for a tenth of the bytes


def write_still(animation: Animation, stream: BinaryIO, progress: Progress) -> None:
    """Write the frame that a still shows as a PNG."""
    frame = still(animation.scene, animation.theme, animation.timing.steps[animation.still])
    PngWriter(animation).write(frame, stream)
    progress()


class PngWriter:
    """Writes frames of one animation as PNG files: with a palette of the inks, or in full where there are too many."""

    def __init__(self, animation: Animation) -> None:
        self._is_clear = animation.theme.transparent
        self._texts = texts(animation)

    def write(self, frame: Frame, stream: BinaryIO) -> None:
        """Write one frame."""
        colours = frame.inks.ranked(frame.numbers[:0])[1] if self._is_clear else frame.inks.opaque
        is_indexed = len(colours) <= 256
        height, width = frame.numbers.shape
        kind = INDEXED if is_indexed else RGBA if self._is_clear else RGB
        stream.write(head(width, height, kind))
        stream.write(self._texts + (tables(colours) if is_indexed else b""))
        stream.write(chunk(b"IDAT", packed(self._pixels(frame, kind), _LEVEL)))
        stream.write(chunk(b"IEND", b""))

    def _pixels(self, frame: Frame, kind: int) -> Iterator[NDArray[np.uint8]]:
        """A frame's pixels as a PNG of some kind has them, band by band."""
        for band in Box(0, 0, *reversed(frame.numbers.shape)).bands(LARGEST):
            numbers = frame.numbers[band.region]
            if kind != INDEXED:
                yield frame.inks.pixels(numbers)[..., : 4 if kind == RGBA else 3]
            else:
                yield (frame.inks.ranked(numbers)[0] if self._is_clear else numbers).astype(np.uint8)
