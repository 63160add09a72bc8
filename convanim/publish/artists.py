"""A step of an animation as matplotlib artists in a user's own axes, and all of it as a matplotlib animation.

Every mark is one filled path in data coordinates, lines and letters too: they scale with the axes, whatever size they
get, and are vectors in files that hold vectors.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from convanim.errors import RequestError
from convanim.figures.animation import Animation
from convanim.figures.film import film
from convanim.render.glyphs import outline
from convanim.scene.scene import Floats, shown
from convanim.style.marks import Areas, Mark, Strokes, marks
from convanim.style.theme import Colour

if TYPE_CHECKING:
    from matplotlib.artist import Artist

_HAIR = 2.0**-20
_DPI = 128  # where the picture has no size on paper


def draw(animation: Animation, ax: Axes, step: int | None = None) -> list[PathPatch]:
    """The artists of a step, added to axes, whose limits become the picture's pixels, y down.

    `step` counts from 0, or back from -1; left out, it is the one that a still shows.
    Raises RequestError when there is no such step, or the axes are polar or in three dimensions.
    """
    if getattr(ax, "name", None) != "rectilinear":
        raise RequestError(
            "ax", getattr(ax, "name", type(ax).__name__), "not plain axes", "give those of add_subplot()"
        )
    scene = animation.scene
    number = _step(animation, step)
    ax.set(xscale="linear", yscale="linear", xlim=(0, scene.width), ylim=(scene.height, 0), aspect="equal")
    ax.set_axis_off()
    artists = list(_artists(animation, number))
    for artist in artists:
        ax.add_artist(artist)
    return artists


def to_matplotlib(animation: Animation) -> FuncAnimation:
    """All frames on a new figure of the picture's size; a frame that lasts longer comes several times.

    matplotlib knows no number of rounds: it plays once where the animation does, else over and over. Nothing glides:
    every frame lasts as long as the shortest one.
    """
    animation = film(animation, 0)
    scene, timing = animation.scene, animation.timing
    dpi = animation.size.per_inch if animation.size.is_on_paper else _DPI
    # A hair more, so that no size on paper is rounded to a pixel less.
    figure = Figure(figsize=((scene.width + _HAIR) / dpi, (scene.height + _HAIR) / dpi), dpi=dpi)
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0, 0, 1, 1))
    if animation.theme.transparent:
        figure.patch.set_alpha(0)
    shortest = min(timing.times)
    times = [max(1, round(timing.duration(frame) / shortest)) for frame in range(len(timing.steps))]
    drawn: list[PathPatch] = []

    def show(step: int) -> "list[Artist]":
        for artist in drawn:
            artist.remove()
        drawn[:] = draw(animation, ax, step)
        return [*drawn]

    return FuncAnimation(
        figure,
        show,
        frames=[step for step, count in zip(timing.steps, times) for _ in range(count)],
        interval=10 * shortest,
        repeat=timing.loop != 1,
        cache_frame_data=False,
    )


def _step(animation: Animation, step: int | None) -> int:
    count = animation.scene.steps
    if step is None:
        return animation.timing.steps[animation.still]
    if isinstance(step, bool) or not isinstance(step, int | np.integer) or not -count <= step < count:
        many = "is 1 step" if count == 1 else f"are {count} steps"
        raise RequestError("step", step, f"there {many}", f"count from 0 to {count - 1}, or back from -1")
    return int(step) % count


def _artists(animation: Animation, step: int) -> Iterator[PathPatch]:
    scene, theme = animation.scene, animation.theme
    if not theme.transparent:
        page = np.array([[(0, 0), (scene.width, 0), (scene.width, scene.height), (0, scene.height)]], dtype=float)
        yield _patch(_polygons(page), theme.background)
    for shape in scene.shapes:
        for mark in marks(shape, step, shown(shape.when, len(shape), step), theme, scene.unit):
            yield _patch(_path(mark), mark.colour)


def _patch(path: Path, colour: Colour) -> PathPatch:
    """A filled path that leaves nothing to the user's matplotlibrc."""
    red, green, blue = (c / 255 for c in colour)
    patch = PathPatch(path, facecolor=(red, green, blue), edgecolor="none", linewidth=0, antialiased=True, hatch=None)
    patch.set_snap(False)
    patch.set_sketch_params(None)
    patch.set_path_effects([])
    return patch


def _path(mark: Mark) -> Path:
    if isinstance(mark, Areas):
        return _polygons(mark.corners)
    if isinstance(mark, Strokes):
        return _polygons(_ribbons(mark))
    outlines = [
        (points * mark.em + start, codes)
        for (points, codes), start in zip((outline(text, mark.font) for text in mark.texts), mark.starts)
    ]
    return Path(np.concatenate([o[0] for o in outlines]), np.concatenate([o[1] for o in outlines]))


def _ribbons(strokes: Strokes) -> Floats:
    """Lines, or their dashes, as areas (N, 4, 2), all of one turn so that they join where they lie over each other."""
    starts, ends = strokes.ends[:, 0], strokes.ends[:, 1]
    lengths = np.hypot(*(ends - starts).T)[:, None]
    along = (ends - starts) / np.where(lengths, lengths, 1)
    half = strokes.width / 2
    if strokes.dash is None:
        line, first, last = np.arange(len(starts)), np.full(len(starts), -half), lengths[:, 0] + half
    else:
        phase, (on, off) = strokes.dash
        count = int(np.ceil((lengths.max(initial=0) + phase) / (on + off)))
        begins = np.arange(count) * (on + off) - phase
        line, dash = np.nonzero(np.minimum(begins + on, lengths) > np.maximum(begins, 0))
        first, last = np.maximum(begins[dash], 0), np.minimum(begins[dash] + on, lengths[line, 0])
    along, starts = along[line], starts[line]
    across = half * np.stack([-along[:, 1], along[:, 0]], axis=1)
    begin, end = starts + along * first[:, None], starts + along * last[:, None]
    return np.stack([begin + across, end + across, end - across, begin - across], axis=1)


def _polygons(corners: Floats) -> Path:
    closed = np.concatenate([corners, corners[:, :1]], axis=1)
    codes = np.tile(np.array([Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY], dtype=np.uint8), len(corners))
    return Path(closed.reshape(-1, 2), codes)
