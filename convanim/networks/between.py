"""What stands between layers in a network: joins, norms, flattening, linear layers.

Shapes name their channels first, `(channels, height, width)`; a vector's is `(features,)`.
"""

from dataclasses import dataclass
from math import prod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from convanim.layers.layer import AdaptiveAvgPool, AdaptiveMaxPool, Layer
from convanim.layers.sizes import Sides, Sizes
from convanim.networks.chain import shape_out_of
from convanim.networks.pointwise import Pointwise

JOINS = ("concat", "add", "multiply")


@dataclass(frozen=True)
class Keeps:
    """A step that keeps its input's shape, such as `batch-norm`, `dropout`, `identity` or `softmax`.

    `weights` and `biases` are how many of them it learns, one of each a channel in a batch norm.
    """

    op: str
    shape: Sizes
    weights: int = 0
    biases: int = 0


@dataclass(frozen=True)
class Flatten:
    """A map as one vector, channel after channel, each row after row; or place after place, as Keras has it."""

    shape: Sizes
    op: str = "flatten"
    channels_last: bool = False


@dataclass(frozen=True)
class Unflatten:
    """A vector as a map of as many channels that has one cell in each, on so many axes: a gate, as it is multiplied."""

    features: int
    axes: int
    op: str = "unflatten"


@dataclass(frozen=True)
class Linear:
    """A fully connected layer: every output is a weighted sum of all inputs."""

    in_features: int
    out_features: int
    op: str = "linear"


@dataclass(frozen=True)
class Pad:
    """Cells put around a map, or cut off where a number is below 0: before and after on each axis, channels first."""

    shape: Sizes
    sides: Sides

    @property
    def op(self) -> str:
        """`pad`, or `crop` where nothing is put around."""
        return "pad" if any(max(pair) > 0 for pair in self.sides) else "crop"

    @property
    def reads(self) -> tuple[NDArray[np.int64], ...]:
        """Per axis, the channels too, for each output the input cell that it is, -1 for none."""
        found = []
        for made, size, (before, _) in zip(shape_made(self), self.shape, self.sides):
            cells = np.arange(made, dtype=np.int64)[:, None] - before
            found.append(np.where((cells >= 0) & (cells < size), cells, -1))
        return tuple(found)


@dataclass(frozen=True)
class Join:
    """Several maps made one: `concat` puts their channels behind one another, `add` and `multiply` work cell by cell.

    Maps that are multiplied may have one cell on an axis, which then counts for all: a gate for each channel.
    """

    op: str
    shapes: tuple[Sizes, ...]


Operation: TypeAlias = Layer | Pointwise | Keeps | Flatten | Unflatten | Linear | Pad | Join


def shape_made(operation: Operation) -> Sizes:
    """The shape of what an operation makes, channels first."""
    match operation:
        case Keeps():
            return operation.shape
        case Flatten():
            return (prod(operation.shape),)
        case Unflatten():
            return (operation.features, *(1,) * operation.axes)
        case Linear():
            return (operation.out_features,)
        case Pad():
            return tuple(size + before + after for size, (before, after) in zip(operation.shape, operation.sides))
        case Join(op="concat"):
            first, *others = operation.shapes
            return (first[0] + sum(shape[0] for shape in others), *first[1:])
        case Join():
            return tuple(map(max, zip(*operation.shapes)))
    return shape_out_of(operation)


def is_global_pool(operation: Operation) -> bool:
    """Whether it is an adaptive pool whose output is one cell."""
    return isinstance(operation, AdaptiveMaxPool | AdaptiveAvgPool) and set(operation.output_size) == {1}
