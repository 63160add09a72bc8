"""Inputs that were right and are not any more: parts deleted, emptied, repeated, swapped, cut, of another type.

Every reader of what users give is here, with what it reads when all is well. A run of one input ends in a figure or in
a refusal of one line, within bounds of time and memory; whatever else happens is a fault.
"""

import contextlib
import io
import os
import random
import resource
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from convanim.errors import RequestError
from helpers.changed_inputs import (
    Content,
    change_bytes,
    change_csv,
    change_line,
    change_npy,
    change_png,
    change_toml,
    change_words,
)
from helpers.input_readers import (
    read_code,
    read_language,
    read_line,
    read_network,
    read_numbers,
    read_onnx,
    read_recipe,
    read_stages,
    read_text,
    read_theme,
)
from helpers.right_inputs import (
    CODE,
    LINES,
    NETWORKS,
    STAGES,
    TEXTS,
    right_csvs,
    right_languages,
    right_npys,
    right_onnx_files,
    right_pngs,
    right_templates,
    right_themes,
)

LONGEST = 10  # seconds of one input, of the processor: a machine may have more to do
MOST_MEMORY = 3 << 29  # bytes that one input may take: 1.5 GB


@dataclass(frozen=True)
class Reader:
    """What reads an input's file or text, what it reads when all is well, and what changes that."""

    run: Callable[[Content, Path], None]
    right: Callable[[], list[Content]]
    change: Callable[[random.Random, Content], Content]


class TooSlowError(BaseException):
    """An input that took longer than it may."""


def fault_of(reader: Reader, content: Content, folder: Path) -> str:
    """What went wrong with an input; "" when all was well."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for clock, its in ((signal.ITIMER_PROF, signal.SIGPROF), (signal.ITIMER_REAL, signal.SIGALRM)):
        signal.signal(its, _alarmed)
        signal.setitimer(clock, LONGEST if clock == signal.ITIMER_PROF else 10 * LONGEST)
    try:
        with _quiet() as said, warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", ResourceWarning)
            reader.run(content, folder)
    except RequestError as error:
        line = str(error)
        if len(line.splitlines()) != 1 or len(line) > 2000:
            return f"a refusal of {len(line)} characters on {len(line.splitlines())} lines: {line[:200]!r}"
    except BaseException as error:
        return f"{type(error).__name__}: {str(error)[:200]}, {_place(error)}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
    if said.getvalue():
        return f"said {said.getvalue()[:200]!r}"
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    return f"took {grown >> 20} MiB" if grown > MOST_MEMORY else ""


def bound_memory() -> None:
    """Let this process have so much more memory than it has; a worker calls it when it begins."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + MOST_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def inputs(seed: int, count: int) -> Iterator[tuple[str, Content]]:
    """So many inputs, each with its reader's name, the same for the same seed."""
    chance = random.Random(seed)
    right = {name: reader.right() for name, reader in READERS.items()}
    for number in range(count):
        name = list(READERS)[number % len(READERS)]
        content = chance.choice(right[name])
        for _ in range(chance.choice((1, 1, 1, 1, 2, 3))):
            content = READERS[name].change(chance, content)
        yield name, content


@contextlib.contextmanager
def _quiet() -> Iterator[io.StringIO]:
    """What is said on standard error while an input is read."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        yield said


def _alarmed(number: int, frame: object) -> None:
    raise TooSlowError(f"over {LONGEST} s")


def _place(error: BaseException) -> str:
    """The innermost line of ours that an exception went through."""
    found, trace = "", error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if f"{os.sep}convanim{os.sep}" in name and "tests" not in name:
            found = f"{Path(name).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


READERS: dict[str, Reader] = {
    "recipe": Reader(read_recipe, right_templates, change_toml),
    "theme": Reader(read_theme, right_themes, change_toml),
    "language": Reader(read_language, right_languages, change_toml),
    "csv": Reader(read_numbers(".csv"), right_csvs, change_csv),
    "npy": Reader(read_numbers(".npy"), right_npys, change_npy),
    "png": Reader(read_numbers(".png"), right_pngs, change_png),
    "code": Reader(read_code, lambda: list(CODE), change_words),
    "stages": Reader(read_stages, lambda: list(STAGES), change_words),
    "text": Reader(read_text, lambda: list(TEXTS), change_words),
    "network": Reader(read_network, lambda: list(NETWORKS), change_words),
    **({"onnx": Reader(read_onnx, right_onnx_files, change_bytes)} if right_onnx_files() else {}),
    "line": Reader(read_line, lambda: ["\0".join(words) for words in LINES], change_line),
}


if __name__ == "__main__":  # python -m helpers.hostile_inputs SEED COUNT: the faults of so many inputs
    import tempfile

    bound_memory()
    with tempfile.TemporaryDirectory() as folder:
        for name, content in inputs(int(sys.argv[1]), int(sys.argv[2])):
            fault = fault_of(READERS[name], content, Path(folder))
            if fault:
                print(f"{name}: {fault}\n    {content[:1000]!r}", flush=True)
