"""The options for what code leaves open."""

from typing import TYPE_CHECKING, Any

import click

from convanim.cli.options.help import LAYER, Opt
from convanim.cli.options.kinds import Whole

if TYPE_CHECKING:
    from convanim.code.frameworks import Asked


def code_options() -> list[click.Option]:
    """What code may leave open: the size of a kernel whose weights stand elsewhere, its filters, the output's size."""
    code = "of code that does not say it"
    return [
        Opt(["-k", "--kernel-size"], group=LAYER, metavar="SIZE", help=f"The kernel's size, {code}."),
        Opt(["--out-channels"], group=LAYER, type=Whole(), metavar="N", help=f"How many filters, {code}."),
        Opt(["--output-size"], group=LAYER, metavar="SIZE", help="What a transposed convolution in code is to make."),
    ]


def asked_of(given: dict[str, Any], *, is_shared: bool = False) -> "Asked":
    """What is said of code beside it, taken out of the options that were given."""
    from convanim.code.frameworks import Asked

    said = {name: given.pop(name, None) for name in ("kernel_size", "out_channels", "output_size")}
    return Asked(**said, is_shared=is_shared)
