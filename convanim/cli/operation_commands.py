"""The commands that draw one operation each, derived from its entry."""

from typing import Any

from convanim.cli.help import Command
from convanim.cli.listed_taps import taps_option
from convanim.cli.notes import Notes
from convanim.cli.options import figure_options_of, layer_options, output_options
from convanim.cli.output import give
from convanim.figures.from_text import layer_from, options_given
from convanim.layers.operations import Operation


def operation_command(operation: Operation) -> Command:
    """The command that draws one operation."""

    def run(output: tuple[str, ...], format: str | None, json: bool, taps: bool, quiet: bool, **given: Any) -> None:
        options = options_given(given)
        layer = layer_from(operation, given, options)
        from convanim.figures.recipes import Recipe

        give(Recipe(operation.name, layer, options), output, format, Notes(quiet=quiet), json=json, taps=taps)

    return Command(
        operation.name,
        callback=run,
        params=[*layer_options(operation), *output_options(), taps_option(), *figure_options_of(operation)],
        help=f"{operation.title}.\n\nExample: {operation.example}",
    )
