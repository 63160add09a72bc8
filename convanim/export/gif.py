"""GIF, frame by frame to the stream: one palette, only the changed rectangle of each frame, unchanged pixels left out.

Source: the GIF89a specification (CompuServe, 1990), and the NETSCAPE2.0 block for loops, which counts repeats.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import BinaryIO, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from convanim.animation import Animation
from convanim.export.formats import Progress
from convanim.export.mark import mark
from convanim.export.palette import Indices, Packed, Palette, PaletteMaker
from convanim.render import Frame, Renderer
from convanim.render.boxes import Box
from convanim.render.layers import words
from convanim.theme import Colour

_HELD = 1 << 20  # changed pixels of the first frames that are kept until the palette is made, 12 MB
_SAMPLES = 16  # steps behind those whose colours go into it too; in others a stray colour takes the nearest
_NO_ALPHA = np.uint32(0xFFFFFF)
_KEEP, _CLEAR = 1, 2  # disposal: leave a frame as it is, or clear its rectangle


# Parts of a run that must have changed for all of it to be drawn again; of the pictures that come of these the shortest
# is taken.
_SHARES = (0.0, 0.3)

# A rectangle, the ways to fill it, and its disposal.
_Picture: TypeAlias = tuple[Box, list[Indices], int]


class _Change(NamedTuple):
    """What a frame changes: pixels, as places in the picture taken row by row, and their colours."""

    places: NDArray[np.int64]
    colours: Packed


def write_gif(animation: Animation, stream: BinaryIO, progress: Progress, drawn: Iterable[Frame] | None = None) -> None:
    """Write an animation as a GIF, from its frames if they are `drawn`. Memory does not grow with its length."""
    scene, timing = animation.scene, animation.timing
    palette, frames = _with_palette(animation, drawn)
    stream.write(_header(scene.width, scene.height, palette))
    if timing.loop != 1 and len(timing.steps) > 1:
        repeats = 0 if timing.loop == 0 else timing.loop - 1
        stream.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + _short(repeats) + b"\0")
    for comment in (mark(animation), animation.alt.encode(errors="replace")):
        stream.write(_comment(comment))
    pictures = _cleared if animation.theme.transparent else _kept
    for number, (box, ways, disposal) in enumerate(pictures(frames, palette, scene.width, scene.height)):
        data = min((_packed(indices, palette) for indices in ways), key=len)
        stream.write(_frame(box, data, palette, timing.duration(number), disposal))
        progress()
    stream.write(b";")


def _with_palette(animation: Animation, drawn: Iterable[Frame] | None) -> tuple[Palette, Iterator[_Change]]:
    """The palette of an animation, and its frames as changes: the first of them made already, the others to come."""
    maker = PaletteMaker(_solid_colours(animation))
    steps = animation.timing.steps
    changes = _changes(animation, _frames(animation, steps) if drawn is None else drawn)
    held: list[_Change] = []
    room = _HELD
    for change in changes:
        held.append(change)
        maker.see(change.colours)
        room -= len(change.places)
        if room <= 0:
            break
    rest = steps[len(held) :]
    if len(rest):
        count = min(_SAMPLES, len(rest))
        sampled = [rest[round(i * (len(rest) - 1) / max(count - 1, 1))] for i in range(count)]
        for change in _changes(animation, _frames(animation, sampled)):
            maker.see(change.colours)
    return maker.palette(), chain(held, changes)


def _frames(animation: Animation, steps: Sequence[int]) -> Iterator[Frame]:
    renderer = Renderer(animation.scene, animation.theme)
    return (renderer.frame(step) for step in steps)


def _changes(animation: Animation, frames: Iterable[Frame]) -> Iterator[_Change]:
    """What each frame changes; where the background is transparent, all of it that is not."""
    width = animation.scene.width
    last = np.zeros((animation.scene.height, width), dtype=np.uint32)
    for frame in frames:
        if animation.theme.transparent:
            yield _drawn(frame.pixels, animation.theme.background)
            continue
        places, colours = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.uint32)]
        for box in frame.changed:
            now, before = words(frame.pixels)[box.region], last[box.region]
            rows, columns = np.divmod(np.flatnonzero(now != before), box.right - box.left)
            places.append((rows + box.top) * width + (columns + box.left))
            colours.append(now[rows, columns] & _NO_ALPHA)
            before[:] = now
        yield _Change(np.concatenate(places), np.concatenate(colours))


def _drawn(pixels: NDArray[np.uint8], background: Colour) -> _Change:
    """All pixels that are not wholly transparent, half transparent ones mixed with the background."""
    flat = pixels.reshape(-1, 4)
    places = np.flatnonzero(flat[:, 3])
    colours, alpha = flat[places].astype(np.uint32), flat[places, 3:].astype(np.uint32)
    ground = np.array([*background, 0], dtype=np.uint32)
    mixed = ((colours * alpha + ground * (255 - alpha) + 127) // 255).astype(np.uint8)
    return _Change(places, words(mixed) & _NO_ALPHA)


def _solid_colours(animation: Animation) -> Iterator[Colour]:
    yield animation.theme.background
    for role, series in animation.scene.dresses():
        style = animation.theme.style(role, series)
        yield from (colour for colour in (style.fill, style.stroke) if colour is not None)
    if any(getattr(shape, "levels", None) is not None for shape in animation.scene.shapes):
        yield from animation.theme.heat_colours()


def _kept(frames: Iterator[_Change], palette: Palette, width: int, height: int) -> Iterator[_Picture]:
    """Each frame laid over the one before: the rectangle that differs, more or less of what does not left out."""
    unchanged = np.uint8(palette.unchanged)
    now = np.full((height, width), unchanged, dtype=np.uint8)
    for places, colours in frames:
        fresh = palette.indices(colours)
        differs = fresh != now.ravel()[places]
        places = places[differs]
        now.ravel()[places] = fresh[differs]
        changed = np.zeros(now.shape, dtype=bool)
        changed.ravel()[places] = True
        area = _bounds(places, width)
        here, new = now[area.region], changed[area.region]
        yield area, [_left_out(here, new, unchanged, share) for share in _SHARES], _KEEP


def _cleared(frames: Iterator[_Change], palette: Palette, width: int, height: int) -> Iterator[_Picture]:
    """Each frame by itself, cleared before the next: a drawn pixel cannot become transparent otherwise."""
    for places, colours in frames:
        picture = np.full((height, width), palette.unchanged, dtype=np.uint8)
        picture.ravel()[places] = palette.indices(colours)
        area = _bounds(places, width)
        yield area, [picture[area.region]], _CLEAR


def _bounds(places: NDArray[np.int64], width: int) -> Box:
    """The box around places; one pixel where there are none, since a frame has at least one."""
    if not len(places):
        return Box(0, 0, 1, 1)
    columns = places % width
    rows = int(places.min()) // width, int(places.max()) // width
    return Box(int(columns.min()), rows[0], int(columns.max()) + 1, rows[1] + 1)


def _left_out(indices: Indices, changed: NDArray[np.bool_], unchanged: np.uint8, share: float) -> Indices:
    """Pixels that did not change left out, but for those in a row's run of one colour in which some did: runs pack.

    They are kept where more than `share` of their run changed.
    """
    starts = np.ones(indices.shape, dtype=bool)
    np.not_equal(indices[:, 1:], indices[:, :-1], out=starts[:, 1:])
    first = np.flatnonzero(starts)
    lengths = np.diff(first, append=indices.size)
    kept = np.add.reduceat(changed.ravel(), first, dtype=np.int64) > share * lengths
    return np.where(np.repeat(kept, lengths).reshape(indices.shape) | changed, indices, unchanged)


def _header(width: int, height: int, palette: Palette) -> bytes:
    colours = bytes(palette.colours.astype(np.uint8).ravel())
    table = colours.ljust(3 << palette.bits, b"\0")
    return b"GIF89a" + _short(width) + _short(height) + bytes([0xF0 | palette.bits - 1, 0, 0]) + table


def _comment(text: bytes) -> bytes:
    blocks = [text[start : start + 255] for start in range(0, len(text), 255)]
    return b"\x21\xfe" + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def _packed(indices: Indices, palette: Palette) -> bytes:
    """A picture's data."""
    picture = Image.fromarray(np.ascontiguousarray(indices))
    # Pillow's encoder, asked for directly, takes the bits of an index; saving a picture always spends eight.
    return picture.tobytes("gif", "L", palette.bits, 0)


def _frame(box: Box, data: bytes, palette: Palette, duration: int, disposal: int) -> bytes:
    control = b"\x21\xf9\x04" + bytes([disposal << 2 | 1]) + _short(duration) + bytes([palette.unchanged, 0])
    width, height = box.right - box.left, box.bottom - box.top
    place = b"," + _short(box.left) + _short(box.top) + _short(width) + _short(height) + b"\0"
    return control + place + bytes([palette.bits]) + data + b"\0"


def _short(number: int) -> bytes:
    return number.to_bytes(2, "little")
