"""The chunks that PNG files are made of.

Source: the PNG specification (W3C, third edition).
"""

import zlib

import numpy as np
from numpy.typing import NDArray

from convanim.export.stamp import stamp
from convanim.figures.animation import Animation
from convanim.render.boxes import LARGEST, Box
from convanim.render.pixels import Pixels, straight_rgba

RGB, RGBA = 2, 6  # colour types


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a kind, such as b"IDAT"."""
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


def head(width: int, height: int, kind: int) -> bytes:
    """A file's beginning, for pixels of a colour type, 8 bits each."""
    size = width.to_bytes(4) + height.to_bytes(4)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + bytes([8, kind, 0, 0, 0]))


def texts(animation: Animation) -> bytes:
    """The mark, the title and the alternative text."""
    return b"".join(
        chunk(b"iTXt", keyword + b"\0\0\0\0\0" + text)
        for keyword, text in (
            (b"Comment", stamp(animation)),
            (b"Title", animation.title.encode(errors="replace")),
            (b"Description", animation.alt.encode(errors="replace")),
        )
    )


def density(animation: Animation) -> bytes:
    """How large a pixel is on paper, for a picture that has a size there."""
    if not animation.size.is_on_paper:
        return b""
    per_metre = round(animation.size.per_inch / 0.0254)
    return chunk(b"pHYs", per_metre.to_bytes(4) * 2 + b"\1")


def packed(pixels: Pixels, channels: int, level: int) -> bytes:
    """A picture's data, band by band: red, green and blue of opaque pixels, or with alpha as a fourth channel."""
    packer = zlib.compressobj(level)
    bands = (pixels[band.region] for band in Box(0, 0, *reversed(pixels.shape)).bands(LARGEST))
    return b"".join([*(packer.compress(_rows(band, channels).data) for band in bands), packer.flush()])


def _rows(pixels: Pixels, channels: int) -> NDArray[np.uint8]:
    """The bytes of pixels (height, width), each row with one in front that says "no filter"."""
    height, width = pixels.shape
    parts = straight_rgba(pixels) if channels == 4 else pixels.view(np.uint8).reshape(height, width, 4)
    begun = np.zeros((height, 1 + channels * width), dtype=np.uint8)
    for channel in range(channels):  # one at a time, which is much faster
        begun[:, 1 + channel :: channels] = parts[..., channel]
    return begun
