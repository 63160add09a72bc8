"""Operations as graphs of PyTorch and ONNX have them, made for the shapes that they get."""

from collections.abc import Callable, Sequence
from math import prod
from typing import TypeAlias

from convanim.errors import RequestError
from convanim.layers.sizes import Sizes
from convanim.networks.between import Flatten, Keeps, Operation, Unflatten, shape_made
from convanim.networks.building import OperationLike
from convanim.networks.made import adaptive, global_pool, joined, made_of, only, padded
from convanim.networks.pointwise import FUNCTIONS, Pointwise

Shapes: TypeAlias = tuple[Sizes, ...]
Maker: TypeAlias = Callable[[Shapes], Operation | Sequence[Operation]]


def keeping(op: str, weights: int = 0, biases: int = 0) -> OperationLike:
    """A step that keeps its input's shape: one of the functions, or another that has a name alone."""
    if op in FUNCTIONS:
        return lambda shapes: Pointwise(op, only(shapes)[1:], only(shapes)[0])
    return lambda shapes: Keeps(op, only(shapes), weights, biases)


def joining(op: str) -> OperationLike:
    """Several maps joined: concatenated, added or multiplied."""
    return lambda shapes: joined(op, shapes)


def stacking(axis: int, what: str) -> OperationLike:
    """Maps behind one another along an axis, the batch's counted: their channels, or the features of vectors.

    Raises RequestError for another axis, which says `what`.
    """

    def made(shapes: Shapes) -> Operation:
        if place_of(axis, shapes[0]) != 1:
            raise unknown(what)
        return joined("concat", shapes)

    return made


def place_of(axis: int, shape: Sizes) -> int | None:
    """Which axis of a map a number means, the batch's 0, below 0 counted from the end; None where there is none."""
    rank = len(shape) + 1
    return axis % rank if -rank <= axis < rank else None


def flattening(shapes: Shapes) -> Operation:
    """A map as a vector; a vector stays one."""
    shape = only(shapes)
    return Flatten(shape) if len(shape) > 1 else Keeps("identity", shape)


def flattening_axes(first: int, last: int, what: str) -> OperationLike:
    """Some axes made one, from the first to the last, the batch's counted: all but the batch's.

    Raises RequestError for others, which says `what`.
    """

    def made(shapes: Shapes) -> Operation:
        shape = only(shapes)
        if (place_of(first, shape), place_of(last, shape)) != (1, len(shape)):
            raise unknown(what)
        return flattening(shapes)

    return made


def squeezing(axes: Sequence[int] | None, what: str) -> OperationLike:
    """Axes of one cell left out, the batch's counted; None for all that there are.

    A map of one cell a channel is then a vector, even where one of its axes is left. Raises RequestError, which says
    `what`, where another map would be left, or channels or batch go.
    """

    def made(shapes: Shapes) -> Operation:
        shape = only(shapes)
        places = [place_of(axis, shape) for axis in axes or ()]
        if len(shape) == 1 and 0 not in places:
            return flattening(shapes)
        left_out = {place for place in places if place is not None and (place == 0 or shape[place - 1] == 1)}
        if axes is not None and not left_out:
            return Keeps("identity", shape)
        if prod(shape[1:]) > 1 or left_out & {0, 1}:
            raise unknown(what)
        return flattening(shapes)

    return made


def softmaxing(axis: int) -> OperationLike:
    """A softmax over the channels, or the features of a vector, the batch's axis counted. Raises RequestError else."""

    def made(shapes: Shapes) -> Operation:
        shape = only(shapes)
        if place_of(axis, shape) != 1:
            raise unknown("a softmax over another axis than channels")
        return Keeps("softmax", shape)

    return made


def pooling(op: str, output_size: Sequence[int] | None) -> OperationLike:
    """An adaptive pool to this size, or a global one."""

    def made(shapes: Shapes) -> Operation:
        shape = only(shapes)
        return adaptive(op, shape, tuple(output_size) if output_size else (1,) * (len(shape) - 1))

    return made


def meaning(op: str, axes: Sequence[int], *, keeps_axes: bool) -> OperationLike:
    """A mean or maximum over all axes but the channels: a global pool. Raises RequestError for other axes."""

    def made(shapes: Shapes) -> Sequence[Operation]:
        shape = only(shapes)
        if {axis % (len(shape) + 1) for axis in axes} != set(range(2, len(shape) + 1)) or len(shape) == 1:
            raise unknown("a mean over other axes than height and width")
        return global_pool(op, shape, keeps_axes=keeps_axes)

    return made


def padding(sides: Sequence[tuple[int, int]], mode: str = "constant", value: float = 0) -> OperationLike:
    """Cells around a map, or cut off; `sides` are those of the last axes, channels first if they are all."""

    def made(shapes: Shapes) -> Operation:
        shape = only(shapes)
        return padded(shape, (*((0, 0),) * (len(shape) - len(sides)), *sides), mode, value)

    return made


def cutting(axis: int, start: int, end: int) -> OperationLike:
    """Some cells of one axis, the batch's counted: 1 are the channels; numbers below 0 count from the end."""

    def made(shapes: Shapes) -> Operation:
        shape = only(shapes)
        place = axis % (len(shape) + 1) - 1
        if place < 0:
            raise unknown("a part of the batch")
        size = shape[place]
        first, last, _ = slice(start, end).indices(size)
        sides = [(0, 0)] * len(shape)
        sides[place] = (-first, last - size)
        return padded(shape, tuple(sides))

    return made


def reshaping(wanted: Sequence[int]) -> OperationLike:
    """Another shape, the batch's first, with -1 for the rest. Raises RequestError for all but flattening."""

    def made(shapes: Shapes) -> Operation:
        shape = only(shapes)
        sizes = [shape[at - 1] if size == 0 and 0 < at <= len(shape) else size for at, size in enumerate(wanted)][1:]
        known = prod(size for size in sizes if size > 0)
        sizes = [prod(shape) // known if size < 0 and known else size for size in sizes]
        if tuple(sizes) == shape:
            return Keeps("identity", shape)
        if len(sizes) == 1 and sizes[0] == prod(shape):
            return flattening(shapes)
        if len(shape) == 1 and sizes[:1] == list(shape) and set(sizes[1:]) == {1}:
            return Unflatten(shape[0], len(sizes) - 1)
        raise unknown(f"a reshape from {'x'.join(map(str, shape))} to {'x'.join(map(str, sizes))}")

    return made


def making(what: OperationLike, batched: Sizes, name: str) -> OperationLike:
    """An operation whose output is known, its batch of one first. Raises RequestError where something else is made."""

    def made(shapes: Shapes) -> Sequence[Operation]:
        found = made_of(what, shapes)
        if (1, *shape_made(found[-1])) != batched:
            raise unknown(f"{name} that makes {'x'.join(map(str, batched))}")
        return found

    return made


def cutting_all(axes: Sequence[int], starts: Sequence[int], ends: Sequence[int]) -> OperationLike:
    """Some cells of several axes, as `cutting` has one."""

    def made(shapes: Shapes) -> Sequence[Operation]:
        found: list[Operation] = []
        for axis, start, end in zip(axes, starts, ends):
            what = cutting(axis, start, end)
            assert callable(what)
            cut = what(shapes)
            assert not isinstance(cut, Sequence)
            found.append(cut)
            shapes = (shape_made(found[-1]),)
        return found

    return made


def spreading(op: str, dims: Sequence[int], weights: int = 0, biases: int = 0) -> OperationLike:
    """A function of each number and of constants of this shape, the batch's axis first if it has all.

    Raises RequestError where they would make a map larger.
    """

    def made(shapes: Shapes) -> Operation:
        shape = only(shapes)
        fits = len(dims) <= len(shape) + 1 and all(
            size == 1 or size == own for size, own in zip(reversed(dims), reversed((1, *shape)))
        )
        if not fits:
            raise unknown(f"{op} by {'x'.join(map(str, dims))}")
        return Keeps(op, shape, weights, biases)

    return made


def refusing(what: str) -> OperationLike:
    """An operation that is not known: refused when the network is made, so that what comes before it is shown."""

    def made(shapes: Shapes) -> Operation:
        raise unknown(what)

    return made


def unknown(what: str) -> RequestError:
    """The error for an operation that the network cannot be followed past."""
    return RequestError(
        "stage",
        what,
        "no network is followed past it",
        "what comes before it is told; give the rest by itself",
    )
