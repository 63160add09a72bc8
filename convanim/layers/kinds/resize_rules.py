"""ONNX's rules of Resize: where an output cell's point lies in the input, and which way it is rounded.

Source: the operator's text, opset 19, `coordinate_transformation_mode`, `nearest_mode`, `cubic_coeff_a`.
"""

from typing import TYPE_CHECKING, Any

from convanim.errors import RequestError
from convanim.layers.arguments import number_in
from convanim.layers.own_windows import ROUNDINGS
from convanim.layers.sizes import Sizes

if TYPE_CHECKING:
    from fractions import Fraction

PLACES = ("half_pixel", "pytorch_half_pixel", "half_pixel_symmetric", "asymmetric", "align_corners")
SLOPE = -0.75  # PyTorch's and ONNX's cubic
_CROPS = "tf_crop_and_resize"


def line(places: str, n: int, out: int, scale: "Fraction") -> "tuple[Fraction, Fraction]":
    """How far apart points lie in input cells, and where the first is; cells' centres are at 0, 1, 2, ….

    `scale` is how many input cells an output cell is wide.
    """
    from fractions import Fraction  # takes as long to import as the rest of a layer

    half = (scale - 1) / 2
    if places == "asymmetric":
        return scale, Fraction(0)
    if places == "align_corners":
        return Fraction(n - 1, out - 1) if out > 1 else Fraction(0), Fraction(0)
    if places == "pytorch_half_pixel" and out == 1:
        return Fraction(0), Fraction(0)
    if places == "half_pixel_symmetric":  # the middle of the output is that of the input
        return scale, half + Fraction(n, 2) - out * scale / 2
    return scale, half


def settled(
    mode: str, places: str | None, rounding: str | None, align_corners: bool, out: Sizes
) -> tuple[str, str | None, str | None, bool]:
    """Mode, coordinate mode, nearest mode and align_corners, in PyTorch's words where it has them.

    Raises RequestError for what is unknown or does not go together.
    """
    is_nearest = mode.startswith("nearest")
    places = _word("coordinate_transformation_mode", places, PLACES)
    rounding = _word("nearest_mode", rounding, ROUNDINGS)
    if rounding is not None and not is_nearest:
        raise RequestError("nearest_mode", rounding, f"mode {mode} rounds nothing", "leave it out, or try mode nearest")
    if align_corners and places not in (None, "align_corners"):
        rule = f"coordinate_transformation_mode says {places}"
        raise RequestError("align_corners", align_corners, rule, "give one of them")
    if mode == "nearest-exact" and (places, rounding) != (None, None):
        field, value = ("nearest_mode", rounding) if places is None else ("coordinate_transformation_mode", places)
        raise RequestError(field, value, "nearest-exact is half_pixel, round_prefer_ceil", "try mode nearest")
    if places == "pytorch_half_pixel" and min(out) > 1:
        places = "half_pixel"
    if not is_nearest:
        return (mode, None, None, True) if places == "align_corners" else (mode, places, None, align_corners)
    if (places, rounding) == (None, None):
        return mode, None, None, False
    places, rounding = places or "half_pixel", rounding or "round_prefer_floor"
    if (places, rounding) == ("asymmetric", "floor"):
        return "nearest", None, None, False
    if (places, rounding) == ("half_pixel", "round_prefer_ceil"):
        return "nearest-exact", None, None, False
    return mode, places, rounding, False


def slope_of(value: Any, mode: str) -> float:
    """The cubic's slope; raises RequestError."""
    found = number_in(value)
    if found is None or not -10 <= found <= 10:
        raise RequestError("cubic_coeff_a", value, "not a number from -10 to 10", "try -0.75, or -0.5")
    if found != SLOPE and mode != "bicubic":
        raise RequestError("cubic_coeff_a", value, f"mode {mode} has no cubic", "leave it out, or try mode bicubic")
    return float(found)


def _word(field: str, value: object, known: tuple[str, ...]) -> str | None:
    """One of some words, with hyphens or underscores; raises RequestError."""
    if value is None:
        return None
    word = value.strip().lower().replace("-", "_") if isinstance(value, str) else ""
    if word == _CROPS and field == "coordinate_transformation_mode":
        rule = "it cuts a part of the input out first, and what is outside is a constant: that is not drawn"
        raise RequestError(field, value, rule, "pad or crop first, and try align_corners")
    if word not in known:
        raise RequestError(field, value, "not known", f"try {', '.join(known)}")
    return word
