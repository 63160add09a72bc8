"""Whether a file is up to date, or of something else: it carries a stamp of what it was made of."""

import os
import re
from pathlib import Path

from convanim.export.png.frame_folder import frame_names, other_frames
from convanim.export.save import Destination
from convanim.export.stamp import stamp, subject
from convanim.figures.animation import Animation

_MARK = re.compile(rb"convanim:(?:([0-9a-f]{8}):)?[0-9a-f]{24}")
_REACH = 4096  # bytes at a file's beginning, or at its end, within which its mark stands


def is_up_to_date(animation: Animation, to: Destination) -> bool:
    """Whether all files that a destination asks for are there and carry the animation's mark."""
    if to.format is not None:
        return _has_stamp(to.path, stamp(animation))
    if not to.path.is_dir() or other_frames(animation, to.path):
        return False
    wanted = stamp(animation)
    return all(_has_stamp(to.path / name, wanted) for name in frame_names(animation))


def replaces_another(animation: Animation, to: Destination) -> bool:
    """Whether a destination holds a figure of other layers, or no figure at all.

    Where that cannot be told, it does not: of a format without a mark, and of files of a version that marked them
    otherwise.
    """
    if to.format is None:
        if not to.path.is_dir():
            return False
        held = [*(to.path / name for name in frame_names(animation)), *other_frames(animation, to.path)]
    else:
        held = [to.path] if to.format.is_marked else []
    return any(_is_of_another(path, subject(animation)) for path in held)


def _is_of_another(path: Path, own: bytes) -> bool:
    ends = _ends(path)
    found = _MARK.search(ends)
    return bool(ends) and (found is None or (found[1] or own) != own)


def _has_stamp(path: Path, wanted: bytes) -> bool:
    return wanted in _ends(path)


def _ends(path: Path) -> bytes:
    """What a file begins and ends with; nothing where it is none that can be read."""
    try:
        if not path.is_file():  # looking into a pipe would take out of it what is for others
            return b""
        with open(path, "rb") as stream:
            first = stream.read(_REACH)
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - _REACH))
            return first + stream.read()
    except OSError:
        return b""
