"""What a layer that is named in code is in a network: `BatchNorm2d(64)`, `Linear(400, 120)`, `layers.Dense(10)`."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from convanim.code.graphs import steps
from convanim.code.stages import CodeStage
from convanim.errors import RequestError, shown
from convanim.layers.layer import Conv
from convanim.layers.sizes import LARGEST, Sizes
from convanim.networks.between import Flatten, Keeps, Operation
from convanim.networks.building import OperationLike
from convanim.networks.made import adaptive, batch_norm, global_pool, joined, linear, made_of, only
from convanim.networks.pointwise import FUNCTIONS, Pointwise

POINTWISE = {
    "LeakyReLU": "leaky-relu",
    "Swish": "silu",
    **{name: name.lower() for name in ("ReLU", "ReLU6", "Sigmoid", "Tanh", "GELU", "SiLU")},
}
# Those that keep their input's shape and learn nothing.
KEEPING = {
    **dict.fromkeys(
        ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"), "dropout"
    ),
    **dict.fromkeys(("SpatialDropout1D", "SpatialDropout2D", "GaussianDropout", "GaussianNoise"), "dropout"),
    **dict.fromkeys(("StochasticDepth", "DropPath"), "stochastic-depth"),
    "Softmax2d": "softmax",
    **{name: name.lower() for name in ("Identity", "Hardswish", "Hardsigmoid", "Hardtanh", "ELU", "SELU", "CELU")},
    **{name: name.lower() for name in ("Softplus", "Softsign", "Mish", "LogSigmoid", "Threshold", "Rescaling")},
    "LocalResponseNorm": "local-response-norm",
}
_ACTIVATIONS = {"linear": "", "swish": "silu", "leaky_relu": "leaky-relu"}

Parts: TypeAlias = list[tuple[str, OperationLike, bool]]


@dataclass(frozen=True)
class Leaf:
    """A layer in code: what it is called, and its arguments as they are written."""

    kind: str
    positional: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""

    def get(self, name: str, place: int, default: Any = None) -> Any:
        """An argument by its name, or by its place."""
        return self.keywords.get(name, self.positional[place] if place < len(self.positional) else default)

    def whole(self, name: str, place: int) -> int:
        """A whole number of at least 1; raises RequestError."""
        value = self.get(name, place)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value < LARGEST:
            raise RequestError("node", self.kind, f"{name} {shown(value)}: not a whole number of at least 1", "give it")
        return value


def leaf_parts(leaf: Leaf) -> Parts:
    """What a layer is, one after another: what to call it, what it is, whether it has a bias. Raises RequestError."""
    return list(_parts(leaf))


def activation_parts(name: object) -> Parts:
    """An activation by its name, as Keras layers have one."""
    if name is None or name == "linear":
        return []
    op = _ACTIVATIONS.get(str(name), str(name).replace("_", "-"))
    return [(op, op if op in FUNCTIONS else _keeping(op), True)]


def _parts(leaf: Leaf) -> Iterator[tuple[str, OperationLike, bool]]:
    kind = leaf.kind
    if kind == "ReLU" and leaf.get("max_value", 0) == 6:
        yield "relu6", _pointwise("relu6"), True
    elif kind in POINTWISE:
        yield POINTWISE[kind], _pointwise(POINTWISE[kind]), True
    elif kind in KEEPING:
        yield KEEPING[kind], _keeping(KEEPING[kind]), True
    elif kind in _MAKERS:
        base, maker = _MAKERS[kind]
        yield base, maker(leaf), leaf.get("bias", 1 if kind == "LazyLinear" else 2, True) is not False
    elif kind in ("Dense", "Activation"):
        has_bias = leaf.get("use_bias", 2, True) is not False
        if kind == "Dense":
            units = leaf.whole("units", 0)
            yield "linear", lambda shapes: _dense(only(shapes), units), has_bias
        yield from activation_parts(leaf.get("activation", 1 if kind == "Dense" else 0))
    else:
        has_bias = leaf.keywords.get("bias", leaf.keywords.get("use_bias", True)) is not False
        at = 7 - kind.startswith("Lazy")  # where PyTorch has it among the arguments of a convolution
        is_torch = kind.removeprefix("Lazy").startswith("Conv") and kind.endswith("d")
        has_bias = has_bias and not (is_torch and leaf.get("bias", at) is False)
        yield kind.lower(), _coded(leaf), has_bias
        yield from activation_parts(leaf.keywords.get("activation"))


def _dense(shape: Sizes, units: int) -> Operation:
    """A dense layer of Keras's, which works on the channels of every cell: a 1x1 convolution of a map."""
    if len(shape) == 1:
        return linear(shape, None, units)
    return Conv(shape[1:], 1, in_channels=shape[0], out_channels=units, dims=len(shape) - 1)


def _coded(leaf: Leaf) -> Callable[[tuple[Sizes, ...]], tuple[Operation, ...]]:
    """A convolution, pool or pad as the reader of code makes it for the map that it gets."""

    def made(shapes: tuple[Sizes, ...]) -> tuple[Operation, ...]:
        shape = only(shapes)
        if len(shape) == 1:
            rule = f"takes a map, but it gets {shape[0]:,} features"
            raise RequestError("stage", leaf.kind, rule, "put it before what flattens")
        return tuple(CodeStage(leaf.text)(shape[1:], shape[0]))

    return made


def _pointwise(op: str) -> OperationLike:
    return lambda shapes: Pointwise(op, only(shapes)[1:], only(shapes)[0])


def _keeping(op: str, weights: int = 0, biases: int = 0) -> OperationLike:
    return lambda shapes: Keeps(op, only(shapes), weights, biases)


def _batch_norm(leaf: Leaf) -> OperationLike:
    if leaf.kind == "BatchNormalization":
        learns = [leaf.keywords.get(name) is not False for name in ("scale", "center")]
        return lambda shapes: Keeps("batch-norm", only(shapes), *(only(shapes)[0] * learned for learned in learns))
    channels = leaf.whole("num_features", 0)
    affine = leaf.get("affine", 3, True) is not False
    return lambda shapes: batch_norm(only(shapes), channels, affine=affine)


def _joining(leaf: Leaf) -> OperationLike:
    return lambda shapes: joined(leaf.kind.lower(), shapes)


def _concatenate(leaf: Leaf) -> OperationLike:
    """Keras's, whose channels are the last axis."""
    axis = leaf.get("axis", 0, -1)

    def made(shapes: tuple[Sizes, ...]) -> Operation:
        if not isinstance(axis, int) or steps.place_of(axis, shapes[0]) != len(shapes[0]):
            raise steps.unknown(f"Concatenate on axis {shown(repr(axis))}")
        return joined("concat", shapes)

    return made


def _softmax(leaf: Leaf) -> OperationLike:
    """PyTorch's over `dim`, the channels if left out; Keras's over `axis`, the last one, which are channels."""
    is_keras = "axis" in leaf.keywords or _is_keras(leaf)
    axis = leaf.get("axis", 0, -1) if is_keras else leaf.get("dim", 0)

    def made(shapes: tuple[Sizes, ...]) -> Operation:
        shape, place = only(shapes), 1 if axis is None else axis
        if is_keras and isinstance(place, int):  # channels come first here
            place = 1 if steps.place_of(place, shape) == len(shape) else 0
        return made_of(steps.softmaxing(place if isinstance(place, int) else 0), shapes)[-1]

    return made


def _instance_norm(leaf: Leaf) -> OperationLike:
    count = leaf.whole("num_features", 0) if leaf.get("affine", 3, False) is True else 0
    return _keeping("instance-norm", count, count)


def _group_norm(leaf: Leaf) -> OperationLike:
    count = leaf.whole("num_channels", 1) if leaf.get("affine", 3, True) is not False else 0
    return _keeping("group-norm", count, count)


def _layer_norm(leaf: Leaf) -> OperationLike:
    shape = leaf.get("normalized_shape", 0)
    sizes = shape if isinstance(shape, tuple | list) else (shape,)
    count = 1
    for size in sizes:
        if not isinstance(size, int) or not 1 <= size < LARGEST:
            raise RequestError("node", leaf.kind, "normalized_shape: not whole numbers", "give it")
        count *= size
    weights = count if leaf.get("elementwise_affine", 2, True) is not False else 0
    return _keeping("layer-norm", weights, weights if leaf.get("bias", 3, True) is not False else 0)


def _linear(leaf: Leaf) -> OperationLike:
    inputs = None if leaf.kind == "LazyLinear" else leaf.whole("in_features", 0)
    outputs = leaf.whole("out_features", 0 if leaf.kind == "LazyLinear" else 1)
    return lambda shapes: linear(only(shapes), inputs, outputs)


def _adaptive(leaf: Leaf) -> OperationLike:
    op = "adaptive-avg-pool" if "Avg" in leaf.kind else "adaptive-max-pool"
    asked = leaf.get("output_size", 0)

    def made(shapes: tuple[Sizes, ...]) -> Operation:
        shape = only(shapes)
        sizes = tuple(asked) if isinstance(asked, tuple | list) else (asked,) * (len(shape) - 1)
        kept = tuple(has if size is None else size for size, has in zip(sizes, shape[1:]))
        good = all(isinstance(size, int) and 1 <= size < 10**6 for size in kept)
        if not good or len(sizes) != len(shape) - 1:
            raise RequestError("stage", op, f"output_size {shown(asked)} is no size", "give one such as 7 or (7, 7)")
        return adaptive(op, shape, kept)

    return made


def _global(leaf: Leaf) -> OperationLike:
    op = "adaptive-avg-pool" if "Average" in leaf.kind else "adaptive-max-pool"
    keeps_axes = leaf.keywords.get("keepdims") is True

    return lambda shapes: global_pool(op, only(shapes), keeps_axes=keeps_axes)


def _prelu(leaf: Leaf) -> OperationLike:
    return _keeping("prelu", leaf.get("num_parameters", 0, 1))


def _is_keras(leaf: Leaf) -> bool:
    """Whether a layer is written as Keras's are, for names that PyTorch has, too."""
    return bool({"keras", "layers"}.intersection(leaf.text.partition("(")[0].split(".")))


def _flatten(leaf: Leaf) -> OperationLike:
    """PyTorch's has axes, Keras's has none."""
    if _is_keras(leaf):
        return lambda shapes: Flatten(only(shapes), channels_last=True)
    ends = [leaf.get("start_dim", 0, 1), leaf.get("end_dim", 1, -1)]
    first, last = (end if isinstance(end, int) else default for end, default in zip(ends, (1, -1)))
    return steps.flattening_axes(first, last, "Flatten of some axes")


_MAKERS: dict[str, tuple[str, Callable[[Leaf], OperationLike]]] = {
    **dict.fromkeys(
        ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm", "BatchNormalization"), ("bn", _batch_norm)
    ),
    **dict.fromkeys(("InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"), ("norm", _instance_norm)),
    "GroupNorm": ("norm", _group_norm),
    "LayerNorm": ("norm", _layer_norm),
    **dict.fromkeys(("Linear", "LazyLinear"), ("linear", _linear)),
    **dict.fromkeys((f"Adaptive{how}Pool{dims}d" for how in ("Avg", "Max") for dims in (1, 2, 3)), ("pool", _adaptive)),
    **dict.fromkeys(
        (f"Global{how}Pooling{dims}D" for how in ("Average", "Max") for dims in (1, 2, 3)), ("pool", _global)
    ),
    **dict.fromkeys(("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D"), ("pad", _coded)),
    **dict.fromkeys(("Cropping1D", "Cropping2D", "Cropping3D"), ("crop", _coded)),
    "Add": ("add", _joining),
    "Multiply": ("multiply", _joining),
    "Concatenate": ("concat", _concatenate),
    **dict.fromkeys(("Softmax", "LogSoftmax"), ("softmax", _softmax)),
    "PReLU": ("prelu", _prelu),
    "Flatten": ("flatten", _flatten),
}


def leaf_of(node: ast.Call, path: list[str]) -> Leaf:
    """A layer's call in code. Raises RequestError for arguments that are not written out."""
    name = path[-1]
    try:
        positional = tuple(ast.literal_eval(argument) for argument in node.args) if name in _READ else ()
        keywords = {
            str(keyword.arg): _value(keyword.value, must=name in _READ) for keyword in node.keywords if keyword.arg
        }
    except (ValueError, TypeError, RecursionError, MemoryError):
        raise RequestError("node", name, "an argument is not written out", "give numbers, not names") from None
    return Leaf(name, positional or tuple(_value(argument) for argument in node.args), keywords, ast.unparse(node))


_READ = (*_MAKERS, "Dense", "Activation")


def _value(node: ast.expr, *, must: bool = False) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        if must:
            raise
        return None
