"""The main group: what a command line comes to, as one line and an exit status."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import click

from convanim.cli.options.help import Group, Maker
from convanim.cli.options.other_words import OPTIONS
from convanim.cli.output import streams
from convanim.errors import RequestError, option_name, suggestion
from convanim.files.interruption import INTERRUPTED, Interrupted, listening

DONE, FAILED, WRONG = 0, 1, 2  # exit statuses: done; right but could not be carried out; the request is wrong
TRACEBACK = "CONVANIM_TRACEBACK"  # the variable that shows where an exception that should not be comes from


class _Kept(Exception):  # noqa: N818
    """An exception that click would take for something else: the end of a file for Ctrl-D, any pipe for ours."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


class OneLineGroup(Group):
    """A group that says what is wrong in one line and never shows a traceback or a usage block."""

    def main(self, args: Sequence[str] | None = None, *, standalone_mode: bool = True, **extra: Any) -> Any:  # type: ignore[override]
        """Run the command line; exits with one of the statuses above unless `standalone_mode` is off."""
        if not standalone_mode:
            return super().main(args, standalone_mode=False, **extra)
        streams.make_ready()
        if sys.stdout is None:
            streams.say("Error: standard output is closed; send it somewhere, to /dev/null if need be")
            sys.exit(FAILED)
        try:
            status = self._status(args, extra)
        finally:
            streams.let_go()
        sys.exit(status)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the command line; help and the version are printed here."""
        with _keeping():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        from convanim.files.quiet_libraries import keep_quiet

        keep_quiet()
        with _keeping():
            return super().invoke(ctx)

    def _status(self, args: Sequence[str] | None, extra: Mapping[str, Any]) -> int:
        """Run the command line and say in one line what is wrong, if anything is."""
        try:
            with listening():
                status = _ended(lambda: super(OneLineGroup, self).main(args, standalone_mode=False, **extra))
                streams.finish()
        except RequestError as error:
            return _refused(error.message(option_name) if not error.where else str(error))
        except click.exceptions.NoArgsIsHelpError as error:
            with contextlib.suppress(OSError):
                click.echo(error.ctx.get_help() if error.ctx else "", err=True)
            return WRONG
        except click.NoSuchOption as error:
            return _refused(_no_such_option(error))
        except click.UsageError as error:
            helped = f"{error.ctx.command_path} --help" if error.ctx else "--help"
            return _refused(f"{error.format_message().rstrip('.')}; {helped} shows what it takes")
        except (Interrupted, click.exceptions.Abort):
            return _failed(INTERRUPTED)
        except _Kept as kept:
            return _outcome(kept.error)
        except Exception as error:
            return _outcome(error)
        return status

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is asked for; raises RequestError with those that are near where there is none."""
        name = args[0]
        if not ctx.resilient_parsing and not name.startswith("-") and self.get_command(ctx, name) is None:
            from convanim.files.catalogue import template_names

            if name in template_names():
                rule, fix = "it is a template, no command", f"try {ctx.command_path} render {name}"
                raise RequestError("command", name, rule, fix)
            known = self.list_commands(ctx)
            fix = suggestion(name, known, f"{ctx.command_path} --help lists them")
            raise RequestError("command", name, "no such command", fix)
        return super().resolve_command(ctx, args)


class MadeWhenAsked(OneLineGroup):
    """A group whose commands are made when they are asked for: each has some forty options."""

    def __init__(self, sections: Mapping[str, Mapping[str, Maker]], **settings: Any) -> None:
        super().__init__(**settings)
        self._sections = sections
        self._makers = {name: maker for makers in sections.values() for name, maker in makers.items()}

    def sections(self, ctx: click.Context) -> Mapping[str, Iterable[str]]:
        """The names under the titles of their sections."""
        return self._sections

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, section by section."""
        return list(self._makers)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name in self._makers and cmd_name not in self.commands:
            self.add_command(self._makers[cmd_name]())
        return self.commands.get(cmd_name)


@contextlib.contextmanager
def _keeping() -> Iterator[None]:
    try:
        yield
    except (EOFError, BrokenPipeError) as error:
        raise _Kept(error) from error


def _ended(run: Callable[[], Any]) -> int:
    """The status of a run that went well; completions for a shell end by leaving the interpreter."""
    try:
        status = run()
    except SystemExit as end:
        status = end.code
    return status if isinstance(status, int) else DONE


def _outcome(error: Exception) -> int:
    """What an exception that is nobody's wrong request comes to."""
    if isinstance(error, MemoryError):
        return _failed("there is not enough memory for that; a smaller input or --width needs less")
    if isinstance(error, OSError):
        # Whoever read standard output has enough, as `head` has: that is nothing to talk about. The status is the one
        # that Python's own documentation of SIGPIPE and click give it, 1.
        if streams.is_gone(error):
            return FAILED
        name = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
        return _failed(f"{name}{error.strerror or error}")
    if isinstance(error, ImportError):
        return _failed(f"{error}; what convanim needs is not all there: install it anew")
    if os.environ.get(TRACEBACK):
        import traceback

        with contextlib.suppress(OSError):
            traceback.print_exception(error)
    told = f"{type(error).__name__}: {error}".rstrip(": ")
    return _failed(f"{told}; this is a fault of convanim's, not of the request: {TRACEBACK}=1 shows where it is")


def _no_such_option(error: click.NoSuchOption) -> str:
    known = [name for param in _parameters(error.ctx) for name in (*param.opts, *param.secondary_opts)]
    way_out = f"{error.ctx.command_path} --help lists them" if error.ctx else "--help lists them"
    called = OPTIONS.get(error.option_name.replace("_", "-"))
    fix = f"try {called}" if called in known else suggestion(error.option_name, known, way_out)
    return f"{error.option_name}: no such option; {fix}"


def _parameters(ctx: click.Context | None) -> list[click.Parameter]:
    return [param for param in ctx.command.get_params(ctx) if isinstance(param, click.Option)] if ctx else []


def _refused(text: str) -> int:
    streams.say(f"Error: {text}")
    return WRONG


def _failed(text: str) -> int:
    streams.say(f"Error: {text}")
    return FAILED
