"""Text as pixels: how much of each an outline covers."""

from functools import lru_cache

import numpy as np

from convanim.drawn import Writing
from convanim.render.glyphs import outline
from convanim.render.raster import Dots, Stamped
from convanim.render.truetype import CURVE, LINE
from convanim.scene import Floats

PARTS = 5  # of a pixel that text may cover: enough to be smooth, few enough for a palette

_CUTS = 8  # lines along which a row of pixels is cut
_CURVE = np.arange(1, 7) / 6  # where a curve is broken into straight lines


def writing(mark: Writing) -> list[Stamped]:
    """The pixels under lines of text, in `PARTS` parts each."""
    found = [_dots(text, mark.em, x, y) for text, (x, y) in zip(mark.texts, mark.starts.tolist())]
    nowhere = np.zeros((1, 2), dtype=np.int64)
    return [Stamped(nowhere, dots) for dots in found if len(dots.x)]


def _dots(text: str, em: float, x: float, y: float) -> Dots:
    """A line of text that starts at a point.

    The pixels are cut along lines; what an outline covers of one is to the right of its crossings that go down and to
    the left of those that go up.
    """
    lines = _lines(text) * em + np.array([x, y])
    if not len(lines):
        none = np.zeros(0, dtype=np.int64)
        return Dots(none, none, none.astype(np.uint8))
    left, top = np.floor(lines.min(axis=(0, 1))).astype(int).tolist()
    right, bottom = np.ceil(lines.max(axis=(0, 1))).astype(int).tolist()
    ends = np.ceil((lines[..., 1] - top) * _CUTS - 0.5).astype(np.int64)  # the first cuts below both ends
    first, count = ends.min(axis=1), np.abs(ends[:, 1] - ends[:, 0])
    of = np.repeat(np.arange(len(lines)), count)
    cut = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count) + first[of]
    start, along = lines[of, 0], lines[of, 1] - lines[of, 0]
    crossing = start[:, 0] + along[:, 0] * ((cut + 0.5) / _CUTS + top - start[:, 1]) / along[:, 1] - left
    column, way = np.floor(crossing), np.sign(along[:, 1])
    width, height = right - left + 2, bottom - top
    place = cut // _CUTS * width + column.astype(np.int64)
    rest = crossing - column
    begins = np.bincount(place, way * (1 - rest), height * width) + np.bincount(place + 1, way * rest, height * width)
    covered = np.abs(np.cumsum(begins.reshape(height, width), axis=1)) / _CUTS
    parts = np.rint(np.minimum(covered, 1) * PARTS).astype(np.uint8)
    rows, columns = np.nonzero(parts)
    return Dots(columns + left, rows + top, parts[rows, columns])


@lru_cache(maxsize=512)
def _lines(text: str) -> Floats:
    """The outline of a text in ems as straight lines (N, 2, 2), its curves broken."""
    points, codes = outline(text)
    if not len(points):
        return np.zeros((0, 2, 2))
    before = np.roll(points, 1, axis=0)
    straight = codes == LINE
    # Of a curve's two points the first is its control.
    controls = np.flatnonzero(codes == CURVE)[::2]
    a, b, c = before[controls, None], points[controls, None], points[controls + 1, None]
    t = np.append(0.0, _CURVE)[None, :, None]
    broken = a * (1 - t) ** 2 + b * 2 * t * (1 - t) + c * t**2
    curved = np.stack([broken[:, :-1], broken[:, 1:]], axis=2).reshape(-1, 2, 2)
    return np.concatenate([np.stack([before, points], axis=1)[straight], curved])
