"""PyTorch's layers beside convolutions and plain pools, by modules and functions, against PyTorch, on 1 to 3 axes."""

import random
from typing import Any

import numpy as np
import pytest
from common import DIFFER, SAME, WE_REFUSE, Case, Departure, Numbers
from operation_campaign import campaign, each, keeps_none, kept

torch: Any = pytest.importorskip("torch")

COMPARED_EACH = 150
FACTORS = (0.5, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0)
LINEAR = {1: ("linear",), 2: ("bilinear", "bicubic"), 3: ("trilinear",)}
FEW = {1: 8, 2: 7, 3: 4}  # cells of an axis


def run(cases: list[Case], numbers: list[Numbers]) -> list[Numbers | None]:
    """What PyTorch makes of them, in doubles; None where it refuses."""
    found: list[Numbers | None] = []
    for case, x in zip(cases, numbers):
        known = {"nn": torch.nn, "F": torch.nn.functional, "x": torch.tensor(x[None])}
        try:
            made = eval(case.code, known)
            made = made(known["x"]) if callable(made) and not hasattr(made, "dim") else made
        except (RuntimeError, ValueError, TypeError, ZeroDivisionError):
            found.append(None)
            continue
        found.append(made[0].numpy())
    return found


def layer(name: str, said: dict[str, Any], size: list[int], channels: int = 1) -> Case:
    """A layer by its module or function."""
    before = f"F.{name}(x, " if name[0].islower() else f"nn.{name}("
    return Case(name, said, tuple(size), channels, before)


def adaptive(dims: int, rng: random.Random) -> Case:
    """Adaptive pools, as modules and functions; None is as large as the input."""
    kind = rng.choice(["Avg", "Max"])
    out = [None if rng.random() < 0.1 else rng.randint(1, FEW[dims]) for _ in range(dims)]
    asked = rng.choice([rng.randint(1, FEW[dims]), tuple(out)])
    name = rng.choice([f"Adaptive{kind}Pool{dims}d", f"adaptive_{kind.lower()}_pool{dims}d"])
    return layer(name, {"output_size": asked}, each(rng, dims, 1, FEW[dims]), rng.randint(1, 2))


def norm(dims: int, rng: random.Random) -> Case:
    """Power-average pools, of powers that are no whole numbers, too; a root of what is below zero is no number."""
    said: dict[str, Any] = {"norm_type": rng.choice([1, 2, 2, 3, 4, 1.5])}
    if dims == 1:
        said["kernel_size"] = rng.randint(1, 4)
        said |= {"stride": rng.randint(1, 4)} if rng.random() < 0.7 else {}
    else:
        said["kernel_size"] = rng.choice([rng.randint(1, 3), tuple(each(rng, dims, 1, 3))])
        said |= {"stride": rng.choice([rng.randint(1, 3), tuple(each(rng, dims, 1, 3))])} if rng.random() < 0.7 else {}
    said |= {"ceil_mode": True} if rng.random() < 0.5 else {}
    name = rng.choice([f"LPPool{dims}d", f"lp_pool{dims}d"])
    return layer(name, said, each(rng, dims, 1, FEW[dims]), rng.randint(1, 2))


def interpolation(dims: int, rng: random.Random) -> Case:
    """Interpolations by sizes and by factors, of every mode, corners aligned and not."""
    mode = rng.choice(["nearest", "nearest-exact", *LINEAR[dims], *LINEAR[dims]])
    said: dict[str, Any] = {"mode": mode}
    if rng.random() < 0.5:
        said["size"] = tuple(each(rng, dims, 1, 9 if dims < 3 else 5))
    else:
        said["scale_factor"] = tuple(rng.choice(FACTORS) for _ in range(dims))
    if not mode.startswith("nearest") and rng.random() < 0.6:
        said["align_corners"] = rng.random() < 0.7
    return layer(rng.choice(["Upsample", "interpolate"]), said, each(rng, dims, 1, FEW[dims]), rng.randint(1, 2))


MODES = ("constant", "reflect", "replicate", "circular")


def pad(dims: int, rng: random.Random) -> Case:
    """Pads of every mode, as modules and by `F.pad`, with sides that crop."""
    ends = tuple(rng.randint(-2 if rng.random() < 0.4 else 0, 3) for _ in range(2 * dims))
    size, channels = each(rng, dims, 1, FEW[dims]), rng.randint(1, 2)
    mode = rng.choice(MODES)
    if rng.random() < 0.5:
        kinds = {"reflect": "Reflection", "replicate": "Replication", "circular": "Circular"}
        kind = kinds.get(mode) or rng.choice(["Zero", "Constant"])
        said: dict[str, Any] = {"padding": ends if rng.random() < 0.7 else rng.randint(0, 3)}
        return layer(f"{kind}Pad{dims}d", said | ({"value": 3} if kind == "Constant" else {}), size, channels)
    said = {"pad": ends} | ({"mode": mode} if rng.random() < 0.9 else {})
    said |= {"value": rng.randint(-3, 3)} if said.get("mode", "constant") == "constant" and rng.random() < 0.5 else {}
    return layer("pad", said, size, channels)


def shuffle(dims: int, rng: random.Random) -> Case:
    """Pixel shuffles and unshuffles, of channels and sizes that a factor does not divide, too."""
    r, made, is_odd = rng.randint(1, 3), rng.randint(1, 3), rng.random() < 0.1
    size = each(rng, 2, 1, 4)
    if rng.random() < 0.5:
        name = rng.choice(["PixelShuffle", "pixel_shuffle"])
        return layer(name, {"upscale_factor": r}, size, made * r * r + is_odd)
    name = rng.choice(["PixelUnshuffle", "pixel_unshuffle"])
    return layer(name, {"downscale_factor": r}, [n * r + is_odd for n in size], made)


def windows(rng: random.Random) -> dict[str, Any]:
    """The arguments of an unfold and its fold."""

    def sizes(low: int, high: int) -> Any:
        return rng.randint(low, high) if rng.random() < 0.4 else tuple(each(rng, 2, low, high))

    said = {"kernel_size": sizes(1, 3)}
    optional = {"dilation": sizes(1, 2), "padding": sizes(0, 2), "stride": sizes(1, 3)}
    return said | {name: value for name, value in optional.items() if rng.random() < 0.6}


def unfold(dims: int, rng: random.Random) -> Case:
    """Unfolds, of windows that do not fit, too."""
    return layer(rng.choice(["Unfold", "unfold"]), windows(rng), each(rng, 2, 1, 6), rng.randint(1, 3))


def fold(dims: int, rng: random.Random) -> Case:
    """Folds of columns that fit, mostly."""
    said, out = windows(rng), each(rng, 2, 3, 6)
    per_axis = {
        name: value if isinstance(value := said.get(name, default), tuple) else (value, value)
        for name, default in (("kernel_size", 1), ("dilation", 1), ("padding", 0), ("stride", 1))
    }
    along = zip(out, *(per_axis[name] for name in ("kernel_size", "dilation", "padding", "stride")))
    counts = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, d, p, s in along]
    columns = max(1, int(np.prod(counts)) + (rng.random() < 0.1))
    rows = int(np.prod(per_axis["kernel_size"])) * rng.randint(1, 2)
    return layer(rng.choice(["Fold", "fold"]), {"output_size": tuple(out), **said}, [columns], rows)


def padded(case: Case) -> list[tuple[int, int]]:
    """The sides of a pad, in order of axes."""
    ends = case.said.get("pad", case.said.get("padding"))
    ends = (ends,) * 2 * len(case.size) if isinstance(ends, int) else ends
    return [*zip(ends[::2], ends[1::2])][::-1]  # type: ignore[index]


def is_pad(case: Case) -> bool:
    """Whether it is a pad."""
    return "pad" in case.kind.lower() and "pool" not in case.kind.lower()


def copies_unwritten_cells(case: Case) -> bool:
    """A circular pad of more cells than it keeps of an axis that it also crops."""
    if not is_pad(case) or "circular" not in f"{case.kind} {case.said.get('mode')}".lower():
        return False
    sides = padded(case)
    return any(n >= max(pair) > left for n, pair, left in zip(case.size, sides, kept(case, sides)))


def may_take_another(case: Case) -> bool:
    """A nearest by factors of which one leaves an axis as long as it is."""
    factors = case.said.get("scale_factor")
    if factors is None or not case.said["mode"].startswith("nearest"):
        return False
    return any(factor != 1 and n == int(n * factor) for n, factor in zip(case.size, factors))


DEPARTURES = (
    Departure(
        "pads that keep no cell",
        "PyTorch makes padding alone of an input that is cropped away, or copies of what is gone; we refuse it.",
        ("pad 1", "pad 2", "pad 3"),
        lambda case: is_pad(case) and keeps_none(case, padded(case)),
        (WE_REFUSE,),
    ),
    Departure(
        "circular pads of more cells than they keep",
        "PyTorch copies them from memory that it has not written yet; we refuse it.",
        ("pad 1", "pad 2", "pad 3"),
        copies_unwritten_cells,
        (WE_REFUSE,),
    ),
    Departure(
        "nearest by a factor that leaves an axis as long as it is",
        "PyTorch copies such an axis in one memory layout, and takes the nearest cells by the factor in another.",
        ("interpolation 2", "interpolation 3"),
        may_take_another,
        (SAME, DIFFER),
    ),
)
DRAWS = {
    "adaptive": adaptive,
    "norm": norm,
    "interpolation": interpolation,
    "pad": pad,
    "shuffle": shuffle,
    "unfold": unfold,
    "fold": fold,
}
CASES = [(name, dims) for name in DRAWS for dims in (1, 2, 3) if dims == 2 or name not in ("shuffle", "unfold", "fold")]


@pytest.mark.parametrize(("name", "dims"), CASES)
def test_random_layers_are_those_of_pytorch(name: str, dims: int) -> None:
    """Sizes and numbers, by our values and by our JSON, or both refuse; where they part it is known why."""
    campaign(f"{name} {dims}", lambda rng: DRAWS[name](dims, rng), run, COMPARED_EACH, DEPARTURES)
