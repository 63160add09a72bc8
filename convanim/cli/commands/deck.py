"""The command that makes slides of figures."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from convanim.cli.options.arguments import figures_argument
from convanim.cli.options.code_options import code_options
from convanim.cli.options.figure_arguments import recipes_of
from convanim.cli.options.figure_options import figure_options
from convanim.cli.options.help import FILES, Command, Opt
from convanim.cli.options.layer_options import dims_option, input_option
from convanim.cli.options.output_options import output_option, quiet_option
from convanim.cli.output.notes import Notes
from convanim.cli.output.output import progress
from convanim.cli.output.streams import say_path
from convanim.cli.output.unseen import refuse_unseen_numbers
from convanim.errors import RequestError

if TYPE_CHECKING:
    from convanim.publish.decks.kinds import DeckPlace

_EXAMPLE = "give -o talk.pptx, -o talk.tex, or -o talk.html --reveal"


def deck_command() -> click.Command:
    """The command `deck`."""

    def run(
        figures: tuple[str, ...],
        input_size: str | None,
        dims: int | None,
        output: tuple[str, ...],
        per_step: bool,
        reveal: bool,
        quiet: bool,
        **given: Any,
    ) -> None:
        from convanim.publish.decks.kinds import save_deck

        notes = Notes(quiet=quiet)
        if given["frame"] is not None and not given["still"]:
            raise RequestError("frame", given["frame"], "figures on slides move", "leave it out, or add --still")
        recipes = recipes_of(figures, input_size, dims, given, notes)
        to = _places(output, per_step, reveal)
        refuse_unseen_numbers(recipes)
        made = [recipe.animation() for recipe in recipes]
        notes.of_figures((animation.name, note) for animation in made for note in animation.notes)
        for note in (note for place in to for note in place.kind.notes(made)):
            notes(note)
        frames = len(to) * sum(len(animation.timing.steps) for animation in made)
        with progress(frames, "slides", notes) as step:
            paths = save_deck(made, to, step, per_step=per_step)
        for path in paths:
            say_path(path)

    return Command(
        "deck",
        callback=run,
        params=[
            figures_argument(),
            input_option("Size of the input of figures that are written as stages"),
            dims_option(),
            *code_options(),
            output_option(
                "Where to: .pptx; .tex (Beamer, with PDF pages beside it); .html with --reveal [required]; may be "
                "repeated.",
                is_required=True,
            ),
            Opt(
                ["--per-step"],
                group=FILES,
                is_flag=True,
                help="A slide a step in a .pptx, for the speaker to advance.",
            ),
            Opt(["--reveal"], group=FILES, is_flag=True, help="A reveal.js page: what -o FILE.html is."),
            quiet_option(),
            *figure_options(),
        ],
        help="Slides: PowerPoint, reveal.js or LaTeX Beamer.\n\n"
        "Each figure has one of its own. A figure is what compare takes: a template, a recipe, or layers in quotes. "
        "Options replace the recipes'.\n\n"
        "On a reveal.js page and in Beamer each key press shows the next step; on the page, figures play when their "
        "slide is shown, P plays and pauses, and Alt with an arrow key leaves the slide.\n\n"
        "Example: convanim deck no_padding_strides dilation -o talk.pptx",
    )


def _places(output: Sequence[str], per_step: bool, reveal: bool) -> "list[DeckPlace]":
    """Where a deck goes; raises RequestError for switches that do not fit."""
    from convanim.publish.decks.kinds import deck_place

    if not output:
        raise RequestError("output", None, "no file is named", _EXAMPLE)
    pages = [name for name in output if name.lower().endswith(".html")]
    if pages and not reveal:
        raise RequestError("output", pages[0], "as slides it is a reveal.js page", "add --reveal")
    if reveal and not pages:
        raise RequestError("reveal", None, "it is for a .html file", "add -o talk.html")
    to = [deck_place(name) for name in output]
    if per_step and not any(place.kind.per_step for place in to):
        raise RequestError("per_step", None, "these slides are advanced step by step anyway", "leave it out")
    return to
