"""Receptive fields through branches: bounded, by formula, and how far cells truly reach.

Where branches meet, the field is the union of theirs, told by its hull: from the first to the last cell of any branch.
"""

from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Layer
from convanim.layers.sizes import LARGEST, Sizes
from convanim.networks.between import Flatten, Join, Keeps, Linear, Operation, Pad, Unflatten
from convanim.networks.network import INPUT, Network
from convanim.networks.pointwise import Pointwise
from convanim.networks.receptive_fields import ReceptiveField, grown, reaching

Fields: TypeAlias = tuple[ReceptiveField, ...]
Ends: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64]]
_MOST_CELLS = 1_000_000  # of an axis, whose ends are held one by one


def network_fields(network: Network) -> dict[str, Fields | None]:
    """The bounded receptive field of every map in the input, per axis, by the name of what makes it.

    None where no formula holds: where branches meet whose fields move on by different strides, or numbers are huge.
    A cell of what is flattened has the field of the cell that it was, wherever that is: its field is told as that of
    the whole map.
    """
    one = ReceptiveField(Fraction(1), Fraction(1), Fraction(0))
    found: dict[str, Fields | None] = {INPUT: (one,) * len(network.input_size)}
    for node in network.nodes:
        fields = [found[name] for name in node.inputs]
        known = [every for every in fields if every is not None]
        grown_fields = _field(node.operation, known) if len(known) == len(fields) else None
        found[node.name] = None if grown_fields is None or any(map(_is_huge, grown_fields)) else grown_fields
    return found


def _is_huge(field: ReceptiveField) -> bool:
    """Whether a field's numbers have more than 18 digits, which nobody reads and which take for ever to reckon with."""
    numbers = (field.size, field.stride, field.start)
    return any(max(abs(number.numerator), number.denominator) >= LARGEST for number in numbers)


def _field(operation: Operation, fields: list[Fields]) -> Fields | None:
    match operation:
        case Pointwise() | Keeps() | Linear() | Unflatten():
            return fields[0]
        case Flatten(shape=shape):
            return tuple(_whole(field, size) for field, size in zip(fields[0], shape[1:])) or fields[0]
        case Pad(sides=sides):
            moved = zip(fields[0], sides[1:])
            return tuple(replace(field, start=field.start - before * field.stride) for field, (before, _) in moved)
        case Join(shapes=shapes):
            return _united(fields, shapes)
    return tuple(grown(field, axis) for field, axis in zip(fields[0], operation.axes))


def _whole(field: ReceptiveField, size: int) -> ReceptiveField:
    """The field of all cells of an axis together."""
    step = field.stride * size
    return ReceptiveField(field.size + field.stride * (size - 1), step, field.start)


def _united(fields: list[Fields], shapes: tuple[Sizes, ...]) -> Fields | None:
    """The hull of several fields of the same stride; one that is broadcast is the same at every place."""
    found = []
    for axis, along in enumerate(zip(*fields)):
        sizes = [shape[axis + 1] if len(shape) > 1 else 1 for shape in shapes]
        longest = max(sizes)
        moving = [field for field, size in zip(along, sizes) if size == longest]
        if len({field.stride for field in moving}) > 1 and longest > 1:
            return None
        stride = moving[0].stride
        starts, ends = [], []
        for field, size in zip(along, sizes):
            # A single cell that is used at every place: its field lies as far back of the last place as of the first.
            back = stride * (longest - 1) if size < longest else Fraction(0)
            starts.append(field.start - back)
            ends.append(field.start + field.size)
        found.append(ReceptiveField(max(ends) - min(starts), stride, min(starts)))
    return tuple(found)


def reached(network: Network) -> dict[str, tuple[Ends, ...]]:
    """Per axis, for every index of every map, the first and last input index truly reached.

    Where nothing is reached the last is before the first. Of a vector each axis has one entry, for all of its features
    together. Raises RequestError for axes too long to be gone through.
    """
    for shape in network.shapes.values():
        if max(shape[1:], default=0) > _MOST_CELLS:
            rule = f"an axis of {max(shape[1:]):,} cells is too long to be gone through"
            raise RequestError("network", None, rule, f"try at most {_MOST_CELLS:,}")
    found: dict[str, tuple[Ends, ...]] = {
        INPUT: tuple((np.arange(size), np.arange(size)) for size in network.input_size)
    }
    for node in network.nodes:
        found[node.name] = _reached(node.operation, [found[name] for name in node.inputs])
    return found


def largest_reached(network: Network) -> dict[str, Sizes]:
    """For every map how many input cells, from the first to the last, its cells reach at most, per axis."""
    return {
        name: tuple(int((last - first).max()) + 1 for first, last in ends) for name, ends in reached(network).items()
    }


def reads_of(operation: Operation) -> tuple[NDArray[np.int64], ...] | None:
    """Per axis, for each output index the input indices that it reads, -1 for none; None where it reads its own."""
    if isinstance(operation, Pad):
        return operation.reads[1:]
    return Geometry(operation).reads if isinstance(operation, Layer) else None


def _reached(operation: Operation, ends: list[tuple[Ends, ...]]) -> tuple[Ends, ...]:
    if isinstance(operation, Join):
        return tuple(_hull(along) for along in zip(*ends))
    if isinstance(operation, Flatten):
        return tuple(_together(*axis) for axis in ends[0])
    reads = reads_of(operation)
    return ends[0] if reads is None else tuple(reaching(table, *axis) for table, axis in zip(reads, ends[0]))


def _hull(ends: tuple[Ends, ...]) -> Ends:
    """From the first to the last that any reaches; what reaches nothing counts for nothing."""
    nowhere = np.iinfo(np.int64).max
    firsts = [np.where(last < first, nowhere, first) for first, last in ends]
    first = np.asarray(np.minimum.reduce(np.broadcast_arrays(*firsts)))
    last = np.asarray(np.maximum.reduce(np.broadcast_arrays(*(last for _, last in ends))))
    return np.where(last < 0, 0, first), last


def _together(first: NDArray[np.int64], last: NDArray[np.int64]) -> Ends:
    """What all indices of an axis reach together."""
    reaching = last >= first
    if not reaching.any():
        return np.array([0]), np.array([-1])
    return np.array([first[reaching].min()]), np.array([last[reaching].max()])
