"""Which pictures have a stack too deep for sheets; all of their stacks are then slabs, at one scale."""

from collections.abc import Sequence

from convanim.layers.geometry import Geometry
from convanim.layers.layer import Layer, input_shape, output_shape
from convanim.networks.chain import Chain, drawn_maps
from convanim.networks.pointwise import Pointwise
from convanim.views.grids import input_canvas
from convanim.views.stacks.stack import Beside, MapShape


def map_shapes(figure: Layer | Chain) -> tuple[MapShape, ...]:
    """The maps of a figure, the input first, with what pads them; one channel where there is none."""
    stages = figure.stages if isinstance(figure, Chain) else (figure,)
    shapes = figure.shapes if isinstance(figure, Chain) else (input_shape(figure), output_shape(figure))
    found = []
    for shape, stage in zip(shapes, (*stages, None)):
        axes = len(figure.input_size)
        sides = (1, *shape[-axes:])[-2:]
        if stage is not None and not isinstance(stage, Pointwise):
            canvas = input_canvas(Geometry(stage))
            sides = (canvas.rows, canvas.columns)
        found.append(MapShape(shape[0] if len(shape) > axes else 1, *sides))
    return tuple(found[n] for n in drawn_maps(figure)) if isinstance(figure, Chain) else tuple(found)


def slabs_of(figures: Sequence[Layer | Chain], most_sheets: int) -> Beside:
    """The maps of all figures of a picture; none where no map has more than so many channels."""
    shapes = tuple(map(map_shapes, figures))
    return shapes if max(each.channels for maps in shapes for each in maps) > most_sheets else ()
