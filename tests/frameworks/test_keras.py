"""Keras's layers against Keras 3 on PyTorch, text and live layers.

Not on JAX: while it compiles some of Keras's transposed convolutions, XLA (jaxlib 0.10.2) ends the whole process with a
failed check, as for `Conv2DTranspose(3, (4, 2), strides=(4, 2), output_padding=0, padding="same")` on 3@3x4.
"""

import os
import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from common import (
    DIFFER,
    REFUSED,
    SAME,
    THEY_REFUSE,
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

from convanim.code.framework_rules import keras_takes_both
from convanim.code.live_layers import from_module, kernel_of
from convanim.layers.layer import kernel_shape

torch: Any = pytest.importorskip("torch")
os.environ.setdefault("KERAS_BACKEND", "torch")
keras: Any = pytest.importorskip("keras")
if keras.backend.backend() != "torch":
    pytest.skip("asked for Keras on another backend", allow_module_level=True)

FAMILIES = ("Conv{}D", "Conv{}DTranspose", "DepthwiseConv{}D", "MaxPooling{}D", "AveragePooling{}D")
NAMES = [family.format(dims) for family in FAMILIES for dims in (1, 2, 3) if "Depthwise" not in family or dims < 3]
COMPARED_EACH = {1: 520, 2: 520, 3: 260}  # of every layer, by dimensions: 6240 in all
REFUSED_EACH = 10
DEPARTED_EACH = {1: 20, 2: 20, 3: 10}  # of every departure, in half as many layers of three axes as of two


def counts_copies(case: Case) -> bool:
    """A mean with `same`, an odd padding on an axis, and copies of some of a window's cells more than of others."""
    if "Average" not in case.kind or case.said["padding"].lower() != "same":
        return False
    pool = case.per_axis("pool_size")
    is_odd = is_uneven = False
    for n, k, s in zip(case.size, pool, pool if "strides" not in case.said else case.per_axis("strides")):
        total = max((-(-n // s) - 1) * s + k - n, 0)
        is_odd |= total % 2 == 1
        for start in range(-(total // 2), n - total // 2, s):
            met = Counter(min(max(cell, 0), n - 1) for cell in range(start, start + k))
            is_uneven |= len(set(met.values())) > 1
    return is_odd and is_uneven


def strides_and_dilates(case: Case) -> bool:
    """A layer with a stride and a dilation."""
    return all(max(case.per_axis(name)) > 1 for name in ("strides", "dilation_rate"))


def is_small_volume(case: Case) -> bool:
    """A mean on three axes with `same` whose kernel is larger than its input."""
    is_same = "Average" in case.kind and "3" in case.kind and case.said["padding"].lower() == "same"
    return is_same and any(n < k for n, k in zip(case.size, case.per_axis("pool_size")))


DEPARTURES = (
    Departure(
        "AveragePooling3D larger than its input",
        "PyTorch refuses such means on three axes alone, padded or not; where Keras pads before it, it takes them.",
        ("AveragePooling3D",),
        is_small_volume,
        (THEY_REFUSE, SAME, DIFFER),
    ),
    Departure(
        "AveragePooling same with an odd padding counts padded cells",
        "Padded cells are not to count; on PyTorch Keras then copies the border cells first, and counts the copies.",
        ("AveragePooling1D", "AveragePooling2D", "AveragePooling3D"),
        counts_copies,
        (DIFFER,),
    ),
)


def dims_of(name: str) -> int:
    """How many axes a layer of that name has."""
    return next(dims for dims in (1, 2, 3) if str(dims) in name)


def drawn(name: str, rng: random.Random) -> Case:
    """A random layer of Keras."""
    dims = dims_of(name)
    kind = name.replace(str(dims), "")

    def sizes(low: int, high: int) -> Any:
        one = rng.random() < 0.4
        return rng.randint(low, high) if one else tuple(rng.randint(low, high) for _ in range(dims))

    channels, said = rng.randint(1, 3), {}
    if kind.endswith("PoolingD"):
        said["pool_size"] = sizes(1, 4 if dims < 3 else 3)
        if rng.random() < 0.7:
            said["strides"] = sizes(1, 4)
    else:
        said["kernel_size"] = sizes(1, 4 if dims < 3 else 3)
        if rng.random() < 0.6:
            said["strides"] = sizes(1, 4)
        if rng.random() < (0.1 if "strides" in said and kind != "DepthwiseConvD" else 0.6):
            said["dilation_rate"] = sizes(1, 3)
        if kind.startswith("Depthwise"):
            said["depth_multiplier"] = rng.randint(1, 2)
        else:
            said["filters"] = rng.randint(1, 3)
        if kind == "ConvDTranspose" and rng.random() < 0.5:
            said["output_padding"] = sizes(0, 2)
        if kind == "ConvD" and rng.random() < 0.3:
            said |= {"groups": channels, "filters": channels * rng.randint(1, 2)}
        said["use_bias"] = False
    said["padding"] = rng.choice(["valid", "same", "SAME", *(["causal"] * (name == "Conv1D"))])
    size = tuple(rng.randint(1, 7 if dims < 3 else 4) for _ in range(dims))
    return Case(name, said, size, channels, f"keras.layers.{name}(")


def made(case: Case, rng: random.Random) -> Any:
    """The live layer, built, with coded weights; None where Keras refuses it."""
    try:
        module = getattr(keras.layers, case.kind)(**case.said, dtype="float64")
        module.build((None, *case.size, case.channels))
    except (ValueError, TypeError, ZeroDivisionError):
        return None
    weights = module.get_weights()
    module.set_weights([coded(weight.shape, rng) for weight in weights])
    return module


def run(module: Any, batch: Numbers) -> Numbers | None:
    """What a live layer makes of a batch; None where it refuses that, or gives no cell."""
    try:
        found = module(np.moveaxis(batch, 1, -1))
    except (ValueError, TypeError, RuntimeError, ZeroDivisionError):
        return None
    numbers = np.moveaxis(np.asarray(keras.ops.convert_to_numpy(found), dtype=np.float64), -1, 1)
    return numbers if numbers.size else None


def mean_of_real_cells(case: Case, padding: Any, batch: Numbers) -> Numbers:
    """The same mean with Keras's `valid` over an input that was padded before, by the share of real cells."""
    bare = Case(case.kind, case.said | {"padding": "valid"}, case.size, case.channels)
    sides = ((0, 0), (0, 0), *padding)
    module = made(bare, random.Random(0))
    total, share = (run(module, np.pad(cells, sides)) for cells in (batch, np.ones_like(batch)))
    assert total is not None
    assert share is not None
    return total / share


@pytest.fixture(autouse=True)
def _one_thread() -> Any:
    """These layers are too small for several threads, which would wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("name", NAMES)
def test_random_layers_are_those_of_keras(name: str) -> None:
    """Keras and we have the same sizes, taps and numbers, or both refuse; the live layer's attributes say the same."""
    rng = random.Random(f"keras {name}")
    tally: Counter[str] = Counter()
    for _ in drawn_until(COMPARED_EACH[dims_of(name)], tally):
        case = drawn(name, rng)
        module, layer, batch = made(case, rng), layer_of(case), batch_of(case, rng)
        theirs = None if module is None else run(module, batch)
        weights = None
        if layer is not None and module is not None and "Pooling" not in name:
            weights = kernel_of(module)
            assert weights.shape == kernel_shape(layer), case
        found = verdict(layer, theirs, batch, weights)
        departure = departed(case, found, DEPARTURES)
        tally[found if departure is None else departure.name] += 1
        tally["both"] += found == SAME and strides_and_dilates(case)
        if layer is not None:
            assert from_module(module, case.shape) == layer, case
        if departure is not None and layer is not None and counts_copies(case):
            assert agree(expected(layer, batch, None), mean_of_real_cells(case, layer.padding, batch)), case  # type: ignore[union-attr]
    assert tally[SAME] == COMPARED_EACH[dims_of(name)]
    assert tally["both"] >= DEPARTED_EACH[dims_of(name)] if "Depthwise" in name else tally["both"] == 0
    assert tally[REFUSED] >= REFUSED_EACH
    all_seen(name, tally, DEPARTURES, DEPARTED_EACH[dims_of(name)])


@pytest.mark.parametrize("name", [name for name in NAMES if "Conv" in name and "3" not in name])
def test_only_depthwise_takes_strides_with_dilation(name: str) -> None:
    """The documents of all convolutions exclude both; Conv and ConvTranspose do refuse them, DepthwiseConv does not."""
    layer = getattr(keras.layers, name)
    assert "`strides > 1` is incompatible with `dilation_rate > 1`" in " ".join(layer.__doc__.split())
    if keras_takes_both(name):
        layer(kernel_size=3, strides=2, dilation_rate=2)
    else:
        with pytest.raises(ValueError, match="not supported in conjunction"):
            layer(filters=1, kernel_size=3, strides=2, dilation_rate=2)
