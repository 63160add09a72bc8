"""The commands that list what comes along: templates, themes and languages, with a line about each."""

import click

from convanim.cli.options.help import FILES, Command, Opt, write_columns
from convanim.cli.options.kinds import completed_by
from convanim.errors import RequestError, suggestion
from convanim.files.catalogue import (
    language_file,
    language_line,
    language_names,
    template_groups,
    template_line,
    template_names,
    theme_file,
    theme_line,
    theme_names,
)

_AUTO = "auto"
_WIDTH = 100  # columns that a listing has at most


def templates_command() -> click.Command:
    """The command `templates`."""

    def run(names: bool) -> None:
        if names:
            for name in template_names():
                click.echo(name)
            return
        listing = click.HelpFormatter(max_width=_WIDTH)
        write_columns(
            listing,
            {title: [(name, template_line(name)) for name in group] for title, group in template_groups().items()},
            max(map(len, template_names())),
        )
        click.echo(listing.getvalue(), nl=False)

    return Command(
        "templates",
        callback=run,
        params=[_names_option()],
        help="List the templates in groups, with a line about each.\n\n"
        "convanim render NAME draws one, convanim explain NAME says what it computes.\n\nExample: convanim templates",
    )


def themes_command() -> click.Command:
    """The command `themes`."""

    def run(names: bool) -> None:
        lines = {name: theme_line(name) for name in theme_names()}
        lines[_AUTO] = "Classic, and dark where the page is dark; in .svg and .html."
        if names:
            for name in lines:
                click.echo(name)
            return
        listing = click.HelpFormatter(max_width=_WIDTH)
        listing.write_dl(list(lines.items()))
        click.echo(listing.getvalue(), nl=False)

    return Command(
        "themes",
        callback=run,
        params=[_names_option()],
        help="List the themes, with a line about each.\n\n"
        "--theme NAME draws with one; convanim theme NAME prints it.\n\nExample: convanim themes",
    )


def theme_command() -> click.Command:
    """The command `theme`."""

    def run(name: str) -> None:
        if name not in theme_names():
            if name == _AUTO:
                raise RequestError("name", name, "it is classic or dark, as the page is", "print one of the two")
            fix = suggestion(name, theme_names(), f"try {', '.join(theme_names())}")
            raise RequestError("name", name, "no such theme", fix)
        click.echo("# Save this as mine.toml, change what you like, and draw with --theme mine.toml.")
        click.echo(theme_file(name).read_text(encoding="utf-8"), nl=False)

    return Command(
        "theme",
        callback=run,
        params=[click.Argument(["name"], metavar="NAME", shell_complete=completed_by(theme_names))],
        help="Print a theme, to start one of your own from.\n\nExample: convanim theme classic > mine.toml",
    )


def languages_command() -> click.Command:
    """The command `languages`."""

    def run(names: bool) -> None:
        if names:
            for name in language_names():
                click.echo(name)
            return
        listing = click.HelpFormatter(max_width=_WIDTH)
        listing.write_dl([(name, language_line(name)) for name in language_names()])
        click.echo(listing.getvalue(), nl=False)

    return Command(
        "languages",
        callback=run,
        params=[_names_option()],
        help="List the languages of figures, a line about each.\n\n"
        "--lang NAME draws in one; convanim language NAME prints its words.\n\nExample: convanim languages",
    )


def language_command() -> click.Command:
    """The command `language`."""

    def run(name: str) -> None:
        if name not in language_names():
            fix = suggestion(name, language_names(), f"try {', '.join(language_names())}")
            raise RequestError("name", name, "no such language", fix)
        click.echo("# Save this as mine.toml, change what you like, and draw with --lang mine.toml.")
        click.echo(language_file(name).read_text(encoding="utf-8"), nl=False)

    return Command(
        "language",
        callback=run,
        params=[click.Argument(["name"], metavar="NAME", shell_complete=completed_by(language_names))],
        help="Print a language's words, to start your own from.\n\nExample: convanim language en > mine.toml",
    )


def _names_option() -> click.Option:
    return Opt(["--names"], group=FILES, is_flag=True, help="Names alone, one a line, for programs.")
