"""What was right and is changed: readers make a figure of it, or refuse it in one line. `make faults` tries more."""

from pathlib import Path

import pytest

resource = pytest.importorskip("resource")  # whose bounds and clock only POSIX has

from helpers.campaigns import is_long, some  # noqa: E402
from helpers.hostile_inputs import READERS, fault_of, inputs  # noqa: E402 - it needs them, too


@pytest.mark.parametrize("name", READERS)
def test_what_is_right_is_read(name: str, tmp_path: Path) -> None:
    """Every input is a good one before it is changed."""
    for content in some(READERS[name].right()):
        READERS[name].run(content, tmp_path)


def test_changed_inputs_are_read_or_refused(tmp_path: Path) -> None:
    """No traceback, no other status than 0, 1 and 2, nothing on standard error but one line, no more than 10 s."""
    tried = inputs(7, 900 if is_long() else 150)
    faults = [(name, fault_of(READERS[name], content, tmp_path), content[:300]) for name, content in tried]
    assert [found for found in faults if found[1]] == []
