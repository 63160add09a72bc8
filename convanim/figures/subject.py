"""What a figure can be of: a layer, a chain of layers, or several of these beside each other."""

from dataclasses import dataclass
from typing import TypeAlias

from convanim.errors import RequestError
from convanim.figures.options import Options
from convanim.layers.layer import Layer
from convanim.networks.arrangements import alone
from convanim.networks.chain import Chain
from convanim.networks.differences import Difference

_MOST = 32


@dataclass(frozen=True)
class Part:
    """One figure of a comparison; of its options those count that say what is drawn, not how the page looks."""

    figure: Layer | Chain
    options: Options
    title: str = ""


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


def difference_of(comparison: Comparison) -> Difference | None:
    """What the two layers of a comparison do differently, where that is to be marked; None where it is not.

    Raises RequestError for two that cannot be compared.
    """
    if not comparison.differences:
        return None
    a, b = (part.figure for part in comparison.parts)
    assert isinstance(a, Layer)
    assert isinstance(b, Layer)
    return Difference(alone(a), alone(b))


Subject: TypeAlias = Layer | Chain | Comparison
