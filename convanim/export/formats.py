"""The formats of single files, by suffix."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, BinaryIO, Protocol, TypeAlias

from convanim.animation import Animation

if TYPE_CHECKING:
    from convanim.render import Frame

Progress: TypeAlias = Callable[[], None]  # called after each frame
Frames: TypeAlias = "Iterable[Frame] | None"  # those of the animation, where they are drawn already


class Format(Protocol):
    """Writes an animation to a stream."""

    def __call__(  # noqa: D102 - the class says it
        self, animation: Animation, stream: BinaryIO, progress: Progress, drawn: Frames = None, /
    ) -> None: ...


def _gif(animation: Animation, stream: BinaryIO, progress: Progress, drawn: Frames = None) -> None:
    from convanim.export.gif import write_gif

    write_gif(animation, stream, progress, drawn)


def _png(animation: Animation, stream: BinaryIO, progress: Progress, drawn: Frames = None) -> None:
    from convanim.export.png import write_still

    write_still(animation, stream, progress)


FORMATS: dict[str, Format] = {".gif": _gif, ".png": _png}
