"""The main command and those below it, in sections; `render` and `gallery` are here, others in files of their own."""

from functools import partial
from typing import Any

import click

from convanim.cli.catalogue_commands import templates_command, theme_command, themes_command
from convanim.cli.chain_commands import chain_command
from convanim.cli.compare_commands import compare_command
from convanim.cli.deck_command import deck_command
from convanim.cli.draw_command import draw_command
from convanim.cli.embed_command import embed_command
from convanim.cli.explain_commands import explain_group
from convanim.cli.group import MadeWhenAsked
from convanim.cli.help import Command, Maker
from convanim.cli.listed_taps import refuse_taps_alone, taps_option
from convanim.cli.notes import Notes
from convanim.cli.operation_commands import operation_command
from convanim.cli.options import batch_options, figure_options, output_options, recipe_argument
from convanim.cli.output import give
from convanim.cli.several_figures import draw_all, refuse_no_jobs, refuse_one_figure_options, settled, workers
from convanim.cli.streams import say_path
from convanim.files.package import VERSION
from convanim.layers.operations import OPERATIONS


def _render_command() -> click.Command:
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
        from convanim.figures.recipes import load_recipe
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


def _gallery_command() -> click.Command:
    def run(folder: str, jobs: int | None, force: bool) -> None:
        from convanim.export.save import folder_place
        from convanim.files.catalogue import template_names
        from convanim.publish.gallery import make_gallery

        place = folder_place(folder)
        with settled([place]), workers(jobs, len(template_names())) as executor:
            for path in make_gallery(folder, executor=executor, force=force):
                say_path(path)

    return Command(
        "gallery",
        callback=run,
        params=[click.Argument(["folder"], metavar="DIR"), *batch_options()],
        help="Every template, drawn into a folder, with an index page.\n\nExample: convanim gallery out/",
    )


_SECTIONS: dict[str, dict[str, Maker]] = {
    "Layers": {
        **{operation.name: partial(operation_command, operation) for operation in OPERATIONS.values()},
        "draw": draw_command,
        "chain": chain_command,
    },
    "Figures": {
        "render": _render_command,
        "compare": compare_command,
        "deck": deck_command,
        "embed": embed_command,
        "gallery": _gallery_command,
    },
    "Tools": {
        "explain": explain_group,
        "templates": templates_command,
        "themes": themes_command,
        "theme": theme_command,
    },
}


@click.group(
    cls=MadeWhenAsked,
    sections=_SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: convanim conv -i 5 -k 3 -s 2 -p 1 -o strided.gif",
)
@click.version_option(VERSION, message="convanim %(version)s")
def main() -> None:
    """Animations of convolution, transposed convolution and pooling layers, alone, in chains and side by side."""
