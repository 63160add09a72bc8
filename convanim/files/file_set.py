"""All files that one command writes take their names together: each is new, or each is as it was."""

import contextlib
import errno
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from convanim.files.drafts import WAITS, Drafts, is_unsettled, make_drafts, names_held, recover
from convanim.files.interruption import held_back
from convanim.files.moves import DRAFTS, Move, is_recorded, make_moves


class FileSet:
    """Files to write, whose names they take when the context ends; if anything fails, all is as it was.

    Their drafts stand in hidden folders beside them. They get the permissions that a plain `open` would give: those of
    the older file, else the usual ones; a link is followed. After a kill the next set that is written to the same
    folder finishes what was begun, or takes it back, and removes the drafts.
    """

    def __init__(self) -> None:
        self._drafts: dict[Path, Drafts] = {}  # by the folder that they are for
        self._new: set[Path] = set()  # folders that are there for this set alone
        self._files: dict[Path, tuple[int, Path]] = {}  # by its real place: a draft's number, and the name as given
        self._others: list[tuple[Path, Callable[[], Iterable[str]]]] = []
        self._count = 0

    def __enter__(self) -> "FileSet":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        stands = False
        try:
            if kind is None:
                self._put_in_place()
                stands = True
        finally:
            self._tidy(stands)

    def folder(self, folder: Path) -> None:
        """Make a folder if need be; it is gone again if anything fails."""
        place = Path(os.path.realpath(folder))
        with _named(folder):
            if not place.is_dir():
                with held_back():
                    folder.mkdir()
                    self._new.add(place)
            self._drafts_for(place)

    @contextmanager
    def file(self, path: Path) -> Iterator[BinaryIO]:
        """A file to write, of the set; the last one where several are asked for at one place.

        What goes into a pipe of that name is there at once. Raises OSError where there is something else than a file.
        """
        refuse_no_file(path)
        if path.is_fifo():
            with _named(path), open(path, "wb") as stream:
                yield stream
            return
        place = Path(os.path.realpath(path))
        if place.is_symlink():
            raise OSError(errno.ELOOP, "it links to itself", str(path))
        self._count += 1
        number = self._count
        with _named(path), open(self._drafts_for(place.parent).place / str(number), "xb") as stream:
            yield stream
        self._files[place] = number, path

    def remove(self, folder: Path, find: Callable[[], Iterable[str]]) -> None:
        """Files of a folder that go when all of the set stand: the names that `find` gives then, but for the set's."""
        self._others.append((Path(os.path.realpath(folder)), find))

    def _drafts_for(self, folder: Path) -> Drafts:
        if folder not in self._drafts:
            if recover(folder):
                self._new.add(folder)
            with held_back():
                self._drafts[folder] = make_drafts(folder, self._home, folder in self._new)
        return self._drafts[folder]

    @property
    def _home(self) -> Path | None:
        return next((drafts.place for drafts in self._drafts.values()), None)

    def _put_in_place(self) -> None:
        end = time.monotonic() + WAITS
        while self._drafts:
            with names_held(self._drafts) as names:
                if not any(map(is_unsettled, self._drafts)):
                    with held_back(), names:
                        self._make_moves()
                    return
            for folder in self._drafts:  # a process ended in the midst of its moves since we looked
                recover(folder)
            if time.monotonic() > end:  # nor can it be finished
                raise OSError(errno.EBUSY, "another run's files wait for their places", str(folder))
            time.sleep(0.01)

    def _make_moves(self) -> None:
        moves = []
        for place, (number, path) in self._files.items():
            refuse_no_file(path)
            move = Move(self._drafts[place.parent].place, number, place.name, place.exists())
            with _named(path):
                if move.has_older:
                    shutil.copymode(place, move.draft)
            moves.append(move)
        for folder, find in self._others:
            for name in find():
                if folder / name not in self._files:
                    self._count += 1
                    moves.append(Move(self._drafts[folder].place, self._count, name, True, removes=True))
        if self._home is not None:
            try:
                make_moves(self._home, moves)
            except OSError as error:
                path = self._files.get(Path(error.filename or ""), (0, error.filename))[1]
                raise OSError(error.errno, error.strerror, str(path)) from None

    def _tidy(self, stands: bool) -> None:
        with held_back():
            is_open = self._home is not None and is_recorded(self._home)
            for drafts in self._drafts.values():
                if is_open:  # what could not be taken back is not thrown away
                    drafts.lock.close()
                else:
                    drafts.remove()
            for folder in () if stands else self._new:
                with contextlib.suppress(OSError):
                    folder.rmdir()


def refuse_no_file(path: Path) -> None:
    """Raise OSError where something stands that is neither a file nor a pipe."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "there is a folder of that name", str(path))
    if is_device(path):
        raise OSError(errno.EINVAL, "there is a device of that name", str(path))


def is_device(path: Path) -> bool:
    """Whether a name, or what it links to, is neither a file nor a folder nor a pipe."""
    return path.exists() and not (path.is_file() or path.is_dir() or path.is_fifo())


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Errors name the file that was asked for, not its draft."""
    try:
        yield
    except OSError as error:
        name = error.filename
        is_drafts = isinstance(name, str | os.PathLike) and any(map(DRAFTS.fullmatch, Path(name).parts))
        if error.errno is None or not (name is None or is_drafts):
            raise
        raise OSError(error.errno, error.strerror, str(path)) from None
