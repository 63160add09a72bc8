"""GIF, frame by frame to the stream: one palette, only the changed rectangle of each frame, unchanged pixels left out.

Source: the GIF89a specification (CompuServe, 1990), and the NETSCAPE2.0 block for loops, which counts repeats.
"""

from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from convanim.animation import Animation
from convanim.export.current import mark
from convanim.export.formats import Progress
from convanim.export.palette import Indices, Packed, Palette, PaletteMaker, packed_colours
from convanim.render import Renderer
from convanim.render.boxes import Box
from convanim.theme import Colour

_HELD = 1 << 22  # pixels of the first frames that are kept until the palette is made, 16 MB
_SAMPLES = 16  # steps behind those whose colours go into it too; in others a stray colour takes the nearest
_KEEP, _CLEAR = 1, 2  # disposal: leave a frame as it is, or clear its rectangle


class _Patch(NamedTuple):
    """A box of a frame: its colours, and which of its pixels are wholly transparent (None: none are)."""

    box: Box
    colours: Packed
    clear: NDArray[np.bool_] | None


def write_gif(animation: Animation, stream: BinaryIO, progress: Progress) -> None:
    """Write an animation as a GIF. Memory does not grow with its length."""
    scene, timing = animation.scene, animation.timing
    palette, frames = _with_palette(animation)
    stream.write(_header(scene.width, scene.height, palette))
    if timing.loop != 1 and len(timing.steps) > 1:
        repeats = 0 if timing.loop == 0 else timing.loop - 1
        stream.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + _short(repeats) + b"\0")
    carried = mark(animation)
    stream.write(b"\x21\xfe" + bytes([len(carried)]) + carried + b"\0")
    if animation.theme.transparent:
        pictures = _cleared(frames, palette)
    else:
        pictures = _kept(frames, palette, scene.width, scene.height)
    for number, (box, indices, disposal) in enumerate(pictures):
        stream.write(_frame(box, indices, palette, timing.duration(number), disposal))
        progress()
    stream.write(b";")


def _with_palette(animation: Animation) -> tuple[Palette, Iterator[list[_Patch]]]:
    """The palette of an animation, and its frames as patches: the first of them made already, the others to come."""
    maker = PaletteMaker(_solid_colours(animation))
    renderer = Renderer(animation.scene, animation.theme)
    steps = animation.timing.steps
    held: list[list[_Patch]] = []
    room = _HELD
    while len(held) < len(steps) and room > 0:
        patches = _patches(animation, renderer, steps[len(held)])
        held.append(patches)
        room -= sum(patch.colours.size for patch in patches)
        for patch in patches:
            maker.see(patch.colours)
    rest = steps[len(held) :]
    if len(rest):
        sampler = Renderer(animation.scene, animation.theme)
        for i in range(min(_SAMPLES, len(rest))):
            step = rest[round(i * (len(rest) - 1) / max(_SAMPLES - 1, 1))]
            for patch in _patches(animation, sampler, step):
                maker.see(patch.colours)
    return maker.palette(), chain(held, (_patches(animation, renderer, step) for step in rest))


def _patches(animation: Animation, renderer: Renderer, step: int) -> list[_Patch]:
    """What a frame changes; all of it where the background is transparent."""
    frame = renderer.frame(step)
    if not animation.theme.transparent:
        return [_Patch(box, packed_colours(frame.pixels[box.region]), None) for box in frame.changed]
    alpha = frame.pixels[..., 3:].astype(np.uint32)
    ground = np.array([*animation.theme.background, 0], dtype=np.uint32)
    mixed = ((frame.pixels * alpha + ground * (255 - alpha) + 127) // 255).astype(np.uint8)
    whole = Box(0, 0, animation.scene.width, animation.scene.height)
    return [_Patch(whole, packed_colours(mixed), alpha[..., 0] == 0)]


def _solid_colours(animation: Animation) -> Iterator[Colour]:
    yield animation.theme.background
    for role in animation.scene.roles():
        style = animation.theme.styles[role]
        yield from (colour for colour in (style.fill, style.stroke) if colour is not None)


def _kept(
    frames: Iterator[list[_Patch]], palette: Palette, width: int, height: int
) -> Iterator[tuple[Box, Indices, int]]:
    """Each frame laid over the one before: the rectangle that differs, most of what does not left out."""
    unchanged = np.uint8(palette.unchanged)
    now = np.full((height, width), unchanged, dtype=np.uint8)
    for patches in frames:
        area = None
        changed = np.zeros(now.shape, dtype=bool)
        for box, colours, _ in patches:
            fresh, before = palette.indices(colours), now[box.region]
            differs = fresh != before
            inner = _bounds(differs)
            if inner is None:
                continue
            changed[box.region] = differs
            before[:] = fresh
            inner = inner.shifted(box.left, box.top)
            area = inner if area is None else area.around(inner)
        area = area or Box(0, 0, 1, 1)  # a frame has at least one pixel, even where nothing changed
        yield area, _left_out(now[area.region], changed[area.region], unchanged), _KEEP


def _left_out(indices: Indices, changed: NDArray[np.bool_], unchanged: np.uint8) -> Indices:
    """Pixels that did not change left out, but for those in a row's run of one colour with some that did: runs pack."""
    starts = np.ones(indices.shape, dtype=bool)
    np.not_equal(indices[:, 1:], indices[:, :-1], out=starts[:, 1:])
    first = np.flatnonzero(starts)
    kept = np.logical_or.reduceat(changed.ravel(), first)
    runs = np.where(kept, indices.ravel()[first], unchanged)
    return np.repeat(runs, np.diff(first, append=indices.size)).reshape(indices.shape)


def _cleared(frames: Iterator[list[_Patch]], palette: Palette) -> Iterator[tuple[Box, Indices, int]]:
    """Each frame by itself, cleared before the next: a drawn pixel cannot become transparent otherwise."""
    for ((_, colours, clear),) in frames:
        assert clear is not None
        indices = np.where(clear, np.uint8(palette.unchanged), palette.indices(colours))
        box = _bounds(~clear) or Box(0, 0, 1, 1)
        yield box, indices[box.region], _CLEAR


def _bounds(mask: NDArray[np.bool_]) -> Box | None:
    """The box of all that is true; None where nothing is."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not len(rows):
        return None
    columns = np.flatnonzero(mask.any(axis=0))
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
