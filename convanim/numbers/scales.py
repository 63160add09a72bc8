"""The scale of a map's numbers as colours: signed ones, counts from zero up, or light as in a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from convanim.layers.layer import Layer, divisor_override, filling_of
from convanim.layers.operation import Reduction
from convanim.layers.operations import operation_of
from convanim.networks.pointwise import Pointwise, Stage
from convanim.numbers.figure_values import FigureValues
from convanim.numbers.maps import Numbers
from convanim.numbers.sources import Source, is_picture

ScaleName: TypeAlias = Literal["heat", "count", "light"]
_NOISE = 1e-10  # of the input's largest number: what is smaller comes from rounding
_WHITE = 255.0

_NO_MEANS = (Reduction.SUM, Reduction.ADD, Reduction.NORM)  # whose numbers may be larger than those they are of


@dataclass(frozen=True)
class Scale:
    """What colours stand for: 0 at a level of 0, `end` at 1, and -`end` at -1 where numbers are signed.

    `name` is the role of cells in these colours.
    """

    name: ScaleName
    end: float

    def levels(self, numbers: Numbers) -> NDArray[np.float64]:
        """The levels of numbers; infinite ones stay infinite."""
        return np.asarray(numbers / self.end, dtype=float)


def scale_of(numbers: Numbers, noise: float = 0.0) -> Scale:
    """The scale of numbers that are no light: to their largest, signs left out; `noise` is no number."""
    finite = numbers[np.isfinite(numbers)]
    largest = float(np.abs(finite).max()) if finite.size else 0.0
    name: ScaleName = "heat" if finite.size and float(finite.min()) < -noise else "count"
    return Scale(name, largest if largest > noise else 1.0)


def scales_of(stages: Sequence[Stage], values: FigureValues, source: Source | None) -> tuple[Scale, ...]:
    """The scale of every map, the input's first, whose numbers come from `source`.

    What a pool or relu makes is of the kind that it reads, and keeps its scale; so do means of light.
    """
    noise = _NOISE * float(np.abs(values.maps[0]).max())
    scales = [Scale("light", _WHITE) if is_picture(source) else scale_of(values.maps[0], noise)]
    for stage, kernel, made in zip(stages, values.kernels, values.maps[1:]):
        scales.append(scales[-1] if _keeps(stage, kernel, scales[-1]) else scale_of(made, noise))
    return tuple(scales)


def _keeps(stage: Stage, kernel: Numbers | None, scale: Scale) -> bool:
    """Whether what a stage makes is of the kind that it reads, and no larger."""
    if isinstance(stage, Pointwise):
        return stage.op == "relu"
    if kernel is None:
        return operation_of(stage).reduction not in _NO_MEANS and _stays_between(stage, scale)
    return scale.name == "light" and stage.op == "conv" and _is_mean(kernel, len(stage.input_size))


def _stays_between(layer: Layer, scale: Scale) -> bool:
    """Whether what a layer without a kernel makes is between the numbers that it reads, or of their scale."""
    filling = filling_of(layer)
    if abs(filling) > scale.end or (filling < 0 and scale.name != "heat"):
        return False
    return divisor_override(layer) is None and getattr(layer, "mode", "") != "bicubic"  # which overshoots


def _is_mean(kernel: NDArray[Any], axes: int) -> bool:
    """Whether no weight is negative, and those of a filter are 1 in all at most."""
    sums = kernel.reshape(len(kernel) if kernel.ndim > axes else 1, -1).sum(axis=1)
    return bool((kernel >= 0).all() and (sums <= 1 + 1e-9).all())


def shared(figures: Sequence[tuple[Scale, ...]]) -> tuple[tuple[Scale, ...], ...]:
    """The scales of figures beside each other, where inputs have one and outputs have one.

    Maps between them keep their own, and so does light; figures without colours have none.
    """
    known = [scales for scales in figures if scales]
    if not known:
        return tuple(figures)
    first, last = (_one([scales[at] for scales in known]) for at in (0, -1))
    return tuple(
        (_merged(scales[0], first), *scales[1:-1], _merged(scales[-1], last)) if scales else () for scales in figures
    )


def alike(scales: Sequence[Scale]) -> tuple[Scale, ...]:
    """One scale for all maps of a figure but those of light."""
    one = _one(scales)
    return tuple(_merged(scale, one) for scale in scales)


def _one(scales: Sequence[Scale]) -> Scale | None:
    """One scale for all that are no light; None where all are."""
    others = [scale for scale in scales if scale.name != "light"]
    if not others:
        return None
    name: ScaleName = "heat" if any(scale.name == "heat" for scale in others) else "count"
    return Scale(name, max(scale.end for scale in others))


def _merged(own: Scale, other: Scale | None) -> Scale:
    return own if own.name == "light" or other is None else other
