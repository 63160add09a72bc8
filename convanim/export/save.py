"""Where an animation goes: a file whose suffix picks the format, or a folder of frames."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from convanim.animation import Animation
from convanim.errors import RequestError
from convanim.export.formats import FORMATS, Format
from convanim.export.whole import whole_file


@dataclass(frozen=True)
class Destination:
    """A path as the user wrote it, and the format for it; None for a folder of frames."""

    path: Path
    format: Format | None


def destination(text: str) -> Destination:
    """What a path asks for: `DIR/`, `DIR\\` or an existing folder for frames, else the suffix's format.

    Raises RequestError for a suffix that has no format, or a folder that is not there.
    """
    if not text:
        raise RequestError("output", text, "no file is named", "give a name such as figure.gif")
    path = Path(text)
    if text.endswith(("/", "\\")) or path.is_dir():
        path = Path(text.rstrip("/\\") or text[:1])
        if path.exists() and not path.is_dir():
            raise RequestError("output", text, "there is a file of that name", "give another folder")
        _refuse_missing(text, path.parent)
        return Destination(path, None)
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        raise RequestError("output", text, "its suffix names no format", f"try {', '.join(FORMATS)}, or a folder DIR/")
    _refuse_missing(text, path.parent)
    return Destination(path, form)


def _refuse_missing(text: str, parent: Path) -> None:
    if not parent.is_dir():
        raise RequestError("output", text, f"there is no folder {parent}", "make it first, or give another")


def save(animation: Animation, to: Sequence[Destination], progress: Callable[[], None] = lambda: None) -> list[Path]:
    """Write an animation everywhere; the paths written. Raises OSError when one cannot be, and then none is changed.

    `progress` is called after each frame of each.
    """
    reel = None
    if len(to) > 1:
        from convanim.export.reel import Reel

        reel = Reel(animation)
    with ExitStack() as drafts:
        for target in to:
            if target.format is None:
                from convanim.export.frames import whole_frames

                drafts.enter_context(whole_frames(animation, target.path, progress, reel))
            else:
                target.format(animation, drafts.enter_context(whole_file(target.path)), progress, reel)
    return [target.path for target in to]
