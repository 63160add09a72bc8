"""Every command of the command line, by its name."""

import click

from convanim.cli import main

_HERE = click.Context(main)
COMMANDS: dict[str, click.Command] = {
    name: command for name in main.list_commands(_HERE) if (command := main.get_command(_HERE, name))
}
