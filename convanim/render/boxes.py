"""Bounding boxes in whole pixels: where a picture changes."""

from typing import NamedTuple

import numpy as np

from convanim.scene.scene import Floats

LARGEST = 5 << 19  # pixels that are worked on at once


class Box(NamedTuple):
    """Pixels left ≤ x < right, top ≤ y < bottom."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def region(self) -> tuple[slice, slice]:
        """The box as an index into an array of pixels."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def shifted(self, dx: int, dy: int) -> "Box":
        """The same box, elsewhere."""
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def meets(self, other: "Box") -> bool:
        """Whether two boxes share a pixel."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, other: "Box") -> bool:
        """Whether all pixels of another box are in this one."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )

    def common(self, other: "Box") -> "Box | None":
        """The pixels that two boxes share, if any."""
        if not self.meets(other):
            return None
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    @property
    def area(self) -> int:
        """How many pixels it has."""
        return (self.right - self.left) * (self.bottom - self.top)

    def bands(self, most: int) -> "list[Box]":
        """The box in rows of boxes as wide as it is, of at most so many pixels each, or of one row."""
        height = max(1, most // max(self.right - self.left, 1))
        return [
            self._replace(top=top, bottom=min(top + height, self.bottom))
            for top in range(self.top, self.bottom, height)
        ]

    def around(self, other: "Box") -> "Box":
        """The smallest box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def pixel_box(boxes: Floats, margin: float, width: int, height: int) -> Box | None:
    """The smallest box of whole pixels around boxes (N, 4) grown by `margin`, inside the picture; None if empty."""
    if not len(boxes):
        return None
    left, top = np.floor(boxes[:, :2].min(axis=0) - margin)
    right, bottom = np.ceil(boxes[:, 2:].max(axis=0) + margin)
    box = Box(max(int(left), 0), max(int(top), 0), min(int(right), width), min(int(bottom), height))
    return box if box.left < box.right and box.top < box.bottom else None


def disjoint(boxes: list[Box]) -> list[Box]:
    """Boxes that share no pixel and together hold all of `boxes`."""
    apart: list[Box] = []
    for box in boxes:
        while True:
            meeting = next((other for other in apart if other.meets(box)), None)
            if meeting is None:
                break
            apart.remove(meeting)
            box = box.around(meeting)
        apart.append(box)
    return apart
