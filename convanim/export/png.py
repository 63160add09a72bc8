"""PNG: a still of the last frame, and single frames.

Source: the PNG specification (W3C, third edition). Pillow tries five filters on every row, which for flat pictures
takes four times as long as packing them unfiltered and gains nothing, so the few bytes are written here.
"""

import zlib
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from convanim.animation import Animation
from convanim.export.current import mark
from convanim.export.formats import Progress
from convanim.render import Renderer

_LEVEL = 3  # of zlib; more takes twice the time for a tenth of the bytes
_RGB, _RGBA = 2, 6  # colour types


def write_still(animation: Animation, stream: BinaryIO, progress: Progress) -> None:
    """Write the last frame as a PNG."""
    renderer = Renderer(animation.scene, animation.theme)
    frame = renderer.frame(animation.timing.steps[-1])
    write_pixels(frame.pixels, stream, transparent=animation.theme.transparent, comment=mark(animation))
    progress()


def write_pixels(pixels: NDArray[np.uint8], stream: BinaryIO, *, transparent: bool, comment: bytes) -> None:
    """Write (height, width, 4) straight RGBA as a PNG with a comment, without its alpha unless `transparent`."""
    height, width = pixels.shape[:2]
    channels = pixels if transparent else pixels[..., :3]
    rows = np.zeros((height, 1 + channels.shape[2] * width), dtype=np.uint8)  # each row begins with "no filter"
    rows[:, 1:] = channels.reshape(height, -1)
    size = width.to_bytes(4) + height.to_bytes(4)
    stream.write(b"\x89PNG\r\n\x1a\n")
    stream.write(_chunk(b"IHDR", size + bytes([8, _RGBA if transparent else _RGB, 0, 0, 0])))
    stream.write(_chunk(b"tEXt", b"Comment\0" + comment))
    stream.write(_chunk(b"IDAT", zlib.compress(rows.tobytes(), _LEVEL)))
    stream.write(_chunk(b"IEND", b""))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)
