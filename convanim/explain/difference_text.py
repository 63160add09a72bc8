"""Two layers held against each other, in text."""

from itertools import islice

from convanim.code.frameworks import FRAMEWORKS
from convanim.code.mends import Mend
from convanim.explain.findings import Findings, source_count, sources, taps_in
from convanim.figures.layer_pairs import Side
from convanim.layers.geometry import Geometry, Tap
from convanim.layers.layer import input_shape, output_shape
from convanim.layers.operations import Reduction, operation_of
from convanim.layers.sizes import Cell, spelled_shape
from convanim.numbers.values import Values
from convanim.words.differences import sizes_line, spelled_cell, taps_line, verdict, window_lines
from convanim.words.equations import Terms, max_terms, mean_terms, sum_terms
from convanim.words.language import english
from convanim.words.layer_names import parameters
from convanim.words.numerals import numeral, weights_of

_MOST_TERMS = 9  # of an equation that are written out, as many as a 3x3 kernel has


def difference_lines(found: Findings) -> list[str]:
    """The lines that say what B does otherwise than A, and what would equal A."""
    difference = found.difference
    lines = [*_side("A", found.a), *_side("B", found.b), "", sizes_line(difference)]
    lines += window_lines(difference)
    if not found.is_equal and difference.same_kernels and difference.taps is not None:
        lines.append(taps_line(difference.taps, difference.reduction))
    if difference.otherwise_divided:
        lines.append(f"means of the same cells, divided by another number: {difference.otherwise_divided:,}")
    lines += _weights(found)
    lines += ["", verdict(difference)]
    if 0 < difference.differing < difference.cells and difference.first_agreeing is not None:
        lines[-1] += f", the first at {spelled_cell(difference.first_agreeing)}"
    if found.first is not None:
        lines += [f"the first that differs is {spelled_cell(found.first)}:", *_equations(found, found.first)]
    lines += _numbers(found)
    return lines + _mend(found)


def _side(name: str, side: Side) -> list[str]:
    has_channels = side.layer.in_channels is not None
    read = spelled_shape(input_shape(side.layer), has_channels=has_channels)
    made = spelled_shape(output_shape(side.layer), has_channels=has_channels)
    title = f" ({FRAMEWORKS[side.framework].title})" if side.framework else ""
    return [f"{name}{title}: {side.text}", f"  {parameters(side.layer, english())}; {read} -> {made}"]


def _weights(found: Findings) -> list[str]:
    """How both store their weights, where that is not one way, and what makes A's weights B's."""
    if found.orders is None or found.orders[0] == found.orders[1]:
        return []
    a, b = found.orders
    become = f"; A's become B's by {found.weights}" if found.weights not in ("", "w") else ""
    return [f"weights: A stores {a}, B {b}{become}"]


def _equations(found: Findings, cell: Cell) -> list[str]:
    values = found.values
    lines = []
    for name, side, own in (
        ("A", found.a, None if values is None else values.a),
        ("B", found.b, None if values is None else values.b),
    ):
        lines.append(f"  {name} = {equation(Geometry(side.layer), cell)}")
        if own is not None:
            lines.append(f"    = {_numbered(Geometry(side.layer), own, cell)}")
    return lines


def equation(geometry: Geometry, cell: Cell) -> str:
    """What makes an output cell, in letters: `w[0, 0]·x[1, 1] + w[0, 1]·0`, the first terms where they are many."""
    reduction = operation_of(geometry.layer).reduction
    if reduction is Reduction.SUM:
        terms = [f"w{list(tap.kernel)}·{_read(tap)}" for tap in islice(geometry.taps(cell), _MOST_TERMS)]
        return " + ".join(_few(terms, taps_in(geometry)))
    reads = [f"x{list(source)}" for source in islice(sources(geometry, cell), _MOST_TERMS)]
    every = source_count(geometry, cell)
    if reduction is Reduction.MAX:
        return f"max({', '.join(_few(reads, every))})" if reads else "−∞, the window holds padding alone"
    return f"({' + '.join(_few(reads, every)) or '0'})/{geometry.divisor(cell)}"


def _read(tap: Tap) -> str:
    return "0" if tap.input is None else f"x{list(tap.input)}"


def _few(terms: list[str], every: int) -> list[str]:
    """Terms, and how many of all there are besides."""
    return terms if every <= len(terms) else [*terms, f"… ({every - len(terms):,} more)"]


def _numbered(geometry: Geometry, values: Values, cell: Cell) -> str:
    """What makes an output cell, in numbers."""
    made, every = values.output[cell].item(), source_count(geometry, cell)
    if values.kernel is not None:
        real = (tap for tap in geometry.taps(cell) if tap.input is not None)
        met = [(values.input[tap.input].item(), values.kernel[tap.kernel].item()) for tap in islice(real, _MOST_TERMS)]
        return _joined(sum_terms(met, weights_of(w for _, w in met), made, english()), every)
    numbers = [values.input[source].item() for source in islice(sources(geometry, cell), _MOST_TERMS)]
    divisor = geometry.divisor(cell)
    return _joined(
        max_terms(numbers, made, english()) if divisor is None else mean_terms(numbers, divisor, made, english()), every
    )


def _joined(terms: Terms, every: int) -> str:
    before, parts, joint, behind = terms
    return before + joint.join(_few(list(parts), every)) + behind


def _numbers(found: Findings) -> list[str]:
    """The largest difference of the numbers that were asked for."""
    if found.options.values is None and found.options.kernel_values is None:
        return []
    values = found.values
    if values is None:
        return ["no weights fit both, so that there are no numbers to compare"]
    if values.at is None:
        return ["with these numbers no output cell differs"]
    a, b = (numeral(float(side.output[values.at])) for side in (values.a, values.b))
    most = numeral(values.most)
    return [
        f"with these numbers {values.differing:,} of {found.difference.cells:,} output cells differ, "
        f"by {most} at most: at {spelled_cell(values.at)} A has {a}, B {b}"
    ]


def _mend(found: Findings) -> list[str]:
    """What equals A in B's framework, one line for each part of it, or why nothing does."""
    if found.is_equal:
        return []
    where = f"in {FRAMEWORKS[found.b.framework].title}" if found.b.framework else "as a command line"
    if found.mend is None:
        return ["", f"nothing {where} equals A: {found.why_not}"]
    how = {
        "values": "checked on random whole numbers",
        "windows": "checked by all its windows, which are too many for numbers",
    }
    return ["", f"equal to A {where} ({how[found.mend.checked]}):", *_parts(found.mend, found.mended_weights)]


def _parts(mend: Mend, weights: str) -> list[str]:
    rows = [(mend.before, "before it, x is the input"), (mend.layer, ""), (mend.after, "of what it makes, y")]
    if weights not in ("", "w"):
        rows.append((weights, "for its weights, w are A's"))
    width = max(len(code) for code, note in rows if note) if any(code and note for code, note in rows) else 0
    return [f"  {code:<{width}}  # {note}" if note else f"  {code}" for code, note in rows if code]
