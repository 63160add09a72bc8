"""How the tests are run: how hypothesis looks for examples, on how many processes, and what may be skipped."""

import gc
import os
from collections.abc import Generator
from typing import Any

import pytest
from helpers.campaigns import FEW, MOST, is_long
from hypothesis import settings

# The suite tries a few cases of each campaign (`campaigns.py`), everywhere the same ones; `long` tries all,
# random ones anew each time (but the same where CI says so). Nothing is held against the clock.
settings.register_profile("suite", max_examples=FEW, derandomize=True, deadline=None)
settings.register_profile("long", max_examples=MOST, derandomize="CI" in os.environ, deadline=None)
settings.load_profile("suite")

# Modules and tests stay to the end: the collector of garbage need not go through them again and again.
_GARBAGE = (50_000, 20, 50)
gc.set_threshold(*_GARBAGE)

_FRAMES = 4  # of a figure whose command alone is tried
_LACKING = ("Skipped: could not import", "Skipped: needs the module")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of those who have installed all that tests can use."""
    parser.addoption("--all-modules", action="store_true", help="fail tests that are skipped for want of a module")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """One process where files are named: others would take longer to start than they save."""
    return 0 if any(".py" in name for name in config.args) else None


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of the search for garbage."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With --all-modules a test that lacks one fails."""
    report = yield
    if item.config.getoption("all_modules"):
        _refuse_lacking(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """With --all-modules a file of tests that lacks one fails."""
    report = yield
    if collector.config.getoption("all_modules"):
        _refuse_lacking(report)
    return report


@pytest.fixture
def no_betweens(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of what is beside the pictures: in the suite nothing glides in them; with `long` it does."""
    if not is_long():
        monkeypatch.setattr("convanim.figures.film._MOST_GLIDING", 0)


@pytest.fixture
def few_frames(monkeypatch: pytest.MonkeyPatch, no_betweens: None) -> None:
    """For tests of commands, not of pictures: in the suite figures have some frames alone; `long` draws all."""
    if is_long():
        return
    from convanim.figures import timing
    from convanim.figures.comparisons import comparison
    from convanim.figures.layouts import layout, network_layout

    def some(*arguments: Any, most: int, **more: Any) -> timing.Timing:
        return timing.timing(*arguments, most=min(most, _FRAMES), **more)

    for module in (comparison, layout, network_layout):
        monkeypatch.setattr(module, "timing", some)


def _refuse_lacking(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and isinstance(report.longrepr, tuple) and report.longrepr[2].startswith(_LACKING):
        report.outcome, report.longrepr = "failed", ": ".join(map(str, report.longrepr))
