"""The forms in which .onnx files write one thing, against onnx's own reference: shapes, and what a cell depends on."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convanim import network
from convanim.networks.building import BrokenNetworkError
from convanim.networks.cost import network_cost
from convanim.networks.dependence import NetworkDependence
from convanim.networks.network import INPUT

onnx = pytest.importorskip("onnx", reason="needs the module onnx: pip install onnx")
SHAPE = (3, 6, 5)
CONSTANTS: dict[str, Any] = {
    "half": np.float32(0.5),
    "three": np.float32(3),
    "zero": np.float32(0),
    "six": np.float32(6),
    "channels": np.ones((3, 1, 1), dtype=np.float32),
    "batch": np.ones((1, 3, 1, 1), dtype=np.float32),
    "place": np.ones((6, 5), dtype=np.float32),
    "larger": np.ones((3, 6, 1, 5), dtype=np.float32),
    "matrix": np.ones((3, 4), dtype=np.float32),
    "turned": np.ones((4, 3), dtype=np.float32),
    "bias": np.ones(4, dtype=np.float32),
    "pads4": np.array([1, 0, 0, 2]),
    "pads8": np.array([0, 0, 1, 2, 0, 0, 0, 1]),
    "pads6": np.array([1, 2, 0, 0, 0, 1]),
    "pads_batch": np.array([1, 0]),
    "hw": np.array([2, 3]),
    "chw": np.array([-3, -2, -1]),
    "last": np.array([-1]),
    "first": np.array([0]),
    "flat": np.array([1, -1]),
    "flat0": np.array([0, -1]),
    "flat_batch": np.array([-1, 3]),
    "gate": np.array([1, 3, 1, 1]),
    "gate0": np.array([0, 0, 1, 1]),
    "starts": np.array([1, -4]),
    "ends": np.array([5, 4]),
    "by": np.array([1, 1]),
}


def node(kind: str, inputs: str, output: str, **attributes: Any) -> Any:
    """An operator; `-` is an input left out."""
    return onnx.helper.make_node(kind, [name.strip("-") for name in inputs.split()], [output], **attributes)


POOL = [node("GlobalAveragePool", "x", "p")]
VECTOR = [*POOL, node("Flatten", "p", "v")]
# Of which opset, and the operators.
FORMS: dict[str, tuple[int, list[Any]]] = {
    "a constant subtracted": (13, [node("Sub", "x half", "y")]),
    "subtracted from a constant": (13, [node("Sub", "three x", "y")]),
    "divided, a channel each": (13, [node("Div", "x channels", "y")]),
    "multiplied, the batch named": (13, [node("Mul", "batch x", "y")]),
    "added at each place": (13, [node("Add", "x place", "y")]),
    "hard swish by hand": (
        13,
        [node("Add", "x three", "a"),
         node("Clip", "a zero six", "b"), node("Mul", "x b", "c"), node("Div", "c six", "y")],
    ),
    "gelu by hand": (13, [node("Div", "x six", "a"),
        node("Erf", "a", "b"), node("Add", "b half", "c"), node("Mul", "x c", "y")]),
    "a maximum with zero": (13, [node("Max", "x zero", "y")]),
    "a power": (13, [node("Pow", "x three", "y")]),
    "clip by attributes": (6, [node("Clip", "x", "y", min=0.0, max=6.0)]),
    "clip below alone": (13, [node("Clip", "x zero", "y")]),
    "pad by attributes": (10, [node("Pad", "x", "y", pads=[0, 0, 1, 2, 0, 0, 0, 1], value=0.0)]),
    "pad by inputs": (13, [node("Pad", "x pads8 zero", "y")]),
    "pad of axes": (18, [node("Pad", "x pads4 - hw", "y")]),
    "pad of axes, counted back": (18, [node("Pad", "x pads6 zero chw", "y")]),
    "pad of axes, an edge": (18, [node("Pad", "x pads_batch - last", "y", mode="edge")]),
    "flatten": (13, [*POOL, node("Flatten", "p", "y", axis=1)]),
    "flatten, counted back": (13, [*POOL, node("Flatten", "p", "y", axis=-3)]),
    "flatten of a vector": (13, [*VECTOR, node("Flatten", "v", "y", axis=-1)]),
    "squeeze by attributes": (11, [*POOL, node("Squeeze", "p", "y", axes=[2, 3])]),
    "squeeze by inputs": (13, [*POOL, node("Squeeze", "p hw", "y")]),
    "reshape to a vector": (13, [node("Reshape", "x flat", "y")]),
    "reshape that copies the batch": (13, [node("Reshape", "x flat0", "y")]),
    "reshape with the batch left open": (13, [*POOL, node("Reshape", "p flat_batch", "y")]),
    "mean by attributes": (13, [node("ReduceMean", "x", "y", axes=[2, 3], keepdims=1)]),
    "mean by inputs, axes dropped": (18, [node("ReduceMean", "x hw", "y", keepdims=0)]),
    "matmul": (13, [*VECTOR, node("MatMul", "v matrix", "a"), node("Add", "a bias", "y")]),
    "matmul of what is turned around": (13, [node("Transpose", "turned", "t", perm=[1, 0]), *VECTOR,
        node("MatMul", "v t", "y")]),
    "gemm, its matrix turned": (13, [*VECTOR, node("Gemm", "v turned bias", "y", transB=1)]),
    "gemm without a bias": (13, [*VECTOR, node("Gemm", "v matrix", "y", alpha=0.5)]),
    "a gate that was a vector": (13, [*VECTOR, node("Sigmoid", "v", "s"),
        node("Reshape", "s gate", "g"), node("Mul", "x g", "y")]),
    "a gate, its sizes copied": (13, [node("Relu", "x", "r"), *POOL,
        node("Reshape", "p gate0", "g"), node("Mul", "r g", "y")]),
    "a gate unsqueezed": (13, [*VECTOR, node("Unsqueeze", "v hw", "g"), node("Mul", "g x", "y")]),
    "a slice of two axes": (13, [node("Slice", "x starts ends hw", "y")]),
    "a slice of two axes, its steps named": (13, [node("Slice", "x starts ends hw by", "y")]),
    "a transpose that moves nothing": (13, [node("Transpose", "x", "y", perm=[0, 1, 2, 3])]),
}  # fmt: skip


def saved(path: Path, opset: int, nodes: list[Any]) -> Path:
    """A file with one input; constants that are not used are left out."""
    used = {name for each in nodes for name in each.input}
    graph = onnx.helper.make_graph(
        nodes,
        "g",
        [onnx.helper.make_tensor_value_info("x", 1, (1, *SHAPE))],
        [onnx.helper.make_tensor_value_info("y", 1, None)],
        [onnx.numpy_helper.from_array(np.asarray(value), name) for name, value in CONSTANTS.items() if name in used],
    )
    made = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", opset)])
    path.write_bytes(made.SerializeToString())
    return path


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read(form: str, tmp_path: Path) -> None:
    """The output's shape is the reference's, and a change of the input changes cells that depend on it alone."""
    from onnx.reference import ReferenceEvaluator

    opset, nodes = FORMS[form]
    path = saved(tmp_path / "m.onnx", opset, nodes)
    net = network(path)
    run = ReferenceEvaluator(str(path))
    x = np.random.default_rng(2).uniform(0.1, 1, (1, *SHAPE)).astype(np.float32)
    (made,) = run.run(None, {"x": x})
    assert net.output.shape == made.shape[1:]
    found = NetworkDependence(net)
    cells = [tuple(size // 2 for size in net.output.shape), tuple(size - 1 for size in net.output.shape)]
    for at in ((0, 0, 0), (1, 3, 2), (2, 5, 4), (2, 2, 0)):
        other = x.copy()
        other[(0, *at)] += 0.01
        changed = run.run(None, {"x": other})[0][0] != made[0]
        for cell in cells:
            seen = found.cells(cell)
            sees = INPUT in seen and any(at[0] in own and mask[at[1:]] for own, mask in seen[INPUT].parts)
            assert bool(changed[cell]) <= sees, (cell, at)
    kinds = {each.op for each in net.nodes}
    if "pad" not in form and not kinds & {"adaptive-avg-pool", "linear", "flatten"}:
        assert found.cells(cells[0])[INPUT].count == 1


def test_constants_count_where_they_are_many(tmp_path: Path) -> None:
    """One number that is subtracted or divided by is none that is learned; one for each channel is."""
    for form, learned in (("a constant subtracted", 0), ("divided, a channel each", 3), ("added at each place", 30)):
        assert network_cost(network(saved(tmp_path / "m.onnx", *FORMS[form]))).parameters == learned


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ([node("Mul", "r larger", "y")], "multiply-constant by 3x6x1x5: no network"),
        ([node("Sub", "r x", "y")], "Sub of several maps"),
        ([node("Flatten", "r", "y", axis=2)], "Flatten on axis 2"),
        ([node("Transpose", "r", "y", perm=[0, 2, 3, 1])], "Transpose"),
        ([node("MatMul", "matrix r", "y")], "other than a matrix of weights"),
        ([node("Unsqueeze", "r first", "y")], "Unsqueeze"),
        ([node("Squeeze", "r first", "y")], "Squeeze"),
        ([node("Pad", "r pads_batch - first", "y")], "Pad of the batch"),
        ([node("Pad", "r pads4", "y")], "Pad of the batch, or of axes that there are not"),
        ([node("Slice", "r starts ends first", "y")], "Slice"),
    ],
)
def test_what_is_none_of_them_is_named(nodes: list[Any], said: str, tmp_path: Path) -> None:
    """And what comes before it is still told."""
    with pytest.raises(BrokenNetworkError, match=said) as refused:
        network(saved(tmp_path / "m.onnx", 18, [node("Relu", "x", "r"), *nodes]))
    assert [each.name for each in refused.value.before.nodes] == ["r"]
    assert "\n" not in str(refused.value)
