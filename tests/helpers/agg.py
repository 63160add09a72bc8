"""A scene as a plain matplotlib figure: each mark an artist, all of them drawn anew, for what is made fast to equal."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from convanim.figures.animation import Animation
from convanim.render.glyphs import outline
from convanim.scene.scene import shown
from convanim.style.marks import Areas, Mark, Strokes, marks
from convanim.style.theme import Colour

_DPI = 72  # a point is a pixel


def plain_figure(animation: Animation, step: int, *, is_smooth: bool = True) -> NDArray[np.uint8]:
    """The pixels (height, width, 4) of a step on the theme's background."""
    scene, theme = animation.scene, animation.theme
    figure = Figure(figsize=(scene.width / _DPI, scene.height / _DPI), dpi=_DPI, facecolor=_floats(theme.background))
    place = Affine2D().scale(1, -1).translate(0, scene.height)
    for shape in scene.shapes:
        for mark in marks(shape, step, shown(shape.when, len(shape), step), theme, scene.unit):
            for path in _paths(mark):
                artist = _artist(mark, path, is_smooth)
                figure.add_artist(artist)  # which gives it the figure's own transform,
                artist.set_transform(place)  # in place of which it stands in pixels
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).copy()


def _artist(mark: Mark, path: Path, is_smooth: bool) -> PathPatch:
    path.should_simplify = False
    artist = PathPatch(path, antialiased=is_smooth, snap=False, joinstyle="miter")
    if not isinstance(mark, Strokes):
        artist.set(facecolor=_floats(mark.colour), edgecolor="none", linewidth=0)
        return artist
    artist.set(fill=False, edgecolor=_floats(mark.colour), linewidth=mark.width)
    artist.set_capstyle("projecting" if mark.dash is None else "butt")
    if mark.dash is not None:
        start, pattern = mark.dash
        artist.set_linestyle((start / mark.width, [part / mark.width for part in pattern]))
    return artist


def _paths(mark: Mark) -> Iterator[Path]:
    if isinstance(mark, Areas):
        closed = np.concatenate([mark.corners, mark.corners[:, :1]], axis=1)
        yield _repeated(closed, [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY])
    elif isinstance(mark, Strokes):
        yield _repeated(mark.ends, [Path.MOVETO, Path.LINETO])
    else:
        for text, start in zip(mark.texts, mark.starts):
            points, codes = outline(text, mark.font)
            yield Path(points * mark.em + start, codes)


def _repeated(points: NDArray[np.float64], codes: list[np.uint8]) -> Path:
    return Path(points.reshape(-1, 2), np.tile(codes, len(points)))


def _floats(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = (c / 255 for c in colour)
    return red, green, blue
