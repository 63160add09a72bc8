"""Signals that ask a process to end: what they raise, and how they are held back for a moment."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeAlias

Handler: TypeAlias = Callable[[int, FrameType | None], Any] | int | None

# Windows has the last instead of the third.
_ASKING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
_PATIENCE = 3.0  # seconds of tidying up in which nobody needs to ask again
_MOMENT = 0.01  # seconds

INTERRUPTED = "interrupted; nothing unfinished was left behind"


class Interrupted(BaseException):
    """The process was asked to end. No Exception, so that whatever deals with errors lets it through."""


class Asked:
    """Raises Interrupted when a signal comes, once: a second one must not disturb what the first has to tidy up."""

    def __init__(self) -> None:
        self._last = -_PATIENCE

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Take a signal; raises Interrupted."""
        before, self._last = self._last, time.monotonic()
        if self._last - before >= _PATIENCE:
            raise Interrupted

    def lost(self, what: "sys.UnraisableHookArgs") -> None:
        """Take what Python could not raise, in the midst of tidying up: Interrupted comes again when that is over."""
        if what.exc_type is Interrupted:
            self._last = -_PATIENCE
            threading.Timer(_MOMENT, _send, [next(iter(_handlers()))]).start()
        else:
            sys.__unraisablehook__(what)

    @property
    def has_raised(self) -> bool:
        """Whether a signal has come."""
        return self._last > -_PATIENCE


def _send(number: int) -> None:
    """Send a signal to the main thread, which may be waiting."""
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, number)
    else:
        signal.raise_signal(number)


def listen() -> Asked:
    """From now on signals that ask to end raise Interrupted, but for those that are ignored (`nohup`, `&`)."""
    asked = Asked()
    _handle(asked)
    sys.unraisablehook = asked.lost
    return asked


def ignore() -> None:
    """From now on they do nothing: for a process that is about to end."""
    _handle(signal.SIG_IGN)


@contextmanager
def listening() -> Iterator[None]:
    """The same for a while, for those that nobody has a handler of their own for.

    Libraries may catch what is raised while they call back, and fail of something else: that is Interrupted, too.
    """
    before, hook = _handlers(), sys.unraisablehook
    is_new = not any(isinstance(handler, Asked) for handler in before.values())
    try:
        if is_new:
            listen()
        yield
    except Exception as error:
        if any(isinstance(handler, Asked) and handler.has_raised for handler in _handlers().values()):
            raise Interrupted from error
        raise
    finally:
        if is_new:
            _put_back(before)
            sys.unraisablehook = hook


@contextmanager
def blocked() -> Iterator[None]:
    """Processes that start meanwhile are born deaf to them, where that can be, until they call `leave_to_parent`."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ASKING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def leave_to_parent() -> None:
    """For a process that serves another, who is asked likewise and tells it to end."""
    ignore()
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ASKING)


@contextmanager
def held_back() -> Iterator[None]:
    """Signals that ask to end have to wait until this is over; then they come.

    Blocking them would not do: libraries have threads that take them instead, and Python's handlers run all the same.
    """
    came: list[int] = []
    before = _handlers()
    try:
        _handle(lambda number, frame: came.append(number))
        yield
    finally:
        _put_back(before)
        for number in dict.fromkeys(came):
            signal.raise_signal(number)


def _handlers() -> dict[int, Handler]:
    """The handlers that can be replaced; only a main thread may, and only in it handlers run."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    found = {number: signal.getsignal(number) for number in _ASKING}
    return {number: handler for number, handler in found.items() if handler not in (None, signal.SIG_IGN)}


def _handle(handler: Handler) -> None:
    for number in _handlers():
        signal.signal(number, handler)


def _put_back(handlers: dict[int, Handler]) -> None:
    for number, handler in reversed(handlers.items()):  # Ctrl-C last: it may come before the others are there
        signal.signal(number, handler)
