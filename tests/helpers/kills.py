"""Runs of the program that are killed, and what must hold after each.

Every file of a set is as it was or as it was to be, all of them alike; nothing is lost; after the next run that writes
to the same folders nothing is left; no process stays, and none holds a pipe. A run that was asked politely says so in
one line, ends with status 1, and has left nothing even before that next run.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import convanim
from convanim.files.file_set import FileSet
from convanim.files.interruption import INTERRUPTED

CHECKOUT = Path(convanim.__file__).parent.parent
AIMED = Path(__file__).with_name("aimed.py")
POLITE = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
_BESIDE = 4  # times as long as undisturbed
_DIES = 20.0  # seconds that are given to processes, on a machine that is busy
_NO_AIM = {"call": 0, "after": False, "signals": [], "to": "self", "later": 0.0, "count": ""}

Tree = dict[str, bytes]


@dataclass(frozen=True)
class Case:
    """A command, in an older form and a newer one whose files differ; names of its files that go together."""

    name: str
    older: list[str]
    newer: list[str]
    folders: list[str] = field(default_factory=list)  # those that must be there
    each: bool = False  # whether files of a stem are a set, not all of them

    def set_of(self, name: str) -> str:
        """The set that a file belongs to."""
        return name.rpartition(".")[0] if self.each else ""


_GIF, _FRAMES = ["-o", "a.gif"], ["-o", "f/"]
_SEVERAL = ["-o", "a.gif", "-o", "b.png", "-o", "sub/c.svg", "-o", "f/"]
_DECK = ["deck", "dilation", "one_by_one", "-q", "-o", "talk.tex", "-o", "talk.html", "--reveal"]
_EMBED = ["embed", "dilation", "d", "-q"]
_RENDER = ["render", "dilation", "one_by_one", "no_padding_strides", "-o", "{name}.gif", "-o", "{name}.png", "-qj2"]


def _conv(size: str, to: list[str]) -> list[str]:
    return ["conv", "-i", size, "-k", "3", "--width", "120", "-q", *to]


CASES = {
    case.name: case
    for case in (
        Case("gif", _conv("7", _GIF), _conv("6", _GIF)),
        Case("frames", _conv("7", _FRAMES), _conv("6", _FRAMES)),
        Case("several", _conv("7", _SEVERAL), _conv("6", _SEVERAL), ["sub"]),
        Case("deck", _DECK, [*_DECK, "--theme", "dark"]),
        Case("embed", [*_EMBED, "--width", "200"], [*_EMBED, "--width", "240", "--theme", "classic"]),
        Case("render", [*_RENDER, "--width", "120"], [*_RENDER, "--width", "140"], each=True),
        Case("gallery", ["gallery", "g", "-j", "2"], ["gallery", "g", "-j", "2", "--force"], each=True),
    )
}


def command(case_line: list[str], aim: dict[str, object] | None = None) -> list[str]:
    """The command line of a run, with an aim or without."""
    return [sys.executable, str(AIMED), json.dumps(_NO_AIM | (aim or {})), *case_line]


def started(line: list[str], place: Path) -> "subprocess.Popen[str]":
    """A run, in a session of its own."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.Popen(
        line,
        cwd=place,
        env=variables | {"PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def tree(place: Path) -> Tree:
    """All files below a folder."""
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()}


@dataclass
class Reference:
    """What a case's files are, older and newer, how long it takes, and how often it changes names."""

    case: Case
    place: Path
    older: Tree
    newer: Tree
    seconds: float
    calls: int


def reference(case: Case, place: Path) -> Reference:
    """Both forms of a case, run undisturbed."""
    trees = []
    for kind, line in (("older", case.older), ("newer", case.newer)):
        folder = place / kind
        for name in ["", *case.folders]:
            (folder / name).mkdir(parents=True, exist_ok=True)
        begin = time.monotonic()
        with started(command(line), folder) as process:
            said = process.communicate()
        assert process.returncode == 0, said
        seconds = time.monotonic() - begin
        trees.append(tree(folder))
    older, newer = trees
    if case.name == "gallery":  # the older one is of other words: a template cannot be drawn otherwise
        older = {name: data + b"\n" for name, data in older.items()}
        for name, data in older.items():
            (place / "older" / name).write_bytes(data)
    assert all(older[name] != newer[name] for name in set(older) & set(newer)), "they do not differ"
    count = place / "count"
    shutil.copytree(place / "older", place / "counted")
    with started(command(case.newer, {"count": str(count)}), place / "counted") as process:
        process.communicate()
    return Reference(case, place, older, newer, seconds, len(count.read_text()))


@dataclass(frozen=True)
class Shot:
    """How a run is killed: at a call or at a time, by which signals, whom."""

    is_fresh: bool  # whether nothing older is there
    signals: tuple[int, ...]
    to: str
    later: float
    call: int = 0
    after: bool = False
    at: float = 0.0

    def __str__(self) -> str:
        where = f"call {self.call} {'after' if self.after else 'before'}" if self.call else f"at {self.at:.3f} s"
        names = "+".join(signal.Signals(number).name[3:] for number in self.signals)
        return f"{where}, {names} to {self.to}, later {self.later:.3f}, {'fresh' if self.is_fresh else 'older there'}"


def shots(ref: Reference, rng: random.Random, count: int) -> Iterator[Shot]:
    """Random ones: half of them aimed, a third twice."""
    for number in range(count):
        signals = [rng.choice([signal.SIGKILL, *POLITE])]
        if signals[0] != signal.SIGKILL and rng.random() < 0.4:
            signals.append(rng.choice([signals[0], signal.SIGKILL, *POLITE]))
        plain = {"is_fresh": rng.random() < 0.25, "signals": tuple(map(int, signals)), "later": rng.random() ** 3 * 0.2}
        is_in_workers = ref.case.each and rng.random() < 0.5
        if number % 2:
            to = rng.choice(["parent", "self", "group"] if is_in_workers else ["self", "group"])
            yield Shot(**plain, to=to, call=rng.randint(1, ref.calls), after=rng.random() < 0.5)  # type: ignore[arg-type]
        else:
            yield Shot(**plain, to=rng.choice(["self", "group"]), at=rng.random() * 1.1 * ref.seconds)  # type: ignore[arg-type]


def trial(ref: Reference, shot: Shot, place: Path) -> list[str]:
    """Run a case, kill it, run another; what went wrong."""
    _lay(ref, shot, place)
    aim = {"call": shot.call, "after": shot.after, "signals": shot.signals, "to": shot.to, "later": shot.later}
    process = started(command(ref.case.newer, aim if shot.call else None), place)
    try:
        if not shot.call:
            _kill_at(process, shot)
        try:
            # One that is aimed runs on to the call that it is killed at, beside others on the same cores.
            _, err = process.communicate(timeout=_DIES + (_BESIDE * ref.seconds if shot.call else 0))
        except subprocess.TimeoutExpired:
            return [f"a process stays: {_session(process.pid)}"]
        wrong = []
        end = time.monotonic() + _DIES
        while left := _session(process.pid):
            if time.monotonic() > end:
                wrong.append(f"processes are left: {left}")
                break
            time.sleep(0.02)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    polite = signal.SIGKILL not in shot.signals
    if polite and process.returncode == 0 and err:
        wrong.append(f"it says {err!r}")
    if polite and process.returncode not in (0, 1):
        wrong.append(f"it ends with {process.returncode}, saying {err!r}")
    said = [f"Error: {INTERRUPTED}\n"]
    if shot.call and ref.case.each:  # a worker alone may be hit
        said.append("Error: a process that drew was ended from outside; -j 1 draws without any\n")
    if polite and process.returncode == 1 and err not in said:
        wrong.append(f"it says {err!r}")
    if polite:
        wrong += [f"before the next run: {text}" for text in _wrong_files(ref, shot, place)]
    _next_run(place)
    return wrong + _wrong_files(ref, shot, place)


def _lay(ref: Reference, shot: Shot, place: Path) -> None:
    if shot.is_fresh:
        for name in ["", *ref.case.folders]:
            (place / name).mkdir(parents=True, exist_ok=True)
    else:
        shutil.copytree(ref.place / "older", place)


def _kill_at(process: "subprocess.Popen[str]", shot: Shot) -> None:
    while process.poll() is None and not _is_listening(process.pid):  # what comes before is Python's own affair
        time.sleep(0.002)
    time.sleep(shot.at)
    for number in shot.signals:
        with contextlib.suppress(ProcessLookupError):
            if shot.to == "group":
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)
        time.sleep(shot.later)


def _is_listening(number: int) -> bool:
    """Whether a process has a handler for a signal that Python itself has none for."""
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{number}/status").read_text()
        caught = int(status.partition("SigCgt:")[2].split()[0], 16)
        return bool(caught >> (signal.SIGHUP - 1) & 1)
    return False


def _session(leader: int) -> list[str]:
    """The processes of a session that live, with their command lines."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            state, _, _, session = path.joinpath("stat").read_text().rpartition(")")[2].split()[:4]
            if int(session) == leader and state not in "ZX":
                found.append(f"{path.name} {path.joinpath('cmdline').read_text()[:200]}")
    return found


def _next_run(place: Path) -> None:
    """Another file is written to each folder there is."""
    for folder in [place, *(path for path in place.rglob("*") if path.is_dir() and not path.name.startswith("."))]:
        with FileSet() as files, files.file(folder / "other") as stream:
            stream.write(b"other")
        (folder / "other").unlink()


def _wrong_files(ref: Reference, shot: Shot, place: Path) -> list[str]:
    return left_behind(ref, place) + mixed(ref, place, [{} if shot.is_fresh else ref.older, ref.newer])


def left_behind(ref: Reference, place: Path) -> list[str]:
    """What is there that no run was to write."""
    files = [name for name in tree(place) if name not in ref.older and name not in ref.newer]
    folders = [path.name for path in place.rglob(".convanim*") if path.is_dir()]
    return [f"{name} is left" for name in (*files, *folders)]


def mixed(ref: Reference, place: Path, allowed: list[Tree]) -> list[str]:
    """The sets that are none of those that they may be."""
    found = tree(place)
    sets: dict[str, set[str]] = {}
    for name in {**ref.older, **ref.newer}:
        sets.setdefault(ref.case.set_of(name), set()).add(name)
    wrong = []
    for name, members in sets.items():
        own, *states = ({member: tree[member] for member in members if member in tree} for tree in (found, *allowed))
        if own not in states:
            alike = [sorted(member for member in members if own.get(member) == state.get(member)) for state in states]
            wrong.append(f"set {name!r} is mixed: {' / '.join(map(str, alike))}")
    return wrong
