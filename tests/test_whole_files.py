"""Files appear whole or not at all, several of one figure together."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from convanim import Conv, animate
from convanim.cli import main
from convanim.export.whole import whole_file, whole_files


@pytest.mark.parametrize("order", [["first.gif", "frames/"], ["frames/", "first.gif"]])
def test_outputs_of_one_figure_stand_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: list[str]
) -> None:
    """When one of them cannot be written, the other is as it was."""
    monkeypatch.chdir(tmp_path)
    Path("first.gif").write_bytes(b"older")
    Path("frames").mkdir()
    Path("frames/conv_000.png").write_bytes(b"older")
    Path("frames/conv_001.png").mkdir()
    result = CliRunner().invoke(
        main, ["conv", "-i", "3", "-k", "2", *(word for name in order for word in ("-o", name))]
    )
    assert result.exit_code == 1
    assert "frames/conv_001.png" in result.stderr.replace("\\", "/")
    assert Path("first.gif").read_bytes() == b"older"
    assert Path("frames/conv_000.png").read_bytes() == b"older"
    assert Path("frames/conv_001.png").is_dir()
    assert {path.name for path in Path("frames").iterdir()} == {"conv_000.png", "conv_001.png"}
    assert {path.name for path in tmp_path.iterdir()} == {"first.gif", "frames"}


def test_a_folder_named_like_an_older_frame_is_left_alone(tmp_path: Path) -> None:
    """Only files are taken for frames of an older run."""
    (tmp_path / "conv_999.png").mkdir()
    (tmp_path / "conv_998.png").write_bytes(b"older")
    animate(Conv(3, 2)).save(f"{tmp_path}/")
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"conv_999.png", *(f"conv_{n:03}.png" for n in range(4))}


def test_an_error_names_the_file_that_was_asked_for(tmp_path: Path) -> None:
    """Not the draft beside it."""
    with pytest.raises(OSError, match=r"figure\.gif") as caught, whole_file(tmp_path / "none" / "figure.gif"):
        pass
    assert ".part" not in str(caught.value)


def test_an_error_names_the_folder_that_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the folder of drafts in it."""
    made = Path.mkdir

    def full(path: Path, *how: Any, **more: Any) -> None:
        if path.suffix == ".part":
            raise OSError(28, "No space left on device", str(path))
        made(path, *how, **more)

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(OSError, match="No space left") as caught, whole_files(tmp_path / "new", ["a"]):
        pass
    assert caught.value.filename == str(tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_files_that_cannot_all_take_their_place_are_all_given_back(tmp_path: Path) -> None:
    """A file that is missing at the end brings back the older ones of those that moved."""
    (tmp_path / "a").write_text("older")
    with pytest.raises(FileNotFoundError), whole_files(tmp_path, ["a", "b"]) as draft:
        (draft / "a").write_text("newer")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "older"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends processes without asking them")
def test_a_polite_kill_leaves_nothing_behind(tmp_path: Path) -> None:
    """SIGTERM in the middle of the work removes the draft."""
    line = [sys.executable, "-m", "convanim", "conv", "-i", "60", "-k", "3", "--max-frames", "3000", "-o", "a.gif"]
    with subprocess.Popen(line, cwd=tmp_path, env={"PYTHONPATH": str(Path(__file__).parent.parent)}) as process:
        for _ in range(600):
            if list(tmp_path.glob(".*.part")):
                break
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 128 + signal.SIGTERM
    assert not list(tmp_path.iterdir())


def test_one_recipe_is_named_like_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """{name} stands for the recipe's name when there is only one, too."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["render", "no_padding_strides", "-j", "4", "--force", "-o", "{name}.gif"])
    assert (result.exit_code, result.stdout) == (0, "no_padding_strides.gif\n")


def test_notes_of_several_figures_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each note says whose it is; --quiet silences them."""
    monkeypatch.chdir(tmp_path)
    command = ["render", "no_padding_strides", "dilation", "--max-frames", "3", "-j", "1"]
    said = CliRunner().invoke(main, command).stderr.splitlines()
    assert [line.split(": ")[:2] for line in said] == [["Note", "no_padding_strides"], ["Note", "dilation"]]
    assert CliRunner().invoke(main, [*command, "-q"]).stderr == ""
