"""Where a command's results go: names, folders, standard output, permissions; whole files or none, always the same."""

import contextlib
import io
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import numpy as np
import pytest
from helpers.campaigns import listed
from helpers.command_lines import SMALL, done, gif, in_a_new_folder, run
from PIL import Image

import convanim
from convanim.render.frames import Frame, Renderer
from convanim.render.pixels import PIXEL

__all__ = ["in_a_new_folder"]

CHECKOUT = Path(convanim.__file__).parent.parent


def written() -> list[str]:
    """All files below the current folder, hidden ones too, with `/`."""
    return sorted(str(path).replace("\\", "/") for path in Path().rglob("*") if path.is_file())


def process(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[bytes]":
    """Run the package as `python -m convanim`, with more environment variables."""
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)} | variables
    return subprocess.run([sys.executable, "-m", "convanim", *arguments], capture_output=True, env=environment)


@pytest.fixture
def plain_umask() -> Iterator[None]:
    """Sets the umask to 022 and puts it back."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("no_betweens")
def test_without_an_output_a_gif_is_named_after_the_layer() -> None:
    """Without `-o` there is one GIF in the current folder, named after the operation or the recipe."""
    assert done(*SMALL).stdout == "conv.gif\n"
    assert done("render", "one_by_one", "--width", "96").stdout == "one_by_one.gif\n"
    assert written() == ["conv.gif", "one_by_one.gif"]


def test_outputs_may_be_repeated_and_are_named_one_a_line() -> None:
    """Every `-o` is written, and its path printed once, in the order given, folders with a slash; nothing else is."""
    result = done(*SMALL, "-o", "b.png", "-o", "a.gif", "-o", "c/", "-o", "a.gif")
    assert result.stdout == "b.png\na.gif\nc/\n"
    assert result.stderr == ""
    assert written() == ["a.gif", "b.png", *(f"c/conv_{n:03}.png" for n in range(4))]


def test_suffixes_pick_the_format_in_either_case() -> None:
    """`.GIF` is a GIF."""
    done(*SMALL, "--no-glide", "-o", "A.GIF")
    assert len(gif(Path("A.GIF").read_bytes()).delays) == 4 + 1


@pytest.mark.parametrize("name", ["frames/", "frames\\", "frames.gif/"])
def test_a_slash_behind_a_name_makes_a_folder(name: str) -> None:
    """`DIR/` and `DIR\\` are folders of frames even where the name looks like a file's."""
    done(*SMALL, "-o", name)
    assert written() == [f"{name[:-1]}/conv_{n:03}.png" for n in range(4)]


def test_an_existing_folder_needs_no_slash() -> None:
    """A folder that is there takes frames, without a slash and with a suffix in its name, and `.` is one."""
    for name in ("there", "there.gif"):
        Path(name).mkdir()
        done(*SMALL, "-o", name)
        assert len(list(Path(name).glob("conv_*.png"))) == 4
    done(*SMALL, "-o", ".")
    assert Path("conv_003.png").exists()


def test_older_frames_of_the_name_go_and_all_else_stays() -> None:
    """A shorter animation leaves no frame of the longer one behind, and touches no other file."""
    done("conv", "-i", "4", "-k", "2", "--width", "96", "-o", "f/")
    for other in ("conv_1.png", "conv_0001.txt", "max-pool_000.png", "my_conv_000.png", "conv_abc.png", "notes.md"):
        Path("f", other).write_text(other, encoding="utf-8")
    done(*SMALL, "-o", "f/")
    assert sorted(path.name for path in Path("f").iterdir()) == sorted(
        [f"conv_{n:03}.png" for n in range(4)]
        + ["conv_1.png", "conv_0001.txt", "max-pool_000.png", "my_conv_000.png", "conv_abc.png", "notes.md"]
    )
    assert Path("f/conv_1.png").read_text(encoding="utf-8") == "conv_1.png"


def test_frames_are_numbered_so_that_names_sort(monkeypatch: pytest.MonkeyPatch) -> None:
    """From a thousand frames on, numbers have four digits throughout."""
    blank = Frame(np.zeros((2, 2), dtype=PIXEL), ())
    monkeypatch.setattr("convanim.export.png.frame_folder.frames", lambda animation: repeat(blank))
    done("conv", "-i", "32", "-k", "1", "--max-frames", "1001", "-o", "many/")
    names = sorted(path.name for path in Path("many").iterdir())
    assert (names[0], names[-1], len(names)) == ("conv_0000.png", "conv_1000.png", 1001)


@pytest.mark.usefixtures("no_betweens")
@pytest.mark.parametrize("form", ["gif", ".gif", "GIF"])
def test_a_dash_writes_to_standard_output(form: str) -> None:
    """`-o -` with `--format` writes what a file would hold, and nothing else, to standard output."""
    result = done(*SMALL, "-o", "-", "--format", form)
    done(*SMALL, "-o", "a.gif")
    assert result.stdout_bytes == Path("a.gif").read_bytes()
    assert result.stderr == ""


def test_a_still_can_go_to_standard_output_too() -> None:
    """`--format png` is the still."""
    with Image.open(io.BytesIO(done(*SMALL, "-o", "-", "--format", "png").stdout_bytes)) as picture:
        assert picture.format == "PNG"


def test_paths_go_to_standard_error_when_standard_output_carries_data() -> None:
    """Beside `-o -` the paths of files are printed on standard error."""
    result = done(*SMALL, "-o", "-", "--format", "gif", "-o", "a.png")
    assert gif(result.stdout_bytes).loop == 0
    assert result.stderr == "a.png\n"


def test_quiet_silences_notes() -> None:
    """Characters that the font lacks are worth one note on standard error, but for `--quiet`; the path stays."""
    noted = done(*SMALL, "--input-label", "猫犬猫", "--output-label", "鳥", "-o", "a.png")
    assert "the font lacks '鳥', '猫', '犬':" in noted.stderr  # as they are drawn
    assert len(noted.stderr.splitlines()) == 1
    quiet = done(*SMALL, "--input-label", "猫犬猫", "--output-label", "鳥", "-o", "b.png", "--quiet")
    assert (quiet.stdout, quiet.stderr) == ("b.png\n", "")
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()


@pytest.mark.usefixtures("no_betweens")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
@pytest.mark.usefixtures("plain_umask")
def test_permissions_are_those_of_a_plain_open(mask: int) -> None:
    """New files, frames and their folder have the permissions that the umask leaves; an older file keeps its own."""
    Path("older.gif").touch(mode=0o640)
    os.chmod("older.gif", 0o640)
    os.umask(mask)
    done(*SMALL, "-o", "a.gif", "-o", "b.png", "-o", "f/", "-o", "older.gif")
    for name in ("a.gif", "b.png", "f/conv_000.png"):
        assert stat.S_IMODE(os.stat(name).st_mode) == 0o666 & ~mask
    assert stat.S_IMODE(os.stat("f").st_mode) == 0o777 & ~mask
    assert stat.S_IMODE(os.stat("older.gif").st_mode) == 0o640


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_is_written_through() -> None:
    """A symbolic link stays one; the file that it names is replaced."""
    Path("real").mkdir()
    Path("a.gif").symlink_to("real/a.gif")
    done(*SMALL, "-o", "a.gif")
    assert Path("a.gif").is_symlink()
    assert written() == ["a.gif", "real/a.gif"]


def test_a_name_may_be_as_long_as_the_file_system_allows() -> None:
    """A name of 255 bytes can be written: the draft beside it is no longer."""
    name = "a" * 251 + ".gif"
    done(*SMALL, "-o", name)
    assert written() == [name]


class Failure:
    """Lets the renderer fail at its third frame."""

    def __init__(self, error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
        draw = Renderer.frame
        count = 0

        def frame(renderer: Renderer, step: int) -> object:
            nonlocal count
            count += 1
            if count > 2:
                raise error
            return draw(renderer, step)

        monkeypatch.setattr(Renderer, "frame", frame)


@pytest.mark.usefixtures("no_betweens")
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("name", ["a.gif", "old.gif", "f/", "new/"])
def test_a_run_that_fails_midway_leaves_all_as_it_was(
    error: BaseException, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk or Ctrl-C in the middle: status 1, one line, no draft, no new folder, and older files untouched."""
    done("conv", "-i", "4", "-k", "2", "--width", "96", "-o", "f/", "-o", "old.gif")
    before = {path: Path(path).read_bytes() for path in written()}
    folders = {path for path in Path().rglob("*") if path.is_dir()}
    Failure(error, monkeypatch)
    result = run(*SMALL, "-o", name)
    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stderr.strip().startswith("Error: ")
    assert result.stdout == ""
    assert {path: Path(path).read_bytes() for path in written()} == before
    assert {path for path in Path().rglob("*") if path.is_dir()} == folders


@pytest.mark.usefixtures("no_betweens")
@pytest.mark.parametrize("name", ["old.gif", "new.gif", "f/"])
def test_a_target_that_cannot_be_replaced_stays(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the last move is refused: status 1, one line that names the file, and nothing left behind."""
    done("conv", "-i", "4", "-k", "2", "--width", "96", "-o", "f/", "-o", "old.gif")
    before = {path: Path(path).read_bytes() for path in written()}

    def refuse(source: object, target: object) -> None:
        raise PermissionError(13, "Permission denied", str(target))

    monkeypatch.setattr(os, "replace", refuse)
    result = run(*SMALL, "-o", name)
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("Error: ")
    assert name.rstrip("/") in result.stderr
    assert {path: Path(path).read_bytes() for path in written()} == before


def test_output_is_the_same_run_after_run() -> None:
    """Bytes do not hang on the hash seed, the locale, or a matplotlibrc that changes fonts, lines and smoothing."""
    Path("matplotlibrc").write_text(
        "font.family: monospace\ntext.antialiased: False\nlines.antialiased: False\npatch.antialiased: False\n"
        "path.simplify: True\npath.simplify_threshold: 1.0\npath.snap: False\npath.sketch: 3, 20, 5\n"
        "agg.path.chunksize: 100\nlines.linewidth: 9\nlines.dashed_pattern: 1, 1\nlines.scale_dashes: False\n"
        "lines.solid_capstyle: round\ntext.hinting: force_autohint\ntext.hinting_factor: 1\nfigure.dpi: 300\n"
        "figure.facecolor: red\nsavefig.dpi: 300\nsavefig.transparent: True\nhatch.color: red\nbackend: svg\n",
        encoding="utf-8",
    )
    line = ("conv", "-i", "12", "-k", "3", "-p", "1", "--max-frames", "3", "--width", "300", "-q", "--caption")
    variables: list[dict[str, str]] = [
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "2", "MATPLOTLIBRC": str(Path.cwd() / "matplotlibrc"), "LC_ALL": "C"},
    ]
    for number, environment in enumerate(variables):
        result = process(*line, "-o", f"{number}.gif", "-o", f"{number}.png", **environment)
        assert (result.returncode, result.stderr) == (0, b"")
    done(*line, "-o", "2.gif", "-o", "2.png")
    for suffix in ("gif", "png"):
        assert len({Path(f"{number}.{suffix}").read_bytes() for number in range(3)}) == 1


def test_signs_reach_a_standard_output_of_another_encoding() -> None:
    """The formula's signs are printed in UTF-8 and lines end with a line feed, whatever the system's encoding."""
    result = process("explain", "conv", "-i", "5", "-k", "3", PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert (result.returncode, result.stderr) == (0, b"")
    assert "⌊(5 + 0 + 0 − 3)/1⌋ + 1 = 3" in result.stdout.decode("utf-8")
    assert b"\r" not in result.stdout


@listed("extra, long, shown", [((), 0.0, True), (("--quiet",), 0.0, False), ((), 60.0, False)])
def test_long_work_shows_its_progress_on_a_terminal(
    tmp_path: Path, extra: tuple[str, ...], long: float, shown: bool
) -> None:
    """A bar appears on a terminal when the work takes long, unless --quiet silences it."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    code = f"import convanim.cli.output.output as output; output._LONG = {long}; from convanim.cli import main; main()"
    line = [sys.executable, "-c", code, "conv", "-i", "13", "-k", "3", "--width", "120", "-o", "a.gif", *extra]
    result = subprocess.run(
        line, cwd=tmp_path, stderr=theirs, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(CHECKOUT)}
    )
    os.close(theirs)
    said = b""
    with contextlib.suppress(OSError):  # how a terminal ends that nobody writes to any more
        while piece := os.read(ours, 4096):
            said += piece
    os.close(ours)
    assert (result.returncode, result.stdout) == (0, b"a.gif\n")
    assert (b"100%" in said) == shown
