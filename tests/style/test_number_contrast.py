"""Numbers on the cells that they stand on: light on dark or dark on light enough, in every theme."""

from typing import Any

import numpy as np
import pytest
from helpers.campaigns import listed

from convanim.figures.animation import Animation, compose
from convanim.figures.options import Options
from convanim.files.catalogue import theme_names
from convanim.layers.layer import AvgPool, Conv, ConvTranspose, Layer, MaxPool, Upsample
from convanim.networks.chain import Chain
from convanim.scene.scene import Blocks, Cells, Shape, Texts, levels_at, series_at, shown
from convanim.style.contrast import Colour, contrast
from convanim.style.theme import Theme
from convanim.style.theme_rules import LEAST_CONTRAST
from convanim.views.text_layout import is_number

FIGURES: dict[str, tuple[Layer | Chain, dict[str, Any]]] = {
    "padding": (Conv(4, 3, padding=1), {"slow": 1}),
    "inserted zeros": (ConvTranspose(3, 3, 2, 1), {}),
    "stamps": (ConvTranspose(3, 3, 2, 1), {"transposed_as": "scatter"}),
    "overhang": (AvgPool(5, 2, ceil_mode=True), {}),
    "maximum": (MaxPool(4, 2), {}),
    "between cells": (Upsample(3, size=5, mode="bilinear"), {}),
    "unread": (Conv(6, 2, 3), {}),
    "copies": (Conv(4, 3, padding=1, padding_mode="reflect"), {}),
    "channels": (Conv("2@4", 3, padding=1, out_channels=2), {}),
    "groups": (Conv("4@4", 2, groups=4, out_channels=4), {}),
    "inserted zeros of channels": (ConvTranspose("2@3", 2, 2, out_channels=7), {}),
    "colours": (Conv(4, 3, padding=1), {"heat_map": True}),
    "chain": (Chain(5, ["conv 3 p1", "relu", "max-pool 2"]), {}),
}


def fills(shape: Shape, step: int, theme: Theme) -> list[tuple[np.ndarray[Any, Any], Colour]]:
    """The areas that a shape fills at a step: the middle of each cell, and its colour."""
    found: list[tuple[np.ndarray[Any, Any], Colour]] = []
    if isinstance(shape, Cells):
        elements = shown(shape.when, len(shape), step)
        middles = shape.lattice.centres(shape.cells[elements])
        plain = theme.style(shape.role, series_at(shape, step)).fill
        if shape.levels is None:
            return [] if plain is None else [(middle, plain) for middle in middles]
        for middle, level in zip(middles, levels_at(shape.levels, step)[elements]):
            (at,) = theme.level_steps(shape.role, np.array([level]))
            found.append((middle, theme.levelled(shape.role, int(at)).fill or theme.background))
    elif isinstance(shape, Blocks) and shape.part != "line":
        fill = theme.style(shape.role, series_at(shape, step)).fill
        corners = shape.corners(step, shown(shape.when, len(shape), step))
        found = [] if fill is None else [(each.mean(axis=0), fill) for each in corners]
    return found


def worst(animation: Animation, step: int) -> float:
    """The least contrast of a number with the cell that is uppermost where it stands."""
    theme, below, least = animation.theme, dict[tuple[int, int], Colour](), 21.0
    for shape in animation.scene.shapes:
        below |= {(round(x), round(y)): fill for (x, y), fill in fills(shape, step, theme)}
        if not (isinstance(shape, Texts) and is_number(shape)):
            continue
        for element in shown(shape.when, len(shape.points), step).tolist():
            if not shape.string(step, element):
                continue
            x, y = shape.points[element]
            colour = theme.style(shape.role, series_at(shape, step)).text
            if shape.levels is not None:
                (at,) = theme.level_steps(shape.role, levels_at(shape.levels, step)[[element]])
                colour = theme.levelled(shape.role, int(at)).text
            assert colour is not None
            least = min(least, contrast(colour, below.get((round(x), round(y)), theme.background)))
    return least


@pytest.mark.parametrize("theme", theme_names())
@listed("name", FIGURES)
def test_numbers_can_be_read_on_their_cells(name: str, theme: str) -> None:
    """4.5:1 to whatever is under them at that step: input, padding, zeros, windows in every hue, winners, sums."""
    figure, looks = FIGURES[name]
    animation = compose(figure, Options(values="random:7", view="flat", theme=theme, width=900, **looks))
    for step in {0, 1, animation.scene.steps // 2, animation.scene.steps - 1}:
        assert worst(animation, step) >= LEAST_CONTRAST
