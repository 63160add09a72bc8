"""Any figure as JSON, version 1: a layer, a chain of layers or several figures beside each other; as a stream."""

from collections.abc import Iterator, Sequence

from convanim.explain.layer_json import VERSION, dumped, geometry_entries
from convanim.figures.options import Options
from convanim.figures.subject import Comparison, Subject
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Layer
from convanim.networks.chain import Chain
from convanim.numbers.figure_values import layer_values, refuse_too_many_cells


def figure_json(figure: Subject, options: Options) -> Iterator[str]:
    """The JSON text of a figure, in pieces.

    A chain has its `maps`' shapes; for each of its `stages` the receptive field in the input by formula (`size`,
    `stride` and `start` per axis, whole numbers, or text such as "3/2" past a transposed layer) and the largest one
    `reached`; and for each step, a cell of the last map, the region of every map that it depends on: its `channels`
    (null where there are none), its `first` and `last` cell, null where there is none.
    Raises RequestError when options do not fit the figure; what is wrong is known before the first piece.
    """
    if not isinstance(figure, Comparison):
        entries = _entries(figure, options)
        return _within(f'{{"version": {VERSION},\n ', entries, "}\n")
    parts = [(part.title, _entries(part.figure, part.options)) for part in figure.parts]
    return _comparison(parts)


def _within(before: str, pieces: Iterator[str], behind: str) -> Iterator[str]:
    yield before
    yield from pieces
    yield behind


def _comparison(parts: Sequence[tuple[str, Iterator[str]]]) -> Iterator[str]:
    yield f'{{"version": {VERSION},\n "figures": ['
    for number, (title, entries) in enumerate(parts):
        joint = ",\n" if number else "\n"
        yield from _within(f'{joint}{{"title": {dumped(title)},\n ', entries, "}")
    yield "]}\n"


def _entries(figure: Layer | Chain, options: Options) -> Iterator[str]:
    """A figure's entries, all that can be wrong with it seen at once."""
    refuse_too_many_cells(figure, options)
    if isinstance(figure, Chain):
        from convanim.explain.chain_json import (
            chain_entries,  # receptive fields and exact fractions, which no layer needs
        )

        return chain_entries(figure, options)
    return geometry_entries(Geometry(figure, options.order), layer_values(figure, options))
