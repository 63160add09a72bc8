"""The frames of an animation shared by several files: drawn once where there is room to keep them."""

from collections.abc import Iterator

from convanim.figures.animation import Animation
from convanim.figures.film import film
from convanim.render.frames import Frame, frames

_ROOM = 1 << 26  # bytes of frames that are kept; longer animations are drawn anew for each file


class SharedFrames:
    """The frames of an animation's film, as often as they are asked for."""

    def __init__(self, animation: Animation) -> None:
        self._animation = film(animation)
        self._frames: list[Frame] = []

    def __iter__(self) -> Iterator[Frame]:
        scene, count = self._animation.scene, len(self._animation.timing.steps)
        if 4 * scene.width * scene.height * count > _ROOM:
            yield from frames(self._animation)
            return
        if len(self._frames) < count:
            self._frames = [Frame(frame.packed.copy(), frame.changed) for frame in frames(self._animation)]
        yield from self._frames
