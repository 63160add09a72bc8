"""Campaigns: tests of many random cases, of which the suite that everybody waits for tries a few."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from hypothesis import settings

Test: TypeAlias = Callable[..., Any]

FEW = 10  # cases of each campaign in the suite
MOST = 1000  # that a campaign can have


def campaign(cases: int, **more: Any) -> Callable[[Test], Test]:
    """Makes a test try so many random cases; in the suite a few of them. `more` are other settings of hypothesis."""
    assert cases <= MOST
    tries = settings(max_examples=min(cases, settings().max_examples), **more)
    return lambda test: pytest.mark.campaign(tries(test)) if cases > FEW else tries(test)
