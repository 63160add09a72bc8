"""The overview of a network: every map as a volume, joined by arrows; on each what one output cell depends on.

A volume is as deep as the square root of its channels says, and its face as high and wide as those of its rows and
columns: deeper and larger is always more, and small ones can be seen. Faces are measured by the picture's largest,
depths by 512 channels or the most that it has, so that modules beside each other are on one scale.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import hypot

import numpy as np

from convanim.scene.key_boxes import KeyBoxes
from convanim.scene.lengths import PIXELS, Length
from convanim.scene.picture_size import PictureSize
from convanim.scene.scene import Key, Lines, Scene, Shape, Texts
from convanim.views.networks.hue_lines import hue_lines
from convanim.views.networks.overview_blocks import Solid, faces, hatched, solid_of
from convanim.views.networks.overview_look import LEADING, Look, Overview, look_of
from convanim.views.networks.overview_marks import are_enlarged, marks
from convanim.views.networks.overview_places import Point
from convanim.views.page import line_height, scene_of

_MOST_NAMED = 60_000  # cells of an input
_HEAD = 6  # pixels of an arrow's head


def overview(page: Overview, *, is_flat: bool = False) -> Scene:
    """The scene of an overview; flat, faces stand upright beside their volume's side.

    Raises TooNarrowError when there is no room for it, and TangledError for lines that cannot be ordered.
    """
    look = look_of(page, is_flat)
    page = replace(page, size=_with_text(page.size, look.em))  # all else goes with the labels
    left = (page.width - look.places.width) / 2
    solids = [
        solid_of(side, (left + x, page.margin + y), lean=0 if is_flat else 1)
        for side, (x, y) in zip(look.sides, look.places.points)
    ]
    shapes: list[Shape] = [_arrows(look, left, page.margin)]
    for volume, solid in zip(page.volumes, solids):
        shapes += faces(volume, solid)
    if look.is_brief:  # hues are all that says what made a map
        shapes.append(hatched(page.volumes, solids, look.grain))
    shapes += marks(page, solids, look.grain)
    if page.labels:
        shapes += _labels(look, solids)
    bottom = page.margin + round(look.places.height)
    if look.is_brief:
        told, bottom = hue_lines(page, page.volumes, bottom, look.grain)
        shapes += told
    keys = (lambda step: _cells_in(page.volumes[0].name, page.seen(step)[0]), lambda step: (page.cell(step),))
    note = ""
    if page.labels and are_enlarged(page, solids, look.grain):
        note = page.words("marks_enlarged")
        bottom += 0 if look.is_brief else round(0.4 * line_height(page))  # so that it is no block's
    scene = scene_of(page, shapes, bottom, page.steps, (None, False), page.caption, keys, note)
    return replace(scene, unit=look.grain, share=look.share)


def _cells_in(name: str, box: tuple[int, int, int, int] | None) -> Sequence[Key]:
    """The cells of the input that a box has, all that the current cell depends on; none where they are too many."""
    if box is None or (box[2] - box[0]) * (box[3] - box[1]) > _MOST_NAMED:
        return ()
    return KeyBoxes(((name, (range(box[0], box[2]), range(box[1], box[3]))),))


def _with_text(size: PictureSize, em: float) -> PictureSize:
    """A picture's size with text of so many pixels."""
    text = Length(em * 72 / size.per_inch, "pt") if size.is_on_paper else Length(em, PIXELS)
    return replace(size, text=text)


def _arrows(look: Look, left: float, top: float) -> Lines:
    """All lines, with a head where one reaches a block."""
    head = _HEAD * look.grain
    ends: dict[tuple[Point, Point], None] = {}
    level: dict[int, list[tuple[float, float]]] = {}
    for _, target, points in look.places.lines:
        placed = [(round(left + x), round(top + y)) for x, y in points]
        for one, other in pairwise(placed):
            if one[1] == other[1]:
                level.setdefault(one[1], []).append((min(one[0], other[0]), max(one[0], other[0])))
            else:
                ends[one, other] = None
        if target is not None:
            x, y = placed[-1]
            x0, y0 = next(point for point in reversed(placed) if point != placed[-1])
            long = hypot(x - x0, y - y0)
            along = (head * (x - x0) / long, head * (y - y0) / long)
            for turn in (-0.5, 0.5):
                ends[(x, y), (x - along[0] + turn * along[1], y - along[1] - turn * along[0])] = None
    for height, spans in level.items():
        ends |= {((first, height), (last, height)): None for first, last in _joined(spans)}
    return Lines("arrow", np.array(list(ends), dtype=float).reshape(-1, 2, 2))


def _joined(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans with those that meet made one: where lines end upon each other, their ends would be seen."""
    joined: list[tuple[float, float]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def _labels(look: Look, solids: Sequence[Solid]) -> list[Shape]:
    """Over and under every volume what made it, and its shape."""
    line = LEADING * look.em
    points, texts = [], []
    for above, below, solid in zip(look.above, look.below, solids):
        x = solid.left + (solid.deep + solid.wide) / 2
        top = solid.top - solid.lean * solid.wide
        points += [(x, top + (i - len(above) + 0.4) * line) for i in range(len(above))]
        points += [(x, solid.top + solid.high + (i + 0.65) * line) for i in range(len(below))]
        texts += [*above, *below]
    return [Texts("label", np.array(points), tuple(texts), look.em)]
