"""Processes that draw for another one, and end with it."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any

from convanim.files.interruption import blocked, held_back, leave_to_parent


class Workers(ProcessPoolExecutor):
    """A pool whose processes hear no signal before they know what to do about it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called, for which a process and threads may be started; a signal waits until they are."""
        with held_back(), blocked():
            return super().submit(fn, *args, **kwargs)


def serve(end: Connection, parents: Connection) -> None:
    """Begin a process: it ends as soon as nobody holds the other end of a pipe, which its parent does."""
    from convanim.files.quiet_libraries import keep_quiet

    parents.close()  # the copy that came with the fork
    keep_quiet()
    Thread(target=_end_with_parent, args=(end,), daemon=True).start()
    leave_to_parent()


def _end_with_parent(end: Connection) -> None:
    try:
        end.recv_bytes()
    except (EOFError, OSError):
        os._exit(1)  # in the midst of whatever: what is left is what a kill leaves, and is dealt with likewise
