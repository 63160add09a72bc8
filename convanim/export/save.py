"""Where an animation goes: a file whose suffix picks the format, or a folder of frames."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from convanim.errors import RequestError
from convanim.export.formats import FORMATS, Format, refuse_missing, refuse_unfit, refuse_unsized
from convanim.figures.animation import Animation
from convanim.files.file_set import FileSet, is_device


@dataclass(frozen=True)
class Destination:
    """A path as the user wrote it, and the format for it; None for a folder of frames."""

    path: Path
    format: Format | None

    @property
    def folder(self) -> Path:
        """Where its files are."""
        real = Path(os.path.realpath(self.path))
        return real.parent if self.format else real


def destination(text: str) -> Destination:
    """What a path asks for: `DIR/`, `DIR\\` or an existing folder for frames, else the suffix's format.

    Raises RequestError for a suffix that has no format or whose module is not installed, or a folder that is not there.
    """
    if not text:
        raise RequestError("output", text, "no file is named", "give a name such as figure.gif")
    if "\0" in text:
        raise RequestError("output", text, "there can be no such file", "check its name")
    path = Path(text)
    if text.endswith(("/", "\\")) or path.is_dir():
        path = Path(text.rstrip("/\\") or text[:1])
        if path.exists() and not path.is_dir():
            raise RequestError("output", text, "there is a file of that name", "give another folder")
        refuse_no_folder(text, path.parent)
        return Destination(path, None)
    form = FORMATS.get(path.suffix.lower())
    if path.suffix.lower() == ".tex":
        rule = "a LaTeX file has its pictures beside it"
        raise RequestError("output", text, rule, f"convanim deck writes both: convanim deck FIGURE -o {path.name}")
    if form is None:
        raise RequestError("output", text, "its suffix names no format", f"try {', '.join(FORMATS)}, or a folder DIR/")
    refuse_missing(form, path.suffix.lower())
    refuse_no_folder(text, path.parent)
    refuse_device(text)
    return Destination(path, form)


def refuse_device(text: str) -> None:
    """Raise RequestError for an output that is a device, or a link to one."""
    if is_device(Path(text)):
        raise RequestError("output", text, "it is a device, not a file", "give another name")


def refuse_no_folder(text: str, parent: Path) -> None:
    """Raise RequestError where the folder of an output is not there."""
    if not parent.is_dir():
        raise RequestError("output", text, f"there is no folder {parent}", "make it first, or give another")


def folder_place(folder: str) -> Path:
    """The path of a folder that may have to be made; raises RequestError where it cannot be."""
    if not folder:
        raise RequestError("folder", folder, "no folder is named", "give a name such as figures/, or . for this one")
    place = Path(folder)
    if place.exists() and not place.is_dir():
        raise RequestError("folder", folder, "there is a file of that name", "give another folder")
    if not place.parent.is_dir():
        raise RequestError("folder", folder, f"there is no folder {place.parent}", "make it first, or give another")
    return place


def save(animation: Animation, to: Sequence[Destination], progress: Callable[[], None] = lambda: None) -> list[Path]:
    """Write an animation everywhere; the paths written. `progress` is called after each frame of each.

    Raises RequestError for a format that cannot show it, OSError when a file cannot be written; then none is changed.
    """
    for target in to:
        refuse_unsized(animation, target.format)
        refuse_unfit(animation, target.format)
    reel = None
    if len(to) > 1:
        from convanim.export.shared_frames import SharedFrames

        reel = SharedFrames(animation)
    with FileSet() as files:
        for target in to:
            if target.format is None:
                from convanim.export.png.frame_folder import write_frames

                write_frames(animation, target.path, files, progress, reel)
                continue
            with files.file(target.path) as stream:
                target.format.write(animation, stream, progress, reel)
    return [target.path for target in to]
