"""The command that puts figures side by side."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from convanim.cli.commands.chain import STAGES
from convanim.cli.options.arguments import figures_argument
from convanim.cli.options.code_options import asked_of, code_options
from convanim.cli.options.figure_options import figure_options
from convanim.cli.options.help import Command
from convanim.cli.options.layer_options import dims_option, input_option
from convanim.cli.options.listed_taps import taps_option
from convanim.cli.options.output_options import output_options
from convanim.cli.output.notes import Notes
from convanim.cli.output.output import give
from convanim.errors import RequestError
from convanim.figures.recipes.from_text import (
    applicable_options,
    options_given,
    part_of,
    refuse_stray_asked,
    refuse_stray_size,
)

if TYPE_CHECKING:
    from convanim.figures.subject import Comparison, Part


def compare_command() -> click.Command:
    """The command `compare`."""

    def run(
        figures: tuple[str, ...],
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
        comparison = comparison_from(figures, input_size, dims, given, notes)
        from convanim.figures.recipes.recipes import Recipe

        give(Recipe("compare", comparison, options), output, format, notes, json=json, taps=taps)

    return Command(
        "compare",
        callback=run,
        params=[
            figures_argument(),
            input_option("Size of the input of figures that are written as stages"),
            dims_option(),
            *code_options(),
            *output_options(),
            taps_option(),
            *figure_options(),
        ],
        help="Two or more figures side by side, in step, with costs.\n\n"
        "A figure is a template's name, a recipe of your own, a .toml file, or layers in quotes: stages with commas "
        "between them, such as 'conv 1x1 16, relu, conv 5x5 32 p2', or a command line, such as 'conv -i 5 -k 3 -s 2'. "
        f"{STAGES}\n\n"
        "Example: convanim compare 'conv 5x5' 'conv 3x3, conv 3x3' -i 9 -o x.gif",
    )


def comparison_from(
    figures: Sequence[str],
    input_size: str | None,
    dims: int | None,
    given: Mapping[str, Any],
    say: Callable[[str], None] = lambda note: None,
) -> "Comparison":
    """The figures, each with the options that it shares with the others unless it says them itself."""
    from convanim.figures.options import OF_A_PART
    from convanim.figures.subject import Comparison

    if len(figures) < 2:
        raise RequestError("figure", figures[0], "there is one alone", "name two or more")
    refuse_stray_size(figures, input_size, dims)
    refuse_stray_asked(figures, given)
    asked = asked_of(dict(given), is_shared=True)
    shared = {name: given[name] for name in (*OF_A_PART, "lang") if given[name] is not None}
    parts = tuple(
        part_of(text, f"figure {number}", input_size=input_size, dims=dims, shared=shared, say=say, asked=asked)
        for number, text in enumerate(figures, start=1)
    )
    _refuse_inapplicable(parts, shared)
    return Comparison(parts)


def _refuse_inapplicable(parts: "Sequence[Part]", shared: Mapping[str, Any]) -> None:
    """Raise RequestError for an option that means nothing for any of the figures."""
    for name, value in shared.items():
        if not any(name in applicable_options(part.figure, shared) for part in parts):
            raise RequestError(name, value, "it means nothing for any of these figures", "leave it out")
