"""A folder of numbered PNG frames."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from convanim.animation import Animation
from convanim.export.formats import Progress
from convanim.export.png import PngWriter
from convanim.export.whole import whole_files
from convanim.render import Frame, frames


@contextmanager
def whole_frames(
    animation: Animation, folder: Path, progress: Progress, drawn: Iterable[Frame] | None = None
) -> Iterator[None]:
    """Make `NAME_000.png` …, which take their place in `folder` at the end; older frames of that name go then."""
    names = frame_names(animation)
    writer = PngWriter(animation)
    with whole_files(folder, names) as draft:
        for name, frame in zip(names, frames(animation) if drawn is None else drawn):
            with open(draft / name, "xb") as stream:
                writer.write(frame, stream)
            progress()
        yield
    for path in other_frames(animation, folder):
        path.unlink()


def frame_names(animation: Animation) -> list[str]:
    """The names of an animation's frames."""
    count = len(animation.timing.steps)
    digits = max(3, len(str(count - 1)))
    return [f"{animation.name}_{number:0{digits}}.png" for number in range(count)]


def other_frames(animation: Animation, folder: Path) -> list[Path]:
    """Frames of the animation's name that are not among its own: they are left from an older one."""
    names = set(frame_names(animation))
    pattern = re.compile(re.escape(animation.name) + r"_[0-9]{3,}\.png")
    return sorted(
        path for path in folder.iterdir() if path.is_file() and pattern.fullmatch(path.name) and path.name not in names
    )
