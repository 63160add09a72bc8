"""Layers against PyTorch: thousands of random argument sets, valid or not, none skipped."""

import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from helpers.oracle import cells
from numpy.typing import NDArray

from convanim.errors import RequestError
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Conv, Layer, output_size, window_size
from convanim.layers.operation import Reduction
from convanim.layers.operations import OPERATIONS
from convanim.numbers.values import values_of, winner

torch = pytest.importorskip("torch")
functional = torch.nn.functional

# The others have windows with weights of their own: `test_oracle_torch_operations.py`.
# Of the others the tests beside this one try what they take; norms are in tests/layers.
POOLED_OR_WEIGHTED = [
    name for name, op in OPERATIONS.items() if op.reduction in (Reduction.SUM, Reduction.MEAN, Reduction.MAX)
]
DIMS = (1, 2, 3)
LAYERS_EACH = 800  # of every operation in each number of dimensions: 14,400 in all
ACCEPTED_EACH = 300
REFUSED_EACH = 60
MOST = {1: (8, 4, 12, 9), 2: (8, 4, 12, 9), 3: (4, 3, 5, 5)}  # cells: input and kernel, an adaptive pool's in and out
Fields = dict[str, Any]


@dataclass
class Tally:
    """How many argument sets both sides accepted, and how many both refused."""

    accepted: int = 0
    refused: int = 0


def drawn(op: str, dims: int, rng: random.Random) -> Fields:
    """One set of arguments as PyTorch takes them; now and then one that breaks a rule."""
    fields: Fields

    def sizes(low: int, high: int) -> int | tuple[int, ...]:
        """One number for every axis or one per axis, both at random."""
        if rng.random() < 0.3:
            return rng.randint(low, high)
        return tuple(rng.randint(low, high) for _ in range(dims))

    most_cells, most_kernel, most_read, most_made = MOST[dims]
    if op.startswith("adaptive"):
        read = tuple(rng.randint(1, most_read) for _ in range(dims))
        fields = {"input_size": read, "output_size": sizes(1, most_made)}
        return fields if rng.random() < 0.75 else fields | {"output_size": rng.choice([-1, -3])}
    fields = {
        "input_size": tuple(rng.randint(1, most_cells) for _ in range(dims)),
        "kernel_size": sizes(1, most_kernel),
        "stride": sizes(1, 4),
    }
    if op in ("conv", "conv-transpose"):
        fields["padding"] = sizes(0, 3)
    else:
        kernel = fields["kernel_size"]
        halves = [k // 2 for k in (kernel if isinstance(kernel, tuple) else (kernel,) * dims)]
        fields["padding"] = tuple(rng.randint(0, half) for half in halves)
        fields["ceil_mode"] = rng.random() < 0.5
        if rng.random() < 0.2:
            del fields["stride"]
    if op != "avg-pool":
        fields["dilation"] = sizes(1, 3) if rng.random() < 0.6 else 1
    if op == "conv-transpose":
        fields["output_padding"] = sizes(0, 2) if rng.random() < 0.5 else 0
    if op == "avg-pool":
        fields["count_include_pad"] = rng.random() < 0.5
        if dims > 1 and rng.random() < 0.3:
            fields["divisor_override"] = rng.choice([1, 2, 5, -3, 0])
    if rng.random() < 0.1:
        broken = rng.choice([name for name in fields if name in OUT_OF_RANGE])
        fields[broken] = rng.choice(OUT_OF_RANGE[broken])
    return fields


OUT_OF_RANGE: dict[str, list[int]] = {
    "kernel_size": [0, -1, 6, 9],
    "stride": [0, -1],
    "padding": [-1, 2, 4],
    "dilation": [0, -2, 4],
    "output_padding": [-1, 3],
}


def in_torch(op: str, fields: Fields, x: Any, weight: Any = None, indices: bool = False) -> Any:
    """What PyTorch makes of a batch of one-channel maps `x`."""
    function = getattr(functional, f"{op.replace('-', '_')}{x.dim() - 2}d")
    first = "output_size" if op.startswith("adaptive") else "kernel_size"
    arguments = {key: value for key, value in fields.items() if key not in ("input_size", first)}
    if weight is not None:
        return function(x, weight, **arguments)
    if indices:
        arguments["return_indices"] = True
    return function(x, fields[first], **arguments)


def weights(op: str, fields: Fields, numbers: Any) -> Any:
    """`numbers` cycled into a weight of the layer's kernel size; None for a pool."""
    if not OPERATIONS[op].has_weights:
        return None
    dims, kernel = len(fields["input_size"]), fields["kernel_size"]
    shape = [max(k, 0) for k in (kernel if isinstance(kernel, tuple) else (kernel,) * dims)]
    return torch.tensor(np.resize(numbers, shape)[None, None], dtype=torch.float64)


def same_verdict(op: str, fields: Fields) -> Layer | None:
    """The layer if both sides accept the arguments, None if both refuse; fails when they differ."""
    x = torch.zeros(1, 1, *fields["input_size"], dtype=torch.float64)
    refusal: RequestError | None = None
    theirs: Exception | None = None
    layer: Layer | None = None
    try:
        layer = OPERATIONS[op].layer(**fields, dims=len(fields["input_size"]))
    except RequestError as error:
        refusal = error
    try:
        in_torch(op, fields, x, weights(op, fields, [1.0]))
    except (RuntimeError, ValueError) as error:
        theirs = error
    if layer is not None and refuses_alone(op, layer):
        assert theirs is not None, f"{op} {fields}: PyTorch takes it"
        return None
    assert (refusal is None) == (theirs is None), f"{op} {fields}: we say {refusal}, PyTorch says {theirs}"
    assert refusal is None or refusal.field in fields
    return layer


def refuses_alone(op: str, layer: Any) -> bool:
    """A mean on three axes whose kernel is larger than the bare input: PyTorch refuses that there alone."""
    is_volume = op == "avg-pool" and len(layer.input_size) == 3
    return is_volume and any(n < k for n, k in zip(layer.input_size, layer.kernel_size))


def compare_taps(op: str, fields: Fields, layer: Layer) -> None:
    """The output size and each output cell's taps, read off from one-hot inputs, each cell's kernel cell coded."""
    size, names = layer.input_size, cells(layer.input_size)
    one_hot = torch.eye(len(names), dtype=torch.float64).reshape(len(names), 1, *size)
    codes = np.arange(1.0, 1 + np.prod(window_size(layer)))
    response = in_torch(op, fields, one_hot, weights(op, fields, codes))[:, 0].numpy()
    assert response.shape[1:] == output_size(layer), f"{op} {fields}"
    expected = np.zeros_like(response)
    geometry = Geometry(layer)
    for output in cells(output_size(layer)):
        divisor = geometry.divisor(output)
        for code, tap in enumerate(geometry.taps(output), start=1):
            if tap.input is not None:
                there = (names.index(tap.input), *output)
                assert expected[there] == 0
                expected[there] = code if OPERATIONS[op].has_weights else 1 / (divisor or 1)
        if op == "max-pool" and all(tap.input is None for tap in geometry.taps(output)):
            expected[(slice(None), *output)] = -np.inf
    np.testing.assert_allclose(response, expected, rtol=1e-14, err_msg=f"{op} {fields}")


def compare_values(op: str, fields: Fields, layer: Layer, rng: random.Random) -> None:
    """The output's numbers: whole numbers exactly, fractions closely, and the winner of every maximum."""
    geometry = Geometry(layer)
    whole = integers(layer.input_size, rng, 3)
    kernel = integers(window_size(layer), rng, 9) if OPERATIONS[op].has_weights else None
    found = in_torch(op, fields, torch.tensor(whole[None, None], dtype=torch.float64), weights(op, fields, kernel))
    ours = values_of(geometry, whole, kernel).output
    if OPERATIONS[op].reduction is Reduction.MEAN:
        np.testing.assert_allclose(ours, found[0, 0].numpy(), rtol=1e-14, atol=1e-15, err_msg=f"{op} {fields}")
    else:
        np.testing.assert_array_equal(ours, found[0, 0].numpy(), err_msg=f"{op} {fields}")
    halves = whole + np.array([rng.random() for _ in range(whole.size)]).reshape(whole.shape)
    found = in_torch(op, fields, torch.tensor(halves[None, None]), weights(op, fields, kernel))
    np.testing.assert_allclose(
        values_of(geometry, halves, kernel).output, found[0, 0].numpy(), rtol=1e-12, atol=1e-12, err_msg=f"{fields}"
    )
    if OPERATIONS[op].reduction is Reduction.MAX:
        compare_winners(op, fields, geometry, whole)


def compare_winners(op: str, fields: Fields, geometry: Geometry, numbers: NDArray[np.int64]) -> None:
    """Of equal maxima PyTorch and we choose the same; where no real cell is seen, there is no winner."""
    x = torch.tensor(numbers[None, None], dtype=torch.float64)
    maxima, chosen = (part[0, 0].numpy() for part in in_torch(op, fields, x, indices=True))
    for output in cells(geometry.output_size):
        kernel = winner(geometry, numbers, output)
        if np.isneginf(maxima[output]):
            assert kernel is None
            continue
        met = {tap.kernel: tap.input for tap in geometry.taps(output)}
        assert kernel is not None
        assert met[kernel] == cells(numbers.shape)[int(chosen[output])], f"{fields} at {output}"


def integers(size: tuple[int, ...], rng: random.Random, most: int) -> NDArray[np.int64]:
    """Small whole numbers, negative ones too."""
    return np.array([rng.randint(-most, most) for _ in range(int(np.prod(size)))], dtype=np.int64).reshape(size)


@pytest.fixture(autouse=True)
def _one_thread() -> Any:
    """These maps are so small that threads only cost time."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("dims", DIMS)
@pytest.mark.parametrize("op", POOLED_OR_WEIGHTED)
def test_random_layers_are_those_of_pytorch(op: str, dims: int) -> None:
    """PyTorch and we accept the same arguments and then agree on size, taps, divisors, values and winners."""
    rng = random.Random(f"{op} {dims}")
    tally = Tally()
    for _ in range(LAYERS_EACH):
        fields = drawn(op, dims, rng)
        layer = same_verdict(op, fields)
        if layer is None:
            tally.refused += 1
            continue
        tally.accepted += 1
        compare_taps(op, fields, layer)
        compare_values(op, fields, layer, rng)
    assert tally.accepted >= ACCEPTED_EACH
    assert tally.refused >= REFUSED_EACH
    assert tally.accepted + tally.refused == LAYERS_EACH


def test_enough_layers_in_total() -> None:
    """Two thousand layers at least are compared."""
    assert LAYERS_EACH * 2 * len(POOLED_OR_WEIGHTED) >= 2000


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths:UserWarning")
@pytest.mark.parametrize("dims", [1, 2])
def test_words_at_stride_one_are_those_of_pytorch(dims: int) -> None:
    """`same` and `valid` at stride 1 are PyTorch's, the odd cell of an even footprint behind."""
    rng = random.Random(dims)
    for _ in range(60):
        k, d = ([rng.randint(1, 4) for _ in range(dims)] for _ in range(2))
        n = [rng.randint((a - 1) * b + 1, 14) for a, b in zip(k, d)]
        for word in ("same", "valid"):
            fields: dict[str, Any] = {
                "input_size": tuple(n),
                "kernel_size": tuple(k),
                "dilation": tuple(d),
                "padding": word,
            }
            layer = Conv(**fields, dims=dims)
            compare_taps("conv", fields, layer)
