"""Numbers in cells: how they are written and how large."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np

from convanim.layers.geometry import Geometry
from convanim.numbers.sources import Numbers
from convanim.numbers.values import Values
from convanim.scene.font import Metrics
from convanim.scene.scene import Lattice
from convanim.views.drawing import Page, TooNarrowError
from convanim.views.text_layout import fits, widest
from convanim.words.language import Words
from convanim.words.numerals import MINUS, Weights, factor, numeral, weights_of
from convanim.words.spelling import Spelling

_MOST_MEASURED = 4096  # numbers that are all spelled out to know how wide they are
_LONGEST_FRACTION, _LONGEST_WHOLE = MINUS + "888888.88", MINUS + "888888"  # whatever is larger is written with an e
_HIGHEST = 0.5  # of an upright cell, unless that is below the least size
_AIRY = 0.68  # how much of a cell numbers fill; more at the least size alone
_LARGE = 100  # numbers from here on may be written without decimals


@dataclass(frozen=True)
class Lettering:
    """How the numbers of one map are written."""

    strings: tuple[str, ...]
    em: float
    spell: Spelling


def lettering(
    page: Page, lattice: Lattice, numbers: Numbers, others: tuple[str, ...] = (), *, is_fixed: bool = False
) -> Lettering:
    """The numbers of a map as text that fits its cells, as large as there is room for.

    `others` are texts that stand in cells of the same map. Whole numbers, too, have decimals where these are fixed.
    Raises TooNarrowError when the cells are too small for the least size.
    """
    if not fits(
        lattice, page.least_em * max(0.6, least_width(numbers, page.font, others)), page.least_em * page.font.cap_height
    ):
        raise _too_narrow(page, lattice)  # said before a large map is spelled out
    spell = spelling(page, numbers, is_fixed=is_fixed)
    if spelling(page, numbers).is_fixed and not spell.decimals and np.abs(numbers[np.isfinite(numbers)]).max() < _LARGE:
        raise _too_narrow(page, lattice)  # a fraction without its decimals would be another number
    strings = tuple(map(spell, numbers.ravel().tolist()))
    width = widest((*strings, *others), page.font)
    for em in _sizes(page, lattice):
        box = width * em, page.font.cap_height * em
        if fits(lattice, *box, _AIRY) or (em == page.least_em and fits(lattice, *box)):
            return Lettering(strings, em, spell)
    raise _too_narrow(page, lattice)


def spelling(page: Page, numbers: Numbers, *, is_fixed: bool = False) -> Spelling:
    """How a map's numbers are written: whole ones as they are, others all with the decimals of the page."""
    finite = numbers[np.isfinite(numbers)]
    return Spelling(page.words, page.decimals, is_fixed=is_fixed or bool((finite != np.rint(finite)).any()))


def made_spelling(page: Page, numbers: Numbers) -> Spelling:
    """How the output's numbers are written: as those of figures beside it are, too."""
    return spelling(page, numbers, is_fixed=page.least_decimals > 0)


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


def least_width(numbers: Numbers, font: Metrics, others: tuple[str, ...] = ()) -> float:
    """How wide the widest number of a map is when written in its shortest way, in ems; from its extremes alone."""
    extremes = (float(numbers.min()), float(numbers.max()))
    return max(font.width(text, 1) for text in (*(numeral(n, 0) for n in extremes), *others))


def own_weights(geometry: Geometry, words: Words) -> Weights:
    """How the weights of an operation's windows are written; of none where cells are taken as they are."""
    along = [{w for output in range(axis.output_size) for w in axis.weights(output) or ()} for axis in geometry.axes]
    different = {float(prod(weights)) for weights in product(*along)}
    return weights_of([] if different <= {1.0} else different, words.decimal)


def widest_weight(weights: Weights, page: Page) -> float:
    """How wide a factor of a term can be with the sign before it, in ems; nothing where there is none."""
    if not weights.texts:
        return 0.0
    return page.font.width("·", 1) + widest(map(factor, weights.texts.values()), page.font)


def kernel_weights(values: Values | None, words: Words) -> Weights:
    """How the weights of a figure's kernel are written; of none where there is no kernel."""
    numbers = [] if values is None or values.kernel is None else values.kernel.ravel().tolist()
    return weights_of(numbers, words.decimal)


def widest_made(numbers: Numbers, page: Page) -> float:
    """The width of the widest number of the output, in ems."""
    return _widest(numbers, page, made_spelling(page, numbers))


def widest_numeral(numbers: Numbers, page: Page, *, bracketed: bool = False) -> float:
    """The width of the widest number of a map, in ems; of a large map a little more, told from its extremes."""
    return _widest(numbers, page, spelling(page, numbers), bracketed=bracketed)


def _widest(numbers: Numbers, page: Page, spell: Spelling, *, bracketed: bool = False) -> float:
    if numbers.size > _MOST_MEASURED:
        texts = [spell(float(x)) for x in (numbers.min(), numbers.max())]
        texts += [page.words.number(_LONGEST_FRACTION)] if numbers.dtype.kind == "f" else []
        texts += [_LONGEST_WHOLE] if np.abs([numbers.min(), numbers.max()]).max() >= 1e6 else []
    else:
        texts = [spell(x) for x in np.unique(numbers).tolist()]
    return widest(map(factor, texts) if bracketed else texts, page.font)
