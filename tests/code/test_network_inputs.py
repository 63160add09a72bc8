"""Networks of three axes, with shuffles, and of several inputs: from live models, files and text."""

import contextlib
import io
import warnings
from pathlib import Path
from typing import Any

import pytest

from convanim import RequestError, network
from convanim.networks.building import BrokenNetworkError
from convanim.networks.cost import network_cost
from convanim.networks.network import Network

torch = pytest.importorskip("torch", reason="needs the module torch: pip install torch")
nn = torch.nn
Module: Any = nn.Module
DEEP = (1, 8, 10, 12)


def deep() -> Any:
    """A few layers of three axes."""
    return nn.Sequential(
        nn.Conv3d(1, 4, 3, padding=1),
        nn.BatchNorm3d(4),
        nn.ReLU(),
        nn.MaxPool3d((1, 2, 2)),
        nn.ConvTranspose3d(4, 2, 2, 2),
        nn.AvgPool3d(2),
        nn.AdaptiveAvgPool3d((2, 1, 3)),
        nn.Flatten(),
        nn.Linear(12, 3),
    )


class Two(Module):  # type: ignore[misc]
    """Two inputs, each with a layer, then one of both."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = nn.Conv2d(3, 4, 3), nn.Conv2d(3, 4, 3), nn.Conv2d(8, 2, 1)

    def forward(self, x: Any, y: Any) -> Any:
        """What it makes of two batches of maps."""
        return self.c(torch.cat([self.a(x), self.b(y)], 1))


def exported(model: Any, path: Path, *shapes: tuple[int, ...]) -> Network:
    """The network of what PyTorch's older exporter writes."""
    pytest.importorskip("onnx", reason="needs the module onnx: pip install onnx")
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        examples = tuple(torch.zeros(1, *shape) for shape in shapes)
        torch.onnx.export(model.eval(), examples, path, dynamo=False, training=torch.onnx.TrainingMode.PRESERVE)
    return network(path)


def test_three_axes_are_told_whoever_says_them(tmp_path: Path) -> None:
    """Live, by its own text, as printed and as a file: the same shapes, parameters and multiplications."""
    from torch.utils.flop_counter import FlopCounterMode

    model = deep().eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        out = model(torch.zeros(1, *DEEP))
    live = network(model, DEEP)
    assert live.output.shape == tuple(out.shape[1:])
    assert network_cost(live).macs == counter.get_total_flops() // 2
    assert network_cost(live).parameters == sum(parameter.numel() for parameter in model.parameters())
    filed = exported(model, tmp_path / "deep.onnx", DEEP)
    for other in (network(model, (1, *DEEP)), network(str(model), "1@8x10x12"), filed):
        assert [node.shape for node in other.nodes] == [node.shape for node in live.nodes]
        assert network_cost(other) == network_cost(live)


def test_shuffles_are_followed_past(tmp_path: Path) -> None:
    """Live and as a file; what lies behind them has PyTorch's shape."""
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.PixelShuffle(2), nn.Conv2d(2, 5, 3))
    assert network(model, (3, 9, 9)).output.shape == (5, 12, 12)
    assert exported(model, tmp_path / "shuffle.onnx", (3, 9, 9)).output.shape == (5, 12, 12)
    assert network(nn.Sequential(nn.PixelUnshuffle(2), nn.Conv2d(12, 4, 3)), (3, 8, 8)).output.shape == (4, 2, 2)


def test_of_several_inputs_the_first_is_followed(tmp_path: Path) -> None:
    """As far as something reads another one, too; a live model is refused by their names."""
    with pytest.raises(BrokenNetworkError, match="another input, y") as error:
        exported_two(tmp_path / "two.onnx")
    assert [node.shape for node in error.value.before.nodes] == [(4, 7, 7)]
    with pytest.raises(RequestError, match="it reads 2 inputs, x, y, and a network here has one"):
        network(Two(), (3, 9, 9))


def exported_two(path: Path) -> Network:
    """The network of a file with two inputs that are named."""
    pytest.importorskip("onnx", reason="needs the module onnx: pip install onnx")
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        examples = (torch.zeros(1, 3, 9, 9),) * 2
        torch.onnx.export(Two().eval(), (examples[0], examples[1] + 1), path, dynamo=False, input_names=["x", "y"])
    return network(path)


def test_of_several_inputs_of_keras_the_first_is_followed() -> None:
    """A functional model, told by its config, as Keras 3 writes it."""

    def layer(kind: str, name: str, *sources: str, **config: Any) -> dict[str, Any]:
        nodes = [{"args": [{"config": {"keras_history": [source, 0, 0]}} for source in sources]}] if sources else []
        return {"class_name": kind, "name": name, "config": {"name": name, **config}, "inbound_nodes": nodes}

    class Model:
        """What a model tells of itself."""

        input_shape = [(None, 9, 9, 3), (None, 9, 9, 3)]

        def get_config(self) -> dict[str, Any]:
            """Its layers."""
            conv = {"filters": 4, "kernel_size": (3, 3)}
            return {
                "layers": [
                    layer("InputLayer", "x"),
                    layer("InputLayer", "y"),
                    layer("Conv2D", "a", "x", **conv),
                    layer("Conv2D", "b", "y", **conv),
                    layer("Concatenate", "both", "a", "b"),
                    layer("Flatten", "flat", "both"),
                ]
            }

    Model.__module__ = "keras.models"
    with pytest.raises(BrokenNetworkError, match="node both: what it reads of another input, y") as error:
        network(Model())
    assert [node.name for node in error.value.before.nodes] == ["a"]
