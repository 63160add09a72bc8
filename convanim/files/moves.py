"""Drafts take their names, all or none: the moves, the record of them, and how they are finished or taken back.

The record is written before the first move and gone after the last, so names can be mixed only while it is there.
Whoever finds it after a kill can go on from any point: each move can tell from the files whether it was made.
"""

import contextlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

DRAFTS = re.compile(r"\.convanim-[0-9a-f]{16}")  # the names of folders of drafts, each beside the files it is for
_FORWARD, _BACK, _NEW = "forward", "back", "record"  # the names of records, which say where the moves go


@dataclass(frozen=True)
class Move:
    """A draft takes a file's name in the folder that its own stands in, or the file is removed."""

    drafts: Path
    number: int  # of the draft in its folder
    name: str
    has_older: bool  # whether there was such a file before
    removes: bool = False

    @property
    def place(self) -> Path:
        """The file."""
        return self.drafts.parent / self.name

    @property
    def older(self) -> Path:
        """Where the older file is kept until all moves are made."""
        return self.drafts / f"older-{self.number}"

    @property
    def draft(self) -> Path:
        """What takes the file's name, until it has."""
        return self.drafts / str(self.number)


def make_moves(home: Path, moves: Sequence[Move]) -> None:
    """Make all moves, with their record in `home`; when one cannot be made, take all back.

    Raises OSError, which names the file.
    """
    if len(moves) == 1 and not moves[0].removes:  # needs no record: it is made or not
        with _named(moves[0]):
            os.replace(moves[0].draft, moves[0].place)
        return
    _write(home, moves)
    _forward_or_back(home, moves)


def is_recorded(home: Path) -> bool:
    """Whether moves are under way, or were when their process ended."""
    return (home / _FORWARD).exists() or (home / _BACK).exists()


def recorded(home: Path) -> list[Move]:
    """The moves of a record; those in folders that are gone are left out. Raises ValueError where it is not ours."""
    path = home / (_FORWARD if (home / _FORWARD).exists() else _BACK)
    record = json.loads(path.read_text(encoding="ascii"))
    try:
        moves = [
            Move(Path(os.path.normpath(home / record["folders"][at])), int(number), name, bool(older), bool(removes))
            for at, number, name, older, removes in record["moves"]
        ]
        # A record of someone else's making must not reach out of folders that have such drafts in them.
        is_ours = all(os.path.basename(move.name) == move.name and move.name not in ("", ".", "..") for move in moves)
    except (KeyError, IndexError, TypeError):
        raise ValueError from None
    if not is_ours or not all(DRAFTS.fullmatch(move.drafts.name) for move in moves):
        raise ValueError
    return [move for move in moves if move.drafts.is_dir() and not move.drafts.is_symlink()]


def finish(home: Path, moves: Sequence[Move]) -> None:
    """Finish what a record in `home` says, or take it back. Raises OSError where neither can be done."""
    if (home / _FORWARD).exists():
        with contextlib.suppress(OSError):  # all is as it was, then
            _forward_or_back(home, moves)
    if (home / _BACK).exists():
        _back(moves)
        (home / _BACK).unlink()


def _write(home: Path, moves: Sequence[Move]) -> None:
    folders = list(dict.fromkeys(move.drafts for move in moves))
    record = {
        "folders": [relative(folder, home) for folder in folders],
        "moves": [(folders.index(move.drafts), move.number, move.name, move.has_older, move.removes) for move in moves],
    }
    with open(home / _NEW, "x", encoding="ascii") as stream:
        json.dump(record, stream)
        stream.flush()
        os.fsync(stream.fileno())
    os.rename(home / _NEW, home / _FORWARD)


def relative(path: Path, to: Path) -> str:
    """A path as seen from a folder, so that both may be moved; as it is, where Windows has them on different drives."""
    try:
        return os.path.relpath(path, to)
    except ValueError:
        return str(path)


def _forward_or_back(home: Path, moves: Sequence[Move]) -> None:
    try:
        for move in moves:
            with _named(move):
                _make(move)
    except BaseException:
        os.rename(home / _FORWARD, home / _BACK)
        _back(moves)
        (home / _BACK).unlink()
        raise
    (home / _FORWARD).unlink()


def _make(move: Move) -> None:
    """Make a move that may have been made, or begun."""
    if move.removes:
        if move.place.is_file() and not move.older.exists():
            os.replace(move.place, move.older)
        return
    if not move.draft.exists():
        return
    if move.place.exists() and not os.path.lexists(move.older):
        _keep(move)
    os.replace(move.draft, move.place)


def _keep(move: Move) -> None:
    try:
        os.link(move.place, move.older)  # so that there is a file of the name at every moment
    except OSError:  # a file system without links
        os.replace(move.place, move.older)


def _back(moves: Sequence[Move]) -> None:
    """Take all moves back that were made, or begun, if they have not been taken back already."""
    for move in reversed(moves):
        with _named(move):
            if not os.path.lexists(move.older):
                if not (move.has_older or move.removes or move.draft.exists()):
                    move.place.unlink(missing_ok=True)
            elif move.place.exists() and move.place.samefile(move.older):
                move.older.unlink()
            else:
                os.replace(move.older, move.place)


@contextlib.contextmanager
def _named(move: Move) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(move.place)) from None
