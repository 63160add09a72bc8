"""What every writer of a format is given."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from convanim.render.frames import Frame

Progress: TypeAlias = Callable[[], None]  # called after each frame
Frames: TypeAlias = "Iterable[Frame] | None"  # those of the animation, where they are drawn already
