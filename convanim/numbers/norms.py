"""The norms that a power-average pool makes of numbers."""

from math import isfinite, prod

import numpy as np

from convanim.errors import RequestError
from convanim.layers.geometry import Geometry
from convanim.layers.layer import LPPool
from convanim.numbers.maps import Numbers
from convanim.numbers.met import all_met


def norms(geometry: Geometry, numbers: Numbers) -> Numbers:
    """The root of the sum of powers, which of windows that hang over the end is scaled to the whole kernel.

    Raises RequestError where there is none, or it is too large.
    """
    layer = geometry.layer
    assert isinstance(layer, LPPool)
    assert geometry.divisors is not None
    p = layer.norm_type
    with np.errstate(all="ignore"):
        total: Numbers = np.zeros(geometry.output_shape)
        for _, met, there in all_met(geometry, numbers):
            total = total + np.where(there, _powers(layer, met), 0)
        root = _root(total * prod(layer.kernel_size) / geometry.divisors, p)
    if np.isnan(root).any():
        rule = f"a power of {p}, or its root, is of a negative number, of which PyTorch makes nan"
        fix = "give numbers that are not negative, an even norm_type, or {absolute}"
        raise RequestError("values", None, rule, fix)
    if not np.isfinite(root).all():
        raise RequestError("values", None, "their powers are too large to compute", "give smaller numbers")
    return root


def is_plain(layer: LPPool) -> bool:
    """Whether each norm is a cell as it is: the sum of one."""
    return layer.norm_type == 1 and prod(layer.kernel_size) == 1 and not layer.absolute


def norm_so_far(layer: LPPool, numbers: Numbers, divisor: int) -> float | None:
    """The norm of some of a window's numbers; None where there is none, as of a sum of odd powers below zero."""
    with np.errstate(all="ignore"):
        total = _powers(layer, numbers).sum() * prod(layer.kernel_size) / divisor
        root = float(_root(total, layer.norm_type))
    return root if isfinite(root) else None


def _powers(layer: LPPool, numbers: Numbers) -> Numbers:
    """Numbers raised, without their signs where the layer takes them so."""
    raised: Numbers = (np.abs(numbers) if layer.absolute else numbers).astype(float) ** layer.norm_type
    return raised


def _root(total: Numbers, power: float) -> Numbers:
    """The root of sums of powers, a whole number where its power is the sum; nan of what is below zero."""
    root = total if power == 1 else np.sqrt(total) if power == 2 else total ** (1 / power)
    whole = np.rint(root)
    return np.where(whole**power == total, whole, root)
