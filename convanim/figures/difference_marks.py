"""The marks of those output cells in which two layers differ, for both of their scenes."""

from dataclasses import replace
from math import hypot

import numpy as np

from convanim.layers.layer import Layer, channels_of
from convanim.layers.sizes import Sizes
from convanim.networks.differences import Difference
from convanim.scene.scene import Cells, Floats, Ints, Lattice, Lines, Scene, Shape, Texts

_SMALL, _TINY = 22, 11  # pixels of a cell at the base width below which a mark is one stroke without its edge, a dot
_MAP = "output"


def marked(scene: Scene, difference: Difference, layer: Layer) -> tuple[Scene, bool]:
    """The scene of one of two layers with a cross on each output cell that differs; and whether all could be drawn.

    Maps without a grid have no cells to be marked.
    """
    cells = _output_cells(scene, len(layer.input_size))
    if not cells:
        return scene, difference.is_equal
    marks: dict[int, list[Shape]] = {}
    for lattice, (place, at, index) in cells.items():
        differing = _differing(difference, layer, index)
        if differing.any():
            around_text = _has_text(scene, lattice, at)
            marks[place] = _crosses(lattice, at[differing], scene.unit, around_text=around_text)
    shapes = [part for place, shape in enumerate(scene.shapes) for part in (shape, *marks.get(place, []))]
    return replace(scene, shapes=tuple(shapes)), True


def cell_side(scene: Scene) -> int:
    """Pixels from one output cell to the next; 0 in a scene without a grid."""
    found = [s.lattice.column[0] for s in scene.shapes if isinstance(s, Cells) and s.map == _MAP]
    return min(found, default=0)


def is_heat(scene: Scene) -> bool:
    """Whether numbers are drawn as colours."""
    return "heat" in scene.roles()


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


def _has_text(scene: Scene, lattice: Lattice, cells: Ints) -> bool:
    """Whether some text stands in the middle of one of some cells."""
    texts = [shape.points for shape in scene.shapes if isinstance(shape, Texts) and shape.role in ("output", "heat")]
    centre = lattice.centres(cells[:1])[0]
    return any(bool((np.abs(points - centre).max(axis=1) < 1).any()) for points in texts if len(points))


def _differing(difference: Difference, layer: Layer, index: Ints) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Which output cells, by their keys, differ, or are in this output alone."""
    common: Sizes = difference.common
    places = index[:, -len(common) :]
    beyond = (places >= np.array(common)).any(axis=1)
    if index.shape[1] > len(common) and channels_of(layer) is not None:
        beyond |= index[:, 0] >= difference.channels
    inside = np.minimum(places, np.array(common) - 1)
    return np.asarray(beyond | difference.mask[tuple(inside.T)])


def _crosses(lattice: Lattice, cells: Ints, unit: float, *, around_text: bool) -> list[Shape]:
    """A cross on each cell, broken where text stands in its middle; each stroke with an edge around it."""
    side = min(hypot(*lattice.row), hypot(*lattice.column))
    if side < _SMALL * unit:
        start = 0.2 if side >= _TINY * unit else 0.35
        return [Lines("differing", _strokes(lattice, cells, [((start, start), (1 - start, 1 - start))]))]
    ends = [0.1, 0.2, 0.8, 0.9] if around_text else [0.18, 0.82]
    strokes = []
    for start, end in zip(ends[::2], ends[1::2]):
        strokes += [((start, start), (end, end)), ((start, 1 - start), (end, 1 - end))]
    lines = _strokes(lattice, cells, strokes)
    return [Lines("differing_edge", lines), Lines("differing", lines)]


def _strokes(lattice: Lattice, cells: Ints, strokes: list[tuple[tuple[float, float], tuple[float, float]]]) -> Floats:
    return np.concatenate([lattice.points(cells[:, None, :] + np.array(stroke)) for stroke in strokes])
