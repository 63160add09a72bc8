"""Faults of our own: one line, no half a file, and a way to look at them."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers.campaigns import listed
from helpers.command_lines import SMALL, done, in_a_new_folder, run

import convanim

__all__ = ["in_a_new_folder"]

LONG = "a" * 3000


def broken(*arguments: Any, **more: Any) -> Any:
    """A part of the program that has a fault."""
    raise KeyError("ray\n" + LONG)


@pytest.mark.usefixtures("no_betweens")
@listed("error", [KeyError("ray"), AssertionError(), EOFError("no more"), RecursionError("deep"), TypeError("x")])
@pytest.mark.parametrize("name", ["a.gif", "old.gif", "f/"])
def test_a_fault_of_ours_is_one_line_and_no_half_a_file(
    error: Exception, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status 1; the line says what it was, whose fault, and how to see where; older files stay, no draft is left."""
    done(*SMALL, "-o", "old.gif")
    before = {path: path.read_bytes() for path in Path().iterdir()}
    from convanim.render.frames import Renderer

    draw, count = Renderer.frame, []

    def frame(renderer: Renderer, step: int) -> object:
        count.append(step)
        if len(count) > 2:
            raise error
        return draw(renderer, step)

    monkeypatch.setattr(Renderer, "frame", frame)
    result = run(*SMALL, "-o", name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith(f"Error: {type(error).__name__}")
    assert "this is a fault of convanim's, not of the request: CONVANIM_TRACEBACK=1 shows where it is" in result.stderr
    assert {path: path.read_bytes() for path in Path().iterdir()} == before


def test_a_module_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation that lacks something is no fault of the request, nor of the program."""
    monkeypatch.setitem(sys.modules, "convanim.explain.figure_text", None)
    result = run("explain", "conv", "-i", "5", "-k", "3")
    assert result.exit_code == 1
    assert "convanim.explain.figure_text" in result.stderr
    assert result.stderr.endswith("install it anew\n")


def test_a_fault_of_ours_can_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """With CONVANIM_TRACEBACK the traceback comes before the line; the status is the same."""
    monkeypatch.setattr("convanim.explain.figure_text.explained", broken)
    line = ("explain", "conv", "-i", "5", "-k", "3")
    plain = run(*line)
    assert (plain.exit_code, len(plain.stderr.splitlines())) == (1, 1)
    assert plain.stderr[:-1].isprintable()
    monkeypatch.setenv("CONVANIM_TRACEBACK", "1")
    looked = run(*line)
    assert looked.exit_code == 1
    assert "Traceback" in looked.stderr
    assert "in broken" in looked.stderr
    assert looked.stderr.endswith(plain.stderr)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process that is forked has the fault, too")
def test_a_fault_of_ours_in_another_process_is_one_line() -> None:
    """The same where several figures are drawn on several cores."""
    code = (
        "import multiprocessing, convanim.publish.batch, convanim.export.gif.gif as gif\n"
        "multiprocessing.set_start_method('fork')\n"
        "def broken(*arguments, **more): raise KeyError('ray')\n"
        "gif.write_gif = broken\n"
        "from convanim.cli import main\n"
        "main(['render', 'dilation', 'one_by_one', '-j', '2'], prog_name='convanim')"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(convanim.__file__).parent.parent)}
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, env=environment
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: KeyError: 'ray'; this is a fault of convanim's")
    assert len(result.stderr.splitlines()) == 1
    assert list(Path().iterdir()) == []
