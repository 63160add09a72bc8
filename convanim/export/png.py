"""PNG: a still of the last frame, and single frames."""

from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from convanim.animation import Animation
from convanim.export.formats import Progress
from convanim.render import Renderer


def write_still(animation: Animation, stream: BinaryIO, progress: Progress) -> None:
    """Write the last frame as a PNG."""
    renderer = Renderer(animation.scene, animation.theme)
    frame = renderer.frame(animation.timing.steps[-1])
    write_pixels(frame.pixels, stream, transparent=animation.theme.transparent)
    progress()


def write_pixels(pixels: NDArray[np.uint8], stream: BinaryIO, *, transparent: bool) -> None:
    """Write (height, width, 4) straight RGBA as a PNG, without its alpha unless `transparent`."""
    picture = np.ascontiguousarray(pixels if transparent else pixels[..., :3])
    Image.fromarray(picture).save(stream, format="PNG", compress_level=6)
