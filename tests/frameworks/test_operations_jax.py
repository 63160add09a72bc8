"""JAX's functions beside convolutions and pools: pads and resizes against JAX, on one to three axes."""

import random
from typing import Any

import numpy as np
import pytest
from common import WE_REFUSE, Case, Departure, Numbers
from operation_campaign import campaign, copies_again, each, keeps_none
from test_jax import run_all

jax: Any = pytest.importorskip("jax")

COMPARED_EACH = 100


def run(cases: list[Case], numbers: list[Numbers]) -> list[Numbers | None]:
    """What JAX makes of them, compiled together."""

    def runs(case: Case) -> Any:
        return lambda x, _: eval(case.code, {"jnp": jax.numpy, "jax": jax, "lax": jax.lax, "x": x})

    given = [(np.moveaxis(x[None], 1, -1).astype(np.float32), np.zeros(1, dtype=np.float32)) for x in numbers]
    return [None if made is None else made[0] for made in run_all([runs(case) for case in cases], given)]


def function(name: str, said: dict[str, Any], size: list[int], channels: int) -> Case:
    """A function on its input."""
    return Case(name, said, tuple(size), channels, f"{name}(x, ")


def pad(dims: int, rng: random.Random) -> Case:
    """`jnp.pad` in every mode, by pairs of all axes; no side crops."""
    size, channels = each(rng, dims, 1, 6 if dims < 3 else 4), rng.randint(1, 2)
    pairs = tuple((rng.randint(0, 3), rng.randint(0, 3)) for _ in range(dims))
    said: dict[str, Any] = {"pad_width": ((0, 0), *pairs, (0, 0))}
    if rng.random() < 0.8:
        said["mode"] = rng.choice(["constant", "reflect", "edge", "wrap"])
    if said.get("mode", "constant") == "constant" and rng.random() < 0.5:
        said["constant_values"] = rng.randint(-5, 5)
    return function("jnp.pad", said, size, channels)


def crop(dims: int, rng: random.Random) -> Case:
    """`lax.pad`, whose sides may crop."""
    size, channels = each(rng, dims, 1, 6 if dims < 3 else 4), rng.randint(1, 2)
    sides = [(rng.randint(-2, 3), rng.randint(-2, 3), 0) for _ in range(dims)]
    said = {"padding_value": float(rng.randint(-3, 3)), "padding_config": ((0, 0, 0), *sides, (0, 0, 0))}
    return function("lax.pad", said, size, channels)


METHODS = {1: ("nearest", "linear"), 2: ("nearest", "linear", "bilinear", "cubic", "bicubic"), 3: ("nearest", "linear")}


def resize(dims: int, rng: random.Random) -> Case:
    """`jax.image.resize`, up and down; where it shrinks its own antialiasing is refused unless it is off."""
    size, channels = each(rng, dims, 1, 6 if dims < 3 else 4), rng.randint(1, 2)
    said: dict[str, Any] = {"shape": (1, *each(rng, dims, 1, 9 if dims < 3 else 5), channels)}
    said["method"] = rng.choice([*METHODS[dims], *(["trilinear"] if dims == 3 else [])])
    if rng.random() < 0.8:
        said["antialias"] = False
    return function("jax.image.resize", said, size, channels)


def padded(case: Case) -> list[tuple[int, int]]:
    """The sides of a pad."""
    return [pair[:2] for pair in case.said.get("pad_width", case.said.get("padding_config", ()))[1:-1]]


def smooths(case: Case) -> bool:
    """A resize that shrinks an axis, other than to the nearest cells, with the antialiasing that it has by itself."""
    shape = case.said.get("shape", ())[1:-1]
    shrinks = any(out < n for n, out in zip(case.size, shape))
    return shrinks and case.said["method"] != "nearest" and case.said.get("antialias", True)


DEPARTURES = (
    Departure(
        "copies beyond a whole input",
        "JAX goes round or back and forth again, as `jnp.pad` is documented; we copy once, as PyTorch does.",
        ("pad 1", "pad 2", "pad 3"),
        lambda case: copies_again(case, padded(case), case.said.get("mode", "")),
        (WE_REFUSE,),
    ),
    Departure(
        "pads that keep no cell",
        "JAX makes padding alone of an input that is cropped away; we refuse it.",
        ("crop 1", "crop 2", "crop 3"),
        lambda case: bool(padded(case)) and keeps_none(case, padded(case)),
        (WE_REFUSE,),
    ),
    Departure(
        "antialiasing",
        "Windows that grow with the scale are not drawn.",
        ("resize 1", "resize 2", "resize 3"),
        smooths,
        (WE_REFUSE,),
    ),
)
DRAWS = {"pad": pad, "crop": crop, "resize": resize}
CASES = [(name, dims) for name in DRAWS for dims in (1, 2, 3)]


@pytest.mark.parametrize(("name", "dims"), CASES)
def test_random_functions_are_those_of_jax(name: str, dims: int) -> None:
    """Sizes and numbers, by our values and by our JSON; where they part it is known why."""
    campaign(f"{name} {dims}", lambda rng: DRAWS[name](dims, rng), run, COMPARED_EACH, DEPARTURES)
