"""Five hundred kills: nothing is mixed, lost or left."""

import random
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from helpers.kills import CASES, Shot, reference, shots, trial

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked for in /proc")
COUNTS = {"gif": 80, "frames": 100, "several": 120, "deck": 60, "embed": 60, "render": 60, "gallery": 40}
_AT_ONCE = 3


@pytest.mark.parametrize("name", COUNTS)
def test_a_kill_leaves_whole_sets(tmp_path: Path, name: str) -> None:
    """After any kill, and the next run, every set is as it was or as it was to be."""
    ref = reference(CASES[name], tmp_path / "reference")

    def tried(number: int, shot: Shot) -> list[str]:
        return [f"{name} {shot}: {text}" for text in trial(ref, shot, tmp_path / str(number))]

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        wrong = [
            text
            for found in pool.map(tried, range(COUNTS[name]), shots(ref, random.Random(name), COUNTS[name]))
            for text in found
        ]
    print(f"{name}: {COUNTS[name]} kills, {len(wrong)} faults; {ref.calls} calls, {ref.seconds:.2f} s undisturbed")
    assert not wrong, "\n".join(wrong)
