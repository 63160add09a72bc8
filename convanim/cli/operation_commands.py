"""The commands that draw one operation each, derived from its entry."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from convanim.cli.options import asked, figure_options_of, layer_options, output_options
from convanim.cli.output import give
from convanim.operations import Operation

if TYPE_CHECKING:
    from convanim.layers import Layer
    from convanim.options import Options


def operation_command(operation: Operation) -> click.Command:
    """The command that draws one operation."""

    def run(output: tuple[str, ...], format: str | None, json: bool, quiet: bool, **given: Any) -> None:
        options = asked(given)
        layer = layer_from(operation, given, options)
        from convanim.recipes import Recipe

        give(Recipe(operation.name, layer, options), output, format, json=json, quiet=quiet)

    return click.Command(
        operation.name,
        callback=run,
        params=[*layer_options(operation), *figure_options_of(operation), *output_options()],
        help=f"{operation.title}.\n\nExample: {operation.example}",
    )


def layer_from(operation: Operation, given: Mapping[str, Any], options: "Options") -> "Layer":
    """The layer from its options; a size that is left out is that of the file with its numbers."""
    from convanim.filling import with_file_sizes

    arguments = {name: given[name] for name in (*operation.field_names, "dims") if given[name] is not None}
    return operation.layer(**with_file_sizes(arguments, options))
