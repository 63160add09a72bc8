"""Gradients that flow back through a pool: the equations of the cells that get them, and which cells these are."""

from collections.abc import Callable

from convanim.layers.geometry import Geometry, Tap
from convanim.layers.layer import window_size
from convanim.layers.sizes import Cell
from convanim.numbers.shares import Shares
from convanim.numbers.values import Values
from convanim.views.cell_numbers import made_spelling, spelling, widest_made, widest_numeral
from convanim.views.drawing import Page
from convanim.views.equation_line import Equation
from convanim.words.equations import Terms, share_terms
from convanim.words.numerals import factor


def taken(geometry: Geometry, shares: Shares, cell: Cell) -> list[Tap]:
    """The taps by which a cell gets something, in the order of the cells that send it."""
    taps = [tap for tap in geometry.taps(cell) if tap.input is not None]
    return sorted((t for t in taps if shares.won is None or shares.part(1, t)), key=lambda tap: tap.input or ())


def won_from(geometry: Geometry, values: Values | None, cell: Cell) -> list[Cell]:
    """Where those gradients stand in the line-up of which a cell gets the whole, since it was the maximum there."""
    if values is None or values.shares is None or values.shares.won is None:
        return []
    axes = geometry.axes
    along = [tap.kernel[-len(axes) :] for tap in taken(geometry, values.shares, cell)]
    at = cell[-len(axes) :]
    return [tuple(axis.position(o, k) for axis, o, k in zip(axes, at, kernel)) for kernel in along]


def has_winners(values: Values | None) -> bool:
    """Whether numbers are gradients that went back to maxima."""
    return values is not None and values.shares is not None and values.shares.won is not None


def gathered_equation(geometry: Geometry, values: Values, cell: Callable[[int], Cell], page: Page) -> Equation:
    """The equation of what each step's cell gets: `3 + 5 = 8`, of means `(3 + 5)/4 = 2` or `3/4 + 5/2 = 3.25`.

    Where it was never the maximum it says so.
    """
    shares = values.shares
    assert shares is not None
    read, made = spelling(page, values.input), made_spelling(page, values.output)

    def terms(step: int) -> Terms:
        taps = taken(geometry, shares, cell(step))
        if not taps and shares.won is not None:
            return Terms("", (page.words("won_nothing", number=made(0)),), " + ", "")
        numbers = [values.input[tap.input].item() for tap in taps]
        divisors = [] if shares.divisors is None else [shares.divisor(tap.input) for tap in taps if tap.input]
        return share_terms(numbers, divisors, values.output[cell(step)].item(), read, made)

    slot = widest_numeral(values.input, page, bracketed=True)
    if shares.divisors is not None and shares.divisors.min() < shares.divisors.max():
        slot += _widest_divisor(shares, page)
    behind = page.font.width(")", 1) + _widest_divisor(shares, page) + page.font.width(" ≈ ", 1)
    count = _most(geometry)
    before = page.font.width("(", 1)
    return Equation(terms, (slot,) * count, before, behind + widest_made(values.output, page), varies=True)


def _most(geometry: Geometry) -> int:
    """How many cells of the pool's output a cell can have gone into."""
    most = 1
    for size, axis in zip(window_size(geometry.layer), geometry.axes):
        along = max((sum(i is not None for i in axis.reads(o)) for o in range(axis.output_size)), default=1)
        most *= max(1, min(size, along))
    return most


def sent_equation(geometry: Geometry, values: Values, cell: Callable[[int], Cell], page: Page) -> Equation:
    """What a step sends to its window: `adds 3 to the gradient at the maximum`, `adds 3/4 = 0.75 to each cell`."""
    shares, words = values.shares, page.words
    assert shares is not None
    read, made = spelling(page, values.input), spelling(page, values.output)
    is_mean = shares.divisors is not None
    before, _, behind = words("adds_each" if is_mean else "adds_winner", terms="\0").partition("\0")

    def terms(step: int) -> Terms:
        number = values.input[cell(step)].item()
        if not is_mean:
            there = shares.won is not None and shares.won[cell(step)].any()
            return Terms(before, (read(number),), "", behind) if there else Terms("", (words("adds_none"),), "", "")
        divisor = shares.divisor(cell(step))
        part = number / divisor
        sign = "=" if read.is_exact(number) and made.is_exact(part) else "≈"
        divided = f"{factor(read(number))}/{factor(words.numeral(divisor))}"
        return Terms(before, (divided,), "", f" {sign} {made(part)}{behind}")

    slot = widest_numeral(values.input, page, bracketed=True)
    after = page.font.width(behind, 1)
    if is_mean:
        slot += _widest_divisor(shares, page)
        after += page.font.width(" ≈ ", 1) + widest_numeral(values.output, page)
    return Equation(terms, (slot,), page.font.width(before, 1), after, words.between)


def _widest_divisor(shares: Shares, page: Page) -> float:
    """How wide what a number is divided by can be, with the stroke before it, in ems."""
    if shares.divisors is None:
        return 0.0
    most = max(shares.divisors.min(), shares.divisors.max(), key=abs)
    return page.font.width("/" + factor(page.words.numeral(int(most))), 1)
