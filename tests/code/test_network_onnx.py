""".onnx files as people and exporters write them, and files that are damaged or mean harm."""

import time
from pathlib import Path
from typing import Any

import pytest

from convanim import Pad, RequestError, Upsample, network
from convanim.networks.building import BrokenNetworkError
from convanim.networks.cost import network_cost

onnx = pytest.importorskip("onnx", reason="needs the module onnx: pip install onnx")
FLOAT = onnx.TensorProto.FLOAT
INT64 = onnx.TensorProto.INT64


def tensor(name: str, *dims: int) -> Any:
    """Weights of a shape, whose numbers stand in a file elsewhere."""
    found = onnx.TensorProto(name=name, dims=dims, data_type=FLOAT, data_location=onnx.TensorProto.EXTERNAL)
    found.external_data.add(key="location", value="../../../../etc/passwd")
    return found


def saved(path: Path, nodes: list[Any], weights: list[Any], shape: tuple[Any, ...] = (1, 3, 12, 10)) -> Path:
    """A file with one input of this shape."""
    values = [onnx.helper.make_tensor_value_info("x", FLOAT, shape)]
    graph = onnx.helper.make_graph(nodes, "g", values, [onnx.helper.make_tensor_value_info("y", FLOAT, None)], weights)
    path.write_bytes(onnx.helper.make_model(graph).SerializeToString())
    return path


def node(kind: str, inputs: str, output: str, **attributes: Any) -> Any:
    """An operator."""
    return onnx.helper.make_node(kind, inputs.split(), [output], **attributes)


def test_pads_and_resizes_are_layers(tmp_path: Path) -> None:
    """With their modes, as the operators' texts have them; what is copied and cut off at once is refused."""
    nodes = [
        node("Pad", "x pads", "a", mode="edge"),
        node("Resize", "a none scales", "b", mode="linear", coordinate_transformation_mode="asymmetric"),
        node("Resize", "b none none sizes", "y", mode="nearest", nearest_mode="ceil"),
    ]
    weights = [
        onnx.helper.make_tensor("pads", INT64, [8], [0, 0, 1, 2, 0, 0, 0, 0]),
        onnx.helper.make_tensor("none", FLOAT, [0], []),
        onnx.helper.make_tensor("scales", FLOAT, [4], [1, 1, 2, 1.5]),
        onnx.helper.make_tensor("sizes", INT64, [4], [1, 3, 9, 9]),
    ]
    net = network(saved(tmp_path / "m.onnx", nodes, weights))
    places = {"coordinate_transformation_mode": "asymmetric"}
    assert [each.operation for each in net.nodes] == [
        Pad("3@12x10", "1:0x2:0", "replicate"),
        Upsample("3@13x12", scale_factor=(2.0, 1.5), mode="bilinear", **places),  # type: ignore[arg-type]
        Upsample("3@26x18", 9, coordinate_transformation_mode="half_pixel", nearest_mode="ceil"),
    ]
    weights[0] = onnx.helper.make_tensor("pads", INT64, [8], [0, 0, 1, -2, 0, 0, 0, 0])
    with pytest.raises(BrokenNetworkError, match="copies cells and cuts some off"):
        network(saved(tmp_path / "n.onnx", nodes, weights))


def test_sizes_that_keep_an_aspect_ratio_are_refused(tmp_path: Path) -> None:
    """By the policy's name, and what comes before is told; to stretch is what is done without one."""
    sizes = [onnx.helper.make_tensor("sizes", INT64, [4], [1, 3, 7, 8])]

    def asked(policy: str) -> Path:
        resize = node("Resize", "a", "y", mode="nearest", keep_aspect_ratio_policy=policy)
        resize.input.extend(["", "", "sizes"])
        return saved(tmp_path / f"{policy}.onnx", [node("Relu", "x", "a"), resize], sizes)

    assert network(asked("stretch")).output.shape == (3, 7, 8)
    with pytest.raises(BrokenNetworkError, match="keep_aspect_ratio_policy not_larger") as refused:
        network(asked("not_larger"))
    assert [each.name for each in refused.value.before.nodes] == ["a"]


def test_operators_of_other_exporters(tmp_path: Path) -> None:
    """auto_pad, a MatMul with its bias, a shape that is computed, a Reshape by constants, and so on."""
    nodes = [
        node("Identity", "shared", "wb"),
        node("Conv", "x w wb", "a", auto_pad="SAME_UPPER", strides=[2, 2]),
        node("Clip", "a zero six", "b"),
        node("Pad", "b pads", "c"),
        node("AveragePool", "c", "d", kernel_shape=[2, 2], strides=[2, 2]),
        node("Shape", "d", "s"),
        node("Gather", "s first", "n"),
        node("Concat", "n minus", "to", axis=0),
        node("Reshape", "d to", "f"),
        node("MatMul", "f m", "g"),
        node("Add", "g bias", "h"),
        node("Softmax", "h", "y"),
    ]
    weights = [
        tensor("w", 4, 3, 3, 3),
        tensor("shared", 4),
        tensor("m", 48, 5),
        tensor("bias", 5),
        onnx.helper.make_tensor("zero", FLOAT, [], [0.0]),
        onnx.helper.make_tensor("six", FLOAT, [], [6.0]),
        onnx.helper.make_tensor("pads", INT64, [8], [0, 0, 1, 1, 0, 0, 1, 1]),
        onnx.helper.make_tensor("first", INT64, [1], [0]),
        onnx.helper.make_tensor("minus", INT64, [1], [-1]),
    ]
    net = network(saved(tmp_path / "m.onnx", nodes, weights))
    assert [each.op for each in net.nodes] == [
        "conv",
        "relu6",
        "pad",
        "avg-pool",
        "flatten",
        "linear",
        "add-constant",
        "softmax",
    ]
    assert list(net.shapes.values())[1:5] == [(4, 6, 5), (4, 6, 5), (4, 8, 7), (4, 4, 3)]
    assert network_cost(net).parameters == 108 + 4 + 240 + 5


def test_names_are_names_alone(tmp_path: Path) -> None:
    """Whatever operators are called, nothing is opened or written for it."""
    nodes = [node("Relu", "x", "a", name="../../evil"), node("Relu", "a", "y", name="<script>alert(1)</script>")]
    net = network(saved(tmp_path / "m.onnx", nodes, []))
    assert [each.name for each in net.nodes] == ["../../evil", "<script>alert(1)</script>"]
    assert [path.name for path in tmp_path.iterdir()] == ["m.onnx"]


def test_a_size_that_is_left_open_is_asked_for(tmp_path: Path) -> None:
    """With it the file's channels need not be said again."""
    path = saved(tmp_path / "m.onnx", [node("Relu", "x", "y")], [], ("N", 3, "H", "W"))
    with pytest.raises(RequestError, match="input_size"):
        network(path)
    assert network(path, "9x8").output.shape == (3, 9, 8)


@pytest.mark.parametrize(
    ("nodes", "weights", "said"),
    [
        ([node("Loop", "x", "y")], [], "Loop: no network is followed past it"),
        ([node("Relu", "b", "a"), node("Relu", "a", "b")], [], "reads b, which nothing before it makes"),
        ([node("Conv", "x w", "y")], [tensor("w", 4, 7, 3, 3)], "7 channels"),
        ([node("Conv", "x w", "y")], [tensor("w", -4, 3, 3, 3)], "W"),
        ([node("Conv", "x w", "y")], [tensor("w", 2**62, 3, 3, 3)], "more than 18 digits"),
        ([node("Gemm", "x w", "y")], [tensor("w", 4, 7)], "takes a vector"),
        ([node("Conv", "x w", "y", pads=[2**62] * 4)], [tensor("w", 4, 3, 3, 3)], "18 digits"),
        ([node("Reshape", "x to", "y")], [onnx.helper.make_tensor("to", INT64, [3], [1, -1, 7])], "a reshape"),
        ([node("Relu", "x", str(i)) for i in range(12_000)], [], "more than 10,000 nodes"),
    ],
)
def test_graphs_that_mean_harm(nodes: list[Any], weights: list[Any], said: str, tmp_path: Path) -> None:
    """One line, at once."""
    path = saved(tmp_path / "m.onnx", nodes, weights)
    begun = time.process_time()
    with pytest.raises(RequestError) as error:
        network(path)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert time.process_time() - begun < 3
    if said.startswith("Loop"):
        assert isinstance(error.value, BrokenNetworkError)


@pytest.mark.parametrize("part", [b"left", b"right", b"Relu", b"weights", b"location", b"axis"])
def test_a_name_that_is_no_text_is_refused(part: bytes, tmp_path: Path) -> None:
    """Damaged bytes in any name end in one line: of values, operators, weights, their places and attributes."""
    nodes = [node("Relu", "left", "right"), node("Concat", "right right", "y", axis=1)]
    path = saved(tmp_path / "m.onnx", [node("Relu", "x", "left"), *nodes], [tensor("weights", 4, 3, 3, 3)])
    assert network(path).output.shape == (6, 12, 10)
    content = path.read_bytes()
    assert part in content
    path.write_bytes(content.replace(part, b"\xff" * len(part)))
    with pytest.raises(RequestError, match="a name in it is no text"):
        network(path)


@pytest.mark.parametrize("kept", [0, 1, 10, 100, -1])
def test_a_file_that_is_cut_off(kept: int, tmp_path: Path) -> None:
    """It is refused, or what is left of it is a whole graph."""
    path = saved(tmp_path / "m.onnx", [node("Relu", "x", "y")], [tensor("w", 4, 3, 3, 3)])
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(RequestError, match="is not ONNX"):
        network(path)


def test_channels_become_positions_and_back(tmp_path: Path) -> None:
    """DepthToSpace in PyTorch's order, SpaceToDepth of one channel, for which all orders agree; others are named."""
    path = tmp_path / "m.onnx"
    conv, weights = node("Conv", "x w", "a", pads=[1, 1, 1, 1]), [tensor("w", 4, 3, 3, 3)]
    shuffled = node("DepthToSpace", "a", "b", blocksize=2, mode="CRD")
    net = network(saved(path, [conv, shuffled, node("SpaceToDepth", "b", "y", blocksize=2)], weights))
    assert [each.op for each in net.nodes] == ["conv", "pixel-shuffle", "pixel-unshuffle"]
    height, width = net.shapes["input"][1:]
    assert [each.shape for each in net.nodes][1:] == [(1, 2 * height, 2 * width), (4, height, width)]
    wide = node("Conv", "x w", "a"), node("DepthToSpace", "a", "y", blocksize=2)
    with pytest.raises(RequestError, match=r"takes the 2 channels of one place together \(DCR\)"):
        network(saved(path, list(wide), [tensor("w", 8, 3, 3, 3)]))
