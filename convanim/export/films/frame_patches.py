"""What a frame changes of the one before, as small lossless WebP files to be drawn over it."""

import io
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from convanim.figures.animation import Animation
from convanim.render.boxes import Box
from convanim.render.frames import Frame, frames

_MOST = 6  # patches of a frame; more are one

Patch = tuple[int, int, bytes]  # left, top, and the file


def frame_patches(animation: Animation) -> Iterator[list[Patch]]:
    """The patches of each frame, exact to the pixel.

    Where the background is transparent, what is under a patch goes; else its transparent pixels leave it as it was.
    """
    last: NDArray[np.uint8] | None = None
    for frame in frames(animation):
        yield [_patch(frame, box, None if animation.theme.transparent else last) for box in _few(frame.changed)]
        last = frame.pixels.copy()


def _few(boxes: Sequence[Box]) -> Sequence[Box]:
    """Boxes, or the one around them where they are many."""
    if len(boxes) <= _MOST:
        return boxes
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    return (Box(left, top, max(box.right for box in boxes), max(box.bottom for box in boxes)),)


def _patch(frame: Frame, box: Box, last: NDArray[np.uint8] | None) -> Patch:
    pixels = frame.pixels[box.region].copy()
    if last is not None:
        pixels[(pixels == last[box.region]).all(axis=2)] = 0
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", lossless=True, quality=50)  # half of what PNG takes
    return box.left, box.top, file.getvalue()
