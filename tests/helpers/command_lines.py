"""Command lines run in this process, and what they print and write, decoded."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from convanim.cli import main

SMALL = ("conv", "-i", "3", "-k", "2", "--width", "96")  # four steps, quickly drawn


@pytest.fixture(autouse=True)
def in_a_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test runs in a folder of its own."""
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    """What a command line answers."""
    return CliRunner().invoke(main, list(arguments))


def done(*arguments: str) -> Result:
    """The answer of a command line that must succeed."""
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result


def described(*arguments: str) -> Any:
    """The geometry that a command line prints with `--json`."""
    return json.loads(done(*arguments, "--json").stdout)


@dataclass(frozen=True)
class Gif:
    """What the blocks of a GIF say; `loop` is None when there is no loop block."""

    size: tuple[int, int]
    loop: int | None
    delays: list[int]
    disposals: set[int]


def gif(data: bytes) -> Gif:
    """Walk the blocks of a GIF, to its very end."""
    assert data[:6] == b"GIF89a"
    short = [int.from_bytes(data[i : i + 2], "little") for i in range(len(data) - 1)]
    at = 13 + (3 << (data[10] & 7) + 1)
    loop: int | None = None
    delays, disposals = [], set()
    while data[at] != 0x3B:
        kind, label = data[at], data[at + 1]
        if kind == 0x2C:
            assert short[at + 1] + short[at + 5] <= short[6]
            assert short[at + 3] + short[at + 7] <= short[8]
            at += 11
        else:
            if label == 0xF9:
                delays.append(short[at + 4])
                disposals.add(data[at + 3] >> 2 & 7)
            elif data[at + 3 : at + 14] == b"NETSCAPE2.0":
                loop = short[at + 16]
            at += 2
        while data[at]:
            at += data[at] + 1
        at += 1
    assert at == len(data) - 1
    return Gif((short[6], short[8]), loop, delays, disposals)


def gif_of(*arguments: str) -> Gif:
    """The GIF that a command line writes to standard output."""
    return gif(done(*arguments, "-o", "-", "--format", "gif").stdout_bytes)


def check(result: Result) -> str:
    """The one line of a refusal."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("Error: ")
    assert "Usage" not in lines[0]
    assert "Traceback" not in lines[0]
    return lines[0]
