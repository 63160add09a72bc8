"""Layers with channels against PyTorch: thousands of random argument sets, valid or not, none skipped."""

import random
import warnings
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from helpers.oracle import cells
from numpy.typing import NDArray
from test_oracle_torch import refuses_alone

from convanim.errors import RequestError
from convanim.layers.geometry import Geometry
from convanim.layers.layer import (
    Conv,
    ConvTranspose,
    Layer,
    MaxPool,
    channels_of,
    input_shape,
    kernel_shape,
    output_shape,
)
from convanim.layers.operations import OPERATIONS
from convanim.networks.cost import Cost, cost_of
from convanim.numbers.values import values_of, winner

torch = pytest.importorskip("torch")
flop_counter = pytest.importorskip("torch.utils.flop_counter")

DIMS = (1, 2, 3)
LAYERS_EACH = 520  # of every operation in each number of dimensions
ACCEPTED_EACH = 230
REFUSED_EACH = 50
Fields = dict[str, Any]
MODULES = {"conv": "Conv", "conv-transpose": "ConvTranspose", "max-pool": "MaxPool", "avg-pool": "AvgPool"}
OUT_OF_RANGE: dict[str, list[int]] = {
    "kernel_size": [0, -1, 9],
    "stride": [0, -1],
    "padding": [-1, 4],
    "dilation": [0, -2, 5],
    "output_padding": [-1, 3],
    "groups": [0, -1, -2, 7, 8],
    "out_channels": [-2, -1],
}


@dataclass
class Tally:
    """How many argument sets both sides accepted, how many both refused, and what was among them."""

    accepted: int = 0
    refused: int = 0
    kinds: Counter[str] = field(default_factory=Counter)


def drawn(op: str, dims: int, rng: random.Random) -> Fields:
    """One set of arguments as PyTorch's modules take them; now and then one that breaks a rule."""

    def sizes(low: int, high: int) -> int | tuple[int, ...]:
        """One number for every axis or one per axis, both at random."""
        if rng.random() < 0.3:
            return rng.randint(low, high)
        return tuple(rng.randint(low, high) for _ in range(dims))

    fields: Fields = {
        "input_size": tuple(rng.randint(1, 5 if dims < 3 else 3) for _ in range(dims)),
        "kernel_size": sizes(1, 3 if dims < 3 else 2),
        "stride": sizes(1, 3),
        **drawn_channels(op, rng),
    }
    if OPERATIONS[op].has_weights:
        fields["padding"] = sizes(0, 2 if dims < 3 else 1)  # small maps of three axes would mostly be cut away
    else:
        kernel = fields["kernel_size"]
        halves = [k // 2 for k in (kernel if isinstance(kernel, tuple) else (kernel,) * dims)]
        fields["padding"] = tuple(rng.randint(0, half) for half in halves)
        fields["ceil_mode"] = rng.random() < 0.5
        if rng.random() < 0.2:
            del fields["stride"]
    if op != "avg-pool" and rng.random() < 0.5:
        fields["dilation"] = sizes(1, 3)
    if op == "conv-transpose" and rng.random() < 0.35:
        fields["output_padding"] = sizes(0, 2)
    if op == "avg-pool":
        fields["count_include_pad"] = rng.random() < 0.5
        if dims > 1 and rng.random() < 0.3:
            fields["divisor_override"] = rng.choice([1, 2, 5, -3])
    if rng.random() < 0.1:
        broken = rng.choice([name for name in fields if name in OUT_OF_RANGE])
        fields[broken] = rng.choice(OUT_OF_RANGE[broken])
        if fields[broken] == 9 and dims == 3:  # taps by the hundred thousand
            fields[broken] = 4
    return fields


def drawn_channels(op: str, rng: random.Random) -> Fields:
    """Channels and groups; a few groups that do not divide them."""
    groups = rng.choice([1, 1, 2, 2, 3, 4])
    if not OPERATIONS[op].has_weights:
        return {"in_channels": groups}
    most = 3 if groups < 3 else 2
    found = {"in_channels": groups * rng.randint(1, most), "out_channels": groups * rng.randint(1, most)}
    if rng.random() < 0.25:
        found["in_channels"] = groups  # depthwise
    if rng.random() < 0.1:
        found[rng.choice(list(found))] += rng.choice([1, 1, 2])
    return {**found, "groups": groups}


def module_of(op: str, fields: Fields) -> Any:
    """PyTorch's module of a layer, without a bias, in double precision."""
    made = getattr(torch.nn, f"{MODULES[op]}{len(fields['input_size'])}d")
    arguments = {name: value for name, value in fields.items() if name != "input_size"}
    if not OPERATIONS[op].has_weights:
        del arguments["in_channels"]
        return made(**arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a kernel of 0 cells has nothing to draw
        return made(**arguments, bias=False, dtype=torch.float64)


def in_torch(module: Any, numbers: NDArray[Any], kernel: NDArray[Any] | None) -> NDArray[Any]:
    """What a module makes of one map, or of a batch of them."""
    if kernel is not None:
        module.weight.copy_(torch.tensor(kernel))
    found: NDArray[Any] = module(torch.tensor(numbers, dtype=torch.float64)).numpy()
    return found


def as_asked(fields: Fields, rng: random.Random) -> Fields:
    """The same arguments as we may be asked: channels in the input's text, or left out where they are the groups."""
    asked = dict(fields)
    for name in ("in_channels", "out_channels"):
        others = [n for n in ("in_channels", "out_channels") if n in asked and n != name]
        has_others = asked.get("groups", 0) > 1 or bool(others)
        if asked.get("groups") == asked.get(name, 0) and has_others and rng.random() < 0.5:
            del asked[name]
    if "in_channels" in asked and rng.random() < 0.5:
        asked["input_size"] = f"{asked.pop('in_channels')}@{'x'.join(map(str, fields['input_size']))}"
    if asked.get("groups") == 1 and rng.random() < 0.5:
        del asked["groups"]
    return asked


def same_verdict(op: str, fields: Fields, asked: Fields) -> tuple[Layer, Any] | None:
    """The layer and the module if both sides accept the arguments, None if both refuse; fails when they differ."""
    refusal: RequestError | None = None
    theirs: Exception | None = None
    layer: Layer | None = None
    module = None
    try:
        layer = OPERATIONS[op].layer(**asked, dims=len(fields["input_size"]))
    except RequestError as error:
        refusal = error
    try:
        module = module_of(op, fields)
        module(torch.zeros(1, max(fields["in_channels"], 0), *fields["input_size"], dtype=torch.float64))
    except (RuntimeError, ValueError) as error:
        theirs = error
    if layer is not None and refuses_alone(op, layer):
        assert theirs is not None, f"{op} {asked}: PyTorch takes it"
        return None
    assert (refusal is None) == (theirs is None), f"{op} {asked}: we say {refusal}, PyTorch says {theirs}"
    assert refusal is None or (refusal.field in fields and refusal.fix)
    return None if layer is None else (layer, module)


def compare_taps(layer: Layer, module: Any, said: str) -> None:
    """The output's shape and each output cell's taps, read off from one-hot inputs, each kernel cell coded."""
    shape, made, stored = input_shape(layer), output_shape(layer), kernel_shape(layer)
    channels = channels_of(layer)
    assert channels is not None
    count = int(np.prod(shape))
    codes = np.arange(1, 1 + np.prod(stored), dtype=np.int64).reshape(stored)
    has_weights = isinstance(layer, (Conv, ConvTranspose))
    one_hot = np.eye(count).reshape(count, *shape)
    response = in_torch(module, one_hot, codes if has_weights else None)
    assert response.shape[1:] == made, said
    geometry = Geometry(layer)
    names = {name: number for number, name in enumerate(cells(shape))}
    expected = np.zeros_like(response)
    met = 0
    for output in cells(made):
        taps = list(geometry.taps(output))
        order = [tap.kernel for tap in taps]
        assert order == sorted(set(order)), said
        assert len(taps) == channels.read * np.prod(layer.kernel_size), said  # type: ignore[union-attr]
        found = [tap for tap in taps if tap.input is not None]
        if isinstance(layer, MaxPool) and not found:
            expected[np.index_exp[:] + output] = -np.inf
        for tap in found:
            assert tap.input is not None
            share = 1 / (geometry.divisor(output) or 1)
            expected[(names[tap.input], *output)] = codes[tap.kernel] if has_weights else share
            assert has_weights or tap.kernel[0] == output[0], said
        met += len(found)
    assert np.count_nonzero(np.isfinite(expected) & (expected != 0)) == met, said
    np.testing.assert_allclose(response, expected, rtol=1e-14, err_msg=said)


def compare_values(layer: Layer, module: Any, rng: random.Random, said: str) -> None:
    """The output's numbers, whole ones exactly, fractions closely, and the winner of every maximum."""
    geometry = Geometry(layer)
    x = integers(input_shape(layer), rng, 3)
    kernel = integers(kernel_shape(layer), rng, 9) if isinstance(layer, (Conv, ConvTranspose)) else None
    theirs = in_torch(module, x[None], kernel)[0]
    ours = values_of(geometry, x, kernel).output
    assert ours.shape == output_shape(layer)
    assert ours.dtype == np.int64 or layer.op == "avg-pool" or np.isneginf(theirs).any(), said
    if layer.op == "avg-pool":
        np.testing.assert_allclose(ours, theirs, rtol=1e-14, atol=1e-15, err_msg=said)
    else:
        np.testing.assert_array_equal(ours, theirs, err_msg=said)
    halves = x + np.array([rng.random() for _ in range(x.size)]).reshape(x.shape)
    weights = None if kernel is None else kernel / 7
    theirs = in_torch(module, halves[None], weights)[0]
    np.testing.assert_allclose(
        values_of(geometry, halves, weights).output, theirs, rtol=1e-12, atol=1e-12, err_msg=said
    )
    if isinstance(layer, MaxPool):
        compare_winners(geometry, module, x, said)


def compare_winners(geometry: Geometry, module: Any, numbers: NDArray[np.int64], said: str) -> None:
    """In each channel PyTorch and we choose the same of equal maxima, and none where no real cell is seen."""
    module.return_indices = True
    maxima, chosen = (part[0].numpy() for part in module(torch.tensor(numbers[None], dtype=torch.float64)))
    module.return_indices = False
    plane = cells(numbers.shape[1:])
    for output in cells(geometry.output_shape):
        kernel = winner(geometry, numbers, output)
        if np.isneginf(maxima[output]):
            assert kernel is None, said
            continue
        met = {tap.kernel: tap.input for tap in geometry.taps(output)}
        assert kernel is not None
        assert met[kernel] == (output[0], *plane[int(chosen[output])]), said


def compare_cost(layer: Layer, module: Any, said: str) -> None:
    """How many weights, multiply–accumulates and numbers made PyTorch counts."""
    x = torch.zeros(1, *input_shape(layer), dtype=torch.float64)
    with flop_counter.FlopCounterMode(display=False) as counter:
        made = module(x)
    weights = sum(parameter.numel() for parameter in module.parameters())
    assert cost_of(layer) == Cost(weights, counter.get_total_flops() // 2, made.numel()), said
    if isinstance(layer, (Conv, ConvTranspose)):
        assert kernel_shape(layer) == tuple(module.weight.shape), said
        assert counter.get_total_flops() > 0


def compare_orders(layer: Layer, said: str) -> None:
    """Each order visits every output cell once: filter after filter, or position after position."""
    count, *size = output_shape(layer)
    by_position = [(channel, *place) for place in cells(tuple(size)) for channel in range(count)]
    for order, expected in (("filter", cells((count, *size))), ("position", by_position)):
        geometry = Geometry(layer, order)
        assert [geometry.output(step) for step in range(geometry.steps)] == expected, said


def integers(shape: tuple[int, ...], rng: random.Random, most: int) -> NDArray[np.int64]:
    """Small whole numbers, negative ones too."""
    return np.array([rng.randint(-most, most) for _ in range(int(np.prod(shape)))], dtype=np.int64).reshape(shape)


def kinds_of(layer: Layer) -> list[str]:
    """What is special about a layer's channels."""
    if not isinstance(layer, (Conv, ConvTranspose)) or layer.groups == 1:
        return []
    assert layer.in_channels is not None
    special = ["depthwise" if layer.groups == layer.in_channels else "grouped"]
    return [*special, "uneven"] if layer.in_channels != layer.out_channels else special


def is_indivisible(fields: Fields) -> bool:
    """Whether the groups do not divide the channels."""
    groups = fields.get("groups", 1)
    return groups > 1 and any(fields[name] % groups for name in ("in_channels", "out_channels"))


@pytest.fixture(autouse=True)
def _one_thread() -> Any:
    """These maps are so small that threads only cost time; and nothing here needs a gradient."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.no_grad():
        yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("dims", DIMS)
@pytest.mark.parametrize("op", list(MODULES))
def test_random_layers_with_channels_are_those_of_pytorch(op: str, dims: int) -> None:
    """PyTorch and we accept the same arguments and then agree on shapes, taps, values, winners, weights and MACs."""
    rng = random.Random(f"channels {op} {dims}")
    tally = Tally()
    for _ in range(LAYERS_EACH):
        fields = drawn(op, dims, rng)
        asked = as_asked(fields, rng)
        both = same_verdict(op, fields, asked)
        if both is None:
            tally.refused += 1
            tally.kinds["indivisible"] += is_indivisible(fields)
            continue
        layer, module = both
        said = f"{op} {fields}"
        tally.accepted += 1
        tally.kinds.update(kinds_of(layer))
        compare_taps(layer, module, said)
        compare_values(layer, module, rng, said)
        compare_cost(layer, module, said)
        compare_orders(layer, said)
    assert tally.accepted >= ACCEPTED_EACH
    assert tally.refused >= REFUSED_EACH
    assert tally.accepted + tally.refused == LAYERS_EACH
    if OPERATIONS[op].has_weights:
        assert min(tally.kinds[kind] for kind in ("depthwise", "grouped", "uneven", "indivisible")) >= 20


def test_enough_layers_with_channels_in_total() -> None:
    """Two thousand layers at least are compared, those that are refused left out."""
    assert ACCEPTED_EACH * len(DIMS) * len(MODULES) >= 2000
