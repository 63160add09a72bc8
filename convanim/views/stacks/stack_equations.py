"""The equation of the current cell of a stack: of a layer with channels, or of a chain's last map."""

from collections.abc import Callable
from itertools import product
from math import prod

import numpy as np

from convanim.layers.geometry import Geometry
from convanim.layers.layer import window_size
from convanim.layers.operation import Reduction
from convanim.layers.operations import operation_of
from convanim.layers.sizes import Cell
from convanim.networks.chain import Chain
from convanim.networks.pointwise import FUNCTIONS, Pointwise
from convanim.numbers.figure_values import FigureValues
from convanim.numbers.sources import Numbers
from convanim.numbers.values import Values, channel_sums, slice_sums, taken, weight_of
from convanim.views.cell_numbers import (
    kernel_weights,
    made_spelling,
    own_weights,
    spelling,
    widest_made,
    widest_numeral,
    widest_weight,
)
from convanim.views.drawing import Page
from convanim.views.equation_line import MOST_TERMS, Equation, copied_number, in_words, widest_parts
from convanim.views.shares import gathered_equation
from convanim.views.stacks.pool_equations import pool_equation
from convanim.views.stacks.stack import Stack, TermPlace
from convanim.views.text_layout import widest
from convanim.words.equations import (
    Terms,
    added_terms,
    blend_terms,
    copy_terms,
    sum_terms,
)
from convanim.words.layer_names import pointwise_name
from convanim.words.numerals import MINUS, factor
from convanim.words.spelling import Spelling

_MOST_PRODUCTS = 9  # of a box; of more the equation is what each of its slices adds
_MOST_SUMS = 100_000  # of channels, that are all looked at to know how wide they are


def layer_equation(geometry: Geometry, values: Values, cell: Callable[[int], Cell], page: Stack) -> Equation:
    """The equation of the output cell of each step: its products, or with a larger kernel what each channel adds.

    Of a box with many cells it is what each of its slices adds.
    """
    if values.shares is not None:
        return gathered_equation(geometry, values, cell, page)
    read, made = spelling(page, values.input), made_spelling(page, values.output)
    behind = page.font.width(" ≈ ", 1) + widest_made(values.output, page)
    channels, places = geometry.channels, sum(1 for _ in geometry.taps(cell(0)))
    if operation_of(geometry.layer).reduction is Reduction.BLEND:
        return _blend_equation(geometry, values, cell, page)
    if operation_of(geometry.layer).reduction is Reduction.COPY:
        return _copy_equation(geometry, values, cell, page)
    if operation_of(geometry.layer).reduction is Reduction.ADD:
        return _added_equation(geometry, values, cell, page)
    if operation_of(geometry.layer).reduction is Reduction.PLACE:
        return _placed_equation(geometry, values, cell, page)
    if values.kernel is None:
        return pool_equation(geometry, values, cell, page)
    kernel, weights = values.kernel, kernel_weights(values, page.words)

    def own(step: int) -> int:
        """The filter of a step."""
        return 0 if channels is None else cell(step)[0]

    if adds_slices(geometry):
        every = slice_sums(geometry, values)
        return _sums_equation(
            lambda step: [each[cell(step)].item() for each in every], cell, own, values, page, every, len(every)
        )
    if channels is None or channels.read == 1 or max(window_size(geometry.layer)) == 1:
        widest_weight = widest(map(factor, weights.texts.values()), page.font)
        slot = widest_numeral(values.input, page, bracketed=True) + page.font.width("·", 1) + widest_weight

        def products(step: int) -> Terms:
            output, taps = cell(step), list(geometry.taps(cell(step)))
            pairs = [
                (0 if tap.input is None else values.input[tap.input].item(), kernel[tap.kernel].item()) for tap in taps
            ]
            unreal = [i for i, tap in enumerate(taps) if tap.input is None]
            return sum_terms(pairs, weights, values.output[output].item(), read, made, unreal)

        def so_far(step: int, part: int) -> str:
            taken = list(geometry.taps(cell(step)))[:part]
            found = (
                values.input[tap.input].item() * kernel[tap.kernel].item() for tap in taken if tap.input is not None
            )
            total = sum(found)
            return f" {'=' if weights.are_exact and made.is_exact(total) else '≈'} {made(total)}"

        return _of_filters(products, own, page, slot, places, behind, so_far)

    def added(step: int) -> list[float]:
        output = cell(step)
        found = dict.fromkeys(channels.inputs_of([output[0]]), 0)
        for tap in geometry.taps(output):
            if tap.input is not None:
                found[tap.input[0]] += values.input[tap.input].item() * kernel[tap.kernel].item()
        return list(found.values())

    sums = _different_sums(geometry, values, channels.outputs * channels.read)
    return _sums_equation(added, cell, own, values, page, sums, channels.read)


def adds_slices(geometry: Geometry) -> bool:
    """Whether the equation of a layer of three axes is of sums: one for each slice of the window."""
    size = window_size(geometry.layer)
    return len(size) == 3 and geometry.channels is None and size[0] > 1 and prod(size) > _MOST_PRODUCTS


def _sums_equation(
    added: Callable[[int], list[float]],
    cell: Callable[[int], Cell],
    own: Callable[[int], int],
    values: Values,
    page: Stack,
    sums: Numbers,
    places: int,
) -> Equation:
    """The equation of output cells that are made of so many sums; `sums` are all that there are, or their bounds."""
    spell, made = spelling(page, sums), made_spelling(page, values.output)

    def adding(step: int) -> Terms:
        parts, total = added(step), values.output[cell(step)].item()
        sign = "=" if made.is_exact(total) and all(map(spell.is_exact, parts)) else "≈"
        return Terms("", tuple(map(spell, parts)), " + ", f" {sign} {made(total)}")

    def so_far(step: int, part: int) -> str:
        total = sum(added(step)[:part])
        return f" {'=' if made.is_exact(total) else '≈'} {made(total)}"

    behind = page.font.width(" ≈ ", 1) + widest_made(values.output, page)
    return _of_filters(adding, own, page, widest_numeral(sums, page), places, behind, so_far)


def _of_filters(
    terms: Callable[[int], Terms],
    own: Callable[[int], int],
    page: Stack,
    most: float,
    places: int,
    behind: float,
    so_far: Callable[[int, int], str],
) -> Equation:
    """The equation with places for the terms of each filter, as wide as these are at most, in ems; `own` is a step's.

    Of many terms no more is known than how wide any may be.
    """
    if page.steps * places > MOST_TERMS:
        return Equation(terms, (most,) * places, 0.0, behind, so_far=so_far)
    filters = [own(step) for step in range(page.steps)]
    slots = {
        each: widest_parts((terms(step) for step, of in enumerate(filters) if of == each), page.font)
        for each in dict.fromkeys(filters)
    }
    ways = list(dict.fromkeys(slots.values()))
    way = {each: ways.index(found) for each, found in slots.items()}
    return Equation(terms, ways[0], 0.0, behind, so_far=so_far, ways=tuple(ways[1:]), way=lambda step: way[own(step)])


def _different_sums(geometry: Geometry, values: Values, slices: int) -> Numbers:
    """What the channels add to output cells; of many two numbers that they lie between."""
    assert values.kernel is not None
    if slices * prod(geometry.output_size) <= _MOST_SUMS:
        return channel_sums(geometry, values)
    axes = len(geometry.axes)
    most = np.abs(values.input).max() * np.abs(values.kernel).sum(axis=tuple(range(-axes, 0))).max()
    return np.array([-most, most])


def _blend_equation(geometry: Geometry, values: Values, cell: Callable[[int], Cell], page: Page) -> Equation:
    read, made, weights = (
        spelling(page, values.input),
        made_spelling(page, values.output),
        own_weights(geometry, page.words),
    )

    def terms(step: int) -> Terms:
        taps = [tap for tap in geometry.taps(cell(step)) if tap.input is not None]
        pairs = [(values.input[tap.input].item(), weight_of(tap, values)) for tap in taps]
        return blend_terms(pairs, weights, values.output[cell(step)].item(), read, made)

    if not weights.texts:
        return copied_number(terms, values.output, page)
    slot = widest_numeral(values.input, page, bracketed=True) + widest_weight(weights, page)
    behind = page.font.width(" ≈ ", 1) + widest_made(values.output, page)
    return Equation(terms, (slot,) * prod(window_size(geometry.layer)), 0.0, behind)


def _copy_equation(geometry: Geometry, values: Values, cell: Callable[[int], Cell], page: Page) -> Equation:
    made = made_spelling(page, values.output)

    def terms(step: int) -> Terms:
        (tap,) = geometry.taps(cell(step))
        return copy_terms(values.output[cell(step)].item(), made, [] if tap.input is not None else [0])

    return copied_number(terms, values.output, page)


def _added_equation(geometry: Geometry, values: Values, cell: Callable[[int], Cell], page: Page) -> Equation:
    read, made = spelling(page, values.input), made_spelling(page, values.output)

    def terms(step: int) -> Terms:
        taps = geometry.taps(cell(step))
        numbers = [values.input[tap.input].item() for tap in taps if tap.input is not None]
        return added_terms(numbers, values.output[cell(step)].item(), read, made)

    slot = widest_numeral(values.input, page, bracketed=True)
    behind = page.font.width(" ≈ ", 1) + widest_made(values.output, page)
    return Equation(terms, (slot,) * prod(window_size(geometry.layer)), 0.0, behind, varies=True)


def _placed_equation(geometry: Geometry, values: Values, cell: Callable[[int], Cell], page: Page) -> Equation:
    made = made_spelling(page, values.output)

    def terms(step: int) -> Terms:
        source = taken(geometry, values, cell(step))
        if source is None:
            return Terms("", (page.words("no_maximum", number="0"),), "", "")
        number = made(values.output[cell(step)].item())
        return Terms("", (page.words("put_back", number=number),), "", "")

    return in_words(terms, ("put_back", "no_maximum"), values.output, page)


def terms_from(geometry: Geometry, cell: Callable[[int], Cell], step: int) -> list[TermPlace]:
    """What cell each term of the equation of a layer's step is from, or what channel; nothing where it is neither."""
    reduction, channels, output = operation_of(geometry.layer).reduction, geometry.channels, cell(step)
    is_pool = reduction in (Reduction.MAX, Reduction.MEAN)
    adds_channels = channels is not None and channels.read > 1 and max(window_size(geometry.layer)) > 1
    if not is_pool and (reduction is not Reduction.SUM or adds_slices(geometry)):
        return []
    sources = [0] if channels is None else geometry.sources(output)
    if adds_channels and not is_pool:
        return [(source, None) for source in sources]
    places = product(sources, geometry.positions(output[-len(geometry.axes) :]))
    found: list[TermPlace] = [place for place, tap in zip(places, geometry.taps(output)) if tap.input or not is_pool]
    return found if len(found) > 1 else []


def last_equation(chain: Chain, values: FigureValues, cell: Callable[[int], Cell], page: Stack) -> Equation:
    """The equation of the cell of a chain's last map that each step makes."""
    stage = chain.stages[-1]
    if not isinstance(stage, Pointwise):
        return layer_equation(Geometry(stage), values.stage(-1), cell, page)
    given, made = values.maps[-2:]
    read, spell = spelling(page, given), made_spelling(page, made)
    name = pointwise_name(stage, page.words).replace(" ", "-")

    def terms(step: int) -> Terms:
        return function_terms(stage, given[cell(step)].item(), made[cell(step)].item(), read, spell)

    before, behind = (page.font.width(text, 1) for text in (f"{name}(", ") ≈ "))
    return Equation(terms, (widest_numeral(given, page),), before, behind + widest_made(made, page))


def function_terms(stage: Pointwise, x: float, y: float, read: Spelling, made: Spelling) -> Terms:
    """`relu(−0.50) = 0`: rounded numbers may be equal all the same."""
    name = pointwise_name(stage, read.words).replace(" ", "-")
    told = FUNCTIONS[stage.op](_value(read(x), read.words.decimal)) == _value(made(y), read.words.decimal)
    return Terms(f"{name}(", (read(x),), "", f") {'=' if told else '≈'} {made(y)}")


def _value(text: str, decimal: str) -> float:
    """The number that a numeral says."""
    return float(text.replace(MINUS, "-").replace(decimal, ".").replace("∞", "inf"))
