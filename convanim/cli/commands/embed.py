"""The command that writes all that embeds one figure."""

from typing import Any

import click

from convanim.cli.options.arguments import figure_argument
from convanim.cli.options.code_options import code_options
from convanim.cli.options.figure_arguments import recipes_of
from convanim.cli.options.figure_options import figure_options
from convanim.cli.options.help import Command
from convanim.cli.options.layer_options import dims_option, input_option
from convanim.cli.options.output_options import quiet_option
from convanim.cli.output.notes import Notes
from convanim.cli.output.output import progress
from convanim.cli.output.streams import say_path
from convanim.cli.output.unseen import refuse_unseen_numbers


def embed_command() -> click.Command:
    """The command `embed`."""

    def run(figure: str, folder: str, input_size: str | None, dims: int | None, quiet: bool, **given: Any) -> None:
        from convanim.publish.embedding import embed, embedded_files, left_out

        notes = Notes(quiet=quiet)
        (recipe,) = recipes_of([figure], input_size, dims, given, notes)
        refuse_unseen_numbers([recipe])
        animation = recipe.animation()
        for note in (*animation.notes, *left_out(animation)):
            notes(note)
        is_whole = not figure.lower().endswith(".toml") and all(
            word is None for word in (input_size, dims, *given.values())
        )
        frames = sum(len(piece.animation.timing.steps) for piece in embedded_files(animation))
        with progress(frames, animation.name, notes) as step:
            paths = embed(animation, folder, step, source=figure if is_whole else "")
        for path in paths:
            say_path(path)

    return Command(
        "embed",
        callback=run,
        params=[
            figure_argument(),
            click.Argument(["folder"], metavar="DIR"),
            input_option("Size of the input of a figure that is written as stages"),
            dims_option(),
            *code_options(),
            quiet_option(),
            *figure_options(),
        ],
        help="All that embeds a figure: files, and lines to paste.\n\n"
        "Into a folder go GIF, SVG, still, film, page and PDF, light and dark, and snippets.md with lines to paste for "
        "Markdown and GitHub, HTML, reveal.js, Quarto, LaTeX and Beamer, Jupyter and Sphinx. The figure is what "
        "compare takes: a template, a recipe, or layers in quotes.\n\n"
        "Example: convanim embed padding_strides figures/",
    )
