"""Operations with windows of their own against PyTorch, with channels and without, in every mode."""

import random
from typing import Any

import numpy as np
import pytest
from helpers.oracle import cells

from convanim import Chain, Options
from convanim.errors import RequestError
from convanim.layers.geometry import Geometry
from convanim.layers.layer import (
    Fold,
    MaxUnpool,
    Pad,
    PixelShuffle,
    PixelUnshuffle,
    Rearranged,
    Unfold,
    Upsample,
    input_shape,
    output_size,
)
from convanim.numbers.figure_values import figure_values
from convanim.numbers.values import values_of

torch = pytest.importorskip("torch")
functional = torch.nn.functional

LAYERS_EACH = 400
MODES = {
    1: ("nearest", "nearest-exact", "linear"),
    2: ("nearest", "nearest-exact", "bilinear", "bicubic"),
    3: ("nearest", "nearest-exact", "trilinear"),
}
FACTORS = (0.25, 0.5, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0)


def drawn(dims: int, rng: random.Random) -> dict[str, Any]:
    """Arguments of an interpolation as PyTorch takes them, some that give no cell."""
    fields: dict[str, Any] = {"mode": rng.choice(MODES[dims])}
    if rng.random() < 0.5:
        fields["size"] = tuple(rng.randint(1, 11 if dims < 3 else 6) for _ in range(dims))
    else:
        fields["scale_factor"] = tuple(rng.choice(FACTORS) for _ in range(dims))
    if "linear" in fields["mode"] or fields["mode"] == "bicubic":
        fields["align_corners"] = rng.random() < 0.5
    return fields


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_random_interpolations_are_those_of_pytorch(dims: int) -> None:
    """Sizes, taps with their weights, and numbers; what leaves no cell both refuse.

    PyTorch works the nearest cells out in single precision; such factors and sizes as these it gets right. Where a
    factor leaves an axis as long as it is, it copies the cells in one memory layout (`nearest_idx`) and takes the
    nearest by the factor in another; such are left out, and counted.
    """
    rng = random.Random(dims)
    accepted = refused = left_out = 0
    n_ones = (1.0,) * dims
    for _ in range(LAYERS_EACH):
        fields, n = drawn(dims, rng), tuple(rng.randint(1, 7 if dims < 3 else 4) for _ in range(dims))
        channels = rng.choice([None, 1, 3])
        names = cells(n)
        one_hot = torch.eye(len(names), dtype=torch.float64).reshape(len(names), 1, *n)
        try:
            layer = Upsample(n, in_channels=channels, dims=dims, **fields)
        except RequestError:
            with pytest.raises((RuntimeError, ValueError)):
                functional.interpolate(one_hot, **fields)
            refused += 1
            continue
        accepted += 1
        if "nearest" in fields["mode"] and any(
            n_ == out and factor != 1 for n_, out, factor in zip(n, layer.size, layer.scale_factor or n_ones)
        ):
            left_out += 1
            continue
        response = functional.interpolate(one_hot, **fields)[:, 0].numpy()
        assert response.shape[1:] == output_size(layer), fields
        expected = np.zeros_like(response)
        geometry = Geometry(Upsample(n, dims=dims, **fields))
        for output in cells(output_size(layer)):
            for tap in geometry.taps(output):
                assert tap.input is not None
                expected[(names.index(tap.input), *output)] += tap.weight
        np.testing.assert_allclose(response, expected, rtol=1e-6, atol=1e-7, err_msg=f"{n} {fields}")
        x = np.random.default_rng(0).integers(-9, 10, input_shape(layer))
        batch = torch.tensor(x.reshape(1, channels or 1, *n), dtype=torch.float64)
        theirs = functional.interpolate(batch, **fields).numpy().reshape(Geometry(layer).output_shape)
        ours = values_of(Geometry(layer), x, None).output
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6, err_msg=f"{n} {fields}")
    assert accepted >= LAYERS_EACH * 3 // 4
    assert refused >= 1
    assert left_out < LAYERS_EACH // 10


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_random_pads_are_those_of_pytorch(dims: int) -> None:
    """Sizes, numbers and copies in every mode, with sides that crop; what PyTorch refuses is refused.

    Besides, a pad that keeps no cell is refused here, of which PyTorch makes padding alone, or mirrored cells; and a
    circular one of more cells than it keeps, which PyTorch copies from memory that it has not written yet.
    """
    rng = random.Random(dims)
    accepted = refused = 0
    for _ in range(LAYERS_EACH):
        n = tuple(rng.randint(1, 6) for _ in range(dims))
        sides = tuple((rng.randint(-2, 4), rng.randint(-2, 4)) for _ in range(dims))
        mode = rng.choice(("constant", "reflect", "replicate", "circular"))
        channels, value = rng.choice([None, 2]), rng.randint(-3, 3) if mode == "constant" else 0
        ends = [end for pair in reversed(sides) for end in pair]
        shape = (1, channels or 1, *n)
        x = np.random.default_rng(0).permutation(int(np.prod(shape))).reshape(shape) + 10
        batch = torch.tensor(x, dtype=torch.float64)
        kept = [size + min(before, 0) + min(after, 0) for size, (before, after) in zip(n, sides)]
        is_defined = min(kept) >= 1 and (
            mode != "circular" or not any(size >= max(pair) > keeps for size, pair, keeps in zip(n, sides, kept))
        )
        try:
            layer = Pad(n, sides, mode, value, channels, dims=dims)
        except RequestError:
            refused += 1
            if is_defined:
                with pytest.raises(RuntimeError):
                    functional.pad(batch, ends, mode, value or None)
            continue
        accepted += 1
        theirs = functional.pad(batch, ends, mode, value or None).numpy().reshape(Geometry(layer).output_shape)
        numbers = x.reshape(input_shape(layer))
        np.testing.assert_array_equal(values_of(Geometry(layer), numbers, None).output, theirs, err_msg=str(layer))
        for output in cells(Geometry(layer).output_shape):
            (tap,) = Geometry(layer).taps(output)
            assert theirs[output] == (value if tap.input is None else numbers[tap.input]), layer
    assert accepted >= LAYERS_EACH // 3
    assert refused >= LAYERS_EACH // 10


def rearranged(rng: random.Random) -> tuple[Rearranged, Any]:
    """A shuffle, unfold or fold, and PyTorch's module of it."""
    channels, r = rng.randint(1, 3), rng.randint(1, 4)
    n = tuple(rng.randint(1, 5) for _ in range(2))
    kind = rng.randrange(4)
    if kind == 0:
        return PixelShuffle(n, r, channels * r * r), torch.nn.PixelShuffle(r)
    if kind == 1:
        return PixelUnshuffle(tuple(size * r for size in n), r, channels), torch.nn.PixelUnshuffle(r)
    fields = {name: tuple(rng.randint(*ends) for _ in range(2)) for name, ends in WINDOWS.items()}
    large = tuple(size + 4 for size in n)
    unfold = Unfold(large, in_channels=channels, **fields)  # type: ignore[arg-type]
    if kind == 2:
        return unfold, torch.nn.Unfold(**fields)
    windows = output_size(unfold)
    said = rng.choice([windows, f"{unfold.rows}@{unfold.columns}"])
    fold = Fold(said, large, in_channels=unfold.rows, **fields)  # type: ignore[arg-type]
    return fold, torch.nn.Fold(large, **fields)


WINDOWS = {"kernel_size": (1, 3), "dilation": (1, 2), "padding": (0, 2), "stride": (1, 3)}


def test_random_shuffles_unfolds_and_folds_are_those_of_pytorch() -> None:
    """Numbers, taps and shapes; the rows and columns of an unfold are its channels and positions in row-major order."""
    rng = random.Random(5)
    for _ in range(LAYERS_EACH):
        layer, module = rearranged(rng)
        x = np.random.default_rng(0).permutation(int(np.prod(input_shape(layer)))).reshape(input_shape(layer)) + 1
        given = x.reshape(layer.rows, layer.columns) if isinstance(layer, Fold) else x
        theirs = module(torch.tensor(given[None], dtype=torch.float64))[0].numpy()
        geometry = Geometry(layer)
        ours = values_of(geometry, x, None).output
        if isinstance(layer, Unfold):
            assert theirs.shape == (layer.rows, layer.columns)
            theirs = theirs.reshape(geometry.output_shape)
        np.testing.assert_array_equal(ours, theirs, err_msg=str(layer))
        for output in cells(geometry.output_shape):
            met = [tap.input for tap in geometry.taps(output)]
            assert isinstance(layer, Fold) or len(met) == 1
            assert sum(x[cell] for cell in met if cell is not None) == theirs[output], layer


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_random_unpools_are_those_of_pytorch(dims: int) -> None:
    """Sizes, indices and numbers behind a pool of whatever size, and both refuse the same output sizes."""
    rng = random.Random(dims)
    pooled = getattr(functional, f"max_pool{dims}d")
    unpooled = getattr(functional, f"max_unpool{dims}d")
    refused = 0
    for _ in range(LAYERS_EACH):
        k, s = (tuple(rng.randint(1, 4 if dims < 3 else 2) for _ in range(dims)) for _ in range(2))
        p = tuple(rng.randint(0, size // 2) for size in k)
        n = tuple(rng.randint(size, size + (5 if dims < 3 else 2)) for size in k)
        channels = rng.randint(1, 2)
        x = np.random.default_rng(rng.randrange(99)).integers(-9, 10, (channels, *n))
        maxima, places = pooled(torch.tensor(x[None], dtype=torch.float64), k, s, p, return_indices=True)
        chain = Chain(
            n,
            [{"op": "max-pool", "kernel_size": k, "stride": s, "padding": p}, unpool_stage(k, s, p, n)],
            in_channels=channels,
        )
        values = figure_values(chain, Options(values=x))
        assert values is not None
        assert values.indices[1] is not None
        np.testing.assert_array_equal(values.indices[1], places[0].numpy())
        theirs = unpooled(maxima, places, k, s, p, output_size=n)[0].numpy()
        np.testing.assert_array_equal(values.maps[2], theirs, err_msg=f"{n} {k} {s} {p}")
        read, wanted = tuple(maxima.shape[2:]), tuple(size + rng.randint(-3, 3) for size in n)
        try:
            MaxUnpool(read, k, s, p, wanted, dims=dims)
        except RequestError:
            refused += 1
            if min(wanted) > 0:
                with pytest.raises((ValueError, RuntimeError)):
                    unpooled(maxima, torch.zeros_like(places), k, s, p, output_size=wanted)
        else:
            assert unpooled(maxima, torch.zeros_like(places), k, s, p, output_size=wanted).shape[2:] == wanted
        usual = (0,) * dims
        if min((size - 1) * step - 2 * pad + kernel for size, step, pad, kernel in zip(read, s, p, k)) > 0:
            usual = MaxUnpool(read, k, s, p, dims=dims).output_size
            assert unpooled(maxima, torch.zeros_like(places), k, s, p).shape[2:] == usual
    assert refused > LAYERS_EACH // 10


def unpool_stage(k: Any, s: Any, p: Any, n: Any) -> dict[str, Any]:
    """The stage that undoes such a pool."""
    return {"op": "max-unpool", "kernel_size": k, "stride": s, "padding": p, "output_size": n}
