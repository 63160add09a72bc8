"""The legend of a map in colours: a bar of them, and the numbers that its ends stand for."""

import numpy as np

from convanim.numbers.scales import Scale
from convanim.scene.scene import Anchor, Cells, Lattice, Shape, Texts
from convanim.views.drawing import Page
from convanim.words.numerals import MINUS

LEGEND_HEIGHT = 44  # pixels at the base width
_STEPS = 17  # colours of the bar
_WIDEST = 136  # pixels at the base width


def bar(page: Page, middle: float, top: int, room: float, scale: Scale, number: int = 0) -> list[Shape]:
    """The bar of map `number`, centred on `middle`; under it the numbers at its ends, or one text for all of it."""
    cell = max(2, round(min(room, _WIDEST * page.unit) / _STEPS))
    wide = cell * _STEPS
    middle = min(max(middle, wide / 2), page.width - wide / 2)
    lattice = Lattice((round(middle - cell * _STEPS / 2), round(top + 12 * page.unit)), (cell, 0), (0, max(cell, 4)))
    columns = np.arange(_STEPS)
    cells = np.stack([np.zeros(_STEPS, dtype=np.int64), columns], axis=1)
    largest = page.words.numeral(scale.end, 1 if scale.end >= 1 else 2)
    is_signed = scale.name == "heat"
    texts: tuple[str, ...] = (MINUS + largest, "0", largest) if is_signed else ("0", largest)
    em = max(page.least_em, 0.75 * page.label_em)
    if page.font.width("  ".join(texts), em) + is_signed * page.font.width(MINUS, em) > wide:
        texts = (f"±{largest}" if is_signed else f"0…{largest}",)
        em = max(page.least_em, min(em, (room + 12 * page.unit) / page.font.width(texts[0], 1)))
    y = lattice.origin[1] + lattice.row[1] + 10 * page.unit
    half = page.font.width(texts[0], em) / 2 + 2
    anchors: tuple[Anchor, ...] = ("middle",)
    places: tuple[float, ...] = (min(max(middle, half), page.width - half),)
    if len(texts) > 1:
        anchors = ("start", "middle", "end") if is_signed else ("start", "end")
        places = tuple(middle + {"start": -wide / 2, "middle": 0.0, "end": wide / 2}[anchor] for anchor in anchors)
    levels = np.linspace(-1 if is_signed else 0, 1, _STEPS)
    return [
        Cells(scale.name, "legend", lattice, cells, cells + np.array([number, 0]), levels=levels),
        *(Texts("caption", np.array([(x, y)]), (text,), em, anchor) for x, text, anchor in zip(places, texts, anchors)),
    ]
