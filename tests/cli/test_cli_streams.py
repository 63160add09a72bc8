"""Standard output that is full, closed or read no further, and standard error that is: for every command.

Processes are run without `PYTHONUNBUFFERED`, which hides what a buffer does at the end of the interpreter.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.all_commands import COMMANDS
from helpers.campaigns import listed
from helpers.command_lines import gif, in_a_new_folder

import convanim

__all__ = ["in_a_new_folder"]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a POSIX shell joins and closes the streams")

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
ENVIRONMENT["PYTHONPATH"] = str(Path(convanim.__file__).parent.parent)
# What each command can be asked for that is quickly done; where nothing is, its help.
SMALL = "-i 3 -k 2 --width 96"
LINES = {
    "conv": f"{SMALL} --json",
    "conv-transpose": f"{SMALL} -o - --format gif",
    "max-pool": f"{SMALL} -o - --format svg",
    "avg-pool": f"{SMALL} -o frames/",
    "lp-pool": f"{SMALL} -n 2 -o - --format svg",
    "adaptive-max-pool": "-i 3 --output-size 2 --width 96 -o b.png",
    "adaptive-avg-pool": "-i 3 --output-size 2 --json",
    "upsample": "-i 3 --size 4 --width 96 -o - --format svg",
    "pad": "-i 3 -p 1:-1 --width 96 -o - --format svg",
    "pixel-shuffle": "-i 2 -r 2 --width 200 -o - --format svg",
    "pixel-unshuffle": "-i 2 -r 2 --width 200 -o - --format svg",
    "unfold": "-i 3 -k 2 --width 200 -o - --format svg",
    "fold": "-i 4 --output-size 3 -k 2 --json",
    "max-unpool": "-i 2 -k 2 --json",
    "draw": "'nn.Conv2d(1, 1, 2)' -i 3 --width 96 -o a.png",
    "chain": "relu -i 3 -o a.svg",
    "network": "relu -i 3",
    "render": "one_by_one --json",
    "compare": "relu silu -i 3 --json",
    "deck": "'conv -i 3 -k 2' -o a.html --reveal",
    "embed": "--help",
    "gallery": "--help",
    "explain": "conv -i 5 -k 3",
    "differ": "'conv -k 2' 'conv -k 2 -p 1' -i 3",
    "templates": "",
    "themes": "",
    "theme": "classic",
    "languages": "",
    "language": "en",
    "--help": "",
    "--version": "",
}
EVERY = [f"{name} {rest}".strip() for name, rest in LINES.items()]


def shell(line: str, joined: str, **variables: str) -> "subprocess.CompletedProcess[bytes]":
    """Run a command line with its streams joined to what a shell says."""
    command = f'"{sys.executable}" -m convanim {line} {joined}'
    return subprocess.run(["sh", "-c", command], capture_output=True, env=ENVIRONMENT | variables)


def test_every_command_is_tried() -> None:
    """No command is left out of the tests below."""
    assert {line.split()[0] for line in EVERY if line[0] != "-"} == set(COMMANDS)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@listed("line", EVERY, one_in=10)
def test_a_full_standard_output_is_an_error_in_one_line(line: str) -> None:
    """What cannot be printed ends with status 1 and one line; the interpreter has nothing to add to it."""
    result = shell(line, "> /dev/full")
    assert result.stderr.decode() == "Error: No space left on device\n"
    assert result.returncode == 1


@listed("line", EVERY, start=2, one_in=10)
def test_a_closed_standard_output_is_an_error_in_one_line(line: str) -> None:
    """It is refused before any work, with a way out, and nothing is written."""
    result = shell(line, ">&-")
    assert result.stderr.decode().startswith("Error: standard output is closed; ")
    assert len(result.stderr.splitlines()) == 1
    assert result.returncode == 1
    assert list(Path().iterdir()) == []


@listed("line", EVERY, start=1, one_in=10)
def test_a_reader_who_has_enough_ends_a_command_quietly(line: str) -> None:
    """As `head` does: the status is 1 where something was left to print, and nothing is said."""
    read, write = os.pipe()
    os.close(read)
    try:
        command = ["sh", "-c", f'exec "{sys.executable}" -m convanim {line}']
        result = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, env=ENVIRONMENT)
    finally:
        os.close(write)
    assert (result.returncode, result.stderr) == (1, b"")


NOTED = "draw 'layers.Conv2D(1, 2, padding=\"same\")' -i 3 --width 96 -o a.png"  # which has something to say
NO_ERRORS = [
    *((line, "2>/dev/full") for line in [*EVERY, NOTED]),
    *((line, "2>&-") for line in EVERY if " -o " in line),
]


@listed("line, joined", NO_ERRORS, start=2, one_in=18)
def test_a_standard_error_that_takes_nothing_is_no_matter(line: str, joined: str) -> None:
    """With nowhere to say notes commands do what they do otherwise."""
    result = shell(line, joined)
    assert result.returncode == 0
    assert result.stdout


def test_a_closed_standard_error_gets_into_no_file() -> None:
    """A file that is drawn never has the number of standard error, to which libraries write by themselves."""
    result = shell("conv -i 13 -k 3 --width 200 --max-frames 9 --no-glide -o - --format gif", "2>&-")
    assert len(gif(result.stdout).delays) == 9 + 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_all_files_of_a_figure_are_there_though_nobody_is_told() -> None:
    """What cannot be printed are the names alone."""
    result = shell("embed 'conv -i 3 -k 2' all/ --still", "> /dev/full")
    assert (result.returncode, result.stderr) == (1, b"Error: No space left on device\n")
    assert Path("all/snippets.md").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("request_", ["bash_source", "bash_complete"])
def test_completions_that_cannot_be_printed_are_an_error_in_one_line(request_: str) -> None:
    """What a shell asks for ends as commands do."""
    asked = {"_CONVANIM_COMPLETE": request_, "COMP_WORDS": "convanim ", "COMP_CWORD": "1"}
    command = [sys.executable, "-c", "from convanim.cli import main; main(prog_name='convanim')"]
    with open("/dev/full", "wb") as full:
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=ENVIRONMENT | asked)
    assert (result.returncode, result.stderr) == (1, b"Error: No space left on device\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_wrong_request_is_told_though_standard_output_is_full() -> None:
    """The status is that of the request."""
    result = shell("conv -i 5 -k 7", "> /dev/full")
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="other file systems refuse such a name")
def test_names_that_are_no_text_are_printed_as_they_are() -> None:
    """A file name that is not valid UTF-8 goes to a program byte by byte."""
    # As a terminal in UTF-8 has it; in the C locale Python lets such names through by itself.
    result = shell(f"conv {SMALL} -o $(printf '\\377.svg')", "", PYTHONIOENCODING="utf-8:strict")
    assert (result.returncode, result.stdout, result.stderr) == (0, b"\xff.svg\n", b"")
    assert os.listdir(b".") == [b"\xff.svg"]


@pytest.mark.skipif(sys.platform != "linux", reason="other file systems refuse such a name")
def test_names_reach_a_terminal_written_out() -> None:
    """What would move or colour a terminal's text is escaped there."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    line = [sys.executable, "-m", "convanim", "conv", *SMALL.split(), "-o", "a\x1b[31m\nb.svg"]
    result = subprocess.run(line, stdout=theirs, stderr=subprocess.PIPE, env=ENVIRONMENT)
    os.close(theirs)
    said = os.read(ours, 4096)
    os.close(ours)
    assert result.returncode == 0
    assert said.strip() == rb"a\x1b[31m\nb.svg"
