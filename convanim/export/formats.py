"""The formats of single files, by suffix."""

from collections.abc import Callable
from typing import BinaryIO, TypeAlias

from convanim.animation import Animation

Progress: TypeAlias = Callable[[], None]  # called after each frame
Format: TypeAlias = Callable[[Animation, BinaryIO, Progress], None]


def _gif(animation: Animation, stream: BinaryIO, progress: Progress) -> None:
    from convanim.export.gif import write_gif

    write_gif(animation, stream, progress)


def _png(animation: Animation, stream: BinaryIO, progress: Progress) -> None:
    from convanim.export.png import write_still

    write_still(animation, stream, progress)


FORMATS: dict[str, Format] = {".gif": _gif, ".png": _png}
