"""What figures of layers as matrix products are made of, and which are none."""

from dataclasses import replace

from convanim.errors import RequestError
from convanim.figures.options import Options
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Layer
from convanim.layers.operations import operation_of
from convanim.networks.chain import Chain
from convanim.networks.pointwise import Pointwise
from convanim.numbers.figure_values import FigureValues, stages_of
from convanim.scene.scene import Cells, Scene, Texts
from convanim.views.registry import PRODUCTS
from convanim.views.stacks.stack import Stack, StackOptions

_MATRICES = ("matrix", "kernel")
_NO_NUMBERS = "the matrix has no room for its numbers: a larger width, or a smaller input, shows them"


def product_of(figure: Layer | Chain, options: Options, name: str, *, is_heat: bool) -> Layer:
    """The layer that is drawn as a product: a chain of one stage is that stage.

    Raises RequestError for what is no product of one matrix, and for options that go with maps alone.
    """
    stages = stages_of(figure)
    layer = stages[0]
    if len(stages) > 1 or isinstance(layer, Pointwise):
        what = "a chain is several products" if len(stages) > 1 else f"{layer.op} is no product"
        raise RequestError("view", name, what, "draw its layers one by one, or try flat")
    if options.transposed_as == "scatter":
        rule = f"{name} has one output cell a step"
        raise RequestError("transposed_as", "scatter", rule, "try gather, or the view flat")
    if is_heat:
        fix = "try flat, or leave out {heat_map}" if options.heat_map else "try flat"
        raise RequestError("view", name, "its numbers are written, not coloured", fix)
    PRODUCTS[name].refuse(layer)
    return layer


def product_stack(layer: Layer, values: FigureValues | None, stack_options: StackOptions, most_cell: int = 0) -> Stack:
    """The stack of a layer, with its matrix, at a scale of its own: entries and maps have no common size of cell.

    What was asked for bounds both: pixels of a side; 0 is no bound.
    """
    from convanim.numbers.as_matrix import LayerMatrix
    from convanim.views.stacks.layer_stack import layer_stack

    own = None if values is None else values.stage(0)
    matrix = LayerMatrix(Geometry(layer), None if own is None else own.kernel)
    return replace(layer_stack(layer, own, stack_options), matrix=matrix, most_cell=most_cell)


def product_notes(stack: Stack, scene: Scene) -> tuple[str, ...]:
    """What is to be said of a matrix whose numbers do not stand in its entries."""
    matrix = stack.matrix
    if matrix is None or (operation_of(matrix.geometry.layer).has_weights and matrix.kernel is None):
        return ()
    entries = next(s for s in scene.shapes if isinstance(s, Cells) and s.role == "kernel" and s.map in _MATRICES)
    first = entries.lattice.centres(entries.cells[:1])[0]
    texts = (shape.points for shape in scene.shapes if isinstance(shape, Texts) and shape.role == "kernel")
    is_written = any(bool((points == first).all(axis=1).any()) for points in texts)
    return () if is_written else (_NO_NUMBERS,)
