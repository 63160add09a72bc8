"""The options that say what is written, where, and how much is said of it."""

import click

from convanim.cli.options import kinds
from convanim.cli.options.help import FILES, Opt, with_default
from convanim.cli.options.kinds import Whole, completed_by


def output_option(help: str, metavar: str = "FILE", *, is_required: bool = False) -> click.Option:
    """Where to."""
    usage = f"-o {metavar}" if is_required else f"[-o {metavar}]..."
    return Opt(["-o", "--output"], group=FILES, multiple=True, metavar=metavar, help=help, usage=usage)


def quiet_option() -> click.Option:
    """Whether to say nothing but what was asked for."""
    return Opt(["-q", "--quiet"], group=FILES, is_flag=True, help="No progress and no notes.")


def output_options(default: str = "a GIF named after it") -> list[click.Option]:
    """The options that say what is written, and where."""
    where = (
        "Where to; may be repeated. A name's suffix is its format: .gif .svg .html .png (a still) .pdf (pages) .apng "
        ".webp .mp4 .webm .pptx; DIR/ is a folder of frames, - standard output"
    )
    return [
        output_option(with_default(where, default)),
        Opt(
            ["--format"],
            group=FILES,
            metavar="NAME",
            help="With -o - what is written: gif, svg, html, png, pdf, apng, webp, mp4, webm, pptx.",
            shell_complete=completed_by(kinds.formats),
        ),
        Opt(["--json"], group=FILES, is_flag=True, help="Print the geometry as JSON and render nothing."),
        quiet_option(),
    ]


def batch_options() -> list[click.Option]:
    """The options of commands that draw several figures."""
    return [
        Opt(
            ["-j", "--jobs"],
            group=FILES,
            type=Whole(),
            metavar="N",
            help=with_default("Processes to draw several figures with", "one a core"),
        ),
        Opt(["--force"], group=FILES, is_flag=True, help="Of several figures draw what is current already, too."),
    ]
