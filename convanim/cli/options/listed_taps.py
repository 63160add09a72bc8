"""The switch that makes JSON list taps."""

import click

from convanim.cli.options.help import FILES, Opt
from convanim.errors import RequestError


def taps_option() -> click.Option:
    """Whether JSON lists all that every step reads."""
    return Opt(
        ["--taps"],
        group=FILES,
        is_flag=True,
        help="With --json: list every tap of every step (of a chain: every region), which can be long.",
    )


def refuse_taps_alone(taps: bool, json: bool) -> None:
    """Raise RequestError where taps are to be listed and nothing lists them."""
    if taps and not json:
        raise RequestError("taps", None, "it is JSON that lists them", "add --json")
