"""The main group: errors in one line, exit statuses, output in UTF-8 on every system."""

import contextlib
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from convanim.errors import RequestError, option_name
from convanim.interruption import INTERRUPTED, Interrupted, listening

DONE, FAILED, WRONG = 0, 1, 2  # exit statuses: done; right but could not be carried out; the request is wrong


class OneLineGroup(click.Group):
    """A group that says what is wrong in one line and never shows a traceback or a usage block."""

    def main(self, args: Sequence[str] | None = None, *, standalone_mode: bool = True, **extra: Any) -> Any:  # type: ignore[override]
        """Run the command line; exits with one of the statuses above unless `standalone_mode` is off."""
        if not standalone_mode:
            return super().main(args, standalone_mode=False, **extra)
        _speak_utf8()
        try:
            with listening():
                status = super().main(args, standalone_mode=False, **extra)
        except RequestError as error:
            _say(error.message(option_name) if not error.where else str(error))
            sys.exit(WRONG)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.ctx.get_help() if error.ctx else "", err=True)
            sys.exit(WRONG)
        except click.ClickException as error:
            _say(" ".join(error.format_message().split()))
            sys.exit(WRONG)
        except (Interrupted, click.exceptions.Abort):
            _say(INTERRUPTED)
            sys.exit(FAILED)
        except MemoryError:
            _say("there is not enough memory for that; a smaller input or --width needs less")
            sys.exit(FAILED)
        except OSError as error:
            name = f"{error.filename}: " if error.filename else ""
            _say(f"{name}{error.strerror or error}")
            sys.exit(FAILED)
        sys.exit(status if isinstance(status, int) else DONE)


class MadeWhenAsked(OneLineGroup):
    """A group whose commands are made when they are asked for: each has some forty options."""

    def __init__(self, makers: Mapping[str, Callable[[], click.Command]], **settings: Any) -> None:
        super().__init__(**settings)
        self._makers = makers

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in order."""
        return sorted(self._makers)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; for a wrong name all are made, for click tells those that are near."""
        for name in [cmd_name] if cmd_name in self._makers else self._makers:
            if name not in self.commands:
                self.add_command(self._makers[name]())
        return self.commands.get(cmd_name)


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # standard error itself may be closed
        click.echo(f"Error: {text}", err=True)


def _speak_utf8() -> None:
    """Formulas hold signs that some systems' own encodings lack; lines end alike everywhere.

    File names that are no text in it are printed as they are.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(ValueError, OSError):
                if (stream.encoding or "").lower() not in ("utf-8", "utf8"):
                    stream.reconfigure(encoding="utf-8", newline="\n")
                stream.reconfigure(errors="backslashreplace" if os.name == "nt" else "surrogateescape")
