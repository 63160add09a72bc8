"""PNG: a still of one frame, and numbered frames.

Source: the PNG specification (W3C, third edition). Pillow tries five filters on every row, which for flat pictures
takes four times as long as packing them unfiltered and gains nothing, so the few bytes are written here.
"""

from typing import BinaryIO

from convanim.export.png.chunks import RGB, RGBA, chunk, density, head, packed, texts
from convanim.export.writer import Progress
from convanim.figures.animation import Animation
from convanim.render.frames import Frame, still

_LEVEL = 3  # of zlib; more takes twice the time for a tenth of the bytes


def write_still(animation: Animation, stream: BinaryIO, progress: Progress) -> None:
    """Write the frame that a still shows as a PNG."""
    frame = still(animation.scene, animation.theme, animation.timing.steps[animation.still])
    PngWriter(animation).write(frame, stream)
    progress()


class PngWriter:
    """Writes frames of one animation as PNG files, in full colour."""

    def __init__(self, animation: Animation) -> None:
        self._is_clear = animation.theme.transparent
        self._texts = density(animation) + texts(animation)

    def write(self, frame: Frame, stream: BinaryIO) -> None:
        """Write one frame."""
        height, width = frame.packed.shape
        stream.write(head(width, height, RGBA if self._is_clear else RGB))
        stream.write(self._texts)
        stream.write(chunk(b"IDAT", packed(frame.packed, 4 if self._is_clear else 3, _LEVEL)))
        stream.write(chunk(b"IEND", b""))
