"""What the comparisons with frameworks share: layers as they were drawn, coded weights, verdicts, named departures."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from helpers.responses import expected_responses
from numpy.typing import NDArray

from convanim.code.frameworks import read_code
from convanim.errors import RequestError
from convanim.layers.geometry import Geometry
from convanim.layers.layer import Layer, output_shape
from convanim.numbers.values import values_of

Numbers: TypeAlias = NDArray[np.float64]

MOST_WEIGHT, MOST_NUMBER = 20_000, 5  # sums of their products stay below 2**24, exact in single precision
DRAWN_AT_MOST = 4  # times as many layers as are to be compared

SAME, REFUSED = "same", "both refuse"
THEY_REFUSE, WE_REFUSE, DIFFER = "they refuse", "we refuse", "they differ"


@dataclass(frozen=True)
class Case:
    """A layer as it was drawn: its name and arguments in the framework, and the input that it gets."""

    kind: str
    said: dict[str, Any]
    size: tuple[int, ...]
    channels: int
    before: str = ""
    after: str = ""

    @property
    def code(self) -> str:
        """The layer as the framework's code."""
        said = [f"{name}={value!r}" for name, value in self.said.items()]
        return f"{self.before}{', '.join([*said, self.after] if self.after else said)})"

    @property
    def shape(self) -> str:
        """The input's channels and size."""
        return f"{self.channels}@{'x'.join(map(str, self.size))}"

    def __str__(self) -> str:
        return f"{self.code} on {self.shape}"

    def per_axis(self, name: str, default: int = 1) -> tuple[int, ...]:
        """An argument, one number for each axis."""
        value = self.said.get(name)
        value = default if value is None else value
        return (value,) * len(self.size) if isinstance(value, int) else tuple(value)


@dataclass(frozen=True)
class Departure:
    """Layers on which a framework and we are known to part: which they are, and what happens there.

    Its verdict is asserted for every layer on which it holds, so that a framework that changes is noticed.
    """

    name: str
    says: str
    kinds: tuple[str, ...]
    holds: Callable[[Case], bool]
    verdicts: tuple[str, ...]


def layer_of(case: Case) -> Layer | None:
    """What we read in the code; None where we refuse it."""
    try:
        return read_code(case.code, case.shape).layer
    except RequestError:
        return None


def batch_of(case: Case, rng: random.Random) -> Numbers:
    """Inputs with a single one each, and behind them one of small whole numbers."""
    count = case.channels * int(np.prod(case.size))
    numbers = [rng.randint(-MOST_NUMBER, MOST_NUMBER) for _ in range(count)]
    return np.vstack([np.eye(count), numbers]).reshape(count + 1, case.channels, *case.size)


def coded(shape: tuple[int, ...], rng: random.Random) -> Numbers:
    """Weights of which no two are alike, and no few of which are likely to have the same sum."""
    count = int(np.prod(shape))
    return np.array(rng.sample(range(1, MOST_WEIGHT), count), dtype=np.float64).reshape(shape)


def expected(layer: Layer, batch: Numbers, weights: Numbers | None) -> Numbers:
    """What our taps and our arithmetic make of a batch."""
    values = values_of(Geometry(layer), batch[-1], weights).output
    found = np.concatenate([expected_responses(layer, weights), values[None]])
    assert found.shape[1:] == output_shape(layer)
    return found


def agree(ours: Numbers, theirs: Numbers) -> bool:
    """Whether sizes are the same and the numbers, too: whole ones exactly, means closely."""
    if ours.shape != theirs.shape:
        return False
    is_whole = np.isinf(ours).any() or bool(np.all(ours == np.round(ours)))
    return bool(np.array_equal(ours, theirs) if is_whole else np.allclose(ours, theirs, rtol=1e-5, atol=1e-5))


def verdict(layer: Layer | None, theirs: Numbers | None, batch: Numbers, weights: Numbers | None) -> str:
    """How a framework and we stand to each other on one layer; None is a refusal."""
    if theirs is None:
        return REFUSED if layer is None else THEY_REFUSE
    if layer is None:
        return WE_REFUSE
    return SAME if agree(expected(layer, batch, weights), theirs) else DIFFER


def departed(case: Case, found: str, departures: tuple[Departure, ...]) -> Departure | None:
    """The departure that a layer is known for; fails where the verdict is another than is known.

    A layer that both refuse is no evidence for any of them.
    """
    named = next((departure for departure in departures if departure.holds(case)), None)
    if found != REFUSED:
        known = (SAME,) if named is None else named.verdicts
        assert found in known, f"{case}: {found}, expected {' or '.join(known)} ({named and named.name})"
    return None if found == REFUSED else named


def all_seen(kind: str, tally: Counter[str], departures: tuple[Departure, ...], least: int) -> None:
    """Fails when a departure of layers of that kind was not there often enough to speak of."""
    for departure in departures:
        assert kind not in departure.kinds or tally[departure.name] >= least, f"{departure.name}: {tally}"


def drawn_until(wanted: int, tally: Counter[str]) -> Iterator[int]:
    """Counts until as many layers as wanted were compared and the same; fails when that takes too many."""
    for number in range(wanted * DRAWN_AT_MOST):
        if tally[SAME] >= wanted:
            return
        yield number
    raise AssertionError(f"too few layers can be compared: {tally}")
