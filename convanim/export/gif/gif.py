"""GIF, frame by frame to the stream: one palette, only the changed rectangle of each frame, unchanged pixels left out.

Source: the GIF89a specification (CompuServe, 1990), and the NETSCAPE2.0 block for loops, which counts repeats.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache, partial, reduce
from itertools import chain
from math import inf
from typing import IO, BinaryIO, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from convanim.export.gif.betweens import Write, write_fitting
from convanim.export.gif.palette import Palette
from convanim.export.gif.seen_colours import ColourNumbers, SeenColours
from convanim.export.stamp import stamp
from convanim.export.writer import Frames, Progress
from convanim.figures.animation import Animation
from convanim.figures.film import film, glides
from convanim.render.boxes import Box
from convanim.render.frames import Frame, Renderer, still
from convanim.render.pixels import CLEAR, Pixels, cut_out
from convanim.scene.scene import Scene
from convanim.style.theme import Colour

_HELD = 6 << 20  # bytes of the first frames that are kept until the palette is made
_SAMPLES = 16  # steps behind those whose colours go into it too; in others a stray colour takes the nearest
_SEEN = 80  # of 255: the alpha from which a pixel is kept where there is no background; thin lines have no more
Draw: TypeAlias = Callable[[int], Frame]  # the frame of a step
_KEEP, _CLEAR = 1, 2  # disposal: leave a frame as it is, or clear its rectangle


class _Change(NamedTuple):
    """The box that a frame changes, and the colours there.

    `places` (N,) count the box's pixels row by row; their colours have `numbers` (N,). Where there are no places, the
    numbers are those of all pixels.
    """

    box: Box
    places: NDArray[np.uint32] | None
    numbers: ColourNumbers

    @property
    def nbytes(self) -> int:
        """How many bytes it takes."""
        return sum(part.nbytes for part in (self.places, self.numbers) if part is not None)


def write_gif(animation: Animation, stream: BinaryIO, progress: Progress, drawn: Frames = None) -> None:
    """Write an animation as a GIF, from its frames if they are `drawn`. Memory does not grow with its length.

    It glides as far as that leaves it within `betweens.MOST` times its size.
    """
    if not any(glides(animation)):
        played = film(animation)
        _write(_drawing(played), played, stream, drawn, progress)
        return

    def writing(scene: Scene) -> Write:
        return partial(_write, _drawing(replace(animation, scene=scene)))

    write_fitting(animation, stream, drawn, progress, writing)


def _write(
    draw: Draw, animation: Animation, stream: IO[bytes], drawn: Frames, progress: Progress, most: float = inf
) -> None:
    """Write a film, frame by frame, until there are more than so many bytes."""
    scene, timing = animation.scene, animation.timing
    palette, changes = _with_palette(animation, drawn, draw)
    stream.write(_header(scene.width, scene.height, palette))
    if timing.loop != 1 and len(timing.steps) > 1:
        repeats = 0 if timing.loop == 0 else timing.loop - 1
        stream.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + _short(repeats) + b"\0")
    for comment in (stamp(animation), animation.alt.encode(errors="replace")):
        stream.write(_comment(comment))
    # Where the background is transparent, each frame is cleared: a drawn pixel cannot become transparent otherwise.
    disposal = _CLEAR if animation.theme.transparent else _KEEP
    seen = np.full((scene.height, scene.width), palette.unchanged, dtype=np.uint8)
    for number, change in enumerate(changes):
        data = _packed(change, palette, seen[change.box.region] if disposal == _KEEP else None)
        stream.write(_frame(change.box, data, palette, timing.duration(number), disposal))
        progress()
        if most < inf and stream.tell() > most:
            return
    stream.write(b";")


def _with_palette(animation: Animation, drawn: Frames, draw: Draw) -> tuple[Palette, Iterator[_Change]]:
    """The palette of an animation, and its frames as changes: the first of them made already, the others to come."""
    steps, colours = animation.timing.steps, SeenColours()
    changed = _shown if animation.theme.transparent else _changes
    frames = map(draw, steps) if drawn is None else map(partial(_cut, animation), drawn)
    changes = changed(frames, colours)
    held: list[_Change] = []
    room = _HELD
    for change in changes:
        held.append(change)
        room -= change.nbytes
        if room <= 0:
            break
    rest = steps[len(held) :]
    if len(rest):
        count = min(_SAMPLES, len(rest))
        for i in range(count):
            frame = draw(rest[round(i * (len(rest) - 1) / max(count - 1, 1))])
            for box in frame.changed:
                colours.numbers(frame.packed[box.region].ravel())
        draw(steps[len(held) - 1])  # what the next frame changes is told from the one drawn before
    palette = Palette(colours, animation.theme.background, dict.fromkeys(_solid_colours(animation)))
    return palette, chain(held, changes)


def _drawing(animation: Animation) -> Draw:
    """What draws the frame of a step, of many from the one drawn before."""
    if len(animation.timing.steps) == 1:
        return lambda step: _cut(animation, still(animation.scene, animation.theme, step))

    @cache
    def renderer() -> Renderer:  # not made where all frames are drawn
        return Renderer(animation.scene, animation.theme)

    return lambda step: _cut(animation, renderer().frame(step))


def _cut(animation: Animation, frame: Frame) -> Frame:
    """A frame as a GIF can have it, which knows of no half transparent pixels."""
    return replace(frame, packed=cut_out(frame.packed, _SEEN)) if animation.theme.transparent else frame


def _changes(frames: Iterable[Frame], colours: SeenColours) -> Iterator[_Change]:
    """Each frame laid over the one before, the first whole: what differs."""
    last: Pixels | None = None
    for frame in frames:
        if last is None:
            last = frame.packed.copy()
            everything = Box(0, 0, last.shape[1], last.shape[0])
            yield _Change(everything, None, colours.numbers(last.ravel()))
            continue
        box = reduce(Box.around, frame.changed) if frame.changed else Box(0, 0, 1, 1)
        fresh, before = frame.packed[box.region], last[box.region]
        differs = fresh != before
        before[:] = fresh
        area = _bounds(differs)
        places = np.flatnonzero(differs[area.region])
        told = colours.numbers(fresh[area.region].ravel()[places])
        yield _Change(area.shifted(box.left, box.top), places.astype(np.uint32), told)


def _shown(frames: Iterable[Frame], colours: SeenColours) -> Iterator[_Change]:
    """Each frame by itself."""
    for frame in frames:
        there = frame.packed != CLEAR
        box = _bounds(there)
        places = np.flatnonzero(there[box.region])
        told = colours.numbers(frame.packed[box.region].ravel()[places])
        yield _Change(box, places.astype(np.uint32), told)


def _solid_colours(animation: Animation) -> Iterator[Colour]:
    yield animation.theme.background
    for role, series in animation.scene.dresses():
        style = animation.theme.style(role, series)
        yield from (colour for colour in (style.fill, style.stroke, style.text) if colour is not None)
    for scale in dict.fromkeys(s.role for s in animation.scene.shapes if getattr(s, "levels", None) is not None):
        if scale != "colour":  # which has more than a palette
            yield from animation.theme.level_colours(scale)


def _bounds(where: NDArray[np.bool_]) -> Box:
    """The box around all that is true; one pixel where nothing is, since a frame has at least one."""
    rows = np.flatnonzero(where.any(axis=1))
    if not len(rows):
        return Box(0, 0, 1, 1)
    columns = np.flatnonzero(where.any(axis=0))
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _kept(changed: NDArray[np.bool_], is_ground: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which pixels (N,) a picture says that they are ground: those of runs in which some of it changed.

    What is erased there then leaves no trace in the run, which packs better than many short ones.
    """
    turns = np.flatnonzero(is_ground[1:] != is_ground[:-1]) + 1
    starts = np.concatenate([[0], turns])  # of runs, of which every other one is ground
    kept = np.logical_or.reduceat(changed, starts)
    kept[int(is_ground[0]) :: 2] = False
    return np.repeat(kept, np.diff(starts, append=len(changed)))


def _header(width: int, height: int, palette: Palette) -> bytes:
    colours = bytes(palette.colours.astype(np.uint8).ravel())
    table = colours.ljust(3 << palette.bits, b"\0")
    return b"GIF89a" + _short(width) + _short(height) + bytes([0xF0 | palette.bits - 1, 0, 0]) + table


def _comment(text: bytes) -> bytes:
    blocks = [text[start : start + 255] for start in range(0, len(text), 255)]
    return b"\x21\xfe" + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def _packed(change: _Change, palette: Palette, seen: NDArray[np.uint8] | None) -> bytes:
    """A picture's data; `seen` are the indices in its box before it, where they stay, and become those after it."""
    size = (change.box.right - change.box.left, change.box.bottom - change.box.top)
    unchanged, told = np.uint8(palette.unchanged), palette.indices(change.numbers)
    before = np.full(size[0] * size[1], unchanged) if seen is None else seen.flatten()
    indices = told if change.places is None else before.copy()
    if change.places is not None:
        indices[change.places] = told
    if seen is not None:
        seen[:] = indices.reshape(seen.shape)
        changed = indices != before  # fewer than the places, since colours that differ may have one index
        indices = np.where(changed | _kept(changed, indices == palette.ground), indices, unchanged)
    # Pillow's encoder, asked for directly, takes the bits of an index; saving a picture always spends eight.
    return Image.frombuffer("L", size, indices, "raw", "L", 0, 1).tobytes("gif", "L", palette.bits, 0)


def _frame(box: Box, data: bytes, palette: Palette, duration: int, disposal: int) -> bytes:
    control = b"\x21\xf9\x04" + bytes([disposal << 2 | 1]) + _short(duration) + bytes([palette.unchanged, 0])
    width, height = box.right - box.left, box.bottom - box.top
    place = b"," + _short(box.left) + _short(box.top) + _short(width) + _short(height) + b"\0"
    return control + place + bytes([palette.bits]) + data + b"\0"


def _short(number: int) -> bytes:
    return number.to_bytes(2, "little")
