"""The kinds of presentations, by suffix."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from convanim.errors import RequestError
from convanim.export.formats import FORMATS, refuse_missing, refuse_unfit
from convanim.export.save import refuse_device, refuse_no_folder
from convanim.export.writer import Progress
from convanim.figures.animation import Animation
from convanim.files.file_set import FileSet

_NOT_IN_LATEX = set('%#$&~^{}"\\')

Figures: TypeAlias = Sequence[Animation]
# Writes a presentation, whose files are of a set; gives their paths.
Make: TypeAlias = Callable[[Figures, Path, FileSet, Progress], list[Path]]


def _no_notes(figures: Figures) -> tuple[str, ...]:
    return ()


def _refuse_on_paper(animation: Animation, suffix: str) -> None:
    rule = f"on slides of {suffix} a figure is as large as there is room"
    raise RequestError("width", str(animation.size.width), rule, "give pixels, such as 960")


def _refuse_too_large(animation: Animation, suffix: str) -> None:
    from convanim.publish.decks.beamer import refuse_too_large

    refuse_too_large(animation)


@dataclass(frozen=True)
class DeckKind:
    """How figures are made into a presentation."""

    make: Make
    per_step: Make | None = None  # the same with a slide a step, where that is not what it has anyway
    format: str = ""  # the suffix of the format that it is made of, if any
    notes: Callable[[Figures], tuple[str, ...]] = _no_notes  # what it cannot show
    refuse_on_paper: Callable[[Animation, str], None] = _refuse_on_paper  # a picture that has a size


@dataclass(frozen=True)
class DeckPlace:
    """A path as the user wrote it, and the kind of presentation for it."""

    path: Path
    kind: DeckKind


def deck_place(text: str) -> DeckPlace:
    """What a path asks for.

    Raises RequestError for a suffix that is no presentation's or whose module is not installed, or where there is no
    such folder.
    """
    path = Path(text)
    suffix = path.suffix.lower()
    kind = DECKS.get(suffix)
    if kind is None:
        raise RequestError("output", text, "its suffix names no kind of slides", f"try {', '.join(DECKS)}")
    if kind.format:
        refuse_missing(FORMATS[kind.format], kind.format)
    if suffix == ".tex" and (unfit := set(path.name) & _NOT_IN_LATEX):
        rule = f"LaTeX cannot open a file with {' '.join(sorted(unfit))} in its name"
        raise RequestError("output", text, rule, "use letters, digits and hyphens")
    refuse_no_folder(text, path.parent)
    refuse_device(text)
    return DeckPlace(path, kind)


def save_deck(
    figures: Figures, to: Sequence[DeckPlace], progress: Progress = lambda: None, *, per_step: bool = False
) -> list[Path]:
    """Make presentations of the same figures; the paths of all that was written.

    Raises RequestError for a figure that cannot be shown, OSError when a file cannot be written; then none is changed.
    """
    for animation in figures:
        for place in to:
            if animation.size.is_on_paper:
                place.kind.refuse_on_paper(animation, place.path.suffix)
            refuse_unfit(animation, FORMATS[place.kind.format] if place.kind.format else None)
    paths: list[Path] = []
    with FileSet() as files:
        for place in to:
            make = place.kind.per_step if per_step and place.kind.per_step else place.kind.make
            paths += make(figures, place.path, files, progress)
    return paths


def _pptx(figures: Figures, path: Path, files: FileSet, progress: Progress, *, per_step: bool = False) -> list[Path]:
    from convanim.export.documents.pptx import write_slides

    with files.file(path) as stream:
        write_slides(figures, stream, progress, per_step=per_step)
    return [path]


def _reveal(figures: Figures, path: Path, files: FileSet, progress: Progress) -> list[Path]:
    from convanim.publish.decks.reveal import reveal_page

    with files.file(path) as stream:
        stream.write(reveal_page(figures, progress).encode(errors="replace"))
    return [path]


def _beamer(figures: Figures, path: Path, files: FileSet, progress: Progress) -> list[Path]:
    from convanim.publish.decks.beamer import write_beamer

    return write_beamer(figures, path, files, progress)


def _beamer_notes(figures: Figures) -> tuple[str, ...]:
    from convanim.publish.decks.beamer import beamer_notes

    return beamer_notes(figures)


DECKS: dict[str, DeckKind] = {
    ".pptx": DeckKind(_pptx, per_step=partial(_pptx, per_step=True), format=".pptx"),
    ".html": DeckKind(_reveal),
    ".tex": DeckKind(_beamer, format=".pdf", notes=_beamer_notes, refuse_on_paper=_refuse_too_large),
}
