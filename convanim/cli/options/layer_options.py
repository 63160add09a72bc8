"""The options of each operation, from its fields, and those that stand for them where figures are text or code."""

import click

from convanim.cli.options import kinds
from convanim.cli.options.help import LAYER, Opt, required, spelled, switch, with_default
from convanim.cli.options.kinds import Whole, completed_by
from convanim.layers.operation import Field, Operation, Takes

_METAVARS = {Takes.SIZES: "SIZE", Takes.PADDING: "PADDING", Takes.INTEGER: "N", Takes.WORD: "WORD"}
# Where the sizes are that need not be given.
_FILES = {"input_size": "--values", "kernel_size": "--kernel-values"}


def layer_options(operation: Operation, *, has_numbers: bool = True) -> list[click.Option]:
    """The options of an operation's own fields, and `--dims`; a size may be left out where numbers can bring it."""
    options = [_layer_option(operation, field, has_numbers) for field in operation.fields]
    return [*options, dims_option()]


def _layer_option(operation: Operation, field: Field, has_numbers: bool) -> Opt:
    name, metavar = spelled(field.name), _METAVARS.get(field.takes)
    default = operation.default(field)
    if field.takes is Takes.FLAG:
        return switch(name, "", LAYER, with_default(field.help, default))
    source = _FILES.get(field.name, "") if has_numbers and (operation.has_weights or field.name == "input_size") else ""
    return Opt(
        [field.short, f"--{name}"] if field.short else [f"--{name}"],
        group=LAYER,
        type=Whole() if field.takes is Takes.INTEGER else click.STRING,
        metavar=metavar,
        help=required(field.help, source) if default is None else with_default(field.help, default),
        usage=f"{field.short} {metavar}" if default is None else "",
    )


def dims_option() -> click.Option:
    """How many axes there are."""
    return Opt(
        ["--dims"],
        group=LAYER,
        type=Whole(),
        metavar="1|2|3",
        help=with_default("Number of axes", "as many as the sizes say, else 2"),
    )


def input_option(help: str, *, is_required: bool = False, has_numbers: bool = True) -> click.Option:
    """The size of an input that no operation's own option says; required, or of those figures that say none."""
    return Opt(
        ["-i", "--input-size"],
        group=LAYER,
        metavar="SIZE",
        help=required(help, _FILES["input_size"] if has_numbers else "") if is_required else f"{help}.",
        usage="-i SIZE" if is_required else "",
    )


def framework_option() -> click.Option:
    """Whose code it is that is drawn."""
    return Opt(
        ["--framework"],
        group=LAYER,
        metavar="NAME",
        help=with_default("Whose code it is: pytorch, keras, onnx or jax", "what it looks like"),
        shell_complete=completed_by(kinds.frameworks),
    )
