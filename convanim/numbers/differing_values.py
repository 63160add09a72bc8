"""What two layers make of the same numbers with the same weights, and how far apart that is."""

from dataclasses import dataclass

import numpy as np

from convanim.layers.geometry import Geometry
from convanim.layers.layer import Conv, ConvTranspose, Layer, channels_of, kernel_shape
from convanim.layers.sizes import Cell
from convanim.numbers.figure_values import NumberOptions, layer_values
from convanim.numbers.maps import Numbers
from convanim.numbers.values import Values, by_filter, values_of


@dataclass(frozen=True)
class ValuesApart:
    """The numbers of both layers; how many of the output cells that both have differ, by how much at most, and where.

    `most` is infinite where one of the two has seen padding alone; `at` is None where nothing differs.
    """

    a: Values
    b: Values
    differing: int
    most: float
    at: Cell | None


def values_apart(a: Layer, b: Layer, options: NumberOptions) -> ValuesApart | None:
    """The numbers that options ask for, run through two layers into which the same weights go; None without any.

    Raises RequestError when a source does not fit the layers.
    """
    one = layer_values(a, options)
    if one is None:
        return None
    kernel = None if one.kernel is None else weights_for(a, b, one.kernel)
    other = values_of(Geometry(b), one.input, kernel)
    common = tuple(slice(min(sizes)) for sizes in zip(one.output.shape, other.output.shape))
    first, second = one.output[common].astype(float), other.output[common].astype(float)
    with np.errstate(invalid="ignore"):
        apart = np.where(first == second, 0.0, np.abs(first - second))
    at = np.unravel_index(int(apart.argmax()), apart.shape)
    found = int((apart > 0).sum())
    return ValuesApart(one, other, found, float(apart.max()), tuple(map(int, at)) if found else None)


def weights_for(a: Layer, b: Layer, kernel: Numbers) -> Numbers:
    """The weights of A (of its `kernel_shape`) as B stores them: transposed layers have their input channels in front.

    Filters that one of them has more of are left out, or hold zeros.
    """
    filters = by_filter(a, kernel)
    shape = kernel_shape(b)
    channels = channels_of(b)
    if channels is None:
        return filters.reshape(shape)
    if len(filters) != channels.outputs:
        wanted = np.zeros((channels.outputs, *filters.shape[1:]), dtype=filters.dtype)
        wanted[: len(filters)] = filters[: channels.outputs]
        filters = wanted
    if isinstance(b, Conv):
        return filters
    assert isinstance(b, ConvTranspose)
    split = filters.reshape(channels.groups, channels.made, channels.read, *b.kernel_size)
    return np.swapaxes(split, 1, 2).reshape(shape)
