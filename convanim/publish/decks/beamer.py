"""LaTeX Beamer: a frame a figure, whose overlays are the pages of a PDF beside it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from convanim.errors import RequestError
from convanim.export.formats import FORMATS
from convanim.export.slide_steps import forward_only
from convanim.export.writer import Progress
from convanim.figures.animation import Animation
from convanim.files.file_set import FileSet
from convanim.files.templates import page
from convanim.publish.file_names import plain_name, plain_names
from convanim.publish.latex import latex
from convanim.style.theme import Colour

# Titles of at most so many letters: their size, and what they take of the figure's height on a slide.
_TITLES = ((48, "Large", 0.0), (96, "normalsize", 0.04), (2**31, "footnotesize", 0.12))
_TEXT = (14.0, 8.85)  # cm of text on a slide of 16 by 9


def write_beamer(figures: Sequence[Animation], path: Path, files: FileSet, progress: Progress) -> list[Path]:
    """Write `talk.tex` and `talk-NAME.pdf` for each figure, of a set; their paths."""
    stems = [f"{plain_name(path.stem)}-{name}" for name in plain_names([animation.name for animation in figures])]
    names = [path.name, *(f"{stem}.pdf" for stem in stems)]
    slides = []
    for animation, stem in zip(figures, stems):
        stepped = forward_only(animation)
        with files.file(path.parent / f"{stem}.pdf") as stream:
            FORMATS[".pdf"].write(stepped, stream, progress, None)
        slides.append(_slide(stepped, stem))
    with files.file(path) as stream:
        stream.write(page("beamer.tex", slides=slides).encode())
    return [path.parent / name for name in names]


def beamer_notes(figures: Sequence[Animation]) -> tuple[str, ...]:
    """What LaTeX's fonts lack of the figures' words."""
    words = [text for figure in figures for text in (figure.title, figure.alt, *figure.caption)]
    missing = "".join(dict.fromkeys(c for text in words for c in latex(text)[1]))
    return (f"LaTeX has no {' '.join(missing)}; each is spelled out as its code point",) if missing else ()


def _slide(animation: Animation, stem: str) -> dict[str, object]:
    theme = animation.theme
    ink = theme.styles["label"].text or (0, 0, 0)
    title = latex(animation.title)[0]
    return {
        "title": title,
        "size": _title(animation)[0],
        "alt": latex(animation.alt)[0],
        "caption": [latex(line)[0] for line in animation.caption],
        "file": stem,
        "height": f"{_height(animation):.2f}",
        "is_on_paper": animation.size.is_on_paper,
        "pages": len(animation.timing.steps),
        "ground": _hexadecimal(theme.background),
        "ink": _hexadecimal(ink),
    }


def _title(animation: Animation) -> tuple[str, float]:
    """The size of a title's letters, and what it takes of the figure's height."""
    return next((size, less) for most, size, less in _TITLES if len(animation.title) <= most)


def _height(animation: Animation) -> float:
    """How much of the text's height a figure may take."""
    return 0.8 - 0.05 * len(animation.caption) - _title(animation)[1]


def refuse_too_large(animation: Animation) -> None:
    """Raise RequestError for a figure on paper, which keeps its size, that is larger than its room on a slide."""
    room = _TEXT[0], _height(animation) * _TEXT[1]
    per_cm = animation.size.per_inch / 2.54
    width, height = animation.scene.width / per_cm, animation.scene.height / per_cm
    part = min(room[0] / width, room[1] / height)
    if part < 1:
        asked = animation.size.width
        rule = f"the figure is {width:.1f}x{height:.1f} cm, and a slide has room for {room[0]:.1f}x{room[1]:.1f} cm"
        less = replace(asked, number=part * asked.number).rounded_down()
        fix = f"try {less}, or pixels, such as 960, for as large as there is room"
        raise RequestError("width", str(asked), rule, fix)


def _hexadecimal(colour: Colour) -> str:
    return bytes(colour).hex().upper()
