"""The commands that draw one operation each, derived from its entry."""

from typing import Any

from convanim.cli.options.figure_options import figure_options_of
from convanim.cli.options.help import Command
from convanim.cli.options.layer_options import layer_options
from convanim.cli.options.listed_taps import taps_option
from convanim.cli.options.output_options import output_options
from convanim.cli.output.notes import Notes
from convanim.cli.output.output import give
from convanim.figures.recipes.from_text import layer_from, options_given
from convanim.layers.operation import Operation


def operation_command(operation: Operation) -> Command:
    """The command that draws one operation."""

    def run(output: tuple[str, ...], format: str | None, json: bool, taps: bool, quiet: bool, **given: Any) -> None:
        options = options_given(given)
        layer = layer_from(operation, given, options)
        from convanim.figures.recipes.recipes import Recipe

        give(Recipe(operation.name, layer, options), output, format, Notes(quiet=quiet), json=json, taps=taps)

    return Command(
        operation.name,
        callback=run,
        params=[*layer_options(operation), *output_options(), taps_option(), *figure_options_of(operation)],
        help=f"{operation.title}.\n\nExample: {operation.example}",
    )
