"""The arguments of commands: templates, recipes, figures, stages."""

import click

from convanim.cli.options import kinds
from convanim.cli.options.kinds import completed_by


def recipe_argument() -> click.Argument:
    """Templates' names and recipes' files."""
    return _figures("recipes", "NAME|FILE...")


def figures_argument() -> click.Argument:
    """Figures to compare: templates' names, recipes' files, quoted layers."""
    return _figures("figures", "FIGURE...")


def figure_argument() -> click.Argument:
    """One figure."""
    return click.Argument(["figure"], metavar="FIGURE", shell_complete=completed_by(kinds.templates, or_files=True))


def stages_argument() -> click.Argument:
    """The stages of a chain, each quoted where it has spaces in it."""
    complete = completed_by(kinds.stages)
    return click.Argument(["stages"], nargs=-1, required=True, metavar="STAGE...", shell_complete=complete)


def _figures(name: str, metavar: str) -> click.Argument:
    complete = completed_by(kinds.templates, or_files=True)
    return click.Argument([name], nargs=-1, required=True, metavar=metavar, shell_complete=complete)
