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
_RGB, _INDEXED, _RGBA = 2, 3, 6  # colour types


def write_still(animation: Animation, stream: BinaryIO, progress: Progress) -> None:
    """Write the frame that a still shows as a PNG."""
    renderer = Renderer(animation.scene, animation.theme)
    PngWriter(animation).write(renderer.frame(animation.timing.steps[animation.still]), stream)
    progress()


class PngWriter:
    """Writes frames of one animation as PNG files: with a palette of the inks, or in full where there are too many."""

    def __init__(self, animation: Animation) -> None:
        self._is_clear = animation.theme.transparent
        self._texts = b"".join(
            _chunk(b"iTXt", keyword + b"\0\0\0\0\0" + text)
            for keyword, text in (
                (b"Comment", mark(animation)),
                (b"Title", animation.title.encode(errors="replace")),
                (b"Description", animation.alt.encode(errors="replace")),
            )
        )

    def write(self, frame: Frame, stream: BinaryIO) -> None:
        """Write one frame."""
        numbers, colours = frame.inks.ranked(frame.numbers) if self._is_clear else (frame.numbers, frame.inks.opaque)
        tables = b""
        if len(colours) <= 256:
            kind, pixels = _INDEXED, numbers.astype(np.uint8)
            tables = _chunk(b"PLTE", colours[:, :3].astype(np.uint8).tobytes())
            if self._is_clear:
                tables += _chunk(b"tRNS", colours[:, 3].astype(np.uint8).tobytes())
        else:
            kind = _RGBA if self._is_clear else _RGB
            pixels = frame.pixels[..., : 4 if self._is_clear else 3].reshape(len(numbers), -1)
        # Each row begins with a byte that says "no filter".
        rows = np.zeros((len(pixels), 1 + pixels.shape[1]), dtype=np.uint8)
        rows[:, 1:] = pixels
        size = numbers.shape[1].to_bytes(4) + numbers.shape[0].to_bytes(4)
        stream.write(b"\x89PNG\r\n\x1a\n")
        stream.write(_chunk(b"IHDR", size + bytes([8, kind, 0, 0, 0])))
        stream.write(self._texts + tables)
        stream.write(_chunk(b"IDAT", zlib.compress(rows.tobytes(), _LEVEL)))
        stream.write(_chunk(b"IEND", b""))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)
