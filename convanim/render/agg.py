"""Marks drawn by matplotlib's Agg, smooth and over nothing, as pixels of their own.

Agg covers each pixel by what of the marks lies in it alone, in 256ths of a pixel: marks moved by whole pixels are the
same pixels, and so is any part of a mark with or without its other parts. Nothing is read from a user's settings.
"""

from collections.abc import Iterable, Sequence
from math import ceil, sqrt
from typing import Any, Literal, TypeAlias

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from convanim.render.boxes import Box
from convanim.render.glyphs import outline
from convanim.render.pixels import CLEAR, PIXEL, Pixels, mixed_places, multiplied
from convanim.scene.scene import Floats
from convanim.style.marks import Areas, Mark, Strokes, Writing
from convanim.style.theme import Colour

_LARGEST_KEPT = 1 << 22  # pixels of a canvas that is kept for the next marks
_CORNER = sqrt(0.5)  # of a line's width: how far the corners of its square ends are from its ends
_MOST_MORE = 2  # times as much as a band that is drawn above it and below
_AREA = (Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY)
_LINE = (Path.MOVETO, Path.LINETO)


Outlined: TypeAlias = tuple[Mark, Path]


class Canvas:
    """Where marks are drawn, one group after the other."""

    def __init__(self) -> None:
        self._agg: Any = None

    def outlined(self, marks: Iterable[Mark]) -> list[Outlined]:
        """Marks with their paths; those that leave nothing are left out."""
        found = [(mark, _path(mark)) for mark in marks]
        return [(mark, path) for mark, path in found if len(np.asarray(path.vertices))]

    def reach(self, outlined: Sequence[Outlined]) -> Box | None:
        """The box of all pixels that marks may cover; None where there are none."""
        if not outlined:
            return None
        edges = np.array([_reach(mark, path) for mark, path in outlined])
        left, top = np.floor(edges[:, 0].min(axis=0)).astype(int).tolist()
        right, bottom = np.ceil(edges[:, 1].max(axis=0)).astype(int).tolist()
        return Box(left, top, max(right, left + 1), max(bottom, top + 1))

    def part(self, outlined: Sequence[Outlined], band: Box) -> Pixels:
        """The pixels (height, width) of a band of the box that holds marks.

        Agg rounds where it cuts a line, so that what reaches into the band is drawn whole, unless it is very long.
        """
        height = band.bottom - band.top
        longest = max(_length(mark, path) for mark, path in outlined)
        more = min(ceil(longest), _MOST_MORE * height)
        wide = band._replace(top=band.top - more, bottom=band.bottom + more)
        return self._drawn(outlined, wide, is_cut=True, rows=slice(more, more + height))

    def drawn(self, outlined: Sequence[Outlined], box: Box) -> Pixels:
        """The pixels (height, width) of a box that holds marks in their order."""
        return self._drawn(outlined, box, is_cut=False, rows=slice(None))

    def _drawn(self, outlined: Sequence[Outlined], box: Box, *, is_cut: bool, rows: slice) -> Pixels:
        """Some rows of a box that holds marks, or all that `is_cut` of them by it."""
        width, height = box.right - box.left, box.bottom - box.top
        agg = self._canvas(width, height)
        found = np.asarray(agg.buffer_rgba()).view(PIXEL)[:height, :width, 0]
        place = np.array([[1.0, 0.0, -box.left], [0.0, -1.0, agg.height + box.top], [0.0, 0.0, 1.0]])
        for mark, path in outlined:
            context = _context(mark)
            if is_cut:  # at the box, however large the canvas is, since Agg rounds where it cuts
                context.set_clip_rectangle(Bbox.from_bounds(0, agg.height - height, width, height))
            # Lines have no area to be filled, but Agg cuts those without a fill off beside the canvas, dashes and all.
            agg.draw_path(context, path, place, _floats(mark.colour))
        pixels = found[rows].flatten()
        found[:] = CLEAR
        mixed = mixed_places(pixels)
        pixels[mixed] = multiplied(pixels[mixed])
        return pixels.reshape(-1, width)

    def _canvas(self, width: int, height: int) -> Any:
        """A canvas, empty, at least so large."""
        agg = self._agg
        if agg is not None and agg.width >= width and agg.height >= height:
            return agg
        if agg is not None:
            width, height = max(agg.width, width), max(agg.height, height)
        made: Any = RendererAgg(width, height, 72)  # type: ignore[no-untyped-call]
        np.asarray(made.buffer_rgba())[:] = CLEAR  # not white that lets all through, which would be multiplied
        if width * height <= _LARGEST_KEPT:
            self._agg = made
        return made


def _reach(mark: Mark, path: Path) -> Floats:
    """The first and the last corner of what a mark may cover."""
    points = np.asarray(path.vertices)
    past = _CORNER * mark.width if isinstance(mark, Strokes) else 0.0
    return np.array([points.min(axis=0) - past, points.max(axis=0) + past])


def _length(mark: Mark, path: Path) -> float:
    """How far down any line of a path goes, and the line's width."""
    steps = np.abs(np.diff(np.asarray(path.vertices)[:, 1]))
    own = steps if isinstance(mark, Writing) else steps[np.asarray(path.codes)[1:] != Path.MOVETO]
    return float(own.max(initial=0)) + (mark.width if isinstance(mark, Strokes) else 0)


def _path(mark: Mark) -> Path:
    if isinstance(mark, Areas):
        return _drawn_as_it_is(np.concatenate([mark.corners, mark.corners[:, :1]], axis=1), _AREA)
    if isinstance(mark, Strokes):
        return _drawn_as_it_is(mark.ends, _LINE)
    outlines = [
        (points * mark.em + start, codes)
        for (points, codes), start in zip((outline(text, mark.font) for text in mark.texts), mark.starts)
    ]
    return _unsimplified(Path(np.concatenate([o[0] for o in outlines]), np.concatenate([o[1] for o in outlines])))


def _drawn_as_it_is(points: Floats, codes: Sequence[Any]) -> Path:
    return _unsimplified(Path(points.reshape(-1, 2), np.tile(np.array(codes, dtype=np.uint8), len(points))))


def _unsimplified(path: Path) -> Path:
    path.should_simplify = False
    return path


def _context(mark: Mark) -> GraphicsContextBase:
    context = GraphicsContextBase()
    strength = mark.strength if isinstance(mark, Strokes) else 1.0
    context.set_foreground(_floats(mark.colour, strength), isRGBA=True)
    context.set_antialiased(True)
    context.set_snap(False)
    context.set_joinstyle("miter")
    context.set_linewidth(mark.width if isinstance(mark, Strokes) else 0)
    context.set_capstyle(_cap(mark))
    if isinstance(mark, Strokes) and mark.dash is not None:
        context.set_dashes(mark.dash[0], list(mark.dash[1]))
    return context


def _cap(mark: Mark) -> Literal["butt", "projecting"]:
    return "projecting" if isinstance(mark, Strokes) and mark.dash is None else "butt"


def _floats(colour: Colour, alpha: float = 1.0) -> tuple[float, float, float, float]:
    red, green, blue = (c / 255 for c in colour)
    return red, green, blue, alpha
