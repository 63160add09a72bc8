"""Campaigns: tests of many cases, of which the suite that everybody waits for tries a few."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import pytest
from hypothesis import settings

Test: TypeAlias = Callable[..., Any]

FEW = 3  # random cases of each campaign in the suite
MOST = 1000  # that a campaign can have
ONE_IN = 3  # cases of a list in the suite


def is_long() -> bool:
    """Whether all cases are tried; the profile is chosen after this module is imported."""
    return settings().max_examples == MOST


def campaign(cases: int, **more: Any) -> Callable[[Test], Test]:
    """Makes a test try so many random cases; in the suite a few of them. `more` are other settings of hypothesis."""
    assert cases <= MOST
    tries = settings(max_examples=min(cases, settings().max_examples), **more)
    return lambda test: pytest.mark.campaign(tries(test)) if cases > FEW else tries(test)


def listed(
    name: str, cases: Sequence[Any], start: int = 0, one_in: int = ONE_IN, ids: Callable[[Any], str] | None = None
) -> Callable[[Test], Test]:
    """Makes a test try all of a list as its argument of that name, or several names; in the suite one in so many."""
    tried = cases if is_long() else cases[start::one_in]
    return lambda test: pytest.mark.campaign(pytest.mark.parametrize(name, tried, ids=ids)(test))
