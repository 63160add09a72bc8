"""The command that writes all that embeds one figure."""

from typing import Any

import click

from convanim.cli.figures_given import recipes_of
from convanim.cli.options import dims_option, figure_options, input_option, templates_completion
from convanim.cli.output import progress


def embed_command() -> click.Command:
    """The command `embed`."""

    def run(figure: str, folder: str, input_size: str | None, dims: int | None, quiet: bool, **given: Any) -> None:
        from convanim.embedding import embed, left_out, pieces_of

        (recipe,) = recipes_of([figure], input_size, dims, given, quiet=quiet)
        animation = recipe.animation()
        for note in () if quiet else (*animation.notes, *left_out(animation)):
            click.echo(f"Note: {note}", err=True)
        is_whole = not figure.lower().endswith(".toml") and all(
            word is None for word in (input_size, dims, *given.values())
        )
        frames = sum(len(piece.animation.timing.steps) for piece in pieces_of(animation))
        with progress(frames, animation.name, quiet) as step:
            paths = embed(animation, folder, step, source=figure if is_whole else "")
        for path in paths:
            click.echo(str(path))

    return click.Command(
        "embed",
        callback=run,
        params=[
            click.Argument(["figure"], metavar="FIGURE", shell_complete=templates_completion),
            click.Argument(["folder"], metavar="DIR"),
            input_option("Size of the input of a figure that is written as stages."),
            dims_option(),
            *figure_options(),
            click.Option(["-q", "--quiet"], is_flag=True, help="No progress and no notes."),
        ],
        help="All that embeds one figure, into a folder: GIF, SVG, still, film, page and PDF, light and dark, and "
        "snippets.md with lines to paste for Markdown and GitHub, HTML, reveal.js, Quarto, LaTeX and Beamer, Jupyter "
        "and Sphinx. The figure is what compare takes: a template, a recipe, or layers in quotes.\n\n"
        "Example: convanim embed padding_strides figures/",
    )
