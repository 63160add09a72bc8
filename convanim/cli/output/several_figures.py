"""Several figures on all cores."""

import contextlib
import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from convanim.cli.output.notes import Notes
from convanim.cli.output.output import refuse_unseen_frame, targets
from convanim.cli.output.streams import say_path
from convanim.cli.output.unseen import refuse_unseen_numbers
from convanim.errors import RequestError

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from pathlib import Path

    from convanim.figures.recipes.recipes import Recipe

_MOST_PROCESSES = 61  # more than that Windows cannot wait for


def refuse_one_figure_options(form: str | None, json: bool, output: Sequence[str]) -> None:
    """Raise RequestError for options that go with a single figure."""
    if json:
        raise RequestError("json", None, "it is of one figure at a time", "name one recipe")
    if form is not None or "-" in output:
        raise RequestError("output", "-", "standard output takes one figure", "name one recipe")


def refuse_no_jobs(jobs: int | None) -> None:
    """Raise RequestError for a number of processes that is none."""
    if jobs is not None and jobs < 1:
        raise RequestError("jobs", jobs, "must be at least 1", "try 1 or more")


def draw_all(recipes: "Sequence[Recipe]", to: Sequence[str], jobs: int | None, force: bool, notes: Notes) -> None:
    """Draw several recipes and print their notes and paths."""
    from convanim.export.up_to_date import replaces_another
    from convanim.publish.batch import path_of, render_all

    told: list[tuple[str, str]] = []
    replaced: list[str] = []
    folders: list[Path] = []
    refuse_unseen_numbers(recipes)
    for recipe in recipes:
        found = targets([path_of(recipe, pattern) for pattern in to], None, "")
        refuse_unseen_frame(recipe, found)
        animation = recipe.animation()
        told += [(recipe.name, note) for note in animation.notes]
        replaced += [str(file.path) for file in found.files if replaces_another(animation, file)]
        folders += [file.folder for file in found.files]
    notes.of_figures(told)
    with settled(folders), workers(jobs, len(recipes)) as executor:
        for paths in render_all(recipes, to, executor=executor, force=force):
            for path in paths:
                say_path(path, is_folder=path.is_dir())
    notes.of_replaced(replaced)


@contextmanager
def settled(folders: "Iterable[Path]") -> "Iterator[None]":
    """If anything fails, what processes that have ended by then were at in some folders is finished or gone."""
    are_new = {folder: not folder.exists() for folder in folders}
    try:
        yield
    except BaseException:
        from convanim.files.drafts import recover

        for folder, is_new in are_new.items():
            recover(folder)
            if is_new:
                with contextlib.suppress(OSError):  # there are whole files in it
                    folder.rmdir()
        raise


@contextmanager
def workers(jobs: int | None, figures: int) -> "Iterator[Executor | None]":
    """Processes to draw figures with, as many as asked for or as there are cores; None for one, which is this one.

    They end when this one does, however it ends, and at once if anything fails.
    """
    refuse_no_jobs(jobs)
    count = min(jobs or _cores(), figures, _MOST_PROCESSES)
    if count == 1:
        yield None
        return
    from concurrent.futures import BrokenExecutor
    from multiprocessing import Pipe

    from convanim.cli.output.worker import Workers, serve

    # Nobody writes into the pipe: that its other end is closed is the message.
    theirs, ours = Pipe(duplex=False)
    threads = set(threading.enumerate())
    with theirs, ours:
        pool = Workers(count, initializer=serve, initargs=(theirs, ours))
        try:
            yield pool
            pool.shutdown()
        except BaseException as error:
            pool.shutdown(wait=False, cancel_futures=True)
            ours.close()
            _join_but(threads)  # the pool's own, which wait for its processes
            if isinstance(error, BrokenExecutor):
                raise OSError("a process that drew was ended from outside; -j 1 draws without any") from None
            raise


def _join_but(threads: set[threading.Thread]) -> None:
    """Wait for all threads to end but some; one that another thread has just begun may not run yet."""
    while left := set(threading.enumerate()) - threads:
        for thread in left:
            if thread.ident is None:
                time.sleep(0.001)
            else:
                thread.join()


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
