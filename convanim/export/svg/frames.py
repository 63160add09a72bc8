"""When the parts of an animation are shown, as CSS key frames.

Source: CSS Animations Level 1 (W3C). All parts run on one clock from its beginning. With `step-start` a key frame says
what holds until its time; without any, and after the last, a part is as the still shows it.
"""

from dataclasses import dataclass

import numpy as np

from convanim.export.joined_shapes import hundredths
from convanim.export.svg.parts import Piece, SvgPart
from convanim.export.svg.paths import number
from convanim.figures.animation import Animation
from convanim.scene.scene import Ints


@dataclass(frozen=True)
class Staged:
    """A part where the still has it, whether the still shows it, and its key frames; none where it is always there."""

    pieces: tuple[Piece, ...]
    is_shown: bool
    key_frames: str


class Clock:
    """The frames of an animation, the pictures that they show, and the key frames of those pictures' parts."""

    def __init__(self, animation: Animation) -> None:
        timing = animation.timing
        steps, pictures = np.unique(np.asarray(timing.steps), return_inverse=True)
        self.steps: list[int] = steps.tolist()  # what each picture shows
        self._pictures: Ints = pictures  # what each frame shows
        self._still = animation.still
        ends = np.cumsum([timing.duration(frame) for frame in range(len(pictures))]).tolist()
        self.total = int(ends[-1])  # centiseconds of one round
        digits = max(0, len(str(self.total)) - 2)  # that put no frame off by more than five milliseconds
        self._until = [*(_percent(100 * end / self.total, digits) for end in ends[:-1]), "to"]

    def staged(self, part: SvgPart) -> Staged:
        """A part and its key frames."""
        if part.pictures is None and part.offsets is None:
            return Staged(part.pieces, True, "")
        numbers = np.arange(len(self.steps)) if part.pictures is None else np.asarray(part.pictures)
        is_shown = np.zeros(len(self.steps), dtype=np.int64)
        is_shown[numbers] = 1
        in_frames = is_shown[self._pictures]
        states: dict[str, list[str]] = {}
        for frame, state in self._changes(in_frames[:, None]):
            states[self._until[frame]] = ["visibility:visible" if state[0] else "visibility:hidden"]
        pieces = part.pieces
        if part.offsets is not None:
            offsets = np.zeros((len(self.steps), 2))
            offsets[numbers] = part.offsets
            frames = np.flatnonzero(in_frames)
            home = offsets[self._pictures[self._still if in_frames[self._still] else frames[-1]]]
            # While it is hidden it is where it will be seen next.
            seen_next = np.append(frames, frames[-1])[np.searchsorted(frames, np.arange(len(in_frames)))]
            for frame, state in self._changes(hundredths(offsets[self._pictures[seen_next]] - home)):
                states.setdefault(self._until[frame], []).append(_moved(*state))
            pieces = tuple(piece.shifted(home) for piece in pieces)
        return Staged(pieces, bool(in_frames[self._still]), _key_frames(states))

    def _changes(self, states: Ints) -> list[tuple[int, list[int]]]:
        """The last frame of each run of equal states (frames, N), and the state; not of a last one like the still's."""
        ends = np.append(np.flatnonzero((states[1:] != states[:-1]).any(axis=1)), len(states) - 1)
        if (states[-1] == states[self._still]).all():
            ends = ends[:-1]
        return list(zip(ends.tolist(), states[ends].tolist()))


def _key_frames(states: dict[str, list[str]]) -> str:
    """What holds until each time; times of the same state together."""
    alike: dict[str, list[str]] = {}
    for time, what in states.items():
        alike.setdefault(";".join(what), []).append(time)
    return "".join(f"{','.join(times)}{{{what}}}" for what, times in alike.items())


def _moved(x: int, y: int) -> str:
    along, down = (f"{number(n)}px" if n else "0" for n in (x, y))
    return f"transform:translate({along},{down})" if y else f"transform:translate({along})"


def _percent(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"
