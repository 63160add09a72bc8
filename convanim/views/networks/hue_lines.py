"""Labels in few words: sizes alone beside the maps, and below them what makes the maps of each hue."""

from collections.abc import Sequence

import numpy as np

from convanim.scene.scene import Blocks, Lattice, Lines, Shape, Texts
from convanim.views.drawing import Page
from convanim.views.hatches import APART, strokes
from convanim.views.networks.volume import Volume
from convanim.views.text_layout import LEADING, wrapped

_MOST = 2  # ways in which maps of one hue are made, and that are told
_BESIDE, _APART = 0.45, 1.6  # ems between a hue and its words, and to the next


def brief_size(shape: str) -> tuple[str, str]:
    """A map's channels and its size in few letters: `64` and `572²`."""
    channels, _, size = shape.partition("@")
    sides = size.split("×")
    return channels, f"{sides[0]}²" if len(sides) == 2 and sides[0] == sides[1] else size


def has_few_kinds(volumes: Sequence[Volume]) -> bool:
    """Whether maps of one hue are made in so few ways that a line has room for all."""
    return all(len(ways) <= _MOST for ways in _ways(volumes).values())


def _ways(volumes: Sequence[Volume]) -> dict[int | None, list[str]]:
    """For each hue the ways in which its maps are made, in the order in which they come."""
    found: dict[int | None, dict[str, None]] = {}
    for volume in volumes:
        found.setdefault(volume.kind, {})[", ".join(volume.label)] = None
    return {kind: list(ways) for kind, ways in found.items()}


def hue_lines(page: Page, volumes: Sequence[Volume], top: int, grain: float) -> tuple[list[Shape], int]:
    """A cell of each hue, with its strokes, and what makes its maps, from `top` down, in lines; and where they end.

    `grain` is a pixel at the least text.
    """
    em = page.label_em
    side, height = round(em), round(LEADING * em)
    entries = [(kind, " · ".join(ways)) for kind, ways in _ways(volumes).items()]
    most = page.room - side - _BESIDE * em
    texts = [(kind, line) for kind, text in entries for line in [" ".join(wrapped(text, most / em, page))]]
    widths = [side + _BESIDE * em + page.font.width(text, em) for _, text in texts]
    lines: list[list[int]] = [[]]
    for i, width in enumerate(widths):
        if lines[-1] and sum(widths[j] + _APART * em for j in lines[-1]) + width > page.room:
            lines.append([])
        lines[-1].append(i)
    top += height // 2
    shapes: list[Shape] = []
    for line in lines:
        x = page.width / 2 - (sum(widths[i] for i in line) + _APART * em * (len(line) - 1)) / 2
        for i in line:
            kind, text = texts[i]
            cell = Lattice((round(x), top + (height - side) // 2), (side, 0), (0, side))
            shapes.append(Blocks("block_side", "key", cell, np.array([(0, 0, 1, 1)]), series=kind))
            shapes.append(Lines("channel", strokes(cell, 1, 1, kind, APART * grain / side)))
            words = np.array([(x + side + _BESIDE * em, top + height / 2)])
            shapes.append(Texts("caption", words, (text,), em, "start"))
            x += widths[i] + _APART * em
        top += height
    return shapes, top
