"""One map of a network, as an overview draws it."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Volume:
    """One map of a network: what it is called, what made it, its channels and rows and columns, and what that read.

    `kind` is the hue of what made it; None for an input. `jump` is how many input cells lie between the receptive
    fields of two of its cells side by side, None where it has no cells that lie beside each other.
    """

    name: str
    label: tuple[str, ...]
    shape: str
    channels: int
    rows: int
    columns: int
    inputs: tuple[int, ...]
    kind: int | None
    jump: Fraction | None
