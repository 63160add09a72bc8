"""GIF, frame by frame to the stream: one palette, only the changed rectangle of each frame, unchanged pixels left out.

Source: the GIF89a specification (CompuServe, 1990), and the NETSCAPE2.0 block for loops, which counts repeats.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from itertools import chain
from typing import BinaryIO, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from convanim.animation import Animation
from convanim.export.formats import Progress
from convanim.export.mark import mark
from convanim.export.palette import Indices, Palette
from convanim.render import Frame, Inks, Renderer, still
from convanim.render.boxes import Box
from convanim.render.inks import CLEAR, Numbers
from convanim.theme import Colour

_HELD = 3 << 20  # bytes of the first frames that are kept until the palette is made
_SAMPLES = 16  # steps behind those whose colours go into it too; in others a stray colour takes the nearest
_KEEP, _CLEAR = 1, 2  # disposal: leave a frame as it is, or clear its rectangle

# A rectangle, what fills it, and its disposal.
_Picture: TypeAlias = tuple[Box, Indices, int]


class _Change(NamedTuple):
    """The box in which a frame may differ from the one before, and the inks in it."""

    box: Box
    numbers: Numbers | Indices


def write_gif(animation: Animation, stream: BinaryIO, progress: Progress, drawn: Iterable[Frame] | None = None) -> None:
    """Write an animation as a GIF, from its frames if they are `drawn`. Memory does not grow with its length."""
    scene, timing = animation.scene, animation.timing
    palette, changes = _with_palette(animation, drawn)
    stream.write(_header(scene.width, scene.height, palette))
    if timing.loop != 1 and len(timing.steps) > 1:
        repeats = 0 if timing.loop == 0 else timing.loop - 1
        stream.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + _short(repeats) + b"\0")
    for comment in (mark(animation), animation.alt.encode(errors="replace")):
        stream.write(_comment(comment))
    pictures = _cleared(changes, palette) if animation.theme.transparent else _kept(changes, palette, animation)
    for number, (box, indices, disposal) in enumerate(pictures):
        stream.write(_frame(box, _packed(indices, palette), palette, timing.duration(number), disposal))
        progress()
    stream.write(b";")


def _with_palette(animation: Animation, drawn: Iterable[Frame] | None) -> tuple[Palette, Iterator[_Change]]:
    """The palette of an animation, and its frames as changes: the first of them made already, the others to come."""
    steps, inks = animation.timing.steps, Inks()
    draw = None if drawn is not None else _drawing(animation, inks)
    frames = iter(drawn or ()) if draw is None else map(draw, steps)
    held: list[_Change] = []
    room = _HELD
    for frame in frames:
        inks = frame.inks
        change = _change(frame, animation)
        fits_bytes = inks.opaque_count <= 256 and not animation.theme.transparent
        kept: Numbers | Indices = change.numbers.astype(np.uint8) if fits_bytes else change.numbers.copy()
        held.append(_Change(change.box, kept))
        room -= kept.nbytes
        if room <= 0:
            break
    rest = steps[len(held) :]
    if len(rest):
        draw = draw or _drawing(animation, inks)
        count = min(_SAMPLES, len(rest))
        for i in range(count):
            draw(rest[round(i * (len(rest) - 1) / max(count - 1, 1))])
        draw(steps[len(held) - 1])  # what the next frame changes is told from the one drawn before
    for colour in (exact := list(dict.fromkeys(_solid_colours(animation)))):
        inks.number(colour)
    palette = Palette(inks, animation.theme.background, exact, is_opaque=not animation.theme.transparent)
    return palette, chain(held, (_change(frame, animation) for frame in frames))


def _drawing(animation: Animation, inks: Inks) -> Callable[[int], Frame]:
    """What draws the frame of a step, of many from the one drawn before."""
    if len(animation.timing.steps) == 1:
        return lambda step: still(animation.scene, animation.theme, step, inks)
    return Renderer(animation.scene, animation.theme, inks).frame


def _change(frame: Frame, animation: Animation) -> _Change:
    """What a frame changes; where the background is transparent, all of it that is not."""
    if animation.theme.transparent:
        box = _bounds(frame.numbers != CLEAR)
    else:
        box = reduce(Box.around, frame.changed) if frame.changed else Box(0, 0, 1, 1)
    return _Change(box, frame.numbers[box.region])


def _solid_colours(animation: Animation) -> Iterator[Colour]:
    yield animation.theme.background
    for role, series in animation.scene.dresses():
        style = animation.theme.style(role, series)
        yield from (colour for colour in (style.fill, style.stroke) if colour is not None)
    if any(getattr(shape, "levels", None) is not None for shape in animation.scene.shapes):
        yield from animation.theme.heat_colours()


def _kept(changes: Iterator[_Change], palette: Palette, animation: Animation) -> Iterator[_Picture]:
    """Each frame laid over the one before, the first whole: what differs, without most of what does not."""
    whole, numbers = next(changes)
    now = palette.indices(numbers)
    yield whole, now.copy(), _KEEP
    ground = palette.index(animation.theme.background)
    for box, numbers in changes:
        fresh, before = palette.indices(numbers), now[box.region]
        differs = fresh != before
        before[:] = fresh
        area = _bounds(differs)
        new, changed = fresh[area.region], differs[area.region]
        yield area.shifted(box.left, box.top), _left_out(new, changed, ground, palette.unchanged), _KEEP


def _cleared(changes: Iterator[_Change], palette: Palette) -> Iterator[_Picture]:
    """Each frame by itself, cleared before the next: a drawn pixel cannot become transparent otherwise."""
    for box, numbers in changes:
        yield box, palette.indices(numbers), _CLEAR


def _bounds(where: NDArray[np.bool_]) -> Box:
    """The box around all that is true; one pixel where nothing is, since a frame has at least one."""
    rows = np.flatnonzero(where.any(axis=1))
    if not len(rows):
        return Box(0, 0, 1, 1)
    columns = np.flatnonzero(where.any(axis=0))
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _left_out(indices: Indices, changed: NDArray[np.bool_], ground: int, unchanged: int) -> Indices:
    """A picture without the pixels that did not change.

    The ground stays in runs, row after row, in which some of it changed: what is erased there then leaves no trace in
    the run, which packs better than many short ones.
    """
    is_ground, flat = (indices == ground).ravel(), changed.ravel()
    turns = np.flatnonzero(is_ground[1:] != is_ground[:-1])
    ends = np.concatenate([[0], turns + 1, [len(flat)]])  # of runs, of which every other one is ground
    kept = np.logical_or.reduceat(flat, ends[:-1])
    kept[int(is_ground[0]) :: 2] = False
    left_out = ~(np.repeat(kept, ends[1:] - ends[:-1]) | flat)
    # The index of what is unchanged is all ones, which takes the place of any other: much faster than a choice.
    return indices | (left_out.view(np.uint8) * np.uint8(unchanged)).reshape(indices.shape)


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
