"""Nodes and edges between the maps that they read and make: numbers in the nodes, a weight on every edge."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache, partial
from math import ceil

import numpy as np

from convanim.layers.step_order import unravel
from convanim.scene.scene import Cells, During, Floats, Ints, Lattice, Lines, Scene, Series, Shape, Since, Texts
from convanim.views.cell_numbers import lettering
from convanim.views.cell_shapes import framed, sides
from convanim.views.drawing import TooNarrowError
from convanim.views.page import line_height, scene_of
from convanim.views.perceptrons.perceptron import Perceptron
from convanim.views.perceptrons.perceptron_edges import edge_shapes
from convanim.views.perceptrons.perceptron_layout import RAYS, Layout, layout_of
from convanim.views.text_layout import CLEAR, LEADING, Block, text_block, widest
from convanim.words.labels import map_label
from convanim.words.layer_names import brief

_FRAME = 5  # pixels of a cell's side that the frame around it covers, at the base width


def perceptron_scene(net: Perceptron) -> Scene:
    """The scene of nodes and edges. Raises TooNarrowError where there is no room for them, or for their numbers."""
    layout = layout_of(net)
    edges = [shape for stage in range(len(net.stages)) for shape in edge_shapes(layout, stage)]
    nodes = [s for column, count in enumerate(net.nodes) for n in range(count) for s in _node(layout, column, n)]
    maps: list[Shape] = []
    over: list[Shape] = []
    ems = _map_ems(layout)
    for column in (0, len(net.stages)) if layout.cell else ():
        for node in range(net.nodes[column]):
            cells, more = _sheet(layout, column, node, ems.get(column))
            maps += cells
            over += more
    if layout.cell:
        maps.append(Lines("ray", lru_cache(maxsize=4)(partial(_rays, layout))))
    shapes = [*maps, *over, *edges, *nodes, *_labels(layout)]
    bottom = layout.top + layout.height
    equation = net.equation()
    if equation is not None:
        shapes += _functions(net, bottom + line_height(net) // 2 + line_height(net) / 2)
    keys = (net.reads, net.writes)
    scene = scene_of(net, shapes, bottom, net.steps, (equation, True), net.options.caption, keys)
    return replace(scene, equation=lambda step: net.functions(step) or scene.equation(step))


def _functions(net: Perceptron, middle: float) -> list[Shape]:
    """What functions make of a column, on the line of the equation; as much as finds room."""
    said = [net.functions(step) for step in range(net.steps) if net.functions(step)]
    if not said:
        return []
    em = max(net.least_em, min(net.label_em, net.room / widest(said, net.font)))

    def text(step: int, element: int) -> str:
        told = net.functions(step)
        while net.font.width(told, em) > net.room and net.words.between in told:
            told = told.rpartition(net.words.between + "…")[0] or told
            told = told.rpartition(net.words.between)[0] + net.words.between + "…"
        return told

    when = During(lambda step: np.arange(1 if net.functions(step) else 0))
    return [Texts("equation", np.array([(net.width / 2, middle)]), text, em, when=when)]


def _look(net: Perceptron, column: int) -> tuple[str, bool]:
    """The role of a column's cells, and whether that is a scale of colours."""
    if net.numbers and net.options.is_heat:
        return net.options.scales[column].name, True
    return ("input" if column == 0 else "output" if column == len(net.stages) else "hidden"), False


def _series(net: Perceptron, column: int, node: int) -> Series:
    return node if column == len(net.stages) and net.nodes[-1] > 1 else None


def _node(layout: Layout, column: int, node: int) -> list[Shape]:
    """A node: pale until it has its number, framed while it gets it."""
    net, lattice = layout.net, layout.lattice(column, node)
    role, is_scale = _look(net, column)
    name = f"map {column}" if column in (0, len(net.stages)) else net.map_name(column)
    one, index, series = np.zeros((1, 2), dtype=np.int64), np.array([[node]]), _series(net, column, node)
    when = During(lambda step: np.arange(1 if net.has(step, column, node) else 0), stays=True)
    levels = partial(_levels, net, column, node) if is_scale else None
    shapes: list[Shape] = []
    if column:
        shapes.append(Cells("output_pending", name, lattice, one, index, series=None if is_scale else series))
    shapes.append(Cells(role, name, lattice, one, index, when, None if is_scale else series, levels))
    if layout.letters is not None:

        def text(step: int, element: int) -> str:
            return net.spell(net.numbers[column][node, net.works[step].pixel].item())

        points = lattice.centres(one)
        of = None if is_scale else series
        shapes.append(Texts(role, points, text, layout.letters.em, when=when, series=of, levels=levels))
    around = sides(lattice.corners(one)[0])
    nothing = np.zeros((0, 2, 2))
    if column:
        shapes += framed(
            lambda step: around if net.makes(step, column, node) and _is_slow(net, step) else nothing, is_upright=True
        )
    return shapes


def _is_slow(net: Perceptron, step: int) -> bool:
    return net.works[step].stage is not None


def _levels(net: Perceptron, column: int, node: int, step: int) -> Floats:
    pixel = net.works[step].pixel
    return net.options.scales[column].levels(net.numbers[column][node, pixel : pixel + 1])


def _map_ems(layout: Layout) -> dict[int, float]:
    """The font size of the numbers in the maps that have room for theirs: one, as large as all their cells allow."""
    net = layout.net
    clear = min(layout.cell, ceil((layout.cell - _FRAME * net.unit) / CLEAR))  # of the frame around a cell
    found: dict[int, float] = {}
    for column in (0, len(net.stages)) if net.numbers and layout.cell else ():
        with suppress(TooNarrowError):
            found[column] = lettering(net, Lattice((0, 0), (clear, 0), (0, clear)), net.numbers[column]).em
    return dict.fromkeys(found, min(found.values(), default=0.0))


def _sheet(layout: Layout, column: int, node: int, em: float | None) -> tuple[list[Shape], list[Shape]]:
    """A sheet of the first or the last map; what stands over rays, its numbers and the frame of the pixel at work."""
    net, lattice = layout.net, layout.sheet(column, node)
    role, is_scale = _look(net, column)
    name, series = net.map_name(column), None if is_scale else _series(net, column, node)
    index = np.stack([grid.ravel() for grid in np.indices(net.map_size)], axis=1)
    cells = index if index.shape[1] == 2 else np.insert(index, 0, 0, axis=1)
    if net.has_channels:
        index = np.insert(index, 0, node, axis=1)
    levels = net.options.scales[column].levels(net.numbers[column][node]) if is_scale else None
    shapes: list[Cells] = []
    over: list[Shape] = []
    if column:
        done = Since(np.array([net.done(pixel) for pixel in range(len(cells))]))
        shapes.append(Cells("output_pending", name, lattice, cells, index, series=series))
        shapes.append(Cells(role, name, lattice, cells, index, done, series, levels))
    else:
        shapes.append(Cells(role, name, lattice, cells, index, levels=levels))
    if em is not None:
        own = tuple(map(net.spell, net.numbers[column][node].tolist()))
        when = shapes[-1].when
        over.append(Texts(role, lattice.centres(cells), own, em, when=when, series=series, levels=levels))
    return [*shapes], [*over, *framed(_pixel_frame(layout, lattice, cells, column), is_upright=True)]


def _pixel_frame(layout: Layout, lattice: Lattice, cells: Ints, column: int) -> Callable[[int], Floats]:
    """The lines around the pixel at work, on the last map where it is made."""
    net = layout.net

    def around(step: int) -> Floats:
        pixel = net.works[step].pixel
        if column and step < net.done(pixel):
            return np.zeros((0, 2, 2))
        return sides(lattice.corners(cells[pixel : pixel + 1])[0])

    return around


def _rays(layout: Layout, step: int) -> Floats:
    """From the pixel's row on each sheet of the input to its node, and from each last node to the row of what it makes.

    Over a row they would strike numbers.
    """
    net = layout.net
    pixel = net.works[step].pixel
    row = (0, *unravel(pixel, net.map_size))[-2] + 0.5
    columns, last = net.map_size[-1], len(net.stages)
    lines = [
        (layout.sheet(0, node).points(np.array([row, columns])), (layout.left(0), layout.centre(0, node)))
        for node in range(net.nodes[0])
    ]
    lines += [
        (
            layout.sheet(last, node).points(np.array([row, 0])),
            (layout.left(last) + layout.node, layout.centre(last, node)),
        )
        for node in (range(net.nodes[last]) if step >= net.done(pixel) else ())
    ]
    return np.array(lines, dtype=float)


def _labels(layout: Layout) -> list[Shape]:
    """The maps' names and sizes over them, every stage's name over what it does."""
    net, words = layout.net, layout.net.words
    if not net.labels:
        return []
    found: list[tuple[float, int, Block]] = []
    for column, own, word in (
        (0, net.options.input_label, "input"),
        (len(net.stages), net.options.output_label, "output"),
    ):
        lines = map_label(
            words(word) if own is None else own,
            net.map_size,
            net.nodes[column],
            net.has_channels,
            tuple(range(net.nodes[column])),
            words,
        )
        wide = net.map_size[-1] * layout.cell if layout.cell else layout.node
        left = layout.sheet(column, 0).origin[0] if layout.cell else layout.left(column)
        top = layout.lattice(column, 0).origin[1]
        if layout.cell and widest(lines, net.font) * net.label_em <= wide + layout.px(layout.tight * RAYS):
            top = layout.sheet(column, 0).origin[1]
        elif layout.cell:  # over the nodes beside it, too
            top = min(top, layout.sheet(column, 0).origin[1])
        found.append((left + wide / 2, top, Block(lines, net.label_em, net.font)))
    for number, stage in enumerate(net.stages):
        start, end = layout.left(number) + layout.node, layout.left(number + 1)
        top = min(layout.lattice(c, 0).origin[1] for c in (number, number + 1))
        if not layout.cell:  # above the maps' labels, which stand at the nodes
            top = layout.top - round(2.2 * LEADING * net.label_em)
        block = text_block(net, brief(stage, words), end - start + 0.7 * layout.node)
        found.append(((start + end) / 2, top, block))
    em = min(block.em for _, _, block in found)
    shapes: list[Shape] = []
    for middle, top, block in found:
        sized = Block(block.lines, em, net.font)
        half = sized.width / 2
        kept = min(max(middle, net.margin + half), net.width - net.margin - half)
        shapes.append(sized.at(kept, top - sized.height - 0.15 * em))
    return shapes
