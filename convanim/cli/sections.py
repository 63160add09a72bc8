"""The main command and those below it, in sections."""

from functools import partial

import click

from convanim.cli.commands.catalogue import (
    language_command,
    languages_command,
    templates_command,
    theme_command,
    themes_command,
)
from convanim.cli.commands.chain import chain_command
from convanim.cli.commands.compare import compare_command
from convanim.cli.commands.deck import deck_command
from convanim.cli.commands.differ import differ_command
from convanim.cli.commands.draw import draw_command
from convanim.cli.commands.embed import embed_command
from convanim.cli.commands.explain import explain_group
from convanim.cli.commands.gallery import gallery_command
from convanim.cli.commands.network import network_command
from convanim.cli.commands.operation import operation_command
from convanim.cli.commands.render import render_command
from convanim.cli.group import MadeWhenAsked
from convanim.cli.options.help import Maker
from convanim.files.package import VERSION
from convanim.layers.operations import OPERATIONS

_SECTIONS: dict[str, dict[str, Maker]] = {
    "Layers": {
        **{operation.name: partial(operation_command, operation) for operation in OPERATIONS.values()},
        "draw": draw_command,
        "chain": chain_command,
        "network": network_command,
    },
    "Figures": {
        "render": render_command,
        "compare": compare_command,
        "deck": deck_command,
        "embed": embed_command,
        "gallery": gallery_command,
    },
    "Tools": {
        "explain": explain_group,
        "differ": differ_command,
        "templates": templates_command,
        "themes": themes_command,
        "theme": theme_command,
        "languages": languages_command,
        "language": language_command,
    },
}


@click.group(
    cls=MadeWhenAsked,
    sections=_SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: convanim conv -i 5 -k 3 -s 2 -p 1 -o strided.gif",
)
@click.version_option(VERSION, message="convanim %(version)s")
def main() -> None:
    """Animations of convolution, transposed convolution and pooling layers, alone, in chains and side by side."""
