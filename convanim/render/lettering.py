"""Text as pixels, by matplotlib's Agg."""

from typing import Any

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path

from convanim.drawn import Writing
from convanim.render.glyphs import outline
from convanim.render.raster import Dots, Stamped

PARTS = 5  # of a pixel that text may cover: enough to be smooth, few enough for a palette

_DPI = 72  # so that matplotlib's points are pixels
_INK = (0.0, 0.0, 0.0, 1.0)


def writing(mark: Writing) -> list[Stamped]:
    """The pixels under lines of text, in `PARTS` parts each."""
    outlines = [
        (points * mark.em + start, codes) for (points, codes), start in zip(map(outline, mark.texts), mark.starts)
    ]
    vertices = np.concatenate([o[0] for o in outlines])
    if not len(vertices):
        return []
    path = Path(vertices, np.concatenate([o[1] for o in outlines]))
    path.should_simplify = False
    left, top = np.floor(vertices.min(axis=0)).astype(int)
    right, bottom = np.ceil(vertices.max(axis=0)).astype(int)
    agg: Any = RendererAgg(right - left, bottom - top, _DPI)  # type: ignore[no-untyped-call]
    # Agg's y runs upwards.
    place = np.array([[1.0, 0.0, -left], [0.0, -1.0, bottom], [0.0, 0.0, 1.0]])
    agg.draw_path(_context(), path, place, _INK)
    covered = np.asarray(agg.buffer_rgba())[..., 3].astype(np.int64)
    parts = ((covered * 2 * PARTS + 255) // 510).astype(np.uint8)
    y, x = np.nonzero(parts)
    return [Stamped(np.array([[left, top]]), Dots(x, y, parts[y, x]))] if len(x) else []


def _context() -> GraphicsContextBase:
    """A graphics context that leaves nothing to the user's matplotlibrc."""
    context = GraphicsContextBase()
    context.set_foreground(_INK, isRGBA=True)
    context.set_antialiased(True)
    context.set_snap(False)
    context.set_linewidth(0)
    return context
