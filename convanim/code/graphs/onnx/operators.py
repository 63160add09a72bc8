"""Operators of ONNX as operations of a network."""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, TypeAlias

from convanim.code.graphs import steps
from convanim.code.graphs.onnx.moving import padding, resizing, slicing
from convanim.code.graphs.onnx.values import Constant, Values
from convanim.code.read_code import layer_of_call
from convanim.code.signatures import Asked
from convanim.code.text.parsing import Call, Literal, plain_literal
from convanim.errors import shown
from convanim.networks.between import Operation, Unflatten
from convanim.networks.building import OperationLike
from convanim.networks.chain import Chain
from convanim.networks.made import batch_norm, linear, only

Given: TypeAlias = Mapping[str, Any]

_LAYERS = ("Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool", "DepthToSpace", "SpaceToDepth")
_KEEPING = {
    **{name: name.lower() for name in ("Relu", "Sigmoid", "Tanh", "Gelu", "Elu", "Selu", "HardSwish", "HardSigmoid")},
    **{name: name.lower() for name in ("Softplus", "Mish", "Dropout", "Softsign")},
    "LeakyRelu": "leaky-relu",
    "LRN": "local-response-norm",
}
_NORMS = {
    "InstanceNormalization": "instance-norm",
    "LayerNormalization": "layer-norm",
    "GroupNormalization": "group-norm",
}
# What is a function of each number alone, and of constants.
_KEEPING |= {name: name.lower() for name in ("Abs", "Neg", "Exp", "Log", "Sqrt", "Erf", "Reciprocal", "Celu", "Floor")}
_KEEPING |= {"ThresholdedRelu": "thresholded-relu", "Hardmax": "softmax"}
_JOINS = {"Concat": "concat", "Add": "add", "Sum": "add", "Mul": "multiply"}
_CONSTANT = {"Sub": "subtract-constant", "Div": "divide-constant", "Pow": "power", "Max": "clip", "Min": "clip"}


def operation_of(node: Any, values: Values) -> tuple[OperationLike, bool]:
    """What an operator is, and whether it has a bias."""
    given = values.attributes(node)
    kind = node.op_type
    has_bias = bool(values.dims(node, 2))
    if kind in _KEEPING:
        return steps.keeping(_KEEPING[kind]), True
    if kind in _NORMS:
        return steps.keeping(_NORMS[kind], prod(values.dims(node, 1)), prod(values.dims(node, 2))), True
    maker = _MAKERS.get(kind)
    return (steps.refusing(shown(kind)) if maker is None else maker(node, given, values)), has_bias


def _layer(node: Any, given: Given, values: Values) -> OperationLike:
    weights = values.dims(node, 1)

    def made(shapes: steps.Shapes) -> Sequence[Operation]:
        shape = only(shapes)
        attributes: dict[str, Literal] = {name: plain_literal(name, value) for name, value in given.items()}
        if weights:
            attributes["W"] = plain_literal("W", weights)
        call = Call((), node.op_type, (), attributes)
        if len(shape) == 1:
            raise steps.unknown(f"{node.op_type} of a vector")
        size = f"{shape[0]}@{'x'.join(map(str, shape[1:]))}"
        figure = layer_of_call(call, size, "onnx", node.op_type, Asked(dims=len(shape) - 1)).figure
        return figure.stages if isinstance(figure, Chain) else (figure,)

    return made


def _joined(node: Any, given: Given, values: Values) -> OperationLike:
    op = _JOINS[node.op_type]
    constants = [values.constants[name] for name in node.input if name in values.constants]
    if op == "concat":
        axis = given.get("axis", 1)
        return steps.refusing("Concat with a constant") if constants else steps.stacking(axis, f"Concat on axis {axis}")
    if not constants:
        return steps.joining(op)
    count = sum(prod(constant.dims) for constant in constants)
    learned = count if all(constant.values is None or count > 1 for constant in constants) else 0
    weights, biases = (0, learned) if op == "add" else (learned, 0)
    return steps.spreading(f"{op}-constant", _spread(constants), weights, biases)


def _spread(constants: list[Constant]) -> tuple[int, ...]:
    """The shape of constants together."""
    most = max(len(constant.dims) for constant in constants)
    return tuple(map(max, zip(*((1,) * (most - len(each.dims)) + each.dims for each in constants))))


def _with_constant(node: Any, given: Given, values: Values) -> OperationLike:
    """A function of each number and a constant; what is subtracted or divided by counts as learned where it is many."""
    constants = [values.constants[name] for name in node.input if name in values.constants]
    if len(constants) != len(node.input) - 1 or not constants:
        return steps.refusing(f"{node.op_type} of several maps")
    count = sum(prod(constant.dims) for constant in constants)
    weights, biases = (0, count) if node.op_type == "Sub" else (count, 0)
    is_learned = count > 1 and node.op_type in ("Sub", "Div")
    return steps.spreading(_CONSTANT[node.op_type], _spread(constants), weights * is_learned, biases * is_learned)


def _batchnormalization(node: Any, given: Given, values: Values) -> OperationLike:
    channels = prod(values.dims(node, 1))
    return lambda shapes: batch_norm(only(shapes), channels)


def _prelu(node: Any, given: Given, values: Values) -> OperationLike:
    return steps.keeping("prelu", prod(values.dims(node, 1)))


def _softmax(node: Any, given: Given, values: Values) -> OperationLike:
    return steps.softmaxing(given.get("axis", -1))


def _clip(node: Any, given: Given, values: Values) -> OperationLike:
    ends = [given.get("min"), given.get("max")]
    for at, name in enumerate(node.input[1:3]):
        said = values.constants[name].values if name in values.constants else None
        ends[at] = said[0] if said else ends[at]
    return steps.keeping("relu6" if ends == [0, 6] else "relu" if ends == [0, None] else "clip")


def _globalaveragepool(node: Any, given: Given, values: Values) -> OperationLike:
    return steps.pooling("adaptive-avg-pool", None)


def _globalmaxpool(node: Any, given: Given, values: Values) -> OperationLike:
    return steps.pooling("adaptive-max-pool", None)


def _reducemean(node: Any, given: Given, values: Values) -> OperationLike:
    axes = given.get("axes") or values.numbers(node, 1)
    op = "adaptive-avg-pool" if node.op_type == "ReduceMean" else "adaptive-max-pool"
    return steps.meaning(op, axes or (), keeps_axes=given.get("keepdims", 1) == 1)


def _flatten(node: Any, given: Given, values: Values) -> OperationLike:
    axis = given.get("axis", 1)
    return steps.flattening_axes(axis, -1, f"Flatten on axis {axis}")


def _squeeze(node: Any, given: Given, values: Values) -> OperationLike:
    return steps.squeezing(given.get("axes") or values.numbers(node, 1), "Squeeze")


def _unsqueeze(node: Any, given: Given, values: Values) -> OperationLike:
    axes = given.get("axes") or values.numbers(node, 1) or ()

    def made(shapes: steps.Shapes) -> Operation:
        shape = only(shapes)
        if len(shape) > 1 or {axis % (len(axes) + 2) for axis in axes} != set(range(2, len(axes) + 2)):
            raise steps.unknown("Unsqueeze")
        return Unflatten(shape[0], len(axes))

    return made


def _transpose(node: Any, given: Given, values: Values) -> OperationLike:
    perm = given.get("perm") or ()
    if perm != tuple(range(len(perm))) or not perm:
        return steps.refusing("Transpose")
    return steps.keeping("identity")


def _reshape(node: Any, given: Given, values: Values) -> OperationLike:
    wanted = values.numbers(node, 1) or given.get("shape")
    return steps.reshaping(wanted) if wanted else steps.refusing("Reshape to a shape that is computed")


def _gemm(node: Any, given: Given, values: Values) -> OperationLike:
    weights = values.dims(node, 1)
    if len(weights) != 2 or given.get("transA", 0) or node.input[0] in values.constants:
        return steps.refusing("Gemm of other than a matrix of weights")
    inputs, outputs = weights[::-1] if given.get("transB", 0) else weights
    return lambda shapes: linear(only(shapes), inputs, outputs)


def _matmul(node: Any, given: Given, values: Values) -> OperationLike:
    return _gemm(node, {}, values)


_MAKERS: dict[str, Callable[[Any, Given, Values], OperationLike]] = {
    **dict.fromkeys(_LAYERS, _layer),
    **dict.fromkeys(_JOINS, _joined),
    "BatchNormalization": _batchnormalization,
    "PRelu": _prelu,
    **dict.fromkeys(("Softmax", "LogSoftmax"), _softmax),
    "Clip": _clip,
    "GlobalAveragePool": _globalaveragepool,
    "GlobalMaxPool": _globalmaxpool,
    "ReduceMean": _reducemean,
    "ReduceMax": _reducemean,
    "Flatten": _flatten,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Transpose": _transpose,
    **dict.fromkeys(_CONSTANT, _with_constant),
    "Reshape": _reshape,
    "Gemm": _gemm,
    "MatMul": _matmul,
    "Pad": padding,
    "Slice": slicing,
    "Resize": resizing,
}
