"""Where a command's results go: files, standard output as JSON or a picture, notes and progress."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, Timer
from typing import TYPE_CHECKING

import click

from convanim.cli.options.listed_taps import refuse_taps_alone
from convanim.cli.output.notes import Notes
from convanim.cli.output.streams import say_path
from convanim.cli.output.unseen import refuse_unseen_numbers, unseen_in_json
from convanim.errors import RequestError, shown, suggestion

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from convanim.export.save import Destination
    from convanim.figures.animation import Animation
    from convanim.figures.recipes.recipes import Recipe

_PIECE = 1 << 16  # characters that are printed at once
_LONG = 2.0  # seconds of work after which a terminal shows progress


@dataclass(frozen=True)
class Targets:
    """All that one command writes, checked before any work begins."""

    files: "tuple[Destination, ...]"
    stream: str | None  # the suffix of what goes to standard output


def give(
    recipe: "Recipe", output: Sequence[str], form: str | None, notes: Notes, *, json: bool, taps: bool = False
) -> None:
    """Draw a figure and write it everywhere, or print it as JSON; raises RequestError."""
    refuse_taps_alone(taps, json)
    if json:
        if output or form:
            rule = "it renders nothing, so there is nothing for -o"
            raise RequestError("json", None, rule, "leave one of them out")
        try:
            _print_json(recipe, taps)
        except RequestError as error:
            raise recipe.blamed(error) from None
        if unseen := unseen_in_json(recipe):
            notes(unseen)
        return
    to = targets(output, form, f"{recipe.name}.gif")
    refuse_unseen_frame(recipe, to)
    refuse_unseen_numbers([recipe])
    write(recipe.animation(), to, notes)


def refuse_unseen_frame(recipe: "Recipe", to: Targets) -> None:
    """Raise RequestError where `--frame` was given and nothing that is written shows a still."""
    from convanim.export.formats import FORMATS

    options = recipe.options
    if options.frame is None or options.still or (recipe.source and "frame" not in recipe.replaced):
        return
    forms = [file.format for file in to.files] + ([FORMATS[to.stream]] if to.stream else [])
    if not any(form is not None and (form.is_still or form.rests) for form in forms):
        raise RequestError("frame", options.frame, "nothing that is written is a still", "add --still, or -o FILE.png")


def _print_json(recipe: "Recipe", taps: bool) -> None:
    """Print a figure's geometry; how it would look is no part of it."""
    from convanim.explain.figure_json import figure_json

    held, size = [], 0
    for piece in figure_json(recipe.figure, recipe.options, taps=taps):
        held.append(piece)
        size += len(piece)
        if size >= _PIECE:  # printing flushes, which for every tap would take its time
            click.echo("".join(held), nl=False)
            held, size = [], 0
    click.echo("".join(held), nl=False)


def targets(output: Sequence[str], form: str | None, default: str) -> Targets:
    """What `-o` and `--format` ask for; raises RequestError."""
    from convanim.export.formats import FORMATS, refuse_missing
    from convanim.export.save import destination

    if form is not None and "-" not in output:
        raise RequestError("format", form, "only -o - needs it: a file's suffix says its format", "leave it out")
    stream = None
    if "-" in output:
        if form is None:
            raise RequestError("output", "-", "standard output has no suffix", "add --format gif")
        stream = "." + form.lower().removeprefix(".")
        if stream not in FORMATS:
            known = [suffix[1:] for suffix in FORMATS]
            raise RequestError("format", form, "no such format", suggestion(form, known, f"try {', '.join(known)}"))
        refuse_missing(FORMATS[stream], stream)
        if list(output).count("-") > 1:
            raise RequestError("output", "-", "standard output takes one figure", "give it once")
    names = dict.fromkeys(name for name in output if name != "-") if output else [default]
    return Targets(tuple(destination(name) for name in names), stream)


def write(animation: "Animation", to: Targets, notes: Notes) -> None:
    """Write an animation everywhere; paths are printed, notes and progress go to standard error."""
    from convanim.export.formats import FORMATS, refuse_unfit, refuse_unsized
    from convanim.export.save import save
    from convanim.export.up_to_date import replaces_another
    from convanim.figures.film import film

    if to.stream is not None:
        refuse_unsized(animation, FORMATS[to.stream])
        refuse_unfit(animation, FORMATS[to.stream])
    for note in animation.notes:
        notes(note)
    replaced = [str(file.path) for file in to.files if replaces_another(animation, file)]
    frames = len(film(animation).timing.steps)
    with progress(frames * len(to.files), animation.name, notes) as step:
        save(animation, to.files, step)
    for file in to.files:
        say_path(file.path, is_folder=file.format is None, err=to.stream is not None)
    notes.of_replaced(replaced)
    if to.stream is not None:
        with progress(frames, animation.name, notes) as step:
            FORMATS[to.stream].write(animation, sys.stdout.buffer, step, None)


@contextmanager
def progress(frames: int, label: str, notes: Notes) -> Iterator[Callable[[], None]]:
    """A function to call after each frame, which moves a bar; on a terminal it appears once the work takes long."""
    if notes.quiet or sys.stderr is None or not sys.stderr.isatty():
        yield lambda: None
        return
    bar = _Bar(frames, label)
    try:
        yield bar.step
    finally:
        bar.end()


class _Bar:
    """A bar that a clock brings to the terminal, however long a single frame takes."""

    def __init__(self, frames: int, label: str) -> None:
        self._bar: ProgressBar[int] = click.progressbar(length=frames, label=shown(label), file=sys.stderr)
        self._lock = Lock()
        self._is_shown = self._is_over = False
        self._done = 0
        self._clock = Timer(_LONG, self._show)
        self._clock.daemon = True
        self._clock.start()

    def step(self) -> None:
        """One frame more is done."""
        with self._lock:
            self._done += 1
            if self._is_shown:
                self._bar.update(1)

    def end(self) -> None:
        """The work is over."""
        self._clock.cancel()
        with self._lock:
            self._is_over = True
            if self._is_shown:
                self._bar.render_finish()

    def _show(self) -> None:
        with self._lock:
            if self._is_over:
                return
            self._is_shown = True
            self._bar.update(self._done)
            self._bar.render_progress()
