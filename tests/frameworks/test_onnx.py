"""ONNX's operators against onnxruntime: thousands of random nodes, refusals too.

We follow the operators' text. onnxruntime departs from it in the ways that DEPARTURES names; there its answer is
asserted to be another one, and what the text says is checked with explicit pads.
"""

import random
from collections import Counter
from collections.abc import Iterable
from itertools import product
from math import ceil
from typing import Any

import numpy as np
import pytest
from common import (
    DIFFER,
    REFUSED,
    SAME,
    THEY_REFUSE,
    WE_REFUSE,
    Case,
    Departure,
    Numbers,
    agree,
    all_seen,
    batch_of,
    coded,
    departed,
    drawn_until,
    expected,
    layer_of,
    verdict,
)

from convanim.code.canonical import canonical
from convanim.code.framework_rules import pytorch_pool_limit
from convanim.layers.layer import ConvTranspose, Layer

onnx: Any = pytest.importorskip("onnx")
onnxruntime: Any = pytest.importorskip("onnxruntime")
onnxruntime.set_default_logger_severity(4)

KINDS = [(kind, dims) for kind in ("Conv", "ConvTranspose", "MaxPool", "AveragePool") for dims in (1, 2, 3)]
COMPARED_EACH = {1: 640, 2: 640, 3: 320}  # of every operator, by dimensions: 6400 in all
REFUSED_EACH = 20
PAST_HALF_EACH = 40  # of every pool, padded by more than PyTorch would
DEPARTED_EACH = 10  # of every departure and each of its operators in one and in two dimensions
DRAWN_FOR_DEPARTURE = 18_000
LOWEST = -1e30  # onnxruntime pads a maximum with the lowest float, where there is nothing else in a window


def is_pool(case: Case) -> bool:
    """Whether a node is a pool."""
    return case.kind.endswith("Pool")


def is_same(case: Case) -> bool:
    """Whether a node's auto_pad is SAME_UPPER or SAME_LOWER."""
    return str(case.said.get("auto_pad")).startswith("SAME")


def spans(case: Case) -> list[int]:
    """The dilated kernel on each axis."""
    return [d * (k - 1) + 1 for k, d in zip(case.per_axis("kernel_shape"), case.per_axis("dilations"))]


def totals(case: Case, lengths: Iterable[int]) -> list[int]:
    """The total padding of SAME on each axis, below 0 where windows leave cells between them."""
    sizes = zip(case.size, case.per_axis("strides"), lengths)
    return [(-(-n // s) - 1) * s + length - n for n, s, length in sizes]


def seen(case: Case, pads: list[int], ceil_mode: bool = False) -> list[set[tuple[int, ...]]]:
    """For every window, where SAME pads that much in all, the cells that it meets."""
    lower = case.said["auto_pad"] == "SAME_LOWER"
    axes = []
    sizes = zip(case.size, spans(case), case.per_axis("strides"), case.per_axis("dilations"))
    for pad, (n, span, s, d) in zip(pads, sizes):
        head, room = int((pad + lower) / 2), n + pad - span  # C rounds towards 0
        last = ceil(room / s) if ceil_mode else int(room / s)
        last -= ceil_mode and last * s >= n + head
        starts = range(-head, last * s - head + 1, s)
        axes.append([[at for at in range(start, start + span, d) if 0 <= at < n] for start in starts])
    return [set(product(*window)) for window in product(*axes)]


def ignores_dilation(case: Case) -> bool:
    """A MaxPool that sees other cells with the padding that its kernel would need without dilation."""
    if case.kind != "MaxPool" or not is_same(case) or max(case.per_axis("dilations")) == 1:
        return False
    right = [max(total, 0) for total in totals(case, spans(case))]
    theirs = totals(case, case.per_axis("kernel_shape"))
    return seen(case, right) != seen(case, theirs, bool(case.said.get("ceil_mode")))


def has_gaps(case: Case) -> bool:
    """A Conv or pool whose total padding is negative: it crops in front, but for MaxPool, which fails."""
    if case.kind == "ConvTranspose" or not is_same(case) or max(case.per_axis("dilations")) > 1:
        return False
    found = totals(case, case.per_axis("kernel_shape"))
    if case.kind == "MaxPool":
        return min(found) < 0
    theirs = [total + (case.kind == "Conv" and total < 0) for total in found]
    return seen(case, theirs) != seen(case, [max(total, 0) for total in found])


def pads_past_half(case: Case) -> bool:
    """A pool with more padding on a side than half its kernel."""
    pads = zip(case.said.get("pads", []), case.said["kernel_shape"] * 2)
    return is_pool(case) and any(pad > pytorch_pool_limit(k) for pad, k in pads)


def adds_past_stride(case: Case) -> bool:
    """A ConvTranspose with output_padding from the stride on, but below the dilation."""
    axes = zip(case.per_axis("output_padding", 0), case.per_axis("strides"), case.per_axis("dilations"))
    return case.kind == "ConvTranspose" and any(s <= extra < d for extra, s, d in axes)


def lacks_cells(case: Case) -> bool:
    """A ConvTranspose whose stamps, side by side, come short of n·s cells."""
    extras = zip(case.per_axis("strides"), spans(case), case.per_axis("output_padding", 0))
    if case.kind != "ConvTranspose" or not is_same(case) or adds_past_stride(case):
        return False
    return any(s > ke + extra for s, ke, extra in extras)


def barely_too_large(case: Case) -> bool:
    """A pool, without ceil_mode, that does not fit its padded input, by less than a stride."""
    if not is_pool(case) or is_same(case):
        return False
    dims = len(case.size)
    pads = case.said.get("pads", [0] * 2 * dims)
    room = [n + a + b - ke for n, a, b, ke in zip(case.size, pads[:dims], pads[dims:], spans(case))]
    return (
        not case.said.get("ceil_mode")
        and min(room) < 0
        and all(left > -s for left, s in zip(room, case.per_axis("strides")))
    )


DEPARTURES = (
    Departure(
        "Conv refuses auto_pad SAME with dilation",
        "The text has one formula of SAME for all dilations; onnxruntime says 'Dilation not supported'.",
        ("Conv",),
        lambda case: case.kind == "Conv" and is_same(case) and max(case.per_axis("dilations")) > 1,
        (THEY_REFUSE,),
    ),
    Departure(
        "MaxPool SAME ignores dilation",
        "The text pads for the dilated kernel; onnxruntime for the kernel alone, so that its output is smaller.",
        ("MaxPool",),
        ignores_dilation,
        (DIFFER, THEY_REFUSE),
    ),
    Departure(
        "SAME shifts windows over gaps",
        "Where a stride past the kernel makes the total padding negative, Conv and means crop in front, MaxPool fails.",
        ("Conv", "MaxPool", "AveragePool"),
        has_gaps,
        (DIFFER, THEY_REFUSE),
    ),
    Departure(
        "ConvTranspose refuses output_padding from the stride on",
        "The text allows output_padding below the stride or the dilation; onnxruntime below the stride.",
        ("ConvTranspose",),
        adds_past_stride,
        (THEY_REFUSE,),
    ),
    Departure(
        "ConvTranspose SAME comes short of n·s",
        "The text says n·s cells; onnxruntime gives (n − 1)·s + ke + output_padding where the stride is larger.",
        ("ConvTranspose",),
        lacks_cells,
        (DIFFER,),
    ),
    Departure(
        "a pool too large for its input gives one cell",
        "The text's floor of a negative quotient leaves no cell; onnxruntime divides towards 0.",
        ("MaxPool", "AveragePool"),
        barely_too_large,
        (WE_REFUSE,),
    ),
)


def drawn(kind: str, dims: int, rng: random.Random) -> tuple[Case, tuple[int, ...] | None]:
    """A random node, and the shape of its weights."""
    pool = kind.endswith("Pool")

    def each(low: int, high: int) -> list[int]:
        return [rng.randint(low, high) for _ in range(dims)]

    said: dict[str, Any] = {"kernel_shape": each(1, 4 if dims < 3 else 3)}
    if rng.random() < 0.7:
        said["strides"] = each(1, 4 if dims < 3 else 2)
    if rng.random() < 0.4 and kind != "AveragePool":
        said["dilations"] = each(1, 3)
    way = rng.random()
    if way < 0.4:
        said["auto_pad"] = rng.choice(["SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"])
    elif way < 0.85:
        said["pads"] = [rng.randint(0, k - (rng.random() < 0.9) if pool else 2) for k in said["kernel_shape"] * 2]
    channels, after, shape = rng.randint(1, 3), "", None
    if pool:
        if rng.random() < 0.5:
            said["ceil_mode"] = rng.randint(0, 1)
        if kind == "AveragePool" and rng.random() < 0.5:
            said["count_include_pad"] = rng.randint(0, 1)
    else:
        said["group"] = group = rng.choice([1, 1, channels])
        if kind == "ConvTranspose" and rng.random() < 0.4:
            said["output_padding"] = each(0, 2)
        made = group * rng.randint(1, 2)
        leads = (made, channels // group) if kind == "Conv" else (channels, made // group)
        shape = (*leads, *said["kernel_shape"])
        after = f"W={list(shape)}"
    size = tuple(rng.randint(1, 7 if dims < 3 else 4) for _ in range(dims))
    return Case(kind, said, size, channels, f"{kind}(", after), shape


def run(kind: str, said: dict[str, Any], batch: Numbers, weights: Numbers | None) -> Numbers | None:
    """What onnxruntime makes of a batch; None where it refuses the node, or gives no cell."""
    helper, single = onnx.helper, onnx.TensorProto.FLOAT
    node = helper.make_node(kind, ["X"] if weights is None else ["X", "W"], ["Y"], **said)
    held = [] if weights is None else [onnx.numpy_helper.from_array(weights.astype(np.float32), "W")]
    source = helper.make_tensor_value_info("X", single, list(batch.shape))
    graph = helper.make_graph([node], "g", [source], [helper.make_tensor_value_info("Y", single, None)], held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        found = session.run(None, {"X": batch.astype(np.float32)})[0].astype(np.float64)
    except Exception:  # its errors have no ancestor of their own
        return None
    return np.where(found < LOWEST, -np.inf, found) if found.size else None


def as_the_text_says(case: Case, layer: Layer, batch: Numbers, weights: Numbers | None) -> None:
    """With the pads that we read out of the text, spelled out, onnxruntime agrees."""
    layer = canonical(layer)
    wanted = expected(layer, batch, weights)
    said = {name: value for name, value in case.said.items() if name not in ("auto_pad", "pads", "output_padding")}
    if is_pool(case):
        said.pop("ceil_mode", None)
    if case.kind == "MaxPool":  # its pads must be less than the kernel
        batch = np.pad(batch, ((0, 0), (0, 0), *layer.padding), constant_values=-np.inf)  # type: ignore[union-attr]
    else:
        said["pads"] = [before for before, _ in layer.padding] + [after for _, after in layer.padding]  # type: ignore[union-attr]
    if isinstance(layer, ConvTranspose):
        within = [extra if extra < s else 0 for extra, s in zip(layer.output_padding, layer.stride)]
        said["output_padding"] = within
        for axis, (extra, kept) in enumerate(zip(layer.output_padding, within), start=2):
            wanted = wanted.take(range(wanted.shape[axis] - extra + kept), axis)
    found = run(case.kind, said, batch, weights)
    assert found is not None or not wanted.size, f"{case}, spelled out as {said}"
    assert found is None or agree(wanted, found), f"{case}, spelled out as {said}"


def compared(case: Case, shape: tuple[int, ...] | None, rng: random.Random, departures: tuple[Departure, ...]) -> str:
    """The verdict on a node, or the name of its departure; then the text is checked with explicit pads."""
    weights = None if shape is None else coded(shape, rng)
    batch, layer = batch_of(case, rng), layer_of(case)
    found = verdict(layer, run(case.kind, case.said, batch, weights), batch, weights)
    departure = departed(case, found, departures)
    if departure is None:
        return found
    if layer is not None:
        as_the_text_says(case, layer, batch, weights)
    return departure.name


@pytest.mark.parametrize(("kind", "dims"), KINDS)
def test_random_nodes_are_those_of_onnxruntime(kind: str, dims: int) -> None:
    """onnxruntime and we have the same sizes, taps and numbers, or it departs from the text as it is known to."""
    rng = random.Random(f"onnx {kind} {dims}")
    tally: Counter[str] = Counter()
    for _ in drawn_until(COMPARED_EACH[dims], tally):
        case, shape = drawn(kind, dims, rng)
        found = compared(case, shape, rng, DEPARTURES)
        tally[found] += 1
        tally["past half"] += found == SAME and pads_past_half(case)
    assert tally["past half"] >= PAST_HALF_EACH or not kind.endswith("Pool"), tally
    assert tally[REFUSED] >= REFUSED_EACH
    assert tally[SAME] == COMPARED_EACH[dims]


@pytest.mark.parametrize("dims", [1, 2])
@pytest.mark.parametrize("departure", DEPARTURES, ids=lambda departure: departure.name)
def test_departures_are_still_there(departure: Departure, dims: int) -> None:
    """Of every operator that departs from the text enough nodes do; one that no longer does fails."""
    for kind in departure.kinds:
        rng = random.Random(f"{departure.name} {kind} {dims}")
        tally: Counter[str] = Counter()
        for _ in range(DRAWN_FOR_DEPARTURE):
            case, shape = drawn(kind, dims, rng)
            if tally[departure.name] < DEPARTED_EACH and departure.holds(case):
                tally[compared(case, shape, rng, (departure,))] += 1
        all_seen(kind, tally, (departure,), DEPARTED_EACH)
