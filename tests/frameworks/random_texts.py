"""Texts put together from random arguments, and what both sides make of them. What a library refuses is left out."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from convanim.code.frameworks import Asked, read_code
from convanim.errors import RequestError
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Layer, kernel_shape
from convanim.layers.operations import operation_of
from convanim.numbers.values import values_of

ROUNDS = 60


def weights_of(layer: Layer, rng: np.random.Generator) -> Any:
    """Random weights in our order."""
    return rng.integers(-4, 5, kernel_shape(layer)).astype(float)


def ours(layer: Layer, numbers: Any, kernel: Any) -> Any:
    """What we make of it."""
    return values_of(Geometry(layer), numbers, kernel if operation_of(layer).has_weights else None).output


def compared(
    draw: Callable[[random.Random], tuple[str, Asked]],
    theirs: Callable[[str, Any, Any, Layer], Any],
    seed: int,
    channels: int = 2,
) -> int:
    """How many random texts both took; wherever both did, the numbers agree. `theirs` gets and gives [channels, …]."""
    agreed = 0
    for number in range(ROUNDS):
        chance = random.Random(1000 * seed + number)
        text, asked = draw(chance)
        size = (chance.randint(3, 9), chance.randint(3, 9))
        try:
            layer = read_code(text, f"{channels}@{size[0]}x{size[1]}", asked=asked).layer
        except RequestError:
            continue
        rng = np.random.default_rng(number)
        numbers = rng.integers(-9, 10, (channels, *size)).astype(float)
        kernel = weights_of(layer, rng) if operation_of(layer).has_weights else None
        try:
            wanted = np.asarray(theirs(text, numbers, kernel, layer))
        except (ValueError, TypeError, RuntimeError, AssertionError):
            continue
        made = ours(layer, numbers, kernel)
        assert made.shape == wanted.shape, (text, size, made.shape, wanted.shape)
        np.testing.assert_allclose(made, wanted, rtol=1e-4, atol=1e-4, err_msg=f"{text} {size}")
        agreed += 1
    return agreed


def pick(chance: random.Random, *choices: str) -> str:
    """One of some pieces of text."""
    return chance.choice(choices)
