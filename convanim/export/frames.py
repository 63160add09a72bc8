"""A folder of numbered PNG frames."""

import os
import re
from pathlib import Path

from convanim.animation import Animation
from convanim.export.formats import Progress
from convanim.export.png import write_pixels
from convanim.export.whole import draft_folder
from convanim.render import frames


def save_frames(animation: Animation, folder: Path, progress: Progress) -> None:
    """Write `NAME_000.png` … into `folder`, made if need be; older frames of that name go once the new ones stand."""
    folder.mkdir(exist_ok=True)
    digits = max(3, len(str(len(animation.timing.steps) - 1)))
    names = [f"{animation.name}_{number:0{digits}}.png" for number in range(len(animation.timing.steps))]
    with draft_folder(folder) as draft:
        for name, frame in zip(names, frames(animation)):
            with open(draft / name, "xb") as stream:
                write_pixels(frame.pixels, stream, transparent=animation.theme.transparent)
            progress()
        for name in names:
            os.replace(draft / name, folder / name)
    older = re.compile(re.escape(animation.name) + r"_[0-9]{3,}\.png")
    for path in folder.iterdir():
        if older.fullmatch(path.name) and path.name not in names:
            path.unlink()
