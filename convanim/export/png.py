"""PNG: a still of one frame, and numbered frames.

Source: the PNG specification (W3C, third edition). Pillow tries five filters on every row, which for flat pictures
takes four times as long as packing them unfiltered and gains nothing, so the few bytes are written here.
"""

import zlib
from typing import BinaryIO

import numpy as np

from convanim.animation import Animation
from convanim.export.formats import Progress
from convanim.export.png_chunks import INDEXED, RGB, RGBA, chunk, head, rows, tables, texts
from convanim.render import Frame, Renderer

_LEVEL = 3  # of zlib; more takes twice the time for a tenth of the bytes


def write_still(animation: Animation, stream: BinaryIO, progress: Progress) -> None:
    """Write the frame that a still shows as a PNG."""
    renderer = Renderer(animation.scene, animation.theme)
    PngWriter(animation).write(renderer.frame(animation.timing.steps[animation.still]), stream)
    progress()


class PngWriter:
    """Writes frames of one animation as PNG files: with a palette of the inks, or in full where there are too many."""

    def __init__(self, animation: Animation) -> None:
        self._is_clear = animation.theme.transparent
        self._texts = texts(animation)

    def write(self, frame: Frame, stream: BinaryIO) -> None:
        """Write one frame."""
        numbers, colours = frame.inks.ranked(frame.numbers) if self._is_clear else (frame.numbers, frame.inks.opaque)
        palette = b""
        if len(colours) <= 256:
            kind, pixels = INDEXED, numbers.astype(np.uint8)
            palette = tables(colours)
        else:
            kind = RGBA if self._is_clear else RGB
            pixels = frame.pixels[..., : 4 if self._is_clear else 3]
        stream.write(head(numbers.shape[1], numbers.shape[0], kind))
        stream.write(self._texts + palette)
        stream.write(chunk(b"IDAT", zlib.compress(rows(pixels), _LEVEL)))
        stream.write(chunk(b"IEND", b""))
