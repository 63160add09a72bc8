"""The equation of a cell that a pool makes: a maximum, a mean or a norm."""

from collections.abc import Callable
from math import prod

from convanim.layers.geometry import Geometry
from convanim.layers.layer import LPPool, window_size
from convanim.layers.sizes import Cell
from convanim.numbers.norms import is_plain
from convanim.numbers.values import Values
from convanim.views.cell_numbers import made_spelling, spelling, widest_made, widest_numeral
from convanim.views.drawing import Page
from convanim.views.equation_line import MOST_TERMS, Equation, copied_number, widest_parts
from convanim.views.stacks.stack import Stack
from convanim.words.equations import Terms, around_norm, around_power, max_terms, mean_terms, norm_terms
from convanim.words.numerals import factor


def pool_equation(geometry: Geometry, values: Values, cell: Callable[[int], Cell], page: Stack) -> Equation:
    """The equation of a maximum, a mean or a norm, whose windows may have fewer cells than places."""
    read, made = spelling(page, values.input), made_spelling(page, values.output)
    if isinstance(geometry.layer, LPPool):
        return _norm_equation(geometry, geometry.layer, values, cell, page)
    is_mean = geometry.divisors is not None
    before, behind = ("(", ")/ ≈ ") if is_mean else (f"{page.words('max')}(", ") ≈ ")
    if geometry.divisors is not None:
        behind += factor(page.words.numeral(max(geometry.divisors.min(), geometry.divisors.max(), key=abs)))

    def numbers_of(step: int) -> list[float]:
        return [values.input[tap.input].item() for tap in geometry.taps(cell(step)) if tap.input is not None]

    def told(step: int, numbers: list[float], total: float) -> Terms:
        divisor = geometry.divisor(cell(step))
        return max_terms(numbers, total, read) if divisor is None else mean_terms(numbers, divisor, total, read, made)

    def terms(step: int) -> Terms:
        return told(step, numbers_of(step), values.output[cell(step)].item())

    def so_far(step: int, part: int) -> str:
        numbers, divisor = numbers_of(step)[:part], geometry.divisor(cell(step))
        if not numbers or divisor == 0:
            return ""
        return told(step, numbers, max(numbers) if divisor is None else sum(numbers) / divisor).behind

    slots = (widest_numeral(values.input, page, bracketed=is_mean),) * prod(window_size(geometry.layer))
    if page.steps * len(slots) <= MOST_TERMS:
        sums = (found for step in range(page.steps) if (found := terms(step)).before)  # words alone have no places
        slots = widest_parts(sums, page.font) or slots
    if not is_mean:
        slots = (max(slots),) * len(slots)  # numbers of a list are equally far apart
    joint = " + " if is_mean else page.words.between
    wide = page.font.width(behind, 1) + widest_made(values.output, page)
    return Equation(terms, slots, page.font.width(before, 1), wide, joint, so_far, varies=True)


def _norm_equation(
    geometry: Geometry, layer: LPPool, values: Values, cell: Callable[[int], Cell], page: Page
) -> Equation:
    read, made = spelling(page, values.input), made_spelling(page, values.output)
    assert geometry.divisors is not None
    whole = prod(layer.kernel_size)

    def terms(step: int) -> Terms:
        numbers = [values.input[tap.input].item() for tap in geometry.taps(cell(step)) if tap.input is not None]
        scale = (whole, geometry.divisor(cell(step)) or whole)
        norm = values.output[cell(step)].item()
        return norm_terms(numbers, layer.norm_type, scale, norm, read, made, absolute=layer.absolute)

    if is_plain(layer):
        return copied_number(terms, values.output, page)
    before, behind = around_norm(layer.norm_type, (whole, int(geometry.divisors.min())), page.words)
    slot = widest_numeral(values.input, page, bracketed=True)
    slot += page.font.width(around_power(layer, page.words), 1)
    wide = page.font.width(f"{behind} ≈ ", 1) + widest_made(values.output, page)
    return Equation(terms, (slot,) * whole, page.font.width(before, 1), wide, " + ", varies=True)
