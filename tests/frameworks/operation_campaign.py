"""Campaigns over the operations beside convolutions and pools: code as it is written, run there and worked out here.

Besides, the output that the JSON's documented rule gives must be ours, so that its taps say all.
"""

import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from common import DIFFER, DRAWN_AT_MOST, REFUSED, SAME, THEY_REFUSE, WE_REFUSE, Case, Departure, Numbers, departed
from helpers.json_rule import from_the_json_alone

from convanim.code.read_code import read_code
from convanim.errors import RequestError
from convanim.explain.figure_json import figure_json
from convanim.figures.options import Options
from convanim.layers.layer import Fold, Unfold
from convanim.networks.chain import Chain
from convanim.numbers.figure_values import stages_of

Draw: TypeAlias = Callable[[random.Random], Case]
RunAll: TypeAlias = Callable[[list[Case], list[Numbers]], list[Numbers | None]]


def numbers_for(case: Case, rng: random.Random) -> Numbers:
    """Whole numbers, negative ones too."""
    count = case.channels * int(np.prod(case.size))
    numbers = [rng.randint(-9, 9) for _ in range(count)]
    return np.array(numbers, dtype=np.float64).reshape(case.channels, *case.size)


def ours(case: Case, numbers: Numbers) -> Numbers | None:
    """What we make of it, by our values and by our JSON alone; None where we refuse it."""
    try:
        figure = read_code(case.code, case.shape).figure
        stages = stages_of(figure) if isinstance(figure, Chain) else (figure,)
        made: Any = numbers
        for stage in stages:
            if isinstance(stage, Fold):
                made = made.reshape(stage.rows, *stage.input_size)
            told = json.loads("".join(figure_json(stage, Options(values=made))))  # type: ignore[arg-type]
            by_json = from_the_json_alone(told)
            made = np.array(told["values"]["output"], dtype=np.float64)
            made = np.where(np.isnan(made), -np.inf, made)
            np.testing.assert_allclose(by_json, made, rtol=1e-9, atol=1e-9, err_msg=str(case))
            if isinstance(stage, Unfold):
                made = made.reshape(stage.rows, stage.columns)
    except RequestError:
        return None
    return np.asarray(made)


def compared(case: Case, numbers: Numbers, theirs: Numbers | None) -> str:
    """The verdict on one layer; what a framework makes of it that is no number is a refusal."""
    mine = ours(case, numbers)
    if theirs is None or not theirs.size or np.isnan(theirs).any():
        return REFUSED if mine is None else THEY_REFUSE
    if mine is None:
        return WE_REFUSE
    alike = mine.shape == theirs.shape and np.allclose(mine, theirs, rtol=2e-5, atol=2e-5)
    return SAME if alike else DIFFER


def campaign(
    name: str, draw: Draw, run: RunAll, wanted: int, departures: tuple[Departure, ...] = (), least: int = 1
) -> Counter[str]:
    """Layers until so many were the same; every departure that is of this campaign was there `least` times."""
    rng = random.Random(name)
    tally: Counter[str] = Counter()
    for _ in range(DRAWN_AT_MOST):
        cases = [draw(rng) for _ in range(wanted)]
        numbers = [numbers_for(case, rng) for case in cases]
        for case, x, theirs in zip(cases, numbers, run(cases, numbers)):
            found = compared(case, x, theirs)
            departure = departed(case, found, departures)
            tally[found if departure is None else departure.name] += 1
        if tally[SAME] >= wanted:
            break
    print(name, dict(tally))
    assert tally[SAME] >= wanted, f"too few layers can be compared: {tally}"
    for departure in departures:
        assert name not in departure.kinds or tally[departure.name] >= least, f"{departure.name}: {tally}"
    return tally


def each(rng: random.Random, dims: int, low: int, high: int) -> list[int]:
    """A number for every axis."""
    return [rng.randint(low, high) for _ in range(dims)]


Pairs: TypeAlias = list[tuple[int, int]]


def kept(case: Case, sides: Pairs) -> list[int]:
    """How many cells a pad keeps of each axis."""
    return [n + min(before, 0) + min(after, 0) for n, (before, after) in zip(case.size, sides)]


def keeps_none(case: Case, sides: Pairs) -> bool:
    """Whether sides that crop leave nothing of an axis, but padding something."""
    return min(kept(case, sides)) < 1


def copies_again(case: Case, sides: Pairs, mode: str) -> bool:
    """A pad by copies of more cells than an axis has, which goes round, or back and forth, once more."""
    most = {"reflect": 1, "wrap": 0, "circular": 0}.get(mode)
    return most is not None and any(max(pair) > n - most for n, pair in zip(case.size, sides))
