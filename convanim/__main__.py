"""The program, also as `python -m convanim`."""

import contextlib
import gc
import os
import sys

from convanim.files.interruption import INTERRUPTED, Interrupted, ignore, listen

_GARBAGE = 200_000  # objects, before it is looked for: modules are half of them, and stay


def run() -> None:
    """Run the command line and end the process; it may be interrupted before and after that, too."""
    status: str | int | None = 1
    asked = None
    gc.set_threshold(_GARBAGE)
    try:
        asked = listen()
        try:
            from convanim.cli import main

            main(prog_name="convanim")
        except SystemExit as end:
            status = end.code
        ignore()
    except Interrupted:
        ignore()
        with contextlib.suppress(OSError, AttributeError):  # standard error may be closed
            print(f"Error: {INTERRUPTED}", file=sys.stderr, flush=True)
    if asked is None or asked.has_raised:
        # At once: libraries that were interrupted in the midst may crash where the interpreter takes them down.
        os._exit(status if isinstance(status, int) else 1)
    sys.exit(status)


if __name__ == "__main__":
    run()
