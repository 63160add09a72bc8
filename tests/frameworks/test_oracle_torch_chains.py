"""Chains against PyTorch: shapes, values, cost, and receptive fields against the gradients that reach each map."""

import random
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from helpers.oracle import cells
from numpy.typing import NDArray
from test_oracle_torch_channels import Fields, integers, module_of

from convanim.errors import RequestError
from convanim.figures.options import Options
from convanim.layers.operations import OPERATIONS
from convanim.layers.sizes import Sizes
from convanim.networks.chain import Chain, StageLike
from convanim.networks.cost import Cost, cost_of
from convanim.networks.pointwise import FUNCTIONS, Pointwise
from convanim.networks.receptive_fields import Dependence, Region, receptive_fields
from convanim.numbers.figure_values import figure_values

torch = pytest.importorskip("torch")
flop_counter = pytest.importorskip("torch.utils.flop_counter")
functional = torch.nn.functional

SLIDING = ("conv", "conv-transpose", "max-pool", "avg-pool")
CHAINS = 720
ACCEPTED = 500
MOST_CELLS = 700  # in one map
POINTWISE = {
    "relu": functional.relu,
    "leaky-relu": functional.leaky_relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "relu6": functional.relu6,
}
EXACT = ["conv", "conv-transpose", "max-pool", "relu"]  # what keeps whole numbers whole
SHORT = {"padding": "p", "stride": "s", "dilation": "d", "groups": "g", "output_padding": "op"}


@dataclass
class Step:
    """One stage as PyTorch has it: its operation, its arguments, its module or function."""

    op: str
    fields: Fields
    module: Any


@dataclass
class Case:
    """A chain as we are asked for it and as PyTorch has it; `refused` is the stage that PyTorch refuses, from 1."""

    arguments: dict[str, Any]
    shape: Sizes  # of the input, channels first
    steps: list[Step]
    has_channels: bool
    refused: int | None = None


def drawn_case(rng: random.Random, ops: list[str], dims: int, size: tuple[int, int], count: int) -> Case:
    """A chain of `count` stages, or fewer where the last is one that PyTorch refuses."""
    mode = rng.choice(["without", "given", "implied"])  # a stage that has channels implies that all maps have
    channels = rng.randint(1, 4) if mode == "given" else 1
    place = tuple(rng.randint(*size) for _ in range(dims))
    shape: Sizes = (channels, *place)
    asked: list[StageLike] = []
    case = Case({"stages": asked, "input_size": place}, shape, [], mode == "given")
    if mode == "given":
        in_text = {"input_size": f"{channels}@{spelled(place)}", "dims": dims}
        case.arguments |= in_text if rng.random() < 0.5 else {"in_channels": channels}
    while len(case.steps) < count and case.refused is None:
        op = rng.choice(ops)
        fields = drawn_fields(op, shape, rng, mode != "without")
        module, made = tried(op, fields)
        if module is None and rng.random() < 0.4:
            case.refused = len(case.steps) + 1
        elif module is None or np.prod(made) > MOST_CELLS:
            continue
        case.steps.append(Step(op, fields, module))
        stage, names_channels = as_asked(op, fields, rng, mode != "without", module is None)
        asked.append(stage)
        case.has_channels |= names_channels
        shape = made
    return case


def drawn_fields(op: str, shape: Sizes, rng: random.Random, with_channels: bool) -> Fields:
    """Arguments of one stage that reads a map of `shape`."""
    channels, *size = shape

    def sizes(low: int, high: int) -> int | tuple[int, ...]:
        """One number for every axis or one per axis, both at random."""
        return rng.randint(low, high) if rng.random() < 0.5 else tuple(rng.randint(low, high) for _ in size)

    fields: Fields = {"input_size": tuple(size), "in_channels": channels}
    if op in FUNCTIONS:
        return fields
    fields |= {"kernel_size": sizes(1, 3), "stride": sizes(1, 2), "padding": sizes(0, 1)}
    if op == "avg-pool":
        fields |= {"ceil_mode": rng.random() < 0.5, "count_include_pad": rng.random() < 0.5}
        return fields | ({"divisor_override": rng.randint(1, 5)} if len(size) == 2 and rng.random() < 0.3 else {})
    fields["dilation"] = sizes(1, 2)
    if op == "max-pool":
        return fields | {"ceil_mode": rng.random() < 0.5}
    if op == "conv-transpose" and rng.random() < 0.5:
        fields["output_padding"] = sizes(0, 1)
    groups = rng.choice([1, 1, 2, 3, channels]) if with_channels else 1
    return fields | {"out_channels": groups * rng.randint(1, 3) if with_channels else 1, "groups": groups}


def tried(op: str, fields: Fields) -> tuple[Any, Sizes]:
    """PyTorch's module or function of a stage, None where it refuses, and the shape of the map that it makes."""
    x = torch.zeros(1, fields["in_channels"], *fields["input_size"], dtype=torch.float64)
    try:
        module = POINTWISE[op] if op in FUNCTIONS else module_of(op, fields)
        made = module(x)
    except (RuntimeError, ValueError):
        return None, ()
    # Where a maximum is that of no cell at all, -inf goes on into the next stage: such a map is as good as too large.
    return module, tuple(made.shape[1:]) if torch.isfinite(made).all() else (MOST_CELLS + 1,)


def as_asked(
    op: str, fields: Fields, rng: random.Random, with_channels: bool, is_refused: bool
) -> tuple[StageLike, bool]:
    """A stage as text, as a table or as a finished layer, and whether it says that there are channels."""
    form = rng.choice(["text", "table"] if is_refused else ["text", "table", "finished"])
    channels = fields["in_channels"] if with_channels else None
    if op in FUNCTIONS:
        if form == "finished":
            return Pointwise(op, fields["input_size"], channels), with_channels
        return (op if form == "text" else {"op": op}), False
    asked = {name: value for name, value in fields.items() if name not in ("input_size", "in_channels")}
    if not with_channels or (asked.get("out_channels") == asked.get("groups") and rng.random() < 0.5):
        asked.pop("out_channels", None)
    if asked.get("groups") == 1 and rng.random() < 0.5:
        del asked["groups"]
    if form == "finished":
        return OPERATIONS[op].layer(**asked, input_size=fields["input_size"], in_channels=channels), with_channels
    names_channels = "out_channels" in asked or asked.get("groups", 1) > 1
    return (as_text(op, asked, rng) if form == "text" else {"op": op, **asked}), names_channels


def as_text(op: str, asked: Fields, rng: random.Random) -> str:
    """A stage in a few words: the kernel, then the filters and the rest in any order."""
    words = [str(asked["out_channels"])] if "out_channels" in asked else []
    for name, value in asked.items():
        if name == "ceil_mode" and value and rng.random() < 0.5:
            words.append("ceil")
        elif name in SHORT and rng.random() < 0.7:
            words.append(SHORT[name] + spelled(value))
        elif name not in ("kernel_size", "out_channels"):
            words.append(f"{name.replace('_', '-')}={spelled(value)}")
    rng.shuffle(words)
    return " ".join([op, spelled(asked["kernel_size"]), *words])


def spelled(value: Any) -> str:
    """A value as a stage's text has it."""
    return "x".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value).lower()


def same_verdict(case: Case) -> Chain | None:
    """The chain, or None where both sides refuse the same stage; fails when they differ."""
    chain = None
    refused = None
    try:
        chain = Chain(**case.arguments)
    except RequestError as error:
        refused = error.field
    theirs = None if case.refused is None else f"stage {case.refused}"
    assert refused == theirs, f"{case.arguments}: we refuse {refused}, PyTorch {theirs}"
    return chain


def bare(map_: Any, case: Case) -> NDArray[np.float64]:
    """A map of PyTorch's as we index it: no batch, and no channel where there are none."""
    array: NDArray[np.float64] = map_.detach().numpy()[0]
    return array if case.has_channels else array[0]


def compare_values(chain: Chain, case: Case, rng: random.Random) -> bool:
    """Every map's shape and numbers, and the cost; whether they were whole numbers, which agree exactly."""
    is_whole = rng.random() < 0.5
    x = integers(case.shape, rng, 3)
    x = x if is_whole else x + np.array([rng.random() for _ in range(x.size)]).reshape(x.shape)
    maps = [torch.tensor(x[None], dtype=torch.float64)]
    kernels: list[NDArray[np.int64] | None] = []
    with torch.no_grad(), flop_counter.FlopCounterMode(display=False) as counter:
        for step in case.steps:
            kernel = None
            if step.op in OPERATIONS and OPERATIONS[step.op].has_weights:
                kernel = integers(tuple(step.module.weight.shape), rng, 2)
                step.module.weight.copy_(torch.tensor(kernel))
            kernels.append(kernel if kernel is None or case.has_channels else kernel[0, 0])
            maps.append(step.module(maps[-1]))
    made = sum(map_.numel() for map_ in maps[1:])
    weights = sum(p.numel() for step in case.steps if step.op in OPERATIONS for p in step.module.parameters())
    assert cost_of(chain) == Cost(weights, counter.get_total_flops() // 2, made), f"{case.arguments}"
    assert chain.has_channels == case.has_channels
    assert chain.shapes == tuple(bare(map_, case).shape for map_ in maps), f"{case.arguments}"
    values = figure_values(chain, Options(values=x if case.has_channels else x[0], kernel_values=kernels))
    assert values is not None
    assert len(values.maps) == len(maps)
    assert [None if k is None else k.tolist() for k in values.kernels] == [
        None if k is None else k.tolist() for k in kernels
    ]
    for ours, theirs, op in zip(values.maps, maps, ["", *(step.op for step in case.steps)]):
        is_whole = is_whole and op in ("", *EXACT)
        if is_whole:
            assert ours.dtype == np.int64
            np.testing.assert_array_equal(ours, bare(theirs, case), err_msg=f"{case.arguments}")
        np.testing.assert_allclose(ours, bare(theirs, case), rtol=1e-9, atol=1e-9, err_msg=f"{case.arguments}")
    return is_whole


def positive(step: Step, x: Any) -> Any:
    """What a stage of positive weights makes of positive numbers, so that every cell read has a gradient.

    A max pool, whose gradient reaches its winner alone, becomes the sum of the same windows.
    """
    if step.op in FUNCTIONS or step.op == "avg-pool":
        return step.module(x)
    fields, dims = step.fields, x.dim() - 2
    if step.op != "max-pool":
        weight = torch.rand_like(step.module.weight) + 0.5
        with torch.no_grad():
            step.module.weight.copy_(weight / weight[0].numel())
        return step.module(x) + 0.1
    size = step.module(x).shape[2:]
    per_axis = {n: v if isinstance(v, tuple) else (v,) * dims for n, v in fields.items() if n != "in_channels"}
    sides = [(p, p + s) for p, s in zip(per_axis["padding"], per_axis["stride"])]  # ceil_mode's overhang too
    padded = functional.pad(x, [side for pair in reversed(sides) for side in pair])
    ones = torch.ones(x.shape[1], 1, *per_axis["kernel_size"], dtype=x.dtype)
    convolve = functional.conv1d if dims == 1 else functional.conv2d
    summed = convolve(padded, ones, stride=fields["stride"], dilation=fields["dilation"], groups=x.shape[1])
    return summed[(..., *(slice(n) for n in size))] / ones[0].numel() + 0.1


def mask_of(region: Region, shape: Sizes) -> NDArray[np.bool_]:
    """The cells of a region, as a mask over its map."""
    mask = np.zeros(shape, dtype=bool)
    channels = () if region.channels is None else (np.array(region.channels, dtype=np.int64),)
    mask[np.ix_(*channels, *region.axes)] = True
    return mask


def compare_fields(chain: Chain, case: Case, rng: random.Random) -> Counter[str]:
    """Some cells' receptive fields in every map, and by formula; what they were like."""
    maps = [torch.rand(1, *case.shape, dtype=torch.float64, requires_grad=True)]
    for step in case.steps:
        maps.append(positive(step, maps[-1]))
    seen: Counter[str] = Counter()
    dependence = Dependence(chain)
    for stage in {len(case.steps), rng.randint(1, len(case.steps))}:
        for cell in rng.sample(cells(chain.shapes[stage]), min(3, int(np.prod(chain.shapes[stage])))):
            there = maps[stage][(0, *cell) if case.has_channels else (0, 0, *cell)]
            found = torch.autograd.grad(there, maps[: stage + 1], retain_graph=True)
            masks = [bare(gradient, case) != 0 for gradient in found]
            regions = dependence.regions(cell, stage)
            assert len(regions) == stage + 1
            for region, mask in zip(regions, masks):
                np.testing.assert_array_equal(mask_of(region, mask.shape), mask, f"{case.arguments} {stage} {cell}")
            seen[compare_ends(chain, dependence, stage, cell, masks[0])] += 1
    return seen


def compare_ends(chain: Chain, dependence: Dependence, stage: int, cell: Sizes, mask: NDArray[np.bool_]) -> str:
    """The first and last cell reached, and the formula's rectangle around them."""
    dims = len(chain.input_size)
    reached = dependence.reached(stage)
    place = cell[-dims:]
    ends = [(int(first[i]), int(last[i])) for (first, last), i in zip(reached, place)]
    assert [len(first) for first, _ in reached] == list(chain.shapes[stage][-dims:])
    assert mask.any() == all(first <= last for first, last in ends)
    box = dependence.regions(cell, stage)[0].box
    assert (box is None) == (not mask.any())
    if box is None:
        return "nothing"
    indices = np.nonzero(mask)[-dims:]
    assert list(box) == ends == [(int(axis.min()), int(axis.max())) for axis in indices]
    has_transposed = any(made.op == "conv-transpose" for made in chain.stages[:stage])
    by_formula = rectangle(chain, stage, cell)
    assert all(begin <= first and last <= end for (begin, end), (first, last) in zip(by_formula, ends))
    if has_transposed:
        return "transposed"
    for (begin, end), n, (first, last) in zip(by_formula, chain.input_size, ends):
        assert begin < 0 or end >= n or (begin == first and end == last)
    return "inside" if all(begin >= 0 and end < n for (begin, end), n in zip(by_formula, chain.input_size)) else "edge"


def rectangle(chain: Chain, stage: int, cell: Sizes) -> list[tuple[Fraction, Fraction]]:
    """Where a cell's receptive field begins and ends by the formula, borders not looked at."""
    fields = receptive_fields(chain)[stage - 1]
    begins = [field.start + i * field.stride for field, i in zip(fields, cell[-len(fields) :])]
    return [(begin, begin + field.size - 1) for begin, field in zip(begins, fields)]


@pytest.fixture(autouse=True)
def _one_thread() -> Any:
    """These maps are so small that threads only cost time."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("dims", [1, 2])
def test_random_chains_are_those_of_pytorch(dims: int) -> None:
    """PyTorch and we refuse the same stages and else agree on every map's shape and numbers, and on the cost."""
    rng = random.Random(f"chain values {dims}")
    accepted: Counter[int] = Counter()
    refused = whole = 0
    for number in range(CHAINS // 2):
        ops = EXACT if number % 2 else [*SLIDING, *FUNCTIONS]
        case = drawn_case(rng, ops, dims, (1, 8), 1 + number % 5)
        chain = same_verdict(case)
        if chain is None:
            refused += 1
            continue
        accepted[len(chain.stages)] += 1
        whole += compare_values(chain, case, rng)
    assert sum(accepted.values()) >= ACCEPTED // 2
    assert min(accepted[count] for count in range(1, 6)) >= 40
    assert refused >= 30
    assert whole >= 50


@pytest.mark.parametrize("dims", [1, 2])
def test_receptive_fields_are_the_gradients_that_reach_each_map(dims: int) -> None:
    """A cell depends on the cells of every earlier map in which its gradient in a chain of positive weights is not 0.

    The formula's rectangle holds them all, and ends with them where nothing is transposed and it stays in the input.
    """
    rng = random.Random(f"chain fields {dims}")
    seen: Counter[str] = Counter()
    accepted = 0
    while accepted < ACCEPTED // 2:
        case = drawn_case(rng, [*SLIDING, *SLIDING, *FUNCTIONS], dims, (1, 14 // dims), 1 + accepted % 5)
        chain = same_verdict(case)
        if chain is not None:
            accepted += 1
            seen += compare_fields(chain, case, rng)
    assert min(seen[kind] for kind in ("transposed", "edge", "inside")) >= 100
    assert seen["nothing"] >= 30


@pytest.mark.parametrize("op", list(FUNCTIONS))
def test_pointwise_functions_are_those_of_pytorch(op: str) -> None:
    """Far from 0 and next to it, on either side, a non-linearity gives PyTorch's number."""
    numbers = [sign * 10.0**power for power in range(-12, 300, 2) for sign in (-1, 1)] + np.linspace(-9, 9, 91).tolist()
    theirs = POINTWISE[op](torch.tensor(numbers, dtype=torch.float64)).numpy()
    np.testing.assert_allclose([FUNCTIONS[op](x) for x in numbers], theirs, rtol=1e-13, atol=1e-15)
