"""Upsampling, and downsampling alike: each output cell is interpolated between the input cells around its place."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from convanim.errors import RequestError
from convanim.layers.arguments import flag, set_fields
from convanim.layers.axis import Axis
from convanim.layers.channels import split_channels
from convanim.layers.kinds.resize_rules import SLOPE, line, settled, slope_of
from convanim.layers.own_windows import Interpolation
from convanim.layers.sizes import AXIS_NAMES, LARGEST, SizeLike, Sizes, count_axes, per_axis, spelled

if TYPE_CHECKING:
    from fractions import Fraction

FactorLike: TypeAlias = float | str | Sequence[float]

# PyTorch's words, how each interpolates along an axis, and for how many axes it is.
MODES: dict[str, tuple[str, tuple[int, ...]]] = {
    "nearest": ("nearest", tuple(AXIS_NAMES)),
    "nearest-exact": ("nearest-exact", tuple(AXIS_NAMES)),
    "linear": ("linear", (1,)),
    "bilinear": ("linear", (2,)),
    "trilinear": ("linear", (3,)),
    "bicubic": ("cubic", (2,)),
}
# What linear interpolation is called, by the number of axes.
LINEAR = {dims: mode for mode, (method, own) in MODES.items() if method == "linear" for dims in own}
_FACTOR = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?|\.[0-9]{1,12}")


@dataclass(frozen=True, init=False)
class Upsample:
    """Interpolation to another size (`nn.Upsample`, `nn.functional.interpolate`, ONNX's Resize).

    The output's `size` is given, or a `scale_factor`: then it is ⌊in·scale_factor⌋. Output cell `o` lies in the input,
    whose cells' centres are at 0, 1, 2, …, at `(o + 0.5)/scale_factor − 0.5` (where a size is given, at
    `(o + 0.5)·in/out − 0.5`), with `align_corners` at `o·(in − 1)/(out − 1)`. Modes: nearest takes cell ⌊o·in/out⌋,
    nearest-exact the one whose centre is nearest, linear, bilinear and trilinear the two around on each axis, bicubic
    four.

    The other arguments are ONNX's, left out PyTorch's rules: `coordinate_transformation_mode` says where points lie,
    `nearest_mode` which way nearest rounds (both are half_pixel and round_prefer_floor where the other one is given),
    `cubic_coeff_a` the cubic's slope, `exclude_outside` that cells outside weigh nothing. What comes to one of
    PyTorch's modes is that mode. Raises RequestError for a size or factor that gives no cell, for a mode that is not
    for so many axes, and for arguments that do not go together.
    """

    input_size: Sizes
    size: Sizes
    scale_factor: tuple[float, ...] | None
    mode: str
    align_corners: bool
    in_channels: int | None
    coordinate_transformation_mode: str | None
    nearest_mode: str | None
    cubic_coeff_a: float
    exclude_outside: bool
    op: ClassVar[str] = "upsample"

    def __init__(
        self,
        input_size: SizeLike,
        size: SizeLike | None = None,
        scale_factor: FactorLike | None = None,
        mode: str = "nearest",
        align_corners: bool = False,
        in_channels: int | None = None,
        coordinate_transformation_mode: str | None = None,
        nearest_mode: str | None = None,
        cubic_coeff_a: float = SLOPE,
        exclude_outside: bool = False,
        *,
        dims: int | None = None,
    ) -> None:
        bare, channels = split_channels(input_size, in_channels)
        factors = None if scale_factor is None else _factors(scale_factor)
        several = factors if isinstance(scale_factor, tuple | list) or (factors and len(factors) > 1) else None
        own = MODES.get(mode, ("", ()))[1] if isinstance(mode, str) else ()
        said = dims if dims is not None or len(own) != 1 else own[0]
        axes = count_axes({"input_size": bare, "size": size, "scale_factor": several}, said)
        n = per_axis("input_size", bare, axes, 1)
        method = _method(mode, axes)
        if flag("align_corners", align_corners) and method.startswith("nearest"):
            rule = f"mode {mode} has no corners to align"
            raise RequestError("align_corners", align_corners, rule, "leave it out, or try mode bilinear")
        if factors is not None:
            factors = factors * axes if len(factors) == 1 else factors
            scaled = _scaled(scale_factor, n, factors)
            if size is not None and per_axis("size", size, axes, 1) != scaled:
                raise RequestError("size", size, f"scale_factor gives {spelled(scaled)}", "give one of them")
            out = scaled
        elif size is None:
            raise RequestError("size", None, "missing, and scale_factor, too", "give one of them, such as {size} 8")
        else:
            out = per_axis("size", size, axes, 1)
        slope = slope_of(cubic_coeff_a, mode)
        if flag("exclude_outside", exclude_outside) and method != "cubic":
            rule = f"mode {mode} reads no cell outside"
            raise RequestError("exclude_outside", exclude_outside, rule, "leave it out, or try mode bicubic")
        given = (mode, coordinate_transformation_mode, nearest_mode)
        mode, places, rounding, corners = settled(*given, align_corners, out)
        copies = method == "linear" and factors is not None and any(size == made for size, made in zip(n, out))
        if places == "half_pixel" and rounding is None and not copies:
            places = None  # it is PyTorch's, but for what that copies as it is
        set_fields(self, input_size=n, size=out, scale_factor=factors, mode=mode, align_corners=corners)
        set_fields(self, in_channels=channels, coordinate_transformation_mode=places, nearest_mode=rounding)
        set_fields(self, cubic_coeff_a=slope, exclude_outside=exclude_outside)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Each axis of the layer."""
        from fractions import Fraction

        method = MODES[self.mode][0]
        factors = (None,) * len(self.size) if self.scale_factor is None else self.scale_factor
        found = []
        for n, out, factor in zip(self.input_size, self.size, factors):
            # So PyTorch has it, whatever the factor.
            is_copied = method == "linear" and n == out and self.coordinate_transformation_mode is None
            scale = Fraction(n, out) if factor is None or is_copied else 1 / Fraction(repr(factor))
            own = self._windows(n, out, scale)
            found.append(Axis(n, own.longest, out, own=own))
        return tuple(found)

    def _windows(self, n: int, out: int, scale: "Fraction") -> Interpolation:
        method = MODES[self.mode][0]
        if method == "nearest" and self.nearest_mode is None:
            return Interpolation(n, out, "nearest", scale, 0 * scale, "floor", by_edges=True)
        if method == "nearest-exact":
            return Interpolation(n, out, "nearest", *line("half_pixel", n, out, scale), "round_prefer_ceil")
        places = "align_corners" if self.align_corners else self.coordinate_transformation_mode or "half_pixel"
        along = line(places, n, out, scale)
        return Interpolation(n, out, method, *along, self.nearest_mode or "", self.cubic_coeff_a, self.exclude_outside)


def _method(mode: object, axes: int) -> str:
    if not isinstance(mode, str) or mode not in MODES:
        raise RequestError("mode", mode, "no such mode", f"try {', '.join(MODES)}")
    method, own = MODES[mode]
    if axes not in own:
        fitting = [name for name, (_, dims) in MODES.items() if axes in dims]
        many = "one axis" if axes == 1 else f"{axes} axes"
        raise RequestError("mode", mode, f"it is not for {many}", f"try {', '.join(fitting)}")
    return method


def _factors(value: Any) -> tuple[float, ...]:
    """One factor, or one for each axis; raises RequestError."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, str):
        parts: list[Any] = re.split("[x×X]", value.strip())
        if not all(_FACTOR.fullmatch(part.strip()) for part in parts):
            raise RequestError("scale_factor", value, "not a number", "give one such as 2, or one per axis: 2x1.5")
        parts = list(map(float, parts))
    else:
        parts = list(value) if isinstance(value, tuple | list) else [value]
    for part in parts:
        is_number = isinstance(part, int | float) and not isinstance(part, bool)
        if not is_number or not math.isfinite(part) or not parts:
            raise RequestError("scale_factor", value, "not a number", "give one such as 2, or one per axis")
        if part <= 0 or not 1e-9 < part < 1e9:
            raise RequestError("scale_factor", value, "not more than 0 and less than a billion", "try 2")
    if not parts:
        raise RequestError("scale_factor", value, "no number", "give one such as 2, or one per axis")
    return tuple(float(part) for part in parts)


def _scaled(given: object, n: Sizes, factors: tuple[float, ...]) -> Sizes:
    """⌊n·factor⌋ on each axis, in doubles as PyTorch has it; raises RequestError where that is nothing."""
    out = tuple(math.floor(size * factor) if size < LARGEST else 0 for size, factor in zip(n, factors))
    for size, made in zip(n, out):
        if made < 1:
            raise RequestError("scale_factor", given, f"it leaves no cell of {size}", "try a larger one")
    return out
