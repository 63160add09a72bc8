"""PNG: a still of one frame, and numbered frames.

Source: the PNG specification (W3C, third edition). Pillow tries five filters on every row, which for flat pictures
takes four times as long as packing them unfiltered and gains nothing, so the few bytes are written here.
"""

import zlib
from typing import BinaryIO

import numpy as np

from convanim.animation import Animation
from convanim.export.formats import Progress
from convanim.export.mark import mark
from convanim.render import Frame, Renderer

_LEVEL = 3  # of zlib; more takes twice the time for a tenth of the bytes
_RGB, _RGBA = 2, 6  # colour types


def write_still(animation: Animation, stream: BinaryIO, progress: Progress) -> None:
    """Write the frame that a still shows as a PNG."""
    renderer = Renderer(animation.scene, animation.theme)
    PngWriter(animation).write(renderer.frame(animation.timing.steps[animation.still]), stream)
    progress()


class PngWriter:
    """Writes frames of one animation, in order, as PNG files: RGB, or RGBA where the background is transparent."""

    def __init__(self, animation: Animation) -> None:
        self._width, self._height = animation.scene.width, animation.scene.height
        self._channels = 4 if animation.theme.transparent else 3
        self._texts = b"".join(
            _chunk(b"iTXt", keyword + b"\0\0\0\0\0" + text)
            for keyword, text in (
                (b"Comment", mark(animation)),
                (b"Title", animation.title.encode(errors="replace")),
                (b"Description", animation.alt.encode(errors="replace")),
            )
        )
        # Each row begins with a byte that says "no filter".
        self._rows = np.zeros((self._height, 1 + self._channels * self._width), dtype=np.uint8)

    def write(self, frame: Frame, stream: BinaryIO) -> None:
        """Write the frame that follows the one written last: only what changed is taken over from it."""
        for box in frame.changed:
            rows, columns = box.region
            pixels = frame.pixels[rows, columns, : self._channels]
            start, end = (1 + self._channels * x for x in (box.left, box.right))
            self._rows[rows, start:end] = pixels.reshape(len(pixels), -1)
        size = self._width.to_bytes(4) + self._height.to_bytes(4)
        kind = _RGBA if self._channels == 4 else _RGB
        stream.write(b"\x89PNG\r\n\x1a\n")
        stream.write(_chunk(b"IHDR", size + bytes([8, kind, 0, 0, 0])))
        stream.write(self._texts)
        stream.write(_chunk(b"IDAT", zlib.compress(self._rows.tobytes(), _LEVEL)))
        stream.write(_chunk(b"IEND", b""))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)
