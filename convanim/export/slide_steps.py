"""Animations as they are stepped through by hand: forward alone, and as large as where they are shown."""

from dataclasses import replace
from math import ceil

from convanim.figures.animation import Animation
from convanim.scene.transforms import scaled

_MOST_PIXELS = 1 << 22  # of a picture that was scaled up
_LARGEST = 4  # times


def forward_only(animation: Animation) -> Animation:
    """An animation without the frames that go back."""
    timing = animation.timing
    if timing.turn is None:
        return animation
    steps = tuple(timing.steps[: timing.forward])
    return replace(animation, timing=replace(timing, steps=steps, turn=None))


def fitted(width: float, height: float, room: tuple[float, float]) -> tuple[float, float]:
    """The largest size of the same aspect that fits into a room."""
    scale = min(room[0] / width, room[1] / height)
    return width * scale, height * scale


def enlarged(animation: Animation, room: tuple[float, float]) -> Animation:
    """The same picture a whole number of times as large, so that it need not be scaled up to fill a room of pixels."""
    scene = animation.scene
    factor = ceil(fitted(scene.width, scene.height, room)[0] / scene.width)
    while factor > 1 and factor**2 * scene.width * scene.height > _MOST_PIXELS:
        factor -= 1
    factor = min(factor, _LARGEST)
    return animation if factor == 1 else replace(animation, scene=scaled(scene, factor))


def step_words(animation: Animation, frame: int) -> str:
    """Which frame of how many is shown."""
    return animation.words("step_of", number=str(frame + 1), count=str(len(animation.timing.steps)))
