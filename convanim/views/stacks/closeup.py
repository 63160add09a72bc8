"""What a filter sees, close up: the cells under the window, the filter, and the number that the two make."""

from functools import lru_cache, partial
from math import prod
from typing import NamedTuple

import numpy as np

from convanim.layers.axis import CellKind
from convanim.numbers.scales import scale_of
from convanim.scene.scene import Cells, During, Floats, Ints, Lattice, Lines, Shape, Texts
from convanim.views.cell_shapes import sides
from convanim.views.stacks.filters import filter_plan
from convanim.views.stacks.stack import Stack
from convanim.words.numerals import is_exact

_LARGEST_CELL, _LEAST_CELL = 20, 5  # pixels at the base width
_SIGN = 22  # pixels between the two grids at the base width
_ABOVE, _ANSWER = 16, 30  # pixels above the grids, and of the answer below them
_DECIMALS = 1
_LONGEST = "−888.8"  # of the answers that have room
_NOISE = 1e-9  # of the largest number: what is smaller comes from rounding
_CELLS = range(4, 226)  # of a filter that is worth a second look and fits


class Inset(NamedTuple):
    """The room that a close-up takes, in pixels: a cell's side, and all of it."""

    cell: int
    width: int
    height: int


def inset_of(stack: Stack, room: int) -> Inset | None:
    """What a close-up takes where `room` pixels are wished for; None where there is none.

    It is for filters over a single map in colours.
    """
    plan = stack.maps[0]
    if not stack.is_heat or stack.kernels is None or plan.channels != 1 or plan.numbers is None:
        return None
    size = stack.kernels.shape[2:]
    if len(size) != 2 or prod(size) not in _CELLS or filter_plan(stack) is None:
        return None
    sign = round(_SIGN * stack.unit)
    least, most = round(_LEAST_CELL * stack.unit), round(_LARGEST_CELL * stack.unit)
    cell = min(max((room - sign) // (2 * size[1]), least), most)
    height = round((_ABOVE + _ANSWER) * stack.unit) + size[0] * cell
    return Inset(cell, max(2 * size[1] * cell + sign, _answer_width(stack) + 2 * round(stack.label_em)), height)


def _answer_width(stack: Stack) -> int:
    return round(stack.font.width(_LONGEST, stack.label_em))


def closeup_shapes(stack: Stack, inset: Inset, middle: int, top: int) -> list[Shape]:
    """The close-up whose upper edge is `top`: what is read, times the filter at work; below them what that makes."""
    assert stack.kernels is not None
    rows, columns = stack.kernels.shape[2:]
    cell, plan, output = inset.cell, stack.maps[0], stack.output
    assert plan.scale is not None
    assert output.scale is not None
    assert plan.numbers is not None
    cells = np.stack([grid.ravel() for grid in np.indices((rows, columns))], axis=1)
    grids = 2 * columns * cell + round(_SIGN * stack.unit)
    left, down = middle - grids // 2, top + round(_ABOVE * stack.unit)
    read = Lattice((left, down), (cell, 0), (0, cell))
    weights = read.shifted(grids - columns * cell, 0)
    weight_scale = scale_of(stack.kernels)
    seen = lru_cache(maxsize=4)(partial(_seen, stack))
    every, once = During(lambda step: np.arange(len(cells)), stays=True), During(lambda step: np.arange(1), stays=True)
    given = plan.scale.levels(plan.numbers).ravel()
    kernels = weight_scale.levels(stack.kernels[:, 0]).reshape(len(stack.kernels), -1)
    shapes: list[Shape] = [
        Cells(
            plan.scale.name,
            "seen",
            read,
            cells,
            cells,
            During(lambda step: np.flatnonzero(seen(step) >= 0), stays=True),
            levels=lambda step: given[np.maximum(seen(step), 0)],
        ),
        Cells(
            weight_scale.name, "weights", weights, cells, cells, every, levels=lambda step: kernels[_at(stack, step)]
        ),
    ]
    for lattice in (read, weights):
        corners = lattice.points(np.array([(0, 0), (0, columns), (rows, columns), (rows, 0)]))
        shapes.append(Lines("frame", sides(corners), lattice.is_upright))
    em = stack.label_em
    tall, wide = round(1.5 * em), _answer_width(stack)
    below = down + rows * cell + round(_ANSWER * stack.unit) - tall
    answer = Lattice((middle - wide // 2 + round(0.8 * em), below), (wide, 0), (0, tall))
    one = np.zeros((1, 2), dtype=np.int64)
    levels = lru_cache(maxsize=4)(partial(_level, stack))
    shapes += [
        Cells(output.scale.name, "answer", answer, one, one, once, levels=levels),
        Texts(output.scale.name, answer.centres(one), partial(_number, stack), em, when=once, levels=levels),
    ]
    signs = [(middle, down + rows * cell / 2), (answer.origin[0] - 0.8 * em, below + tall / 2)]
    both = During(lambda step: np.arange(2), stays=True)
    return [*shapes, Texts("label", np.array(signs), partial(_sign, stack), em, when=both)]


def _at(stack: Stack, step: int) -> int:
    """The filter at work."""
    return stack.output.drawn[stack.made(step)[0]]


def _seen(stack: Stack, step: int) -> Ints:
    """For each cell of the window the number of the input's cell there, or of the one that it copies; -1 for none."""
    plan = stack.maps[0]
    elements = np.zeros(1, dtype=np.int64)
    for positions, along in zip(plan.canvas.ranges, stack.spots(step)[0].axes):
        elements = (elements[:, None] * len(positions) + along - positions.start).ravel()
    if plan.copies is not None:
        elements = np.where(plan.copies[elements] >= 0, plan.copies[elements], elements)
    own = plan.kinds[CellKind.INPUT]
    return np.where(own[elements], np.cumsum(own)[elements] - 1, -1)


def _made(stack: Stack, step: int) -> float:
    assert stack.output.numbers is not None
    assert stack.output.scale is not None
    sheet, place = stack.made(step)
    number = float(stack.output.numbers[(stack.output.drawn[sheet], *place)])
    return number if abs(number) > _NOISE * stack.output.scale.end else 0.0


def _level(stack: Stack, step: int) -> Floats:
    assert stack.output.scale is not None
    return stack.output.scale.levels(np.array([_made(stack, step)]))


def _number(stack: Stack, step: int, _: int) -> str:
    return stack.words.numeral(_made(stack, step), _DECIMALS)


def _sign(stack: Stack, step: int, element: int) -> str:
    """Between the two grids, and before what they make, which may be rounded."""
    if element == 0:
        return "×"
    return "=" if is_exact(_made(stack, step), _DECIMALS) else "≈"
