"""A reading of a layer, which a view places on the page: two grids, what happens in them, each step's equation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from convanim.scene.scene import Floats, Key, Lattice, Shape
from convanim.views.grids import Canvas
from convanim.words.equations import Terms

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
    terms: Callable[[int], Terms] | None = None  # the equation of a step, where there are numbers
    most_terms: int = 0  # how many terms the longest equation has
    widest_term: float = 0.0  # with its joint, in ems
    around_terms: float = 0.0  # how much wider than its terms an equation can be, in ems
    scale: float = 0.0  # what a level of 1 stands for in a heat map; 0 where there is none
    number_width: float = 0.0  # of the widest number at its shortest, in ems; 0 without numbers
