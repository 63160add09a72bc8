"""What the figures of a comparison cost: a bar for each, to scale, and how they compare in words.

The bar of a figure of several layers is divided at their shares, so that it is seen where the cost is.
"""

from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from convanim.networks.cost import Cost
from convanim.scene.scene import Blocks, Lattice, Lines, Shape, Texts
from convanim.views.drawing import Page
from convanim.views.text_layout import LEADING, Block, text_block, wrapped
from convanim.words.costs import short, told_ratio

_NAMES = 0.55  # of the width that names may take
_HIGH = 0.8  # of a line that a bar takes
_BETWEEN = 0.4  # lines from one kind of cost to the next
_LEAST_SHARE = 5  # pixels at the base width of a share from which it is seen between its lines
_MOST_SHARES, _MOST_TOLD = 6, 3  # of a bar that is divided, and whose shares are written


def cost_bars(
    page: Page,
    names: Sequence[str],
    costs: Sequence[tuple[Cost, Sequence[Cost]]],
    left: int,
    width: int,
    top: int,
) -> tuple[list[Shape], int]:
    """The bars of all costs that differ, below `top` in `width` pixels, with their sentences; and where they end.

    Costs come with their shares. Nothing where costs are alike, or some figure has no weights.
    """
    totals = [total for total, _ in costs]
    told = [told_ratio(totals[0], cost, page.words) for cost in totals[1:]]
    if not all(cost.weights for cost in totals) or not any(told):
        return [], top
    shapes: list[Shape] = []
    line = round(LEADING * page.label_em)
    for kind in _differing(totals):
        shapes.append(text_block(page, page.words(kind), width).from_left(left, top, "caption"))
        top += line
        counts = [[_count(share, kind) for share in shares] for _, shares in costs]
        shapes += _rows(page, names, counts, left, width, top, kind == "weights")
        top += len(names) * line + round(_BETWEEN * line)
    lines = [page.words.titled(name, said) if len(names) > 2 else said for name, said in zip(names[1:], told) if said]
    em = min(text_block(page, text, width).em for text in lines)
    for text in lines:
        block = Block(wrapped(text, width / em, page), em, page.font)
        shapes.append(block.at(left + width / 2, top, "equation"))
        top += round(block.height)
    return shapes, top


def _count(cost: Cost, kind: str) -> int:
    return cost.weights if kind == "weights" else cost.macs


def _differing(costs: Sequence[Cost]) -> list[str]:
    """The kinds of cost in which figures differ, as phrases; one of them where both differ alike."""
    kinds = ["weights", "multiplications"]
    ratios = [[round(_count(cost, kind) / _count(costs[0], kind), 3) for cost in costs] for kind in kinds]
    if ratios[0] == ratios[1]:
        return kinds[:1]
    return [kind for kind, ratio in zip(kinds, ratios) if len(set(ratio)) > 1]


def _rows(
    page: Page, names: Sequence[str], shares: Sequence[Sequence[int]], left: int, width: int, top: int, is_exact: bool
) -> list[Shape]:
    """A line for each figure: its name, its bar with its shares, its number."""
    line = LEADING * page.label_em
    counts = [sum(each) for each in shares]
    said = [page.words.count(count) if is_exact else short(count, page.words) for count in counts]
    em = page.label_em
    widest = max(page.font.width(name, 1) for name in names)
    em = max(page.least_em, min(em, _NAMES * width / widest)) if widest else em
    start = left + round(min(widest * em, _NAMES * width) + 0.6 * em)
    room = left + width - start - max(page.font.width(text, 1) for text in said) * em - 0.6 * em
    cuts = [_cuts(each, room / max(counts)) for each in shares]
    is_divided = all(_are_seen(page, each) for each in cuts)
    shapes: list[Shape] = []
    for number, (name, each, at, text) in enumerate(zip(names, shares, cuts, said)):
        middle = top + (number + 0.5) * line
        name = _cut(page, name, start - left, em)
        shapes.append(_line(page, name, left, middle, em))
        long, high = max(1, at[-1]), round(_HIGH * page.label_em)
        upper = round(middle - high / 2)
        lattice = Lattice((start, upper), (1, 0), (0, 1))
        shapes.append(Blocks("kernel", f"{number + 1}/cost", lattice, np.array([(0, 0, high, long)])))
        if is_divided and len(at) > 2:
            ends = [((start + x, upper), (start + x, upper + high)) for x in at[1:-1]]
            shapes.append(Lines("slab_edge", np.array(ends), is_upright=True))
        behind = start + long + 0.4 * em
        shapes.append(_line(page, _told(page, each, text, left + width - behind, em), behind, middle, em))
    return shapes


def _cuts(shares: Sequence[int], scale: float) -> list[int]:
    """Where the shares of a bar begin, and where the last one ends, in pixels from the bar's left end."""
    return [round(scale * count) for count in accumulate((count for count in shares if count), initial=0)]


def _are_seen(page: Page, cuts: Sequence[int]) -> bool:
    """Whether the shares between some cuts are few enough, and wide enough, to be told from each other."""
    least = max(page.least(_LEAST_SHARE), round(_LEAST_SHARE * page.unit))
    return len(cuts) == 2 or (len(cuts) - 1 <= _MOST_SHARES and bool(np.diff(cuts).min() >= least))


def _told(page: Page, shares: Sequence[int], total: str, room: float, em: float) -> str:
    """The number behind a bar; where there is room for it, and the shares are few, as their sum.

    Rounded numbers might not add up, so that none are.
    """
    parts = [count for count in shares if count]
    exact = [page.words.count(count) for count in parts]
    if not 1 < len(parts) <= _MOST_TOLD or page.words.count(sum(parts)) != total:
        return total
    text = f"{' + '.join(exact)} = {total}"
    return text if page.font.width(text, em) <= room else total


def _line(page: Page, text: str, left: float, middle: float, em: float) -> Texts:
    """A line of text that starts somewhere."""
    return Texts("caption", np.array([(left, middle)]), (text,), em, "start", font=page.font)


def _cut(page: Page, name: str, room: float, em: float) -> str:
    """A name as far as there is room for it."""
    while name and page.font.width(name, em) > room:
        name = name[:-2].rstrip() + "…" if len(name) > 2 else ""
    return name
