"""Keys of many cells, told by the boxes that hold them: none is made before it is asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, product
from math import prod
from typing import TypeAlias, overload

from convanim.scene.scene import Key

Box: TypeAlias = tuple[str, tuple[range, ...]]  # a map, and along each of its axes the cells of the box


@dataclass(frozen=True)
class KeyBoxes(Sequence[Key]):
    """The keys of all cells of some boxes: one box behind the other, each row by row."""

    boxes: tuple[Box, ...]

    def __len__(self) -> int:
        return sum(prod(map(len, axes)) for _, axes in self.boxes)

    def __iter__(self) -> Iterator[Key]:
        return ((name, *place) for name, axes in self.boxes for place in product(*axes))

    @overload
    def __getitem__(self, at: int) -> Key: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Key, ...]: ...

    def __getitem__(self, at: int | slice) -> Key | tuple[Key, ...]:
        if isinstance(at, slice):
            return tuple(self)[at]
        return next(islice(self, range(len(self))[at], None))


def joined(keys: Sequence[Sequence[Key]]) -> Sequence[Key]:
    """Keys of several scenes as one sequence; boxes where all of them are."""
    if all(isinstance(each, KeyBoxes) for each in keys):
        return KeyBoxes(tuple(box for each in keys if isinstance(each, KeyBoxes) for box in each.boxes))
    return tuple(chain.from_iterable(keys))
