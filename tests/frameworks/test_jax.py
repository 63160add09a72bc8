"""Flax's layers against JAX: thousands of random ones, half of them by way of `jax.lax` itself, refusals too.

Compiling one layer takes a tenth of a second; many in one function take a hundredth each.
"""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from common import (
    REFUSED,
    SAME,
    WE_REFUSE,
    Case,
    Departure,
    Numbers,
    all_seen,
    batch_of,
    coded,
    departed,
    layer_of,
    verdict,
)

jax: Any = pytest.importorskip("jax")
linen: Any = pytest.importorskip("flax.linen")

KINDS = [(kind, dims) for kind in ("Conv", "ConvTranspose", "max_pool", "avg_pool") for dims in (1, 2, 3)]
DRAWN_EACH = {1: 810, 2: 920, 3: 240}  # of every layer, by dimensions
COMPARED_EACH = {1: 640, 2: 640, 3: 110}  # of them at least: 5560 in all
REFUSED_EACH = DEPARTED_EACH = 10
AT_ONCE = 150  # layers that are compiled together
QUICKLY = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
NUMBERS = "NWC", "NHWC", "NDHWC"
WEIGHTS = "WIO", "HWIO", "DHWIO"
Run = Callable[[Any, Any], Any]


def copies_too_many(case: Case) -> bool:
    """A padding by copies of more cells than a side of the input has; REFLECT leaves the border cell out."""
    mode = case.said.get("padding")
    if mode not in ("CIRCULAR", "REFLECT"):
        return False
    axes = zip(case.size, case.said["kernel_size"], case.per_axis("kernel_dilation"))
    return any(((k - 1) * d + 1) // 2 > n - (mode == "REFLECT") for n, k, d in axes)


def pads_too_many(case: Case) -> bool:
    """A ConvTranspose with padding in numbers that no cropping of stamps comes to."""
    pads = case.said.get("padding", "SAME")
    if case.kind != "ConvTranspose" or isinstance(pads, str):
        return False
    pairs = [(pad, pad) if isinstance(pad, int) else pad for pad in (pads if isinstance(pads, tuple) else (pads,))]
    rates, strides = case.per_axis("kernel_dilation"), case.per_axis("strides")
    axes = zip(pairs * (len(case.size) if isinstance(pads, int) else 1), case.said["kernel_size"], strides, rates)
    return any(low > d * (k - 1) or high - d * (k - 1) >= max(s, d) for (low, high), k, s, d in axes)


def pads_a_kernel(case: Case) -> bool:
    """A pool with as much padding on a side as its kernel has cells."""
    if not case.kind.endswith("pool") or isinstance(case.said["padding"], str):
        return False
    return any(max(pair) >= k for pair, k in zip(case.said["padding"], case.said["window_shape"]))


DEPARTURES = (
    Departure(
        "pools padded by a whole kernel",
        "JAX has windows of padding alone, of which a mean of real cells is 0/0; our pools are padded by less.",
        ("max_pool", "avg_pool"),
        pads_a_kernel,
        (WE_REFUSE,),
    ),
    Departure(
        "copies beyond a whole input",
        "JAX goes round or back and forth again, as `jnp.pad` is documented; we copy once, as PyTorch does.",
        ("Conv",),
        copies_too_many,
        (WE_REFUSE,),
    ),
    Departure(
        "ConvTranspose with zeros outside of all stamps",
        "JAX pads the spread input by any number; we have cells that no stamp reaches behind alone, and less than a "
        "stride or dilation of them.",
        ("ConvTranspose",),
        pads_too_many,
        (WE_REFUSE,),
    ),
)


def drawn(kind: str, dims: int, rng: random.Random) -> tuple[Case, tuple[int, ...] | None]:
    """A random layer, and the shape of its weights as we store them."""

    def each(low: int, high: int) -> tuple[int, ...]:
        return tuple(rng.randint(low, high) for _ in range(dims))

    channels, kernel, is_conv = rng.randint(1, 3), each(1, 4 if dims < 3 else 3), kind == "Conv"
    size = tuple(rng.randint(1, 6 if dims < 3 else 4) for _ in range(dims))
    said: dict[str, Any] = {}
    if kind.endswith("pool"):
        said["window_shape"] = kernel
        if rng.random() < 0.7:
            said["strides"] = each(1, 3)
        most = [k - (rng.random() < 0.8) for k in kernel]
        pairs = tuple((rng.randint(0, m), rng.randint(0, m)) for m in most)
        said["padding"] = rng.choice(["SAME", "VALID", pairs])
        if kind == "avg_pool" and rng.random() < 0.6:
            said["count_include_pad"] = rng.random() < 0.5
        return Case(kind, said, size, channels, f"nn.{kind}(x, "), None
    said = {"features": rng.randint(1, 3), "kernel_size": kernel}
    if rng.random() < 0.7:
        said["strides"] = each(1, 3) if is_conv else each(1, 4)
    if rng.random() < 0.4:
        said["kernel_dilation"] = each(1, 3)
    if rng.random() < 0.9:
        words = ["SAME", "VALID", "SAME", "VALID"]
        words += ["SAME_LOWER", "same", "CIRCULAR", "REFLECT", *(["CAUSAL"] * (dims == 1))] if is_conv else []
        pairs = tuple((rng.randint(0, 2), rng.randint(0, 2)) for _ in kernel)
        said["padding"] = rng.choice([*words, pairs, rng.randint(0, 2)])
    groups = 1
    if is_conv and rng.random() < 0.3:
        groups = channels
        said |= {"feature_group_count": groups, "features": groups * rng.randint(1, 2)}
    if not is_conv and rng.random() < 0.7:
        said["transpose_kernel"] = rng.random() < 0.5
    outputs = said["features"]
    leads = (outputs, channels // groups) if is_conv else (channels, outputs)
    return Case(kind, said, size, channels, f"nn.{kind}(", "use_bias=False"), (*leads, *kernel)


def in_flax(case: Case) -> Run:
    """The layer by Flax."""
    if case.kind.endswith("pool"):
        return lambda x, _: getattr(linen, case.kind)(x, **case.said)
    return lambda x, w: getattr(linen, case.kind)(**case.said, use_bias=False).apply({"params": {"kernel": w}}, x)


def in_lax(case: Case) -> Run | None:
    """The layer by `jax.lax`; None where that has no such padding."""
    padding, dims = case.said.get("padding", "SAME"), len(case.size)
    if case.kind.endswith("pool") or padding in ("CIRCULAR", "REFLECT", "CAUSAL", "same"):
        return None
    pads = [(padding, padding)] * dims if isinstance(padding, int) else padding
    shared = {
        "rhs_dilation": case.per_axis("kernel_dilation"),
        "dimension_numbers": (NUMBERS[dims - 1], WEIGHTS[dims - 1], NUMBERS[dims - 1]),
    }
    strides = case.per_axis("strides")
    if case.kind == "Conv":
        groups = case.said.get("feature_group_count", 1)
        return lambda x, w: jax.lax.conv_general_dilated(x, w, strides, pads, feature_group_count=groups, **shared)
    flips = case.said.get("transpose_kernel", False)
    return lambda x, w: jax.lax.conv_transpose(x, w, strides, pads, transpose_kernel=flips, **shared)


def as_theirs(case: Case, weights: Numbers | None) -> Any:
    """Weights as JAX stores them: `[*size, in, out]`, and `[*size, out, in]` with transpose_kernel."""
    if weights is None:
        return np.zeros(1, dtype=np.float32)
    is_swapped = case.kind == "Conv" or case.said.get("transpose_kernel", False)
    return np.moveaxis(weights, (0, 1), (-1, -2) if is_swapped else (-2, -1)).astype(np.float32)


def run_all(runs: list[Run], given: list[tuple[Any, Any]]) -> list[Numbers | None]:
    """What JAX makes of all batches; None where it refuses a layer, or gives no cell."""
    found: list[Numbers | None] = [None] * len(runs)
    able = []
    for at, run in enumerate(runs):
        try:
            if jax.eval_shape(run, *given[at]).size:
                able.append(at)
        except (ValueError, TypeError, ZeroDivisionError):
            continue
    for first in range(0, len(able), AT_ONCE):
        part = able[first : first + AT_ONCE]
        function = jax.jit(lambda pairs, part=part: [runs[at](*pair) for at, pair in zip(part, pairs)])
        results = function.lower([given[at] for at in part]).compile(QUICKLY)([given[at] for at in part])
        for at, numbers in zip(part, jax.device_get(results)):
            found[at] = np.moveaxis(numbers.astype(np.float64), -1, 1)
    return found


@pytest.mark.parametrize(("kind", "dims"), KINDS)
def test_random_layers_are_those_of_jax(kind: str, dims: int) -> None:
    """JAX and we have the same sizes, taps and numbers, or both refuse; where we refuse alone, it is known why."""
    rng = random.Random(f"jax {kind} {dims}")
    tally: Counter[str] = Counter()
    cases, runs, weights, batches = [], [], [], []
    for _ in range(DRAWN_EACH[dims]):
        case, shape = drawn(kind, dims, rng)
        by_lax = in_lax(case) if rng.random() < 0.5 else None
        tally["by jax.lax"] += by_lax is not None
        cases.append(case)
        runs.append(by_lax or in_flax(case))
        weights.append(None if shape is None else coded(shape, rng))
        batches.append(batch_of(case, rng))
    given = [
        (np.moveaxis(batch, 1, -1).astype(np.float32), as_theirs(case, kernel))
        for case, batch, kernel in zip(cases, batches, weights)
    ]
    for case, theirs, batch, kernel in zip(cases, run_all(runs, given), batches, weights):
        found = verdict(layer_of(case), theirs, batch, kernel)
        departure = departed(case, found, DEPARTURES)
        tally[found if departure is None else departure.name] += 1
    assert tally[SAME] >= COMPARED_EACH[dims], tally
    assert tally[REFUSED] >= REFUSED_EACH, tally
    all_seen(kind, tally, DEPARTURES, DEPARTED_EACH)
