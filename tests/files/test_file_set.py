"""Files appear whole or not at all, all of one command together."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from convanim import Conv, animate
from convanim.cli import main
from convanim.files.file_set import FileSet


def write(files: FileSet, path: Path, text: str = "newer") -> None:
    """Write a file of a set."""
    with files.file(path) as stream:
        stream.write(text.encode())


def write_three_and_remove(folder: Path) -> None:
    """A set of three files that takes the place of a fourth."""
    with FileSet() as files:
        for name in ("a", "b", "c"):
            write(files, folder / name)
        files.remove(folder, lambda: ["gone"])


def texts(folder: Path) -> dict[str, str]:
    """All files in a folder, and what is in them; folders as such."""
    return {path.name: path.read_text() if path.is_file() else "a folder" for path in folder.iterdir()}


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
    with pytest.raises(OSError, match=r"figure\.gif") as caught, FileSet() as files:
        write(files, tmp_path / "none" / "figure.gif")
    assert ".convanim" not in str(caught.value)


@pytest.mark.parametrize("name", ["new/", "figure.gif"])
def test_a_full_disk_is_told_of_the_file_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Where there is no room for a folder of drafts, the message is of the file or folder, and nothing is left."""
    made = Path.mkdir

    def full(path: Path, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        if path.name.startswith("."):
            raise OSError(28, "No space left on device", str(path))
        made(path, mode, parents, exist_ok)

    monkeypatch.setattr(Path, "mkdir", full)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["conv", "-i", "3", "-k", "2", "-o", name])
    assert (result.exit_code, result.stderr) == (1, f"Error: {name.rstrip('/')}: No space left on device\n")
    assert not list(tmp_path.iterdir())


def test_files_that_cannot_all_take_their_place_are_all_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever move fails, and when some files are to be removed, each is as it was."""
    older = {"a": "older a", "c": "older c", "gone": "older gone"}
    replace = os.replace
    for failing in range(4):
        for name, text in older.items():
            (tmp_path / name).write_text(text)
        count = 0

        def fails(source: Path, target: Path) -> None:
            nonlocal count
            count += 1
            if count == failing + 1:  # noqa: B023
                raise PermissionError(13, "Permission denied", str(source))
            replace(source, target)

        monkeypatch.setattr(os, "replace", fails)
        with pytest.raises(PermissionError) as caught:
            write_three_and_remove(tmp_path)
        monkeypatch.setattr(os, "replace", replace)
        assert Path(caught.value.filename).name == ["a", "b", "c", "gone"][failing]
        assert texts(tmp_path) == older


def test_where_there_are_no_links_files_are_given_back_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without hard links has older files moved aside and back."""
    (tmp_path / "a").write_text("older")

    def no_links(source: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    (tmp_path / "c").mkdir()
    with FileSet() as files:
        write(files, tmp_path / "a")
        write(files, tmp_path / "b")
    assert texts(tmp_path) == {"a": "newer", "b": "newer", "c": "a folder"}


@pytest.mark.usefixtures("no_betweens")
def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    """A pipe stays one, and its reader gets the bytes of the file; so does one behind a link."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no pipes in folders")
    animate(Conv(3, 2)).save(tmp_path / "plain.gif")
    os.mkfifo(tmp_path / "pipe.gif")
    (tmp_path / "link.gif").symlink_to("pipe.gif")
    for name in ("pipe.gif", "link.gif"):
        reader = subprocess.Popen(["cat", tmp_path / "pipe.gif"], stdout=subprocess.PIPE)
        result = CliRunner().invoke(main, ["conv", "-i", "3", "-k", "2", "-o", str(tmp_path / name)])
        assert (result.exit_code, result.stdout) == (0, f"{tmp_path / name}\n")
        assert reader.communicate()[0] == (tmp_path / "plain.gif").read_bytes()
    assert (tmp_path / "pipe.gif").is_fifo()
    assert {path.name for path in tmp_path.iterdir()} == {"plain.gif", "pipe.gif", "link.gif"}


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="there are no devices in folders")
@pytest.mark.parametrize("command", [["conv", "-i", "3", "-k", "2"], ["deck", "dilation", "--reveal"]])
def test_a_device_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    """One line says so, and the link to it stays."""
    monkeypatch.chdir(tmp_path)
    link = Path("null.html")
    link.symlink_to("/dev/null")
    result = CliRunner().invoke(main, [*command, "-o", str(link)])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: --output {link}: it is a device, not a file;")
    assert result.stderr.count("\n") == 1
    assert link.readlink() == Path("/dev/null")


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="every name is text there")
def test_a_name_that_is_no_text_is_written_and_printed(tmp_path: Path) -> None:
    """A file's name may be any bytes; they are printed as they are."""
    line = [sys.executable, "-m", "convanim", "conv", "-i", "3", "-k", "2", "-o", os.fsdecode(b"\xff.gif")]
    environment = {"PYTHONPATH": str(Path(__file__).parent.parent.parent), "PYTHONIOENCODING": "utf-8:strict"}
    result = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"\xff.gif\n", b"")
    assert os.listdir(os.fsencode(tmp_path)) == [b"\xff.gif"]


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_to_itself_is_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused in a line that names it, as a plain open would, and stays."""
    monkeypatch.chdir(tmp_path)
    Path("a.gif").symlink_to("a.gif")
    result = CliRunner().invoke(main, ["conv", "-i", "3", "-k", "2", "-o", "a.gif"])
    assert (result.exit_code, result.stderr) == (1, "Error: a.gif: it links to itself\n")
    assert Path("a.gif").is_symlink()


@pytest.mark.usefixtures("no_betweens")
def test_one_recipe_is_named_like_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """{name} stands for the recipe's name when there is only one, too."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["render", "no_padding_strides", "-j", "4", "--force", "-o", "{name}.gif"])
    assert (result.exit_code, result.stdout) == (0, "no_padding_strides.gif\n")


@pytest.mark.usefixtures("no_betweens")
def test_notes_of_several_figures_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each note says whose it is; --quiet silences them."""
    monkeypatch.chdir(tmp_path)
    command = ["render", "no_padding_strides", "dilation", "--max-frames", "3", "-j", "1"]
    said = CliRunner().invoke(main, command).stderr.splitlines()
    assert [line.split(": ")[:2] for line in said] == [["Note", "no_padding_strides"], ["Note", "dilation"]]
    assert CliRunner().invoke(main, [*command, "-q"]).stderr == ""
