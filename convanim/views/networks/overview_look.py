"""How large all of an overview is: the text, the sides of volumes and their labels, and where all that stands."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import sqrt
from typing import TypeAlias

from convanim.scene.font import BUNDLED, Metrics
from convanim.scene.picture_size import PictureSize
from convanim.scene.scene import Key
from convanim.views.drawing import Page, TooNarrowError
from convanim.views.networks.hue_lines import brief_size, has_few_kinds
from convanim.views.networks.layered import ranked
from convanim.views.networks.overview_places import Extent, Gaps, Places, in_rows, levels_of, on_levels
from convanim.views.networks.volume import Volume
from convanim.views.text_layout import wrapped
from convanim.words.language import Words, english

Box: TypeAlias = tuple[int, int, int, int]  # first row and column, last row and column, these not in it

_FACE = 84  # pixels of the largest map's longer side at the least text
_DEPTH = 34  # and of the depth of the one with most channels, or as many as
_MANY = 512
_LEAST_SIDE, _LEAST_DEPTH = 6, 3
_SLANT = 0.42  # of a face's width seen aslant
_COLUMNS, _ROWS, _LINES = 24, 12, 9  # gaps at the least text
_LEVEL_COLUMNS = 12
_LABEL, _LEVEL_LABEL = 7.9, 5.2  # ems on a line of a label
_STUB = 8  # pixels of a line beside a block, at least
_TALLEST = 1.1  # of the width, before faces become smaller:
_SHARES = (0.8, 0.65, 0.5)  # of their largest size
_LARGER, _LOW = (1.75, 1.6, 1.45, 1.3, 1.15), 0.45  # and larger where all in one row stays as low, of the width
_SMALL = 0.65  # of the usual size of text, below which labels are brief where that makes it larger
_EMS = 12  # sizes of text that are tried where labels are brief
_BRIEF_COLUMNS, _BRIEF_STUB = 8, 4  # gaps, and lines beside a block, where hues say what made it
LEADING = 1.3  # from a line of a label to the next, in ems


@dataclass(frozen=True)
class Overview(Page):
    """The volumes of a network, each behind all that it reads, and what is marked on them at each of the steps."""

    volumes: tuple[Volume, ...]
    seen: Callable[[int], tuple[Box | None, ...]]
    cell: Callable[[int], Key]  # the cell whose past is marked
    focus: int  # the volume that it is in
    steps: int
    size: PictureSize
    labels: bool = True
    caption: tuple[str, ...] = ()
    most_cell: int = 0
    longest: int = 0  # cells of the longest face of all networks of a picture, and
    deepest: int = 0  # the most channels; of this one alone, if more
    most_share: float = 1.0  # of faces' largest size, as those beside it have them
    font: Metrics = BUNDLED
    words: Words = field(default_factory=english)


@dataclass(frozen=True)
class Look:
    """Where all stands, how deep, high and wide volumes are, and their labels: those above and those below."""

    places: Places
    sides: tuple[tuple[int, int, int], ...]
    above: tuple[tuple[str, ...], ...]
    below: tuple[tuple[str, ...], ...]
    em: float
    grain: float  # pixels here for one at the least text of a screen
    share: float  # of faces' largest size
    is_brief: bool = False  # whether the labels are sizes alone: what made a map is told of its hue


def look_of(page: Overview, is_flat: bool) -> Look:
    """The largest text with which all stands in one row, else the least; faces smaller where the page grows high.

    They are larger where it stays low, so that more of what is marked on them is to scale.
    """
    inputs = tuple(volume.inputs for volume in page.volumes)
    levels = levels_of(inputs, [volume.jump for volume in page.volumes])
    found = None if levels is not None else ranked(inputs)
    above, below = _texts(page, has_levels=levels is not None)

    def brief(em: float, share: float) -> Look | None:
        """On levels, with sizes alone, and smaller blocks closer to each other."""
        assert levels is not None
        grain = em * page.font.cap_height / 9.25
        sides = tuple(
            (max(round(_LEAST_DEPTH * grain), round(share * deep)), high, wide)
            for deep, high, wide in _sides(page, grain, share, is_flat)
        )
        sizes = [brief_size(v.shape) for v in page.volumes]
        over, under = tuple((c,) for c, _ in sizes), tuple((size,) for _, size in sizes)
        extents = tuple(_extent(page, *of, em, grain, is_flat, _BRIEF_STUB) for of in zip(over, under, sides))
        gaps = Gaps(_BRIEF_COLUMNS * grain, _ROWS * grain, _LINES * grain)
        places = on_levels(inputs, extents, gaps, *levels)
        return Look(places, sides, over, under, em, grain, share, True) if places.width <= page.room else None

    def at(em: float, share: float) -> Look | None:
        grain = em * page.font.cap_height / 9.25
        sides = _sides(page, grain, share, is_flat)
        gaps = Gaps(_COLUMNS * grain, _ROWS * grain, _LINES * grain)
        extents = tuple(_extent(page, *of, em, grain, is_flat) for of in zip(above, below, sides))
        if levels is not None:
            places = on_levels(inputs, extents, replace(gaps, columns=_LEVEL_COLUMNS * grain), *levels)
            return Look(places, sides, above, below, em, grain, share) if places.width <= page.room else None
        assert found is not None
        rows = in_rows(found, inputs, extents, gaps, page.room)
        return None if rows is None else Look(rows, sides, above, below, em, grain, share)

    first, *smaller = (share for share in (1.0, *_SHARES) if share <= page.most_share)
    least = page.least_em
    most = page.label_em if page.size.parts == 1 else least  # pictures beside each other are on one scale
    for em in (most, (most + least) / 2, least):
        look = at(em, first)
        if look is not None and (look.places.rows == 1 or em == least):
            break
    if page.labels and levels is not None and (look is None or look.em < _SMALL * most) and has_few_kinds(page.volumes):
        ems = (least + (most - least) * step / _EMS for step in range(_EMS, -1, -1))
        tries = (brief(em, share) for em in ems for share in (first, *smaller))
        shorter = next((each for each in tries if each is not None), None)
        if shorter is not None and (look is None or shorter.em > look.em):
            return shorter
    look = look or next((each for share in smaller if (each := at(least, share)) is not None), None)
    if look is None:
        raise TooNarrowError("leaves no room for the network's blocks beside each other")
    for share in smaller:
        if look.places.height <= _TALLEST * page.room:
            break
        look = at(look.em, share) or look
    if found is not None and page.size.parts == 1 and look.places.rows == 1:
        grown = (at(look.em, share) for share in _LARGER)
        fitting = (each for each in grown if each is not None and each.places.rows == 1)
        look = next((each for each in fitting if each.places.height <= _LOW * page.room), look)
    return look


def _texts(page: Overview, *, has_levels: bool) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]:
    """What stands above every volume and what below; where there are many in a row, they have their channels above."""
    if not page.labels:
        none: tuple[tuple[str, ...], ...] = ((),) * len(page.volumes)
        return none, none
    room = _LEVEL_LABEL if has_levels else _LABEL
    parts = {line: wrapped(line, room, page) for line in dict.fromkeys(line for v in page.volumes for line in v.label)}
    made_by = [tuple(part for line in v.label for part in parts[line]) for v in page.volumes]
    if not has_levels:
        return ((),) * len(page.volumes), tuple((*lines, v.shape) for lines, v in zip(made_by, page.volumes))
    parted = [v.shape.partition("@") for v in page.volumes]
    return tuple((c,) for c, _, _ in parted), tuple((*lines, size) for lines, (_, _, size) in zip(made_by, parted))


def _sides(page: Overview, grain: float, share: float, is_flat: bool) -> tuple[tuple[int, int, int], ...]:
    """How deep, high and wide every volume is drawn, in pixels; `share` of the largest face."""
    longest = max(page.longest, *(max(v.rows, v.columns) for v in page.volumes))
    deepest = max(_MANY, page.deepest, *(v.channels for v in page.volumes))

    def side(cells: int, aslant: float = 1.0) -> int:
        return round(grain * aslant * max(_LEAST_SIDE, share * _FACE * sqrt(cells / longest)))

    return tuple(
        (
            round(grain * max(_LEAST_DEPTH, _DEPTH * sqrt(v.channels / deepest))),
            side(v.rows),
            side(v.columns, 1.0 if is_flat else _SLANT),
        )
        for v in page.volumes
    )


def _extent(
    page: Overview,
    above: tuple[str, ...],
    below: tuple[str, ...],
    side: tuple[int, int, int],
    em: float,
    grain: float,
    is_flat: bool,
    stub: int = _STUB,
) -> Extent:
    deep, high, wide = side
    words = max((page.font.width(line, em) for line in (*above, *below)), default=0.0)
    half = (high + (0 if is_flat else wide)) / 2
    line = LEADING * em
    column = max(deep + wide + 2 * stub * grain, words)
    return Extent(half + line * len(above), half + line * len(below), column, deep + wide)
