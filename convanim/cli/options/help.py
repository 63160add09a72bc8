"""Help that can be scanned: options and commands in groups, what is required in the usage line, nothing cut."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import click

from convanim.errors import RequestError, shown

# The groups of options, in the order in which help has them.
LAYER, NUMBERS, PICTURE, TIME, FILES = "The layer", "Numbers", "The picture", "Time", "Files"
_OTHER = "Other"
_TERM = 27  # columns for an option's names; help stands beside it, or below a longer one


class Opt(click.Option):
    """An option in a group; `usage` is what the usage line says of it, for those that every run needs.

    `{values}` in its help are those of `values`, which are looked for when help is asked for.
    """

    def __init__(
        self,
        names: Iterable[str],
        *,
        group: str,
        usage: str = "",
        values: Callable[[], Iterable[str]] | None = None,
        **how: Any,
    ) -> None:
        super().__init__(list(names), **how)
        self.group = group
        self.usage = usage
        self.values = values

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option's names, and its help with the values that it may have."""
        record = super().get_help_record(ctx)
        if record is None or self.values is None or "{values}" not in record[1]:
            return record
        return record[0], record[1].replace("{values}", ", ".join(self.values()))


class Command(click.Command):
    """A command whose help has its options in groups, and that says what to do with a word too many."""

    allow_extra_args = True  # they are refused below

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line; raises RequestError for a word that no option and no argument takes."""
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            takes_files = any("--output" in param.opts for param in self.params)
            written = f"write -o {shown(rest[0])} if it is a file to make" if takes_files else "leave it out"
            raise RequestError("word", rest[0], "no option takes it", f"{written}; {ctx.command_path} --help says more")
        return rest

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Arguments, what else is required, where it goes to, and that there is more."""
        options = [param for param in self.get_params(ctx) if isinstance(param, Opt)]
        arguments = [piece for param in self.get_params(ctx) for piece in param.get_usage_pieces(ctx)]
        return [*arguments, *(option.usage for option in options if option.usage), "[OPTIONS]"]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each group under its title, all in the same columns."""
        groups: dict[str, list[tuple[str, str]]] = {title: [] for title in (LAYER, NUMBERS, PICTURE, TIME, FILES)}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record is not None:
                title = param.group if isinstance(param, Opt) else _OTHER
                groups.setdefault(title, []).append(record)
        write_columns(formatter, groups)


class Group(click.Group):
    """A group that lists its commands in sections, each with the first sentence of its help, whole."""

    command_class = Command

    def sections(self, ctx: click.Context) -> Mapping[str, Iterable[str]]:
        """The names of the commands under the titles of their sections."""
        return {"Commands": self.list_commands(ctx)}

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each section under its title, all in the same columns."""
        groups = {
            title: [
                (name, command.get_short_help_str(limit=10_000))
                for name in names
                if (command := self.get_command(ctx, name))
            ]
            for title, names in self.sections(ctx).items()
        }
        write_columns(formatter, groups)


Maker = Callable[[], click.Command]


def write_columns(
    formatter: click.HelpFormatter, groups: Mapping[str, list[tuple[str, str]]], most: int = _TERM
) -> None:
    """Terms and what they mean, group by group; those that take more than `most` columns have it below them."""
    longest = max((len(term) for rows in groups.values() for term, _ in rows), default=0)
    width = min(longest, most)
    for title, rows in groups.items():
        if rows:
            with formatter.section(title):
                formatter.write_dl([(term.ljust(width), text) for term, text in rows], col_max=width)


def switch(name: str, off: str, group: str, help: str) -> Opt:
    """A switch that is neither on nor off unless it is given."""
    return Opt([f"--{name}/--{off or f'no-{name}'}"], group=group, default=None, help=help)


def with_default(help: str, default: object) -> str:
    """Help that says what stands where an option is left out."""
    words = {True: "on", False: "off"}[default] if isinstance(default, bool) else default
    return f"{help} [{words:g}]." if isinstance(words, float) else f"{help} [{words}]."


def required(help: str, source: str) -> str:
    """Help of an option that must be given, unless a file of the one that is named has it."""
    return f"{help} [required, unless {source} FILE has it]." if source else f"{help} [required]."


def spelled(name: str) -> str:
    """A field's name as its option has it."""
    return name.replace("_", "-")
