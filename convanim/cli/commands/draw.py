"""The command that draws a layer as its framework's user wrote it."""

from typing import Any

import click

from convanim.cli.options.code_options import asked_of, code_options
from convanim.cli.options.figure_options import figure_options
from convanim.cli.options.help import Command
from convanim.cli.options.layer_options import framework_option, input_option
from convanim.cli.options.listed_taps import taps_option
from convanim.cli.options.output_options import output_options
from convanim.cli.output.notes import Notes
from convanim.cli.output.output import give
from convanim.figures.recipes.from_text import coded_from, options_given


def draw_command() -> click.Command:
    """The command `draw`."""

    def run(
        code: str,
        input_size: str | None,
        framework: str | None,
        output: tuple[str, ...],
        format: str | None,
        json: bool,
        taps: bool,
        quiet: bool,
        **given: Any,
    ) -> None:
        options = options_given(given)
        coded = coded_from(code, input_size, framework, options, asked_of(given))
        from convanim.figures.recipes.recipes import Recipe

        notes = Notes(quiet=quiet)
        for note in coded.notes:
            notes(note)
        give(
            Recipe(getattr(coded.figure, "op", "chain"), coded.figure, options),
            output,
            format,
            notes,
            json=json,
            taps=taps,
        )

    return Command(
        "draw",
        callback=run,
        params=[
            click.Argument(["code"], metavar="CODE"),
            input_option("Size of the input: 7x9 (height x width), or 3@7x9 with channels", is_required=True),
            framework_option(),
            *code_options(),
            *output_options(),
            taps_option(),
            *figure_options(),
        ],
        help="A layer as code: PyTorch, Keras, ONNX, JAX and others.\n\n"
        "The code is read and never run. It holds a single layer, such as 'nn.ConvTranspose2d(8, 3, 4, stride=2)', "
        "'keras.layers.Conv2D(8, 3, padding=\"same\")', 'Conv kernel_shape: 3, 3 strides: 2, 2' as Netron shows it, or "
        "'nn.Conv(features=8, kernel_size=(3, 3))'.\n\n"
        "Example: convanim draw 'nn.Conv2d(3, 8, 3, stride=2)' -i 7x9 -o a.gif",
    )
