"""Several figures on all cores."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from convanim.cli.notes import Notes
from convanim.cli.output import refuse_unseen_frame, targets
from convanim.cli.streams import say_path
from convanim.errors import RequestError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from convanim.recipes import Recipe

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
    from convanim.batch import path_of, render_all
    from convanim.export.current import replaces_another

    told: list[tuple[str, str]] = []
    replaced: list[str] = []
    for recipe in recipes:
        found = targets([path_of(recipe, pattern) for pattern in to], None, "")
        refuse_unseen_frame(recipe, found)
        animation = recipe.animation()
        told += [(recipe.name, note) for note in animation.notes]
        replaced += [str(file.path) for file in found.files if replaces_another(animation, file)]
    notes.of_figures(told)
    with workers(jobs, len(recipes)) as executor:
        for paths in render_all(recipes, to, executor=executor, force=force):
            for path in paths:
                say_path(path, is_folder=path.is_dir())
    notes.of_replaced(replaced)


@contextmanager
def workers(jobs: int | None, figures: int) -> "Iterator[Executor | None]":
    """Processes to draw figures with, as many as asked for or as there are cores; None for one, which is this one."""
    refuse_no_jobs(jobs)
    count = min(jobs or _cores(), figures, _MOST_PROCESSES)
    if count == 1:
        yield None
        return
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor

    # Where processes are forked, what every one of them needs is imported once.
    import convanim.render  # noqa: F401

    with ProcessPoolExecutor(count) as pool:
        try:
            yield pool
        except BrokenExecutor:
            raise OSError("a process that drew was ended from outside; -j 1 draws without any") from None
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
