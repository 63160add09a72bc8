"""Pointwise steps of a chain: each output cell is a function of the one input cell at its place."""

from collections.abc import Callable
from dataclasses import dataclass
from math import erf, exp, inf, sqrt
from typing import TypeAlias

from convanim.layers.layer import Layer
from convanim.layers.sizes import Sizes


@dataclass(frozen=True)
class Pointwise:
    """One non-linearity over a whole map, its name one of `FUNCTIONS`."""

    op: str
    input_size: Sizes
    in_channels: int | None = None


Stage: TypeAlias = Layer | Pointwise


def _relu(x: float) -> float:
    return max(0, x)


def _relu6(x: float) -> float:
    return min(max(0, x), 6)


def _leaky_relu(x: float) -> float:
    return x if x >= 0 else 0.01 * x


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def _tanh(x: float) -> float:
    return 2 * _sigmoid(2 * x) - 1


def _gelu(x: float) -> float:
    return 0.0 if x == -inf else x * (1 + erf(x / sqrt(2))) / 2


def _silu(x: float) -> float:
    return 0.0 if x == -inf else x * _sigmoid(x)


# PyTorch's functions with PyTorch's defaults.
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "relu": _relu,
    "relu6": _relu6,
    "leaky-relu": _leaky_relu,
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "gelu": _gelu,
    "silu": _silu,
}
