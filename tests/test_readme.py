"""Everything that the README shows is run as it stands there."""

import os
import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import click
import numpy as np
import pytest
from all_commands import COMMANDS
from click.testing import CliRunner
from PIL import Image
from pixels import decoded

import convanim
from convanim.cli import main
from convanim.recipes import load_recipe

CHECKOUT = Path(__file__).parent.parent
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def commands() -> list[list[str]]:
    """Every command of the tool in a shell block, as its words; comments and other programs left out."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    parts = [shlex.split(part, comments=True) for line in lines for part in line.split("&&")]
    return [part[1:] for part in parts if part and Path(part[0]).name == "convanim"]


@pytest.mark.parametrize("words", [words for words in commands() if words[0] != "gallery"], ids=" ".join)
def test_every_command_of_the_readme_works(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command ends well, says nothing on standard error, and writes what it names."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert all(line.startswith("Note: ") for line in result.stderr.splitlines())
    assert result.stdout
    for option, name in pairwise(words):
        if option == "-o":
            name = name.replace("{name}", words[1])
            assert any(Path(name).iterdir()) if name.endswith("/") else Path(name).stat().st_size > 1000


def places() -> list[list[str]]:
    """Every command in the table of places to put a figure, as its words."""
    rows = [line for line in README.splitlines() if line.startswith("| ")]
    found = [shlex.split(command) for row in rows for command in re.findall(r"`convanim ([^`]+)`", row)]
    assert len(found) >= 8
    return found


@pytest.mark.parametrize("words", places(), ids=" ".join)
def test_every_place_gets_its_file(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines of the table write what they name."""
    monkeypatch.chdir(tmp_path)
    target = Path(words[-1] if words[0] == "embed" else words[words.index("-o") + 1])
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert target.exists()


def test_there_are_commands_to_try() -> None:
    """The README shows every command that the tool has."""
    assert {words[0] for words in commands()} == set(COMMANDS)


def test_the_first_picture_is_the_first_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first command draws the figure that stands above it: the template of that name."""
    monkeypatch.chdir(tmp_path)
    assert "gallery/padding_strides.gif" in README.split("```sh")[0]
    for words in (commands()[0], ["render", "padding_strides", "-o", "template.gif"]):
        assert CliRunner().invoke(main, words).exit_code == 0
    made, template = (decoded(Path(name).read_bytes()) for name in ("strided.gif", "template.gif"))
    assert made.durations == template.durations
    assert np.array_equal(made.pictures, template.pictures)


def test_the_python_block_runs(tmp_path: Path) -> None:
    """The lines for Python write the files that they name."""
    (code,) = blocks("python")
    environment = os.environ | {"PYTHONPATH": str(Path(convanim.__file__).parent.parent)}
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=tmp_path, env=environment, check=True)
    for name in re.findall(r"\w+\.gif", code):
        with Image.open(tmp_path / name) as picture:
            picture.seek(3)
            assert picture.format == "GIF"
    assert len(list((tmp_path / "frames").iterdir())) == 9


def test_the_recipe_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recipe block is a whole recipe, and the command below it draws it."""
    monkeypatch.chdir(tmp_path)
    (text,) = blocks("toml")
    Path("edges.toml").write_text(text, encoding="utf-8")
    made = load_recipe("edges.toml")
    assert (made.title, made.options.theme, made.options.step_time) == ("Edges", "dark", 0.8)
    (command,) = re.findall(r"`convanim (render edges\.toml [^`]+)`", README)
    result = CliRunner().invoke(main, command.split())
    assert (result.exit_code, result.stdout) == (0, "edges.gif\n")


def test_pictures_have_words_and_files() -> None:
    """Every picture has an alternative text, and is in the checkout or the name of a template in the gallery."""
    pictures = re.findall(r'<img src="([^"]+)"[^>]*? alt="([^"]*)"', README)
    assert len(pictures) == README.count("<img")
    for source, alt in pictures:
        assert len(alt) > 30
        assert load_recipe(Path(source).stem).title


def test_links_lead_somewhere() -> None:
    """Every relative link is a file or folder of the checkout."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (CHECKOUT / target).exists(), target


def test_every_option_is_documented_somewhere() -> None:
    """Options that the README names exist, and no option of a figure goes unmentioned in the help."""
    groups = [command.commands for command in COMMANDS.values() if isinstance(command, click.Group)]
    params = [param for group in [COMMANDS, *groups] for command in group.values() for param in command.params]
    known = {name for param in params for name in (*param.opts, *param.secondary_opts)}
    text = re.sub(r"^```sh\n(pip|eval).*?^```$", "", README, flags=re.DOTALL | re.MULTILINE)
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) <= known | {"--help", "--version"}
