"""Padding as a layer of its own, and cropping, which is padding by less than nothing."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from convanim.errors import RequestError
from convanim.layers.arguments import number_in, refuse_padding_word, set_fields, whole_if_so
from convanim.layers.axis import Axis, PaddingMode
from convanim.layers.channels import split_channels
from convanim.layers.sizes import AXIS_NAMES, PaddingLike, Sides, SizeLike, Sizes, count_axes, per_axis, per_side

# PyTorch's words (`nn.functional.pad(mode=…)`), and what stands in the padding.
PAD_MODES = {
    "constant": PaddingMode.ZEROS,
    "reflect": PaddingMode.REFLECT,
    "replicate": PaddingMode.REPLICATE,
    "circular": PaddingMode.CIRCULAR,
}


@dataclass(frozen=True, init=False)
class Pad:
    """Cells put around the input, or cut off it (`nn.ZeroPad2d`, `nn.ReflectionPad2d`, …; `nn.functional.pad`).

    `padding` is one number, one an axis or (before, after) an axis; a negative one cuts so many cells off. `mode` says
    what is put around: a constant `value`, or copies of input cells: mirrored at the border cell (reflect), the border
    cell again and again (replicate), or those of the other end (circular). Cells that one side cuts off are still
    mirrored on the other by reflect; circular copies only cells that are kept. Source: `aten/src/ATen/native/PadNd.cpp`
    and `cpu/PaddingKernel.cpp`. Raises RequestError for a pad that copies more cells than there are, for one that
    leaves no input cell, and for a value that is not finite or has no place.
    """

    input_size: Sizes
    padding: Sides
    mode: str
    value: float
    in_channels: int | None
    op: ClassVar[str] = "pad"

    def __init__(
        self,
        input_size: SizeLike,
        padding: PaddingLike,
        mode: str = "constant",
        value: float = 0,
        in_channels: int | None = None,
        *,
        dims: int | None = None,
    ) -> None:
        bare, channels = split_channels(input_size, in_channels)
        refuse_padding_word(padding, self.op, "1, or 1:-1")
        axes = count_axes({"input_size": bare, "padding": padding}, dims)
        n = per_axis("input_size", bare, axes, 1)
        sides = per_side("padding", padding, axes, may_crop=True)
        if not isinstance(mode, str) or mode not in PAD_MODES:
            raise RequestError("mode", mode, "no such mode", f"try {', '.join(PAD_MODES)}")
        filling = _number(value)
        if filling and mode != "constant":
            raise RequestError("value", value, f"mode {mode} copies cells", "leave it out, or try mode constant")
        for size, pair, name in zip(n, sides, AXIS_NAMES[axes]):
            _refuse_unfit(padding, size, pair, name, mode)
        set_fields(self, input_size=n, padding=sides, mode=mode, value=filling, in_channels=channels)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Each axis of the layer: windows of one cell, that start in the padding."""
        mode = PAD_MODES[self.mode]
        return tuple(
            Axis(n, 1, n + before + after, before=before, after=after, mode=mode, crops_first=True)
            for n, (before, after) in zip(self.input_size, self.padding)
        )

    @property
    def is_crop(self) -> bool:
        """Whether cells are cut off, and none put around."""
        ends = [end for sides in self.padding for end in sides]
        return min(ends) < 0 and max(ends) <= 0


def _refuse_unfit(padding: object, size: int, pair: tuple[int, int], name: str, mode: str) -> None:
    """Raise RequestError for an axis of which nothing is left, or whose copies would be of cells that are not there."""
    kept = size + sum(min(end, 0) for end in pair)
    if kept < 1:
        rule = f"it leaves no cell of the {name} {size}"
        fix = f"cut off at most {size - 1} of both sides together, such as 0:{1 - size}"
        raise RequestError("padding", padding, rule, fix if size > 1 else "try 0 or more")
    if max(pair) >= size and mode == "reflect":
        rule = f"reflect mirrors the cells behind the border one, of which the {name} {size} has {size - 1}"
        fix = f"try {size - 1} or less, or mode replicate" if size > 1 else "try mode replicate"
        raise RequestError("padding", padding, rule, fix)
    if max(pair) > kept and mode == "circular":
        rule = f"circular goes round once, and the {name} has {kept} cell{'s' * (kept > 1)}"
        raise RequestError("padding", padding, rule, f"try {kept} or less, or mode replicate")


def _number(value: Any) -> float:
    """What the padding holds, a whole number where it is one; raises RequestError."""
    found = number_in(value)
    if found is None:
        raise RequestError("value", value, "not a number", "give one such as 1 or -0.5")
    if not math.isfinite(found) or abs(found) >= 1e15:
        rule = "not a finite number" if not math.isfinite(found) else "has more than 15 digits"
        raise RequestError("value", value, rule, "give one such as 1 or -0.5")
    return whole_if_so(found)
