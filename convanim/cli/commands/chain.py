"""The command that draws a chain of layers."""

from typing import Any

import click

from convanim.cli.options.arguments import stages_argument
from convanim.cli.options.figure_options import figure_options, without
from convanim.cli.options.help import Command
from convanim.cli.options.layer_options import dims_option, input_option
from convanim.cli.options.listed_taps import taps_option
from convanim.cli.options.output_options import output_options
from convanim.cli.output.notes import Notes
from convanim.cli.output.output import give
from convanim.figures.recipes.from_text import chain_from, options_given

STAGES = (
    "A stage is an operation's name, its kernel, its filters, then p, s, d, g or NAME=VALUE; a function; or code, such "
    "as 'nn.Conv2d(3, 8, 3)'."
)


def chain_command() -> click.Command:
    """The command `chain`."""

    def run(
        stages: tuple[str, ...],
        input_size: str | None,
        dims: int | None,
        output: tuple[str, ...],
        format: str | None,
        json: bool,
        taps: bool,
        quiet: bool,
        **given: Any,
    ) -> None:
        options = options_given(given)
        notes = Notes(quiet=quiet)
        chain = chain_from(stages, input_size, dims, options, notes)
        from convanim.figures.recipes.recipes import Recipe

        give(Recipe("chain", chain, options), output, format, notes, json=json, taps=taps)

    return Command(
        "chain",
        callback=run,
        params=[stages_argument(), *chain_options(), *output_options(), taps_option(), *chain_figure_options()],
        help="A chain of layers, each reading what the last made.\n\n"
        f"{STAGES} For example: 'conv 3x3 8 s2 p1', 'max-pool 2', relu.\n\n"
        "Example: convanim chain 'conv 1x1 4' relu 'conv 3x3 8 p1' -i 8@9x9 -o x.gif",
    )


def chain_options(*, has_numbers: bool = True) -> list[click.Option]:
    """The options of a chain's input; its size may be left out where numbers can bring it."""
    size = "Size of the input: 5, 5x7 (height x width), or 3@32x32 with channels"
    return [input_option(size, is_required=True, has_numbers=has_numbers), dims_option()]


def chain_figure_options() -> list[click.Option]:
    """The shared options that mean something for a chain."""
    return without(figure_options(), {"transposed_as"})
