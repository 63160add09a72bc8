"""Everything to embed one figure: its files in a folder, light and dark, and lines to paste for each place."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from convanim.errors import RequestError
from convanim.export.formats import FORMATS, how_to_install, is_installed, refuse_unfit
from convanim.export.save import folder_place
from convanim.export.shared_frames import SharedFrames
from convanim.export.slide_steps import forward_only
from convanim.export.writer import Progress
from convanim.figures.animation import Animation
from convanim.files.file_set import FileSet
from convanim.files.templates import page
from convanim.publish.file_names import plain_name
from convanim.publish.latex import latex
from convanim.publish.markup import html_attribute, markdown, one_line, python, quarto_attribute, rst

SNIPPETS = "snippets.md"
_IN_BOTH = (".gif", ".png", ".mp4")  # formats that have one theme's colours: a file for each
_IN_ONE = (".svg", ".html")  # these follow their surroundings by themselves
_PAGES = ".pdf"
_CONTROLS = 150  # pixels of a page below its figure
_FIRST_LINE = "<!-- convanim embed {name}: {files} -->"
_READ = re.compile(r"<!-- convanim embed ([\w-]+): ([\w. -]+) -->")


@dataclass(frozen=True)
class EmbeddedFile:
    """One of the files, and what it is of."""

    name: str
    suffix: str
    animation: Animation


def embedded_files(animation: Animation) -> list[EmbeddedFile]:
    """All files of a figure in the formats that are installed and can show it."""
    stem = plain_name(animation.name)
    light = replace(animation, is_auto=False, may_follow=False)
    looks = {"": light}
    if animation.dark is not None:
        digest = hashlib.sha256(f"{animation.digest} dark".encode()).hexdigest()
        looks["-dark"] = replace(light, theme=animation.dark, digest=digest)
    following = replace(animation, is_auto=animation.may_follow)
    found = [EmbeddedFile(f"{stem}{end}{suffix}", suffix, look) for suffix in _IN_BOTH for end, look in looks.items()]
    found += [EmbeddedFile(f"{stem}{suffix}", suffix, following) for suffix in _IN_ONE]
    found.append(EmbeddedFile(f"{stem}{_PAGES}", _PAGES, forward_only(light)))
    return [piece for piece in found if _lack(piece.suffix, animation) is None]


def left_out(animation: Animation) -> list[str]:
    """Why some of the files are not there."""
    every = ((suffix, _lack(suffix, animation)) for suffix in (*_IN_BOTH, *_IN_ONE, _PAGES))
    return [f"there is no {suffix}{why}" for suffix, why in every if why]


def _lack(suffix: str, animation: Animation) -> str | None:
    """Why a figure has no file of a format, if it has none; nothing to say of a still's film."""
    form = FORMATS[suffix]
    if form.is_film and len(animation.timing.steps) == 1:
        return ""
    if form.is_film and animation.theme.transparent:
        return ": a film has a background"
    if not is_installed(form):
        return f" without the module {form.module}: {how_to_install(form)}"
    return None


def embed(animation: Animation, folder: str, progress: Progress = lambda: None, *, source: str = "") -> list[Path]:
    """Write a figure's files and `snippets.md` into a folder, made if need be; their paths.

    `source` is the text that the figure can be made of anywhere, if there is one. Files of its own that an earlier
    run left, and that are not written now, are gone afterwards.
    Raises RequestError where the folder cannot be, or holds another figure's snippets, or a format cannot show the
    figure; OSError when a file cannot be written. Then none is changed.
    """
    place = folder_place(folder)
    pieces = embedded_files(animation)
    for piece in pieces:
        refuse_unfit(piece.animation, FORMATS[piece.suffix])
    names = [*(piece.name for piece in pieces), SNIPPETS]
    reels: dict[str, SharedFrames] = {}
    stem = plain_name(animation.name)
    with FileSet() as files:
        files.folder(place)
        _older(place, folder, stem)
        for piece in pieces:
            drawn = (
                reels.setdefault(piece.animation.digest, SharedFrames(piece.animation))
                if piece.suffix in _IN_BOTH
                else None
            )
            with files.file(place / piece.name) as stream:
                FORMATS[piece.suffix].write(piece.animation, stream, progress, drawn)
        with files.file(place / SNIPPETS) as stream:
            stream.write(snippets(animation, names[:-1], source).encode(errors="replace"))
        files.remove(place, lambda: _older(place, folder, stem))
    return [place / name for name in names]


def _older(place: Path, folder: str, stem: str) -> set[str]:
    """The files that an earlier run for the same figure wrote."""
    try:
        with open(place / SNIPPETS, encoding="utf-8", errors="replace") as text:
            first = _READ.match(text.readline())
    except FileNotFoundError:
        return set()
    if first is None or first[1] != stem:
        whose = "another" if first is None else f"that of {first[1]}"
        raise RequestError(
            "folder", folder, f"there is a {SNIPPETS} already, {whose}", "give each figure its own folder"
        )
    own = re.compile(re.escape(stem) + r"(-dark)?\.[a-z0-9]+")
    return {name for name in first[2].split() if own.fullmatch(name)}


def snippets(animation: Animation, names: list[str], source: str = "") -> str:
    """The lines to paste, for the files that there are; `source` as for `embed`."""
    stem = plain_name(animation.name)
    stepped = forward_only(animation)
    return page(
        SNIPPETS,
        first_line=_FIRST_LINE.format(name=stem, files=" ".join(names)),
        has={name.removeprefix(stem) for name in names},
        stem=stem,
        pdf=f"{{{stem}.pdf}}",
        png=f"{{{stem}.png}}",
        width=animation.shown_size[0],
        height=animation.shown_size[1],
        is_on_paper=animation.size.is_on_paper,
        pages=len(stepped.timing.steps),
        still=animation.still + 1,
        moves=len(animation.timing.steps) > 1,
        loops=animation.timing.loop == 0,
        title=_spelled(animation.title),
        alt=_spelled(animation.alt),
        controls=_CONTROLS,
        source=one_line(source),
    )


def _spelled(text: str) -> Mapping[str, str]:
    """A text in each of the languages, in LaTeX with its braces."""
    return {
        "plain": one_line(text),
        "html": html_attribute(text),
        "markdown": markdown(text),
        "quarto": quarto_attribute(text),
        "rst": rst(text),
        "python": python(text),
        "latex": "{" + latex(text)[0] + "}",
    }
