"""Networks from live models and from .onnx files, against PyTorch itself and what it exports."""

import contextlib
import io
import warnings
from pathlib import Path
from typing import Any

import pytest

from convanim import RequestError, network
from convanim.code.graphs.live.torch_calls import called
from convanim.code.graphs.live.torch_hooks import hooked
from convanim.code.graphs.live.torch_model import capture
from convanim.networks import building
from convanim.networks.building import BrokenNetworkError
from convanim.networks.cost import network_cost
from convanim.networks.network import Network
from convanim.networks.network_fields import largest_reached

torch = pytest.importorskip("torch", reason="needs the module torch: pip install torch")
nn, F = torch.nn, torch.nn.functional
Module: Any = nn.Module


class Residual(Module):  # type: ignore[misc]
    """ResNet's bottleneck, with a projection."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 7, 2, 3, bias=False)
        self.bn = nn.BatchNorm2d(8)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.a, self.b, self.c = nn.Conv2d(8, 4, 1), nn.Conv2d(4, 4, 3, 2, 1), nn.Conv2d(4, 16, 1)
        self.down = nn.Conv2d(8, 16, 1, 2)
        self.relu = nn.ReLU(inplace=True)
        self.fc = nn.Linear(16, 10)

    def forward(self, x: Any) -> Any:
        """What it makes of a batch of maps."""
        x = self.pool(self.relu(self.bn(self.stem(x))))
        y = self.c(self.relu(self.b(self.relu(self.a(x)))))
        y += self.down(x)
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(F.relu(y), 1), 1))


class Inception(Module):  # type: ignore[misc]
    """Four branches behind one another, then a part of them."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Conv2d(3, 4, 1)
        self.three = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU6(), nn.Conv2d(2, 6, 3, padding="same"))
        self.five = nn.Sequential(nn.Conv2d(3, 2, 1), nn.Conv2d(2, 4, (5, 1), padding=(2, 0)))
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1, ceil_mode=True), nn.Conv2d(3, 2, 1))

    def forward(self, x: Any) -> Any:
        """What it makes of a batch of maps."""
        y = torch.cat([self.one(x), self.three(x), self.five(x), self.pool(x)], 1)
        a, b = y.chunk(2, 1)
        return F.avg_pool2d(a * torch.sigmoid(b), 2, count_include_pad=False).mean((2, 3))


class UNet(Module):  # type: ignore[misc]
    """What is skipped around is cut to size."""

    def __init__(self) -> None:
        super().__init__()
        self.down, self.mid = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 8, 3, dilation=2)
        self.up, self.out = nn.ConvTranspose2d(8, 4, 2, 2), nn.Conv2d(8, 2, 3)

    def forward(self, x: Any) -> Any:
        """What it makes of a batch of maps."""
        skip = F.relu(self.down(x))
        up = self.up(self.mid(F.max_pool2d(skip, 2)))
        cut = (skip.shape[2] - up.shape[2]) // 2
        skip = skip[:, :, cut : cut + up.shape[2], cut : cut + up.shape[3]]
        return self.out(torch.cat([skip, up], 1))


class MobileNet(Module):  # type: ignore[misc]
    """An inverted residual with a gate, and the same layer twice."""

    def __init__(self) -> None:
        super().__init__()
        self.expand, self.bn = nn.Conv2d(3, 18, 1, bias=False), nn.BatchNorm2d(18)
        self.depthwise = nn.Conv2d(18, 18, 3, 1, 1, groups=18, bias=False)
        self.squeeze, self.excite = nn.Conv2d(18, 4, 1), nn.Conv2d(4, 18, 1)
        self.project = nn.Conv2d(18, 3, 1)
        self.drop = nn.Dropout(0.2)

    def forward(self, x: Any) -> Any:
        """What it makes of a batch of maps."""
        y = F.silu(self.bn(self.expand(x)))
        y = F.hardswish(self.depthwise(self.depthwise(y)))
        y = y * torch.sigmoid(self.excite(F.silu(self.squeeze(F.adaptive_avg_pool2d(y, 1)))))
        return x + self.drop(self.project(y))


class Upsampled(Module):  # type: ignore[misc]
    """Maps made larger in two ways."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 4, 3, 2), nn.Conv2d(4, 4, 3)
        self.up = nn.Upsample(scale_factor=2, mode="bilinear")

    def forward(self, x: Any) -> Any:
        """What it makes of a batch of maps."""
        return self.up(self.b(F.interpolate(self.a(x), scale_factor=2)))


class SubPixel(Module):  # type: ignore[misc]
    """Positions that become channels, and channels that become positions."""

    def __init__(self) -> None:
        super().__init__()
        self.down, self.a, self.b = nn.PixelUnshuffle(2), nn.Conv2d(12, 18, 3, padding=1), nn.Conv2d(2, 4, 3)

    def forward(self, x: Any) -> Any:
        """What it makes of a batch of maps."""
        return self.b(F.pixel_shuffle(self.a(self.down(x)), 3))


class Padded(Module):  # type: ignore[misc]
    """Maps with cells around them that are copied, and with some cut off."""

    def __init__(self) -> None:
        super().__init__()
        self.around, self.again = nn.ReflectionPad2d((2, 1, 1, 3)), nn.ReplicationPad2d(2)
        self.a, self.b = nn.Conv2d(3, 4, 3, 2), nn.Conv2d(4, 4, 5)

    def forward(self, x: Any) -> Any:
        """What it makes of a batch of maps."""
        y = self.b(self.again(self.a(self.around(x))))
        return F.pad(y, (-1, -2, -1, 0))


MODELS = [Residual, Inception, UNet, MobileNet, Upsampled]  # the others are exported in small pieces
SHAPE = (3, 34, 30)


def counted(model: Any) -> int:
    """The multiplications that PyTorch's own counter counts."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model.eval()(torch.zeros(1, *SHAPE))
    return int(counter.get_total_flops()) // 2


@pytest.mark.parametrize("kind", [*MODELS, SubPixel, Padded])
def test_a_live_model_is_what_pytorch_says(kind: Any) -> None:
    """Its output's shape, parameters and multiplications; the model is left as it was."""
    model = kind().train()
    net = network(model, SHAPE)
    assert model.training
    assert all(module.training for module in model.modules())
    with torch.no_grad():
        assert net.output.shape == tuple(model.eval()(torch.zeros(1, *SHAPE)).shape[1:])
    cost = network_cost(net)
    assert cost.parameters == sum(parameter.numel() for parameter in model.parameters())
    assert cost.biases == sum(p.numel() for name, p in model.named_parameters() if name.endswith("bias"))
    assert cost.macs == counted(model)


class Various(Module):  # type: ignore[misc]
    """Functions as people call them: by name, in place, as operators, with sizes left open."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 8, 3, padding="same", bias=False), nn.GroupNorm(2, 8)
        self.again = nn.ConvTranspose2d(8, 8, 3, 2, 1, 1, groups=2)
        self.scale, self.fc = nn.Parameter(torch.ones(8, 1, 1)), nn.Linear(8, 5)
        self.register_buffer("shift", torch.ones(1))

    def forward(self, x: Any) -> Any:
        """What it makes of a batch of maps."""
        y = F.leaky_relu_(self.norm(self.conv(x)), 0.2) * self.scale
        y += self.shift
        y = torch.concat([F.elu(self.again(y), 1.0, True), torch.sigmoid(self.again(y))], dim=1)
        one, other = torch.chunk(2 + y, 2, dim=1)
        y = F.max_pool2d(one.add(other), (3, 2), stride=2, ceil_mode=True)
        y = F.hardtanh(F.adaptive_avg_pool2d(y, (None, 3)), 0.0, 6.0).mean((2, 3), keepdim=True)
        return F.softmax(self.fc(y.contiguous().view(y.size(0), -1)), dim=1)


@pytest.mark.parametrize("kind", [Residual, Inception, MobileNet, SubPixel, Various])
def test_a_run_finds_what_export_finds(kind: Any) -> None:
    """The same nodes with the same names, without a number being computed, and nothing is left in the model."""
    model = kind().eval()
    assert called(model, torch.zeros(1, *SHAPE)) is not None
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
    assert not any(tensor.is_meta for tensor in (*model.parameters(), *model.buffers()))
    assert network(model, SHAPE) == capture(model, SHAPE).network


def _aliased(x: Any) -> Any:
    y = x.detach()
    y.relu_()
    return x + y


def _written(x: Any) -> Any:
    y = F.relu(x)
    with torch._C.DisableTorchFunction():
        y.add_(1)
    return F.relu(y)


UNSEEN: dict[str, Any] = {
    "a function of another kind": lambda x: torch.sort(F.relu(x))[0],
    "a number that is looked at": lambda x: F.relu(x) if x.sum() > 0 else x,
    "where a tensor is": lambda x: F.relu(x) if x.is_meta else x,
    "a tensor from elsewhere": lambda x: F.relu(x) + torch.ones(1),
    "what is not used": lambda x: (F.relu(x), torch.sigmoid(x))[0],
    "what is not made of the input": lambda x: (F.relu(x), torch.ones(1)),
    "an argument that is not known": lambda x: F.relu(torch.add(x, x, alpha=2)),
    "what is written into another's numbers": _aliased,
    "what is written unseen": _written,
    "a view of another kind": lambda x: F.relu(x).view(torch.int32),
}


@pytest.mark.parametrize("what", UNSEEN)
def test_a_run_that_may_differ_gives_nothing(what: str) -> None:
    """Export is asked where a call is not known, or could mean something else than it does there."""

    class Own(Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 1)

        def forward(self, x: Any) -> Any:
            return UNSEEN[what](self.conv(x))

    assert called(Own().eval(), torch.zeros(1, *SHAPE)) is None


def test_what_has_two_names_is_left_to_export() -> None:
    """Which of them is told is export's to choose."""
    one = nn.Conv2d(3, 3, 1)
    assert called(nn.Sequential(one, nn.ReLU(), one), torch.zeros(1, *SHAPE)) is None
    other = nn.Conv2d(3, 3, 1)
    other.weight = one.weight
    assert called(nn.Sequential(one, other), torch.zeros(1, *SHAPE)) is None


@pytest.mark.parametrize("kind", [UNet, MobileNet, Upsampled, SubPixel, Padded])
def test_fields_are_those_of_gradients(kind: Any) -> None:
    """The largest extent of the non-zero gradient of an output cell, of a model whose weights are all positive."""
    model = kind().double().eval()
    for parameter in model.parameters():
        parameter.data.abs_().add_(0.1)
    net = network(model, SHAPE)
    x = torch.rand(1, *SHAPE, dtype=torch.float64, requires_grad=True)
    out = model(x)
    found = [0, 0]
    for y in range(0, out.shape[2], 8):
        for at in range(0, out.shape[3], 8):
            (gradient,) = torch.autograd.grad(out[0, 0, y, at], x, retain_graph=True)
            for axis, cells in enumerate(torch.nonzero(gradient[0].abs().sum(0)).T):
                found[axis] = max(found[axis], int(cells.max() - cells.min()) + 1)
    reached = largest_reached(net)[net.output.name]
    if kind is UNet:  # its pool has a gradient in one cell of each window alone
        assert all(few <= most <= few + 3 for few, most in zip(found, reached))
    else:
        assert tuple(found) == reached


class Sorted(UNet):
    """What no network is followed past."""

    def forward(self, x: Any) -> Any:
        """What it makes of a batch of maps."""
        return self.mid(torch.sort(self.down(x), dim=2)[0])


class Branching(UNet):
    """What cannot be exported: it looks at the numbers."""

    def forward(self, x: Any) -> Any:
        """What it makes of a batch of maps."""
        y = F.relu(self.down(x)) if float(x.sum()) > 1e9 else self.down(x)
        return self.mid(y)


def test_what_a_model_cannot_be_followed_past_is_named() -> None:
    """And what comes before it is handed on; one that cannot be exported is run, its layers watched."""
    with pytest.raises(BrokenNetworkError, match="node sort: sort: no network is followed past it") as error:
        network(Sorted(), SHAPE)
    assert [node.name for node in error.value.before.nodes] == ["down"]
    assert [node.name for node in network(Branching(), SHAPE).nodes] == ["down", "mid"]
    assert [node.name for node in building.network("3@34x30", hooked(UNet(), torch.zeros(1, *SHAPE)).nodes[:1]).nodes]
    with pytest.raises(BrokenNetworkError, match="computed between layers") as error:
        building.network("3@34x30", hooked(Residual().eval(), torch.zeros(1, *SHAPE)).nodes)
    assert error.value.before.output.name == "down"
    with pytest.raises(RequestError, match="cannot be run on this input"):
        network(UNet(), (4, 9, 9))
    with pytest.raises(RequestError, match="input_size"):
        network(UNet())


def exported(model: Any, path: Path) -> Network:
    """The network of what PyTorch's older exporter writes, its norms as they are."""
    keep = torch.onnx.TrainingMode.PRESERVE
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        example = torch.zeros(1, *SHAPE)
        torch.onnx.export(model.eval(), example, path, dynamo=False, training=keep)
    return network(path)


@pytest.mark.parametrize("kind", MODELS)
def test_an_exported_model_is_the_live_one(kind: Any, tmp_path: Path) -> None:
    """Shapes, parameters, multiplications and fields of the file are the model's."""
    pytest.importorskip("onnx", reason="needs the module onnx: pip install onnx")
    live, filed = network(kind(), SHAPE), exported(kind(), tmp_path / "model.onnx")
    one, other = network_cost(live), network_cost(filed)
    assert filed.output.shape == live.output.shape
    assert one.macs == other.macs
    assert other.parameters >= one.parameters  # a layer that is used twice may be there twice
    assert kind is MobileNet or other.parameters == one.parameters
    assert largest_reached(filed)[filed.output.name] == largest_reached(live)[live.output.name]


class Attending(Inception):
    """Attention over the places of a map."""

    def forward(self, x: Any) -> Any:
        """What it makes of a batch of maps."""
        places = self.one(x).flatten(2).transpose(1, 2)
        return places @ places.transpose(1, 2)


class Leaving(Inception):
    """What leaves PyTorch and comes back."""

    def forward(self, x: Any) -> Any:
        """What it makes of a batch of maps."""
        return torch.relu(self.three(torch.from_numpy(self.one(x).detach().numpy()[:, :3].copy())))


class Failing(Inception):
    """What fails when it has come far, with an error that would colour a terminal."""

    def forward(self, x: Any) -> Any:
        """What it makes of a batch of maps."""
        self.one(x)
        raise ValueError("no\n\x1b[31mmore")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Attending, "node flatten: flatten of some axes: no network is followed past it"),
        (Leaving, "what is computed between layers: no network is followed past it"),
        (Failing, r"node the rest: what comes behind one \(no[^\n\x1b]*more\): no network is followed past it"),
    ],
)
def test_what_comes_before_is_still_shown(kind: Any, said: str) -> None:
    """Whatever a model does that it cannot be followed past, and it is said in one line."""
    with pytest.raises(BrokenNetworkError, match=said) as error:
        network(kind(), SHAPE)
    assert [node.name for node in error.value.before.nodes] == ["one"]
    assert "\n" not in str(error.value)
