"""Signals that ask to end: whatever they hit, what comes of it is Interrupted."""

import signal
import sys
import threading
import time

import pytest

from convanim.files.interruption import Interrupted, held_back, listening

pytestmark = pytest.mark.skipif(
    threading.current_thread() is not threading.main_thread(), reason="only a main thread hears signals"
)


class Tidied:
    """Something that is hit by a signal while Python tidies it up."""

    def __del__(self) -> None:
        """Where nothing can be raised."""
        signal.raise_signal(signal.SIGTERM)
        for _ in range(3):
            pass


def tidy_up_and_wait() -> None:
    """Lose a signal, and go on."""
    thing = Tidied()
    del thing
    time.sleep(5)


def fail_of_something_else() -> None:
    """As a library does that catches whatever its callbacks raise."""
    try:
        signal.raise_signal(signal.SIGTERM)
        time.sleep(0)
    except BaseException:
        raise RuntimeError("invalid outline") from None


def raise_and_go_on(done: list[int]) -> None:
    """Get a signal, and note that this has been done."""
    signal.raise_signal(signal.SIGTERM)
    done.append(1)


def test_what_python_could_not_raise_comes_again() -> None:
    """A signal that comes while an object is tidied up is not lost."""
    hook = sys.unraisablehook
    with pytest.raises(Interrupted), listening():
        tidy_up_and_wait()
    assert sys.unraisablehook is hook


def test_what_a_library_makes_of_it_is_an_interruption() -> None:
    """Where a library fails because its callback was interrupted, the run was."""
    with pytest.raises(Interrupted), listening():
        fail_of_something_else()


def test_other_failures_are_what_they_are() -> None:
    """Where no signal has come."""
    with pytest.raises(RuntimeError, match="of its own"), listening():
        raise RuntimeError("of its own")


def test_a_signal_waits_until_what_holds_it_back_is_over() -> None:
    """Then it comes."""
    done: list[int] = []
    with pytest.raises(Interrupted), listening(), held_back():
        raise_and_go_on(done)
    assert done
