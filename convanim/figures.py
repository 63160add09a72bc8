"""What a figure can be of: a layer, a chain of layers, or several of these beside each other."""

from dataclasses import dataclass
from typing import TypeAlias

from convanim.chain import Chain
from convanim.layers import Layer
from convanim.options import Options


@dataclass(frozen=True)
class Part:
    """One figure of a comparison; of its options those count that say what is drawn, not how the page looks."""

    figure: Layer | Chain
    options: Options
    title: str = ""


@dataclass(frozen=True)
class Comparison:
    """Two or more figures side by side, in step."""

    parts: tuple[Part, ...]


Subject: TypeAlias = Layer | Chain | Comparison
