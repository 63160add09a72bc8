"""The numbers of a backward pass: the gradient of the output, and the gradient that comes of it."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convanim.layers.backward import Backward
from convanim.layers.channels import Channels
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Conv, Layer, MaxPool, channels_of, kernel_shape
from convanim.networks.chain import Chain
from convanim.numbers.figure_values import FigureValues, NumberOptions, figure_values, refuse_stray_gradient
from convanim.numbers.shares import Shares, shared_out
from convanim.numbers.sources import Numbers, gradient_numbers
from convanim.numbers.values import Values, values_of, won_by


@dataclass(frozen=True)
class Gradients:
    """The numbers of a backward pass: those of the layer, the output's gradient, and those of the layer that it is."""

    forward: Values
    output: Numbers
    drawn: Values

    @property
    def figure(self) -> FigureValues:
        """The numbers in the maps that are drawn."""
        values = self.drawn
        return FigureValues((values.input, values.output), (values.kernel,), (None,), values.shares)


def values_in(figure: "Layer | Chain | Backward", options: NumberOptions) -> FigureValues | None:
    """The numbers in a figure's maps, or None when none were asked for; raises RequestError."""
    if isinstance(figure, Backward):
        found = gradients_of(figure, options)
        return None if found is None else found.figure
    refuse_stray_gradient(options)
    return figure_values(figure, options)


def gradients_of(backward: Backward, options: NumberOptions) -> Gradients | None:
    """The numbers of a backward pass, or None when none were asked for; raises RequestError.

    An output's gradient that is left out is random, from the input's seed.
    """
    asked: Any = options
    if options.gradient_values is not None and options.values is None:
        asked = replace(asked, values="random")
    found = figure_values(backward.layer, asked)
    if found is None:
        return None
    forward = found.stage(0)
    named = asked.values
    seeded = named if isinstance(named, str) and named.startswith("random") else "random"
    source = seeded if options.gradient_values is None else options.gradient_values
    output = gradient_numbers(source, backward.gradient_shape)
    return Gradients(forward, output, _drawn(backward, forward, output))


def _drawn(backward: Backward, forward: Values, output: Numbers) -> Values:
    """The numbers of the layer that the gradient is."""
    geometry = Geometry(backward.drawn)
    if backward.by == "weight":
        is_conv = isinstance(backward.layer, Conv)
        read, kernel = (forward.input, output) if is_conv else (output, forward.input)
        return values_of(geometry, read, _as_kernel(backward, kernel))
    if forward.kernel is not None:
        return values_of(geometry, output, forward.kernel)
    pool = Geometry(backward.layer)
    shares = Shares(won_by(pool, forward.input)) if isinstance(backward.layer, MaxPool) else Shares(None, pool.divisors)
    return Values(output, None, shared_out(geometry, output, shares), shares=shares)


def _as_kernel(backward: Backward, numbers: Numbers) -> Numbers:
    """A map as the kernel of the gradient by the weights: one channel of it for each pair of channels in a group."""
    channels = channels_of(backward.drawn)
    if channels is None:
        return numbers
    places = _pairs(channels_of(backward.layer) or channels, isinstance(backward.layer, Conv))
    return numbers[[kernel for _, kernel in places], None]


def _pairs(channels: Channels, is_conv: bool) -> list[tuple[int, int]]:
    """Pairs of channels, of the map that is read and of the map that is the kernel, in the order of the output's."""
    if is_conv:
        made = channels.made
        return [(i, i // channels.read * made + o) for i in range(channels.inputs) for o in range(made)]
    read = channels.read
    return [(o, o // channels.made * read + i) for o in range(channels.outputs) for i in range(read)]


def as_stored(backward: Backward, made: NDArray[Any]) -> Numbers:
    """The gradient of the weights as the layer stores them: `[out, in/groups, …]`, transposed `[in, out/groups, …]`.

    `made` has one channel for each pair of channels, by those of the map that is read.
    """
    channels = channels_of(backward.layer)
    if channels is None:
        return made
    is_conv = isinstance(backward.layer, Conv)
    stored = np.empty(kernel_shape(backward.layer), dtype=made.dtype)
    for number, (read, kernel) in enumerate(_pairs(channels, is_conv)):
        stored[kernel, read % (channels.read if is_conv else channels.made)] = made[number]
    return stored
