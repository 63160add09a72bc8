"""The equation of an output cell that is made of the numbers under a window."""

from collections.abc import Callable
from math import prod

import numpy as np

from convanim.layers.geometry import Geometry
from convanim.layers.layer import LPPool, window_size
from convanim.layers.operation import Reduction
from convanim.layers.operations import operation_of
from convanim.numbers.norms import is_plain, norm_so_far
from convanim.scene.scene import Ints
from convanim.views.cell_numbers import (
    kernel_weights,
    made_spelling,
    own_weights,
    spelling,
    widest_made,
    widest_numeral,
    widest_weight,
)
from convanim.views.drawing import Drawing
from convanim.views.equation_line import Equation, copied_number
from convanim.views.kernel_work import Under, laid_on_window
from convanim.views.shares import gathered_equation
from convanim.views.single_maps.window_numbers import fillers_of, taken_places
from convanim.views.text_layout import widest
from convanim.words.equations import (
    Terms,
    around_norm,
    around_power,
    blend_terms,
    copy_terms,
    max_terms,
    mean_terms,
    norm_terms,
    sum_terms,
)
from convanim.words.numerals import factor


def gather_equation(drawing: Drawing, under: Callable[[int], Under]) -> Equation:
    """What makes an output cell of the numbers under the window, those that are no cell's among them."""
    geometry, values, words = drawing.geometry, drawing.values, drawing.words
    assert values is not None
    if values.shares is not None:
        return gathered_equation(geometry, values, geometry.output, drawing)
    reduction = operation_of(geometry.layer).reduction
    weights = own_weights(geometry, words) if reduction is Reduction.BLEND else kernel_weights(values, words)
    laid = [] if values.kernel is None else values.kernel[tuple(laid_on_window(geometry).T)].tolist()
    read, made = spelling(drawing, values.input), made_spelling(drawing, values.output)

    def of(step: int, places: Ints, total: float) -> Terms:
        """The equation of the numbers in some places of the window."""
        numbers, kind = (each[places] for each in under(step))
        unreal = np.flatnonzero(kind).tolist()
        if reduction is Reduction.SUM:
            return sum_terms(
                [(x, laid[i]) for x, i in zip(numbers.tolist(), places)], weights, total, read, made, unreal
            )
        if reduction is Reduction.MAX:
            return max_terms(numbers.tolist(), total, read, unreal, made)
        if reduction is Reduction.BLEND:
            return blend_terms(list(zip(numbers.tolist(), _weights(geometry, step))), weights, total, read, made)
        if reduction is Reduction.COPY:
            return copy_terms(total, made, unreal)
        divisor = geometry.divisor(geometry.output(step))
        assert divisor is not None
        if isinstance(geometry.layer, LPPool):
            layer, scale = geometry.layer, (prod(geometry.layer.kernel_size), divisor)
            return norm_terms(numbers.tolist(), layer.norm_type, scale, total, read, made, absolute=layer.absolute)
        return mean_terms(numbers.tolist(), divisor, total, read, made, unreal)

    def terms(step: int) -> Terms:
        return of(step, taken_places(geometry, under, step), values.output[geometry.output(step)].item())

    def so_far(step: int, part: int) -> str:
        places = taken_places(geometry, under, step)[:part]
        numbers = under(step)[0][places]
        if reduction is Reduction.SUM:
            return of(step, places, sum(x * laid[i] for x, i in zip(numbers.tolist(), places))).behind
        if reduction is Reduction.MAX:
            return of(step, places, numbers.max().item()).behind
        if reduction is Reduction.BLEND:
            return of(step, places, sum(x * w for x, w in zip(numbers.tolist(), _weights(geometry, step)))).behind
        if reduction is Reduction.COPY:
            return of(step, places, numbers[0].item()).behind
        divisor = geometry.divisor(geometry.output(step))
        if isinstance(geometry.layer, LPPool) and divisor:
            norm = norm_so_far(geometry.layer, numbers, divisor)
            return "" if norm is None else of(step, places, norm).behind
        return of(step, places, numbers.sum().item() / divisor).behind if divisor else ""

    is_plain_norm = isinstance(geometry.layer, LPPool) and is_plain(geometry.layer)
    if reduction is Reduction.COPY or is_plain_norm or (reduction is Reduction.BLEND and not weights.texts):
        return copied_number(terms, values.output, drawing)
    font, places = drawing.font, prod(window_size(geometry.layer))
    before = {Reduction.MAX: f"{words('max')}(", Reduction.MEAN: "("}.get(reduction, "")
    behind = {Reduction.MAX: ") ≈ ", Reduction.MEAN: ")/ ≈ "}.get(reduction, " ≈ ")
    raised = 0.0
    if isinstance(geometry.layer, LPPool):
        before, behind, raised = _around_norms(geometry, geometry.layer, drawing)
    elif geometry.divisors is not None:
        behind += factor(words.numeral(max(geometry.divisors.min(), geometry.divisors.max(), key=abs)))
    number = max(
        widest_numeral(values.input, drawing, bracketed=reduction is not Reduction.MAX),
        widest(fillers_of(geometry, words).values(), font),
    )
    slots = [number + font.width("·" + factor(weights.texts[w]), 1) for w in laid]
    slots = slots or [number + raised + widest_weight(weights, drawing)] * places
    return Equation(
        terms,
        tuple(slots),
        font.width(before, 1),
        font.width(behind, 1) + widest_made(values.output, drawing),
        words.between if reduction is Reduction.MAX else " + ",
        so_far,
        varies=reduction is not Reduction.SUM,
    )


def _around_norms(geometry: Geometry, layer: LPPool, drawing: Drawing) -> tuple[str, str, float]:
    """What stands around the powers of a window that is scaled most, if any is, and how wide what stands at each is."""
    assert geometry.divisors is not None
    scale = (prod(layer.kernel_size), int(geometry.divisors.min()))
    before, behind = around_norm(layer.norm_type, scale, drawing.words)
    return before, f"{behind} ≈ ", drawing.font.width(around_power(layer, drawing.words), 1)


def _weights(geometry: Geometry, step: int) -> list[float]:
    """How much of each cell of its window an interpolated cell is."""
    return [tap.weight or 0.0 for tap in geometry.taps(geometry.output(step))]
