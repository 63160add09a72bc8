"""GIF, frame by frame to the stream: one palette, only the changed rectangle of each frame, unchanged pixels left out.

Source: the GIF89a specification (CompuServe, 1990), and the NETSCAPE2.0 block for loops, which counts repeats.
"""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from convanim.animation import Animation
from convanim.export.formats import Progress
from convanim.export.palette import Palette, packed_colours
from convanim.render import Renderer
from convanim.render.boxes import Box
from convanim.theme import Theme

_SAMPLES = 64  # steps whose colours make the palette; in others a stray colour takes the nearest
_KEEP, _CLEAR = 1, 2  # disposal: leave a frame as it is, or clear its rectangle

Indices = NDArray[np.uint8]


def write_gif(animation: Animation, stream: BinaryIO, progress: Progress) -> None:
    """Write an animation as a GIF. Memory does not grow with its length."""
    scene, timing = animation.scene, animation.timing
    renderer = Renderer(scene, animation.theme)
    palette = _palette(animation, renderer)
    stream.write(_header(scene.width, scene.height, palette))
    if timing.loop != 1 and len(timing.steps) > 1:
        repeats = 0 if timing.loop == 0 else timing.loop - 1
        stream.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + _short(repeats) + b"\0")
    pictures = _cleared if animation.theme.transparent else _kept
    for number, (box, indices, disposal) in enumerate(pictures(animation, renderer, palette)):
        stream.write(_frame(box, indices, palette, timing.duration(number), disposal))
        progress()
    stream.write(b";")


def _palette(animation: Animation, renderer: Renderer) -> Palette:
    """The palette of all that the sampled steps show; the theme's own colours are kept exactly."""
    steps = animation.timing.steps
    count = min(len(steps), _SAMPLES)
    sampled = [steps[round(i * (len(steps) - 1) / max(count - 1, 1))] for i in range(count)]
    seen: list[NDArray[np.uint32]] = []
    for step in sampled:
        frame = renderer.frame(step)
        seen += [np.unique(_matted(frame.pixels[box.region], animation.theme)[0]) for box in frame.changed]
    return Palette(np.concatenate(seen), _solid_colours(animation))


def _solid_colours(animation: Animation) -> Iterator[tuple[int, int, int]]:
    yield animation.theme.background
    for role in animation.scene.roles():
        style = animation.theme.styles[role]
        yield from (colour for colour in (style.fill, style.stroke) if colour is not None)


def _matted(pixels: NDArray[np.uint8], theme: Theme) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
    """Pixels as packed colours, half transparent ones mixed with the background, and which are wholly transparent."""
    if not theme.transparent:
        return packed_colours(pixels), np.zeros(pixels.shape[:2], dtype=bool)
    alpha = pixels[..., 3:].astype(np.uint32)
    ground = np.array([*theme.background, 0], dtype=np.uint32)
    mixed = ((pixels * alpha + ground * (255 - alpha) + 127) // 255).astype(np.uint8)
    return packed_colours(mixed), alpha[..., 0] == 0


def _kept(animation: Animation, renderer: Renderer, palette: Palette) -> Iterator[tuple[Box, Indices, int]]:
    """Each frame laid over the one before: the rectangle that differs, the pixels in it that do not left out."""
    scene = animation.scene
    now = np.full((scene.height, scene.width), palette.unchanged, dtype=np.uint8)
    whole = Box(0, 0, scene.width, scene.height)
    for number, step in enumerate(animation.timing.steps):
        frame = renderer.frame(step)
        delta = np.full_like(now, palette.unchanged)
        # The palette's samples moved the renderer, so the first frame is taken whole.
        for box in frame.changed if number else (whole,):
            fresh = palette.indices(packed_colours(frame.pixels[box.region]))
            delta[box.region] = np.where(fresh == now[box.region], palette.unchanged, fresh)
            now[box.region] = fresh
        box = _bounds(delta != palette.unchanged)
        yield box, delta[box.region], _KEEP


def _cleared(animation: Animation, renderer: Renderer, palette: Palette) -> Iterator[tuple[Box, Indices, int]]:
    """Each frame by itself, cleared before the next: a drawn pixel cannot become transparent otherwise."""
    for step in animation.timing.steps:
        colours, transparent = _matted(renderer.frame(step).pixels, animation.theme)
        indices = np.where(transparent, np.uint8(palette.unchanged), palette.indices(colours))
        box = _bounds(~transparent)
        yield box, indices[box.region], _CLEAR


def _bounds(mask: NDArray[np.bool_]) -> Box:
    """The box of all that is true; one pixel where nothing is, since a frame has at least one."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return Box(0, 0, 1, 1)
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _header(width: int, height: int, palette: Palette) -> bytes:
    colours = bytes(palette.colours.astype(np.uint8).ravel())
    table = colours.ljust(3 << palette.bits, b"\0")
    return b"GIF89a" + _short(width) + _short(height) + bytes([0xF0 | palette.bits - 1, 0, 0]) + table


def _frame(box: Box, indices: Indices, palette: Palette, duration: int, disposal: int) -> bytes:
    control = b"\x21\xf9\x04" + bytes([disposal << 2 | 1]) + _short(duration) + bytes([palette.unchanged, 0])
    width, height = box.right - box.left, box.bottom - box.top
    place = b"," + _short(box.left) + _short(box.top) + _short(width) + _short(height) + b"\0"
    picture = Image.fromarray(np.ascontiguousarray(indices))
    # Pillow's encoder, asked for directly, takes the bits of an index; saving a picture always spends eight.
    data = picture.tobytes("gif", "L", palette.bits, 0)
    return control + place + bytes([palette.bits]) + data + b"\0"


def _short(number: int) -> bytes:
    return number.to_bytes(2, "little")
