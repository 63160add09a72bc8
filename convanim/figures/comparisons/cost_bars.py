"""What the figures of a comparison cost: a bar for each, to scale, and how they compare in words."""

from collections.abc import Sequence

import numpy as np

from convanim.networks.cost import Cost
from convanim.scene.scene import Blocks, Lattice, Shape, Texts
from convanim.views.drawing import Page
from convanim.views.text_layout import LEADING, Block, text_block, wrapped
from convanim.words.costs import short, told_ratio
from convanim.words.language import Words

_NAMES = 0.55  # of the width that names may take
_HIGH = 0.8  # of a line that a bar takes
_BETWEEN = 0.4  # lines from one kind of cost to the next


def cost_bars(
    page: Page, names: Sequence[str], costs: Sequence[Cost], left: int, width: int, top: int
) -> tuple[list[Shape], int]:
    """The bars of all costs that differ, below `top` in `width` pixels, with their sentences; and where they end.

    Nothing where costs are alike, or some figure has no weights.
    """
    told = [told_ratio(costs[0], cost, page.words) for cost in costs[1:]]
    if not all(cost.weights for cost in costs) or not any(told):
        return [], top
    shapes: list[Shape] = []
    line = round(LEADING * page.label_em)
    for word, counts in _differing(costs, page.words):
        shapes.append(text_block(page, word, width).from_left(left, top, "caption"))
        top += line
        rows = _rows(page, names, counts, left, width, top, word == page.words("weights"))
        shapes += rows
        top += len(names) * line + round(_BETWEEN * line)
    lines = [page.words.titled(name, said) if len(names) > 2 else said for name, said in zip(names[1:], told) if said]
    em = min(text_block(page, text, width).em for text in lines)
    for text in lines:
        block = Block(wrapped(text, width / em, page), em, page.font)
        shapes.append(block.at(left + width / 2, top, "equation"))
        top += round(block.height)
    return shapes, top


def _differing(costs: Sequence[Cost], words: Words) -> list[tuple[str, list[int]]]:
    """The kinds of cost in which figures differ, each once where both differ alike."""
    weights, macs = [cost.weights for cost in costs], [cost.macs for cost in costs]
    kinds = [(words("weights"), weights), (words("multiplications"), macs)]
    ratios = [[round(count / counts[0], 3) for count in counts] for _, counts in kinds]
    if ratios[0] == ratios[1]:
        return kinds[:1]
    return [kind for kind, ratio in zip(kinds, ratios) if len(set(ratio)) > 1]


def _rows(
    page: Page, names: Sequence[str], counts: Sequence[int], left: int, width: int, top: int, is_exact: bool
) -> list[Shape]:
    """A line for each figure: its name, its bar, its number."""
    line = LEADING * page.label_em
    said = [page.words.count(count) if is_exact else short(count, page.words) for count in counts]
    em = page.label_em
    widest = max(page.font.width(name, 1) for name in names)
    em = max(page.least_em, min(em, _NAMES * width / widest)) if widest else em
    start = left + round(min(widest * em, _NAMES * width) + 0.6 * em)
    room = left + width - start - max(page.font.width(text, 1) for text in said) * em - 0.6 * em
    shapes: list[Shape] = []
    for number, (name, count, text) in enumerate(zip(names, counts, said)):
        middle = top + (number + 0.5) * line
        name = _cut(page, name, start - left, em)
        shapes.append(_line(page, name, left, middle, em))
        long, high = max(1, round(room * count / max(counts))), round(_HIGH * page.label_em)
        lattice = Lattice((start, round(middle - high / 2)), (1, 0), (0, 1))
        shapes.append(Blocks("kernel", f"{number + 1}/cost", lattice, np.array([(0, 0, high, long)])))
        shapes.append(_line(page, text, start + long + 0.4 * em, middle, em))
    return shapes


def _line(page: Page, text: str, left: float, middle: float, em: float) -> Texts:
    """A line of text that starts somewhere."""
    return Texts("caption", np.array([(left, middle)]), (text,), em, "start", font=page.font)


def _cut(page: Page, name: str, room: float, em: float) -> str:
    """A name as far as there is room for it."""
    while name and page.font.width(name, em) > room:
        name = name[:-2].rstrip() + "…" if len(name) > 2 else ""
    return name
