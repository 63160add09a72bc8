"""Folders of drafts beside the files that are being made, and what becomes of those whose process has ended.

A process holds its folders' locks as long as it lives. Names of a folder change only while a second lock, that of the
folder itself, is held.
"""

import contextlib
import errno
import json
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from convanim.files.interruption import held_back
from convanim.files.locks import Lock
from convanim.files.moves import DRAFTS, finish, is_recorded, recorded, relative

_HELD = "lock"  # the file in a folder of drafts that its process holds
_MOVING = ".convanim-lock"  # that of a folder whose names are changed
WAITS = 60.0  # seconds for others to have put their files in place, which takes them a moment
_TRIES = 20


@dataclass(frozen=True)
class Drafts:
    """A folder of drafts of this process."""

    place: Path
    lock: Lock

    def remove(self) -> None:
        """Remove it with all that is left in it."""
        for path in self.place.iterdir():
            if path.name != _HELD:
                with contextlib.suppress(OSError):
                    path.unlink()
        self.lock.remove()
        with contextlib.suppress(OSError):
            self.place.rmdir()


def make_drafts(folder: Path, home: Path | None, is_new: bool) -> Drafts:
    """A folder for drafts of files in `folder`; the record of all moves is in `home`, or here.

    `is_new` says that `folder` itself was made for them. Raises OSError.
    """
    for _ in range(_TRIES):
        place = folder / f".convanim-{secrets.token_hex(8)}"
        place.mkdir()
        try:
            lock = Lock.make(place / _HELD)
            if lock is not None:
                number = os.stat(place / _HELD).st_ino
                note = {"number": number, "home": relative(home or place, place), "is_new": is_new}
                lock.write(json.dumps(note))
                return Drafts(place, lock)
        except FileNotFoundError:  # taken for a dead one's, before it was held
            continue
        except BaseException:
            with contextlib.suppress(OSError):
                (place / _HELD).unlink(missing_ok=True)
                place.rmdir()
            raise
    raise OSError(errno.EBUSY, "the folder is in use", str(folder))


@contextmanager
def names_held(folders: Iterable[Path]) -> Iterator[ExitStack]:
    """Be the only one to change names in some folders, until what this gives is closed, or the context ends.

    Raises OSError where another takes too long about it.
    """
    held = ExitStack()
    end = time.monotonic() + WAITS
    try:
        for folder in sorted(set(folders)):  # in an order in which nobody waits for each other
            while not _taken(folder / _MOVING, held):
                if time.monotonic() > end:
                    raise OSError(errno.EBUSY, "another process is putting files in place", str(folder))
                time.sleep(0.01)
        yield held
    finally:
        with held_back():
            held.close()


def _taken(path: Path, held: ExitStack) -> bool:
    with held_back():
        lock = Lock.make(path)
        if lock is not None:
            held.callback(lock.remove)
    return lock is not None


def recover(folder: Path) -> bool:
    """Finish or take back what processes left in a folder that have ended, and remove their drafts.

    Gives whether one of them made the folder. Raises OSError where what was begun can be neither finished nor taken
    back.
    """
    left = _left_in(folder)
    are_new = [_recover(place) for place in left]
    if (folder / _MOVING).exists():
        with contextlib.suppress(OSError), held_back():
            lock = Lock.find(folder / _MOVING)
            if lock is not None:
                lock.remove()
    return any(are_new)


def is_unsettled(folder: Path) -> bool:
    """Whether moves that were begun in a folder wait for somebody to finish them."""
    for place in _left_in(folder):
        note = _note(place)
        if note is not None and not note.is_copy and os.access(note.home, os.W_OK) and is_recorded(note.home):
            with contextlib.suppress(ValueError, OSError):
                recorded(note.home)
                return True
    return False


def _left_in(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            names = [
                entry.name for entry in entries if DRAFTS.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
            ]
    except OSError:
        return []
    return [folder / name for name in sorted(names)]


@dataclass(frozen=True)
class _Note:
    """What a process noted of its drafts."""

    home: Path
    is_new: bool
    is_copy: bool  # not made here: what it says is no business of ours


def _note(place: Path) -> _Note | None:
    """What there is of a note in a folder of drafts; None where its process did not come to write it."""
    try:
        with open(place / _HELD, encoding="ascii", errors="replace") as stream:
            note = json.load(stream)
            is_copy = note["number"] != os.fstat(stream.fileno()).st_ino
            return _Note(Path(os.path.normpath(place / note["home"])), bool(note["is_new"]), is_copy)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _recover(place: Path) -> bool:
    """Settle a folder of drafts whose process has ended; whether that had made the folder that it is in."""
    with ExitStack() as held:
        try:
            lock = _found(place, held)
        except FileNotFoundError:  # its process came no further, or is about to and tries again
            with contextlib.suppress(OSError):
                place.rmdir()
            return False
        if lock is None:
            return False
        note = _note(place)
        if note is not None and (note.is_copy or not _settle(place, note.home, held)):
            return False
        with held_back():
            Drafts(place, lock).remove()
        return note is not None and note.is_new


def _settle(place: Path, home: Path, held: ExitStack) -> bool:
    """Finish or take back the moves that a folder of drafts has a part in; whether that is done."""
    if home != place:
        try:
            if _found(home, held) is None:
                return False
        except FileNotFoundError:  # no moves were begun, or all are made; unless its disk is elsewhere
            return home.parent.is_dir()
        note = _note(home)
        if note is not None and note.is_copy:
            return False
    if not is_recorded(home):
        return True
    try:
        moves = recorded(home)
    except ValueError:
        return False
    with names_held(move.place.parent for move in moves) as names, held_back():
        try:
            with names:
                finish(home, moves)
        except OSError as error:
            why = f"{error.strerror}; an earlier run that was ended had begun to replace it"
            raise OSError(error.errno, why, error.filename) from None
    return True


def _found(place: Path, held: ExitStack) -> Lock | None:
    """The lock of a folder of drafts, None where its process lives; raises FileNotFoundError where there is none."""
    try:
        with held_back():
            lock = Lock.find(place / _HELD)
            if lock is not None:
                held.callback(lock.close)
    except FileNotFoundError:
        raise
    except OSError:  # somebody else's
        return None
    return lock
