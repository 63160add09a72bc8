"""The weights of a chain's stages, between the map that each reads and the one that it makes: a grid for each slice.

A row is a filter, a column what it has for one channel; the slices of a filter alone stand below each other.
"""

import numpy as np

from convanim.layers.axis import CellKind
from convanim.scene.scene import Cells, Lattice, Shape, Texts
from convanim.views.cell_numbers import Lettering, lettering
from convanim.views.grids import Canvas
from convanim.views.stacks.sheets.placed_sheet import PlacedSheet
from convanim.views.stacks.stack import SheetMap, Stack

MOST_WEIGHTS = 100  # of a stage; more of them are not looked at one by one


def weights_plan(stack: Stack, number: int) -> SheetMap | None:
    """The slices of the weights of the stage that reads map `number`, as a map; None where none are to be shown."""
    found = stack.stage_weights[number] if number < len(stack.stage_weights) else None
    if found is None:
        return None
    filters, channels, *rest = found.numbers.shape
    size = tuple(rest)
    cells = int(np.prod(size))
    return SheetMap(
        name=f"kernel {number + 1}",
        role="kernel",
        window="kernel",
        size=size,
        channels=filters * channels,
        has_channels=True,
        drawn=tuple(range(filters * channels)),
        canvas=Canvas(tuple(range(n) for n in size)),
        kinds={kind: np.full(cells, kind is CellKind.INPUT) for kind in CellKind},
        label=(stack.words("filters" if filters > 1 else "filter"),),
        numbers=found.numbers.reshape(filters * channels, *size),
    )


def weights_across(stack: Stack, number: int) -> int:
    """How many slices there are in a row: one for each channel; those of a filter alone stand below each other."""
    found = stack.stage_weights[number]
    assert found is not None
    filters, channels = found.numbers.shape[:2]
    return int(channels) if filters > 1 else 1


def weights_lettering(stack: Stack, number: int, lattice: Lattice) -> Lettering:
    """How the weights of a stage are written. Raises TooNarrowError where the cells are too small for them."""
    found = stack.stage_weights[number]
    assert found is not None
    return lettering(stack, lattice, np.zeros(1), tuple(found.texts.values()))


def weight_shapes(stack: Stack, number: int, sheets: tuple[PlacedSheet, ...]) -> list[Shape]:
    """The cells and texts of the weights of the stage that reads map `number`; those of the last stage in their hues.

    Raises TooNarrowError where the cells are too small for them.
    """
    found = stack.stage_weights[number]
    assert found is not None
    filters, channels = found.numbers.shape[:2]
    letters = weights_lettering(stack, number, sheets[0].lattice)
    is_last = number == len(stack.maps) - 2
    drawn = list(stack.output.drawn)
    shapes: list[Shape] = []
    for placed in sheets:
        plan, (row, channel) = placed.plan, divmod(placed.sheet, channels)
        series = stack.output.sheet_series(drawn.index(row)) if is_last and filters > 1 and row in drawn else None
        index = np.insert(plan.canvas.index, 0, [[row], [channel]], axis=1)
        texts = tuple(found.texts[w] for w in found.numbers[row, channel].ravel().tolist())
        centres = placed.lattice.centres(plan.canvas.cells)
        shapes.append(Cells("kernel", plan.name, placed.lattice, plan.canvas.cells, index, series=series))
        shapes.append(Texts("kernel", centres, texts, letters.em, series=series))
    return shapes
