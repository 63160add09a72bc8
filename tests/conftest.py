"""How the tests are run: how hypothesis looks for examples, on how many processes, and what may be skipped."""

import os

import pytest
from campaigns import FEW, MOST
from hypothesis import settings

# The suite tries a few cases of each campaign, everywhere the same ones; `long` tries all of them, anew each time
# (but the same ones where CI says so). Nothing is held against the clock.
settings.register_profile("suite", max_examples=FEW, derandomize=True, deadline=None)
settings.register_profile("long", max_examples=MOST, derandomize="CI" in os.environ, deadline=None)
settings.load_profile("suite")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """One process where files are named: others would take longer to start than they save."""
    return 0 if any(".py" in name for name in config.args) else None
