"""Twenty thousand changed inputs to all readers, in processes of bounded memory: figures or refusals, nothing else."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("resource")  # whose bounds only POSIX has

TESTS = Path(__file__).parent.parent
COUNT, AT_ONCE = 1_000, 20  # inputs of one process, and processes


def faults(seed: int) -> str:
    """What a process says of the inputs of a seed."""
    campaign = [sys.executable, "-m", "helpers.hostile_inputs", str(seed), str(COUNT)]
    ran = subprocess.run(campaign, cwd=TESTS, capture_output=True, text=True, check=False)
    return ran.stdout + ran.stderr + ("" if ran.returncode == 0 else f"status {ran.returncode}")


def test_no_changed_input_ends_otherwise_than_it_may() -> None:
    """Not one traceback, other status, second line, input over 10 s or over 1.5 GB."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = dict(zip(range(AT_ONCE), pool.map(faults, range(AT_ONCE))))
    assert {seed: said for seed, said in found.items() if said} == {}
