"""Whether a file is what would be written now: it carries a mark of all that its pixels come from."""

import os
from pathlib import Path

from convanim.animation import Animation
from convanim.export.frames import frame_names, other_frames
from convanim.export.mark import mark
from convanim.export.save import Destination

_REACH = 4096  # bytes at a file's beginning, or at its end, within which its mark stands


def is_current(animation: Animation, to: Destination) -> bool:
    """Whether all files that a destination asks for are there and carry the animation's mark."""
    if to.format is not None:
        return _has_mark(to.path, mark(animation))
    if not to.path.is_dir() or other_frames(animation, to.path):
        return False
    wanted = mark(animation)
    return all(_has_mark(to.path / name, wanted) for name in frame_names(animation))


def _has_mark(path: Path, wanted: bytes) -> bool:
    try:
        with open(path, "rb") as stream:
            if wanted in stream.read(_REACH):
                return True
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - _REACH))
            return wanted in stream.read()
    except OSError:
        return False
