"""Two runs that write to the same place at once: the files are those of one of them."""

import random
import shutil
import sys
import time
from pathlib import Path

import pytest
from helpers.kills import CASES, Reference, command, left_behind, mixed, reference, started

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked for in /proc")
COUNTS = {"gif": 20, "frames": 30, "several": 30, "deck": 10, "embed": 10, "render": 10}


@pytest.mark.parametrize("name", COUNTS)
def test_two_writers_leave_the_whole_set_of_one(tmp_path: Path, name: str) -> None:
    """Both end well, whichever comes last, and nothing is left of either."""
    ref = reference(CASES[name], tmp_path / "reference")
    rng = random.Random(name)
    wrong = [
        f"{name} {number}: {text}"
        for number in range(COUNTS[name])
        for text in together(ref, tmp_path / str(number), rng.uniform(-0.2, 0.2))
    ]
    print(f"{name}: {COUNTS[name]} pairs, {len(wrong)} faults")
    assert not wrong, "\n".join(wrong)


def together(ref: Reference, place: Path, apart: float) -> list[str]:
    """Run both forms of a case, one a little later; what went wrong."""
    shutil.copytree(ref.place / "older", place)
    lines = [ref.case.older, ref.case.newer] if apart < 0 else [ref.case.newer, ref.case.older]
    runs = []
    for line in lines:
        runs.append(started(command(line), place))
        time.sleep(abs(apart))
    said = [run.communicate()[1] for run in runs]
    wrong = [text for text, run in zip(said, runs) if run.returncode]
    return wrong + left_behind(ref, place) + mixed(ref, place, [ref.older, ref.newer])
