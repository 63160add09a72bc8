"""Steps as PDF pages: a scene's marks as paths and text, those that stay kept as forms that later pages repeat."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isqrt
from typing import Any, Literal, TypeAlias

import numpy as np
from matplotlib.backends.backend_pdf import Op, RendererPdf
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from convanim.export.documents.pdf_fonts import PdfFileWithFonts
from convanim.export.joined_shapes import PER_PIXEL, joined_areas, joined_lines
from convanim.scene.font import Metrics
from convanim.scene.scene import During, Ints, Scene, Shape, Since, shown
from convanim.style.marks import Areas, Mark, Strokes, Writing, marks
from convanim.style.theme import Theme

_POINTS = 72  # in an inch
_JOIN = "miter"
_MOST_KEPT = 4096  # texts, of those that are written again and again
_LEAST = 16  # elements that make a form, where they come one after another
# What matplotlib would read from the user's settings: zlib's usual level; colours as they are given.
SETTINGS: Any = {
    "pdf.compression": 6,
    "pdf.inheritcolor": False,
    "path.sketch": None,
    "hatch.linewidth": 1.0,
}


@dataclass(frozen=True)
class _Form:
    """A path that the file holds once, under a name."""

    mark: Areas | Strokes
    name: Any


_Kept: TypeAlias = tuple[_Form | Writing, ...]


class Pages:
    """Draws steps of a scene, each as a page of a file."""

    def __init__(self, file: PdfFileWithFonts, scene: Scene, theme: Theme, per_inch: float) -> None:
        self._file: Any = file
        self._scene, self._theme = scene, theme
        self._per_inch = per_inch
        self._point = _POINTS / per_inch  # points for a pixel
        self._kept: dict[tuple[int, int], _Kept] = {}
        self._written: dict[tuple[Metrics, str, float], bytes] = {}
        # PDF's y runs upwards.
        self._place = Affine2D().scale(self._point, -self._point).translate(0, scene.height * self._point)

    def add(self, step: int) -> None:
        """Add the page of a step."""
        scene = self._scene
        width, height = scene.width / self._per_inch, scene.height / self._per_inch
        self._file.newPage(width, height)
        page: Any = RendererPdf(self._file, _POINTS, height, width)  # type: ignore[no-untyped-call]
        if not self._theme.transparent:
            corners = np.array([[(0, 0), (scene.width, 0), (scene.width, scene.height), (0, scene.height)]])
            self._draw(page, Areas(corners.astype(float), self._theme.background))
        for number, shape in enumerate(scene.shapes):
            elements = shown(shape.when, len(shape), step)
            staying = _staying(shape, len(elements))
            for first, end in staying:
                kept = self._kept.get((number, first))
                if kept is None:
                    kept = self._kept[number, first] = tuple(self._keep(shape, step, elements[first:end]))
                for mark in kept:
                    self._draw(page, mark)
            for moving in self._marks(shape, step, elements[staying[-1][1] if staying else 0 :]):
                self._draw(page, moving)
        page.finalize()

    def _marks(self, shape: Shape, step: int, elements: Ints) -> Iterator[Mark]:
        return marks(shape, step, elements, self._theme, self._scene.unit)

    def _keep(self, shape: Shape, step: int, elements: Ints) -> Iterator[_Form | Writing]:
        for mark in self._marks(shape, step, elements):
            if isinstance(mark, Writing):
                yield mark
                continue
            has_line = isinstance(mark, Strokes)
            name = self._file.markerObject(
                _path(mark), self._place, not has_line, has_line, self._width(mark), _JOIN, _cap(mark)
            )
            yield _Form(mark, name)

    def _draw(self, page: Any, mark: Mark | _Form) -> None:
        if isinstance(mark, _Form):
            page.check_gc(self._context(page, mark.mark), _fill(mark.mark))
            self._file.output(mark.name, Op.use_xobject)
        elif isinstance(mark, Writing):
            self._write(page, mark)
        else:
            page.draw_path(self._context(page, mark), _path(mark), self._place, _fill(mark))

    def _write(self, page: Any, mark: Writing) -> None:
        context = self._context(page, mark)
        page.check_gc(context, context.get_rgb())
        for text, (x, y) in zip(mark.texts, self._place.transform(mark.starts).tolist()):
            drawn = self._written.get((mark.font, text, mark.em))
            if drawn is None:
                drawn = self._file.own_fonts.text(mark.font, text, mark.em * self._point)
                if len(self._written) < _MOST_KEPT:
                    self._written[mark.font, text, mark.em] = drawn
            self._file.write(b"q 1 0 0 1 %.3f %.3f cm\n" % (x, y) + drawn + b"Q\n")

    def _context(self, page: Any, mark: Mark) -> Any:
        context = page.new_gc()
        context.set_foreground((*(c / 255 for c in mark.colour), 1.0), isRGBA=True)
        context.set_joinstyle(_JOIN)
        context.set_capstyle(_cap(mark))
        context.set_linewidth(self._width(mark))
        if isinstance(mark, Strokes) and mark.dash is not None:
            start, pattern = mark.dash
            context.set_dashes(start * self._point, [part * self._point for part in pattern])
        return context

    def _width(self, mark: Mark) -> float:
        return mark.width * self._point if isinstance(mark, Strokes) else 0.0


def _staying(shape: Shape, count: int) -> list[tuple[int, int]]:
    """Runs of those of the first `count` elements that stay from here on: all of them, or what has come by now."""
    if isinstance(shape.when, During) or not count:
        return []
    if not isinstance(shape.when, Since):
        return [(0, count)]
    run = max(_LEAST, isqrt(len(shape)))
    return [(first, first + run) for first in range(0, count - run + 1, run)]


def _cap(mark: Mark) -> Literal["butt", "projecting"]:
    return "projecting" if isinstance(mark, Strokes) and mark.dash is None else "butt"


def _fill(mark: Mark) -> tuple[float, ...] | None:
    return tuple(c / 255 for c in mark.colour) if isinstance(mark, Areas) else None


def _path(mark: Areas | Strokes) -> Path:
    """A path that is drawn as it is, not simplified."""
    if isinstance(mark, Areas):
        start, across, down = joined_areas(mark.corners)
        points = np.stack([start, start + across, start + across + down, start + down, start], axis=1) / PER_PIXEL
        kinds = [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY]
    else:
        start, along = joined_lines(mark.ends)
        points, kinds = np.stack([start, start + along], axis=1) / PER_PIXEL, [Path.MOVETO, Path.LINETO]
    path = Path(points.reshape(-1, 2), np.tile(np.array(kinds, dtype=np.uint8), len(points)))
    path.should_simplify = False
    return path
