"""The program, killed at one of the calls that change names: `python aimed.py AIM ARGUMENTS`, AIM being JSON.

It is run as a process of its own. At the call of number `call`, before or after it, signals are sent to it, to the
parent of a worker, or to the group; a second one comes `later` seconds after the first. Calls are counted in `count`,
if that is a file's name.
"""

import json
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

CHANGING = ("replace", "rename", "link", "unlink", "mkdir", "rmdir", "fsync")


class Aim:
    """Where the signals go, and when."""

    def __init__(self, call: int, after: bool, signals: list[int], to: str, later: float, count: str) -> None:
        self.call, self.after, self.signals, self.to, self.later = call, after, signals, to, later
        self.count = count
        self.seen = 0

    def changing(self, made: Callable[..., Any]) -> Callable[..., Any]:
        """A call that is counted."""

        def counted(*arguments: Any, **more: Any) -> Any:
            self.seen += 1
            if self.count:
                with open(self.count, "a") as stream:
                    stream.write("x")
            is_here = self.seen == self.call
            if is_here and not self.after:
                self.shoot()
            result = made(*arguments, **more)
            if is_here and self.after:
                self.shoot()
            return result

        return counted

    def shoot(self) -> None:
        """Send the signals."""
        if self.signals[1:]:
            threading.Thread(target=self._again, daemon=True).start()
        self._send(self.signals[0])

    def _again(self) -> None:
        time.sleep(self.later)
        self._send(self.signals[1])

    def _send(self, number: int) -> None:
        if self.to == "group":
            os.killpg(0, number)
        else:
            is_parents = self.to == "parent" and multiprocessing.parent_process() is not None
            os.kill(os.getppid() if is_parents else os.getpid(), number)


def main() -> None:
    """Run the program with an aim; a gallery is of four templates."""
    aim = Aim(**json.loads(sys.argv[1]))
    sys.argv[1:] = sys.argv[2:]
    from convanim.__main__ import run

    if "gallery" in sys.argv:
        import convanim.publish.gallery
        from convanim.files.catalogue import template_names

        names = template_names()[:4]
        setattr(convanim.publish.gallery, "template_names", lambda: names)  # noqa: B010
    for name in CHANGING:
        setattr(os, name, aim.changing(getattr(os, name)))
    run()


if __name__ == "__main__":
    main()
