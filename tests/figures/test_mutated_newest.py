"""Lines of every command and option, and what they read, changed: figures or one line. `make faults` tries more."""

from pathlib import Path

import pytest

resource = pytest.importorskip("resource")  # whose bounds and clock only POSIX has

from helpers.all_commands import COMMANDS  # noqa: E402
from helpers.campaigns import is_long, listed  # noqa: E402
from helpers.command_lines import in_a_new_folder, run  # noqa: E402
from helpers.hostile_inputs import fault_of  # noqa: E402
from helpers.hostile_newest import LINES, NEWEST, beside, lines, newest_inputs  # noqa: E402

__all__ = ["in_a_new_folder"]

ELSEWHERE = {"gallery", "themes", "languages"}  # lines of these are tried elsewhere, or there is nothing to change


def test_every_command_has_a_line() -> None:
    """So that what is new is changed, too."""
    assert {line.split("|")[0] for line in LINES} == set(COMMANDS) - ELSEWHERE


@listed("line", lines(), one_in=11)
def test_lines_are_right_before_they_are_changed(line: str) -> None:
    """Each does what it says."""
    beside(Path())
    result = run(*line.split("\0"))
    assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize("name", [name for name in NEWEST if "line" not in name])
def test_what_is_right_is_read(name: str, tmp_path: Path) -> None:
    """Every other input is a good one, too; a refusal would be an exception, or another status than 0."""
    for content in NEWEST[name].right():
        NEWEST[name].run(content, tmp_path)
    assert name not in ("font", "effective") or (tmp_path / "x.png").exists()


def test_changed_inputs_are_read_or_refused(tmp_path: Path) -> None:
    """No traceback, no other status than 0, 1 and 2, nothing on standard error but one line, no more than 10 s."""
    tried = newest_inputs(7, 500 if is_long() else 30)
    faults = [(name, fault_of(NEWEST[name], content, tmp_path), content[:300]) for name, content in tried]
    assert [found for found in faults if found[1]] == []
