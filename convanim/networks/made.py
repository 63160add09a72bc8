"""Operations made for the maps that they get: from texts, tables, finished ones, or functions that make them."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from convanim.errors import RequestError, either, shown
from convanim.layers.layer import Layer
from convanim.layers.layer import Pad as PadLayer
from convanim.layers.operations import OPERATIONS
from convanim.layers.sizes import LARGEST, Sides, Sizes, per_axis, spelled, spelled_shape
from convanim.networks.between import JOINS, Flatten, Join, Keeps, Linear, Operation, Pad, Unflatten, shape_made
from convanim.networks.chain import made_stage
from convanim.networks.pointwise import FUNCTIONS, Pointwise

KEEPS = ("batch-norm", "dropout", "identity", "softmax")
ADAPTIVE = ("adaptive-avg-pool", "adaptive-max-pool")
GLOBAL = {"global-avg-pool": "adaptive-avg-pool", "global-max-pool": "adaptive-max-pool"}
BETWEEN = (*KEEPS, "flatten", "linear", *ADAPTIVE, *GLOBAL, "crop", *JOINS)
_AXES = ("columns", "rows")  # from the last axis


def made_of(what: Any, shapes: tuple[Sizes, ...]) -> Sequence[Operation]:
    """The operation that is asked for, for inputs of these shapes; a function may make several, one after another.

    Raises RequestError for what is unknown or does not fit.
    """
    if callable(what):
        made = what(shapes)
        return made if isinstance(made, Sequence) else (made,)
    if isinstance(what, Keeps | Flatten | Unflatten | Linear | Pad | Join):
        return (_fitting(what, shapes),)
    words = what.lower().split() if isinstance(what, str) else []
    if words and words[0] in JOINS:
        return (joined(words[0], shapes),)
    shape = only(shapes)
    if words and words[0] in BETWEEN:
        return (_between(what, words, shape),)
    if len(shape) == 1 and not (words and words[0] in FUNCTIONS) and not isinstance(what, Pointwise):
        fix = "put it before what flattens"
        raise RequestError("stage", _named(what), f"takes a map, but it gets {shape[0]:,} features", fix)
    if words and words[0] not in (*OPERATIONS, *FUNCTIONS):
        raise RequestError("stage", what, "no such operation", f"try {', '.join((*OPERATIONS, *FUNCTIONS, *BETWEEN))}")
    return (made_stage(what, shape[1:], shape[0]),)


def only(shapes: tuple[Sizes, ...]) -> Sizes:
    """The one shape there is. Raises RequestError for several."""
    if len(shapes) != 1:
        rule = f"it reads one map, not {len(shapes)}"
        raise RequestError("stage", None, rule, f"join them first: {either(JOINS)}")
    return shapes[0]


def joined(op: str, shapes: tuple[Sizes, ...]) -> Join:
    """The join of some maps. Raises RequestError where their sizes, or where they are added their channels, differ."""
    if len(shapes) > 1 and len({len(shape) for shape in shapes}) > 1:
        rule = " against ".join(spelled_shape(shape, has_channels=len(shape) > 1) for shape in shapes[:2])
        raise RequestError("stage", op, rule, "flatten all, or none")
    first = shapes[0]
    for shape in shapes[1:]:
        for axis, (one, other) in enumerate(zip(first, shape)):
            if one == other or (op == "concat" and axis == 0) or (op == "multiply" and 1 in (one, other)):
                continue
            things = ("features" if len(first) == 1 else "channels") if axis == 0 else _AXES[len(first) - 1 - axis]
            rule = f"{one:,} against {other:,} {things}"
            raise RequestError("stage", op, rule, _mend(op, axis))
        first = tuple(map(max, first, shape)) if op == "multiply" else first
    return Join(op, shapes)


def linear(shape: Sizes, in_features: int | None, out_features: int) -> Linear:
    """A linear layer for an input of this shape. Raises RequestError where it takes another number of features."""
    features = prod(shape)
    if len(shape) > 1:
        product = "·".join(map(str, shape))
        raise RequestError(
            "stage", "linear", f"takes a vector, but it gets {product}", f"flatten it first: {features:,}"
        )
    if not 1 <= out_features < LARGEST:
        raise RequestError("stage", "linear", f"{shown(out_features)} outputs are none", "give at least 1")
    if in_features not in (None, features):
        rule = f"takes {in_features:,} features, but it gets {features:,}"
        raise RequestError("stage", "linear", rule, f"try nn.Linear({features}, {out_features})")
    return Linear(features, out_features)


def adaptive(op: str, shape: Sizes, output_size: Sizes) -> Layer:
    """An adaptive pool of a map of this shape. Raises RequestError for a vector."""
    if len(shape) == 1:
        raise RequestError(
            "stage", op, f"takes a map, but it gets {shape[0]:,} features", "put it before what flattens"
        )
    return OPERATIONS[op].layer(shape[1:], output_size, shape[0])


def global_pool(op: str, shape: Sizes, *, keeps_axes: bool) -> tuple[Operation, ...]:
    """An adaptive pool of a map to one cell and, unless it keeps its axes, the vector of that."""
    one = (1,) * (len(shape) - 1)
    pool = adaptive(op, shape, one)
    return (pool,) if keeps_axes else (pool, Flatten((shape[0], *one)))


def cropped(shape: Sizes, size: Sizes) -> Pad:
    """The middle of a map, of this size; the odd cell is cut off behind. Raises RequestError for a larger size."""
    if len(size) != len(shape) - 1 or any(wanted > has for wanted, has in zip(size, shape[1:])):
        rule = f"{spelled(size)} cannot be cut out of {spelled(shape[1:]) or 'a vector'}"
        raise RequestError("stage", "crop", rule, "give a smaller size")
    sides = [(-((has - wanted) // 2), -(has - wanted - (has - wanted) // 2)) for has, wanted in zip(shape[1:], size)]
    return Pad(shape, ((0, 0), *sides))


def padded(shape: Sizes, sides: Sides, mode: str = "constant", value: float = 0) -> Operation:
    """A map with cells around it, channels first: a layer, unless channels are padded, too.

    Raises RequestError where nothing would be left, and for channels that would be copied.
    """
    if 1 < len(shape) == len(sides) and not any(sides[0]):
        return PadLayer(shape[1:], sides[1:], mode, value, shape[0], dims=len(shape) - 1)
    made = Pad(shape, sides)
    if mode != "constant" or value:
        rule = "its channels are zeros" if mode == "constant" else "its channels would be copied"
        raise RequestError("stage", made.op, rule, "pad the axes of the map alone")
    if len(sides) != len(shape) or min(shape_made(made)) < 1:
        raise RequestError("stage", made.op, f"nothing of {spelled(shape)} would be left", "cut off less")
    return made


def batch_norm(shape: Sizes, channels: int | None = None, *, affine: bool = True) -> Keeps:
    """A batch norm of a map of this shape. Raises RequestError where it is one of another number of channels."""
    if channels not in (None, shape[0]):
        rule = f"it is of {channels:,} channels, but it gets {shape[0]:,}"
        raise RequestError("stage", "batch-norm", rule, f"make it of {shape[0]}")
    return Keeps("batch-norm", shape, *((shape[0], shape[0]) if affine else (0, 0)))


def _between(text: str, words: list[str], shape: Sizes) -> Operation:
    op, *rest = words
    if op == "linear":
        features = _sizes(text, rest, 1, "linear 10")
        return linear(shape, None, features[0])
    if op in ADAPTIVE:
        return adaptive(op, shape, _sizes(text, rest, len(shape) - 1, f"{op} 7x7"))
    if op == "crop":
        return cropped(shape, _sizes(text, rest, len(shape) - 1, "crop 56x56"))
    if rest and op != "dropout":
        raise RequestError("stage", text, f"{op} takes no arguments", f"write {op} alone")
    if op in GLOBAL:
        return adaptive(GLOBAL[op], shape, (1,) * (len(shape) - 1))
    if op == "flatten":
        return Flatten(shape)
    return batch_norm(shape) if op == "batch-norm" else Keeps(op, shape)


def _sizes(text: str, rest: list[str], axes: int, example: str) -> Sizes:
    """The one size that follows an operation's name."""
    if len(rest) != 1:
        raise RequestError("stage", text, "one size follows the name", f"write it as '{example}'")
    return per_axis("stage", rest[0], max(axes, 1), 1)


def _fitting(what: Operation, shapes: tuple[Sizes, ...]) -> Operation:
    """A finished operation, if it takes the maps that it gets."""
    match what:
        case Join():
            takes = what.shapes
        case Linear():
            takes = ((what.in_features,),)
        case Unflatten():
            takes = ((what.features,),)
        case Keeps() | Flatten() | Pad():
            takes = (what.shape,)
        case _:
            return what
    if takes != shapes:
        spelled = [" and ".join("x".join(map(str, shape)) for shape in every[:3]) for every in (takes, shapes)]
        raise RequestError("stage", what.op, f"takes {spelled[0]}, but it gets {spelled[1]}", "make them agree")
    return what


def _mend(op: str, axis: int) -> str:
    if axis:
        return "pad or crop one of them, or choose an input that divides evenly"
    return "give both as many channels, with a 1x1 convolution"


def _named(what: Any) -> str:
    if isinstance(what, Mapping):
        return shown(what.get("op", "node"))
    return what if isinstance(what, str) else str(getattr(what, "op", "node"))
