"""A folder of numbered PNG frames: one a step, those that come back too, and no others of a film."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from convanim.export.png.png import PngWriter
from convanim.export.writer import Frames, Progress
from convanim.figures.animation import Animation
from convanim.figures.film import step_frames
from convanim.files.file_set import FileSet, refuse_no_file
from convanim.render.frames import Frame, frames


def write_frames(animation: Animation, folder: Path, files: FileSet, progress: Progress, drawn: Frames = None) -> None:
    """Write `NAME_000.png` …, of a set, into `folder`, made if need be; older frames of that name go with it."""
    writer = PngWriter(animation)
    files.folder(folder)
    for name in frame_names(animation):
        refuse_no_file(folder / name)
    for name, frame in zip(frame_names(animation), frames(animation) if drawn is None else _of_steps(animation, drawn)):
        with files.file(folder / name) as stream:
            writer.write(frame, stream)
        progress()
    files.remove(folder, lambda: (path.name for path in other_frames(animation, folder)))


def _of_steps(animation: Animation, film: Iterable[Frame]) -> Iterator[Frame]:
    """Those frames of an animation's film that show a step."""
    kept = set(step_frames(animation))
    return (frame for number, frame in enumerate(film) if number in kept)


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
