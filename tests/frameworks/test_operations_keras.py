"""Keras's layers beside convolutions and pools against Keras 3 on PyTorch, on one to three axes."""

import os
import random
from typing import Any

import numpy as np
import pytest
from common import DIFFER, SAME, Case, Departure, Numbers
from operation_campaign import campaign, each

torch: Any = pytest.importorskip("torch")
os.environ.setdefault("KERAS_BACKEND", "torch")
keras: Any = pytest.importorskip("keras")
if keras.backend.backend() != "torch":
    pytest.skip("asked for Keras on another backend", allow_module_level=True)

COMPARED_EACH = 150


def run(cases: list[Case], numbers: list[Numbers]) -> list[Numbers | None]:
    """What Keras makes of them; None where it refuses, or gives no cell."""
    found: list[Numbers | None] = []
    for case, x in zip(cases, numbers):
        known = {"keras": keras, "x": keras.ops.convert_to_tensor(np.moveaxis(x[None], 1, -1).astype(np.float32))}
        try:
            made = eval(case.code, known)
            made = made(known["x"]) if isinstance(made, keras.layers.Layer) else made
        except (RuntimeError, ValueError, TypeError, ZeroDivisionError, AttributeError):
            found.append(None)
            continue
        array = np.asarray(keras.ops.convert_to_numpy(made), dtype=np.float64)
        found.append(np.moveaxis(array, -1, 1)[0] if array.ndim == len(case.size) + 2 else array)
    return found


def layer(name: str, said: dict[str, Any], size: list[int], channels: int) -> Case:
    """A layer, or a function of `keras.ops` on its input."""
    before = f"keras.{name}(x, " if name.startswith("ops.") else f"keras.layers.{name}("
    return Case(name, said, tuple(size), channels, before)


def sides(dims: int, rng: random.Random, most: int) -> Any:
    """One number, one for each axis, or two."""
    form = rng.randrange(3)
    if form == 0:
        return rng.randint(0, most)
    pairs = tuple((rng.randint(0, most), rng.randint(0, most)) for _ in range(dims))
    if dims == 1:
        return pairs[0]
    return tuple(before for before, _ in pairs) if form == 1 else pairs


def global_pool(dims: int, rng: random.Random) -> Case:
    """Global pools that keep their axes."""
    kind = rng.choice(["Average", "Max"])
    size = each(rng, dims, 1, 5)
    return layer(f"Global{kind}Pooling{dims}D", {"keepdims": True}, size, rng.randint(1, 3))


def adaptive(dims: int, rng: random.Random) -> Case:
    """Adaptive pools."""
    kind = rng.choice(["Average", "Max"])
    most = 8 if dims < 3 else 4
    said = {"output_size": rng.choice([rng.randint(1, most), tuple(each(rng, dims, 1, most))])}
    return layer(f"Adaptive{kind}Pooling{dims}D", said, each(rng, dims, 1, most), rng.randint(1, 2))


def pad(dims: int, rng: random.Random) -> Case:
    """ZeroPadding and Cropping, of more than there is, too."""
    size, channels = each(rng, dims, 1, 6 if dims < 3 else 4), rng.randint(1, 2)
    name, argument, most = rng.choice([("ZeroPadding", "padding", 3), ("Cropping", "cropping", 2)])
    return layer(f"{name}{dims}D", {argument: sides(dims, rng, most)} if rng.random() < 0.9 else {}, size, channels)


def numpy_pad(dims: int, rng: random.Random) -> Case:
    """`keras.ops.pad` of constants, and reflected: on three axes PyTorch does not reflect the first."""
    size, channels = each(rng, dims, 1, 6 if dims < 3 else 4), rng.randint(1, 2)
    pairs = tuple((rng.randint(0, 3), rng.randint(0, 3)) for _ in range(dims))
    said: dict[str, Any] = {"pad_width": ((0, 0), *pairs, (0, 0))}
    said["mode"] = rng.choice(["constant", "reflect"]) if dims < 3 else "constant"
    if said["mode"] == "constant" and rng.random() < 0.5:
        said["constant_values"] = rng.randint(-5, 5)
    return layer("ops.pad", said, size, channels)


def upsampling(dims: int, rng: random.Random) -> Case:
    """UpSampling by whole factors, on two axes with an interpolation, and Resizing."""
    size, channels = each(rng, dims, 1, 6 if dims < 3 else 3), rng.randint(1, 2)
    if dims == 2 and rng.random() < 0.5:
        height, width = each(rng, 2, 1, 9)
        said: dict[str, Any] = {"height": height, "width": width}
        said |= {"interpolation": rng.choice(["bilinear", "nearest", "bicubic"])} if rng.random() < 0.8 else {}
        return layer("Resizing", said, size, channels)
    said = {"size": rng.randint(1, 3) if dims == 1 or rng.random() < 0.4 else tuple(each(rng, dims, 1, 3))}
    if dims == 2 and rng.random() < 0.7:
        said["interpolation"] = rng.choice(["nearest", "bilinear", "bicubic"])
    return layer(f"UpSampling{dims}D", said, size, channels)


DEPARTURES = (
    Departure(
        "bicubic of the backend",
        "TensorFlow's has the slope -0.5 and leaves cells outside out, and so we read it, and say so; PyTorch's has "
        "-0.75 and takes the border cell for those outside.",
        ("upsampling 2",),
        lambda case: case.said.get("interpolation") == "bicubic",
        (SAME, DIFFER),
    ),
)
DRAWS = {"global": global_pool, "adaptive": adaptive, "pad": pad, "ops.pad": numpy_pad, "upsampling": upsampling}
CASES = [(name, dims) for name in DRAWS for dims in (1, 2, 3)]


@pytest.fixture(autouse=True)
def _one_thread() -> Any:
    """These layers are too small for several threads, which would wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize(("name", "dims"), CASES)
def test_random_layers_are_those_of_keras(name: str, dims: int) -> None:
    """Sizes and numbers, by our values and by our JSON; where they part it is known why."""
    campaign(f"{name} {dims}", lambda rng: DRAWS[name](dims, rng), run, COMPARED_EACH, DEPARTURES)
