"""What a cell of a network depends on, against the non-zero gradient of the same network in PyTorch."""

import random
from typing import Any

import numpy as np
import pytest
from helpers.campaigns import campaign
from hypothesis import given
from hypothesis import strategies as st

from convanim.errors import RequestError
from convanim.layers.layer import (
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    AvgPool,
    Conv,
    ConvTranspose,
    MaxPool,
    Upsample,
    kernel_shape,
)
from convanim.networks.between import Flatten, Join, Keeps, Linear
from convanim.networks.building import Asked, network
from convanim.networks.dependence import NetworkDependence
from convanim.networks.network import INPUT, Network
from convanim.networks.network_fields import largest_reached, network_fields, reached

torch = pytest.importorskip("torch", reason="needs the module torch: pip install torch")
F = torch.nn.functional


def random_network(rng: random.Random) -> Network:
    """A few layers, some beside each other, put behind one another, added or multiplied; now and then flattened."""
    channels, size = rng.choice([2, 4]), (rng.randint(9, 13), rng.randint(9, 13))
    nodes: list[Asked] = []
    maps = [INPUT]

    def grow(what: str, *inputs: str) -> str:
        name = f"{len(nodes)} {what}"
        nodes.append(Asked(name, what, inputs))
        maps.append(name)
        return name

    def some(source: str) -> str:
        k, p = rng.choice([("1x3", "p0x1"), ("3x1", "p1x0"), ("3", "p1"), ("1", "p0"), ("3", "p2 d2"), ("5x1", "p2x0")])
        return grow(f"conv {k} 4 {p} g{rng.choice([1, 2])}", source)

    source = INPUT
    for _ in range(rng.randint(1, 3)):
        match rng.randrange(4):
            case 0:
                source = grow("concat", *(some(source) for _ in range(rng.randint(2, 3))))
            case 1:
                source = grow(rng.choice(["add", "multiply"]), some(source), some(some(source)))
            case 2:
                gate = grow("global-avg-pool", source) if rng.random() < 0.5 else grow("adaptive-avg-pool 3x2", source)
                if nodes[-1].what == "global-avg-pool":
                    source = grow("multiply", source, gate)
            case 3:
                source = grow(
                    rng.choice(
                        ["conv 3 4 s2", "max-pool 2", "conv-transpose 2 4 s2", "avg-pool 3 s1 p1", "upsample 17x11"]
                    ),
                    source,
                )
        source = grow(rng.choice(["relu", "batch-norm", "dropout", "softmax", "conv 3x1 4 p1x0 g2"]), source)
    if rng.random() < 0.4:
        vector = grow("flatten", source)
        ends = [grow("linear 3", vector), grow("linear 3", vector)]
        grow(rng.choice(["add", "concat", "multiply"]), *ends)
    return network(f"{channels}@{size[0]}x{size[1]}", nodes)


def run(net: Network, x: Any) -> dict[str, Any]:
    """Every map of a network whose weights are all 1; a maximum is a mean, so that each of its cells has a gradient."""
    made = {INPUT: x}
    for node in net.nodes:
        read, op = [made[name] for name in node.inputs], node.operation
        first = read[0]
        match op:
            case Conv():
                ones = torch.ones(kernel_shape(op), dtype=x.dtype)
                pad = [p for p, _ in op.padding]
                made[node.name] = F.conv2d(first, ones, None, op.stride, pad, op.dilation, op.groups)
            case ConvTranspose():
                ones = torch.ones(kernel_shape(op), dtype=x.dtype)
                made[node.name] = F.conv_transpose2d(first, ones, None, op.stride)
            case MaxPool() | AvgPool():
                made[node.name] = F.avg_pool2d(first, op.kernel_size, op.stride, [p for p, _ in op.padding])
            case Upsample():
                made[node.name] = F.interpolate(first, op.size)
            case AdaptiveMaxPool() | AdaptiveAvgPool():
                made[node.name] = F.adaptive_avg_pool2d(first, op.output_size)
            case Flatten():
                made[node.name] = first.flatten(1)
            case Linear():
                made[node.name] = first @ torch.ones(op.in_features, op.out_features, dtype=x.dtype)
            case Join(op="concat"):
                made[node.name] = torch.cat(read, 1)
            case Join(op="add"):
                made[node.name] = sum(read[1:], first)
            case Join():
                made[node.name] = read[0] * read[1]
            case Keeps(op="softmax"):
                made[node.name] = first / first.sum(1, keepdim=True)
            case _:
                made[node.name] = first * 1
    return made


@campaign(300)
@given(seed=st.integers(0, 2**32))
def test_a_cell_depends_on_what_has_a_gradient(seed: int) -> None:
    """In every map exactly the cells with a gradient, for a random cell; shapes are PyTorch's."""
    rng = random.Random(seed)
    net = random_network(rng)
    x = torch.rand(1, *net.input_shape, dtype=torch.float64, requires_grad=True)
    made = run(net, x)
    assert {name: tuple(value.shape[1:]) for name, value in made.items()} == net.shapes
    node = rng.choice(net.nodes)
    cell = tuple(rng.randrange(size) for size in node.shape)
    found = NetworkDependence(net).cells(cell, node.name)
    names = [INPUT, *(each.name for each in net.nodes)]
    gradients = torch.autograd.grad(
        made[node.name][(0, *cell)], [made[name] for name in names], allow_unused=True, retain_graph=True
    )
    for name, gradient in zip(names, gradients):
        expected = np.zeros(net.shapes[name], bool) if gradient is None else gradient[0].abs().numpy() > 1e-300
        own = np.zeros(net.shapes[name], bool)
        for channels, mask in found[name].parts if name in found else ():
            assert not own[channels].any()
            own[channels] = mask
        if not any(other.op == "softmax" for other in net.nodes):
            assert np.array_equal(own, expected), (name, net)
        else:  # where a softmax has one cell alone its gradient is 0
            assert not (expected & ~own).any()


@campaign(100)
@given(seed=st.integers(0, 2**32))
def test_fields_hold_what_cells_reach(seed: int) -> None:
    """The ends by propagation are the hull of what any channel depends on, and lie within the field by formula."""
    rng = random.Random(seed)
    net = random_network(rng)
    node = rng.choice(net.nodes)
    fields, ends = network_fields(net)[node.name], reached(net)[node.name]
    dependence = NetworkDependence(net)
    spatial = tuple(rng.randrange(size) for size in node.shape[1:])
    boxes = [dependence.cells((channel, *spatial), node.name).get(INPUT) for channel in range(node.shape[0])]
    hulls = [cells.box for cells in boxes if cells is not None and cells.box is not None]
    for axis in range(2 if hulls else 0):
        at = spatial[axis] if spatial else 0
        first, last = (int(end[axis] if end.ndim > 1 else end[at]) for end in ends[axis])
        assert (first, last) == (min(h[axis][0] for h in hulls), max(h[axis][1] for h in hulls))
        if fields is not None:
            start = fields[axis].start + fields[axis].stride * at
            assert start <= first
            assert last <= start + fields[axis].size - 1


def test_branches_are_told_apart() -> None:
    """A cross of a flat and a tall kernel is no rectangle, and each branch is its own bar."""
    net = network(
        "1@9x9",
        [
            Asked("flat", "conv 1x7 1 p0x3", (INPUT,)),
            Asked("tall", "conv 7x1 1 p3x0", (INPUT,)),
            Asked("sum", "add", ("flat", "tall")),
        ],
    )
    dependence = NetworkDependence(net)
    both = dependence.cells((0, 4, 4))[INPUT]
    assert both.count == 13
    assert both.box == ((1, 7), (1, 7))
    flat, tall = (dependence.cells((0, 4, 4), "sum", branch=i)[INPUT] for i in range(2))
    assert flat.box == ((4, 4), (1, 7))
    assert tall.box == ((1, 7), (4, 4))
    assert largest_reached(net)["sum"] == (7, 7)
    with pytest.raises(RequestError, match="no cell 0x9x0"):
        dependence.cells((0, 9, 0))


def test_sizes_of_the_test_itself() -> None:
    """Random networks have branches, vectors and strides among them."""
    nets = [random_network(random.Random(seed)) for seed in range(40)]
    ops = {node.op for net in nets for node in net.nodes}
    assert {"concat", "add", "multiply", "flatten", "linear", "adaptive-avg-pool", "conv-transpose"} <= ops
