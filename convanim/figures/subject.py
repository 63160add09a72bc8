"""What a figure can be of: a layer, its backward pass, a chain, a network, or several of these beside each other."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from convanim.errors import RequestError
from convanim.figures.options import Options
from convanim.layers.backward import BOTH, Backward, refuse_no_way
from convanim.layers.layer import Layer, MaxPool, MaxUnpool, input_shape, output_shape
from convanim.networks.cell_field import CellField
from convanim.networks.chain import Chain
from convanim.networks.network import Network
from convanim.networks.pointwise import Pointwise

if TYPE_CHECKING:
    from convanim.networks.differences import Difference

_MOST = 32


@dataclass(frozen=True)
class Part:
    """One figure of a comparison; of its options those count that say what is drawn, not how the page looks.

    `title` is its maker's, `text` what it was quoted as, such as `conv 3 s2`, where it has no title.
    """

    figure: "Single"
    options: Options
    title: str = ""
    text: str = ""


@dataclass(frozen=True)
class Comparison:
    """Two or more figures side by side, in step; with `differences`, two layers whose differing cells are marked.

    Raises RequestError for more than a picture has room for, and for differences of what are not two layers.
    """

    parts: tuple[Part, ...]
    differences: bool = False

    def __post_init__(self) -> None:
        if self.differences and (len(self.parts) != 2 or not all(isinstance(p.figure, Layer) for p in self.parts)):
            raise RequestError("differences", None, "they are between two layers", "give two, or leave it out")
        if len(self.parts) > _MOST:
            rule = f"{len(self.parts):,} side by side are more than {_MOST}"
            raise RequestError("figure", None, rule, "compare fewer at once")


def difference_of(comparison: Comparison) -> "Difference | None":
    """What the two layers of a comparison do differently, where that is to be marked; None where it is not.

    Raises RequestError for two that cannot be compared.
    """
    if not comparison.differences:
        return None
    from convanim.networks.arrangements import alone  # most figures are no differences
    from convanim.networks.differences import Difference

    a, b = (part.figure for part in comparison.parts)
    assert isinstance(a, Layer)
    assert isinstance(b, Layer)
    return Difference(alone(a), alone(b))


Single: TypeAlias = Layer | Backward | Chain | Network
Subject: TypeAlias = Single | Comparison
Shown: TypeAlias = Subject | CellField  # what no text says, besides


def asked_figure(figure: Subject, options: Options) -> Subject:
    """The figure, or its backward pass where the options ask for that; of `both` ways two figures side by side.

    Raises RequestError for what has no backward pass.
    """
    if isinstance(figure, Comparison):
        parts = tuple(part for each in figure.parts for part in _asked_parts(each))
        return figure if parts == figure.parts else replace(figure, parts=parts)
    if options.backward is None:
        return figure
    found = _asked_parts(Part(figure, options))
    return found[0].figure if len(found) == 1 else Comparison(found)


def _asked_parts(part: Part) -> tuple[Part, ...]:
    by = part.options.backward
    if by is None:
        return (part,)
    refuse_no_way(by)
    layer = _layer_of(part.figure, by)
    options = replace(part.options, backward=None)
    if by != BOTH:
        return (replace(part, figure=Backward(layer, by), options=options),)
    gathered = replace(options, transposed_as=None)  # weights have no other reading
    return (
        replace(part, figure=Backward(layer, "input"), options=options),
        replace(part, figure=Backward(layer, "weight"), options=gathered),
    )


def _layer_of(figure: Single, by: str) -> Layer:
    """The layer whose backward pass is asked for: a chain of one stage is that stage."""
    if isinstance(figure, Backward):
        return figure.layer
    if isinstance(figure, Network):
        raise RequestError("backward", by, "a network is drawn as an overview", "draw its layers one by one")
    if not isinstance(figure, Chain):
        return figure
    (stage, *more) = figure.stages
    if more or isinstance(stage, Pointwise):
        what = "a chain flows back layer by layer" if more else f"there is no picture of {stage.op}'s"
        raise RequestError("backward", by, what, "draw one layer, such as conv or max-pool")
    return stage


def with_its_pool(unpool: MaxUnpool) -> Chain | MaxUnpool:
    """A max unpool behind the max pool that it undoes, as it is drawn: only so is there a winner.

    Its numbers are those that the pool reads. Where no pool makes so many cells of its output it is by itself.
    """
    for ceil_mode in (False, True):
        pool = MaxPool(
            unpool.output_size,
            unpool.kernel_size,
            unpool.stride,
            unpool.padding,
            ceil_mode=ceil_mode,
            in_channels=unpool.in_channels,
            dims=len(unpool.input_size),
        )
        if output_shape(pool) == input_shape(unpool):
            return Chain(pool.input_size, [pool, unpool], in_channels=unpool.in_channels, dims=len(unpool.input_size))
    return unpool
