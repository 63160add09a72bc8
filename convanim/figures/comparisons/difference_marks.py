"""The frames around those output cells in which two layers differ, for both of their scenes."""

from dataclasses import replace
from math import hypot, inf

import numpy as np

from convanim.layers.layer import Layer, channels_of
from convanim.layers.sizes import Sizes
from convanim.networks.differences import Difference
from convanim.scene.scene import Cells, Ints, Lattice, Lines, Scene, Shape, Texts
from convanim.views.cell_shapes import inner_sides

_INSET = 5  # pixels at the base width that a frame lies inside a cell: clear of the outline of the current one,
_MOST_INSET = 0.2  # or so much of a small cell
_HALF = 3  # pixels at the base width that a frame with its edge takes to each side
_LEAST_INSET = 2.5  # of one that is seen to be its own cell's, and not its neighbour's, too
_GAP = 1.5  # pixels at the base width between a frame and the digits in it
_SMALL = 16  # pixels of a cell at the base width below which a frame has no edge around it
_MAP = "output"


def marked(scene: Scene, difference: Difference, layer: Layer) -> tuple[Scene, bool]:
    """The scene of one of two layers with a frame around the output cells that differ; and whether it could be drawn.

    Where all of a map differ one frame is around all. Maps without a grid have no cells to be framed.
    """
    cells = _output_cells(scene, len(layer.input_size))
    if not cells:
        return scene, difference.is_equal
    marks: dict[int, list[Shape]] = {}
    for lattice, (place, at, index) in cells.items():
        differing = _differing(difference, layer, index)
        if differing.any():
            room, as_one = _beside_text(scene, lattice, at), bool(differing.all())
            marks[place] = frames(lattice, at[differing], scene.unit, room=room, as_one=as_one)
    shapes = [part for place, shape in enumerate(scene.shapes) for part in (shape, *marks.get(place, []))]
    return replace(scene, shapes=tuple(shapes)), True


def em_within(scene: Scene, dims: int) -> float:
    """The font size at which the output's numbers have room within frames around their cells; inf without numbers."""
    found = inf
    for lattice, (_, at, _) in _output_cells(scene, dims).items():
        side = hypot(*lattice.column)
        em, wide = _widest_text(scene, lattice, at)
        clear = side - 2 * (min(_INSET * scene.unit, _MOST_INSET * side) + (_HALF + _GAP) * scene.unit)
        found = min(found, em * clear / wide) if wide else found
    return found


def is_heat(scene: Scene) -> bool:
    """Whether numbers are drawn as colours."""
    return any(isinstance(shape, Cells) and shape.levels is not None for shape in scene.shapes)


def _output_cells(scene: Scene, dims: int) -> dict[Lattice, tuple[int, Ints, Ints]]:
    """By lattice, one a sheet, the place of the last shape on it, and the cells and keys of all of them."""
    found: dict[Lattice, tuple[int, Ints, Ints]] = {}
    for place, shape in enumerate(scene.shapes):
        if not isinstance(shape, Cells) or shape.map != _MAP:
            continue
        _, at, index = found.get(shape.lattice, (0, np.zeros((0, 2), int), np.zeros((0, shape.index.shape[1]), int)))
        index, first = np.unique(np.concatenate([index, shape.index]), axis=0, return_index=True)
        found[shape.lattice] = place, np.concatenate([at, shape.cells])[first], index
    return found


def _beside_text(scene: Scene, lattice: Lattice, cells: Ints) -> float:
    """How many pixels of cells are free to the left and right of the widest text in one of them."""
    _, wide = _widest_text(scene, lattice, cells)
    return (hypot(*lattice.column) - wide) / 2 if wide else inf


def _widest_text(scene: Scene, lattice: Lattice, cells: Ints) -> tuple[float, float]:
    """The font size of the widest text in some cells, and its width, in pixels; 0 where there is none."""
    written = (shape for shape in scene.shapes if isinstance(shape, Texts))
    texts = [shape for shape in written if shape.role == "output" or shape.levels is not None]
    centres = {(round(x), round(y)) for x, y in lattice.centres(cells)}
    widths = [
        (shape.font.width(shape.string(scene.steps - 1, element), shape.em), shape.em)
        for shape in texts
        for element, (x, y) in enumerate(shape.points)
        if (round(x), round(y)) in centres
    ]
    wide, em = max(widths, default=(0.0, 0.0))
    return em, wide


def _differing(difference: Difference, layer: Layer, index: Ints) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Which output cells, by their keys, differ, or are in this output alone."""
    common: Sizes = difference.common
    places = index[:, -len(common) :]
    beyond = (places >= np.array(common)).any(axis=1)
    if index.shape[1] > len(common) and channels_of(layer) is not None:
        beyond |= index[:, 0] >= difference.channels
    inside = np.minimum(places, np.array(common) - 1)
    return np.asarray(beyond | difference.mask[tuple(inside.T)])


def frames(lattice: Lattice, cells: Ints, unit: float, *, room: float = inf, as_one: bool = False) -> list[Shape]:
    """A line around each cell, or around all of them that fill a rectangle, `as_one`; nothing is drawn over a cell.

    It runs inside the cell, or on its border where text leaves too little `room`. One around all is the map's border.
    """
    sides = hypot(*lattice.row), hypot(*lattice.column)
    inset = min(_INSET * unit, _MOST_INSET * min(sides), room - _HALF * unit)
    if as_one or (inset < _LEAST_INSET * unit and room < inf):
        inset = 0.0
    blocks = np.concatenate([cells, cells + 1], axis=1)
    if as_one:
        blocks = np.concatenate([cells.min(axis=0), cells.max(axis=0) + 1])[None]
    drawn = Lines("differing", inner_sides(lattice, blocks, inset), lattice.is_upright)
    return [drawn] if min(sides) < _SMALL * unit else [replace(drawn, role="differing_edge"), drawn]
