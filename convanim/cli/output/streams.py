"""Standard output and standard error: open, in UTF-8, written to the end, and quiet once nobody reads them."""

import contextlib
import errno
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

import click

from convanim.errors import escaped, line_of

if TYPE_CHECKING:
    from pathlib import Path


def make_ready() -> None:
    """Makes both streams fit to be written to; a closed standard output is left None.

    Formulas hold signs that some systems' own encodings lack; lines end alike everywhere.
    """
    if sys.stdout is not None and sys.stderr is None:
        _fill_numbers()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and (stream.encoding or "").lower() not in ("utf-8", "utf8"):
            with contextlib.suppress(ValueError, OSError):
                stream.reconfigure(encoding="utf-8", newline="\n")


def _fill_numbers() -> None:
    """Opens the numbers of closed streams on nothing, so that no file that is drawn gets one of them."""
    with contextlib.suppress(OSError):
        while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
            pass
        os.close(number)


def finish() -> None:
    """Writes what is still in standard output's buffer; raises OSError where it cannot be."""
    if sys.stdout is not None:
        sys.stdout.flush()


def let_go() -> None:
    """Drops what could not be written.

    The interpreter flushes both streams again as it ends: where that fails, it says "Exception ignored" and makes the
    status 120.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not _is_flushed(stream):
            with contextlib.suppress(OSError, ValueError):
                nothing = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nothing, stream.fileno())
                os.close(nothing)


def _is_flushed(stream: TextIO) -> bool:
    try:
        stream.flush()
    except (OSError, ValueError):
        return False
    return True


def is_gone(error: OSError) -> bool:
    """Whether an error says that nobody reads standard output any more; that of a file has the file's name."""
    # Windows says EINVAL of a pipe whose reader has ended.
    kinds = (errno.EPIPE, errno.EINVAL) if os.name == "nt" else (errno.EPIPE,)
    return error.errno in kinds and error.filename is None


def say(text: str) -> None:
    """One line on standard error, which may be closed or full: then it is not said."""
    with contextlib.suppress(OSError, ValueError):
        click.echo(line_of(text), err=True)


def say_path(path: "Path", *, is_folder: bool = False, err: bool = False) -> None:
    """A path that was written: on a terminal with what is not printable written out, else its very bytes."""
    stream = sys.stderr if err else sys.stdout
    text = str(path) + ("/" if is_folder else "")
    with contextlib.suppress(OSError) if err else contextlib.nullcontext():
        click.echo(escaped(text) if stream is not None and stream.isatty() else os.fsencode(text), err=err)
