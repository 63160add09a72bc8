"""Runs that are killed: at every call of a small set, and a few whole commands; `make faults` has hundreds more."""

import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from helpers.aimed import CHANGING
from helpers.campaigns import listed
from helpers.kills import CASES, Reference, Shot, reference, trial

from convanim.files.drafts import names_held
from convanim.files.file_set import FileSet

OLDER = {"a": "older a", "sub/c": "older c", "gone": "older gone", "sub/gone": "older gone too"}
NEWER = {"a": "newer a", "b": "newer b", "sub/c": "newer c", "sub/d": "newer d"}

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed that is a copy of this one")
needs_proc = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked for in /proc")


def lay(place: Path) -> None:
    """The older files, and nothing else."""
    shutil.rmtree(place, ignore_errors=True)
    (place / "sub").mkdir(parents=True)
    for name, text in OLDER.items():
        (place / name).write_text(text)


def write_newer(place: Path) -> None:
    """The newer set, in two folders; two older files go."""
    with FileSet() as files:
        for name, text in NEWER.items():
            with files.file(place / name) as stream:
                stream.write(text.encode())
        files.remove(place, lambda: ["gone"])
        files.remove(place / "sub", lambda: ["gone"])


def write_other(folder: Path) -> None:
    """What another run does."""
    with FileSet() as files, files.file(folder / "other") as stream:
        stream.write(b"other")
    (folder / "other").unlink()


def texts(place: Path) -> dict[str, str]:
    """All files below a folder but drafts."""
    files = (path for path in place.rglob("*") if path.is_file() and "/.convanim" not in path.as_posix())
    return {path.relative_to(place).as_posix(): path.read_text() for path in files}


def is_killed_at(call: int, place: Path, refused: int) -> bool:
    """Write the newer set in a process that dies at a call that changes names, if it comes to it.

    One of the moves may be refused.
    """
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    seen = moves = 0

    def counted(name: str) -> Callable[..., Any]:
        made = getattr(os, name)

        def call_or_die(*arguments: Any, **more: Any) -> Any:
            nonlocal seen, moves
            seen, moves = seen + 1, moves + (name == "replace")
            if seen == call:
                os.kill(os.getpid(), signal.SIGKILL)
            if name == "replace" and moves == refused:
                raise PermissionError(13, "Permission denied", *map(str, arguments))
            return made(*arguments, **more)

        return call_or_die

    for name in CHANGING:
        setattr(os, name, counted(name))
    try:
        write_newer(place)
    finally:
        os._exit(0)


@needs_fork
@listed(
    "links, refused", [(True, 3), (True, 0), (False, 3), (False, 0)], one_in=5
)  # 3: one of the moves back is refused
def test_a_kill_at_any_call_leaves_a_whole_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: int, links: bool
) -> None:
    """The next run in either folder settles both; when there was one in each, nothing is left."""
    if not links:
        monkeypatch.setattr(os, "link", lambda *_: os.stat("/none"))
    place = tmp_path / "place"
    folders = [place, place / "sub"]
    ends = []
    for call in range(1, 200):
        lay(place)
        if not is_killed_at(call, place, refused):
            break
        for folder in folders[:: 1 if call % 2 else -1]:
            write_other(folder)
            assert texts(place) in (OLDER, NEWER), call
        assert not list(place.rglob(".convanim*")), call
        ends.append(texts(place) == NEWER)
    assert len(ends) > 15
    assert {*ends} == {True, False}
    assert texts(place) == (OLDER if refused else NEWER)


@needs_fork
def test_a_live_process_keeps_its_drafts(tmp_path: Path) -> None:
    """Another run in the same folder leaves them alone, and so does one in this process."""
    with FileSet() as files, files.file(tmp_path / "a") as stream:
        stream.write(b"newer")
        child = os.fork()
        if not child:
            write_other(tmp_path)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        write_other(tmp_path)
    assert texts(tmp_path) == {"a": "newer"}


def test_sets_take_their_places_one_after_another(tmp_path: Path) -> None:
    """While names of a folder are being changed, others wait."""
    (tmp_path / "a").write_text("older")
    writer = threading.Thread(target=lambda: replace_a(tmp_path))
    with names_held([tmp_path]):
        writer.start()
        time.sleep(0.2)
        assert (tmp_path / "a").read_text() == "older"
    writer.join()
    assert texts(tmp_path) == {"a": "newer"}


def replace_a(folder: Path) -> None:
    """A set of one file."""
    with FileSet() as files, files.file(folder / "a") as stream:
        stream.write(b"newer")


@needs_fork
def test_a_record_that_was_made_elsewhere_moves_nothing(tmp_path: Path) -> None:
    """What came with a copied or downloaded folder is left alone, whatever it says."""
    lay(tmp_path / "place")
    call = 0
    while not list(tmp_path.glob("place/.convanim*/forward")):
        lay(tmp_path / "place")
        call += 1
        is_killed_at(call, tmp_path / "place", 0)
    shutil.copytree(tmp_path / "place", tmp_path / "copy")
    before = texts(tmp_path / "copy")
    write_other(tmp_path / "copy")
    assert texts(tmp_path / "copy") == before
    assert list(tmp_path.glob("copy/.convanim*/forward"))


@needs_fork
@pytest.mark.parametrize("name", ["../outside", "/outside", "sub/c", "..", ""])
def test_a_record_does_not_reach_out_of_its_folder(tmp_path: Path, name: str) -> None:
    """Names in it are of files beside its drafts."""
    place, call = tmp_path / "place", 0
    while not list(place.glob(".convanim*/forward")):
        lay(place)
        call += 1
        is_killed_at(call, place, 0)
    (record,) = place.glob(".convanim*/forward")
    said = json.loads(record.read_text())
    said["moves"][0][2] = name
    record.write_text(json.dumps(said))
    (tmp_path / "outside").write_text("of others")
    before = texts(tmp_path)
    write_other(place)
    assert texts(tmp_path) == before


@pytest.fixture(scope="module")
def references(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Reference]:
    """What the files of a case are to be."""
    return cache(lambda name: reference(CASES[name], tmp_path_factory.mktemp(name)))


@needs_proc
@listed(
    "name, shot",
    [
        ("render", Shot(False, (signal.SIGKILL,), "parent", 0, call=4)),
        ("several", Shot(False, (signal.SIGKILL,), "self", 0, call=40)),
        ("several", Shot(False, (signal.SIGINT, signal.SIGINT), "self", 0.0, call=40)),
        ("several", Shot(False, (signal.SIGTERM, signal.SIGHUP), "group", 0.001, at=0.2)),
        ("render", Shot(False, (signal.SIGKILL,), "self", 0, call=12)),
        ("render", Shot(True, (signal.SIGINT, signal.SIGTERM), "group", 0.001, at=0.3)),
    ],
    one_in=6,
)
def test_a_killed_command_leaves_whole_sets(
    tmp_path: Path, references: Callable[[str], Reference], name: str, shot: Shot
) -> None:
    """Whole commands hold to it, with their workers; those who are asked politely say one line."""
    assert not trial(references(name), shot, tmp_path / "run")
