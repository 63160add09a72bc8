"""Whole models against PyTorch, live and exported: shapes, parameters, multiplications, receptive fields."""

import copy
import io
import random
import warnings
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from whole_models import MODELS, model_of, torch

from convanim import network, receptive_field
from convanim.code.graphs.live.torch_calls import called
from convanim.code.graphs.live.torch_model import capture
from convanim.networks.cost import network_cost
from convanim.networks.dependence import NetworkDependence
from convanim.networks.network import INPUT, Network
from convanim.networks.network_fields import largest_reached, network_fields, reached

nn, functional = torch.nn, torch.nn.functional
_LAYERS = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear, nn.BatchNorm2d)
_CELLS = 4  # of each model whose gradients are looked at


def multiplied(model: Any, shape: tuple[int, ...]) -> int:
    """What PyTorch's own counter counts, without any number being computed."""
    from torch.utils.flop_counter import FlopCounterMode

    blank = copy.deepcopy(model).to("meta")
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        blank(torch.zeros(1, *shape, device="meta"))
    return int(counter.get_total_flops()) // 2


@pytest.mark.parametrize("name", MODELS)
def test_a_live_model_has_pytorchs_shapes_and_costs(name: str) -> None:
    """Of every layer the shape of its output, of all the parameters and multiplications; none is left out."""
    model, (_, shape, _) = model_of(name), MODELS[name]
    net = network(model, shape)
    layers = {path: module for path, module in model.named_modules() if isinstance(module, _LAYERS)}
    assert layers.keys() <= net.by_name.keys()
    made: dict[str, tuple[int, ...]] = {}
    blank = copy.deepcopy(model).to("meta")
    for path in layers:
        blank.get_submodule(path).register_forward_hook(
            lambda module, read, out, path=path: made.__setitem__(path, tuple(out.shape[1:]))
        )
    with torch.no_grad():
        output = blank(torch.zeros(1, *shape, device="meta"))
    assert {path: net.shapes[path] for path in made} == made
    assert made.keys() == layers.keys()
    assert net.output.shape == tuple(output.shape[1:])
    cost = network_cost(net)
    assert cost.parameters == sum(parameter.numel() for parameter in model.parameters())
    assert cost.macs == multiplied(model, shape)


@pytest.mark.parametrize("name", MODELS)
def test_a_run_finds_what_export_finds(name: str) -> None:
    """The same nodes with the same names, of every model but the one that cuts maps, which is left to export."""
    model, (_, shape, _) = model_of(name), MODELS[name]
    run = called(model, torch.zeros(1, *shape))
    assert (run is None) == (name == "unet")
    assert network(model, shape) == capture(model, shape).network


@pytest.mark.parametrize("name", MODELS)
def test_an_exported_model_is_the_live_one(name: str, tmp_path: Path) -> None:
    """By both of PyTorch's exporters: shapes, costs and fields of what stands in the file; weights beside it, too."""
    pytest.importorskip("onnx", reason="needs the module onnx: pip install onnx")
    pytest.importorskip("onnxscript", reason="needs the module onnxscript: pip install onnxscript")
    model, (_, shape, _) = model_of(name), MODELS[name]
    live = network(model, shape)
    whole = exported(model, shape, tmp_path / "whole.onnx", dynamo=False)
    assert network_cost(whole).parameters == network_cost(live).parameters
    folded = exported(model, shape, tmp_path / "folded.onnx", dynamo=True)
    for filed in (whole, folded):
        assert filed.output.shape == live.output.shape
        assert network_cost(filed).macs == network_cost(live).macs
        assert network_fields(filed)[filed.output.name] == network_fields(live)[live.output.name]
        assert largest_reached(filed)[filed.output.name] == largest_reached(live)[live.output.name]
        for op in ("conv", "conv-transpose", "linear", "max-pool", "concat"):
            assert shapes(filed, op) == shapes(live, op), op


def shapes(net: Network, op: str) -> list[tuple[int, ...]]:
    """What all nodes of one kind make; one map that is put behind none is as it was, and exporters leave it out."""
    return [node.shape for node in net.nodes if node.op == op and (op != "concat" or len(node.inputs) > 1)]


def exported(model: Any, shape: tuple[int, ...], path: Path, *, dynamo: bool) -> Network:
    """The network in the file that PyTorch writes; the older exporter keeps norms as they are."""
    said: dict[str, Any] = {} if dynamo else {"training": torch.onnx.TrainingMode.PRESERVE}
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        torch.onnx.export(model, (torch.zeros(1, *shape),), path, dynamo=dynamo, **said)
    return network(path)


@pytest.mark.parametrize("name", MODELS)
def test_fields_are_where_gradients_are(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of random cells of random layers: the very cells that have a gradient, and the ends that are told of them.

    All weights are positive, so that none cancel, and means stand for maxima, whose gradient is in one cell alone.
    """
    rng = random.Random(name)
    model, (_, _, shape) = model_of(name).double(), MODELS[name]
    net = network(model, shape)
    monkeypatch.setattr(functional, "max_pool2d", _averaged)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
                module.weight.fill_(1 / module.weight[0].numel())
            if isinstance(module, nn.ReLU6):
                module.max_val = 1e9  # where it is full there is no gradient
    paths = [path for path, module in model.named_modules() if isinstance(module, nn.Conv2d | nn.ConvTranspose2d)]
    picked = {*rng.sample(paths, _CELLS - 1), paths[-1]}
    made: dict[str, Any] = {}
    for path in picked:
        model.get_submodule(path).register_forward_hook(lambda m, r, out, path=path: made.__setitem__(path, out))
    x = torch.rand(1, *shape, dtype=torch.float64, requires_grad=True)
    model(x)
    found = NetworkDependence(net)
    ends = reached(net)
    for path in sorted(picked):
        cell = tuple(rng.randrange(size) for size in net.shapes[path])
        (gradient,) = torch.autograd.grad(made[path][(0, *cell)], x, retain_graph=True)
        has_one = gradient[0].numpy() != 0
        seen = found.cells(cell, path)[INPUT]
        mask = np.zeros(shape, dtype=bool)
        for channels, cells in seen.parts:
            mask[channels] = cells
        assert (mask == has_one).all(), (path, cell)
        for axis, (at, (first, last)) in enumerate(zip(cell[1:], ends[path])):
            own = np.flatnonzero(has_one.any(axis=(0, 2 - axis)))
            assert (own[0], own[-1]) == (first[at], last[at]), (path, cell)


@pytest.mark.parametrize("name", MODELS)
def test_a_file_is_as_effective_as_its_model(name: str, tmp_path: Path) -> None:
    """The gradient of a cell of the last map, by the file's weights, is that of the live model."""
    pytest.importorskip("onnx", reason="needs the module onnx: pip install onnx")
    pytest.importorskip("onnxscript", reason="needs the module onnxscript: pip install onnxscript")
    model, (_, large, small) = model_of(name), MODELS[name]
    shape = large if name == "vgg16" else small  # its pool is one of even windows there, else it is exported as gathers
    for module in model.modules() if name in ("vgg16", "unet") else ():
        if isinstance(module, nn.Conv2d):  # without norms maps become so even that rounding decides where maxima are
            nn.init.kaiming_normal_(module.weight)
    exported(model, shape, tmp_path / "model.onnx", dynamo=True)
    image = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    filed = receptive_field(tmp_path / "model.onnx", effective=True, images=image)
    live = receptive_field(model, shape, cell=filed.cell, effective=True, images=image)
    assert filed.effective is not None
    assert live.effective is not None
    assert live.effective.max() > 0
    # Of two numbers that are as large but for rounding either is the maximum: PyTorch's own doubles depart as far.
    assert np.abs(filed.effective - live.effective).sum() < 0.01 * live.effective.sum()


def _averaged(x: Any, kernel: Any, stride: Any = None, padding: Any = 0, *rest: Any, **given: Any) -> Any:
    ceil = given.get("ceil_mode", rest[1] if len(rest) > 1 else False)
    return functional.avg_pool2d(x, kernel, stride, padding, ceil)


@pytest.mark.parametrize("name", MODELS)
def test_torchlens_says_the_same(name: str) -> None:
    """Of every layer with windows: its output, and its field's size, stride and start; of all the parameters."""
    torchlens = pytest.importorskip("torchlens", reason="needs the module torchlens: pip install torchlens")
    model, (_, _, shape) = model_of(name), MODELS[name]
    net = network(model, shape)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trace = torchlens.trace(model, torch.zeros(1, *shape))
    fields = network_fields(net)
    called = Counter(layer.address for layer in trace.layers)
    compared = 0
    for layer in trace.layers:
        is_window = layer.layer_type in ("conv2d", "convtranspose2d", "maxpool2d")
        if not is_window or layer.address not in net.by_name or called[layer.address] > 1:
            continue
        compared += 1
        node = net.by_name[layer.address]
        assert node.shape == tuple(layer.shape)[1:]
        own = fields[node.name]
        theirs = layer.receptive_field
        for axis, field in zip((theirs.axes or ())[2:], own or ()):  # past a gate it says nothing
            if not axis.exact or axis.kind != "windowed":
                continue
            middle = field.start + (field.size - 1) / 2
            assert (axis.size, axis.jump, axis.center0) == (field.size, field.stride, middle)
    assert compared >= 18
    assert trace.num_params == network_cost(net).parameters
