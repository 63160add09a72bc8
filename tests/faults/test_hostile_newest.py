"""Five thousand more changed inputs: lines of every command and option, files of networks, fonts, newest recipes."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("resource")  # whose bounds only POSIX has

CAMPAIGN = Path(__file__).parent.parent / "helpers" / "hostile_newest.py"
COUNT, AT_ONCE = 500, 10  # inputs of one process, and processes


def faults(seed: int) -> str:
    """What a process says of the inputs of a seed."""
    tests = str(CAMPAIGN.parent.parent)
    ran = subprocess.run(
        [sys.executable, str(CAMPAIGN), str(seed), str(COUNT)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([tests, os.environ.get("PYTHONPATH", "")])},
    )
    return ran.stdout + ran.stderr + ("" if ran.returncode == 0 else f"status {ran.returncode}")


def test_no_changed_input_ends_otherwise_than_it_may() -> None:
    """Not one traceback, other status, second line, input over 10 s or over 1.5 GB."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = dict(zip(range(AT_ONCE), pool.map(faults, range(AT_ONCE))))
    assert {seed: said for seed, said in found.items() if said} == {}
