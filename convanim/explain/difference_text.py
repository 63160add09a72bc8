"""Two layers held against each other, in text."""

from itertools import islice
from math import prod

from convanim.code.frameworks import FRAMEWORKS
from convanim.code.mends import Mend
from convanim.explain.findings import Findings, source_count, sources, taps_in
from convanim.figures.recipes.layer_pairs import Side
from convanim.layers.geometry import Geometry, Tap
from convanim.layers.layer import LPPool, filling_of, input_shape, output_shape
from convanim.layers.operation import Reduction
from convanim.layers.operations import operation_of
from convanim.layers.sizes import Cell, spelled_shape
from convanim.numbers.values import Values, weight_of
from convanim.words.differences import sizes_line, spelled_cell, taps_line, verdict, window_lines
from convanim.words.equations import (
    Terms,
    around_norm,
    max_terms,
    mean_terms,
    norm_terms,
    power_text,
    sum_terms,
    unsigned,
)
from convanim.words.language import Words
from convanim.words.layer_names import parameters
from convanim.words.numerals import weights_of
from convanim.words.spelling import Spelling

_MOST_TERMS = 9  # of an equation that are written out, as many as a 3x3 kernel has


def difference_lines(found: Findings) -> list[str]:
    """The lines that say what B does otherwise than A, and what would equal A."""
    difference, words = found.difference, found.words
    lines = [*_side("A", found.a, words), *_side("B", found.b, words), "", sizes_line(difference, words)]
    lines += window_lines(difference, words)
    if not found.is_equal and difference.same_kernels and difference.taps is not None:
        lines.append(taps_line(difference.taps, difference.reduction, words))
    if difference.otherwise_divided:
        lines.append(words("otherwise_divided", count=difference.otherwise_divided))
    lines += _weights(found)
    lines += ["", verdict(difference, words)]
    if 0 < difference.differing < difference.cells and difference.first_agreeing is not None:
        lines[-1] = words("first_agreeing", verdict=lines[-1], cell=spelled_cell(difference.first_agreeing))
    if found.first is not None:
        lines += [words("first_differing", cell=spelled_cell(found.first)), *_equations(found, found.first)]
    lines += _numbers(found)
    return lines + _mend(found)


def _side(name: str, side: Side, words: Words) -> list[str]:
    has_channels = side.layer.in_channels is not None
    read = spelled_shape(input_shape(side.layer), has_channels=has_channels)
    made = spelled_shape(output_shape(side.layer), has_channels=has_channels)
    title = f" ({FRAMEWORKS[side.framework].title})" if side.framework else ""
    told = words("side_layer", layer=parameters(side.layer, words), input=read, output=made)
    return [words.titled(f"{name}{title}", side.named(words)), f"  {told}"]


def _weights(found: Findings) -> list[str]:
    """How both store their weights, where that is not one way, and what makes A's weights B's."""
    if found.orders is None or found.orders[0] == found.orders[1]:
        return []
    a, b = map(str, found.orders)
    stored = found.words("weights_stored", a=a, b=b)
    if found.weights in ("", "w"):
        return [stored]
    return [found.words("weights_become", text=stored, code=found.weights)]


def _equations(found: Findings, cell: Cell) -> list[str]:
    values = found.values
    lines = []
    for name, side, own in (
        ("A", found.a, None if values is None else values.a),
        ("B", found.b, None if values is None else values.b),
    ):
        lines.append(f"  {name} = {equation(Geometry(side.layer), cell, found.words)}")
        if own is not None:
            lines.append(f"    = {_numbered(Geometry(side.layer), own, cell, found.words)}")
    return lines


def equation(geometry: Geometry, cell: Cell, words: Words) -> str:
    """What makes an output cell, in letters: `w[0, 0]·x[1, 1] + w[0, 1]·0`, the first terms where they are many."""
    reduction = operation_of(geometry.layer).reduction
    if reduction is Reduction.SUM:
        terms = [f"w{list(tap.kernel)}·{_read(tap)}" for tap in islice(geometry.taps(cell), _MOST_TERMS)]
        return " + ".join(_few(terms, taps_in(geometry, cell), words))
    if reduction is Reduction.BLEND:
        real = [tap for tap in islice(geometry.taps(cell), _MOST_TERMS) if tap.input is not None]
        told = [f"{words.numeral(tap.weight or 0)}·{_read(tap)}" for tap in real]
        return " + ".join(_few(told, taps_in(geometry, cell), words))
    reads = [f"x{list(source)}" for source in islice(sources(geometry, cell), _MOST_TERMS)]
    every = source_count(geometry, cell)
    if reduction is Reduction.MAX:
        return f"{words('max')}({words.between.join(_few(reads, every, words))})" if reads else words("padding_alone")
    if reduction is Reduction.COPY:
        return reads[0] if reads else words.numeral(filling_of(geometry.layer))
    if isinstance(geometry.layer, LPPool):
        scale = (prod(geometry.layer.kernel_size), geometry.divisor(cell) or 1)
        before, behind = around_norm(geometry.layer.norm_type, scale, words)
        bare = [unsigned(each) if geometry.layer.absolute else each for each in reads]
        raised = [f"{each}{power_text(geometry.layer.norm_type, words)}" for each in bare]
        return before + " + ".join(_few(raised, every, words)) + behind
    return f"({' + '.join(_few(reads, every, words)) or '0'})/{geometry.divisor(cell)}"


def _read(tap: Tap) -> str:
    return "0" if tap.input is None else f"x{list(tap.input)}"


def _few(terms: list[str], every: int, words: Words) -> list[str]:
    """Terms, and how many of all there are besides."""
    return terms if every <= len(terms) else [*terms, words("more_terms", count=every - len(terms))]


def _numbered(geometry: Geometry, values: Values, cell: Cell, words: Words) -> str:
    """What makes an output cell, in numbers."""
    made, every = values.output[cell].item(), source_count(geometry, cell)
    if values.kernel is not None or operation_of(geometry.layer).reduction is Reduction.BLEND:
        real = (tap for tap in geometry.taps(cell) if tap.input is not None)
        met = [(values.input[tap.input].item(), weight_of(tap, values)) for tap in islice(real, _MOST_TERMS)]
        return _joined(
            sum_terms(met, weights_of((w for _, w in met), words.decimal), made, Spelling(words)), every, words
        )
    numbers = [values.input[source].item() for source in islice(sources(geometry, cell), _MOST_TERMS)]
    divisor, spell = geometry.divisor(cell), Spelling(words)
    if operation_of(geometry.layer).reduction is Reduction.COPY:
        return words.numeral(made)
    if isinstance(geometry.layer, LPPool):
        layer = geometry.layer
        scale = (prod(layer.kernel_size), divisor or 1)
        terms = norm_terms(numbers, layer.norm_type, scale, made, spell, spell, absolute=layer.absolute)
        return _joined(terms, every, words)
    terms = max_terms(numbers, made, spell) if divisor is None else mean_terms(numbers, divisor, made, spell)
    return _joined(terms, every, words)


def _joined(terms: Terms, every: int, words: Words) -> str:
    return terms.before + terms.joint.join(_few(list(terms.parts), every, words)) + terms.behind


def _numbers(found: Findings) -> list[str]:
    """The largest difference of the numbers that were asked for."""
    if found.options.values is None and found.options.kernel_values is None:
        return []
    values, words = found.values, found.words
    if values is None:
        return [words("no_numbers")]
    if values.at is None:
        return [words("numbers_agree")]
    a, b = (words.numeral(float(side.output[values.at])) for side in (values.a, values.b))
    counts = {"differing": values.differing, "cells": found.difference.cells}
    most = words.numeral(values.most)
    return [words("numbers_differ", **counts, most=most, cell=spelled_cell(values.at), a=a, b=b)]


def _mend(found: Findings) -> list[str]:
    """What equals A in B's framework, one line for each part of it, or why nothing does."""
    if found.is_equal:
        return []
    words, mend = found.words, found.mend
    title = FRAMEWORKS[found.b.framework].title if found.b.framework else ""
    if mend is None:
        return ["", words("no_equal_layer", framework=title, why=found.why_not(words))]
    how = words("checked_numbers" if mend.checked == "values" else "checked_windows")
    head = words("equal_layer", framework=title, how=how) if title else words("equal_command", how=how)
    return ["", head, *_parts(mend, found.mended_weights, words)]


def _parts(mend: Mend, weights: str, words: Words) -> list[str]:
    rows = [(mend.before, words("before_it")), (mend.layer, ""), (mend.after, words("behind_it"))]
    if weights not in ("", "w"):
        rows.append((weights, words("for_weights")))
    width = max(len(code) for code, note in rows if note) if any(code and note for code, note in rows) else 0
    return [f"  {code:<{width}}  # {note}" if note else f"  {code}" for code, note in rows if code]
