"""Effective receptive fields of .onnx files: every operator's adjoint against PyTorch's gradient of the same model."""

import contextlib
import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from convanim import RequestError, network, receptive_field
from convanim.cli import main

torch = pytest.importorskip("torch", reason="needs the module torch: pip install torch")
onnx = pytest.importorskip("onnx", reason="needs the module onnx: pip install onnx")
nn, F = torch.nn, torch.nn.functional
Module: Any = nn.Module
SHAPE = (4, 14, 11)


class Gated(Module):  # type: ignore[misc]
    """Squeeze and excitation, a part of the channels, and what is put behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 1)

    def forward(self, x: Any) -> Any:
        """What it makes of a batch of maps."""
        gate = torch.sigmoid(self.b(F.hardsigmoid(F.adaptive_avg_pool2d(self.a(x), 1))))
        y = (x * gate)[:, 1:3]
        return torch.cat([y, y * 0.5 + y], 1)


class Dense(Module):  # type: ignore[misc]
    """A vector in the end."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4 * 7 * 5, 6)

    def forward(self, x: Any) -> Any:
        """What it makes of a batch of maps."""
        return F.leaky_relu(self.fc(torch.flatten(F.max_pool2d(x, 2), 1)), 0.2)


class ByHand(Module):  # type: ignore[misc]
    """Functions written out, numbers taken off and divided by, and a gate that was a vector."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.fc = nn.Conv2d(4, 4, 3), nn.Linear(4, 4)

    def forward(self, x: Any) -> Any:
        """What it makes of a batch of maps."""
        y = self.a(x) - 0.1
        y = y * torch.clamp(y + 3, 0, 6) / 6
        y = y * (torch.erf(y / 1.4) + 1) * 0.5 + torch.exp(-y) / 3
        gate = torch.sigmoid(self.fc(y.mean((2, 3)))).view(-1, 4, 1, 1)
        return y * gate


MODELS = {
    "conv": lambda: nn.Conv2d(4, 6, (3, 2), (2, 1), (1, 0), (1, 2), groups=2),
    "depthwise": lambda: nn.Sequential(nn.Conv2d(4, 8, 3, padding=1, groups=4), nn.ReLU6(), nn.Conv2d(8, 3, 1)),
    "transposed": lambda: nn.Sequential(
        nn.Conv2d(4, 4, 1), nn.ConvTranspose2d(4, 6, 3, (2, 1), 1, (1, 0), 2, True, (1, 2))
    ),
    "transposed past a stride": lambda: nn.ConvTranspose2d(4, 6, 3, (1, 2), 1, 2, 2, True, 3),
    "max": lambda: nn.Sequential(nn.MaxPool2d(3, 2, 1, ceil_mode=True), nn.Tanh()),
    "dilated max": lambda: nn.MaxPool2d(2, 1, 1, 2),
    "mean": lambda: nn.Sequential(nn.AvgPool2d(3, 2, 1, count_include_pad=False), nn.Hardswish()),
    "mean of padding": lambda: nn.AvgPool2d(3, 2, 1, ceil_mode=True),
    "norm": lambda: nn.Sequential(nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.5), nn.Conv2d(4, 2, 3)),
    "shuffle": lambda: nn.Sequential(nn.PixelShuffle(2), nn.Conv2d(1, 2, 3)),
    "gate": Gated,
    "by hand": ByHand,
    "dense": Dense,
}


def exported(model: Any, path: Path, shape: tuple[int, ...] = SHAPE) -> str:
    """The file that PyTorch's older exporter writes, norms as they are."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        keep = torch.onnx.TrainingMode.PRESERVE
        torch.onnx.export(model.eval(), (torch.zeros(1, *shape),), path, dynamo=False, training=keep)
    return str(path)


@pytest.mark.parametrize("name", MODELS)
def test_the_gradient_is_pytorchs(name: str, tmp_path: Path) -> None:
    """Of a cell of a channel and of all channels at a place, in the last map."""
    torch.manual_seed(3)
    model = MODELS[name]().eval()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(), module.running_var.uniform_(0.5, 2), module.weight.data.normal_()
    path = exported(model, tmp_path / "model.onnx")
    node = network(path).output
    images = np.random.default_rng(4).standard_normal((2, *SHAPE)).astype(np.float32)
    place = tuple((size - 1) // 2 for size in node.shape[1:])
    for cell in ((1, *place), place):
        x = torch.tensor(images, requires_grad=True)
        made = model(x)
        at = (
            made[(slice(None), *cell)]
            if len(cell) == len(node.shape)
            else made[(slice(None), slice(None), *cell)].sum(1)
        )
        expected = torch.autograd.grad(at.sum(), x)[0].abs().mean(0).numpy()
        field = receptive_field(path, node=node.name, cell=cell, effective=True, images=images)
        assert field.effective is not None
        assert np.allclose(field.effective, expected, rtol=1e-3, atol=1e-6)
        assert field.effective.any()
        assert not field.effective[:, ~field.exact].any()


@pytest.mark.parametrize("constant", [1.0, 5.0, -1.0])
def test_what_is_padded_sees_nothing(constant: float, tmp_path: Path) -> None:
    """Whatever constant a Pad puts around a map: the cells of the input have the weights alone."""
    helper = onnx.helper
    ends, kernel = (0, 0, 1, 2, 0, 0, 2, 1), np.arange(1, 10, dtype=np.float32).reshape(1, 1, 3, 3)
    kept = {"w": kernel, "p": np.array(ends), "c": np.array(constant, dtype=np.float32)}
    pad = helper.make_node("Pad", ["x", "p", "c"], ["y"])
    graph = helper.make_graph(
        [pad, helper.make_node("Conv", ["y", "w"], ["z"])],
        "padded",
        [helper.make_tensor_value_info("x", 1, [1, 1, 4, 5])],
        [helper.make_tensor_value_info("z", 1, [1, 1, 5, 6])],
        [onnx.numpy_helper.from_array(value, name) for name, value in kept.items()],
    )
    path = tmp_path / "padded.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]), path)
    seen = np.zeros((1, 4, 5))
    for cell, rows, columns, weights in (
        ((0, 0, 0), slice(0, 2), slice(0, 1), kernel[0, :, 1:, 2:]),
        ((0, 4, 5), slice(3, 4), slice(3, 5), kernel[0, :, :1, :2]),
        ((0, 2, 2), slice(1, 4), slice(0, 3), kernel[0]),
    ):
        expected = seen.copy()
        expected[:, rows, columns] = weights
        found = receptive_field(path, cell=cell, effective=True).effective
        assert np.array_equal(np.asarray(found), expected)


def test_weights_lie_in_the_file_or_right_beside_it(tmp_path: Path) -> None:
    """Elsewhere they are not looked for, though the table needs none of them."""
    torch.manual_seed(3)
    path = exported(nn.Conv2d(4, 6, 3), tmp_path / "model.onnx")
    inside = receptive_field(path, effective=True)
    model = onnx.load(path)
    onnx.save(model, tmp_path / "beside.onnx", save_as_external_data=True, location="beside.bin", size_threshold=0)
    beside = receptive_field(tmp_path / "beside.onnx", effective=True)
    assert np.array_equal(np.asarray(inside.effective), np.asarray(beside.effective))
    (tmp_path / "link.bin").symlink_to(tmp_path / "beside.bin")
    model = onnx.load(tmp_path / "beside.onnx", load_external_data=False)
    for place in ("../beside.bin", str(tmp_path / "beside.bin"), "link.bin", "", "none.bin"):
        for tensor in model.graph.initializer:
            for entry in tensor.external_data:
                if entry.key == "location":
                    entry.value = place
        (tmp_path / "other.onnx").write_bytes(model.SerializeToString())
        assert network(tmp_path / "other.onnx").output.shape == (6, 12, 9)
        with pytest.raises(RequestError, match="its weights"):
            receptive_field(tmp_path / "other.onnx", effective=True)


def test_too_much_is_refused_before_it_is_worked_out(tmp_path: Path) -> None:
    """Maps of too many cells, channels counted."""
    path = exported(nn.Conv2d(4, 50, 3), tmp_path / "model.onnx")
    with pytest.raises(RequestError, match="too large to be worked out"):
        receptive_field(path, "4@3000x3000", effective=True)


def test_the_command_weighs_a_cell(tmp_path: Path) -> None:
    """In a line, as JSON, or in a picture; of what has no gradient here it is said."""
    path = exported(nn.Sequential(nn.Conv2d(4, 6, 3), nn.ReLU(), nn.Conv2d(6, 2, 3)), tmp_path / "model.onnx")
    told = CliRunner().invoke(main, ["network", path, "--cell", "2", "--effective"])
    assert told.exit_code == 0
    assert "effective: 95% of the gradient" in told.stdout
    wrong = CliRunner().invoke(main, ["network", path, "--effective"])
    assert wrong.exit_code == 2
    assert "--cell" in wrong.stderr
    text = CliRunner().invoke(main, ["network", "conv 3 2", "-i", "1@9", "--cell", "conv1", "--effective"])
    assert "--effective: it needs a model with its weights" in text.stderr
    soft = exported(nn.Sequential(nn.Conv2d(4, 6, 3), nn.Softplus()), tmp_path / "soft.onnx")
    with pytest.raises(RequestError, match="Softplus has no gradient here"):
        receptive_field(soft, effective=True)


def kept(name: str, value: Any, kind: str = "f4") -> Any:
    """A constant of a file."""
    return onnx.numpy_helper.from_array(np.array(value, dtype=kind), name)


def looping() -> Any:
    """An operator that adds one, a thousand million times."""
    value, make = onnx.helper.make_tensor_value_info, onnx.helper.make_node
    body = onnx.helper.make_graph(
        [make("Add", ["sum", "one"], ["more"]), make("Identity", ["on"], ["still"])],
        "body",
        [value("round", 7, []), value("on", 9, []), value("sum", 1, [1])],
        [value("still", 9, []), value("more", 1, [1])],
        [kept("one", [1])],
    )
    return make("Loop", ["times", "go", "from"], ["k"], name="loop", body=body)


ENDLESS = [
    (looping, "Loop, which has a graph inside"),
    (lambda: onnx.helper.make_node("Range", ["first", "last", "by"], ["k"], name="range"), "makes too many numbers"),
    (lambda: onnx.helper.make_node("RandomNormal", [], ["k"], name="drawn", shape=[40000, 40000]), "too many numbers"),
]


@pytest.mark.parametrize(("endless", "said"), ENDLESS)
def test_constants_that_would_take_for_ever_are_refused(endless: Any, said: str, tmp_path: Path) -> None:
    """What does not depend on the input is worked out too, and a damaged file may ask for anything."""
    make = onnx.helper.make_node
    nodes = [endless(), make("ReduceSum", ["k"], ["s"], keepdims=1), make("Mul", ["x", "s"], ["y"])]
    weights = [kept("times", 10**9, "i8"), kept("go", True, "?"), kept("from", [0])]
    weights += [kept("first", 0), kept("last", 1e10), kept("by", 1)]
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(nodes, "g", [value("x", 1, (1, 2, 6, 6))], [value("y", 1, None)], weights)
    path = tmp_path / "m.onnx"
    path.write_bytes(onnx.helper.make_model(graph).SerializeToString())
    assert network(path).output.shape == (2, 6, 6)
    with pytest.raises(RequestError, match=said):
        receptive_field(path, effective=True)
