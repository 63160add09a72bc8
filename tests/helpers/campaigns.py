"""Campaigns: tests of many cases, of which the suite that everybody waits for tries a few."""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from inspect import signature
from typing import Any, TypeAlias, TypeVar

import pytest
from hypothesis import settings

Test: TypeAlias = Callable[..., Any]
Case = TypeVar("Case")

FEW = 2  # random cases of each campaign in the suite
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


def some(cases: Sequence[Case]) -> Sequence[Case]:
    """All of a list; in the suite one in three."""
    return cases if is_long() else cases[::ONE_IN]


def listed(
    name: str,
    cases: Iterable[Any],
    start: int = 0,
    one_in: int = ONE_IN,
    ids: Callable[[Any], str] | Sequence[str] | None = None,
) -> Callable[[Test], Test]:
    """Makes a test try all of a list as its argument of that name, or several names; in the suite one in so many."""
    part = slice(None) if is_long() else slice(start, None, one_in)
    named = ids if ids is None or callable(ids) else ids[part]
    return lambda test: pytest.mark.campaign(pytest.mark.parametrize(name, list(cases)[part], ids=named)(test))


def together(name: str, cases: Iterable[Any]) -> Callable[[Test], Test]:
    """Makes one test of many quick cases, which all are tried; those that fail are told. With `long` each is a test."""
    if is_long():
        return pytest.mark.parametrize(name, cases)
    names = [each.strip() for each in name.split(",")]
    every = [dict(zip(names, case if len(names) > 1 else (case,), strict=True)) for case in cases]

    def of_all(test: Test) -> Test:
        @wraps(test)
        def try_all(**others: Any) -> None:
            failed = []
            for case in every:
                try:
                    test(**case, **others)
                except (Exception, pytest.fail.Exception) as error:  # what pytest fails with is no Exception
                    error.add_note(f"where {', '.join(f'{key} is {value!r}' for key, value in case.items())}")
                    failed.append(error)
            if failed:
                raise BaseExceptionGroup(f"{len(failed)} of {len(every)} cases fail", failed)

        asked = signature(test)
        left = [each for each in asked.parameters.values() if each.name not in names]
        try_all.__signature__ = asked.replace(parameters=left)  # type: ignore[attr-defined]
        return try_all

    return of_all
