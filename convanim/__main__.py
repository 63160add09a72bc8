"""The program, also as `python -m convanim`."""

import contextlib
import sys

from convanim.files.interruption import INTERRUPTED, Interrupted, ignore, listen


def run() -> None:
    """Run the command line and end the process; it may be interrupted before and after that, too."""
    status: str | int | None = 1
    try:
        listen()
        try:
            from convanim.cli import main

            main(prog_name="convanim")
        except SystemExit as end:
            status = end.code
        ignore()
    except Interrupted:
        ignore()
        with contextlib.suppress(OSError, AttributeError):  # standard error may be closed
            print(f"Error: {INTERRUPTED}", file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    run()
