"""Part of the oracle: of which cells an upsampling is made on one axis, and how much of each."""

import math
from fractions import Fraction

from convanim.layers.layer import Upsample


def _placed(places: str | None, n: int, out: int, scale: Fraction, o: int) -> Fraction:
    """Where an output cell lies among cells whose centres are whole numbers, as ONNX's text has it."""
    half = (o + Fraction(1, 2)) * scale - Fraction(1, 2)
    if places == "asymmetric":
        return o * scale
    if places == "align_corners":
        return Fraction(o * (n - 1), out - 1) if out > 1 else Fraction(0)
    if places == "pytorch_half_pixel" and out == 1:
        return Fraction(0)
    if places == "half_pixel_symmetric":
        adjustment = out / (n / scale)  # the output's whole length by its exact one
        return Fraction(n, 2) * (1 - adjustment) + half
    return half


def blend(layer: Upsample, n: int, out: int, factor: float | None, o: int) -> dict[int, Fraction]:
    """How much of each input cell of an axis an output cell is; those from the first to the last that count."""
    mode, places = layer.mode, layer.coordinate_transformation_mode
    scale = Fraction(n, out) if factor is None else 1 / Fraction(str(factor))
    if mode == "nearest" and layer.nearest_mode is None:
        return {min(int(o * scale), n - 1): Fraction(1)}
    if mode == "nearest-exact":
        return {min(int((o + Fraction(1, 2)) * scale), n - 1): Fraction(1)}
    if mode != "bicubic" and n == out and places is None:
        return {o: Fraction(1)}  # PyTorch copies, whatever the factor
    at = _placed("align_corners" if layer.align_corners else places, n, out, scale, o)
    if mode == "nearest":
        down, up = math.floor(at), math.ceil(at)
        taken = down if layer.nearest_mode in ("floor", "round_prefer_floor") else up
        if layer.nearest_mode in ("round_prefer_floor", "round_prefer_ceil") and at - down != up - at:
            taken = down if at - down < up - at else up
        return {min(max(taken, 0), n - 1): Fraction(1)}

    def hat(x: Fraction) -> Fraction:
        return max(1 - x, Fraction(0))

    def cubic(x: Fraction) -> Fraction:
        a = Fraction(str(layer.cubic_coeff_a))
        if x <= 1:
            return (a + 2) * x**3 - (a + 3) * x**2 + 1
        return a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a if x < 2 else Fraction(0)

    found = dict.fromkeys(range(n), Fraction(0))
    touched = set()
    for cell in range(-4, n + 4):
        weight = (cubic if mode == "bicubic" else hat)(abs(at - cell))
        if layer.exclude_outside and not 0 <= cell < n:
            continue
        found[min(max(cell, 0), n - 1)] += weight
        if weight:
            touched.add(min(max(cell, 0), n - 1))
    whole = sum(found.values()) if layer.exclude_outside else 1
    return {cell: found[cell] / whole for cell in range(min(touched), max(touched) + 1)}
