"""Whether a file is what would be written now: each file carries a mark of all that its pixels come from."""

import hashlib
from pathlib import Path

import PIL

import convanim
from convanim.animation import Animation
from convanim.export.save import Destination
from convanim.render import DRAWN_WITH

_HEAD = 4096  # bytes at a file's beginning within which its mark stands


def mark(animation: Animation) -> bytes:
    """`convanim:` and a digest of the figure and of the versions that draw it."""
    made_with = (animation.digest, convanim.__version__, *DRAWN_WITH, PIL.__version__)
    digest = hashlib.sha256("\n".join(made_with).encode()).hexdigest()
    return b"convanim:" + digest[:24].encode()


def is_current(animation: Animation, to: Destination) -> bool:
    """Whether all files that a destination asks for are there and carry the animation's mark."""
    from convanim.export.frames import frame_names, other_frames

    if to.format is not None:
        return _has_mark(to.path, mark(animation))
    if not to.path.is_dir() or other_frames(animation, to.path):
        return False
    wanted = mark(animation)
    return all(_has_mark(to.path / name, wanted) for name in frame_names(animation))


def _has_mark(path: Path, wanted: bytes) -> bool:
    try:
        with open(path, "rb") as stream:
            return wanted in stream.read(_HEAD)
    except OSError:
        return False
