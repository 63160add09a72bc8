"""A reading of a layer, which a view places on the page: two grids, what happens in them, each step's equation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from convanim.numbers.scales import Scale
from convanim.scene.scene import Floats, Key, Lattice, Shape
from convanim.views.equation_line import Equation
from convanim.views.grids import Canvas
from convanim.views.kernel_work import KernelWork

ShapesOn: TypeAlias = Callable[[Lattice], list[Shape]]


@dataclass(frozen=True)
class Reading:
    """A layer in one of its readings, laid out as grids but not yet placed on the page."""

    input: Canvas
    output: Canvas
    steps: int
    input_shapes: ShapesOn  # lattice of the input canvas -> the input and the window over it
    output_shapes: ShapesOn  # lattice of the output canvas -> the output and its current cells
    rays: Callable[[Lattice, Lattice, int], Floats]  # lattices, step -> the four lines (4, 2, 2) between the maps
    reads: Callable[[int], tuple[Key, ...]]
    writes: Callable[[int], tuple[Key, ...]]
    equation: Equation | None = None  # where there are numbers
    scale: Scale | None = None  # of the output's numbers as colours; None where there are none
    work: KernelWork | None = None  # where there are weights
    parts: Callable[[int], int] = lambda step: 0  # in how many parts a step can be taken
    number_width: float = 0.0  # of the widest number at its shortest, in ems; 0 without numbers
