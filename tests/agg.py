"""A scene drawn mark by mark with matplotlib's Agg, everything anew: what the fast renderer is held against."""

from typing import Any, Literal

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from numpy.typing import NDArray

from convanim.animation import Animation
from convanim.drawn import Areas, Mark, Strokes, marks
from convanim.render.glyphs import outline
from convanim.scene import Floats, shown
from convanim.theme import Colour


def drawn_by_agg(animation: Animation, step: int) -> NDArray[np.uint8]:
    """The pixels (height, width, 4) of a step, edges as smooth as Agg makes them, on the theme's background."""
    scene, theme = animation.scene, animation.theme
    agg: Any = RendererAgg(scene.width, scene.height, 72)  # type: ignore[no-untyped-call]
    pixels = np.asarray(agg.buffer_rgba())
    pixels[:] = (*theme.background, 255)
    place = np.array([[1.0, 0.0, 0.0], [0.0, -1.0, scene.height], [0.0, 0.0, 1.0]])
    for shape in scene.shapes:
        for mark in marks(shape, step, shown(shape.when, len(shape), step), theme, scene.unit):
            context, path = _drawn(mark)
            agg.draw_path(context, path, place, None if isinstance(mark, Strokes) else _floats(mark.colour))
    return pixels.copy()


def _drawn(mark: Mark) -> tuple[GraphicsContextBase, Path]:
    if isinstance(mark, Areas):
        closed = np.concatenate([mark.corners, mark.corners[:, :1]], axis=1)
        return _context(mark.colour, 0), _path(closed, [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY])
    if isinstance(mark, Strokes):
        context = _context(mark.colour, mark.width, "projecting" if mark.dash is None else "butt")
        if mark.dash is not None:
            context.set_dashes(mark.dash[0], list(mark.dash[1]))
        return context, _path(mark.ends, [Path.MOVETO, Path.LINETO])
    outlines = [
        (points * mark.em + start, codes) for (points, codes), start in zip((outline(text, mark.font) for text in mark.texts), mark.starts)
    ]
    path = Path(np.concatenate([o[0] for o in outlines]), np.concatenate([o[1] for o in outlines]))
    path.should_simplify = False
    return _context(mark.colour, 0), path


def _path(points: Floats, codes: list[Any]) -> Path:
    path = Path(points.reshape(-1, 2), np.tile(np.array(codes, dtype=np.uint8), len(points)))
    path.should_simplify = False
    return path


def _context(colour: Colour, width: float, cap: Literal["butt", "projecting"] = "butt") -> GraphicsContextBase:
    context = GraphicsContextBase()
    context.set_foreground(_floats(colour), isRGBA=True)
    context.set_antialiased(True)
    context.set_snap(False)
    context.set_joinstyle("miter")
    context.set_linewidth(width)
    context.set_capstyle(cap)
    return context


def _floats(colour: Colour) -> tuple[float, float, float, float]:
    red, green, blue = (c / 255 for c in colour)
    return red, green, blue, 1.0
