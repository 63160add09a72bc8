"""The equation of a step, under the maps: every term has a place of its own, so that nothing moves between steps."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import zip_longest

import numpy as np

from convanim.numbers.sources import Numbers
from convanim.scene.font import Metrics
from convanim.scene.scene import Anchor, During, Ints, Shape, Texts
from convanim.views.cell_numbers import widest_made
from convanim.views.drawing import Page, TooNarrowError
from convanim.views.text_layout import LEADING, widest
from convanim.words.equations import Terms, joined

MOST_TERMS = 1_500  # of all steps, that are spelled out to know how wide they are
_MOST_LINES = 3
_APART = 0.3  # pixels, since each text starts on a quarter of one


@dataclass(frozen=True)
class Equation:
    """The equation of each step, and how wide its parts are at most, in ems."""

    terms: Callable[[int], Terms]
    slots: tuple[float, ...]  # of each term, by its place
    before: float
    behind: float
    joint: str = " + "
    so_far: Callable[[int, int], str] | None = None  # what stands behind when so many terms are taken; None: nothing
    varies: bool = False  # whether steps may have fewer terms than there are places: any may then be the last
    ways: tuple[tuple[float, ...], ...] = ()  # more slots, of other filters: else brackets of one are holes of another
    way: Callable[[int], int] = lambda step: 0  # which of the slots those of a step are: 0 the first, 1 of the `ways`

    @property
    def layouts(self) -> tuple["Equation", ...]:
        """The equation with each of its slots alone."""
        return (self, *(replace(self, slots=slots) for slots in self.ways))


def widest_parts(sums: Iterable[Terms], font: Metrics) -> tuple[float, ...]:
    """How wide the terms are at each place at most, in ems, of sums that may have fewer terms than others."""
    every = ([term for _, term in terms.pieces] for terms in sums)
    return tuple(widest(filter(None, place), font) for place in zip_longest(*every))


def in_words(terms: Callable[[int], Terms], phrases: tuple[str, ...], numbers: Numbers, page: Page) -> Equation:
    """What is told of a single number, in one of some phrases; all begin in the same place."""
    number = widest_made(numbers, page)
    longest = number + max(page.font.width(page.words(phrase, number=""), 1) for phrase in phrases)
    return Equation(terms, (number,), 0.0, longest - number)


def copied_number(terms: Callable[[int], Terms], numbers: Numbers, page: Page) -> Equation:
    """The equations of numbers that are taken as they are, or are what padding holds."""
    return in_words(terms, ("copy_of", "padding_number"), numbers, page)


@dataclass(frozen=True)
class _Places:
    """Where the terms that are shown stand: the line of each, where it starts there, and how long each line is."""

    widths: tuple[float, ...]
    lines: tuple[int, ...]
    starts: tuple[float, ...]
    lengths: tuple[float, ...]


def equation_lines(page: Page, equation: Equation) -> int:
    """How many lines the equation takes, at most three."""
    em = _em(page, equation)
    return max(len(_shown(page, layout, em).lengths) for layout in equation.layouts)


def equation_shapes(page: Page, equation: Equation, top: float) -> list[Shape]:
    """The equation in lines of label text from `top` on, centred on the page; terms without a place are a `…`.

    It is smaller where a line of a single term would not fit otherwise. Raises TooNarrowError where it fits in no size.
    """
    em = _em(page, equation)
    return [shape for n, each in enumerate(equation.layouts) for shape in _laid_out(page, each, n, em, top)]


def _laid_out(page: Page, equation: Equation, way: int, em: float, top: float) -> list[Shape]:
    """The equation of those steps that have one of its ways."""
    places = _shown(page, equation, em)
    font, joint, count = page.font, equation.joint, len(places.widths)
    if max(places.lengths) * em > page.width:
        raise TooNarrowError("the longest part of an equation does not fit on a line")
    rows = [top + (line + 0.5) * round(LEADING * page.label_em) for line in range(len(places.lengths))]
    lefts = [page.width / 2 - length * em / 2 for length in places.lengths]
    points = [(lefts[line] + start * em, rows[line]) for line, start in zip(places.lines, places.starts)]
    ends = [(x + width * em, y) for (x, y), width in zip(points, places.widths)]

    @lru_cache(maxsize=8)  # asked for term by term, by layout as well as by drawing
    def parts(step: int) -> tuple[tuple[str, str, bool], ...]:
        """The terms that are shown, each behind what joins it to the one before, and whether it is of a real cell."""
        terms = equation.terms(step)
        every = [(*piece, i not in terms.unreal) for i, piece in enumerate(terms.pieces)]
        return tuple(every if len(every) <= count else [*every[: count - 2], (joint, "…", True), every[-1]])

    @lru_cache(maxsize=8)
    def is_alone(step: int) -> bool:
        """Whether there are words instead of terms, which take the place of all."""
        shown = parts(step)
        return len(shown) == 1 and font.width(shown[0][1], 1) > places.widths[0]

    # Numbers stand in the middle of their places, gaps alike on both sides: in a sum all but the first, before
    # its joint where there is no bracket; in a list with the comma right behind each but the last.
    is_list = joint.strip() != "+"
    comma = joint.rstrip() if is_list else ""
    at_joint = None if equation.before else 0
    middles = np.array([((x + end) / 2, y) for (x, y), (end, _) in zip(points, ends)])
    with_comma = middles + np.array([font.width(comma, em) / 2, 0])

    def found(step: int, part: int | None, *, is_real: bool, is_other: bool) -> Ints:
        """The terms that are taken, all or so many; where some have no place, all together."""
        if equation.way(step) != way or is_alone(step):
            return np.zeros(0, dtype=np.int64)
        taken = parts(step) if part is None or (part and is_cut(step)) else parts(step)[:part]
        other = len(taken) - 1 if is_list else at_joint
        wanted = [each is is_real and (i == other) is is_other for i, (*_, each) in enumerate(taken)]
        return np.flatnonzero(np.array(wanted, dtype=bool))

    def terms_in(role: str, *, is_real: bool, is_other: bool) -> Texts:
        at = lru_cache(maxsize=8)(partial(found, is_real=is_real, is_other=is_other))
        behind = "" if is_other else comma
        anchor: Anchor = "end" if is_other and not is_list else "middle"
        where = middles if is_list else np.array(ends)
        return Texts(
            role,
            where if is_other else with_comma,
            lambda step, element: parts(step)[element][1] + behind,
            em,
            anchor,
            During(lambda step: at(step, None), of_part=at),
        )

    # Before the first term, in a sum behind each but the last a joint, behind the last what they come to; or words.
    first = (points[0][0] - equation.before * em - _APART, points[0][1])
    rest = np.array([first, *((x + _APART, y) for x, y in ends)])

    def around(step: int) -> Ints:
        if equation.way(step) != way:
            return np.zeros(0, dtype=np.int64)
        if is_alone(step):
            return np.array([0])
        last = len(parts(step))
        return np.array([0, last]) if is_list else np.arange(last + 1)

    def is_cut(step: int) -> bool:
        return len(equation.terms(step).parts) > count

    def around_of(step: int, part: int) -> Ints:
        last = len(parts(step))
        if not part or equation.way(step) != way:
            return np.zeros(0, dtype=np.int64)
        if is_alone(step) or is_cut(step):
            return around(step)
        return around(step) if is_list else np.array([*range(min(part, last)), last])

    def text_of(step: int, part: int, element: int) -> str:
        if element < len(parts(step)) or is_alone(step):
            return text(step, element)
        return "" if equation.so_far is None else equation.so_far(step, part)

    def text(step: int, element: int) -> str:
        if element == 0:
            return joined(equation.terms(step)) if is_alone(step) else equation.terms(step).before
        return parts(step)[element][0].rstrip() if element < len(parts(step)) else equation.terms(step).behind

    return [
        *(terms_in("equation", is_real=True, is_other=is_other) for is_other in (False, True)),
        *(terms_in("faint", is_real=False, is_other=is_other) for is_other in (False, True)),
        Texts(
            "equation",
            rest,
            text,
            em,
            "start",
            During(lru_cache(maxsize=4)(around), of_part=around_of),
            of_part=text_of,
        ),
    ]


def _em(page: Page, equation: Equation) -> float:
    """The font size: that of labels, smaller where a single term needs that."""
    behind = equation.behind if equation.varies else 0.0  # of any term
    longest = max(
        max(
            equation.before + slots[0] + behind,
            slots[-1] + equation.behind,
            max(slots) + behind,
        )
        for slots in (equation.slots, *equation.ways)
    )
    if page.room >= longest * page.label_em:
        return page.label_em
    return max(page.least_em, min(page.label_em, page.room / longest))


def _shown(page: Page, equation: Equation, em: float) -> _Places:
    """The places of the terms that find one on three lines."""
    room, joint = page.room / em, page.font.width(equation.joint, 1)
    widths = equation.slots
    places = _places(equation, widths, room, joint)
    kept = len(widths)
    while len(places.lengths) > _MOST_LINES and kept > 3:
        kept -= 1
        # Where steps have fewer terms, one of them may stand where others have the ellipsis.
        left_out = max(page.font.width("…", 1), equation.slots[kept - 2] if equation.varies else 0.0)
        wide = (*equation.slots[: kept - 2], left_out, max(equation.slots[kept - 1], equation.slots[-1]))
        places = _places(equation, wide, room, joint)
    return places


def _places(equation: Equation, widths: tuple[float, ...], room: float, joint: float) -> _Places:
    lines, starts, lengths = [0], [equation.before], [0.0]
    last = len(widths) - 1
    end = equation.before + widths[0] + (equation.behind if last == 0 else 0)
    for i, width in enumerate(widths[1:], start=1):
        taken = width + (equation.behind if i == last or equation.varies else 0)
        if end + joint + taken > room:
            lengths[-1] = end + (max(joint, equation.behind) if equation.varies else joint)  # which ends the line
            lengths.append(0.0)
            lines.append(lines[-1] + 1)
            starts.append(0.0)
            end = taken if i == last else width
        else:
            lines.append(lines[-1])
            starts.append(end + joint)
            end += joint + (taken if i == last else width)
    lengths[-1] = end
    return _Places(widths, tuple(lines), tuple(starts), tuple(lengths))
