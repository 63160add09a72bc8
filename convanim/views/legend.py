"""The legend of a heat map: what its colours stand for, one bar under each map."""

from collections.abc import Mapping

import numpy as np

from convanim.scene.scene import Cells, Lattice, Shape, Texts
from convanim.views.drawing import Page
from convanim.views.sheets import PlacedSheet, scale_of
from convanim.words.numerals import MINUS

LEGEND_HEIGHT = 44  # pixels at the base width
_STEPS = 17  # colours of the bar
_WIDEST = 136  # pixels at the base width


def legend_shapes(page: Page, maps: Mapping[int, tuple[PlacedSheet, ...]], top: int) -> list[Shape]:
    """A bar of colours under each map that has numbers, from minus its largest number to that number."""
    shapes: list[Shape] = []
    for number, sheets in maps.items():
        left = min(placed.lattice.origin[0] for placed in sheets)
        last = max(sheets, key=lambda placed: placed.lattice.origin[0])
        right = last.lattice.origin[0] + last.plan.canvas.columns * last.lattice.column[0]
        shapes += bar(page, (left + right) / 2, top, right - left, scale_of(sheets[0].plan), number)
    return shapes


def bar(page: Page, middle: float, top: int, room: float, scale: float, number: int = 0, word: str = "") -> list[Shape]:
    """The bar of map `number`, centred on `middle`; under it the numbers at its ends and middle, or one for both.

    That one has a `word` in front where there is room for it.
    """
    cell = max(2, round(min(room, _WIDEST * page.unit) / _STEPS))
    lattice = Lattice((round(middle - cell * _STEPS / 2), round(top + 12 * page.unit)), (cell, 0), (0, max(cell, 4)))
    columns = np.arange(_STEPS)
    cells = np.stack([np.zeros(_STEPS, dtype=np.int64), columns], axis=1)
    largest = page.words.numeral(scale, 1 if scale >= 1 else 2)
    texts: tuple[str, ...] = (MINUS + largest, "0", largest)
    parts: tuple[int, ...] = (-1, 0, 1)
    em = max(page.least_em, 0.75 * page.label_em)
    if (
        word
        or max(cell * _STEPS, page.font.width("  ".join(texts), em)) + page.font.width(texts[0], em)
        > room + 12 * page.unit
    ):
        fits = page.font.width(f"{word} ±{largest}", page.least_em) <= room
        texts, parts = (f"{word} ±{largest}".strip() if fits else f"±{largest}",), (0,)
        em = max(page.least_em, min(em, (room + 12 * page.unit) / page.font.width(texts[0], 1)))
    y = lattice.origin[1] + lattice.row[1] + 10 * page.unit
    half = page.font.width(texts[0], em) / 2 + 2
    if len(texts) == 1:
        middle = min(max(middle, half), page.width - half)
    points = [(middle + part * cell * _STEPS / 2, y) for part in parts]
    return [
        Cells("heat", "legend", lattice, cells, cells + np.array([number, 0]), levels=np.linspace(-1, 1, _STEPS)),
        Texts("caption", np.array(points), texts, em),
    ]
