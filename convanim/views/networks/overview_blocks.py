"""The blocks of an overview: their sides, and the strokes of their hues."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convanim.scene.scene import Blocks, Lattice, Lines, Shape
from convanim.views.hatches import APART, strokes
from convanim.views.networks.overview_places import Point
from convanim.views.networks.volume import Volume


@dataclass(frozen=True)
class Solid:
    """A volume that has its place: its front's upper left corner, its sides in pixels, and how its face leans."""

    left: int
    top: int
    deep: int
    high: int
    wide: int
    lean: int  # pixels up for each to the right

    @property
    def face(self) -> Lattice:
        """Where the face stands: one cell of it is a pixel high and one, aslant, wide."""
        return Lattice((self.left + self.deep, self.top), (1, -self.lean), (0, 1))

    def outline(self) -> tuple[int, int, int, int]:
        """Its bounding box: left, top, right, bottom."""
        return self.left, self.top - self.lean * self.wide, self.left + self.deep + self.wide, self.top + self.high


def solid_of(side: tuple[int, int, int], middle: Point, lean: int) -> Solid:
    """A volume whose bounding box has its middle there."""
    deep, high, wide = side
    x, y = middle
    left, top = round(x - (deep + wide) / 2), round(y - (high + lean * wide) / 2)
    return Solid(left, top + lean * wide, deep, high, wide, lean)


def faces(volume: Volume, solid: Solid) -> list[Shape]:
    """The sides of a volume that are seen: what is above it, in front, and its face."""
    name, kind = volume.name, volume.kind
    front = Lattice((solid.left, solid.top), (1, 0), (0, 1))
    shapes: list[Shape] = []
    if solid.lean:
        above = Lattice((solid.left, solid.top), (1, 0), (1, -solid.lean))
        shapes.append(Blocks("block_top", name, above, np.array([[0, 0, solid.wide, solid.deep]]), series=kind))
    shapes.append(Blocks("block_side", name, front, np.array([[0, 0, solid.high, solid.deep]]), series=kind))
    shapes.append(Blocks("block", name, solid.face, np.array([[0, 0, solid.high, solid.wide]]), series=kind))
    return shapes


def hatched(volumes: Sequence[Volume], solids: Sequence[Solid], grain: float) -> Lines:
    """The strokes of its hue on the front of every volume."""
    fronts = [Lattice((solid.left, solid.top), (1, 0), (0, 1)) for solid in solids]
    found = [
        strokes(front, solid.high, solid.deep, volume.kind, APART * grain)
        for volume, solid, front in zip(volumes, solids, fronts)
    ]
    return Lines("channel", np.concatenate(found))
