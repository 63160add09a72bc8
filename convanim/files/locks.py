"""Lock files: held by one at a time, and free as soon as the process that held them has ended, however it did."""

import contextlib
import os
import sys
from pathlib import Path
from typing import Literal

_State = Literal["held", "taken", "unknown"]

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30  # a lock there, behind all that is in the file, lets others read it

    def _lock(descriptor: int) -> _State:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return "taken"
        return "held"

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> _State:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return "taken"
        except OSError:  # some network folders have no locks
            return "unknown"
        return "held"

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # closing is not enough where a fork has a copy


class Lock:
    """A lock file of ours, open."""

    def __init__(self, path: Path, descriptor: int, state: _State) -> None:
        self.path = path
        self._descriptor = descriptor
        self._state = state

    @classmethod
    def make(cls, path: Path) -> "Lock | None":
        """Hold a lock file, made if need be; None where another holds it. Where there are no locks, go without."""
        return cls._open(path, os.O_CREAT, {"held", "unknown"})

    @classmethod
    def find(cls, path: Path) -> "Lock | None":
        """Hold a lock file that is there; None where another holds it, or may. Raises FileNotFoundError."""
        return cls._open(path, 0, {"held"})

    @classmethod
    def _open(cls, path: Path, how: int, enough: set[_State]) -> "Lock | None":
        descriptor = os.open(path, os.O_RDWR | how | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0), 0o666)
        found = cls(path, descriptor, _lock(descriptor))
        # Whoever held it may have removed it, and someone else made another of the name, while we waited.
        if found._state in enough and found.is_in_place():
            return found
        found.close()
        return None

    def is_in_place(self) -> bool:
        """Whether the file of this name is the one that is held."""
        try:
            return os.path.samestat(os.fstat(self._descriptor), os.lstat(self.path))
        except FileNotFoundError:
            return False

    def write(self, text: str) -> None:
        """Put a text into the file, which is empty."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, text.encode("ascii"))

    def remove(self) -> None:
        """Give the lock up, and its file."""
        if os.name != "nt":  # while it is still held
            self.path.unlink(missing_ok=True)
        self.close()
        if os.name == "nt":  # where nothing that is open can go, not even if another has just opened it
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Give the lock up; its file stays."""
        if self._descriptor < 0:
            return
        if self._state == "held":
            with contextlib.suppress(OSError):
                _unlock(self._descriptor)
        os.close(self._descriptor)
        self._descriptor = -1
