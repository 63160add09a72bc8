"""Any figure as JSON, version 2: a layer, a chain of layers or several figures beside each other; as a stream."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import prod

from convanim.errors import RequestError
from convanim.explain.layer_json import VERSION, dumped, geometry_entries
from convanim.explain.listed_steps import listed_steps
from convanim.figures.options import Options
from convanim.figures.subject import Comparison, Single, Subject, asked_figure, with_its_pool
from convanim.layers.backward import Backward
from convanim.layers.geometry import Geometry
from convanim.layers.layer import MaxUnpool
from convanim.networks.chain import Chain
from convanim.networks.network import Network
from convanim.numbers.figure_values import layer_values, refuse_stray_gradient, refuse_too_many_cells


def figure_json(figure: Subject, options: Options, *, taps: bool = False) -> Iterator[str]:
    """The JSON text of a figure, in pieces.

    A chain has its `maps`' shapes; for each of its `stages` the receptive field in the input by formula (`size`,
    `stride` and `start` per axis, whole numbers, or text such as "3/2" past a transposed layer) and the largest one
    `reached`; and what cells of the last map depend on: `axes[a]["regions"][o][m]` is the range of map m's indices,
    null where there is none, and `channels[c][m]` that of its channels; the end of a range is not in it. Where axes
    have `channel_steps`, which a pixel shuffle brings, it is `channels[c·k + s][m]`: s is the sum of the axes'
    `channel_steps[o]`, and k how many channels the shuffle makes one of.

    Of the cells that a max unpool depends on it takes one at most, by the `indices` of `values`: to which cell of its
    channel, in row-major order, each number of a stage's input goes. With numbers it is told as a chain with its pool.

    Steps are listed for `taps`, and where options name a slice of them or a largest number; of each figure of a
    comparison alike. With `taps` each has the layer's taps, or the chain's regions: `channels` (null where there are
    none), the `first` and the `last` cell, null where there is none.
    Raises RequestError when options do not fit the figure; what is wrong is known before the first piece.
    """
    figure = asked_figure(figure, options)
    if not isinstance(figure, Comparison):
        entries = _entries(figure, options, taps)
        return _within(f'{{"version": {VERSION},\n ', entries, "}\n")
    parts = [
        (part.title or part.text, _entries(part.figure, _listing(part.options, options), taps)) for part in figure.parts
    ]
    return _comparison(parts)


def _listing(part: Options, page: Options) -> Options:
    """A part's options with those of the page that say which steps are listed."""
    return replace(part, steps=page.steps, max_frames=page.max_frames)


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


def _entries(figure: Single, options: Options, taps: bool) -> Iterator[str]:
    """A figure's entries, all that can be wrong with it seen at once."""
    if isinstance(figure, Network):
        if taps:
            raise RequestError("taps", None, "they are listed for layers and chains", "leave it out")
        from convanim.explain.network_table import network_table  # costs of all there is, which no layer needs

        return iter((f'"network": {dumped(network_table(figure))}',))
    if isinstance(figure, MaxUnpool) and options.values is not None:
        figure = with_its_pool(figure)  # without which there are no numbers
    refuse_too_many_cells(figure, options)
    if isinstance(figure, Backward):
        from convanim.explain.backward_json import backward_entries  # gradients, which no layer needs
        from convanim.numbers.gradients import gradients_of

        listed = listed_steps(Geometry(figure.drawn).steps, options, taps=taps)
        return backward_entries(figure, gradients_of(figure, options), options.order, listed, taps=taps)
    refuse_stray_gradient(options)
    if isinstance(figure, Chain):
        from convanim.explain.chain_json import (
            chain_entries,  # receptive fields and exact fractions, which no layer needs
        )

        listed = listed_steps(prod(figure.shapes[-1]), options, taps=taps)
        return chain_entries(figure, options, listed, taps=taps)
    geometry = Geometry(figure, options.order)
    listed = listed_steps(geometry.steps, options, taps=taps)
    return geometry_entries(geometry, layer_values(figure, options), listed, taps=taps)
