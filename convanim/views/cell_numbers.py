"""Numbers in cells: how they are written and how large, and where the weights stand beside them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from convanim.numbers.sources import Numbers
from convanim.numbers.values import Values
from convanim.scene.font import Metrics
from convanim.scene.scene import Lattice
from convanim.views.drawing import Page, TooNarrowError
from convanim.views.text_layout import fits, widest
from convanim.words.numerals import MINUS, Weights, factor, numeral, weights_of

_SUBSCRIPT = 0.64  # size of a subscript to its number, where the least size allows
_MOST_MEASURED = 4096  # numbers that are all spelled out to know how wide they are
_LONGEST_FRACTION, _LONGEST_WHOLE = MINUS + "888888.88", MINUS + "888888"  # whatever is larger is written with an e
_LARGEST_SUBSCRIPT = 0.75  # behind a number a larger one would be read as a digit of it
_GAP = 0.2  # between a number and the subscript behind it, in ems
_HIGHEST = 0.5  # of an upright cell, unless that is below the least size
_LARGE = 100  # numbers from here on may be written without decimals
_EDGE = 3  # pixels between a subscript and its cell's lines


@dataclass(frozen=True)
class Lettering:
    """How the numbers of one map are written."""

    strings: tuple[str, ...]
    em: float
    decimals: int
    subscript_em: float = 0.0  # 0 where weights find no room
    subscript_at: tuple[float, float] = (0.0, 0.0)  # from a cell's centre to the subscript's right end, mid-height


def lettering(
    page: Page, lattice: Lattice, numbers: Numbers, others: tuple[str, ...] = (), weights: tuple[str, ...] = ()
) -> Lettering:
    """The numbers of a map as text that fits its cells, as large and with as many decimals as there is room for.

    `others` are texts that stand in cells of the same map; `weights` those that stand beside the numbers.
    Raises TooNarrowError when the cells are too small for the least size.
    """
    if not fits(
        lattice, page.least_em * max(0.6, least_width(numbers, page.font, others)), page.least_em * page.font.cap_height
    ):
        raise _too_narrow(page, lattice)  # said before a large map is spelled out
    rounds_off = bool((np.isfinite(numbers) & (numbers != np.rint(numbers))).any())
    # A fraction without its decimals would be another number, unless it is large.
    fewest = 1 if rounds_off and np.abs(numbers[np.isfinite(numbers)]).max() < _LARGE else 0
    for decimals in range(2, fewest - 1, -1):
        strings = tuple(numeral(n, decimals) for n in numbers.ravel().tolist())
        width = widest((*strings, *others), page.font)
        sizes = [em for em in _sizes(page, lattice) if fits(lattice, width * em, page.font.cap_height * em)]
        if sizes:
            break
    else:
        raise _too_narrow(page, lattice)
    if weights:
        beside = widest(weights, page.font)
        for em in sizes:
            subscript = max(_SUBSCRIPT * em, page.least_subscript_em)
            if not lattice.is_upright and subscript > _LARGEST_SUBSCRIPT * em:
                break
            edge = page.least(_EDGE)
            at = _subscript_at(lattice, page.font.cap_height, (width * em, em), (beside * subscript, subscript), edge)
            if at is not None:
                return Lettering(strings, em, decimals, subscript, at)
    return Lettering(strings, sizes[0], decimals)


def _too_narrow(page: Page, lattice: Lattice) -> TooNarrowError:
    return TooNarrowError(f"the longest number does not fit into a cell of {page.spelled(lattice.column[0])}")


def _sizes(page: Page, lattice: Lattice) -> Iterator[float]:
    em = page.number_em
    if lattice.is_upright:
        em = min(em, _HIGHEST * lattice.row[1] / page.font.cap_height)
    while em > page.least_em:
        yield em
        em -= 0.5
    yield page.least_em


def _subscript_at(
    lattice: Lattice, cap_height: float, number: tuple[float, float], weight: tuple[float, float], edge: int
) -> tuple[float, float] | None:
    """Where a subscript ends: in an upright cell its lower right corner, else behind the number.

    Of number and subscript the width in pixels and the font size are given; `edge` pixels are kept free of it.
    """
    (width, em), (beside, subscript) = number, weight
    half = cap_height * subscript / 2
    if lattice.is_upright:
        right, bottom = lattice.column[0] / 2 - edge, lattice.row[1] / 2 - edge
        below = bottom - 2 * half >= cap_height * em / 2 + 1 and beside <= 2 * right
        behind = width / 2 + 1 + beside <= right
        return (right, bottom - half) if below or behind else None
    right, y = width / 2 + _GAP * em + beside, cap_height * em / 2
    inverse = np.linalg.inv(np.array([lattice.column, lattice.row], dtype=float))
    corners = np.array([(right, y + half), (right, y - half), (right - beside, y + half)])
    return (right, y) if np.abs(corners @ inverse).max() <= 0.47 else None


def least_width(numbers: Numbers, font: Metrics, others: tuple[str, ...] = ()) -> float:
    """How wide the widest number of a map is when written in its shortest way, in ems; from its extremes alone."""
    extremes = (float(numbers.min()), float(numbers.max()))
    return max(font.width(text, 1) for text in (*(numeral(n, 0) for n in extremes), *others))


def kernel_weights(values: Values | None) -> Weights:
    """How the weights of a figure's kernel are written; of none where there is no kernel."""
    return weights_of([] if values is None or values.kernel is None else values.kernel.ravel().tolist())


def weight_texts(values: Values) -> tuple[str, ...]:
    """The kernel's weights as text, in row-major order."""
    texts = kernel_weights(values).texts
    return () if values.kernel is None else tuple(texts[w] for w in values.kernel.ravel().tolist())


def widest_term(values: Values, weights: Weights, joint: str, font: Metrics) -> float:
    """How wide a term of an equation can be with its joint, in ems."""
    number = widest_numeral(values.input, font, bracketed=True)
    dot = "" if values.kernel is None else "·"
    return number + widest(map(factor, weights.texts.values()), font) + font.width(dot + joint, 1)


def widest_numeral(numbers: Numbers, font: Metrics, *, bracketed: bool = False) -> float:
    """The width of the widest number of a map, in ems; of a large map a little more, told from its extremes."""
    if numbers.size > _MOST_MEASURED:
        texts = [numeral(float(x)) for x in (numbers.min(), numbers.max())]
        texts += [_LONGEST_FRACTION] if numbers.dtype.kind == "f" else []
        texts += [_LONGEST_WHOLE] if np.abs([numbers.min(), numbers.max()]).max() >= 1e6 else []
    else:
        texts = [numeral(x) for x in np.unique(numbers).tolist()]
    return widest(map(factor, texts) if bracketed else texts, font)
