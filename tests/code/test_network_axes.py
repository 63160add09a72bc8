"""Operators that name an axis mean that of the map that they get, of one, two or three axes, in PyTorch and in ONNX."""

from pathlib import Path
from typing import Any

import pytest
from helpers.campaigns import together

from convanim import AvgPool, Chain, RequestError, Upsample, network
from convanim.code.graphs.leaves import Leaf, leaf_parts
from convanim.code.graphs.live.torch_hooks import hooked
from convanim.code.stages import CodeStage
from convanim.figures.recipes.from_text import part_of
from convanim.figures.recipes.layer_pairs import layer_pair
from convanim.networks import building
from convanim.networks.cost import network_cost
from convanim.networks.network import Network

NOT_FOLLOWED = "no network is followed past it"
SIZES = {1: "2@9", 2: "2@5x6", 3: "2@5x6x4"}

# What is done with the output of a convolution of so many axes. It ends in numbers in a row for each input, or is
# refused.
FOLLOWED = [
    (2, "torch.flatten(y, -3)"),
    (3, "torch.flatten(y, 1, -1)"),
    (1, "torch.flatten(y, 1, 2)"),
    (3, "torch.cat([y, y], -4)"),
    (2, "torch.cat([y, y], -3)"),
    (1, "torch.cat([y, y], -2)"),
    (2, "torch.cat([y.flatten(1), y.flatten(1)], -1)"),
    (2, "y.mean((2, 3), keepdim=True).squeeze(-1).squeeze(-1)"),
    (2, "y.mean((2, 3), keepdim=True).squeeze(3).squeeze(2)"),
    (3, "y.mean((2, 3, 4), keepdim=True).squeeze((2, 3, 4))"),
    (2, "y.squeeze(1)"),
    (2, "y.flatten(1).softmax(-1)"),
    (2, "y.softmax(1)"),
    (1, "F.max_pool1d(y, 2, return_indices=True)[0]"),
    (3, "F.max_pool3d(y, 2, return_indices=True)[0]"),
    (1, "F.interpolate(y, scale_factor=2, mode='linear')"),
    (1, "F.interpolate(y, scale_factor=1.5)"),
    (3, "F.interpolate(y, scale_factor=2, mode='trilinear')"),
    (3, "F.interpolate(y, size=(3, 4, 5), mode='nearest-exact')"),
]
REFUSED = [
    (3, "torch.flatten(y, 1, 3)"),
    (2, "torch.flatten(y, 2)"),
    (2, "torch.flatten(y, 0)"),
    (3, "torch.cat([y, y], -3)"),
    (1, "torch.cat([y, y], -3)"),
    (2, "torch.cat([y, y], 0)"),
    (2, "torch.cat([y.flatten(1), y.flatten(1)], 0)"),
    (2, "y.squeeze(0)"),
    (2, "y.softmax(-1)"),
    (2, "F.interpolate(y, size=(2, 2), mode='bilinear', antialias=True)"),
]


def model(dims: int, text: str) -> tuple[Any, Any]:
    """A convolution of so many axes and what comes behind it, and its output on zeros."""
    torch: Any = pytest.importorskip("torch")
    names = {"torch": torch, "F": torch.nn.functional}

    class Model(torch.nn.Module):  # type: ignore[misc]
        """Both."""

        def __init__(self) -> None:
            super().__init__()
            self.first = getattr(torch.nn, f"Conv{dims}d")(2, 3, 3)

        def forward(self, x: Any) -> Any:
            """What it makes of a batch of maps."""
            return eval(text, {**names, "y": self.first(x)})

    made = Model().eval()
    channels, _, size = SIZES[dims].partition("@")
    return made, tuple(made(torch.zeros(1, int(channels), *map(int, size.split("x")))).shape)


@together("dims, text", FOLLOWED)
def test_axes_of_a_live_model_are_those_of_its_maps(dims: int, text: str) -> None:
    """Whichever way an axis is counted, the output is the model's."""
    made, shape = model(dims, text)
    assert (1, *network(made, SIZES[dims]).output.shape) == shape


@together("dims, text", REFUSED)
def test_axes_that_no_network_has_are_refused(dims: int, text: str) -> None:
    """They are not taken for the channels, or for all axes."""
    made, _ = model(dims, text)
    with pytest.raises(RequestError, match=NOT_FOLLOWED):
        network(made, SIZES[dims])


def test_a_map_that_grows_by_a_parameter_is_refused() -> None:
    """An output of another shape than the model's is never told."""
    torch: Any = pytest.importorskip("torch")

    class Model(torch.nn.Module):  # type: ignore[misc]
        """One channel and two numbers to add."""

        def __init__(self) -> None:
            super().__init__()
            self.first = torch.nn.Conv2d(2, 1, 3)
            self.more = torch.nn.Parameter(torch.zeros(2, 1, 1))

        def forward(self, x: Any) -> Any:
            """What it makes of a batch of maps."""
            return self.first(x) + self.more

    with pytest.raises(RequestError, match=f"add that makes 1x2x3x4: {NOT_FOLLOWED}"):
        network(Model(), "2@5x6")


def filed(path: Path, shape: tuple[int, ...], *nodes: tuple[Any, ...], **constants: list[int]) -> Network:
    """The network of a file with these operators: each its type, inputs and output, and attributes."""
    onnx: Any = pytest.importorskip("onnx", reason="needs the module onnx: pip install onnx")
    types = onnx.TensorProto
    kept = [onnx.helper.make_tensor(name, types.INT64, [len(n)], n) for name, n in constants.items()]
    made = [onnx.helper.make_node(kind, ins.split(), outs.split(), **more) for kind, ins, outs, more in nodes]
    ends = [onnx.helper.make_tensor_value_info("x", types.FLOAT, shape)]
    graph = onnx.helper.make_graph(made, "g", ends, [onnx.helper.make_tensor_value_info("y", types.FLOAT, None)], kept)
    path.write_bytes(onnx.helper.make_model(graph).SerializeToString())
    return network(path)


MAPS = {1: (1, 2, 5), 2: (1, 2, 4, 5), 3: (1, 2, 4, 5, 3)}


@pytest.mark.parametrize(
    ("dims", "axis", "doubled"),
    [
        *((2, 1, True), (2, -3, True), (3, -4, True), (1, -2, True)),
        *((2, -1, False), (1, -1, False), (3, -3, False), (2, 3, False), (2, -4, False), (2, 7, False)),
    ],
)
def test_a_concat_is_of_channels(dims: int, axis: int, doubled: bool, tmp_path: Path) -> None:
    """Counted from either end; on other axes it is refused, with which one."""
    nodes = ("Concat", "x x", "y", {"axis": axis})
    if not doubled:
        with pytest.raises(RequestError, match=f"Concat on axis {axis}: {NOT_FOLLOWED}"):
            filed(tmp_path / "m.onnx", MAPS[dims], nodes)
        return
    assert filed(tmp_path / "m.onnx", MAPS[dims], nodes).output.shape == (4, *MAPS[dims][2:])


@pytest.mark.parametrize(
    ("nodes", "shape"),
    [
        ([("Flatten", "x", "y", {"axis": -3})], (40,)),
        ([("GlobalMaxPool", "x", "a", {}), ("Squeeze", "a both", "y", {})], (2,)),
        ([("GlobalMaxPool", "x", "a", {}), ("Squeeze", "a last", "b", {}), ("Squeeze", "b last", "y", {})], (2,)),
        ([("GlobalMaxPool", "x", "a", {}), ("Squeeze", "a batch", "y", {})], None),
        ([("Flatten", "x", "y", {"axis": 2})], None),
        ([("Softmax", "x", "y", {"axis": 1})], (2, 4, 5)),
        ([("Softmax", "x", "y", {})], None),
        ([("Flatten", "x", "a", {}), ("Softmax", "a", "y", {})], (40,)),
        ([("Add", "x larger", "y", {})], None),
    ],
)
def test_axes_of_a_file_are_those_of_its_maps(
    nodes: list[tuple[Any, ...]], shape: tuple[int, ...] | None, tmp_path: Path
) -> None:
    """What leaves a vector, or the map as it was, is followed; all else is not."""
    constants = {"both": [2, 3], "last": [-1], "batch": [0], "larger": [0] * 6}
    if shape is None:
        with pytest.raises(RequestError, match=NOT_FOLLOWED):
            filed(tmp_path / "m.onnx", MAPS[2], *nodes, **constants)
        return
    assert filed(tmp_path / "m.onnx", MAPS[2], *nodes, **constants).output.shape == shape


@together(
    "code",
    [
        *("nn.Flatten(2)", "nn.Flatten(1, 2)", "nn.Flatten(end_dim=2)"),
        *("nn.Softmax(dim=-1)", "nn.LogSoftmax(2)", "layers.Softmax(axis=1)"),
    ],
)
def test_axes_in_code_that_no_network_has_are_refused(code: str) -> None:
    """They are not taken for all of a map, or for its channels."""
    with pytest.raises(RequestError, match=NOT_FOLLOWED):
        network(code, "4@6x6")


@together(
    "code, shape",
    [
        ("nn.Flatten(1, -1)", (144,)),
        ("nn.Flatten(start_dim=-3, end_dim=3)", (144,)),
        ("nn.Softmax(dim=1)", (4, 6, 6)),
        ("nn.Softmax(dim=-3)", (4, 6, 6)),
        ("nn.Softmax()", (4, 6, 6)),
        ("layers.Softmax(axis=-1)", (4, 6, 6)),
        ("nn.Sequential(nn.Flatten(), nn.Softmax(-1))", (144,)),
        ("UpsamplingNearest2d(scale_factor=2.0, mode='nearest')", (4, 12, 12)),
    ],
)
def test_axes_in_code_are_those_of_the_map(code: str, shape: tuple[int, ...]) -> None:
    """As PyTorch counts them, or Keras, whose channels are last; layers as they are printed, too."""
    assert network(code, "4@6x6").output.shape == shape


@together("axis, is_channels", [(-1, True), (3, True), (1, False), (-2, False), (None, False)])
def test_a_concatenate_of_keras_is_of_the_last_axis(axis: int | None, is_channels: bool) -> None:
    """Rows behind one another are no channels."""
    ((_, what, _),) = leaf_parts(Leaf("Concatenate", (), {"axis": axis}))
    asked = [building.Asked("a", "relu", ("input",)), building.Asked("b", what, ("input", "a"))]
    if is_channels:
        assert building.network("4@6x7", asked).output.shape == (8, 6, 7)
        return
    with pytest.raises(RequestError, match=f"Concatenate on axis .*: {NOT_FOLLOWED}"):
        building.network("4@6x7", asked)


@together(
    "code, weights, biases",
    [
        ("nn.LayerNorm([4, 6, 6], elementwise_affine=False)", 0, 0),
        ("nn.LayerNorm([4, 6, 6], 1e-5, False)", 0, 0),
        ("nn.LayerNorm([4, 6, 6], bias=False)", 144, 0),
        ("nn.LayerNorm([4, 6, 6])", 144, 144),
        ("nn.LazyConv2d(5, 3, 1, 0, 1, 1, False)", 180, 0),
        ("nn.LazyConv2d(5, 3, 1, 0, 1, 1)", 180, 5),
        ("nn.Sequential(nn.Flatten(), nn.LazyLinear(10, False))", 1440, 0),
        ("nn.Sequential(nn.Flatten(), nn.LazyLinear(10))", 1440, 10),
    ],
)
def test_parameters_are_those_that_the_code_leaves(code: str, weights: int, biases: int) -> None:
    """Biases and scales that are switched off, by name or by place, are not counted."""
    cost = network_cost(network(code, "4@6x6"))
    assert (cost.weights, cost.biases) == (weights, biases)


def test_layers_of_a_run_have_what_is_not_printed() -> None:
    """A model that is run and watched has the pools and interpolations that it has, not those that it prints."""
    torch: Any = pytest.importorskip("torch")
    nn = torch.nn
    pool = nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False)
    layers = nn.Sequential(pool, nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True), nn.Unfold(2))
    first, second, _ = building.network("2@8x8", hooked(layers, torch.zeros(1, 2, 8, 8)).nodes).nodes
    assert first.operation == AvgPool(8, 3, 2, 1, True, False, in_channels=2)
    assert first.shape == (2, 5, 5)
    assert second.operation == Upsample(5, scale_factor=2, mode="bilinear", align_corners=True, in_channels=2)
    with pytest.raises(RequestError, match=NOT_FOLLOWED):
        building.network("2@8x8", hooked(nn.Sequential(nn.Flatten(2)), torch.zeros(1, 2, 8, 8)).nodes)


def test_layers_in_code_get_the_axes_of_their_map() -> None:
    """A map of one axis stays one where the code does not say for how many it is; a layer of others is refused."""
    first = "nn.Sequential(nn.Conv1d(4, 5, 3), nn.Upsample(scale_factor=2))"
    assert network(first, "4@6").output.shape == (5, 8)
    chain = Chain(
        6, ["conv 3", CodeStage("nn.Upsample(scale_factor=2)"), CodeStage("F.interpolate(x, size=3)")], dims=1
    )
    assert [stage.input_size for stage in chain.stages] == [(6,), (4,), (8,)]
    with pytest.raises(
        RequestError, match="it gets 4; input_size 4: that is one axis, and Conv2d is for 2 axes; give a"
    ):
        Chain(6, ["conv 3", CodeStage("nn.Conv2d(1, 1, 2)")], dims=1)
    with pytest.raises(
        RequestError, match=r"6x6: that is 2 axes, and Conv1d is for one axis; give .*, or dims=1 where"
    ):
        Chain(6, [CodeStage("nn.Conv1d(1, 1, 2)")])
    drawn = part_of("nn.Upsample(scale_factor=2)", "figure", input_size="4", dims=1).figure
    assert drawn == Upsample(4, scale_factor=2, dims=1)
    with pytest.raises(RequestError, match="that is one axis, and Conv2d is for 2 axes"):
        part_of("nn.Conv2d(1, 1, 2)", "figure", input_size="4", dims=1)
    assert layer_pair("upsample -i 4 --size 8 --dims 1", "nn.Upsample(size=8)", None, 1)[1].layer == Upsample(
        4, 8, dims=1
    )
