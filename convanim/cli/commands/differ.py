"""The command that holds two layers against each other."""

from typing import Any

import click

from convanim.cli.options.figure_options import figure_options, without
from convanim.cli.options.help import Command
from convanim.cli.options.layer_options import dims_option, input_option
from convanim.cli.options.output_options import output_options
from convanim.cli.output.notes import Notes
from convanim.cli.output.output import refuse_unseen_frame, targets, write
from convanim.cli.output.unseen import refuse_undrawn
from convanim.errors import RequestError
from convanim.figures.recipes.from_text import options_given

_OF_TEXT = ("values", "kernel_values", "resize", "max_cells", "lang")  # options that count without a figure, too


def differ_command() -> click.Command:
    """The command `differ`."""

    def run(
        a: str,
        b: str,
        input_size: str | None,
        dims: int | None,
        output: tuple[str, ...],
        format: str | None,
        json: bool,
        quiet: bool,
        **given: Any,
    ) -> None:
        from convanim.explain.differing import differing
        from convanim.figures.recipes.layer_pairs import layer_pair

        options = options_given(given)
        notes = Notes(quiet=quiet)
        if json and (output or format):
            rule = "it renders nothing, so there is nothing for -o"
            raise RequestError("json", None, rule, "leave one of them out")
        if json and options.lang is not None:
            raise RequestError("lang", options.lang, "JSON is the same in every language", "leave one of them out")
        if format and not output:
            raise RequestError("format", format, "only -o - needs it: a file's suffix says its format", "leave it out")
        if not output:
            refuse_undrawn(given, told=_OF_TEXT)
        sides = layer_pair(a, b, input_size, dims)
        if options.transposed_as not in (None, "gather") and not any(
            side.layer.op == "conv-transpose" for side in sides
        ):
            rule = "it means nothing for either of these layers"
            raise RequestError("transposed_as", options.transposed_as, rule, "leave it out")
        found = differing(*sides, options)
        for name, side in (("A", found.a), ("B", found.b)):
            for note in side.notes:
                notes(f"{name}: {note}")
        if json:
            from convanim.explain.difference_json import difference_json

            click.echo(difference_json(found))
            return
        if not output:
            click.echo(str(found))
            return
        from convanim.figures.recipes.recipes import Recipe

        recipe, to = Recipe("differ", found.comparison, options), targets(output, format, "")
        refuse_unseen_frame(recipe, to)
        animation = recipe.animation()  # before anything is said: it may be refused
        if to.stream is None:
            click.echo(str(found))
        write(animation, to, notes)

    return Command(
        "differ",
        callback=run,
        params=[
            click.Argument(["a"], metavar="A"),
            click.Argument(["b"], metavar="B"),
            input_option("Size of the input of both: 7x9 (height x width), or 3@7x9 with channels"),
            dims_option(),
            *output_options("no figure, the text alone"),
            *without(figure_options(), {"backward", "gradient_values"}),
        ],
        help="What B does otherwise than A, and what would equal A.\n\n"
        "A and B are layers as code of PyTorch, Keras, ONNX or JAX (Flax), or as command lines in quotes, such as "
        "'conv -k 3 -s 2 -p 1'; B may be the name of a framework, for A as its code has it. Text says where windows, "
        "kernels and divisors differ, in which output cells, and which layer of B's framework equals A. "
        "With -o both are drawn beside each other, the output cells that differ marked.\n\n"
        "Example: convanim differ 'conv -k 2 -p same' 'conv -k 2 -p same-lower' -i 4",
    )
