"""`render`: templates and recipes, one or several."""

from typing import Any

import click

from convanim.cli.options.arguments import recipe_argument
from convanim.cli.options.figure_options import figure_options
from convanim.cli.options.help import Command
from convanim.cli.options.listed_taps import refuse_taps_alone, taps_option
from convanim.cli.options.output_options import batch_options, output_options
from convanim.cli.output.notes import Notes
from convanim.cli.output.output import give
from convanim.cli.output.several_figures import draw_all, refuse_no_jobs, refuse_one_figure_options


def render_command() -> click.Command:
    """The command `render`."""

    def run(
        recipes: tuple[str, ...],
        output: tuple[str, ...],
        format: str | None,
        json: bool,
        taps: bool,
        quiet: bool,
        jobs: int | None,
        force: bool,
        **given: Any,
    ) -> None:
        from convanim.figures.recipes.recipes import load_recipe
        from convanim.publish.batch import path_of

        refuse_no_jobs(jobs)
        refuse_taps_alone(taps, json)
        notes = Notes(quiet=quiet)
        overrides = {name: value for name, value in given.items() if value is not None}
        found = [load_recipe(recipe, **overrides) for recipe in recipes]
        if len(found) > 1:
            refuse_one_figure_options(format, json, output)
            draw_all(found, output or ("{name}.gif",), jobs, force, notes)
            return
        (recipe,) = found
        # A single figure is always drawn, here and now: neither --jobs nor --force changes anything about that.
        give(recipe, tuple(path_of(recipe, pattern) for pattern in output), format, notes, json=json, taps=taps)

    return Command(
        "render",
        callback=run,
        params=[
            recipe_argument(),
            *output_options("a GIF named after each"),
            taps_option(),
            *batch_options(),
            *figure_options(),
        ],
        help="Templates, by name, or recipes of your own, .toml files.\n\n"
        "Options replace the recipes', and what is left out is as the recipe has it. Several are drawn on all cores, "
        "to paths in which {name} stands for each one's name; what is current already is left alone.\n\n"
        "Example: convanim render no_padding_strides -o a.gif -o frames/",
    )
