"""Looking at pictures and scenes: decoded GIFs, probe points in cells, what a scene shows of each cell at a step."""

import io
import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from convanim.errors import RequestError
from convanim.export.gif.gif import write_gif
from convanim.figures.animation import Animation, compose
from convanim.figures.film import film
from convanim.figures.options import Options
from convanim.figures.subject import Subject
from convanim.layers.layer import Layer
from convanim.render.frames import Renderer
from convanim.scene.font import BUNDLED
from convanim.scene.scene import Cells, Floats, Key, Lattice, Scene, Texts, shown

Picture = NDArray[np.uint8]

# Inside a cell, as (row, column) parts of it: off its edges, off its middle where the number stands, off the two
# corners that an unread cell's stroke joins.
_PROBES = np.array([(0.12, 0.12), (0.12, 0.3), (0.12, 0.5), (0.3, 0.12), (0.5, 0.12), (0.5, 0.88), (0.88, 0.5)])
TOLERANCE = 8  # what a palette may change in a channel


@dataclass(frozen=True)
class Film:
    """A GIF as a viewer sees it: RGBA pictures, their durations in milliseconds, the palette and the loop."""

    pictures: list[Picture]
    durations: list[int]
    colours: set[tuple[int, ...]]
    loop: int | None


def gif_bytes(animation: Animation, *, glides: bool = False) -> bytes:
    """An animation as a GIF; one frame a step, unless it `glides`."""
    stream = io.BytesIO()
    write_gif(animation if glides else unglided(animation), stream, lambda: None)
    return stream.getvalue()


def decoded(gif: bytes) -> Film:
    """Every frame of a GIF, composed by Pillow."""
    with Image.open(io.BytesIO(gif)) as image:
        palette = np.array(image.getpalette() or []).reshape(-1, 3)
        loop = image.info.get("loop")
        pictures, durations = [], []
        for frame in ImageSequence.Iterator(image):
            pictures.append(np.array(frame.convert("RGBA")))
            durations.append(frame.info["duration"])
    return Film(pictures, durations, {tuple(colour) for colour in palette.tolist()}, loop)


def unglided(animation: Animation) -> Animation:
    """The same, played without in-betweens."""
    return replace(animation, timing=replace(animation.timing, glides=False))


def pictures_of(animation: Animation) -> list[Picture]:
    """Every frame of an animation, each drawn from scratch."""
    return [Renderer(animation.scene, animation.theme).frame(step).pixels.copy() for step in animation.timing.steps]


def played(figure: Subject, options: Options) -> Animation:
    """A figure as moving formats play it, with the rest at its end, without in-betweens."""
    return film(compose(figure, options), 0)


def lattice_of(scene: Scene, role: str) -> Lattice:
    """Where the cells of a role stand; the picture has no other lattice for it."""
    lattices = {shape.lattice for shape in scene.shapes if isinstance(shape, Cells) and shape.role == role}
    assert len(lattices) == 1
    return lattices.pop()


def coloured(picture: Picture, lattice: Lattice, cells: list[tuple[int, ...]], colours: Floats) -> NDArray[np.bool_]:
    """Of which cells most probe points have the colour that is asked of them; colours (N, 3)."""
    at = (np.array(cells)[:, None, :] + _PROBES).reshape(-1, 2)
    x = at[:, 1] * lattice.column[0] + at[:, 0] * lattice.row[0] + lattice.origin[0]
    y = at[:, 1] * lattice.column[1] + at[:, 0] * lattice.row[1] + lattice.origin[1]
    found = picture[y.astype(int), x.astype(int), :3].reshape(len(cells), len(_PROBES), 3).astype(int)
    near = np.abs(found - colours[:, None, :]).max(axis=2) <= TOLERANCE
    return np.asarray(near.sum(axis=1) > len(_PROBES) / 2)


def keys_at(scene: Scene, step: int, role: str, map: str | None = None) -> list[Key]:
    """The keys of the cells that are shown in a role (of one map) at a step."""
    return [
        shape.key(element)
        for shape in scene.shapes
        if isinstance(shape, Cells) and shape.role == role and map in (None, shape.map)
        for element in shown(shape.when, len(shape), step).tolist()
    ]


def roles_at(scene: Scene, step: int, map: str) -> dict[Key, str]:
    """The uppermost role of every cell of a map at a step."""
    found: dict[Key, str] = {}
    for shape in scene.shapes:
        if isinstance(shape, Cells) and shape.map == map:
            found |= {shape.key(element): shape.role for element in shown(shape.when, len(shape), step).tolist()}
    return found


def numbers_at(scene: Scene, step: int, map: str) -> dict[Key, str]:
    """The uppermost number in the middle of every cell of a map that has one at a step."""
    middles: dict[tuple[float, float], Key] = {}
    for shape in scene.shapes:
        if isinstance(shape, Cells) and shape.map == map:
            points = shape.lattice.centres(shape.cells).tolist()
            middles |= {(x, y): shape.key(element) for element, (x, y) in enumerate(points)}
    found: dict[Key, str] = {}
    for shape in scene.shapes:
        if isinstance(shape, Texts):
            for element in shown(shape.when, len(shape), step).tolist():
                x, y = shape.points[element].tolist()
                if (x, y) in middles:
                    found[middles[x, y]] = shape.string(step, element)
    return found


def inks(scene: Scene, step: int, roles: tuple[str, ...]) -> list[tuple[str, tuple[float, float, float, float]]]:
    """The texts of some roles at a step, each with the box (left, top, right, bottom) of its letters."""
    found = []
    for shape in scene.shapes:
        if isinstance(shape, Texts) and shape.role in roles:
            for element in shown(shape.when, len(shape), step).tolist():
                text = shape.string(step, element)
                (x, y), width = shape.start(step, element), BUNDLED.width(text, shape.em)
                if text:
                    found.append(
                        (text, (x, y - BUNDLED.cap_height * shape.em, x + width, y + BUNDLED.descent * shape.em))
                    )
    return found


def composed(layer: Layer, options: Options) -> Animation:
    """The animation of a layer; where the page is too narrow, as wide as the refusals suggest.

    Numbers become colours only where that is asked for.
    """
    options = replace(options, heat_map=bool(options.heat_map))
    while True:
        try:
            return compose(layer, options)
        except RequestError as error:
            options = wider(options, error)


def wider(options: Options, error: RequestError) -> Options:
    """The options with the width, or sheets, that a refusal suggests; itself when it is about something else."""
    sheets = re.match(r"try \{max_sheets\} (\d+)", error.fix)
    if sheets is not None:
        return replace(options, max_sheets=int(sheets[1]))
    suggested = re.match(r"try (\d+) or more", error.fix)
    if error.field != "width" or suggested is None:
        raise error
    assert isinstance(options.width, int | None)
    assert int(suggested[1]) > (options.width or 480)
    return replace(options, width=int(suggested[1]))
